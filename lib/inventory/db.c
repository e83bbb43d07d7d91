/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Transactions, bound statements and SQLite's messages.  Values reach SQL only
 * as bound parameters.
 */
#include "inventory/db.h"

#include <stdlib.h>
#include <string.h>

void
db_close(struct db *db)
{
	for (size_t i = 0; i < db->n_kept; i++)
		(void)sqlite3_finalize(db->kept[i].stmt);
	free(db->kept);
	if (db->sqlite != NULL)
		(void)sqlite3_close_v2(db->sqlite);
	free(db->path);
	memset(db, 0, sizeof(*db));
}

/* What an operator can do about it. */
static const char *
advice(int code)
{
	switch (code & 0xff) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return "; it is left as it is: move it away or restore a backup";
	case SQLITE_BUSY:
		return ": another program is writing to it";
	default:
		return "";
	}
}

static enum rc
code_rc(int code)
{
	switch (code & 0xff) {
	case SQLITE_NOMEM:
		return RC_NOMEM;
	case SQLITE_BUSY:
		return RC_LOCKED;
	default:
		return RC_DB;
	}
}

enum rc
db_error(struct db *db, const char *what, struct err *err)
{
	int code;

	if (db->sqlite == NULL)
		return err_set(err, RC_NOMEM, "%s: %s: out of memory", db->path, what);
	code = sqlite3_extended_errcode(db->sqlite);
	return err_set(err, code_rc(code), "%s: %s: %s%s", db->path, what,
	    sqlite3_errmsg(db->sqlite), advice(code));
}

enum rc
db_exec(struct db *db, const char *sql, struct err *err)
{
	if (sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL) != SQLITE_OK)
		return db_error(db, "cannot run a statement", err);
	return RC_OK;
}

enum rc
db_relax(struct db *db, struct err *err)
{
	return db_exec(db, "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384",
	    err);
}

