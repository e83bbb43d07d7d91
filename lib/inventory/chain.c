/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Digest: SHA-256 over the digest before, the kind, and every column as a letter for its
 * type, its length in 8 bytes and its bytes (numbers as 8 bytes, big-endian).
 */
#include "inventory/chain.h"

#include <stdio.h>
#include <string.h>

#include <openssl/sha.h>

#include "base/buf.h"

enum {
	ROW_MAX_BYTES = 512 * 1024,
	NUMBER_BYTES = 8,
};

/* The row, and the rows that must have an entry but do not. */
static const struct {
	const char *noun;
	const char *row;
	const char *missing;
} kinds[CHAIN_KINDS] = {
	[CHAIN_STEP] = { "step",
	    "SELECT id, run_id, name, event, at, text FROM step WHERE id = ?",
	    "SELECT id FROM step WHERE id NOT IN"
	    " (SELECT row_id FROM chain WHERE kind = 0) LIMIT 1" },
	[CHAIN_RUN] = { "run",
	    "SELECT id, device_uuid, remedy, serial_number, started_at, closed_at,"
	    " outcome, text, step, step_done, old_fingerprint, keys_before, new_spki,"
	    " csr, signed_csr, new_cert, added, memo FROM run WHERE id = ?",
	    "SELECT id FROM run WHERE closed_at IS NOT NULL AND id NOT IN"
	    " (SELECT row_id FROM chain WHERE kind = 1) LIMIT 1" },
	[CHAIN_ARCHIVE] = { "archived certificate",
	    "SELECT id, run_id, role, fingerprint, serial_number, subject, issuer,"
	    " not_before, not_after, der, next_fingerprint, next_is_ours, reason, actor,"
	    " ca, ca_request_id, archived_at FROM archive WHERE id = ?",
	    "SELECT id FROM archive WHERE run_id IS NOT NULL AND id NOT IN"
	    " (SELECT row_id FROM chain WHERE kind = 2) LIMIT 1" },
};

static void
add_number(struct buf *bytes, int64_t number)
{
	uint8_t big[NUMBER_BYTES];
	uint64_t rest = (uint64_t)number;

	for (int i = NUMBER_BYTES - 1; i >= 0; i--) {
		big[i] = (uint8_t)(rest & 0xff);
		rest >>= 8;
	}
	buf_add(bytes, big, sizeof(big));
}

static void
add_column(struct buf *bytes, sqlite3_stmt *stmt, int at)
{
	const void *value = NULL;
	size_t len = 0;

	switch (sqlite3_column_type(stmt, at)) {
	case SQLITE_NULL:
		buf_add(bytes, "n", 1);
		return;
	case SQLITE_INTEGER:
		buf_add(bytes, "i", 1);
		add_number(bytes, sqlite3_column_int64(stmt, at));
		return;
	case SQLITE_TEXT:
		buf_add(bytes, "t", 1);
		value = sqlite3_column_text(stmt, at);
		break;
	default:
		buf_add(bytes, "b", 1);
		value = sqlite3_column_blob(stmt, at);
		break;
	}
	len = (size_t)sqlite3_column_bytes(stmt, at);
	add_number(bytes, (int64_t)len);
	if (len > 0)
		buf_add(bytes, value, len);
}

/* RC_NOTFOUND, err as it was, when there is no such row. */
static enum rc
digest_row(struct db *db, enum chain_kind kind, int64_t row_id,
    const uint8_t before[CHAIN_DIGEST_BYTES], uint8_t digest[CHAIN_DIGEST_BYTES],
    struct err *err)
{
	const struct db_value id = db_int(row_id);
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	struct buf bytes;
	enum rc r = db_query_kept(db, kinds[kind].row, &id, 1, &stmt, err);

	if (r != RC_OK)
		return r;
	buf_init(&bytes, ROW_MAX_BYTES);
	r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && !is_row)
		r = RC_NOTFOUND;
	if (r == RC_OK) {
		buf_add(&bytes, before, CHAIN_DIGEST_BYTES);
		add_number(&bytes, kind);
		for (int i = 0; i < sqlite3_column_count(stmt); i++)
			add_column(&bytes, stmt, i);
		if (bytes.rc != RC_OK)
			r = err_set(err, bytes.rc, "journal: %s %lld: too large",
			    kinds[kind].noun, (long long)row_id);
	}
	if (r == RC_OK)
		SHA256((const uint8_t *)buf_str(&bytes), bytes.len, digest);
	db_done(stmt);
	buf_clear(&bytes);
	return r;
}

static enum rc
read_newest(struct db *db, uint8_t digest[CHAIN_DIGEST_BYTES], struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r = db_query_kept(db,
	    "SELECT digest FROM chain ORDER BY id DESC LIMIT 1", NULL, 0, &stmt, err);

	if (r != RC_OK)
		return r;
	memset(digest, 0, CHAIN_DIGEST_BYTES);
	r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row && sqlite3_column_bytes(stmt, 0) == CHAIN_DIGEST_BYTES)
		memcpy(digest, sqlite3_column_blob(stmt, 0), CHAIN_DIGEST_BYTES);
	db_done(stmt);
	return r;
}

