/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the table device and the decisions about them.  What is remembered of
 * addresses is in asset_touch.c.
 */
#include "inventory/asset.h"

#include <stdio.h>
#include <string.h>

#include "inventory/asset_touch.h"
#include "inventory/column.h"
#include "inventory/event.h"
#include "inventory/snapshot.h"

enum {
	DAY_S = 86400
};

#define ASSET_COLUMNS                                                               \
	"SELECT id, uuid, name, device_group, address, port, first_seen, named_at," \
	" retired_at IS NOT NULL FROM device "

static enum rc
find(struct db *db, const char *sql, struct db_value value, struct asset *ret_asset,
    struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query_kept(db, sql, &value, 1, &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row) {
		ret_asset->id = sqlite3_column_int64(stmt, 0);
		column_text(stmt, 1, ret_asset->uuid, sizeof(ret_asset->uuid));
		column_text(stmt, 2, ret_asset->name, sizeof(ret_asset->name));
		column_text(stmt, 3, ret_asset->group, sizeof(ret_asset->group));
		column_text(stmt, 4, ret_asset->address, sizeof(ret_asset->address));
		ret_asset->port = sqlite3_column_int64(stmt, 5);
		ret_asset->first_seen = sqlite3_column_int64(stmt, 6);
		ret_asset->named_at = sqlite3_column_int64(stmt, 7);
		ret_asset->is_retired = sqlite3_column_int(stmt, 8) != 0;
	}
	db_done(stmt);
	return r == RC_OK && !is_row ? RC_NOTFOUND : r;
}

enum rc
asset_find(struct db *db, int64_t id, struct asset *ret_asset, struct err *err)
{
	return find(db, ASSET_COLUMNS "WHERE id = ?", db_int(id), ret_asset, err);
}

enum rc
asset_find_name(struct db *db, const char *name, struct asset *ret_asset,
    struct err *err)
{
	return find(db,
	    ASSET_COLUMNS "WHERE name = ? AND retired_at IS NULL"
			  " ORDER BY id DESC LIMIT 1",
	    db_text(name), ret_asset, err);
}

enum rc
asset_find_uuid(struct db *db, const char *uuid, struct asset *ret_asset,
    struct err *err)
{
	return find(db, ASSET_COLUMNS "WHERE uuid = ?", db_text(uuid), ret_asset, err);
}

static enum rc
tell(struct db *db, const struct asset *asset, enum event_kind kind,
    const char *old_text, const char *new_text, int64_t now, struct err *err)
{
	struct event event = { .at = now, .device_id = asset->id, .kind = kind };

	(void)snprintf(event.old_text, sizeof(event.old_text), "%s", old_text);
	(void)snprintf(event.new_text, sizeof(event.new_text), "%s", new_text);
	return event_add(db, &event, err);
}

static enum rc
insert(struct db *db, const struct asset_seen *seen, int64_t now,
    struct asset *ret_asset, struct err *err)
{
	const struct db_value values[] = {
		db_text(seen->uuid[0] != '\0' ? seen->uuid : NULL), db_text(seen->name),
		db_text(seen->group != NULL ? seen->group : ""), db_int(now)
	};
	struct db_value id;
	enum rc r;

	r = db_run_kept(db,
	    "INSERT INTO device (uuid, name, device_group, address, port, first_seen,"
	    " named_at) VALUES (?1, ?2, ?3, '', 0, ?4, ?4)",
	    values, sizeof(values) / sizeof(values[0]), err);
	if (r != RC_OK)
		return r;
	id = db_int(sqlite3_last_insert_rowid(db->sqlite));
	r = db_run_kept(db, "INSERT INTO standing (device_id) VALUES (?)", &id, 1, err);
	if (r == RC_OK)
		r = asset_find(db, id.number, ret_asset, err);
	if (r == RC_OK)
		r = tell(db, ret_asset, EVENT_DEVICE_NEW, "", seen->name, now, err);
	return r;
}

/* Another device has its place: it is no longer expected to answer. */
static enum rc
retire(struct db *db, const struct asset *old, const struct asset *heir, int64_t now,
    struct err *err)
{
	const struct db_value values[] = { db_int(old->id), db_int(now),
		db_int(heir->id) };
	enum rc r;

