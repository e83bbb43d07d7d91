/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The procedure that sets a clock: one step, and a reading before and after it.
 */
#include "renew/sync_clock.h"

#include <stdio.h>

#include "amt/pt_status.h"
#include "base/clock.h"
#include "renew/clock_steps.h"
#include "renew/known_device.h"
#include "renew/look.h"
#include "renew/renewal.h"

static enum rc
look_at_clock(struct renewal *rn, struct err *err)
{
	rn->stale |= STALE_CLOCK;
	return look_again(rn, err);
}

/* "device clock is 2 d behind" */
static void
describe(struct renewal *rn)
{
	const struct facts_clock *clock = &rn->facts.clock;
	char off[CLOCK_DURATION_SIZE];

	if (clock_steps_is_right(rn))
		(void)snprintf(rn->due, sizeof(rn->due),
		    "device clock is right within %s",
		    clock_format_duration(clock->uncertainty_s > CLOCK_RESIDUAL_S
			    ? clock->uncertainty_s
			    : CLOCK_RESIDUAL_S,
			off));
	else
		(void)snprintf(rn->due, sizeof(rn->due), "device clock is %s %s",
		    clock_format_duration(clock->offset_s, off),
		    clock->offset_s < 0 ? "behind" : "ahead");
}

static enum rc
judge(struct renewal *rn, bool *ret_nothing, struct err *err)
{
	(void)err;
	describe(rn);
	*ret_nothing = clock_steps_is_right(rn);
	return RC_OK;
}

/* An earlier process may have set it: then no step is left, and the run ends. */
static enum rc
judge_resumed(struct renewal *rn, struct err *err)
{
	(void)err;
	describe(rn);
	return RC_OK;
}

/* A refusal that was answered leaves the clock as it was. */
static enum rc
set_clock(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;
	enum rc r = clock_steps_set(ctx, err);

	if (r == RC_PT_STATUS)
		rn->wrote = false;
	return r;
}

static void
tell_done(const struct renewal *rn, struct buf *out)
{
	const struct facts_clock *clock = &rn->facts.clock;

	buf_addf(out, "%s: clock set: %s; now within %lld s (measured to %lld s)\n",
	    rn->options->target->name, rn->due,
	    (long long)(clock->offset_s < 0 ? -clock->offset_s : clock->offset_s),
	    (long long)clock->uncertainty_s);
}

/* clang-format off */
static const struct step steps[] = {
	{ "set-clock", "set the clock, and read it back",
	  NULL, clock_steps_is_right, clock_steps_plan, set_clock, NULL,
	  "it was set, and is wrong again: does something else set it?" },
	{ .name = NULL },
};
/* clang-format on */

const struct procedure sync_clock = {
	.program = "sync_amt_clock",
	.steps = steps,
	.may_be_plain = true,
	.watches = STALE_CLOCK,
	.meet = known_device_meet,
	.look = look_at_clock,
	.judge = judge,
	.judge_resumed = judge_resumed,
	.tell_done = tell_done,
};
