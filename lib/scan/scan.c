/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starts are spread by the names of the devices, so that each is read at the same
 * place of every scan: its neighbours, and the gaps between two readings, stay.
 */
#include "scan/scan.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "policy/config.h"
#include "tls/address.h"

struct start {
	int64_t offset_ms;
	size_t index; /* into the roster */
};

/* A place for one device under way. */
struct job {
	struct scan *scan;
	struct task task;
	const struct roster_entry *entry;
	struct probe probe;
	int64_t deadline_ms;
	struct job *next_free;
};

struct scan {
	struct loop *loop;
	const struct scan_setup *setup;
	const struct roster *roster;
	const struct scan_events *events;
	struct probe_tools tools;
	struct resolver *resolver;
	struct fetcher *fetcher;
	struct start *starts;
	size_t n_starts;
	size_t next;
	int64_t began_ms;
	struct job **jobs;
	size_t n_jobs; /* made so far */
	size_t n_busy;
	size_t n_most;
	struct job *free_jobs;
	bool is_stopped;
};

static int
compare(const void *a, const void *b)
{
	const struct start *one = a, *other = b;

	if (one->offset_ms != other->offset_ms)
		return one->offset_ms < other->offset_ms ? -1 : 1;
	return one->index < other->index ? -1 : one->index > other->index;
}

static enum rc
plan(struct scan *scan, uint64_t part, uint64_t n_parts, struct err *err)
{
	const struct roster *roster = scan->roster;
	uint64_t spread_ms = (uint64_t)scan->setup->spread_ms;

	scan->starts = calloc(roster->n + 1, sizeof(*scan->starts));
	if (scan->starts == NULL)
		return err_set(err, RC_NOMEM, "scan: out of memory");
	for (size_t i = 0; i < roster->n; i++) {
		uint64_t hash = roster_hash(&roster->entries[i]);
		struct start *start = &scan->starts[scan->n_starts];

		if (hash % n_parts != part)
			continue;
		start->index = i;
		if (spread_ms > 0)
			start->offset_ms = (int64_t)((hash / n_parts) % spread_ms);
		scan->n_starts++;
	}
	qsort(scan->starts, scan->n_starts, sizeof(struct start), compare);
	return RC_OK;
}

/* Is there one that the resolver has to look up? A name in the roster may have a
 * literal in the file. */
static bool
needs_resolver(const struct scan *scan)
{
	for (size_t i = 0; i < scan->n_starts; i++) {
		const struct roster_entry *entry =
		    &scan->roster->entries[scan->starts[i].index];
		const char *address = entry->address;

		if (entry->name == NULL)
			return true;
		if (address == NULL)
			address =
			    config_find(scan->setup->conf, entry->name, "address").text;
		if (!address_is_literal(address != NULL ? address : entry->name))
			return true;
	}
	return false;
}

/* As many descriptors as may be open at once. */
static enum rc
raise_limit(size_t n_in_flight, struct err *err)
{
	rlim_t wanted = SCAN_FILES_BASE + SCAN_FILES_EACH * (rlim_t)n_in_flight;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return err_system(err, "scan: getrlimit");
	if (limit.rlim_cur >= wanted)
		return RC_OK;
	if (limit.rlim_max < wanted)
		return err_set(err, RC_LIMIT,
		    "--in-flight: %zu devices need %llu descriptors, the system allows "
		    "%llu (ulimit -Hn)",
		    n_in_flight, (unsigned long long)wanted,
		    (unsigned long long)limit.rlim_max);
	limit.rlim_cur = wanted;
	return setrlimit(RLIMIT_NOFILE, &limit) == 0
	    ? RC_OK
	    : err_system(err, "scan: setrlimit");
}

static enum rc
start_helpers(struct scan *scan, struct err *err)
{
	enum rc r = RC_OK;

	if (needs_resolver(scan))
		r = resolver_new(scan->loop, &scan->resolver, err);
	if (r == RC_OK && scan->setup->depth == SCAN_STORE)
		r = fetcher_new(scan->loop, &scan->fetcher, err);
	scan->tools.resolver = scan->resolver;
	scan->tools.fetcher = scan->fetcher;
	return r;
}

enum rc
scan_new(struct loop *loop, const struct scan_setup *setup, const struct roster *roster,
    uint64_t part, uint64_t n_parts, const struct scan_events *events,
    const struct probe_guard *guard, struct scan **ret_scan, struct err *err)
{
	struct scan *scan = calloc(1, sizeof(*scan));
	enum rc r;

	if (scan == NULL)
		return err_set(err, RC_NOMEM, "scan: out of memory");
	scan->loop = loop;
	scan->setup = setup;
	scan->roster = roster;
	scan->events = events;
	scan->tools.setup = setup;
	scan->tools.guard = guard;
	scan->began_ms = setup->now_ms;
	scan->jobs = calloc(setup->n_in_flight, sizeof(struct job *));
	r = scan->jobs == NULL ? err_set(err, RC_NOMEM, "scan: out of memory")
			       : raise_limit(setup->n_in_flight, err);
	if (r == RC_OK)
		r = plan(scan, part, n_parts, err);
	if (r == RC_OK)
		r = start_helpers(scan, err);
	if (r == RC_OK)
		*ret_scan = scan;
	else
		scan_free(scan);
	return r;
}

