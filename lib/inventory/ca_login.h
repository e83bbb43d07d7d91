/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ledger of logins at CAs: one that a CA refused is not shown to it again by the
 * next of a thousand jobs, for that locks the account.  A password rests until it
 * changes, or a person says that the CA will take it now; a ticket of Kerberos, of
 * which nothing is known here, for an hour.  What is kept is what inventory/login.h
 * keeps of a device's login.
 */
#ifndef AMTCERT_INVENTORY_CA_LOGIN_H
#define AMTCERT_INVENTORY_CA_LOGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/secret.h"
#include "inventory/db.h"
#include "inventory/login.h"

enum {
	CA_LOGIN_ROWS_MAX = 16, /* credentials kept per service */
};

/* A login as it would be shown. Lent. */
struct ca_login {
	const char *service; /* "ca.example:443": all CAs behind it have one account */
	const char *account; /* "" for the ticket of whoever runs this */
	const struct secret *secret; /* NULL: a ticket */
};

enum ca_login_standing {
	CA_LOGIN_MAY,
	CA_LOGIN_RESTS, /* it was refused */
	CA_LOGIN_TRIED, /* by another program at this moment */
};

struct ca_login_answer {
	enum ca_login_standing standing;
	int64_t refused_at; /* of one that rests */
	int64_t next_at;    /* when it ends by itself; 0: not by time */
};

/*
 * May it be shown now? One that was taken last may. One that is new is tried by one
 * program at a time: a yes is a claim for LOGIN_CLAIM_S, to be followed by
 * ca_login_note() or ca_login_withdraw(). An inventory that is open for reading only
 * answers without a claim. RC_DB, RC_LOCKED, RC_NOMEM.
 */
enum rc ca_login_ask(struct db *db, const struct ca_login *login, int64_t now,
    struct ca_login_answer *ret_answer, struct err *err);

/* What came of it. */
enum rc ca_login_note(struct db *db, const struct ca_login *login, bool is_refused,
    int64_t now, struct err *err);

/* Nobody knows what would have come of it: what was claimed is free again. */
enum rc ca_login_withdraw(struct db *db, const struct ca_login *login, struct err *err);

/* A person knows that the service will take its logins now. */
enum rc ca_login_forget(struct db *db, const char *service, struct err *err);

#endif
