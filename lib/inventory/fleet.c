/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Walks over the fleet.  The counts are in fleet_count.c.
 */
#include "inventory/fleet.h"

#include <string.h>

#include "inventory/column.h"
#include "inventory/use.h"

enum {
	WORD_SIZE = 64,
	DEVICE_COLUMNS = 11,
};

static const char *
text(sqlite3_stmt *stmt, int at)
{
	const char *value = (const char *)sqlite3_column_text(stmt, at);

	return value != NULL ? value : "";
}

#define COLUMNS                                                                 \
	"SELECT d.id, coalesce(d.uuid, ''), d.name, d.device_group, d.address," \
	" d.port, d.first_seen, r.version, r.realm, r.policy, r.control_mode, " STANDING_COLUMNS
#define JOINS                                  \
	" JOIN device d ON d.id = s.device_id" \
	" LEFT JOIN reading r ON r.device_id = s.device_id"
/* ?1 is now, ?2 the limit, ?3 the group. */
#define IN_GROUP                        \
	"(?3 IS NULL OR s.device_id IN" \
	" (SELECT id FROM device WHERE device_group = ?3))"

/* Which ones comes first, and from the narrow table or an index of it alone. */
#define CHOSEN(from, order)                                             \
	COLUMNS " FROM (SELECT s.device_id FROM " from " AND " IN_GROUP \
		" ORDER BY " order " LIMIT ?2) p"                       \
		" JOIN standing s ON s.device_id = p.device_id" JOINS   \
		" ORDER BY " order

/* Both parts are read from the index standing_worse alone, or few. */
#define WORSE                                                               \
	"(SELECT device_id, critical_at, valid_from, ends_at FROM standing" \
	" WHERE worse_at <= ?1 UNION ALL"                                   \
	" SELECT device_id, critical_at, valid_from, ends_at FROM standing" \
	" WHERE valid_from > 0 AND valid_from > ?1 AND worse_at > ?1) s WHERE 1"
#define URGENCY \
	"(s.critical_at <= ?1 OR s.valid_from > ?1) DESC, s.ends_at, s.device_id"

/* The same when many are: along the index standing_ends until there are enough. */
#define MANY_WORSE                                                                       \
	"WITH first AS MATERIALIZED (SELECT device_id, 0 AS rank, ends_at"               \
	" FROM standing s WHERE (critical_at <= ?1 OR valid_from > ?1) AND " IN_GROUP    \
	" ORDER BY ends_at, device_id LIMIT ?2),"                                        \
	" rest AS MATERIALIZED (SELECT device_id, 1 AS rank, ends_at"                    \
	" FROM standing s WHERE worse_at <= ?1 AND critical_at > ?1"                     \
	" AND valid_from <= ?1 AND " IN_GROUP " ORDER BY ends_at, device_id LIMIT"       \
	" CASE WHEN ?2 < 0 THEN -1 ELSE ?2 - (SELECT count(*) FROM first) END) " COLUMNS \
	" FROM (SELECT * FROM first UNION ALL SELECT * FROM rest) p"                     \
	" JOIN standing s ON s.device_id = p.device_id" JOINS                            \
	" ORDER BY p.rank, p.ends_at, p.device_id"

static const char *const orders[] = {
	[FLEET_BY_ID] = COLUMNS " FROM standing s" JOINS " WHERE " IN_GROUP
				" AND ?1 IS NOT NULL ORDER BY s.device_id LIMIT ?2",
	[FLEET_BY_URGENCY] = CHOSEN(WORSE, URGENCY),
	[FLEET_DUE] =
	    CHOSEN("standing s WHERE s.due_at <= ?1", "s.ends_at, s.device_id"),
};

static void
take_device(sqlite3_stmt *stmt, struct fleet_device *device)
{
	device->id = sqlite3_column_int64(stmt, 0);
	device->uuid = text(stmt, 1);
	device->name = text(stmt, 2);
	device->group = text(stmt, 3);
	device->address = text(stmt, 4);
	device->port = sqlite3_column_int64(stmt, 5);
	device->first_seen = sqlite3_column_int64(stmt, 6);
	device->version = text(stmt, 7);
	device->realm = text(stmt, 8);
	device->policy = text(stmt, 9);
	device->control_mode = sqlite3_column_type(stmt, 10) == SQLITE_NULL
	    ? CONTROL_UNKNOWN
	    : column_choice(stmt, 10, CONTROL_UNKNOWN, CONTROL_UNKNOWN);
	standing_take(stmt, DEVICE_COLUMNS, &device->standing);
}

/* More are not sorted when only the first are wanted. */
#define MANY "2000"

static enum rc
choose_sql(struct db *db, enum fleet_order order, const struct db_value *now,
    const char **ret_sql, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	bool is_many = false;
	enum rc r = RC_OK;

	if (order == FLEET_BY_URGENCY) {
		r = db_query(db,
		    "SELECT 1 FROM standing WHERE worse_at <= ? LIMIT 1 OFFSET " MANY,
		    now, 1, &stmt, err);
		if (r == RC_OK)
			r = db_next(db, stmt, &is_many, err);
		(void)sqlite3_finalize(stmt);
	}
	*ret_sql = is_many ? MANY_WORSE : orders[order];
	return r;
}

