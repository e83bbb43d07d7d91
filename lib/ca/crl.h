/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The revocation list of the local CA: made from its table of issued certificates,
 * numbered, and published in a file.  Only the process that signs can make one.
 */
#ifndef AMTCERT_CA_CRL_H
#define AMTCERT_CA_CRL_H

#include <stdint.h>

#include "base/rc.h"
#include "ca/ca.h"
#include "ca/issuer.h"
#include "inventory/db.h"

enum {
	CRL_MAX_BYTES = 4 * 1024 * 1024
};

/*
 * Make a new list when there is none, when something was revoked since the last
 * one, or when half of its time has passed; then see to it that the file holds the
 * newest, as DER, replaced at once or not at all. *ret_list is that one. RC_SYSTEM when the file cannot be written; RC_DB, RC_LOCKED, RC_NOMEM.
 * In a transaction of its own.
 */
enum rc crl_refresh(struct db *db, const struct issuer *issuer, const char *path,
    int64_t lifetime_s, int64_t now, struct ca_list *ret_list, struct err *err);

#endif
