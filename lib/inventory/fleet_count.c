/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How many devices are in which state, by ranges of indices: a row is looked at
 * when it counts for something.  standing_write() folds what is needed into
 * the moments; standing_state() is the same rule for one device.
 */
#include "inventory/fleet.h"

/* ?1 is now, ?2 the moment before which a reading is stale. */
static const struct {
	const char *sql;
	size_t at; /* of an int64_t in struct fleet_counts */
} counts[] = {
#define INTO(member) offsetof(struct fleet_counts, member)
	{ "SELECT count(*) FROM standing", INTO(n_devices) },
	{ "SELECT count(*) FROM standing WHERE critical_at <= ?1",
	    INTO(n_by_state[STATE_CRITICAL]) },
	{ "SELECT count(*) FROM standing WHERE worse_at <= ?1",
	    INTO(n_by_state[STATE_WARNING]) },
	{ "SELECT count(*) FROM standing WHERE is_unknown = 1 AND worse_at > ?1"
	  " AND valid_from <= ?1",
	    INTO(n_by_state[STATE_UNKNOWN]) },
	{ "SELECT count(*) FROM standing WHERE ok_at < 1", INTO(n_never_read) },
	{ "SELECT count(*) FROM standing WHERE ok_at BETWEEN 1 AND ?2 - 1",
	    INTO(n_stale) },
	{ "SELECT count(*) FROM standing WHERE last_result <> 2 AND last_result > 2",
	    INTO(n_failed) },
	{ "SELECT count(*) FROM standing WHERE due_at <= ?1", INTO(n_due) },
	{ "SELECT count(*) FROM standing WHERE ends_at < ?1", INTO(n_expired) },
	{ "SELECT count(*) FROM standing WHERE miss_at <= ?1", INTO(n_will_miss) },
	{ "SELECT coalesce(min(ends_at), 0) FROM standing WHERE ends_at >= ?1"
	  " AND ends_at < 9223372036854775807",
	    INTO(next_end) },
	{ "SELECT device_id FROM standing WHERE ends_at >= ?1"
	  " AND ends_at < 9223372036854775807 ORDER BY ends_at LIMIT 1",
	    INTO(next_end_device_id) },
	{ "SELECT coalesce(min(ok_at), 0) FROM standing WHERE ok_at > 0",
	    INTO(oldest_ok_at) },
	{ "SELECT coalesce(max(ok_at), 0) FROM standing", INTO(newest_ok_at) },
#undef INTO
};

/* The few devices whose certificate is not valid yet, whatever else they are. */
struct early {
	int64_t n_not_critical; /* else */
	int64_t n_worse;	/* of those: WARNING else */
};

static enum rc
ask(struct db *db, const char *sql, const struct db_value values[2], int64_t *ret_first,
    int64_t *ret_second, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query_kept(db, sql, values, 0, &stmt, err);
	for (int i = 1; r == RC_OK && i <= sqlite3_bind_parameter_count(stmt); i++)
		if (sqlite3_bind_int64(stmt, i, values[i - 1].number) != SQLITE_OK)
			r = db_error(db, "cannot bind a value", err);
	if (r == RC_OK)
		r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row) {
		*ret_first = sqlite3_column_int64(stmt, 0);
		if (ret_second != NULL)
			*ret_second = sqlite3_column_int64(stmt, 1);
	}
	db_done(stmt);
	return r;
}

static enum rc
count_all(struct db *db, const struct db_value values[2], struct fleet_counts *all,
    struct err *err)
{
	struct early early = { 0 };
	int64_t *n = all->n_by_state;
	enum rc r = RC_OK;

	for (size_t i = 0; r == RC_OK && i < sizeof(counts) / sizeof(counts[0]); i++)
		r = ask(db, counts[i].sql, values,
		    (int64_t *)(void *)((char *)all + counts[i].at), NULL, err);
	if (r == RC_OK)
		r = ask(db,
		    "SELECT count(*), coalesce(sum(worse_at <= ?1), 0) FROM standing"
		    " WHERE valid_from > 0 AND valid_from > ?1 AND critical_at > ?1",
		    values, &early.n_not_critical, &early.n_worse, err);
	if (r != RC_OK)
		return r;
	/* WARNING was counted with all that is worse. */
	n[STATE_WARNING] -= n[STATE_CRITICAL] + early.n_worse;
	n[STATE_CRITICAL] += early.n_not_critical;
	n[STATE_OK] =
	    all->n_devices - n[STATE_WARNING] - n[STATE_CRITICAL] - n[STATE_UNKNOWN];
	return RC_OK;
}

