/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Look, take the first step that is not done, journal it, run it, look again.
 */
#include "renew/step.h"

#include <stddef.h>
#include <string.h>

#include "base/clock.h"

/* The state of one pass over a table. */
struct pass {
	const struct step_host *host;
	void *ctx;
	const struct step *steps;
	int attempts[STEP_MAX]; /* that ended without a known outcome */
	int runs[STEP_MAX];
	int64_t pause_ms;
};

static bool
is_wanted(const struct step *step, const void *ctx)
{
	return step->is_wanted == NULL || step->is_wanted(ctx);
}

const struct step *
step_next(const struct step *steps, const void *ctx)
{
	for (const struct step *step = steps; step->name != NULL; step++)
		if (is_wanted(step, ctx) && !step->is_done(ctx))
			return step;
	return NULL;
}

int
step_row(const struct step *steps, const char *name)
{
	for (int i = 0; steps[i].name != NULL; i++)
		if (strcmp(steps[i].name, name) == 0)
			return i;
	return -1;
}

bool
step_is_past(const struct step *steps, const char *name, const char *at, bool is_done)
{
	int wanted = step_row(steps, name);
	int row = step_row(steps, at);

	return row > wanted || (row == wanted && is_done);
}

void
step_plan(const struct step *steps, const void *ctx, struct plan *plan)
{
	for (const struct step *step = steps; step->name != NULL; step++) {
		if (!is_wanted(step, ctx) || step->is_done(ctx))
			continue;
		plan_add_step(plan, step->name, step->text);
		if (step->writes != NULL)
			step->writes(ctx, plan);
	}
}

/* Twice as long as the last time, and never longer than max_ms. */
static enum rc
pause_longer(struct pass *pass, int64_t max_ms, struct err *err)
{
	int64_t ms = pass->pause_ms < max_ms ? pass->pause_ms : max_ms;

	pass->pause_ms *= 2;
	if (pass->pause_ms > STEP_PAUSE_MAX_MS)
		pass->pause_ms = STEP_PAUSE_MAX_MS;
	return pass->host->pause(pass->ctx, ms, err);
}

/* Look until it works, the remedy gives up, or the time is over. */
static enum rc
look(struct pass *pass, struct err *err)
{
	const struct step_host *host = pass->host;

	for (;;) {
		struct err cause = { 0 };
		struct err stopped = { 0 };
		enum rc r = host->look(pass->ctx, &cause);

		if (r == RC_OK)
			return RC_OK;
		if (!host->may_look_again(pass->ctx, r))
			return err_set(err, r, "%s", cause.text);
		host->report(pass->ctx, NULL, STEP_WAITS, cause.text);
		r = pause_longer(pass, STEP_PAUSE_MAX_MS, &stopped);
		if (r != RC_OK)
			return err_set(err, r, "%s: %s", stopped.text, cause.text);
	}
}

/* The step ran: wait until its effect can be seen. */
static enum rc
settle(struct pass *pass, const struct step *step, struct err *err)
{
	int64_t wait_ms = step->settle_ms == NULL ? 0 : step->settle_ms(pass->ctx);
	int64_t end_ms = clock_monotonic_ms() + wait_ms;

	pass->pause_ms = STEP_PAUSE_FIRST_MS;
	for (;;) {
		enum rc r = look(pass, err);

		if (r != RC_OK || step->is_done(pass->ctx))
			return r;
		wait_ms = end_ms - clock_monotonic_ms();
		if (wait_ms <= 0)
			return RC_OK;
		r = pause_longer(pass, wait_ms, err);
		if (r != RC_OK)
			return r;
	}
}

/* A step failed with r. RC_OK: go round once more. */
static enum rc
get_over(struct pass *pass, const struct step *step, enum rc r, const struct err *cause,
    struct err *err)
{
	enum step_reaction reaction = pass->host->react(pass->ctx, r);
	size_t row = (size_t)(step - pass->steps);
	struct err stopped = { 0 };

	if (reaction == STEP_STOP)
		return err_set(err, r, "%s", cause->text);
	if (reaction == STEP_LOOK_AGAIN && ++pass->attempts[row] >= STEP_ATTEMPTS_MAX)
		return err_set(err, r, "%s (%d times)", cause->text, STEP_ATTEMPTS_MAX);
	pass->host->report(pass->ctx, step, STEP_WAITS, cause->text);
	r = pause_longer(pass, STEP_PAUSE_MAX_MS, &stopped);
	if (r != RC_OK)
		return err_set(err, r, "%s: %s", stopped.text, cause->text);
	return RC_OK;
}

/* Journal, run, look. */
static enum rc
take(struct pass *pass, const struct step *step, struct err *err)
{
	const struct step_host *host = pass->host;
	size_t row = (size_t)(step - pass->steps);
	struct err cause = { 0 };
	enum rc r = RC_OK;

	/* Somebody undoes each time what we did. */
	if (++pass->runs[row] > STEP_RUNS_MAX)
		return err_set(err, RC_STATE, "%s: done %d times and not done",
		    step->name, STEP_RUNS_MAX);
	r = host->begin(pass->ctx, step, err);
	if (r != RC_OK)
		return r;
	host->report(pass->ctx, step, STEP_BEGINS, step->text);
	r = step->run(pass->ctx, &cause);
	if (r != RC_OK)
		return get_over(pass, step, r, &cause, err);
	r = settle(pass, step, err);
	if (r != RC_OK)
		return r;
	if (!step->is_done(pass->ctx)) {
		if (++pass->attempts[row] < STEP_ATTEMPTS_MAX &&
		    step->settle_ms == NULL)
			return RC_OK;
		return err_set(err, RC_STATE, "%s: %s", step->name,
		    step->unmet != NULL
			? step->unmet
			: "the device took it and is not as it should be");
	}
	r = host->end(pass->ctx, step, err);
	if (r == RC_OK)
		host->report(pass->ctx, step, STEP_DONE, step->text);
	return r;
}

enum rc
step_run_all(const struct step_host *host, void *ctx, const struct step *steps,
    struct err *err)
{
	struct pass pass = { .host = host,
		.ctx = ctx,
		.steps = steps,
		.pause_ms = STEP_PAUSE_FIRST_MS };

	for (;;) {
		const struct step *step = NULL;
		enum rc r = host->pause(ctx, 0, err);

		if (r == RC_OK)
			r = look(&pass, err);
		if (r != RC_OK)
			return r;
		step = step_next(steps, ctx);
		if (step == NULL)
			return RC_OK;
		r = take(&pass, step, err);
		if (r != RC_OK)
			return r;
	}
}
