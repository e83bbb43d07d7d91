/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each CA is known for, in the inventory: did it last issue what was taken, or
 * answer what was not?  Each change of that is an entry, and so is each trial
 * enrolment (renew/trial.h), so that whoever finds its certificate at the CA can tell
 * what it is.  The newest entry counts.
 */
#ifndef AMTCERT_INVENTORY_CA_RECORD_H
#define AMTCERT_INVENTORY_CA_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "inventory/db.h"

enum {
	CA_RECORD_TEXT_SIZE = 640
};

/* Stored. */
enum ca_standing {
	CA_STANDING_NONE = 0,	  /* never asked; of an entry: a trial without an end */
	CA_STANDING_ACCEPTED = 1, /* what it issued was taken */
	CA_STANDING_REFUSED = 2,  /* what it answered was not, or no answer came */
	CA_STANDING_WAITS = 3, /* a trial that waits for a person: nothing is known */
};

/* How a CA stands; zeroed when it was never asked. */
struct ca_record {
	int64_t id; /* of the entry */
	enum ca_standing standing;
	bool is_trial;	   /* a trial said so */
	bool holds_trials; /* one of its trials waited for a person, ever */
	char text[CA_RECORD_TEXT_SIZE]; /* why it was refused */
};

/* ca as in struct cert_request (inventory/cert_request.h). RC_DB, RC_LOCKED. */
enum rc ca_record_read(struct db *db, const char *ca, struct ca_record *ret_record,
    struct err *err);

/* Lent; NULL is "". */
struct ca_record_entry {
	const char *ca;
	enum ca_standing standing;
	const char *device_uuid;   /* for which it was asked */
	const char *issuer;	   /* of the certificate of a trial */
	const char *serial_number; /* the same, lower-case hex */
	const char *ca_request_id; /* what the CA calls the request of a trial */
	const char *text;
};

/* An answer to the request of a device: an entry when the CA stands otherwise. On disk
 * when it returns. RC_DB, RC_LOCKED. */
enum rc ca_record_note(struct db *db, const struct ca_record_entry *entry, int64_t now,
    struct err *err);

/*
 * A trial is an entry before the CA hears of it, so that one whose process was killed
 * is known, too; that counts only once it has ended with a standing. As above.
 */
enum rc ca_record_begin_trial(struct db *db, const struct ca_record_entry *entry,
    int64_t now, int64_t *ret_id, struct err *err);
enum rc ca_record_end_trial(struct db *db, int64_t id,
    const struct ca_record_entry *entry, struct err *err);

#endif
