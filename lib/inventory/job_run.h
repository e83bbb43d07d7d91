/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting and ending jobs (inventory/job.h): which may start now, what came of
 * it, and what becomes of one whose process is gone.  Each call is one
 * transaction, or part of one of the caller's.
 */
#ifndef AMTCERT_INVENTORY_JOB_RUN_H
#define AMTCERT_INVENTORY_JOB_RUN_H

#include "inventory/job.h"
#include "policy/breaker.h"
#include "policy/pacing.h"

enum {
	JOB_HOUR_S = 3600, /* that budgets are about */
	JOB_POLL_LEAST_S = 60,
	JOB_KEPT_S = 400 * 86400, /* closed ones */
};

/*
 * Take the most urgent job that may start at now: inside the window and the
 * budgets, no other job of its device running, its breaker shut or in want of a
 * probe, and not in a circle (policy/pace.h: one that would be has its not_before
 * set to when it would not). It is running from then on, an attempt is counted.
 * RC_NOTFOUND, err as it was, when none may. Two callers never get the same.
 */
enum rc job_claim(struct db *db, const struct pacing *pacing, int64_t now,
    struct job *ret_job, struct err *err);

/* The process that watches the remedy, for people. */
enum rc job_note_runner(struct db *db, const struct job *job, int64_t pid,
    struct err *err);

enum job_end {
	JOB_END_EXIT,	 /* the remedy ended, with exit_status */
	JOB_END_KILLED,	 /* by a signal that was not ours, or was in time */
	JOB_END_STOPPED, /* we told it to stop: it goes on where it was */
	JOB_END_NOT_RUN, /* there is no such program */
	JOB_END_GONE,	 /* nobody knows; whoever watched it is gone, too */
};

struct job_outcome {
	enum job_end end;
	int64_t exit_status; /* of JOB_END_EXIT; that of remedies: 0 done, 1 failed, the
			      * device is as it was, 2 failed after a change, 3 usage or
			      * configuration, 4 the CA cannot renew */
	const char *class;   /* what failed: rc_text(), or a word of others; not "" */
	const char *text;    /* last words; made printable */
};

/*
 * What came of the attempt that job_claim() began: done, refused (status 3 and 4,
 * which a person has to mend), given up, or waiting again: for its back-off, or for
 * the CA that has its request. *ret_job is
 * how it stands then, *ret_news what became of its breaker. RC_STATE when that
 * attempt is not the one that runs.
 */
enum rc job_finish(struct db *db, const struct pacing *pacing, const struct job *job,
    const struct job_outcome *outcome, int64_t now, struct job *ret_job,
    enum breaker_news *ret_news, struct err *err);

/*
 * What was put off by a clock that was ahead, as after a machine came back with a wrong
 * one, is put off no longer: jobs that ended, and breakers that opened, more than an
 * hour after now.
 */
enum rc job_mend_times(struct db *db, int64_t now, struct err *err);

/* Drop closed jobs that ended before now - JOB_KEPT_S, with their attempts. */
enum rc job_forget_old(struct db *db, int64_t now, struct err *err);

#endif
