/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the table ca_record.
 */
#include "inventory/ca_record.h"

#include "inventory/column.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum rc
ca_record_read(struct db *db, const char *ca, struct ca_record *ret_record,
    struct err *err)
{
	const struct db_value values[] = { db_text(ca), db_int(CA_STANDING_WAITS) };
	struct ca_record record = { .id = 0 };
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query(db,
	    "SELECT id, standing, is_trial, EXISTS (SELECT 1 FROM ca_record WHERE"
	    " ca = ?1 AND standing = ?2), text FROM ca_record WHERE ca = ?1"
	    " AND standing > 0 ORDER BY id DESC LIMIT 1",
	    values, COUNT(values), &stmt, err);
	if (r == RC_OK)
		r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row) {
		record.id = sqlite3_column_int64(stmt, 0);
		record.standing = (enum ca_standing)column_choice(stmt, 1,
		    CA_STANDING_WAITS, CA_STANDING_NONE);
		record.is_trial = sqlite3_column_int64(stmt, 2) != 0;
		record.holds_trials = sqlite3_column_int64(stmt, 3) != 0;
		column_text(stmt, 4, record.text, sizeof(record.text));
	}
	(void)sqlite3_finalize(stmt);
	if (r == RC_OK)
		*ret_record = record;
	return r;
}

static struct db_value
text_or_none(const char *text)
{
	return db_text(text == NULL ? "" : text);
}

enum rc
ca_record_note(struct db *db, const struct ca_record_entry *entry, int64_t now,
    struct err *err)
{
	const struct db_value values[] = { db_text(entry->ca), db_int(now),
		db_int(entry->standing), text_or_none(entry->device_uuid),
		text_or_none(entry->text) };

	return db_run(db,
	    "INSERT INTO ca_record (ca, at, standing, is_trial, device_uuid, text)"
	    " SELECT ?1, ?2, ?3, 0, ?4, ?5 WHERE ?3 IS NOT (SELECT standing FROM"
	    " ca_record WHERE ca = ?1 AND standing > 0 ORDER BY id DESC LIMIT 1)",
	    values, COUNT(values), err);
}

enum rc
ca_record_begin_trial(struct db *db, const struct ca_record_entry *entry, int64_t now,
    int64_t *ret_id, struct err *err)
{
	const struct db_value values[] = { db_text(entry->ca), db_int(now),
		text_or_none(entry->device_uuid), text_or_none(entry->text) };
	enum rc r;

	r = db_run(db,
	    "INSERT INTO ca_record (ca, at, standing, is_trial, device_uuid, text)"
	    " VALUES (?, ?, 0, 1, ?, ?)",
	    values, COUNT(values), err);
	if (r == RC_OK)
		*ret_id = sqlite3_last_insert_rowid(db->sqlite);
	return r;
}

enum rc
ca_record_end_trial(struct db *db, int64_t id, const struct ca_record_entry *entry,
    struct err *err)
{
	const struct db_value values[] = { db_int(id), db_int(entry->standing),
		text_or_none(entry->issuer), text_or_none(entry->serial_number),
		text_or_none(entry->ca_request_id), text_or_none(entry->text) };

	return db_run(db,
	    "UPDATE ca_record SET standing = ?2, issuer = ?3, serial_number = ?4,"
	    " ca_request_id = ?5, text = ?6 WHERE id = ?1",
	    values, COUNT(values), err);
}
