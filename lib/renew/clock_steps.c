/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GetLowAccuracyTimeSynch and SetHighAccuracyTimeSynch: the firmware takes the mean
 * of what it was behind at the answer to the first and at the arrival of the second.
 */
#include "renew/clock_steps.h"

#include "amt/change.h"
#include "amt/rtc.h"
#include "renew/look.h"

bool
clock_steps_is_right(const void *ctx)
{
	const struct renewal *rn = ctx;
	const struct facts_clock *clock = &rn->facts.clock;
	int64_t allowed_s = clock->uncertainty_s > CLOCK_RESIDUAL_S
	    ? clock->uncertainty_s
	    : CLOCK_RESIDUAL_S;

	return clock->known && clock->offset_s <= allowed_s &&
	    clock->offset_s >= -allowed_s;
}

void
clock_steps_plan(const void *ctx, struct plan *plan)
{
	(void)ctx;
	plan_add_write(plan, "AMT_TimeSynchronizationService",
	    "SetHighAccuracyTimeSynch", NULL);
}

enum rc
clock_steps_set(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;
	int64_t now = 0;
	enum rc r = look_connect(rn, err);

	/* A Set on top of a reading from before an earlier Set would be wrong by
	 * half of what that one mended. */
	if (r == RC_OK)
		r = rtc_read(rn->device, &rn->facts.clock, err);
	if (r != RC_OK)
		return r;
	now = renewal_now(rn);
	rn->wrote = true;
	rn->stale |= STALE_CLOCK;
	r = change_set_clock(rn->device, now + rn->facts.clock.offset_s, now, now,
	    &rn->status, err);
	if (r == RC_OK)
		rn->clock_was_set = true;
	return r;
}

bool
clock_steps_is_behind(const struct renewal *rn)
{
	const struct facts_clock *clock = &rn->facts.clock;

	return clock->known && clock->offset_s + clock->uncertainty_s < -CLOCK_BEHIND_S;
}
