/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the table scan.
 */
#include "inventory/scan_log.h"

#include <string.h>

enum {
	SCANS_KEPT = 1000
};

static enum rc
trim(struct db *db, struct err *err)
{
	const struct db_value kept = db_int(SCANS_KEPT);

	return db_run(db,
	    "DELETE FROM scan WHERE id <= (SELECT max(id) FROM scan) - ?1"
	    " AND id <> (SELECT id FROM scan WHERE finished_at IS NOT NULL"
	    " ORDER BY finished_at DESC LIMIT 1)",
	    &kept, 1, err);
}

enum rc
scan_log_begin(struct db *db, struct scan_record *record, struct err *err)
{
	const struct db_value values[] = { db_text(record->is_store ? "store" : "tls"),
		db_int(record->started_at), db_int(record->n_targets) };
	enum rc r;

	r = db_run(db,
	    "INSERT INTO scan (depth, started_at, n_targets) VALUES (?, ?, ?)", values,
	    sizeof(values) / sizeof(values[0]), err);
	if (r != RC_OK)
		return r;
	record->id = sqlite3_last_insert_rowid(db->sqlite);
	return trim(db, err);
}

enum rc
scan_log_update(struct db *db, const struct scan_record *record, struct err *err)
{
	const struct db_value values[] = { db_int(record->id),
		record->finished_at != 0 ? db_int(record->finished_at) : db_text(NULL),
		db_int(record->n_ok), db_int(record->n_failed),
		db_int(record->n_skipped) };

	return db_run(db,
	    "UPDATE scan SET finished_at = ?2, n_ok = ?3, n_failed = ?4, n_skipped = ?5"
	    " WHERE id = ?1",
	    values, sizeof(values) / sizeof(values[0]), err);
}

static enum rc
find(struct db *db, const char *sql, struct scan_record *ret_record, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	const char *depth;
	bool is_row = false;
	enum rc r;

	r = db_query(db, sql, NULL, 0, &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row) {
		depth = (const char *)sqlite3_column_text(stmt, 1);
		*ret_record = (struct scan_record){ .id = sqlite3_column_int64(stmt, 0),
			.is_store = depth != NULL && strcmp(depth, "store") == 0,
			.started_at = sqlite3_column_int64(stmt, 2),
			.finished_at = sqlite3_column_int64(stmt, 3),
			.n_targets = sqlite3_column_int64(stmt, 4),
			.n_ok = sqlite3_column_int64(stmt, 5),
			.n_failed = sqlite3_column_int64(stmt, 6),
			.n_skipped = sqlite3_column_int64(stmt, 7) };
	}
	(void)sqlite3_finalize(stmt);
	return r == RC_OK && !is_row ? RC_NOTFOUND : r;
}

#define SCAN_COLUMNS                                                            \
	"SELECT id, depth, started_at, finished_at, n_targets, n_ok, n_failed," \
	" n_skipped FROM scan "

enum rc
scan_log_last_finished(struct db *db, struct scan_record *ret_record, struct err *err)
{
	return find(db,
	    SCAN_COLUMNS "WHERE finished_at IS NOT NULL"
			 " ORDER BY finished_at DESC, id DESC LIMIT 1",
	    ret_record, err);
}
