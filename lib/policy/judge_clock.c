/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Judgement of the device's clock, by which it sees client certificates and by
 * which a certificate begins and ends for it.
 */
#include "base/clock.h"
#include "policy/judge.h"

/* |offset|, less what the measurement may be wrong by. */
static int64_t
certain_offset(const struct facts_clock *clock)
{
	int64_t offset_s = clock->offset_s;

	if (offset_s < 0)
		offset_s = offset_s == INT64_MIN ? INT64_MAX : -offset_s;
	return offset_s > clock->uncertainty_s ? offset_s - clock->uncertainty_s : 0;
}

enum rc
judge_clock_off(struct verdict *verdict, const struct about *device,
    const struct facts_clock *clock, const struct policy *policy, struct err *err)
{
	int64_t offset_s = certain_offset(clock);
	char words[CLOCK_DURATION_SIZE];

	if (!clock->known || offset_s <= policy->clock_warning_s)
		return RC_OK;
	return judge_add_state(verdict, device, REASON_CLOCK_OFF,
	    offset_s > policy->clock_critical_s ? STATE_CRITICAL : STATE_WARNING, err,
	    "device clock is %s %s", clock_format_duration(clock->offset_s, words),
	    clock->offset_s < 0 ? "behind" : "ahead");
}

enum rc
verdict_judge_clock(const struct facts *facts, const struct policy *policy, int64_t now,
    struct verdict *verdict, struct err *err)
{
	const struct facts_clock *clock = &facts->clock;
	struct about device = { .now = now };
	char words[CLOCK_DURATION_SIZE];

	if (!clock->known)
		return judge_add(verdict, &device, REASON_CLOCK_UNKNOWN, err, "%s",
		    reason_sentence(REASON_CLOCK_UNKNOWN));
	if (certain_offset(clock) > policy->clock_warning_s)
		return judge_clock_off(verdict, &device, clock, policy, err);
	return judge_add(verdict, &device, REASON_CLOCK_RIGHT, err,
	    "device clock is right within %s",
	    clock_format_duration(policy->clock_warning_s, words));
}
