/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A reading that is not written, beside what was known before: what would a
 * scan find changed?  For checks, which only look.
 */
#ifndef AMTCERT_INVENTORY_NEWS_H
#define AMTCERT_INVENTORY_NEWS_H

#include <stdint.h>

#include "inventory/db.h"
#include "policy/facts.h"

/*
 * Fill facts->history of a reading made at now: what before (of snapshot_read) holds,
 * this contact, and what is new in it: realm, UUID, issuer and key of the TLS
 * certificate. RC_DB, RC_LOCKED; facts are then as they were.
 */
enum rc news_add(struct db *db, int64_t device_id, const struct facts *before,
    int64_t now, struct facts *facts, struct err *err);

#endif
