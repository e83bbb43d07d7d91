/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the table job.
 */
#include "inventory/job_row.h"

#include <string.h>

#include "inventory/column.h"

void
job_row_take(sqlite3_stmt *stmt, struct job *job)
{
	memset(job, 0, sizeof(*job));
	job->id = sqlite3_column_int64(stmt, 0);
	column_text(stmt, 1, job->device_uuid, sizeof(job->device_uuid));
	column_text(stmt, 2, job->device_name, sizeof(job->device_name));
	column_text(stmt, 3, job->remedy, sizeof(job->remedy));
	column_text(stmt, 4, job->serial_number, sizeof(job->serial_number));
	column_text(stmt, 5, job->reason, sizeof(job->reason));
	column_text(stmt, 6, job->actor, sizeof(job->actor));
	column_text(stmt, 7, job->ca, sizeof(job->ca));
	job->is_forced = sqlite3_column_int64(stmt, 8) != 0;
	job->due_at = sqlite3_column_int64(stmt, 9);
	job->ends_at = sqlite3_column_int64(stmt, 10);
	job->state =
	    (enum job_state)column_choice(stmt, 11, JOB_GIVEN_UP, JOB_GIVEN_UP);
	job->n_attempts = sqlite3_column_int64(stmt, 12);
	job->n_failed = sqlite3_column_int64(stmt, 13);
	job->not_before = sqlite3_column_int64(stmt, 14);
	job->created_at = sqlite3_column_int64(stmt, 15);
	job->started_at = sqlite3_column_int64(stmt, 16);
	job->ended_at = sqlite3_column_int64(stmt, 17);
	job->runner_pid = sqlite3_column_int64(stmt, 18);
	job->exit_status = sqlite3_column_int64(stmt, 19);
	column_text(stmt, 20, job->text, sizeof(job->text));
}

enum rc
job_row_find(struct db *db, const char *sql, const struct db_value *values, size_t n,
    struct job *ret_job, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query(db, sql, values, n, &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row)
		job_row_take(stmt, ret_job);
	(void)sqlite3_finalize(stmt);
	return r == RC_OK && !is_row ? RC_NOTFOUND : r;
}
