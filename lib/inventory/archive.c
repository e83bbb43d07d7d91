/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the table archive.
 */
#include "inventory/archive.h"

/* Did a run, or an earlier reading, put it there already? */
static enum rc
is_there(struct db *db, const struct archive_entry *entry, int64_t since,
    bool *ret_there, struct err *err)
{
	const struct db_value values[] = { db_text(entry->device_uuid),
		db_int(entry->device_id),
		db_blob(entry->cert->fingerprint, CERT_FINGERPRINT_BYTES),
		db_int(since) };
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query_kept(db,
	    "SELECT 1 FROM archive WHERE (device_uuid = nullif(?1, '') OR"
	    " device_id = ?2) AND fingerprint = ?3 AND archived_at >= ?4",
	    values, sizeof(values) / sizeof(values[0]), &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	db_done(stmt);
	if (r == RC_OK)
		*ret_there = is_row;
	return r;
}

static struct db_value
number_or_null(int64_t number)
{
	return number != 0 ? db_int(number) : db_text(NULL);
}

static enum rc
insert(struct db *db, const struct archive_entry *entry, int64_t now, struct err *err)
{
	const struct cert *cert = entry->cert;
	const char *uuid = entry->device_uuid != NULL ? entry->device_uuid : "";
	const struct db_value values[] = { number_or_null(entry->run_id),
		number_or_null(entry->device_id), db_text(uuid),
		db_text(entry->device_name), db_int(entry->role),
		db_blob(cert->fingerprint, CERT_FINGERPRINT_BYTES),
		db_text(cert->serial_number), db_text(cert->subject),
		db_text(cert->issuer), db_int(cert->not_before),
		db_int(cert->not_after), db_blob(cert->der, cert->der_len),
		db_blob(entry->next_fingerprint, CERT_FINGERPRINT_BYTES),
		entry->has_next_is_ours ? db_int(entry->next_is_ours) : db_text(NULL),
		db_text(entry->reason), db_text(entry->actor), db_text(entry->ca),
		db_text(entry->ca_request_id), db_int(now) };

	return db_run_kept(db,
	    "INSERT INTO archive (run_id, device_id, device_uuid, device_name, role,"
	    " fingerprint, serial_number, subject, issuer, not_before, not_after, der,"
	    " next_fingerprint, next_is_ours, reason, actor, ca, ca_request_id,"
	    " archived_at) VALUES (?1,"
	    " coalesce(?2, (SELECT id FROM device WHERE uuid = ?3)), ?3,"
	    " coalesce(?4, (SELECT name FROM device WHERE uuid = ?3), ''), ?5, ?6,"
	    " ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)"
	    " ON CONFLICT (run_id, fingerprint) DO NOTHING",
	    values, sizeof(values) / sizeof(values[0]), err);
}

static enum rc
trim(struct db *db, int64_t device_id, struct err *err)
{
	const struct db_value values[] = { db_int(device_id),
		db_int(ARCHIVE_READINGS_MAX) };

	return db_run_kept(db,
	    "DELETE FROM archive WHERE id IN (SELECT id FROM archive"
	    " WHERE device_id = ?1 AND run_id IS NULL"
	    " ORDER BY id DESC LIMIT -1 OFFSET ?2)",
	    values, sizeof(values) / sizeof(values[0]), err);
}

enum rc
archive_add(struct db *db, const struct archive_entry *entry, int64_t since,
    int64_t now, struct err *err)
{
	bool is_archived = false;
	enum rc r = RC_OK;

	if (entry->run_id == 0)
		r = is_there(db, entry, since, &is_archived, err);
	if (r != RC_OK || is_archived)
		return r;
	r = insert(db, entry, now, err);
	if (r == RC_OK && entry->run_id == 0)
		r = trim(db, entry->device_id, err);
	return r;
}