enum rc
fleet_each_device(struct db *db, const char *group, enum fleet_order order, int64_t now,
    int64_t limit, fleet_visit_device visit, void *ctx, struct err *err)
{
	const struct db_value values[] = { db_int(now), db_int(limit), db_text(group) };
	struct fleet_device device;
	sqlite3_stmt *stmt = NULL;
	bool is_row = true;
	const char *sql = NULL;
	enum rc r = choose_sql(db, order, &values[0], &sql, err);

	if (r == RC_OK)
		r = db_query(db, sql, values, 3, &stmt, err);
	if (r != RC_OK)
		return r;
	while (r == RC_OK && is_row) {
		r = db_next(db, stmt, &is_row, err);
		if (r != RC_OK || !is_row)
			continue;
		take_device(stmt, &device);
		r = visit(ctx, &device, err);
	}
	(void)sqlite3_finalize(stmt);
	return r;
}

#define SLOT_SELECT                                                                    \
	"SELECT s.device_id, s.number, s.role, s.sources, s.since, s.not_before,"      \
	" s.not_after, s.fixed_state, s.fixed_reason, s.valid_from, s.due_at,"         \
	" s.warning_at, s.critical_at, s.window_s, c.fingerprint, c.spki_sha256,"      \
	" c.subject, c.issuer, c.serial_number, c.names, c.key_kind, c.key_bits,"      \
	" c.key_group, c.signature_digest, c.template_oid, c.template_major,"          \
	" c.template_minor, c.template_name"                                           \
	" FROM slot s JOIN standing USING (device_id) JOIN cert c ON c.id = s.cert_id" \
	" WHERE s.gone_at IS NULL "

static void
take_slot_aging(sqlite3_stmt *stmt, struct fleet_slot *slot)
{
	char word[WORD_SIZE];

	aging_init(&slot->aging);
	slot->aging.fixed = column_state(stmt, 7);
	column_text(stmt, 8, word, sizeof(word));
	slot->aging.reason = reason_find(word);
	slot->aging.valid_from = sqlite3_column_int64(stmt, 9);
	slot->aging.due_at = sqlite3_column_int64(stmt, 10);
	slot->aging.warning_at = sqlite3_column_int64(stmt, 11);
	slot->aging.critical_at = sqlite3_column_int64(stmt, 12);
	slot->aging.window_s = sqlite3_column_int64(stmt, 13);
	slot->aging.ends_at = slot->not_after;
}

static enum rc
take_slot(struct db *db, sqlite3_stmt *stmt, struct fleet_slot *slot, struct err *err)
{
	const struct role_info *info = role_find(sqlite3_column_int64(stmt, 2));
	int sources = sqlite3_column_int(stmt, 3);

	slot->device_id = sqlite3_column_int64(stmt, 0);
	slot->number = sqlite3_column_int64(stmt, 1);
	slot->role = info != NULL ? info->role : ROLE_NONE;
	slot->is_presented = (sources & USE_PRESENTED) != 0;
	slot->is_stored = (sources & USE_STORE) != 0;
	slot->since = sqlite3_column_int64(stmt, 4);
	slot->not_before = sqlite3_column_int64(stmt, 5);
	slot->not_after = sqlite3_column_int64(stmt, 6);
	take_slot_aging(stmt, slot);
	slot->fingerprint = sqlite3_column_blob(stmt, 14);
	slot->spki_sha256 = sqlite3_column_blob(stmt, 15);
	if (sqlite3_column_bytes(stmt, 14) != CERT_FINGERPRINT_BYTES ||
	    sqlite3_column_bytes(stmt, 15) != CERT_FINGERPRINT_BYTES)
		return err_set(err, RC_DB, "%s: digest of a certificate: wrong size",
		    db->path);
	slot->subject = text(stmt, 16);
	slot->issuer = text(stmt, 17);
	slot->serial_number = text(stmt, 18);
	slot->names = text(stmt, 19);
	slot->key_kind =
	    (enum cert_key_kind)column_choice(stmt, 20, CERT_KEY_EC, CERT_KEY_OTHER);
	slot->key_bits = sqlite3_column_int64(stmt, 21);
	slot->key_group = text(stmt, 22);
	slot->signature_digest = text(stmt, 23);
	slot->template_oid = text(stmt, 24);
	slot->template_major = sqlite3_column_int64(stmt, 25);
	slot->template_minor = sqlite3_column_int64(stmt, 26);
	slot->template_name = text(stmt, 27);
	return RC_OK;
}

enum rc
fleet_each_slot(struct db *db, int64_t device_id, fleet_visit_slot visit, void *ctx,
    struct err *err)
{
	const struct db_value value = db_int(device_id);
	struct fleet_slot slot;
	sqlite3_stmt *stmt = NULL;
	bool is_row = true;
	enum rc r;

	if (device_id == 0)
		r = db_query(db, SLOT_SELECT "ORDER BY s.device_id, s.number", NULL, 0,
		    &stmt, err);
	else
		r = db_query(db, SLOT_SELECT "AND s.device_id = ? ORDER BY s.number",
		    &value, 1, &stmt, err);
	if (r != RC_OK)
		return r;
	while (r == RC_OK && is_row) {
		r = db_next(db, stmt, &is_row, err);
		if (r == RC_OK && is_row)
			r = take_slot(db, stmt, &slot, err);
		if (r == RC_OK && is_row)
			r = visit(ctx, &slot, err);
	}
	(void)sqlite3_finalize(stmt);
	return r;
}
