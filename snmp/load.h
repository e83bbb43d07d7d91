/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inventory into a mirror, in one read transaction.
 */
#ifndef AMTCERT_SNMP_LOAD_H
#define AMTCERT_SNMP_LOAD_H

#include "inventory/db.h"
#include "snmp/mirror.h"

/*
 * Read all devices that are not retired, their uses of certificates, and what the
 * journal last did about each. generation is the caller's. RC_DB, RC_LOCKED,
 * RC_NOMEM; RC_FORMAT and RC_LIMIT for rows that cannot be. Caller frees with
 * mirror_free.
 */
enum rc load_mirror(struct db *db, int64_t now, struct mirror **ret_mirror,
    struct err *err);

#endif
