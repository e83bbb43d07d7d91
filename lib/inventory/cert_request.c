/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests in the inventory database.  Every call is one statement, on disk when
 * it returns; a row that does not fit the struct is refused, never cut.
 */
#include "inventory/cert_request.h"

#include <stdlib.h>
#include <string.h>

#define COLUMNS                                                             \
	"id, device_uuid, remedy, ca, csr_sha256, spki_sha256, created_at," \
	" attempts, bad_answers, is_pending, next_poll_at, cookie, text, ca_request_id"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

void
cert_request_clear(struct cert_request *request)
{
	free(request->cookie);
	memset(request, 0, sizeof(*request));
}

static enum rc
refuse(sqlite3_stmt *stmt, int at, struct err *err)
{
	return err_set(err, RC_DB,
	    "cert_request: column %s: not of the size it must have",
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
read_digest(sqlite3_stmt *stmt, int at, uint8_t field[CERT_REQUEST_DIGEST_BYTES],
    struct err *err)
{
	const void *bytes = sqlite3_column_blob(stmt, at);

	if (bytes == NULL ||
	    sqlite3_column_bytes(stmt, at) != CERT_REQUEST_DIGEST_BYTES)
		return refuse(stmt, at, err);
	memcpy(field, bytes, CERT_REQUEST_DIGEST_BYTES);
	return RC_OK;
}

static enum rc
read_cookie(sqlite3_stmt *stmt, int at, struct cert_request *request, struct err *err)
{
	const void *bytes = sqlite3_column_blob(stmt, at);
	size_t len = (size_t)sqlite3_column_bytes(stmt, at);

	if (bytes == NULL)
		return RC_OK;
	if (len > CERT_REQUEST_COOKIE_MAX_BYTES)
		return refuse(stmt, at, err);
	request->cookie = malloc(len);
	if (request->cookie == NULL)
		return err_set(err, RC_NOMEM, "cert_request: out of memory");
	memcpy(request->cookie, bytes, len);
	request->cookie_len = len;
	return RC_OK;
}

static enum rc
read_row(sqlite3_stmt *stmt, struct cert_request *request, struct err *err)
{
	enum rc r;

	request->id = sqlite3_column_int64(stmt, 0);
	r = read_text(stmt, 1, request->device_uuid, sizeof(request->device_uuid), err);
	if (r == RC_OK)
		r = read_text(stmt, 2, request->remedy, sizeof(request->remedy), err);
	if (r == RC_OK)
		r = read_text(stmt, 3, request->ca, sizeof(request->ca), err);
	if (r == RC_OK)
		r = read_digest(stmt, 4, request->csr_sha256, err);
	if (r == RC_OK)
		r = read_digest(stmt, 5, request->spki_sha256, err);
	request->created_at = sqlite3_column_int64(stmt, 6);
	request->attempts = sqlite3_column_int64(stmt, 7);
	request->bad_answers = sqlite3_column_int64(stmt, 8);
	request->is_pending = sqlite3_column_int64(stmt, 9) != 0;
	request->next_poll_at = sqlite3_column_int64(stmt, 10);
	if (r == RC_OK)
		r = read_cookie(stmt, 11, request, err);
	if (r == RC_OK)
		r = read_text(stmt, 12, request->text, sizeof(request->text), err);
	if (r == RC_OK)
		r = read_text(stmt, 13, request->ca_request_id,
		    sizeof(request->ca_request_id), err);
	return r;
}

enum rc
cert_request_find(struct db *db, const char *device_uuid, const char *remedy,
    struct cert_request *ret_request, struct err *err)
{
	const struct db_value values[] = { db_text(device_uuid), db_text(remedy) };
	struct cert_request request = { 0 };
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query(db,
	    "SELECT " COLUMNS " FROM cert_request"
	    " WHERE device_uuid = ? AND remedy = ? AND closed_at IS NULL",
	    values, COUNT(values), &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && !is_row)
		r = RC_NOTFOUND;
	if (r == RC_OK)
		r = read_row(stmt, &request, err);
	if (r == RC_OK) {
		*ret_request = request;
		memset(&request, 0, sizeof(request));
	}
	cert_request_clear(&request);
	(void)sqlite3_finalize(stmt);
	return r;
}

enum rc
cert_request_begin(struct db *db, struct cert_request *request, int64_t now,
    struct err *err)
{
	const struct db_value values[] = { db_text(request->device_uuid),
		db_text(request->remedy), db_text(request->ca),
		db_blob(request->csr_sha256, CERT_REQUEST_DIGEST_BYTES),
		db_blob(request->spki_sha256, CERT_REQUEST_DIGEST_BYTES), db_int(now) };
	enum rc r;

	r = db_run(db,
	    "INSERT INTO cert_request (device_uuid, remedy, ca, csr_sha256,"
	    " spki_sha256, created_at) VALUES (?, ?, ?, ?, ?, ?)"
	    " ON CONFLICT DO NOTHING",
	    values, COUNT(values), err);
	if (r != RC_OK)
		return r;
	if (sqlite3_changes(db->sqlite) != 1)
		return err_set(err, RC_STATE,
		    "cert_request: device %s: %s has an open request",
		    request->device_uuid, request->remedy);
	request->id = sqlite3_last_insert_rowid(db->sqlite);
	request->created_at = now;
	return RC_OK;
}

static enum rc
check_open(struct db *db, const struct cert_request *request, struct err *err)
{
	if (sqlite3_changes(db->sqlite) == 1)
		return RC_OK;
	return err_set(err, RC_STATE, "cert_request %lld: it is not open",
	    (long long)request->id);
}

enum rc
cert_request_update(struct db *db, const struct cert_request *request, struct err *err)
{
	const struct db_value values[] = { db_int(request->attempts),
		db_int(request->bad_answers), db_int(request->is_pending ? 1 : 0),
		db_int(request->next_poll_at),
		db_blob(request->cookie_len > 0 ? request->cookie : NULL,
		    request->cookie_len),
		db_text(request->text), db_text(request->ca_request_id),
		db_int(request->id) };
	enum rc r;

	r = db_run(db,
	    "UPDATE cert_request SET attempts = ?, bad_answers = ?, is_pending = ?,"
	    " next_poll_at = ?, cookie = ?, text = ?, ca_request_id = ?"
	    " WHERE id = ? AND closed_at IS NULL",
	    values, COUNT(values), err);
	return r == RC_OK ? check_open(db, request, err) : r;
}

enum rc
cert_request_close(struct db *db, const struct cert_request *request,
    const char *outcome, int64_t now, struct err *err)
{
	const struct db_value values[] = { db_int(now), db_text(outcome),
		db_int(request->id) };
	enum rc r;

	r = db_run(db,
	    "UPDATE cert_request SET closed_at = ?, outcome = ?, is_pending = 0,"
	    " cookie = NULL WHERE id = ? AND closed_at IS NULL",
	    values, COUNT(values), err);
	return r == RC_OK ? check_open(db, request, err) : r;
}

enum rc
cert_request_awaits_key(struct db *db, const char *device_uuid,
    const uint8_t spki_sha256[CERT_REQUEST_DIGEST_BYTES], const char *except_remedy,
    bool *ret_awaits, struct err *err)
{
	const struct db_value values[] = { db_text(device_uuid),
		db_blob(spki_sha256, CERT_REQUEST_DIGEST_BYTES),
		db_text(except_remedy) };
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query(db,
	    "SELECT 1 FROM cert_request WHERE device_uuid = ? AND spki_sha256 = ?"
	    " AND closed_at IS NULL AND remedy IS NOT ? LIMIT 1",
	    values, COUNT(values), &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK)
		*ret_awaits = is_row;
	(void)sqlite3_finalize(stmt);
	return r;
}

static enum rc
read_oldest(sqlite3_stmt *stmt, struct cert_request_age *age, struct err *err)
{
	enum rc r;

	age->n = sqlite3_column_int64(stmt, 0);
	age->oldest_at = sqlite3_column_int64(stmt, 1);
	r = read_text(stmt, 2, age->oldest_device_uuid, sizeof(age->oldest_device_uuid),
	    err);
	if (r == RC_OK)
		r = read_text(stmt, 3, age->oldest_text, sizeof(age->oldest_text), err);
	return r;
}

enum rc
cert_request_read_age(struct db *db, const char *ca, struct cert_request_age *ret_age,
    struct err *err)
{
	const struct db_value values[] = { db_text(ca) };
	struct cert_request_age age = { 0 };
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query(db,
	    "SELECT count(*) OVER (), created_at, device_uuid, text FROM cert_request"
	    " WHERE is_pending AND closed_at IS NULL AND (?1 IS NULL OR ca = ?1)"
	    " ORDER BY created_at, id LIMIT 1",
	    values, COUNT(values), &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row)
		r = read_oldest(stmt, &age, err);
	if (r == RC_OK)
		*ret_age = age;
	(void)sqlite3_finalize(stmt);
	return r;
}
