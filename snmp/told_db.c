/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables of agent.db.
 */
#include "snmp/told_db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	TOLD_APPLICATION_ID = 0x616d7461, /* "amta" */
	PATH_SIZE = 320,
	ROWS_FIRST = 256,
};

/* scan has its one row as soon as the first of it all was kept. */
static const char *const version_1[] = {
	"CREATE TABLE told ("
	" device INTEGER NOT NULL,"
	" cert INTEGER NOT NULL,"
	" ends INTEGER NOT NULL,"
	" state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),"
	" has_expired INTEGER NOT NULL CHECK (has_expired IN (0, 1)),"
	" PRIMARY KEY (device, cert)"
	") STRICT, WITHOUT ROWID;"
	"CREATE TABLE job (id INTEGER PRIMARY KEY) STRICT;"
	"CREATE TABLE scan ("
	" id INTEGER PRIMARY KEY CHECK (id = 1),"
	" is_stalled INTEGER NOT NULL CHECK (is_stalled IN (0, 1)),"
	" stalled_at INTEGER NOT NULL"
	") STRICT;",
};

static const struct migration migrations[] = {
	{ version_1, sizeof(version_1) / sizeof(version_1[0]) },
};

static const struct schema schema = {
	.noun = "memory of amtcert_agent",
	.application_id = TOLD_APPLICATION_ID,
	.migrations = migrations,
	.n_migrations = sizeof(migrations) / sizeof(migrations[0]),
};

void
told_clear(struct told *told)
{
	free(told->rows);
	free(told->jobs);
	memset(told, 0, sizeof(*told));
}

enum rc
told_db_open(const char *folder, struct db *ret_db, struct err *err)
{
	char path[PATH_SIZE];
	int n = snprintf(path, sizeof(path), "%s/agent.db", folder);

	if (n < 0 || (size_t)n >= sizeof(path))
		return err_set(err, RC_LIMIT, "%s: path: too long", folder);
	return db_open_as(path, &schema, ret_db, err);
}

static bool
is_sane(sqlite3_stmt *stmt, int at, int64_t max)
{
	int64_t n = sqlite3_column_int64(stmt, at);

	return n >= 0 && n <= max;
}

/* A file may be edited by hand: a row that cannot be is as good as none. */
static void
take_row(sqlite3_stmt *stmt, struct told *told)
{
	struct told_row *row = &told->rows[told->n];

	for (int i = 0; i < 3; i++)
		if (!is_sane(stmt, i, UINT32_MAX))
			return;
	row->device = (uint32_t)sqlite3_column_int64(stmt, 0);
	row->cert = (uint32_t)sqlite3_column_int64(stmt, 1);
	row->end = (uint32_t)sqlite3_column_int64(stmt, 2);
	row->told_s = 0;
	row->state = (uint8_t)sqlite3_column_int(stmt, 3);
	row->has_expired = sqlite3_column_int(stmt, 4) != 0;
	told->n++;
}

static enum rc
read_rows(struct db *db, struct told *told, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	size_t cap = 0;
	bool is_row = false;
	enum rc r;

	r = db_query(db,
	    "SELECT device, cert, ends, state, has_expired FROM told"
	    " ORDER BY device, cert",
	    NULL, 0, &stmt, err);
	if (r == RC_OK)
		r = db_next(db, stmt, &is_row, err);
	while (r == RC_OK && is_row) {
		if (told->n == cap) {
			struct told_row *rows;

			cap = cap == 0 ? ROWS_FIRST : cap * 2;
			rows = reallocarray(told->rows, cap, sizeof(*rows));
			if (rows == NULL) {
				r = err_set(err, RC_NOMEM, "told: out of memory");
				break;
			}
			told->rows = rows;
		}
		take_row(stmt, told);
		r = db_next(db, stmt, &is_row, err);
	}
	(void)sqlite3_finalize(stmt);
	return r;
}

static enum rc
read_jobs(struct db *db, struct told *told, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query(db, "SELECT id FROM job ORDER BY id", NULL, 0, &stmt, err);
	if (r == RC_OK)
		r = db_next(db, stmt, &is_row, err);
	while (r == RC_OK && is_row) {
		int64_t *jobs =
		    reallocarray(told->jobs, told->n_jobs + 1, sizeof(*jobs));

		if (jobs == NULL) {
			r = err_set(err, RC_NOMEM, "told: out of memory");
			break;
		}
		told->jobs = jobs;
		jobs[told->n_jobs++] = sqlite3_column_int64(stmt, 0);
		r = db_next(db, stmt, &is_row, err);
	}
	(void)sqlite3_finalize(stmt);
	return r;
}

