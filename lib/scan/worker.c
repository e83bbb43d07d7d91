/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Probes that have ended are written in batches: one transaction for some dozens of
 * devices, short enough that other processes get their turn, and told to the
 * monitoring core only when it is committed.
 */
#include "scan/worker.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "inventory/login_guard.h"
#include "inventory/snapshot.h"
#include "inventory/standing.h"
#include "plugin/command.h"

enum {
	BATCH = 64,	   /* devices in a transaction */
	WAITING_MAX = 256, /* above it no device is started */
	WRITE_EVERY_MS = 200,
	TELL_EVERY_MS = 250,
	LAST_RESULTS_MS = 60000 /* for the core, after the last device */
};

/* A probe that has ended and is not written yet. */
struct ended {
	const struct roster_entry *entry;
	struct probe probe;
	struct outcome outcome;
};

struct worker {
	const struct worker_settings *settings;
	const struct worker_part *part;
	struct loop *loop;
	struct probe_guard guard;
	struct scan *scan;
	struct db db;
	struct passive *passive;
	struct ended *ended[WAITING_MAX + SCAN_IN_FLIGHT_MAX];
	size_t n_ended;
	int64_t write_at_ms; /* the first of them has waited long enough */
	int64_t tell_at_ms;
	int signal_fd;
	struct loop_source signal_source;
	bool was_stopped;
	struct tally tally;
	struct err err; /* of our own making */
};

static bool
was_read_recently(void *ctx, const struct roster_entry *entry)
{
	struct worker *worker = ctx;
	const struct scan_setup *setup = worker->settings->setup;
	struct standing standing;
	int64_t id = 0, read_at, now;

	if (worker->settings->fresh_s == 0 || entry->name == NULL ||
	    snapshot_find(&worker->db, entry->name, &id, NULL) != RC_OK ||
	    standing_read(&worker->db, id, &standing, NULL) != RC_OK)
		return false;
	now = setup_time(setup, clock_monotonic_ms());
	read_at =
	    setup->depth == SCAN_TLS ? standing.tls_read_at : standing.store_read_at;
	if (read_at <= 0 || read_at > now || now - read_at >= worker->settings->fresh_s)
		return false;
	worker->tally.n_skipped++;
	return true;
}

/* The ledger of logins is asked before each; a device that nobody knows yet has
 * refused nothing. */
static enum rc
may_log_in(void *ctx, const struct target *target, int64_t now, struct err *err)
{
	struct worker *worker = ctx;
	struct login_answer answer = { .may = true };
	int64_t id = 0;
	enum rc r = snapshot_find(&worker->db, target->name, &id, err);

	if (r == RC_NOTFOUND)
		return RC_OK;
	if (r == RC_OK)
		r = login_ask(&worker->db, id, target->logname, &target->secret, now,
		    &answer, err);
	if (r != RC_OK || answer.may)
		return r;
	return login_guard_refuse(target->name, &answer, now, err);
}

static void
free_ended(struct ended *ended)
{
	if (ended == NULL)
		return;
	probe_clear(&ended->probe);
	outcome_clear(&ended->outcome);
	free(ended);
}

static void
fail(struct worker *worker, const struct err *cause)
{
	(void)err_set(&worker->err, cause->rc, "%s", cause->text);
	if (worker->scan != NULL)
		scan_stop(worker->scan);
}

static void
on_probe(void *ctx, const struct roster_entry *entry, struct probe *probe)
{
	struct worker *worker = ctx;
	struct ended *ended;

	if (probe->is_absent) {
		worker->tally.n_absent++;
		return;
	}
	/* Not the device's fault. */
	if (worker->was_stopped && probe->rc == RC_TIMEOUT)
		return;
	ended = calloc(1, sizeof(*ended));
	if (ended == NULL) {
		fail(worker, &(struct err){ .rc = RC_NOMEM, .text = "out of memory" });
		return;
	}
	ended->entry = entry;
	ended->probe = *probe;
	memset(probe, 0, sizeof(*probe));
	if (worker->n_ended == 0)
		worker->write_at_ms = clock_monotonic_ms() + WRITE_EVERY_MS;
	worker->ended[worker->n_ended] = ended;
	worker->n_ended++;
}

static enum rc
make_outcomes(struct worker *worker, size_t n, struct err *err)
{
	const struct worker_settings *settings = worker->settings;
	enum rc r = RC_OK;

	for (size_t i = 0; i < n && r == RC_OK; i++) {
		struct ended *ended = worker->ended[i];

		r = outcome_make(settings->setup, &settings->style, &worker->db,
		    ended->entry, &ended->probe, &ended->outcome, err);
	}
	return r;
}

