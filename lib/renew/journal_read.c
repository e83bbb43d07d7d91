/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An open run out of the inventory database.  A row that does not fit the
 * struct is refused, never cut.
 */
#include <stdlib.h>
#include <string.h>

#include "renew/journal.h"

enum {
	BLOB_MAX_BYTES = 1024 * 1024
};

void
journal_run_clear(struct journal_run *run)
{
	free(run->keys_before);
	free(run->new_spki);
	free(run->csr);
	free(run->signed_csr);
	free(run->new_cert);
	free(run->added);
	memset(run, 0, sizeof(*run));
}

static enum rc
refuse(sqlite3_stmt *stmt, int at, struct err *err)
{
	return err_set(err, RC_DB, "journal: column %s: not of the size it must have",
	    sqlite3_column_name(stmt, at));
}

static enum rc
read_text(sqlite3_stmt *stmt, int at, char *field, size_t size, struct err *err)
{
	const void *text = sqlite3_column_text(stmt, at);
	size_t len = (size_t)sqlite3_column_bytes(stmt, at);

	if (text == NULL || len >= size || memchr(text, '\0', len) != NULL)
		return refuse(stmt, at, err);
	memcpy(field, text, len);
	field[len] = '\0';
	return RC_OK;
}

static enum rc
read_digest(sqlite3_stmt *stmt, int at, uint8_t *field, size_t size, struct err *err)
{
	const void *bytes = sqlite3_column_blob(stmt, at);

	if (bytes == NULL || (size_t)sqlite3_column_bytes(stmt, at) != size)
		return refuse(stmt, at, err);
	memcpy(field, bytes, size);
	return RC_OK;
}

static enum rc
read_blob(sqlite3_stmt *stmt, int at, uint8_t **ret_bytes, size_t *ret_len,
    struct err *err)
{
	const void *bytes = sqlite3_column_blob(stmt, at);
	size_t len = (size_t)sqlite3_column_bytes(stmt, at);
	uint8_t *copy;

	if (bytes == NULL)
		return RC_OK;
	if (len > BLOB_MAX_BYTES)
		return refuse(stmt, at, err);
	copy = malloc(len);
	if (copy == NULL)
		return err_set(err, RC_NOMEM, "journal: out of memory");
	memcpy(copy, bytes, len);
	*ret_bytes = copy;
	*ret_len = len;
	return RC_OK;
}

#define READ_TEXT(at, field) read_text(stmt, at, run->field, sizeof(run->field), err)
#define READ_BLOB(at, field) read_blob(stmt, at, &run->field, &run->field##_len, err)

static enum rc
read_run(sqlite3_stmt *stmt, struct journal_run *run, struct err *err)
{
	enum rc r;

	run->id = sqlite3_column_int64(stmt, 0);
	run->started_at = sqlite3_column_int64(stmt, 1);
	run->step_done = sqlite3_column_int64(stmt, 2) != 0;
	run->open = sqlite3_column_int64(stmt, 19) != 0;
	r = READ_TEXT(3, device_uuid);
	if (r == RC_OK)
		r = READ_TEXT(4, remedy);
	if (r == RC_OK)
		r = READ_TEXT(5, serial_number);
	if (r == RC_OK)
		r = READ_TEXT(6, step);
	if (r == RC_OK)
		r = read_digest(stmt, 7, run->old_fingerprint,
		    sizeof(run->old_fingerprint), err);
	if (r == RC_OK)
		r = READ_TEXT(8, old_cert_instance_id);
	if (r == RC_OK)
		r = READ_TEXT(9, old_key_instance_id);
	if (r == RC_OK)
		r = READ_TEXT(10, new_cert_instance_id);
	if (r == RC_OK)
		r = READ_TEXT(11, new_key_instance_id);
	if (r == RC_OK)
		r = READ_BLOB(12, keys_before);
	if (r == RC_OK)
		r = READ_BLOB(13, new_spki);
	if (r == RC_OK)
		r = READ_BLOB(14, csr);
	if (r == RC_OK)
		r = READ_BLOB(15, signed_csr);
	if (r == RC_OK)
		r = READ_BLOB(16, new_cert);
	if (r == RC_OK)
		r = READ_BLOB(17, added);
	if (r == RC_OK)
		r = READ_TEXT(18, memo);
	return r;
}

#define SELECT_RUN                                                                \
	"SELECT id, started_at, step_done, device_uuid, remedy, serial_number,"   \
	" step, old_fingerprint, old_cert_instance_id, old_key_instance_id,"      \
	" new_cert_instance_id, new_key_instance_id, keys_before, new_spki, csr," \
	" signed_csr, new_cert, added, memo, closed_at IS NULL FROM run"
#define NEWEST " ORDER BY id DESC LIMIT 1"

/* The first run that a statement made of SELECT_RUN gives. */
static enum rc
find_run(struct db *db, const char *sql, const struct db_value *values, size_t n,
    struct journal_run *ret_run, struct err *err)
{
	struct journal_run run = { 0 };
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query(db, sql, values, n, &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && !is_row)
		r = RC_NOTFOUND;
	if (r == RC_OK)
		r = read_run(stmt, &run, err);
	if (r == RC_OK) {
		*ret_run = run;
		memset(&run, 0, sizeof(run));
	}
	journal_run_clear(&run);
	(void)sqlite3_finalize(stmt);
	return r;
}

enum rc
journal_find_open(struct db *db, const char *device_uuid, struct journal_run *ret_run,
    struct err *err)
{
	const struct db_value value = db_text(device_uuid);

	return find_run(db,
	    SELECT_RUN " WHERE device_uuid = ? AND outcome IS NULL" NEWEST, &value, 1,
	    ret_run, err);
}

enum rc
journal_find_last_tls(struct db *db, const char *device_uuid,
    struct journal_run *ret_run, struct err *err)
{
	const struct db_value value = db_text(device_uuid);

	return find_run(db,
	    SELECT_RUN " WHERE device_uuid = ? AND outcome = 'done'"
		       " AND new_cert IS NOT NULL"
		       " AND remedy IN ('renew_amt_tls', 'reprovision_amt_tls')" NEWEST,
	    &value, 1, ret_run, err);
}

enum rc
journal_find_by_new_key(struct db *db,
    const uint8_t spki_sha256[CERT_FINGERPRINT_BYTES], struct journal_run *ret_run,
    struct err *err)
{
	const struct db_value value = db_blob(spki_sha256, CERT_FINGERPRINT_BYTES);

	return find_run(db,
	    SELECT_RUN " WHERE new_spki_sha256 = ?"
		       " AND (outcome IS NULL OR outcome = 'done')" NEWEST,
	    &value, 1, ret_run, err);
}
