/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the local CA has issued, in a SQLite file of its own beside its key.  A
 * certificate is in here before anybody gets it.
 */
#ifndef AMTCERT_CA_ISSUED_H
#define AMTCERT_CA_ISSUED_H

#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "inventory/db.h"

enum {
	ISSUED_APPLICATION_ID = 0x616d7463 + 1, /* beside "amtc" */
	ISSUED_AGAIN_S = 3600,			/* the same request within the hour */
	ISSUED_DIGEST_BYTES = 32,
	ISSUED_DER_MAX_BYTES = 8192,
};

/* Reasons of RFC 5280 5.3.1. */
enum {
	ISSUED_SUPERSEDED = 4,
	ISSUED_CESSATION = 5,
};

/* One row. Lent bytes. */
struct issued {
	const char *serial; /* lower-case hexadecimal */
	const uint8_t *csr_sha256;
	const uint8_t *profile_sha256;
	const char *subject;
	int64_t not_before;
	int64_t not_after;
	const uint8_t *der;
	size_t der_len;
	int64_t issued_at;
};

/* As db_open; the file is made when there is none. */
enum rc issued_open(const char *path, struct db *ret_db, struct err *err);

/*
 * The certificate issued for this request and profile not longer than
 * ISSUED_AGAIN_S ago; RC_NOTFOUND, with err left as it was. *ret_der is the
 * caller's (free). RC_DB, RC_LOCKED, RC_NOMEM.
 */
enum rc issued_find(struct db *db, const uint8_t csr_sha256[ISSUED_DIGEST_BYTES],
    const uint8_t profile_sha256[ISSUED_DIGEST_BYTES], int64_t now, uint8_t **ret_der,
    size_t *ret_len, struct err *err);

/* Add a row, in the caller's transaction if there is one. */
enum rc issued_add(struct db *db, const struct issued *row, struct err *err);

/* Revoke what was issued for a request that nobody goes on with; nothing when there
 * is none. */
enum rc issued_revoke_request(struct db *db,
    const uint8_t csr_sha256[ISSUED_DIGEST_BYTES], int64_t now, struct err *err);

/* Revoke this certificate, which was replaced; nothing when it is not ours. */
enum rc issued_revoke_cert(struct db *db, const uint8_t *der, size_t len, int64_t now,
    struct err *err);

#endif
