/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One job from its start to the row that tells its end.
 */
#include "queue/runner.h"

#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "queue/launch.h"
#include "queue/row_lock.h"

enum {
	DB_ATTEMPTS = 60, /* of DB_BUSY_TIMEOUT_MS each */
	LINE_MAX_BYTES = 2048,
	MS_PER_S = 1000,
};

struct runner {
	const struct worker_options *options;
	const struct taken *taken;
};

static void
tell(const struct worker_options *options, const struct job *job, const char *what,
    const char *text)
{
	struct buf line;

	buf_init(&line, LINE_MAX_BYTES);
	(void)buf_addf(&line, "job %lld: %s: %s: %s%s%s", (long long)job->id,
	    job->device_name, job->remedy, what, text[0] == '\0' ? "" : ": ", text);
	options->log(options->log_ctx, buf_str(&line));
	buf_clear(&line);
}

/* For people; a job does without. */
static void
note_pid(const struct runner *runner)
{
	struct db db = { 0 };

	if (db_open(runner->options->setup.inventory_file, &db, NULL) == RC_OK)
		(void)job_note_runner(&db, &runner->taken->job, getpid(), NULL);
	db_close(&db);
}

static enum rc
keep_once(const struct runner *runner, const struct job_outcome *outcome,
    struct job *ret_job, enum breaker_news *ret_news, struct err *err)
{
	struct db db = { 0 };
	enum rc r = db_open(runner->options->setup.inventory_file, &db, err);

	if (r == RC_OK)
		r = job_finish(&db, &runner->options->pacing, &runner->taken->job,
		    outcome, runner->options->now(), ret_job, ret_news, err);
	db_close(&db);
	return r;
}

/* When it cannot be kept, whoever takes the job back runs the remedy once more, and
 * that looks first. */
static enum rc
keep(const struct runner *runner, const struct job_outcome *outcome,
    struct job *ret_job, enum breaker_news *ret_news, struct err *err)
{
	enum rc r = RC_LOCKED;

	for (int i = 0; r == RC_LOCKED && i < DB_ATTEMPTS; i++) {
		err_clear(err);
		r = keep_once(runner, outcome, ret_job, ret_news, err);
	}
	return r;
}

static void
tell_end(const struct runner *runner, const struct job *job, enum breaker_news news,
    const struct launched *launched)
{
	const struct worker_options *options = runner->options;
	char when[CLOCK_TIME_SIZE];
	struct buf what;

	buf_init(&what, LINE_MAX_BYTES);
	(void)buf_addf(&what, "%s, attempt %lld, %lld s", job_state_word(job->state),
	    (long long)job->n_attempts, (long long)(job->ended_at - job->started_at));
	if (job->state == JOB_FAILED || job->state == JOB_QUEUED)
		(void)buf_addf(&what, ", again at %s",
		    clock_format_time(job->not_before, when));
	tell(options, job, buf_str(&what), launched->text);
	buf_clear(&what);
	if (news == BREAKER_OPENED)
		tell(options, job, "the breaker has opened, no more are started",
		    launched->class);
	if (news == BREAKER_SHUT)
		tell(options, job, "the breaker has shut, others are started again",
		    "");
}

int
runner_run(const struct worker_options *options, struct taken *taken)
{
	struct runner runner = { .options = options, .taken = taken };
	enum breaker_news news = BREAKER_AS_BEFORE;
	struct launched launched = { .outcome = { .end = JOB_END_NOT_RUN,
					 .class = launched.class,
					 .text = launched.text },
		.class = "not run" };
	struct call call = { 0 };
	struct err err = { 0 };
	struct job job = { .state = JOB_FAILED };

	(void)setsid();
	note_pid(&runner);
	if (call_make(&options->setup, &taken->job, options->environment, &call,
		&err) == RC_OK)
		launch_run(&call, taken->lock_fd,
		    clock_monotonic_ms() + options->pacing.job_s * MS_PER_S,
		    options->is_stopped, &launched);
	else
		memcpy(launched.text, err.text, sizeof(launched.text));
	call_clear(&call);
	if (keep(&runner, &launched.outcome, &job, &news, &err) == RC_OK)
		tell_end(&runner, &job, news, &launched);
	else
		tell(options, &taken->job, "what came of it could not be kept",
		    err.text);
	row_lock_free(options->setup.inventory_file, "job", taken->job.id,
	    taken->lock_fd);
	return job.state == JOB_DONE || job.state == JOB_QUEUED ? 0 : 1;
}