	r = db_run_kept(db,
	    "UPDATE device SET retired_at = ?2, replaced_by = ?3 WHERE id = ?1", values,
	    sizeof(values) / sizeof(values[0]), err);
	if (r == RC_OK)
		r = db_run_kept(db, "DELETE FROM standing WHERE device_id = ?1", values,
		    1, err);
	if (r == RC_OK)
		r = tell(db, heir, EVENT_DEVICE_REPLACED, old->uuid, heir->uuid, now,
		    err);
	return r;
}

static enum rc
revive(struct db *db, struct asset *asset, struct err *err)
{
	const struct db_value id = db_int(asset->id);
	enum rc r;

	r = db_run_kept(db,
	    "UPDATE device SET retired_at = NULL, replaced_by = NULL WHERE id = ?", &id,
	    1, err);
	if (r == RC_OK)
		r = db_run_kept(db,
		    "INSERT INTO standing (device_id) VALUES (?) ON CONFLICT DO NOTHING",
		    &id, 1, err);
	asset->is_retired = false;
	return r;
}

static enum rc
rename_to(struct db *db, struct asset *asset, const char *name, int64_t now,
    struct err *err)
{
	const struct db_value values[] = { db_int(asset->id), db_text(name),
		db_int(now) };
	enum rc r;

	if (strcmp(asset->name, name) == 0)
		return RC_OK;
	r = tell(db, asset, EVENT_RENAMED, asset->name, name, now, err);
	if (r == RC_OK)
		r = db_run_kept(db,
		    "UPDATE device SET name = ?2, named_at = ?3 WHERE id = ?1", values,
		    sizeof(values) / sizeof(values[0]), err);
	asset->named_at = now;
	(void)snprintf(asset->name, sizeof(asset->name), "%s", name);
	return r;
}

/* What hangs on a name alone goes to the device that turned out to bear it. */
static enum rc
merge(struct db *db, const struct asset *from, const struct asset *into, int64_t now,
    struct err *err)
{
	static const char *const moves[] = {
		"UPDATE OR IGNORE contact SET device_id = ?2 WHERE device_id = ?1",
		"UPDATE OR IGNORE address SET device_id = ?2 WHERE device_id = ?1",
		"UPDATE OR IGNORE login SET device_id = ?2 WHERE device_id = ?1",
		"UPDATE OR IGNORE pin SET device_id = ?2 WHERE device_id = ?1",
		"UPDATE archive SET device_id = ?2 WHERE device_id = ?1",
	};
	const struct db_value values[] = { db_int(from->id), db_int(into->id) };
	char id[EVENT_TEXT_SIZE];
	enum rc r = RC_OK;

	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]) && r == RC_OK; i++)
		r = db_run_kept(db, moves[i], values, 2, err);
	if (r == RC_OK)
		r = db_run_kept(db, "DELETE FROM device WHERE id = ?1", values, 1, err);
	(void)snprintf(id, sizeof(id), "%lld", (long long)from->id);
	if (r == RC_OK)
		r = tell(db, into, EVENT_MERGED, id, from->name, now, err);
	return r;
}

static enum rc
promote(struct db *db, struct asset *asset, const char *uuid, struct err *err)
{
	const struct db_value values[] = { db_int(asset->id), db_text(uuid) };

	(void)snprintf(asset->uuid, sizeof(asset->uuid), "%s", uuid);
	return db_run_kept(db, "UPDATE device SET uuid = ?2 WHERE id = ?1", values, 2,
	    err);
}

/* Said once a day, however often a check comes by. */
static enum rc
misdirect(struct db *db, const struct asset *meant, const struct asset *answers,
    int64_t now, struct err *err)
{
	const struct db_value values[] = { db_int(meant->id), db_int(now - DAY_S) };
	char who[EVENT_TEXT_SIZE];
	sqlite3_stmt *stmt = NULL;
	bool is_told = false;
	enum rc r;

	r = db_query_kept(db,
	    "SELECT 1 FROM event WHERE device_id = ? AND kind = 'misdirected' AND at > ?",
	    values, 2, &stmt, err);
	if (r == RC_OK)
		r = db_next(db, stmt, &is_told, err);
	db_done(stmt);
	if (r != RC_OK || is_told)
		return r;
	(void)snprintf(who, sizeof(who), "%.200s (%s)", answers->name, answers->uuid);
	return tell(db, meant, EVENT_MISDIRECTED, meant->uuid, who, now, err);
}