/* Of a group row by row: an index of each moment would have to know the groups. */
static const char group_sql[] =
    "SELECT s.device_id, s.critical_at, s.valid_from, s.worse_at, s.is_unknown, s.ok_at,"
    " s.last_result, s.due_at, s.ends_at, s.miss_at FROM device d"
    " JOIN standing s ON s.device_id = d.id WHERE d.device_group = ?";

struct group_row {
	int64_t device_id;
	int64_t critical_at;
	int64_t valid_from;
	int64_t worse_at;
	int64_t is_unknown;
	int64_t ok_at;
	int64_t last_result;
	int64_t due_at;
	int64_t ends_at;
	int64_t miss_at;
};

static struct group_row
read_row(sqlite3_stmt *stmt)
{
	return (struct group_row){ sqlite3_column_int64(stmt, 0),
		sqlite3_column_int64(stmt, 1), sqlite3_column_int64(stmt, 2),
		sqlite3_column_int64(stmt, 3), sqlite3_column_int64(stmt, 4),
		sqlite3_column_int64(stmt, 5), sqlite3_column_int64(stmt, 6),
		sqlite3_column_int64(stmt, 7), sqlite3_column_int64(stmt, 8),
		sqlite3_column_int64(stmt, 9) };
}

/* The rule of standing_state(). */
static enum state
state_of(const struct group_row *row, int64_t now)
{
	if (row->critical_at <= now || row->valid_from > now)
		return STATE_CRITICAL;
	if (row->worse_at <= now)
		return STATE_WARNING;
	return row->is_unknown != 0 ? STATE_UNKNOWN : STATE_OK;
}

static void
take_row(const struct group_row *row, int64_t now, int64_t stale_before,
    struct fleet_counts *all)
{
	all->n_devices++;
	all->n_by_state[state_of(row, now)]++;
	all->n_never_read += row->ok_at < 1;
	all->n_stale += row->ok_at >= 1 && row->ok_at < stale_before;
	all->n_failed += row->last_result > CONTACT_OK;
	all->n_due += row->due_at <= now;
	all->n_expired += row->ends_at < now;
	all->n_will_miss += row->miss_at <= now;
	if (row->ends_at >= now && row->ends_at < AGING_NEVER &&
	    (all->next_end == 0 || row->ends_at < all->next_end)) {
		all->next_end = row->ends_at;
		all->next_end_device_id = row->device_id;
	}
	if (row->ok_at > 0 &&
	    (all->oldest_ok_at == 0 || row->ok_at < all->oldest_ok_at))
		all->oldest_ok_at = row->ok_at;
	if (row->ok_at > all->newest_ok_at)
		all->newest_ok_at = row->ok_at;
}

static enum rc
count_group(struct db *db, const struct db_value values[3], struct fleet_counts *all,
    struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	bool is_row = true;
	enum rc r = db_query(db, group_sql, &values[2], 1, &stmt, err);

	while (r == RC_OK && is_row) {
		r = db_next(db, stmt, &is_row, err);
		if (r == RC_OK && is_row) {
			struct group_row row = read_row(stmt);

			take_row(&row, values[0].number, values[1].number, all);
		}
	}
	(void)sqlite3_finalize(stmt);
	return r;
}

enum rc
fleet_count(struct db *db, const char *group, int64_t now, int64_t max_age_s,
    struct fleet_counts *ret_counts, struct err *err)
{
	const struct db_value values[] = { db_int(now),
		db_int(max_age_s == 0 ? INT64_MIN + 1 : now - max_age_s),
		db_text(group) };
	struct fleet_counts all = { 0 };
	bool is_own = sqlite3_get_autocommit(db->sqlite) != 0;
	enum rc r = RC_OK;

	if (is_own)
		r = db_begin_read(db, err);
	if (r == RC_OK)
		r = group == NULL ? count_all(db, values, &all, err)
				  : count_group(db, values, &all, err);
	if (is_own)
		db_rollback(db);
	if (r == RC_OK)
		*ret_counts = all;
	return r;
}