static void
count(struct tally *tally, const struct ended *ended)
{
	if (ended->probe.rc == RC_OK)
		tally->n_read++;
	else
		tally->n_failed++;
	if (ended->probe.rc != RC_OK)
		tally->by_result[ended->probe.rc]++;
	tally->by_state[ended->outcome.state]++;
}

/* It is in the inventory: count it, print it, pass it on. */
static void
publish(struct worker *worker, const struct ended *ended)
{
	const struct probe *probe = &ended->probe;
	const char *name =
	    probe->has_target ? probe->target.name : roster_label(ended->entry);
	const char *text = buf_str(&ended->outcome.text);
	struct err err = { 0 };

	count(&worker->tally, ended);
	if (worker->settings->prints &&
	    command_write(STDOUT_FILENO, text, strlen(text), &err) != RC_OK)
		fail(worker, &err);
	passive_put(worker->passive, name,
	    probe->has_target ? target_address(&probe->target) : name,
	    ended->outcome.state, text, probe->now);
}

/* A batch. RC_LOCKED is no failure yet: it is tried again. */
static enum rc
write_batch(struct worker *worker, struct err *err)
{
	size_t n = worker->n_ended < BATCH ? worker->n_ended : BATCH;
	enum rc r = db_begin(&worker->db, err);

	if (r != RC_OK)
		return r;
	r = make_outcomes(worker, n, err);
	if (r == RC_OK)
		r = db_commit(&worker->db, err);
	if (r != RC_OK) {
		db_rollback(&worker->db);
		for (size_t i = 0; i < worker->n_ended; i++)
			outcome_clear(&worker->ended[i]->outcome);
		return r;
	}
	for (size_t i = 0; i < n; i++) {
		publish(worker, worker->ended[i]);
		free_ended(worker->ended[i]);
	}
	worker->n_ended -= n;
	memmove(worker->ended, worker->ended + n,
	    worker->n_ended * sizeof(struct ended *));
	return RC_OK;
}

static void
write_ended(struct worker *worker, bool all)
{
	int64_t now_ms = clock_monotonic_ms();
	struct err cause = { 0 };
	enum rc r = RC_OK;

	while (r == RC_OK && worker->n_ended > 0 && worker->err.rc == RC_OK &&
	    (all || worker->n_ended >= BATCH || now_ms >= worker->write_at_ms))
		r = write_batch(worker, &cause);
	worker->write_at_ms = now_ms + WRITE_EVERY_MS;
	if (r != RC_OK &&
	    (r != RC_LOCKED || now_ms >= worker->settings->setup->deadline_ms))
		fail(worker, &cause);
	passive_flush(worker->passive);
}

/* Nothing is read any more: whoever else writes is waited for as long as the scan may
 * take, or until a signal. */
static void
write_rest(struct worker *worker)
{
	do
		write_ended(worker, true);
	while (worker->n_ended > 0 && worker->err.rc == RC_OK && !worker->was_stopped &&
	    loop_turn(worker->loop, clock_monotonic_ms(), NULL) == RC_OK);
}

static void
tell(struct worker *worker)
{
	const struct err *why = NULL;
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage) == 0)
		worker->tally.memory_kib = (int64_t)usage.ru_maxrss;

	passive_count(worker->passive, &worker->tally.n_told, &worker->tally.n_untold,
	    &why);
	worker->tally.n_in_flight = (int64_t)scan_n_most(worker->scan);
	worker->part->tell(worker->part->ctx, &worker->tally);
	worker->tell_at_ms = clock_monotonic_ms() + TELL_EVERY_MS;
}

