/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sums over the tables job, job_attempt and standing.
 */
#include "inventory/job_count.h"

#include "base/clock.h"
#include "inventory/column.h"
#include "inventory/job_row.h"
#include "inventory/job_run.h"
#include "inventory/need.h"
#include "policy/remedy.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static enum rc
read_open(struct db *db, int64_t now, struct job_counts *counts, struct err *err)
{
	const struct db_value value = db_int(now);
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query(db,
	    "SELECT count(*), total(state = 1), total(state = 2),"
	    " total(state <> 1 AND not_before <= ?1),"
	    " min(iif(state <> 1 AND not_before <= ?1, not_before, NULL)),"
	    " min(iif(state <> 1 AND not_before > ?1, not_before, NULL))"
	    " FROM job WHERE state <= 2",
	    &value, 1, &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row) {
		counts->n_open = sqlite3_column_int64(stmt, 0);
		counts->n_running = sqlite3_column_int64(stmt, 1);
		counts->n_failed = sqlite3_column_int64(stmt, 2);
		counts->n_ready = sqlite3_column_int64(stmt, 3);
		counts->ready_since = sqlite3_column_int64(stmt, 4);
		counts->next_at = sqlite3_column_int64(stmt, 5);
	}
	(void)sqlite3_finalize(stmt);
	return r;
}

static enum rc
read_past(struct db *db, int64_t now, struct job_counts *counts, struct err *err)
{
	const struct db_value values[] = { db_int(now), db_int(now - JOB_HOUR_S + 1),
		db_int(now - CLOCK_DAY_S) };
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query(db,
	    "SELECT (SELECT count(*) FROM job_attempt WHERE started_at BETWEEN ?2 AND"
	    " ?1), count(iif(" JOB_WAS_DONE
	    ", 1, NULL)), count(iif(state > 3, 1, NULL))"
	    " FROM job WHERE state > 2 AND ended_at > ?3",
	    values, COUNT(values), &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row) {
		counts->n_hour = sqlite3_column_int64(stmt, 0);
		counts->n_day = sqlite3_column_int64(stmt, 1);
		counts->n_lost = sqlite3_column_int64(stmt, 2);
	}
	(void)sqlite3_finalize(stmt);
	return r;
}

enum rc
job_count(struct db *db, int64_t now, struct job_counts *ret_counts, struct err *err)
{
	struct job_counts counts = { 0 };
	enum rc r = read_open(db, now, &counts, err);

	if (r == RC_OK)
		r = read_past(db, now, &counts, err);
	if (r == RC_OK)
		*ret_counts = counts;
	return r;
}

/* Would anything have been done about it? What waits for a person, and what a grace
 * keeps OK, would not. */
static enum rc
has_remedy(struct db *db, int64_t device_id, int64_t now, bool *ret_has,
    struct err *err)
{
	struct need need;
	enum rc r = need_find(db, device_id, REMEDY_NONE, now, &need, err);

	*ret_has = r == RC_OK && remedy_is_unattended(need.remedy);
	return r == RC_NOTFOUND ? RC_OK : r;
}

static enum rc
visit_row(struct db *db, sqlite3_stmt *stmt, int64_t now, job_visit_forgotten visit,
    void *ctx, struct err *err)
{
	char name[FACTS_TEXT_SIZE];
	struct job_forgotten forgotten = { .device_id = sqlite3_column_int64(stmt, 0),
		.name = name,
		.due_at = sqlite3_column_int64(stmt, 2) };
	bool has = false;
	enum rc r = has_remedy(db, forgotten.device_id, now, &has, err);

	column_text(stmt, 1, name, sizeof(name));
	return r == RC_OK && has ? visit(ctx, &forgotten, err) : r;
}

enum rc
job_each_forgotten(struct db *db, int64_t due_before, int64_t now,
    job_visit_forgotten visit, void *ctx, struct err *err)
{
	const struct db_value value = db_int(due_before);
	sqlite3_stmt *stmt = NULL;
	bool is_row = true;
	enum rc r;

	r = db_query(db,
	    "SELECT d.id, d.name, s.due_at FROM standing s JOIN device d"
	    " ON d.id = s.device_id WHERE s.due_at <= ?"
	    " AND NOT EXISTS (SELECT 1 FROM job WHERE job.device_uuid = d.uuid"
	    "  AND (job.state <= 2 OR job.created_at >= s.due_at))"
	    " AND NOT EXISTS (SELECT 1 FROM job WHERE job.device_name = d.name"
	    "  AND (job.state <= 2 OR job.created_at >= s.due_at))"
	    " ORDER BY s.due_at, d.id",
	    &value, 1, &stmt, err);
	if (r != RC_OK)
		return r;
	while (r == RC_OK && is_row) {
		r = db_next(db, stmt, &is_row, err);
		if (r == RC_OK && is_row)
			r = visit_row(db, stmt, now, visit, ctx, err);
	}
	(void)sqlite3_finalize(stmt);
	return r;
}
