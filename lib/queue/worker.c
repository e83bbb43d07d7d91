/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loop of the worker.  The inventory is open only between two waits: a
 * connection must not be in two processes.
 */
#include "queue/worker.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/child.h"
#include "base/clock.h"
#include "queue/courier.h"
#include "queue/runner.h"
#include "queue/take.h"

enum {
	LINE_MAX_BYTES = 1024
};

struct child {
	pid_t pid;
	int fd; /* readable once it has ended; -1: not to be had */
};

struct worker {
	const struct worker_options *options;
	struct worker_totals totals;
	struct child *children; /* pacing.n_jobs of them */
	struct pollfd *polls;	/* one more */
	size_t n_children;
	struct taken *taken; /* claimed, and not yet started; the same */
	size_t n_taken;
	bool has_lines;	      /* in the outbox, whose time has come */
	struct child courier; /* who delivers them; pid 0: nobody */
	int64_t back_at;      /* when to look for jobs that nobody is at */
	bool was_halted;      /* by the stop file, and it was said */
};

static void
say(const struct worker *worker, const char *text)
{
	worker->options->log(worker->options->log_ctx, text);
}

/* Those that have ended. */
static void
reap(struct worker *worker)
{
	size_t n_left = 0;

	if (worker->courier.pid > 0 &&
	    waitpid(worker->courier.pid, NULL, WNOHANG) != 0) {
		if (worker->courier.fd >= 0)
			close(worker->courier.fd);
		worker->courier = (struct child){ 0, -1 };
	}
	for (size_t i = 0; i < worker->n_children; i++) {
		struct child *child = &worker->children[i];
		int status = 0;

		if (waitpid(child->pid, &status, WNOHANG) == 0) {
			worker->children[n_left] = *child;
			n_left++;
			continue;
		}
		if (child->fd >= 0)
			close(child->fd);
		if (status != 0)
			worker->totals.n_failed++;
	}
	worker->n_children = n_left;
}

static enum rc
tell_back(void *ctx, const struct job *job, struct err *err)
{
	struct buf line;

	(void)err;
	buf_init(&line, LINE_MAX_BYTES);
	(void)buf_addf(&line, "job %lld: %s: %s: %s: %s", (long long)job->id,
	    job->device_name, job->remedy, job->text, job_state_word(job->state));
	say(ctx, buf_str(&line));
	buf_clear(&line);
	return RC_OK;
}

/* Once when it begins, once when it ends. */
static void
tell_halt(struct worker *worker)
{
	bool is_halted = take_is_stopped(&worker->options->pacing);

	if (is_halted != worker->was_halted)
		say(worker,
		    is_halted ? "the stop file is there: no remedy is started"
			      : "the stop file is gone");
	worker->was_halted = is_halted;
}

static enum rc
take_jobs(struct worker *worker, struct db *db, int64_t now, struct err *err)
{
	const struct pacing *pacing = &worker->options->pacing;
	enum rc r = RC_OK;

	/* Or the clock was set back since. */
	if (now >= worker->back_at || now < worker->back_at - WORKER_BACK_S) {
		r = take_back(db, pacing, now, tell_back, worker, err);
		if (r == RC_OK)
			r = job_mend_times(db, now, err);
		if (r == RC_OK)
			r = job_forget_old(db, now, err);
		worker->back_at = now + WORKER_BACK_S;
	}
	while (r == RC_OK &&
	    worker->n_children + worker->n_taken < (size_t)pacing->n_jobs) {
		r = take_next(db, pacing, now, &worker->taken[worker->n_taken], err);
		if (r == RC_OK)
			worker->n_taken++;
	}
	return r == RC_NOTFOUND ? RC_OK : r;
}

/* The stop file holds these back, too. */
static enum rc
look_for_lines(struct worker *worker, struct db *db, int64_t now, struct err *err)
{
	worker->has_lines = false;
	if (worker->courier.pid > 0 || take_is_stopped(&worker->options->pacing))
		return RC_OK;
	return courier_has_due(db, now, &worker->has_lines, err);
}

static enum rc
look(struct worker *worker, struct err *err)
{
	const struct worker_options *options = worker->options;
	int64_t now = options->now();
	struct db db = { 0 };
	enum rc r;

	tell_halt(worker);
	r = db_open(options->setup.inventory_file, &db, err);
	if (r == RC_OK)
		r = take_jobs(worker, &db, now, err);
	if (r == RC_OK)
		r = look_for_lines(worker, &db, now, err);
	db_close(&db);
	if (r == RC_LOCKED) { /* the next look may have better luck */
		err_clear(err);
		r = RC_OK;
	}
	return r;
}

/* What is the worker's own: a child must hold no lock but its own, and those of jobs
 * before from_job are closed by now. */
