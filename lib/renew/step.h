/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A remedy is a table of steps; this machine works it off.  It never asks what
 * was sent, only what is: after each step, each lost answer and each restart the
 * device is looked at, and the first step that is not done comes next.
 */
#ifndef AMTCERT_RENEW_STEP_H
#define AMTCERT_RENEW_STEP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rc.h"
#include "renew/plan.h"

enum {
	STEP_MAX = 24,		   /* rows of a table */
	STEP_ATTEMPTS_MAX = 6,	   /* of one step whose answers get lost */
	STEP_RUNS_MAX = 100,	   /* of one step, whatever becomes of it */
	STEP_PAUSE_FIRST_MS = 100, /* doubled each time ... */
	STEP_PAUSE_MAX_MS = 10000, /* ... up to the 10 s that other clients wait */
};

/*
 * One row. The callbacks get the remedy's own context. is_done() judges what was
 * last read from the device and the journal, and touches no network: it is the
 * verification of a step, the reason to repeat it and the reason to skip it.
 */
struct step {
	const char *name; /* word of the journal */
	const char *text; /* for people: "bind it to TLS" */
	/* Part of this run at all? NULL: always. */
	bool (*is_wanted)(const void *ctx);
	bool (*is_done)(const void *ctx);
	/* Append what it will write; NULL: nothing is written to the device. */
	void (*writes)(const void *ctx, struct plan *plan);
	enum rc (*run)(void *ctx, struct err *err);
	/* It takes effect some time after its answer: how long to keep looking,
	 * milliseconds. NULL: at once. */
	int64_t (*settle_ms)(const void *ctx);
	/* What to say when it ran and is not done after all; NULL: just that. */
	const char *unmet;
};

/* What a failure of a step means. */
enum step_reaction {
	STEP_LOOK_AGAIN, /* outcome unknown: look, decide; STEP_ATTEMPTS_MAX times */
	STEP_WAIT,	 /* busy: wait, look, repeat until the time is over */
	STEP_STOP,	 /* no */
};

enum step_event {
	STEP_BEGINS,
	STEP_DONE,
	STEP_WAITS, /* text says for what */
};

/* What the machine needs of a remedy. */
struct step_host {
	/* Bring what is_done() judges up to date, reconnecting if need be. */
	enum rc (*look)(void *ctx, struct err *err);
	/* Is a look that failed with r worth another? */
	bool (*may_look_again)(const void *ctx, enum rc r);
	/* Journal a step before it runs, and its end. */
	enum rc (*begin)(void *ctx, const struct step *step, struct err *err);
	enum rc (*end)(void *ctx, const struct step *step, struct err *err);
	enum step_reaction (*react)(void *ctx, enum rc r);
	/* Sleep. RC_TIMEOUT when the time of the run is over, RC_STATE when the
	 * run shall stop; with 0 only ask. */
	enum rc (*pause)(void *ctx, int64_t ms, struct err *err);
	void (*report)(void *ctx, const struct step *step, enum step_event event,
	    const char *text);
};

/*
 * Work off steps (ends with a NULL name) until each wanted one is done. RC_OK
 * then; else the error of the step or of the look that could not be got over.
 */
enum rc step_run_all(const struct step_host *host, void *ctx, const struct step *steps,
    struct err *err);

/* The first step that is wanted and not done; NULL when there is none. */
const struct step *step_next(const struct step *steps, const void *ctx);

/* Where a name stands in the table; -1: nowhere. */
int step_row(const struct step *steps, const char *name);

/* Is a run whose journal stands at the step of that name, done or begun, past the one
 * called name? */
bool step_is_past(const struct step *steps, const char *name, const char *at,
    bool is_done);

/* Append to plan every wanted step that is not done, with its writes. */
void step_plan(const struct step *steps, const void *ctx, struct plan *plan);

#endif
