/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the table pin.
 */
#include "inventory/pin.h"

#include "inventory/column.h"

enum {
	DAY_S = 86400
};

enum rc
pin_see(struct db *db, int64_t device_id,
    const uint8_t spki_sha256[CERT_FINGERPRINT_BYTES], int64_t now, struct err *err)
{
	const struct db_value values[] = { db_int(device_id),
		db_blob(spki_sha256, CERT_FINGERPRINT_BYTES), db_int(now),
		db_int(DAY_S) };

	return db_run_kept(db,
	    "INSERT INTO pin (device_id, origin, spki_sha256, at)"
	    " VALUES (?1, 'seen', ?2, ?3) ON CONFLICT DO UPDATE SET spki_sha256 = ?2,"
	    " at = ?3 WHERE spki_sha256 <> ?2 OR at <= ?3 - ?4 OR at > ?3",
	    values, sizeof(values) / sizeof(values[0]), err);
}

enum rc
pin_set(struct db *db, int64_t device_id,
    const uint8_t spki_sha256[CERT_FINGERPRINT_BYTES], int64_t now, struct err *err)
{
	const struct db_value values[] = { db_int(device_id),
		db_blob(spki_sha256, CERT_FINGERPRINT_BYTES), db_int(now) };

	return db_run(db,
	    "INSERT INTO pin (device_id, origin, spki_sha256, at)"
	    " VALUES (?1, 'set', ?2, ?3) ON CONFLICT DO UPDATE SET spki_sha256 = ?2,"
	    " at = ?3",
	    values, sizeof(values) / sizeof(values[0]), err);
}

enum rc
pin_unset(struct db *db, int64_t device_id, struct err *err)
{
	const struct db_value id = db_int(device_id);

	return db_run(db, "DELETE FROM pin WHERE device_id = ? AND origin = 'set'", &id,
	    1, err);
}

enum rc
pin_find(struct db *db, int64_t device_id, struct pin *ret_pin, struct err *err)
{
	const struct db_value id = db_int(device_id);
	struct pin pin = { .is_set = false };
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query(db,
	    "SELECT spki_sha256, origin = 'set', at FROM pin WHERE device_id = ?"
	    " ORDER BY origin = 'set' DESC LIMIT 1",
	    &id, 1, &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row) {
		r = column_digest(db, stmt, 0, pin.spki_sha256, sizeof(pin.spki_sha256),
		    err);
		pin.is_set = sqlite3_column_int(stmt, 1) != 0;
		pin.at = sqlite3_column_int64(stmt, 2);
	}
	(void)sqlite3_finalize(stmt);
	if (r == RC_OK && !is_row)
		return RC_NOTFOUND;
	if (r == RC_OK)
		*ret_pin = pin;
	return r;
}