enum rc
chain_add(struct db *db, enum chain_kind kind, int64_t row_id, struct err *err)
{
	uint8_t before[CHAIN_DIGEST_BYTES];
	uint8_t digest[CHAIN_DIGEST_BYTES];
	const struct db_value values[] = { db_int(kind), db_int(row_id),
		db_blob(digest, sizeof(digest)) };
	enum rc r = read_newest(db, before, err);

	if (r == RC_OK)
		r = digest_row(db, kind, row_id, before, digest, err);
	if (r == RC_NOTFOUND)
		return err_set(err, RC_INTERNAL, "journal: %s %lld: not there",
		    kinds[kind].noun, (long long)row_id);
	if (r != RC_OK)
		return r;
	return db_run_kept(db,
	    "INSERT INTO chain (kind, row_id, digest) VALUES (?, ?, ?)", values,
	    sizeof(values) / sizeof(values[0]), err);
}

static void
find_fault(struct chain_state *state, const char *what, enum chain_kind kind,
    int64_t row_id)
{
	if (!state->is_whole)
		return;
	state->is_whole = false;
	(void)snprintf(state->text, sizeof(state->text), "%s %lld %s", kinds[kind].noun,
	    (long long)row_id, what);
}

/* One entry; state->digest is the one before. */
static enum rc
verify_entry(struct db *db, sqlite3_stmt *stmt, struct chain_state *state,
    struct err *err)
{
	int64_t kind = sqlite3_column_int64(stmt, 1);
	int64_t row_id = sqlite3_column_int64(stmt, 2);
	uint8_t digest[CHAIN_DIGEST_BYTES];
	enum rc r = RC_OK;

	if (kind < 0 || kind >= CHAIN_KINDS ||
	    sqlite3_column_bytes(stmt, 3) != CHAIN_DIGEST_BYTES)
		return err_set(err, RC_DB,
		    "journal: entry %lld of the chain: no such kind",
		    (long long)sqlite3_column_int64(stmt, 0));
	state->n_entries++;
	state->n_of[kind]++;
	r = digest_row(db, (enum chain_kind)kind, row_id, state->digest, digest, err);
	if (r == RC_NOTFOUND)
		find_fault(state, "is gone", (enum chain_kind)kind, row_id);
	else if (r != RC_OK)
		return r;
	else if (memcmp(digest, sqlite3_column_blob(stmt, 3), sizeof(digest)) != 0)
		find_fault(state, "was changed, or what comes before it",
		    (enum chain_kind)kind, row_id);
	memcpy(state->digest, sqlite3_column_blob(stmt, 3), sizeof(state->digest));
	return RC_OK;
}

static enum rc
find_missing(struct db *db, struct chain_state *state, struct err *err)
{
	enum rc r = RC_OK;

	for (int kind = 0; kind < CHAIN_KINDS && r == RC_OK; kind++) {
		sqlite3_stmt *stmt = NULL;
		bool is_row = false;

		r = db_query(db, kinds[kind].missing, NULL, 0, &stmt, err);
		if (r == RC_OK)
			r = db_next(db, stmt, &is_row, err);
		if (r == RC_OK && is_row)
			find_fault(state, "has no entry in the chain",
			    (enum chain_kind)kind, sqlite3_column_int64(stmt, 0));
		(void)sqlite3_finalize(stmt);
	}
	return r;
}

enum rc
chain_verify(struct db *db, struct chain_state *ret_state, struct err *err)
{
	struct chain_state state = { .is_whole = true };
	sqlite3_stmt *stmt = NULL;
	bool is_row = true;
	enum rc r =
	    db_query(db, "SELECT id, kind, row_id, digest FROM chain ORDER BY id", NULL,
		0, &stmt, err);

	while (r == RC_OK && is_row) {
		r = db_next(db, stmt, &is_row, err);
		if (r == RC_OK && is_row)
			r = verify_entry(db, stmt, &state, err);
	}
	(void)sqlite3_finalize(stmt);
	if (r == RC_OK)
		r = find_missing(db, &state, err);
	if (r == RC_OK)
		*ret_state = state;
	return r;
}

enum rc
chain_find(struct db *db, const uint8_t digest[CHAIN_DIGEST_BYTES], bool *ret_found,
    struct err *err)
{
	const struct db_value value = db_blob(digest, CHAIN_DIGEST_BYTES);
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r = db_query(db, "SELECT 1 FROM chain WHERE digest = ? LIMIT 1", &value,
	    1, &stmt, err);

	if (r == RC_OK)
		r = db_next(db, stmt, &is_row, err);
	(void)sqlite3_finalize(stmt);
	if (r == RC_OK)
		*ret_found = is_row;
	return r;
}
