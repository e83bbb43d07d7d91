/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the inventory remembers of the device that is checked: the last reading, for
 * when it is out of reach; what changed since; refused logins.  A check does without
 * whatever cannot be read or written, and says so in one clause.
 */
#ifndef AMTCERT_CHECKS_KNOWN_H
#define AMTCERT_CHECKS_KNOWN_H

#include "amt/target.h"
#include "base/conf.h"
#include "inventory/db.h"
#include "inventory/login_guard.h"
#include "inventory/pin.h"
#include "inventory/shelf.h"
#include "inventory/snapshot.h"
#include "plugin/plugin.h"

enum {
	KNOWN_WAIT_MS = 500, /* for others that write */
	KNOWN_TEXT_SIZE = 256,
};

/* --inventory; and --record, of checks whose readings can be written. */
extern const struct opt known_options[];
extern const struct opt known_record_options[];

/* Zeroed, then known_take, known_configure, known_open; known_close. */
struct known {
	char *file;  /* NULL: no inventory is used */
	char *group; /* of the device; NULL: none */
	bool record;
	const struct target *target; /* lent */
	int64_t now;
	struct db db;
	bool is_open;
	int64_t device_id; /* 0: the inventory does not have it */
	struct facts before;
	bool has_pin;
	struct pin pin;
	struct feed feed;   /* CAs that say what the policy leaves open */
	struct shelf shelf; /* what they said */
	bool is_asked_for;	       /* on the command line: it has to be there */
	char trouble[KNOWN_TEXT_SIZE]; /* what was not possible; "" */
};

/* RC_NOTFOUND, err as it was, for an option that is not of these tables. RC_NOMEM. */
enum rc known_take(struct known *known, const struct opt *opt, const char *value,
    struct err *err);

/* What the command line left open; conf may be NULL. RC_NOMEM, RC_CONFIG. */
enum rc known_configure(struct known *known, const struct conf *conf,
    const struct target *target, struct err *err);

/* Open what is named, if anything, and read what is known of that part of the
 * device. Before the device is asked: its time-out may leave none. */
void known_open(struct known *known, enum snapshot_part part, bool writes, int64_t now);
void known_close(struct known *known);

/* Lend the policy what the CAs of the device offer, as far as it is known; until
 * known_close(). */
void known_lend(struct known *known, struct policy *policy);

/*
 * May the target's secret be shown to it? RC_AUTH, RC_LOCKED as login_guard_ask();
 * who tries it at this moment is waited for until wait_until_ms. RC_OK where there is
 * no ledger.
 */
enum rc known_ask_login(struct known *known, int64_t wait_until_ms, struct err *err);

void known_note_login(struct known *known, enum login_outcome outcome);

/* The device was read: write that, if it is to be recorded; fill facts->history; and a
 * key it is known by there, where the target has no pin. */
void known_add(struct known *known, const struct policy *policy, struct facts *facts);

/*
 * It was not, for that reason: keep that, if it is to be recorded. true: the device is
 * out of reach, not broken, and *facts are now what was read last.
 */
bool known_recall(struct known *known, enum rc r, const struct err *cause,
    struct facts *facts);

/* Add the clause about what was not possible, if anything. RC_NOMEM. */
enum rc known_tell(const struct known *known, struct verdict *verdict, struct err *err);

#endif
