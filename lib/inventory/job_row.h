/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A row of the table job as a struct.  Private to this room.
 */
#ifndef AMTCERT_INVENTORY_JOB_ROW_H
#define AMTCERT_INVENTORY_JOB_ROW_H

#include "inventory/job.h"

/* For a SELECT of one's own, in the order that job_row_take() wants. */
#define JOB_COLUMNS                                                          \
	"job.id, job.device_uuid, job.device_name, job.remedy,"              \
	" job.serial_number, job.reason, job.actor, job.ca, job.is_forced,"  \
	" job.due_at, job.ends_at, job.state, job.n_attempts, job.n_failed," \
	" job.not_before, job.created_at, job.started_at, job.ended_at,"     \
	" job.runner_pid, ifnull(job.exit_status, -1), job.text"

/* Its remedy did it: one that was withdrawn (inventory/forget.h) has no exit status
 * of success. */
#define JOB_WAS_DONE "job.state = 3 AND ifnull(job.exit_status, 0) = 0"

void job_row_take(sqlite3_stmt *stmt, struct job *job);

/* The first row, or RC_NOTFOUND with err as it was. */
enum rc job_row_find(struct db *db, const char *sql, const struct db_value *values,
    size_t n, struct job *ret_job, struct err *err);

#endif
