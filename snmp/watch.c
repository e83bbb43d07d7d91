/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When to read the inventory.  PRAGMA data_version changes when another connection
 * has committed (sqlite.org/pragma.html).
 */
#include "snmp/watch.h"

#include <string.h>
#include <sys/stat.h>

#include "snmp/load.h"

void
watch_clear(struct watch *watch)
{
	if (watch->is_open)
		db_close(&watch->db);
	watch->is_open = false;
	watch->has_version = false;
}

/* Another file under the same name: a restored backup, or none any more. */
static bool
is_replaced(const struct watch *watch)
{
	struct stat st;

	return stat(watch->path, &st) != 0 || st.st_dev != watch->dev ||
	    st.st_ino != watch->ino;
}

static enum rc
open_file(struct watch *watch, struct err *err)
{
	struct stat st = { 0 };
	enum rc r;

	if (watch->is_open && !is_replaced(watch))
		return RC_OK;
	watch_clear(watch);
	/* Before it is opened: a file that takes its place meanwhile is seen next time. */
	if (stat(watch->path, &st) != 0)
		return err_system(err, "%s: cannot be read", watch->path);
	r = db_open_read_only(watch->path, &watch->db, err);
	if (r != RC_OK)
		return r;
	watch->is_open = true;
	watch->dev = st.st_dev;
	watch->ino = st.st_ino;
	return RC_OK;
}

static enum rc
read_version(struct watch *watch, int64_t *ret_version, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query_kept(&watch->db, "PRAGMA data_version", NULL, 0, &stmt, err);
	if (r == RC_OK)
		r = db_next(&watch->db, stmt, &is_row, err);
	if (r == RC_OK)
		*ret_version = sqlite3_column_int64(stmt, 0);
	db_done(stmt);
	return r;
}

static enum rc
look(struct watch *watch, int64_t now, struct mirror **ret_mirror, struct err *err)
{
	struct mirror *mirror = NULL;
	int64_t version = 0;
	enum rc r;

	r = open_file(watch, err);
	if (r == RC_OK)
		r = read_version(watch, &version, err);
	if (r != RC_OK || (watch->has_version && version == watch->version))
		return r;
	r = load_mirror(&watch->db, now, &mirror, err);
	if (r != RC_OK)
		return r;
	watch->has_version = true;
	watch->version = version;
	watch->generation++;
	if (watch->generation == 0)
		watch->generation = 1;
	mirror->generation = watch->generation;
	*ret_mirror = mirror;
	return RC_OK;
}

/* The words of inventory/db.h for a file of another program's version. */
static enum inventory_state
state_of(const struct err *err)
{
	return err->rc == RC_DB && strstr(err->text, ": schema version ") != NULL
	    ? INVENTORY_INCOMPATIBLE
	    : INVENTORY_UNAVAILABLE;
}

enum inventory_state
watch_look(struct watch *watch, int64_t now, struct mirror **ret_mirror,
    struct err *err)
{
	*ret_mirror = NULL;
	if (look(watch, now, ret_mirror, err) == RC_OK)
		return INVENTORY_OK;
	watch_clear(watch);
	return state_of(err);
}
