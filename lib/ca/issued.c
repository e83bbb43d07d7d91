/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Table of issued certificates, and of the lists of those that were revoked.
 */
#include "ca/issued.h"

#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const char *const version_1[] = {
	"CREATE TABLE issued ("
	" serial TEXT PRIMARY KEY,"
	" csr_sha256 BLOB NOT NULL CHECK (length(csr_sha256) = 32),"
	" profile_sha256 BLOB NOT NULL CHECK (length(profile_sha256) = 32),"
	" subject TEXT NOT NULL,"
	" not_before INTEGER NOT NULL,"
	" not_after INTEGER NOT NULL,"
	" der BLOB NOT NULL,"
	" issued_at INTEGER NOT NULL,"
	" revoked_at INTEGER,"
	" reason INTEGER,"
	" crl_number INTEGER," /* the first list that names it */
	" CHECK ((revoked_at IS NULL) = (reason IS NULL))"
	") STRICT;"
	"CREATE TABLE crl ("
	" number INTEGER PRIMARY KEY,"
	" this_update INTEGER NOT NULL,"
	" next_update INTEGER NOT NULL,"
	" der BLOB NOT NULL"
	") STRICT;"
	"CREATE INDEX issued_request ON issued (csr_sha256, profile_sha256);",
};
/* clang-format on */

static const struct migration migrations[] = {
	{ version_1, sizeof(version_1) / sizeof(version_1[0]) },
};

static const struct schema schema = {
	.noun = "amtcert list of issued certificates",
	.application_id = ISSUED_APPLICATION_ID,
	.migrations = migrations,
	.n_migrations = sizeof(migrations) / sizeof(migrations[0]),
};

enum rc
issued_open(const char *path, struct db *ret_db, struct err *err)
{
	return db_open_as(path, &schema, ret_db, err);
}

static enum rc
copy_der(sqlite3_stmt *stmt, uint8_t **ret_der, size_t *ret_len, struct err *err)
{
	const void *bytes = sqlite3_column_blob(stmt, 0);
	size_t len = (size_t)sqlite3_column_bytes(stmt, 0);
	uint8_t *copy;

	if (bytes == NULL || len > ISSUED_DER_MAX_BYTES)
		return err_set(err, RC_DB, "issued: a certificate of %zu bytes", len);
	copy = malloc(len);
	if (copy == NULL)
		return err_set(err, RC_NOMEM, "issued: out of memory");
	memcpy(copy, bytes, len);
	*ret_der = copy;
	*ret_len = len;
	return RC_OK;
}

enum rc
issued_find(struct db *db, const uint8_t csr_sha256[ISSUED_DIGEST_BYTES],
    const uint8_t profile_sha256[ISSUED_DIGEST_BYTES], int64_t now, uint8_t **ret_der,
    size_t *ret_len, struct err *err)
{
	const struct db_value values[] = { db_blob(csr_sha256, ISSUED_DIGEST_BYTES),
		db_blob(profile_sha256, ISSUED_DIGEST_BYTES),
		db_int(now - ISSUED_AGAIN_S), db_int(now) };
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query(db,
	    "SELECT der FROM issued WHERE csr_sha256 = ? AND profile_sha256 = ?"
	    " AND issued_at BETWEEN ? AND ? AND revoked_at IS NULL"
	    " ORDER BY issued_at DESC LIMIT 1",
	    values, sizeof(values) / sizeof(values[0]), &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK)
		r = is_row ? copy_der(stmt, ret_der, ret_len, err) : RC_NOTFOUND;
	(void)sqlite3_finalize(stmt);
	return r;
}

enum rc
issued_add(struct db *db, const struct issued *row, struct err *err)
{
	const struct db_value values[] = { db_text(row->serial),
		db_blob(row->csr_sha256, ISSUED_DIGEST_BYTES),
		db_blob(row->profile_sha256, ISSUED_DIGEST_BYTES),
		db_text(row->subject), db_int(row->not_before), db_int(row->not_after),
		db_blob(row->der, row->der_len), db_int(row->issued_at) };

	return db_run(db,
	    "INSERT INTO issued (serial, csr_sha256, profile_sha256, subject,"
	    " not_before, not_after, der, issued_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	    values, sizeof(values) / sizeof(values[0]), err);
}

enum rc
issued_revoke_request(struct db *db, const uint8_t csr_sha256[ISSUED_DIGEST_BYTES],
    int64_t now, struct err *err)
{
	const struct db_value values[] = { db_int(now), db_int(ISSUED_CESSATION),
		db_blob(csr_sha256, ISSUED_DIGEST_BYTES) };

	return db_run(db,
	    "UPDATE issued SET revoked_at = ?, reason = ?"
	    " WHERE csr_sha256 = ? AND revoked_at IS NULL",
	    values, sizeof(values) / sizeof(values[0]), err);
}

enum rc
issued_revoke_cert(struct db *db, const uint8_t *der, size_t len, int64_t now,
    struct err *err)
{
	const struct db_value values[] = { db_int(now), db_int(ISSUED_SUPERSEDED),
		db_blob(der, len) };

	return db_run(db,
	    "UPDATE issued SET revoked_at = ?, reason = ?"
	    " WHERE der = ? AND revoked_at IS NULL",
	    values, sizeof(values) / sizeof(values[0]), err);
}
