/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the table breaker.
 */
#include "inventory/breaker_row.h"

#include "inventory/column.h"
#include "inventory/job.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define COLUMNS "class, n_failures, opened_at, n_probes, probe_at, probe_job_id"

static void
take(sqlite3_stmt *stmt, struct breaker *breaker)
{
	column_text(stmt, 0, breaker->class, sizeof(breaker->class));
	breaker->n_failures = sqlite3_column_int64(stmt, 1);
	breaker->opened_at = sqlite3_column_int64(stmt, 2);
	breaker->n_probes = sqlite3_column_int64(stmt, 3);
	breaker->probe_at = sqlite3_column_int64(stmt, 4);
	breaker->probe_job_id = sqlite3_column_int64(stmt, 5);
}

enum rc
breaker_row_read(struct db *db, const char *remedy, const char *ca,
    struct breaker *ret_breaker, struct err *err)
{
	const struct db_value values[] = { db_text(remedy), db_text(ca) };
	struct breaker breaker = { 0 };
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query(db, "SELECT " COLUMNS " FROM breaker WHERE remedy = ? AND ca = ?",
	    values, COUNT(values), &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row)
		take(stmt, &breaker);
	(void)sqlite3_finalize(stmt);
	if (r == RC_OK)
		*ret_breaker = breaker;
	return r;
}

enum rc
breaker_row_write(struct db *db, const char *remedy, const char *ca,
    const struct breaker *breaker, const char *text, struct err *err)
{
	const struct db_value values[] = { db_text(remedy), db_text(ca),
		db_text(breaker->class), db_int(breaker->n_failures),
		db_int(breaker->opened_at), db_int(breaker->n_probes),
		db_int(breaker->probe_at), db_int(breaker->probe_job_id),
		db_text(text) };

	return db_run(db,
	    "INSERT OR REPLACE INTO breaker (remedy, ca, " COLUMNS ", text)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
	    values, COUNT(values), err);
}

static enum rc
visit_row(sqlite3_stmt *stmt, breaker_row_visit visit, void *ctx, struct err *err)
{
	char remedy[JOB_WORD_SIZE];
	char ca[JOB_CA_SIZE];
	char text[JOB_TEXT_SIZE];
	struct breaker_row row = { .remedy = remedy, .ca = ca, .text = text };

	take(stmt, &row.breaker);
	column_text(stmt, 6, remedy, sizeof(remedy));
	column_text(stmt, 7, ca, sizeof(ca));
	column_text(stmt, 8, text, sizeof(text));
	return visit(ctx, &row, err);
}

enum rc
breaker_row_each_open(struct db *db, breaker_row_visit visit, void *ctx,
    struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	bool is_row = true;
	enum rc r;

	r = db_query(db,
	    "SELECT " COLUMNS ", remedy, ca, text FROM breaker WHERE opened_at <> 0"
	    " ORDER BY opened_at, remedy, ca",
	    NULL, 0, &stmt, err);
	if (r != RC_OK)
		return r;
	while (r == RC_OK && is_row) {
		r = db_next(db, stmt, &is_row, err);
		if (r == RC_OK && is_row)
			r = visit_row(stmt, visit, ctx, err);
	}
	(void)sqlite3_finalize(stmt);
	return r;
}
