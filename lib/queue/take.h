/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Taking jobs off the queue, with their locks, and back from processes that are
 * gone.
 */
#ifndef AMTCERT_QUEUE_TAKE_H
#define AMTCERT_QUEUE_TAKE_H

#include "inventory/job_run.h"

/* A job that is ours to run. */
struct taken {
	struct job job;
	int lock_fd; /* queue/row_lock.h */
};

/* RC_NOTFOUND, err as it was: none may start, or the stop file of pacing is there.
 * Errors of job_claim() and row_lock_take(). */
enum rc take_next(struct db *db, const struct pacing *pacing, int64_t now,
    struct taken *ret_taken, struct err *err);

/* Is the stop file there? One that cannot be looked at counts as there. */
bool take_is_stopped(const struct pacing *pacing);

/*
 * Jobs that run by their row and that nobody is at work on are queued again, each
 * told to visit (which may be NULL) as it stands then. RC_DB, RC_SYSTEM, RC_NOMEM.
 */
enum rc take_back(struct db *db, const struct pacing *pacing, int64_t now,
    job_visit visit, void *ctx, struct err *err);

#endif
