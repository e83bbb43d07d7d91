/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader's loop: look at the inventory, count, tell.
 */
#include "snmp/loader.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "snmp/health.h"
#include "snmp/said.h"
#include "snmp/watch.h"

enum {
	COUNT_MS = 60000, /* states age: counts are taken again */
	WAIT_MAX_MS = 1000,
	LOADER_NICE = 10,
};

/* What the thread works on. */
struct work {
	struct loader *loader;
	struct mailbox *mailbox;
	struct watch watch;
	struct notifier *notifier;   /* NULL: nothing is told */
	const struct mirror *mirror; /* last published, or the empty one */
	enum inventory_state state;
	struct said said_inventory;
	struct said said_memory;
	int64_t look_ms; /* when the next is due */
	int64_t count_ms;
	int64_t tell_ms;
};

static void
publish(struct work *work, struct mirror *mirror, int64_t mono_ms)
{
	work->mirror = mirror;
	work->count_ms = mono_ms + COUNT_MS;
	mailbox_publish(work->mailbox, mirror);
	mailbox_free_used(work->mailbox);
}

static void
look(struct work *work, int64_t mono_ms)
{
	struct mirror *mirror = NULL;
	struct err err = { 0 };
	enum inventory_state state;

	state = watch_look(&work->watch, clock_now(), &mirror, &err);
	if (mirror != NULL)
		log_at(2, "inventory", "read in %lld ms: %zu devices, %zu certificates",
		    (long long)(clock_monotonic_ms() - mono_ms), mirror->n_devices,
		    mirror->n_certs);
	if (state != INVENTORY_OK) {
		said_once(&work->said_inventory, "inventory", err.text);
	} else if (work->state != INVENTORY_OK) {
		said_forget(&work->said_inventory);
		log_at(1, "inventory", "%s: is read", work->watch.path);
	}
	work->state = state;
	/* Whoever sees that it is read finds what was read. */
	if (mirror != NULL)
		publish(work, mirror, mono_ms);
	atomic_store(&work->mailbox->inventory_state, state);
}

static void
count(struct work *work, int64_t mono_ms)
{
	struct totals totals = health_count(work->mirror, clock_now());
	struct err err = { 0 };

	work->count_ms = mono_ms + COUNT_MS;
	if (mailbox_publish_totals(work->mailbox, &totals, &err) != RC_OK)
		said_once(&work->said_inventory, "inventory", err.text);
}

static void
tell(struct work *work, int64_t mono_ms)
{
	const struct notifier_now now = { clock_now(), mono_ms };
	bool was_new = work->notifier->is_new;
	struct err err = { 0 };

	work->tell_ms = mono_ms + notifier_pause_ms(work->loader->settings);
	if (notifier_tick(work->notifier, work->mirror, work->state, &now, &err) !=
	    RC_OK)
		said_once(&work->said_memory, "notify", err.text);
	else if (!work->notifier->is_behind)
		said_forget(&work->said_memory);
	if (was_new && !work->notifier->is_new)
		log_at(1, "notify", "first start: all as it stands counts as told");
}

static int64_t
smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void
turn(struct work *work)
{
	int64_t mono_ms = clock_monotonic_ms();
	int64_t next_ms;

	mailbox_free_used(work->mailbox);
	if (mono_ms >= work->look_ms) {
		look(work, mono_ms);
		work->look_ms = mono_ms + work->loader->settings->reload_ms;
	}
	if (mono_ms >= work->count_ms)
		count(work, mono_ms);
	if (work->notifier != NULL && mono_ms >= work->tell_ms)
		tell(work, mono_ms);
	next_ms = smaller(work->look_ms, work->count_ms);
	if (work->notifier != NULL)
		next_ms = smaller(next_ms, work->tell_ms);
	next_ms -= clock_monotonic_ms();
	if (next_ms > 0)
		mailbox_wait(work->mailbox, smaller(next_ms, WAIT_MAX_MS));
}

static void *
run(void *ctx)
{
	struct loader *loader = ctx;
	struct work work = { .loader = loader,
		.mailbox = loader->mailbox,
		.mirror = loader->empty,
		.state = INVENTORY_UNAVAILABLE,
		.watch = { .path = loader->settings->inventory } };
	struct err err = { 0 };

	/* Where both threads want one processor, the one that somebody waits for goes
	 * first. Of this thread alone (nice(2)). */
	errno = 0;
	if (nice(LOADER_NICE) == -1 && errno != 0)
		log_at(2, "loader", "runs at the priority of the SNMP thread");
	/* A number that the agent before this one did not use. */
	work.watch.generation = (uint32_t)clock_now();
	if (loader->settings->notify)
		work.notifier = &loader->notifier;
	while (!atomic_load(&loader->mailbox->is_stopping))
		turn(&work);
	if (work.notifier != NULL && notifier_settle(work.notifier, &err) != RC_OK)
		log_at(1, "notify", "%s", err.text);
	watch_clear(&work.watch);
	return NULL;
}

static void
clear(struct loader *loader)
{
	notifier_clear(&loader->notifier);
	db_close(&loader->memory);
	mirror_free(loader->empty);
	loader->empty = NULL;
}

static enum rc
start_thread(struct loader *loader, struct err *err)
{
	sigset_t all, before;
	int failed;

	/* Signals are the SNMP thread's. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&loader->thread, NULL, run, loader);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed != 0)
		return err_set(err, RC_SYSTEM, "thread: cannot be started: error %d",
		    failed);
	return RC_OK;
}

enum rc
loader_start(struct loader *loader, const struct agent_settings *settings,
    struct mailbox *mailbox, struct err *err)
{
	enum rc r;

	loader->settings = settings;
	loader->mailbox = mailbox;
	r = mirror_new(&loader->empty, err);
	if (r == RC_OK && settings->notify)
		r = told_db_open(settings->state_dir, &loader->memory, err);
	if (r == RC_OK && settings->notify)
		r = notifier_init(&loader->notifier, settings, mailbox, &loader->memory,
		    clock_monotonic_ms(), err);
	if (r == RC_OK)
		r = start_thread(loader, err);
	if (r != RC_OK)
		clear(loader);
	return r;
}

void
loader_join(struct loader *loader)
{
	(void)pthread_join(loader->thread, NULL);
	clear(loader);
}
