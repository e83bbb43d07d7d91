/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Works off the queue: takes jobs at the pace that is configured, runs each in
 * processes of its own, and waits for more.  Lines of the outbox that nobody has taken
 * (queue/courier.h) are delivered by one more process.
 *
 * A job has two processes: one that watches, in a session of its own, and the
 * remedy, in a process group of its own.  The one that watches writes what came of
 * it into the inventory, so that it needs nobody: a worker that is killed leaves its
 * jobs alive, and the next worker finds them by their locks.
 */
#ifndef AMTCERT_QUEUE_WORKER_H
#define AMTCERT_QUEUE_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rc.h"
#include "policy/pacing.h"
#include "queue/call.h"

enum {
	WORKER_LOOK_MS = 2000, /* between two looks into the queue */
	WORKER_BACK_S = 60,    /* between two looks for jobs that nobody is at */
};

/* Lent. */
struct worker_options {
	const struct conf *conf; /* of hand-over commands; may be NULL */
	struct pacing pacing;
	struct call_setup setup;
	char *const *environment;
	bool is_service; /* wait for more; else end when none may start */
	int64_t
	    deadline_ms; /* of clock_monotonic_ms(): start none from then on; 0: never */
	bool (*is_stopped)(void); /* by a signal; of the process that asks */
	int64_t (*now)(void);
	/* One line without its end, printable. From several processes. */
	void (*log)(void *ctx, const char *line);
	void *log_ctx;
};

/* How it went, of this worker's jobs. */
struct worker_totals {
	int64_t n_started;
	int64_t n_failed; /* or were refused, or given up */
	int64_t n_left;	  /* that run on without it */
};

/*
 * Until none may start and all of this worker's have ended; as a service, until the
 * deadline. Or until is_stopped: those that run then go on by themselves. An inventory
 * that is busy for a while is waited for. RC_DB, RC_SYSTEM, RC_NOMEM.
 */
enum rc queue_work(const struct worker_options *options,
    struct worker_totals *ret_totals, struct err *err);

#endif
