/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table outbox.  A row stays when its line was taken: a run that is taken up
 * proves once more and must not tell twice.
 */
#include "inventory/outbox.h"

#include <string.h>

#include "base/text.h"
#include "inventory/column.h"

#define COLUMNS \
	"id, device_name, line, created_at, n_failed, not_before, text FROM outbox"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum rc
outbox_add(struct db *db, const struct outbox_note *note, int64_t now, struct err *err)
{
	const struct db_value values[] = { db_int(note->run_id),
		db_int(note->is_undone), db_text(note->device_uuid),
		db_text(note->device_name), db_text(note->line), db_int(now) };

	if (strlen(note->line) > OUTBOX_LINE_MAX_BYTES)
		return err_set(err, RC_LIMIT, "outbox: a line of more than %d bytes",
		    OUTBOX_LINE_MAX_BYTES);
	return db_run(db,
	    "INSERT INTO outbox (run_id, is_undone, device_uuid, device_name, line,"
	    " created_at) VALUES (?, ?, ?, ?, ?, ?)"
	    " ON CONFLICT (run_id, is_undone) DO NOTHING",
	    values, COUNT(values), err);
}

enum rc
outbox_has(struct db *db, int64_t run_id, bool is_undone, bool *ret_has,
    struct err *err)
{
	const struct db_value values[] = { db_int(run_id), db_int(is_undone) };
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query(db, "SELECT 1 FROM outbox WHERE run_id = ? AND is_undone = ?",
	    values, COUNT(values), &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	(void)sqlite3_finalize(stmt);
	if (r == RC_OK)
		*ret_has = is_row;
	return r;
}

static void
read_row(sqlite3_stmt *stmt, struct outbox_entry *entry)
{
	entry->id = sqlite3_column_int64(stmt, 0);
	column_text(stmt, 1, entry->device_name, sizeof(entry->device_name));
	column_text(stmt, 2, entry->line, sizeof(entry->line));
	entry->created_at = sqlite3_column_int64(stmt, 3);
	entry->n_failed = sqlite3_column_int64(stmt, 4);
	entry->not_before = sqlite3_column_int64(stmt, 5);
	column_text(stmt, 6, entry->text, sizeof(entry->text));
}

/* The first row of a statement; RC_NOTFOUND. */
static enum rc
find(struct db *db, const char *sql, const struct db_value *values, size_t n,
    struct outbox_entry *ret_entry, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r = db_query(db, sql, values, n, &stmt, err);

	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && !is_row)
		r = RC_NOTFOUND;
	if (r == RC_OK)
		read_row(stmt, ret_entry);
	(void)sqlite3_finalize(stmt);
	return r;
}

/* ?1 now, ?2 the longest wait: what is put off for longer was so by a clock ahead. */
#define IS_DUE " taken_at = 0 AND not_before NOT BETWEEN ?1 + 1 AND ?1 + ?2"

enum rc
outbox_find_due(struct db *db, const char *device_name, int64_t from_id, int64_t now,
    struct outbox_entry *ret_entry, struct err *err)
{
	const struct db_value values[] = { db_int(now), db_int(OUTBOX_BACK_MAX_S),
		db_int(from_id), db_text(device_name) };

	return find(db,
	    "SELECT " COLUMNS " WHERE" IS_DUE " AND id >= ?3"
	    " AND (?4 IS NULL OR device_name = ?4)"
	    " AND NOT EXISTS (SELECT 1 FROM outbox AS before WHERE before.taken_at = 0"
	    " AND before.device_uuid = outbox.device_uuid AND before.id < outbox.id)"
	    " ORDER BY id LIMIT 1",
	    values, COUNT(values), ret_entry, err);
}

enum rc
outbox_read_due(struct db *db, int64_t id, int64_t now, struct outbox_entry *ret_entry,
    struct err *err)
{
	const struct db_value values[] = { db_int(now), db_int(OUTBOX_BACK_MAX_S),
		db_int(id) };

	return find(db, "SELECT " COLUMNS " WHERE" IS_DUE " AND id = ?3", values,
	    COUNT(values), ret_entry, err);
}

enum rc
outbox_note_taken(struct db *db, int64_t id, int64_t now, struct err *err)
{
	const struct db_value values[] = { db_int(now), db_int(id) };

	return db_run(db, "UPDATE outbox SET taken_at = ?, text = '' WHERE id = ?",
	    values, COUNT(values), err);
}

/* Seconds until the next attempt after that many failures. */
static int64_t
back_off(int64_t n_failed)
{
	int64_t wait = OUTBOX_BACK_FIRST_S;

	for (int64_t i = 1; i < n_failed && wait < OUTBOX_BACK_MAX_S; i++)
		wait *= 2;
	return wait < OUTBOX_BACK_MAX_S ? wait : OUTBOX_BACK_MAX_S;
}

static enum rc
note_failed(struct db *db, int64_t id, const char *text, int64_t not_before,
    struct err *err)
{
	const struct db_value values[] = { db_int(not_before), db_text(text),
		db_int(id) };

	return db_run(db,
	    "UPDATE outbox SET n_failed = n_failed + 1, not_before = ?, text = ?"
	    " WHERE id = ?",
	    values, COUNT(values), err);
}

enum rc
outbox_note_failed(struct db *db, struct outbox_entry *entry, const char *text,
    int64_t now, struct err *err)
{
	int64_t not_before = now + back_off(entry->n_failed + 1);
	char line[OUTBOX_TEXT_SIZE];
	enum rc r;

	text_line_field(line, sizeof(line), text, strlen(text));
	r = note_failed(db, entry->id, line, not_before, err);
	if (r != RC_OK)
		return r;
	entry->n_failed++;
	entry->not_before = not_before;
	memcpy(entry->text, line, sizeof(line));
	return RC_OK;
}

enum rc
outbox_count(struct db *db, struct outbox_counts *ret_counts, struct err *err)
{
	struct outbox_counts counts = { 0 };
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query(db,
	    "SELECT count(*), total(n_failed > 0), min(created_at) FROM outbox"
	    " WHERE taken_at = 0",
	    NULL, 0, &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row) {
		counts.n = sqlite3_column_int64(stmt, 0);
		counts.n_failed = sqlite3_column_int64(stmt, 1);
		counts.since = sqlite3_column_int64(stmt, 2);
	}
	(void)sqlite3_finalize(stmt);
	if (r == RC_OK && counts.n_failed > 0)
		r = find(db,
		    "SELECT " COLUMNS " WHERE taken_at = 0 AND n_failed > 0"
		    " ORDER BY id LIMIT 1",
		    NULL, 0, &counts.bad, err);
	if (r == RC_OK)
		*ret_counts = counts;
	return r;
}

enum rc
outbox_each(struct db *db, int64_t limit, outbox_visit visit, void *ctx,
    struct err *err)
{
	const struct db_value value = db_int(limit);
	sqlite3_stmt *stmt = NULL;
	bool is_row = true;
	enum rc r;

	r = db_query(db, "SELECT " COLUMNS " WHERE taken_at = 0 ORDER BY id LIMIT ?",
	    &value, 1, &stmt, err);
	while (r == RC_OK && is_row) {
		struct outbox_entry entry = { 0 };

		r = db_next(db, stmt, &is_row, err);
		if (r == RC_OK && is_row) {
			read_row(stmt, &entry);
			r = visit(ctx, &entry, err);
		}
	}
	(void)sqlite3_finalize(stmt);
	return r;
}
