/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the queue stands: counts of jobs, what of the budget is used, and devices that
 * nobody ever asked a job for.  Reads only.
 */
#ifndef AMTCERT_INVENTORY_JOB_COUNT_H
#define AMTCERT_INVENTORY_JOB_COUNT_H

#include "inventory/job.h"

struct job_counts {
	int64_t n_open;
	int64_t n_running;
	int64_t n_failed;    /* waiting for another attempt */
	int64_t n_ready;     /* their time has come, and none has taken them */
	int64_t ready_since; /* of the oldest of those; 0: none */
	int64_t next_at;     /* when the next one's time comes; 0: none */
	int64_t n_hour;	     /* attempts of the hour that ends now */
	int64_t n_day;	     /* jobs that were done in the last 24 hours */
	int64_t n_lost;	     /* that were refused or given up in them */
};

enum rc job_count(struct db *db, int64_t now, struct job_counts *ret_counts,
    struct err *err);

/* Due since due_at, and no job for it, now or since then. Lent. */
struct job_forgotten {
	int64_t device_id;
	const char *name;
	int64_t due_at;
};

typedef enum rc (*job_visit_forgotten)(void *ctx, const struct job_forgotten *forgotten,
    struct err *err);

/*
 * Devices whose certificate is due since due_before or longer, the longest first,
 * for which a remedy ships, and for which no job is open or was asked for since: is
 * whoever should ask dead?
 */
enum rc job_each_forgotten(struct db *db, int64_t due_before, int64_t now,
    job_visit_forgotten visit, void *ctx, struct err *err);

#endif