enum rc
db_begin(struct db *db, struct err *err)
{
	if (sqlite3_exec(db->sqlite, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		return db_error(db, "cannot begin a transaction", err);
	return RC_OK;
}

enum rc
db_begin_read(struct db *db, struct err *err)
{
	return db_exec(db, "BEGIN", err);
}

enum rc
db_commit(struct db *db, struct err *err)
{
	if (sqlite3_exec(db->sqlite, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		return db_error(db, "cannot commit", err);
	return RC_OK;
}

void
db_rollback(struct db *db)
{
	/* A failed statement may have ended the transaction on its own. */
	if (sqlite3_get_autocommit(db->sqlite) == 0)
		(void)sqlite3_exec(db->sqlite, "ROLLBACK", NULL, NULL, NULL);
}

struct db_value
db_int(int64_t number)
{
	return (struct db_value){ .kind = DB_INT, .number = number };
}

struct db_value
db_text(const char *text)
{
	if (text == NULL)
		return (struct db_value){ .kind = DB_NULL };
	return (struct db_value){ .kind = DB_TEXT, .bytes = text, .len = strlen(text) };
}

struct db_value
db_blob(const void *bytes, size_t len)
{
	if (bytes == NULL)
		return (struct db_value){ .kind = DB_NULL };
	return (struct db_value){ .kind = DB_BLOB, .bytes = bytes, .len = len };
}

static int
bind(sqlite3_stmt *stmt, int at, const struct db_value *value)
{
	switch (value->kind) {
	case DB_NULL:
		return sqlite3_bind_null(stmt, at);
	case DB_INT:
		return sqlite3_bind_int64(stmt, at, value->number);
	case DB_TEXT:
		return sqlite3_bind_text64(stmt, at, value->bytes, value->len,
		    SQLITE_STATIC, SQLITE_UTF8);
	case DB_BLOB:
		return sqlite3_bind_blob64(stmt, at, value->bytes, value->len,
		    SQLITE_STATIC);
	}
	return SQLITE_MISUSE;
}

static enum rc
bind_all(struct db *db, sqlite3_stmt *stmt, const struct db_value *values, size_t n,
    struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (bind(stmt, (int)i + 1, &values[i]) != SQLITE_OK)
			return db_error(db, "cannot bind a value", err);
	}
	return RC_OK;
}

enum rc
db_query(struct db *db, const char *sql, const struct db_value *values, size_t n,
    sqlite3_stmt **ret_stmt, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	enum rc r;

	if (sqlite3_prepare_v2(db->sqlite, sql, -1, &stmt, NULL) != SQLITE_OK)
		return db_error(db, "cannot prepare a statement", err);
	r = bind_all(db, stmt, values, n, err);
	if (r != RC_OK) {
		(void)sqlite3_finalize(stmt);
		return r;
	}
	*ret_stmt = stmt;
	return RC_OK;
}

enum rc
db_next(struct db *db, sqlite3_stmt *stmt, bool *ret_row, struct err *err)
{
	switch (sqlite3_step(stmt)) {
	case SQLITE_ROW:
		*ret_row = true;
		return RC_OK;
	case SQLITE_DONE:
		*ret_row = false;
		return RC_OK;
	default:
		return db_error(db, "cannot run a statement", err);
	}
}

enum rc
db_run(struct db *db, const char *sql, const struct db_value *values, size_t n,
    struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query(db, sql, values, n, &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	(void)sqlite3_finalize(stmt);
	return r;
}

static enum rc
prepare_kept(struct db *db, const char *sql, sqlite3_stmt **ret_stmt, struct err *err)
{
	sqlite3_stmt *stmt = NULL;

	if (db->kept == NULL)
		db->kept = calloc(DB_KEPT_MAX, sizeof(*db->kept));
	if (db->kept == NULL)
		return err_set(err, RC_NOMEM, "%s: out of memory", db->path);
	if (db->n_kept == DB_KEPT_MAX)
		return err_set(err, RC_INTERNAL, "%s: too many kept statements",
		    db->path);
	if (sqlite3_prepare_v3(db->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt,
		NULL) != SQLITE_OK)
		return db_error(db, "cannot prepare a statement", err);
	db->kept[db->n_kept].sql = sql;
	db->kept[db->n_kept].stmt = stmt;
	db->n_kept++;
	*ret_stmt = stmt;
	return RC_OK;
}

void
db_done(sqlite3_stmt *stmt)
{
	(void)sqlite3_reset(stmt);
	if (stmt != NULL)
		(void)sqlite3_clear_bindings(stmt);
}

enum rc
db_query_kept(struct db *db, const char *sql, const struct db_value *values, size_t n,
    sqlite3_stmt **ret_stmt, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	enum rc r = RC_OK;

	for (size_t i = 0; i < db->n_kept && stmt == NULL; i++)
		if (db->kept[i].sql == sql)
			stmt = db->kept[i].stmt;
	if (stmt == NULL)
		r = prepare_kept(db, sql, &stmt, err);
	if (r == RC_OK)
		r = bind_all(db, stmt, values, n, err);
	if (r != RC_OK) {
		db_done(stmt);
		return r;
	}
	*ret_stmt = stmt;
	return RC_OK;
}

enum rc
db_run_kept(struct db *db, const char *sql, const struct db_value *values, size_t n,
    struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query_kept(db, sql, values, n, &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	db_done(stmt);
	return r;
}

enum rc
db_enter(struct db *db, bool *ret_is_part, struct err *err)
{
	bool is_part = sqlite3_get_autocommit(db->sqlite) == 0;
	enum rc r;

	r = is_part ? db_run_kept(db, "SAVEPOINT part", NULL, 0, err)
		    : db_run_kept(db, "BEGIN IMMEDIATE", NULL, 0, err);
	if (r == RC_OK)
		*ret_is_part = is_part;
	return r;
}

enum rc
db_leave(struct db *db, bool is_part, enum rc r, struct err *err)
{
	if (r == RC_OK)
		r = is_part ? db_run_kept(db, "RELEASE part", NULL, 0, err)
			    : db_run_kept(db, "COMMIT", NULL, 0, err);
	if (r == RC_OK)
		return RC_OK;
	if (!is_part)
		db_rollback(db);
	else if (sqlite3_get_autocommit(db->sqlite) == 0)
		(void)sqlite3_exec(db->sqlite, "ROLLBACK TO part; RELEASE part", NULL,
		    NULL, NULL);
	return r;
}
