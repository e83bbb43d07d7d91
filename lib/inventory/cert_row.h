/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table cert: each certificate once, however many devices hold it.  Private
 * to this room.
 */
#ifndef AMTCERT_INVENTORY_CERT_ROW_H
#define AMTCERT_INVENTORY_CERT_ROW_H

#include <stddef.h>
#include <stdint.h>

#include "inventory/db.h"
#include "x509/cert.h"

enum {
	CERT_ROW_NAMES_MAX_BYTES = 1024, /* of the dNSNames, separated by spaces */
	CERT_CACHE_MAX = 32,
};

/* Certificates that were read already, lent: to parse one again costs a hundred
 * times what a copy does. Zeroed is empty. */
struct cert_cache {
	int64_t ids[CERT_CACHE_MAX];
	const struct cert *certs[CERT_CACHE_MAX];
	size_t n;
};

/* The id of a certificate, which is put there when it is new. */
enum rc cert_row_put(struct db *db, const struct cert *cert, int64_t *ret_id,
    struct err *err);

/* The certificate, parsed, or a copy of what the cache has (NULL: no cache), which
 * learns it. Caller frees with cert_free, after the last use of the cache. RC_DB
 * when it is not there or cannot be parsed. */
enum rc cert_row_get(struct db *db, struct cert_cache *cache, int64_t id,
    struct cert **ret_cert, struct err *err);

/* Somebody let go of it: it is deleted when no slot and no reading has it. */
enum rc cert_row_drop(struct db *db, int64_t id, struct err *err);

#endif
