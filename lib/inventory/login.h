/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ledger of logins: a credential that a device refused is not shown to it
 * again before its time, whichever program asks.  AMT counts refused logins and
 * slows down after ten; an hour of quiet clears that (Intel AMT provisioning
 * guide).
 *
 * What is kept of a credential is two bytes of a keyed hash: enough to see that
 * the configuration changed, too little to test guesses of a password with.  Two
 * credentials that are alike in it count as one, once in 65,536 changes, and
 * wait out the time of the refused one.
 */
#ifndef AMTCERT_INVENTORY_LOGIN_H
#define AMTCERT_INVENTORY_LOGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/secret.h"
#include "inventory/db.h"

enum {
	LOGIN_DIGEST_BYTES = 2,
	LOGIN_WAIT_S = 3600, /* after a refusal; doubled with each one */
	LOGIN_WAIT_MAX_S = 24 * 3600,
	LOGIN_CLAIM_S = 60,	    /* an attempt that never came back */
	LOGIN_REFUSED_PER_HOUR = 3, /* of changing credentials, per device */
	LOGIN_ROWS_MAX = 16,	    /* credentials kept per device */
};

struct login_answer {
	bool may;
	int64_t next_at;    /* when to ask again, if it may not */
	int64_t refused_at; /* when it was refused last; 0: never */
	int64_t n_refused;  /* in a row */
};

/*
 * May this credential be shown to this device now? A credential that succeeded
 * last may. One that was refused may after LOGIN_WAIT_S, doubled with each
 * refusal up to LOGIN_WAIT_MAX_S. That and one that is new is tried by one program
 * at a time: a yes is a claim for LOGIN_CLAIM_S, to be followed by login_note(). An inventory that
 * is open for reading only answers without a claim.
 */
enum rc login_ask(struct db *db, int64_t device_id, const char *account,
    const struct secret *secret, int64_t now, struct login_answer *ret_answer,
    struct err *err);

/* What came of it. A login that neither succeeded nor was refused is not noted. */
enum rc login_note(struct db *db, int64_t device_id, const char *account,
    const struct secret *secret, bool is_refused, int64_t now, struct err *err);

/*
 * What is kept of a credential: account and secret under the salt of this inventory.
 * secret may be empty or NULL. RC_DB, RC_NOMEM.
 */
enum rc login_digest(struct db *db, const char *account, const struct secret *secret,
    uint8_t ret_digest[LOGIN_DIGEST_BYTES], struct err *err);

/* Has a span begun and not ended? A clock that was set back ends it. */
bool login_is_within(int64_t begin, int64_t length_s, int64_t now);

/* It was not shown after all: what login_ask() claimed is free again. */
enum rc login_withdraw(struct db *db, int64_t device_id, const char *account,
    const struct secret *secret, struct err *err);

#endif