static enum rc
read_scan(struct db *db, struct told *told, bool *ret_is_new, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query(db, "SELECT is_stalled, stalled_at FROM scan", NULL, 0, &stmt,
	    err);
	if (r == RC_OK)
		r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row) {
		told->is_stalled = sqlite3_column_int(stmt, 0) != 0;
		told->stalled_at = sqlite3_column_int64(stmt, 1);
	}
	if (r == RC_OK)
		*ret_is_new = !is_row;
	(void)sqlite3_finalize(stmt);
	return r;
}

enum rc
told_db_read(struct db *db, struct told *ret_told, bool *ret_is_new, struct err *err)
{
	struct told told = { 0 };
	enum rc r;

	r = read_scan(db, &told, ret_is_new, err);
	if (r == RC_OK)
		r = read_rows(db, &told, err);
	if (r == RC_OK)
		r = read_jobs(db, &told, err);
	if (r != RC_OK) {
		told_clear(&told);
		return r;
	}
	*ret_told = told;
	return RC_OK;
}

enum rc
told_db_add(struct db *db, const struct told_row *row, struct err *err)
{
	const struct db_value values[] = { db_int(row->device), db_int(row->cert),
		db_int(row->end), db_int(row->state), db_int(row->has_expired) };

	return db_run_kept(db,
	    "INSERT OR REPLACE INTO told (device, cert, ends, state, has_expired)"
	    " VALUES (?, ?, ?, ?, ?)",
	    values, sizeof(values) / sizeof(values[0]), err);
}

enum rc
told_db_remove(struct db *db, const struct told_row *row, struct err *err)
{
	const struct db_value values[] = { db_int(row->device), db_int(row->cert) };

	return db_run_kept(db, "DELETE FROM told WHERE device = ? AND cert = ?", values,
	    sizeof(values) / sizeof(values[0]), err);
}

enum rc
told_db_set_state(struct db *db, const struct told_row *row, struct err *err)
{
	const struct db_value values[] = { db_int(row->state), db_int(row->device),
		db_int(row->cert) };

	return db_run_kept(db,
	    "UPDATE told SET state = ? WHERE device = ? AND cert = ?", values,
	    sizeof(values) / sizeof(values[0]), err);
}

enum rc
told_db_set_end(struct db *db, const struct told_row *row, struct err *err)
{
	const struct db_value values[] = { db_int(row->end), db_int(row->has_expired),
		db_int(row->device), db_int(row->cert) };

	return db_run_kept(db,
	    "UPDATE told SET ends = ?, has_expired = ? WHERE device = ? AND cert = ?",
	    values, sizeof(values) / sizeof(values[0]), err);
}

enum rc
told_db_set_expired(struct db *db, const struct told_row *row, struct err *err)
{
	const struct db_value values[] = { db_int(row->has_expired),
		db_int(row->device), db_int(row->cert) };

	return db_run_kept(db,
	    "UPDATE told SET has_expired = ? WHERE device = ? AND cert = ?", values,
	    sizeof(values) / sizeof(values[0]), err);
}

enum rc
told_db_add_job(struct db *db, int64_t id, struct err *err)
{
	const struct db_value value = db_int(id);

	return db_run_kept(db, "INSERT OR IGNORE INTO job (id) VALUES (?)", &value, 1,
	    err);
}

enum rc
told_db_set_scan(struct db *db, bool is_stalled, int64_t stalled_at, struct err *err)
{
	const struct db_value values[] = { db_int(is_stalled), db_int(stalled_at) };

	return db_run_kept(db,
	    "INSERT OR REPLACE INTO scan (id, is_stalled, stalled_at) VALUES (1, ?, ?)",
	    values, sizeof(values) / sizeof(values[0]), err);
}

enum rc
told_db_write(struct db *db, const struct told *told, struct err *err)
{
	enum rc r;

	r = db_begin(db, err);
	if (r == RC_OK)
		r = db_exec(db, "DELETE FROM told; DELETE FROM job", err);
	for (size_t i = 0; r == RC_OK && i < told->n; i++)
		r = told_db_add(db, &told->rows[i], err);
	for (size_t i = 0; r == RC_OK && i < told->n_jobs; i++)
		r = told_db_add_job(db, told->jobs[i], err);
	if (r == RC_OK)
		r = told_db_set_scan(db, told->is_stalled, told->stalled_at, err);
	if (r == RC_OK)
		r = db_commit(db, err);
	if (r != RC_OK)
		db_rollback(db);
	return r;
}
