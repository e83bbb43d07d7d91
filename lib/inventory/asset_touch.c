/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small changes of a device's row, and the table address.
 */
#include "inventory/asset_touch.h"

#include <stdio.h>
#include <string.h>

#include "inventory/column.h"
#include "inventory/event.h"

enum {
	DAY_S = 86400
};

enum rc
asset_touch_group(struct db *db, struct asset *asset, const char *group,
    struct err *err)
{
	const struct db_value values[] = { db_int(asset->id), db_text(group) };

	if (group == NULL || strcmp(asset->group, group) == 0)
		return RC_OK;
	(void)snprintf(asset->group, sizeof(asset->group), "%s", group);
	return db_run_kept(db, "UPDATE device SET device_group = ?2 WHERE id = ?1",
	    values, 2, err);
}

enum rc
asset_touch_name(struct db *db, struct asset *asset, int64_t now, struct err *err)
{
	const struct db_value values[] = { db_int(asset->id), db_int(now) };

	if (now >= asset->named_at && now - asset->named_at < DAY_S)
		return RC_OK;
	asset->named_at = now;
	return db_run_kept(db, "UPDATE device SET named_at = ?2 WHERE id = ?1", values,
	    2, err);
}

/* Whose was it? Two devices that have shown their UUIDs cannot both have it. */
static enum rc
tell_reuse(struct db *db, const struct asset *asset, const struct asset_seen *seen,
    int64_t now, struct err *err)
{
	const struct db_value values[] = { db_int(asset->id), db_text(seen->address),
		db_int(seen->port) };
	struct event event = { .at = now,
		.device_id = asset->id,
		.kind = EVENT_ADDRESS_REUSED };
	char name[FACTS_TEXT_SIZE], uuid[ASSET_UUID_SIZE];
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	if (asset->uuid[0] == '\0')
		return RC_OK;
	r = db_query_kept(db,
	    "SELECT name, uuid FROM device WHERE address = ?2 AND port = ?3 AND id <> ?1"
	    " AND uuid IS NOT NULL AND retired_at IS NULL LIMIT 1",
	    values, 3, &stmt, err);
	if (r == RC_OK)
		r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row) {
		column_text(stmt, 0, name, sizeof(name));
		column_text(stmt, 1, uuid, sizeof(uuid));
		(void)snprintf(event.old_text, sizeof(event.old_text), "%.200s (%s)",
		    name, uuid);
		(void)snprintf(event.new_text, sizeof(event.new_text), "%s",
		    seen->address);
	}
	db_done(stmt);
	return r == RC_OK && is_row ? event_add(db, &event, err) : r;
}

/* The one before was last seen with the last contact. */
static enum rc
keep_history(struct db *db, const struct asset *asset, const struct asset_seen *seen,
    int64_t now, struct err *err)
{
	const struct db_value values[] = { db_int(asset->id), db_text(asset->address),
		db_int(asset->port), db_text(seen->address), db_int(seen->port),
		db_int(now), db_int(ASSET_ADDRESSES_MAX) };
	enum rc r;

	r = db_run_kept(db,
	    "UPDATE address SET last_seen = max(last_seen, coalesce((SELECT ok_at FROM"
	    " standing WHERE device_id = ?1), 0))"
	    " WHERE device_id = ?1 AND address = ?2 AND port = ?3",
	    values, 3, err);
	if (r == RC_OK)
		r = db_run_kept(db,
		    "INSERT INTO address (device_id, address, port, first_seen,"
		    " last_seen) VALUES (?1, ?4, ?5, ?6, ?6) ON CONFLICT DO UPDATE SET"
		    " last_seen = ?6",
		    values, 6, err);
	if (r == RC_OK)
		r = db_run_kept(db,
		    "DELETE FROM address WHERE device_id = ?1 AND (address, port) IN"
		    " (SELECT address, port FROM address WHERE device_id = ?1"
		    " ORDER BY last_seen DESC, address, port LIMIT -1 OFFSET ?7)",
		    values, 7, err);
	return r;
}

enum rc
asset_touch_address(struct db *db, struct asset *asset, const struct asset_seen *seen,
    int64_t now, struct err *err)
{
	const struct db_value values[] = { db_int(asset->id), db_text(seen->address),
		db_int(seen->port) };
	enum rc r;

	if (seen->address == NULL || seen->address[0] == '\0' ||
	    (strcmp(asset->address, seen->address) == 0 && asset->port == seen->port))
		return RC_OK;
	r = tell_reuse(db, asset, seen, now, err);
	if (r == RC_OK)
		r = keep_history(db, asset, seen, now, err);
	if (r == RC_OK)
		r = db_run_kept(db,
		    "UPDATE device SET address = ?2, port = ?3 WHERE id = ?1", values,
		    3, err);
	(void)snprintf(asset->address, sizeof(asset->address), "%s", seen->address);
	asset->port = seen->port;
	return r;
}