/* RC_NOTFOUND is an answer. */
static enum rc
found(enum rc r, bool *ret_found)
{
	if (r != RC_OK && r != RC_NOTFOUND)
		return r;
	*ret_found = r == RC_OK;
	return RC_OK;
}

/* A UUID that was never seen: of the device known by name, or a new one. */
static enum rc
take_new_uuid(struct db *db, const struct asset_seen *seen, struct asset *named,
    bool is_named, int64_t now, struct asset *ret_asset, struct err *err)
{
	enum rc r;

	if (is_named && named->uuid[0] == '\0') {
		r = promote(db, named, seen->uuid, err);
		*ret_asset = *named;
		return r;
	}
	r = insert(db, seen, now, ret_asset, err);
	if (r == RC_OK && is_named)
		r = retire(db, named, ret_asset, now, err);
	return r;
}

/* The name belongs to another row so far. */
static enum rc
take_name(struct db *db, const struct asset *named, const struct asset *asset,
    int64_t now, struct err *err)
{
	return named->uuid[0] == '\0' ? merge(db, named, asset, now, err)
				      : retire(db, named, asset, now, err);
}

static enum rc
take_uuid(struct db *db, const struct asset_seen *seen, int64_t now,
    struct asset *ret_asset, bool *ret_is_misdirected, struct err *err)
{
	struct asset named = { 0 };
	bool is_named = false, is_known = false;
	enum rc r;

	r = found(asset_find_name(db, seen->name, &named, err), &is_named);
	if (r == RC_OK)
		r = found(asset_find_uuid(db, seen->uuid, ret_asset, err), &is_known);
	if (r != RC_OK)
		return r;
	if (!is_known)
		return take_new_uuid(db, seen, &named, is_named, now, ret_asset, err);
	if (is_named && named.id != ret_asset->id) {
		if (!ret_asset->is_retired &&
		    now - ret_asset->named_at <= SNAPSHOT_NAME_KEEP_S) {
			r = misdirect(db, &named, ret_asset, now, err);
			*ret_asset = named;
			*ret_is_misdirected = true;
			return r;
		}
		r = take_name(db, &named, ret_asset, now, err);
	}
	if (r == RC_OK && ret_asset->is_retired)
		r = revive(db, ret_asset, err);
	if (r == RC_OK)
		r = rename_to(db, ret_asset, seen->name, now, err);
	return r;
}

enum rc
asset_mean(struct db *db, const struct asset_seen *seen, int64_t now,
    struct asset *ret_asset, struct err *err)
{
	enum rc r;

	r = asset_find_name(db, seen->name, ret_asset, err);
	if (r == RC_NOTFOUND)
		r = insert(db, seen, now, ret_asset, err);
	if (r == RC_OK)
		r = asset_touch_group(db, ret_asset, seen->group, err);
	/* Where nobody answered is where to try next as long as nothing is known. */
	if (r == RC_OK && ret_asset->address[0] == '\0')
		r = asset_touch_address(db, ret_asset, seen, now, err);
	return r;
}

enum rc
asset_take(struct db *db, const struct asset_seen *seen, int64_t now,
    struct asset *ret_asset, bool *ret_is_misdirected, struct err *err)
{
	enum rc r;

	*ret_is_misdirected = false;
	if (seen->uuid[0] != '\0') {
		r = take_uuid(db, seen, now, ret_asset, ret_is_misdirected, err);
	} else {
		r = asset_find_name(db, seen->name, ret_asset, err);
		if (r == RC_NOTFOUND)
			r = insert(db, seen, now, ret_asset, err);
	}
	if (r != RC_OK || *ret_is_misdirected)
		return r;
	r = asset_touch_group(db, ret_asset, seen->group, err);
	if (r == RC_OK)
		r = asset_touch_name(db, ret_asset, now, err);
	if (r == RC_OK)
		r = asset_touch_address(db, ret_asset, seen, now, err);
	return r;
}