static void
close_inherited(const struct worker *worker, size_t from_job)
{
	for (size_t i = from_job; i < worker->n_taken; i++)
		close(worker->taken[i].lock_fd);
	for (size_t i = 0; i < worker->n_children; i++)
		if (worker->children[i].fd >= 0)
			close(worker->children[i].fd);
	if (worker->courier.fd >= 0)
		close(worker->courier.fd);
}

static void
run_child(struct worker *worker, size_t i)
{
	close_inherited(worker, i + 1);
	_exit(runner_run(worker->options, &worker->taken[i]));
}

static void
log_line(void *ctx, bool was_taken, const char *line)
{
	(void)was_taken;
	say(ctx, line);
}

/* When the worker ends this does, too, after the line that it is at. */
static void
run_courier(struct worker *worker, pid_t parent)
{
	const struct worker_options *options = worker->options;
	const struct courier courier = { .conf = options->conf,
		.inventory_file = options->setup.inventory_file,
		.is_stopped = options->is_stopped,
		.now = options->now,
		.log = log_line,
		.log_ctx = worker };
	struct err err = { 0 };

	close_inherited(worker, 0);
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent)
		_exit(1);
	if (courier_deliver(&courier, NULL, &err) != RC_OK)
		say(worker, err.text);
	_exit(0);
}

/* A process that cannot be had now may be had at the next look. */
static void
start_courier(struct worker *worker)
{
	pid_t parent = getpid();

	if (!worker->has_lines)
		return;
	worker->has_lines = false;
	worker->courier.pid = fork();
	if (worker->courier.pid == 0)
		run_courier(worker, parent);
	if (worker->courier.pid > 0)
		worker->courier.fd = child_open(worker->courier.pid);
}

/* The worker's copy of the lock goes, the child's stays. A job that got no process has
 * nobody at it then, and is taken back. */
static enum rc
start_jobs(struct worker *worker, struct err *err)
{
	enum rc r = RC_OK;

	for (size_t i = 0; i < worker->n_taken; i++) {
		struct taken *taken = &worker->taken[i];
		struct child *child = &worker->children[worker->n_children];

		child->pid = fork();
		if (child->pid == 0)
			run_child(worker, i);
		close(taken->lock_fd);
		if (child->pid < 0) {
			r = err_system(err, "worker: cannot start a process");
			continue;
		}
		child->fd = child_open(child->pid);
		worker->n_children++;
		worker->totals.n_started++;
	}
	worker->n_taken = 0;
	return r;
}

/* Until one of ours has ended, a signal, or the next look. */
static void
wait_a_while(struct worker *worker)
{
	for (size_t i = 0; i < worker->n_children; i++)
		worker->polls[i] = (struct pollfd){ worker->children[i].fd, POLLIN, 0 };
	worker->polls[worker->n_children] =
	    (struct pollfd){ worker->courier.fd, POLLIN, 0 };
	(void)poll(worker->polls, worker->n_children + 1, WORKER_LOOK_MS);
}

static enum rc
work(struct worker *worker, struct err *err)
{
	const struct worker_options *options = worker->options;
	bool is_over = false;
	enum rc r = RC_OK;

	while (r == RC_OK && !is_over && !options->is_stopped()) {
		bool is_late = options->deadline_ms != 0 &&
		    clock_monotonic_ms() >= options->deadline_ms;

		reap(worker);
		if (!is_late)
			r = look(worker, err);
		if (start_jobs(worker, err) != RC_OK)
			r = RC_SYSTEM;
		start_courier(worker);
		is_over = worker->n_children == 0 && worker->courier.pid <= 0 &&
		    (is_late || !options->is_service);
		if (r == RC_OK && !is_over)
			wait_a_while(worker);
	}
	reap(worker);
	worker->totals.n_left = (int64_t)worker->n_children;
	return r;
}

enum rc
queue_work(const struct worker_options *options, struct worker_totals *ret_totals,
    struct err *err)
{
	size_t n = (size_t)options->pacing.n_jobs;
	struct worker worker = { .options = options, .courier = { 0, -1 } };
	enum rc r = RC_OK;

	worker.children = calloc(n, sizeof(*worker.children));
	worker.polls = calloc(n + 1, sizeof(*worker.polls));
	worker.taken = calloc(n, sizeof(*worker.taken));
	if (worker.children == NULL || worker.polls == NULL || worker.taken == NULL)
		r = err_set(err, RC_NOMEM, "worker: out of memory");
	if (r == RC_OK)
		r = work(&worker, err);
	for (size_t i = 0; i < worker.n_children; i++)
		if (worker.children[i].fd >= 0)
			close(worker.children[i].fd);
	if (worker.courier.fd >= 0)
		close(worker.courier.fd);
	free(worker.children);
	free(worker.polls);
	free(worker.taken);
	*ret_totals = worker.totals;
	return r;
}
