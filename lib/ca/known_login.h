/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ledger of logins at CAs (inventory/ca_login.h) as a configured CA asks it, before
 * and after an exchange.  Private to this room.
 */
#ifndef AMTCERT_CA_KNOWN_LOGIN_H
#define AMTCERT_CA_KNOWN_LOGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rc.h"
#include "ca/https.h"

/* Zeroed: there is no memory, and everything may be shown. */
struct known_login {
	const char *file; /* the inventory; lent. NULL: none */
	bool has_claim;	  /* or it is known to work */
	enum https_login noted;
};

/*
 * May the login of that session be shown now? Who tries it at this moment is waited
 * for until deadline_ms. RC_AUTH: it was refused, and rests; RC_LOCKED: another program
 * tries it still; both with a sentence. RC_DB, RC_NOMEM. RC_OK where there is no
 * inventory, and for a session without login.
 */
enum rc known_login_ask(struct known_login *known, const struct https *https,
    int64_t deadline_ms, struct err *err);

/* What the session has seen of it. That it was taken is believed where is_proof: some
 * services answer some questions to anybody. RC_DB, RC_LOCKED. */
enum rc known_login_note(struct known_login *known, const struct https *https,
    bool is_proof, struct err *err);

/* It will not be shown any more: free the claim. */
void known_login_end(struct known_login *known, const struct https *https);

/* A person says that the service will take it now. RC_DB, RC_LOCKED, RC_NOMEM. */
enum rc known_login_forget(const struct known_login *known, const struct https *https,
    struct err *err);

#endif