static void
on_signal(void *ctx)
{
	struct worker *worker = ctx;
	struct signalfd_siginfo info;

	if (read(worker->signal_fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	worker->was_stopped = true;
	scan_stop(worker->scan);
}

static enum rc
watch_signals(struct worker *worker, struct err *err)
{
	sigset_t signals;

	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGINT);
	if (pthread_sigmask(SIG_BLOCK, &signals, NULL) != 0)
		return err_system(err, "signals");
	worker->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (worker->signal_fd < 0)
		return err_system(err, "signals");
	worker->signal_source.on_ready = on_signal;
	worker->signal_source.ctx = worker;
	return loop_watch_input(worker->loop, &worker->signal_source, worker->signal_fd,
	    err);
}

/* May another device be started, or do others have to catch up first? */
static bool
has_room(const struct worker *worker)
{
	return worker->n_ended < WAITING_MAX &&
	    passive_n_waiting(worker->passive) < PASSIVE_WAITING_MAX;
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static enum rc
read_devices(struct worker *worker, struct err *err)
{
	enum rc r = RC_OK;

	while (r == RC_OK && worker->err.rc == RC_OK && !scan_is_over(worker->scan)) {
		int64_t until_ms = worker->tell_at_ms;

		if (has_room(worker)) {
			r = scan_go_on(worker->scan, err);
			until_ms = earlier(until_ms, scan_next_ms(worker->scan));
		}
		if (worker->n_ended > 0)
			until_ms = earlier(until_ms, worker->write_at_ms);
		if (r == RC_OK && !scan_is_over(worker->scan))
			r = loop_turn(worker->loop, until_ms, err);
		if (worker->n_ended >= BATCH ||
		    (worker->n_ended > 0 &&
			clock_monotonic_ms() >= worker->write_at_ms))
			write_ended(worker, false);
		if (clock_monotonic_ms() >= worker->tell_at_ms)
			tell(worker);
	}
	return r;
}

/* After a failure of ours everything under way has to end first. */
static void
wind_up(struct worker *worker)
{
	scan_stop(worker->scan);
	while (!scan_is_over(worker->scan) &&
	    loop_turn(worker->loop, LOOP_NEVER, NULL) == RC_OK)
		;
}

/* Results that are still on their way to the core. */
static void
finish_passive(struct worker *worker)
{
	int64_t until_ms = clock_monotonic_ms() + LAST_RESULTS_MS;

	passive_flush(worker->passive);
	while (passive_n_waiting(worker->passive) > 0 && !worker->was_stopped &&
	    clock_monotonic_ms() < until_ms &&
	    loop_turn(worker->loop, until_ms, NULL) == RC_OK)
		;
	passive_give_up(worker->passive);
	while (passive_n_waiting(worker->passive) > 0 &&
	    loop_turn(worker->loop, LOOP_NEVER, NULL) == RC_OK)
		;
}

static enum rc
open_all(struct worker *worker, const struct scan_events *events, struct err *err)
{
	const struct worker_settings *settings = worker->settings;
	enum rc r = loop_new(&worker->loop, err);

	/* First the helpers of the resolver, which shall inherit nothing. */
	if (r == RC_OK)
		r = scan_new(worker->loop, settings->setup, settings->roster,
		    worker->part->part, worker->part->n_parts, events, &worker->guard,
		    &worker->scan, err);
	if (r == RC_OK)
		r = watch_signals(worker, err);
	if (r == RC_OK)
		r = db_open(settings->inventory, &worker->db, err);
	if (r == RC_OK)
		r = db_relax(&worker->db, err);
	if (r == RC_OK)
		r = passive_new(worker->loop, settings->passive, &worker->passive, err);
	if (r == RC_OK)
		worker->tally.n_devices = (int64_t)scan_n_devices(worker->scan);
	return r;
}

/* What the whole run comes to. */
static enum rc
conclude(struct worker *worker, struct err *err)
{
	const struct err *why = NULL;

	tell(worker);
	passive_count(worker->passive, &worker->tally.n_told, &worker->tally.n_untold,
	    &why);
	if (worker->err.rc != RC_OK)
		return err_set(err, worker->err.rc, "%s", worker->err.text);
	if (worker->was_stopped)
		return err_set(err, RC_STATE, "stopped by a signal");
	if (tally_n_done(&worker->tally) < worker->tally.n_devices)
		return err_set(err, RC_STATE,
		    "--scan-timeout: the time was up before all devices were read");
	if (why != NULL)
		return err_set(err, RC_LOST, "%s", why->text);
	return RC_OK;
}

static void
close_all(struct worker *worker)
{
	for (size_t i = 0; i < worker->n_ended; i++)
		free_ended(worker->ended[i]);
	passive_free(worker->passive);
	db_close(&worker->db);
	scan_free(worker->scan);
	if (worker->signal_fd >= 0)
		(void)close(worker->signal_fd);
	loop_free(worker->loop);
	free(worker);
}

enum rc
worker_run(const struct worker_settings *settings, const struct worker_part *part,
    struct tally *ret_tally, struct err *err)
{
	struct worker *worker = calloc(1, sizeof(*worker));
	struct scan_events events = { .skips = was_read_recently,
		.on_probe = on_probe };
	struct err cause = { 0 };
	enum rc r;

	if (worker == NULL)
		return err_set(err, RC_NOMEM, "scan: out of memory");
	worker->settings = settings;
	worker->part = part;
	worker->signal_fd = -1;
	worker->guard.may_log_in = may_log_in;
	worker->guard.ctx = worker;
	events.ctx = worker;
	r = open_all(worker, &events, err);
	if (r == RC_OK) {
		if (read_devices(worker, &cause) != RC_OK)
			fail(worker, &cause);
		wind_up(worker);
		write_rest(worker);
		worker->tally.stack_bytes = (int64_t)scan_stack_most(worker->scan);
		finish_passive(worker);
		r = conclude(worker, err);
	}
	*ret_tally = worker->tally;
	close_all(worker);
	return r;
}
