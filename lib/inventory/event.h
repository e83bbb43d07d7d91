/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What happened to devices, in order: the source of notifications.  A reader
 * keeps the id of the last event it has seen and asks for the ones after it.
 *
 * That time passes is no event: when a state changes because a certificate gets
 * older, nobody writes.  Readers tell those changes from the moments in slot
 * and standing (policy/aging.h).  old_state of an event is the state just before
 * it, age included.
 */
#ifndef AMTCERT_INVENTORY_EVENT_H
#define AMTCERT_INVENTORY_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "inventory/db.h"
#include "inventory/role.h"
#include "policy/state.h"

enum {
	EVENT_TEXT_SIZE = 256,
	EVENT_KEEP_S = 400 * 86400, /* as far as a year's report looks back */
};

/* What an event is about; its word is stored. */
#define EVENT_MAP(X)                                                                   \
	X(EVENT_DEVICE_NEW, "device_new") /* first seen */                             \
	X(EVENT_STATE, "state")		  /* of a slot; of the device: number 0 */     \
	X(EVENT_RENEWED, "renewed")	  /* another certificate, ends later */        \
	X(EVENT_REPLACED, "replaced")	  /* another certificate, does not */          \
	X(EVENT_GONE, "gone")		  /* a use ended */                            \
	X(EVENT_ISSUER_CHANGED, "issuer_changed")   /* texts: issuers */               \
	X(EVENT_REALM_CHANGED, "realm_changed")	    /* texts: realms */                \
	X(EVENT_DEVICE_REPLACED, "device_replaced") /* texts: UUIDs */                 \
	X(EVENT_MISDIRECTED, "misdirected")	    /* texts: own UUID, who answers */ \
	X(EVENT_ADDRESS_REUSED, "address_reused")   /* texts: whose it was, address */ \
	X(EVENT_RENAMED, "renamed")		    /* texts: names */                 \
	X(EVENT_MERGED, "merged")		    /* texts: id taken up, its name */ \
	X(EVENT_ACCEPTED, "accepted")		    /* changes before it are known */  \
	X(EVENT_FORGOTTEN, "forgotten")		    /* texts: UUID, name and who */

enum event_kind {
#define EVENT_ENUM(name, word) name,
	EVENT_MAP(EVENT_ENUM)
#undef EVENT_ENUM
	EVENT_N_KINDS /* of a newer program */
};

struct event {
	int64_t id;
	int64_t at;
	int64_t device_id;
	int64_t number; /* of the slot; 0: the device */
	enum role role;
	enum event_kind kind;
	bool has_state;
	enum state old_state;
	enum state new_state;
	bool has_not_after;
	int64_t old_not_after;
	int64_t new_not_after;
	char old_text[EVENT_TEXT_SIZE]; /* of devices and certificates: hostile */
	char new_text[EVENT_TEXT_SIZE];
	bool old_is_ours; /* of certificates: made by a remedy of ours */
	bool new_is_ours;
};

const char *event_kind_word(enum event_kind kind);

/* Write one; id is ignored. */
enum rc event_add(struct db *db, const struct event *event, struct err *err);

/* Called per event; what it returns other than RC_OK ends the walk. */
typedef enum rc (*event_visit)(void *ctx, const struct event *event, struct err *err);

/* Events with an id above after, in order, at most limit of them. */
enum rc event_each(struct db *db, int64_t after, int64_t limit, event_visit visit,
    void *ctx, struct err *err);

/* The id of the newest event; 0 when there is none. */
enum rc event_last_id(struct db *db, int64_t *ret_id, struct err *err);

/* Forget events older than EVENT_KEEP_S. Ids are not used again. */
enum rc event_trim(struct db *db, int64_t now, struct err *err);

/* The changes of this device so far are known and accepted: no finding tells them
 * any more. */
enum rc event_accept(struct db *db, int64_t device_id, int64_t now, struct err *err);

#endif