void
scan_free(struct scan *scan)
{
	if (scan == NULL)
		return;
	for (size_t i = 0; i < scan->n_jobs; i++) {
		task_clear(&scan->jobs[i]->task);
		probe_clear(&scan->jobs[i]->probe);
		free(scan->jobs[i]);
	}
	fetcher_free(scan->fetcher);
	resolver_free(scan->resolver);
	free(scan->jobs);
	free(scan->starts);
	free(scan);
}

/* The body of a job's task. */
static void
work(void *ctx)
{
	struct job *job = ctx;

	probe_run(&job->probe, &job->scan->tools, &job->task, job->entry,
	    job->deadline_ms);
}

static void
on_end(void *ctx)
{
	struct job *job = ctx;
	struct scan *scan = job->scan;

	scan->events->on_probe(scan->events->ctx, job->entry, &job->probe);
	probe_clear(&job->probe);
	job->next_free = scan->free_jobs;
	scan->free_jobs = job;
	scan->n_busy--;
}

static enum rc
new_job(struct scan *scan, struct err *err)
{
	struct job *job = calloc(1, sizeof(*job));
	enum rc r;

	if (job == NULL)
		return err_set(err, RC_NOMEM, "scan: out of memory");
	job->scan = scan;
	scan->jobs[scan->n_jobs] = job;
	scan->n_jobs++;
	r = task_init(&job->task, scan->loop, on_end, job, err);
	if (r != RC_OK)
		return r;
	job->next_free = scan->free_jobs;
	scan->free_jobs = job;
	return RC_OK;
}

static enum rc
start_job(struct scan *scan, const struct roster_entry *entry, struct err *err)
{
	int64_t deadline_ms = clock_monotonic_ms() + scan->setup->timeout_ms;
	struct job *job;
	enum rc r = RC_OK;

	if (scan->free_jobs == NULL)
		r = new_job(scan, err);
	if (r != RC_OK)
		return r;
	job = scan->free_jobs;
	scan->free_jobs = job->next_free;
	job->entry = entry;
	job->deadline_ms = deadline_ms < scan->setup->deadline_ms
	    ? deadline_ms
	    : scan->setup->deadline_ms;
	scan->n_busy++;
	if (scan->n_busy > scan->n_most)
		scan->n_most = scan->n_busy;
	task_start(&job->task, work, job);
	return RC_OK;
}

static int64_t
starts_at(const struct scan *scan)
{
	return scan->began_ms + scan->starts[scan->next].offset_ms;
}

enum rc
scan_go_on(struct scan *scan, struct err *err)
{
	int64_t now_ms = clock_monotonic_ms();
	enum rc r = RC_OK;

	if (now_ms >= scan->setup->deadline_ms)
		scan_stop(scan);
	while (r == RC_OK && !scan->is_stopped && scan->next < scan->n_starts &&
	    scan->n_busy < scan->setup->n_in_flight && starts_at(scan) <= now_ms) {
		const struct roster_entry *entry =
		    &scan->roster->entries[scan->starts[scan->next].index];

		scan->next++;
		if (scan->events->skips == NULL ||
		    !scan->events->skips(scan->events->ctx, entry))
			r = start_job(scan, entry, err);
	}
	return r;
}

int64_t
scan_next_ms(const struct scan *scan)
{
	if (scan->is_stopped)
		return LOOP_NEVER;
	if (scan->next == scan->n_starts || scan->n_busy == scan->setup->n_in_flight ||
	    starts_at(scan) > scan->setup->deadline_ms)
		return scan->setup->deadline_ms;
	return starts_at(scan);
}

bool
scan_is_over(const struct scan *scan)
{
	return scan->n_busy == 0 && (scan->is_stopped || scan->next == scan->n_starts);
}

void
scan_stop(struct scan *scan)
{
	if (scan->is_stopped)
		return;
	scan->is_stopped = true;
	for (size_t i = 0; i < scan->n_jobs; i++)
		task_stop(&scan->jobs[i]->task);
}

size_t
scan_n_devices(const struct scan *scan)
{
	return scan->n_starts;
}

size_t
scan_n_most(const struct scan *scan)
{
	return scan->n_most;
}

size_t
scan_stack_most(const struct scan *scan)
{
	size_t most = 0;

	for (size_t i = 0; i < scan->n_jobs; i++) {
		size_t used = fiber_stack_used(scan->jobs[i]->task.fiber);

		if (used > most)
			most = used;
	}
	return most;
}
