/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ledger of logins for programs that know a device by its name: ask before
 * the login, note what came of it.
 */
#ifndef AMTCERT_INVENTORY_LOGIN_GUARD_H
#define AMTCERT_INVENTORY_LOGIN_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/secret.h"
#include "inventory/db.h"
#include "inventory/login.h"
#include "inventory/snapshot.h"

/* A login that is about to be made. Lent. */
struct login_attempt {
	struct snapshot_target device;
	const char *account;
	const struct secret *secret;
};

/*
 * May it be made now (inventory/login.h)? A device that the inventory does not
 * know is put there. RC_AUTH: it was refused, and its time has not come; RC_LOCKED:
 * another program makes it at this moment; both with a sentence. With an inventory
 * that is open for reading only, nothing is claimed and nobody put there.
 */
enum rc login_guard_ask(struct db *db, const struct login_attempt *attempt, int64_t now,
    struct err *err);

/* The sentence for an answer of the ledger that is no: RC_AUTH or RC_LOCKED as above. */
enum rc login_guard_refuse(const char *name, const struct login_answer *answer,
    int64_t now, struct err *err);

enum login_outcome {
	LOGIN_UNKNOWN,	 /* it was sent, and nobody knows: the claim runs out */
	LOGIN_NOT_SHOWN, /* it was not sent: others may try at once */
	LOGIN_TAKEN,
	LOGIN_REFUSED,
};

/* What came of it. RC_DB when the inventory cannot be written. */
enum rc login_guard_note(struct db *db, const struct login_attempt *attempt,
    enum login_outcome outcome, int64_t now, struct err *err);

#endif
