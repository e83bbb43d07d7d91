/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lock is taken before the claim is committed: a job that runs by its row and
 * whose lock is free has nobody.
 */
#include "queue/take.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "queue/row_lock.h"

bool
take_is_stopped(const struct pacing *pacing)
{
	return access(pacing->stop_file, F_OK) == 0 ||
	    (errno != ENOENT && errno != ENOTDIR);
}

static enum rc
claim(struct db *db, const struct pacing *pacing, int64_t now, struct taken *taken,
    struct err *err)
{
	struct err locked = { 0 };
	enum rc r = job_claim(db, pacing, now, &taken->job, err);

	if (r != RC_OK)
		return r;
	r = row_lock_take(db->path, "job", taken->job.id, &taken->lock_fd, &locked);
	if (r == RC_LOCKED) /* a remedy that outlived its last attempt: later */
		return RC_NOTFOUND;
	return r == RC_OK ? RC_OK : err_set(err, r, "%s", locked.text);
}

enum rc
take_next(struct db *db, const struct pacing *pacing, int64_t now,
    struct taken *ret_taken, struct err *err)
{
	struct taken taken = { .lock_fd = -1 };
	enum rc r;

	if (take_is_stopped(pacing))
		return RC_NOTFOUND;
	r = db_begin(db, err);
	if (r != RC_OK)
		return r;
	r = claim(db, pacing, now, &taken, err);
	/* What a guard put off stays put off, so that it is not looked at again. */
	if (r == RC_OK || (r == RC_NOTFOUND && taken.job.id == 0)) {
		enum rc committed = db_commit(db, err);

		if (committed != RC_OK)
			r = committed;
	}
	if (r != RC_OK) {
		db_rollback(db);
		if (taken.lock_fd >= 0)
			row_lock_free(db->path, "job", taken.job.id, taken.lock_fd);
		return r;
	}
	*ret_taken = taken;
	return RC_OK;
}

struct running {
	struct job *jobs;
	size_t n;
};

static enum rc
collect(void *ctx, const struct job *job, struct err *err)
{
	struct running *running = ctx;
	struct job *jobs = reallocarray(running->jobs, running->n + 1, sizeof(*jobs));

	if (jobs == NULL)
		return err_set(err, RC_NOMEM, "jobs: out of memory");
	running->jobs = jobs;
	jobs[running->n] = *job;
	running->n++;
	return RC_OK;
}

/* RC_STATE: its process has just ended it itself. */
static enum rc
end_if_gone(struct db *db, const struct pacing *pacing, int64_t now,
    const struct job *job, struct job *ret_job, struct err *err)
{
	const struct job_outcome outcome = { .end = JOB_END_GONE,
		.class = "gone",
		.text = "whoever was at work on it is gone" };
	enum breaker_news news = BREAKER_AS_BEFORE;
	struct err cause = { 0 };
	int fd = -1;
	enum rc r = row_lock_take(db->path, "job", job->id, &fd, &cause);

	if (r == RC_OK) {
		r = job_finish(db, pacing, job, &outcome, now, ret_job, &news, &cause);
		row_lock_free(db->path, "job", job->id, fd);
	}
	if (r == RC_OK || r == RC_LOCKED || r == RC_STATE)
		return r;
	return err_set(err, r, "%s", cause.text);
}

enum rc
take_back(struct db *db, const struct pacing *pacing, int64_t now, job_visit visit,
    void *ctx, struct err *err)
{
	struct running running = { 0 };
	struct job job = { 0 };
	enum rc r = job_each(db, JOB_CHOICE_RUNNING, -1, collect, &running, err);

	for (size_t i = 0; r == RC_OK && i < running.n; i++) {
		r = end_if_gone(db, pacing, now, &running.jobs[i], &job, err);
		if (r == RC_OK && visit != NULL)
			r = visit(ctx, &job, err);
		if (r == RC_LOCKED || r == RC_STATE)
			r = RC_OK;
	}
	free(running.jobs);
	return r;
}
