/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last reading of a device as it was: facts into the tables reading,
 * reading_cert and reading_key, and back.  Private to this room; others have
 * inventory/snapshot.h.
 */
#ifndef AMTCERT_INVENTORY_READING_H
#define AMTCERT_INVENTORY_READING_H

#include <stdint.h>

#include "inventory/cert_row.h"
#include "inventory/db.h"
#include "policy/facts.h"
#include "policy/policy.h"

/* Lists of reading_cert. Stored. */
enum reading_list {
	READING_PRESENTED = 0,
	READING_PATH = 1,
	READING_STORE = 2,
};

/*
 * Keep what facts hold: presented, store or both. What is the same as before is
 * not written again. Inside a transaction.
 */
enum rc reading_write(struct db *db, int64_t device_id, const struct facts *facts,
    const struct policy *policy, struct err *err);

/* Add the presented half, or the store, to facts; nothing when it was never
 * read. On failure facts may hold a part. The cache lends from the same facts. */
enum rc reading_read_presented(struct db *db, int64_t device_id,
    struct cert_cache *cache, struct facts *facts, struct err *err);
enum rc reading_read_store(struct db *db, int64_t device_id, struct cert_cache *cache,
    struct facts *facts, struct err *err);

#endif
