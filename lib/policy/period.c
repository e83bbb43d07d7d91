/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The dates of one certificate against a policy at one moment.  RFC 5280 4.1.2.5
 * for the dates; an expired certificate is CRITICAL whatever thresholds say.
 */
#include "policy/period.h"

static int64_t
difference(int64_t a, int64_t b)
{
	int64_t d;

	if (__builtin_sub_overflow(a, b, &d))
		return a < 0 ? INT64_MIN : INT64_MAX;
	return d;
}

static bool
alerts(bool has, const struct time_range *threshold, int64_t lifetime_s, int64_t left_s)
{
	struct range range;

	if (!has)
		return false;
	range = time_range_resolve(threshold, lifetime_s);
	return range_alerts(&range, range_value(left_s));
}

static enum reason
by_thresholds(const struct policy *policy, int64_t lifetime_s, int64_t left_s)
{
	if (alerts(policy->has_critical, &policy->critical, lifetime_s, left_s))
		return REASON_THRESHOLD_CRITICAL;
	if (alerts(policy->has_warning, &policy->warning, lifetime_s, left_s))
		return REASON_THRESHOLD_WARNING;
	return REASON_VALID;
}

static enum reason
by_rule(const struct policy *policy, int64_t lifetime_s, int64_t left_s,
    int64_t due_left_s)
{
	if (due_left_s > 0)
		return REASON_VALID;
	if (left_s <= policy_floor_s(policy, lifetime_s))
		return REASON_FLOOR;
	if (due_left_s > -policy->grace_s)
		return REASON_IN_GRACE;
	return REASON_DUE;
}

enum reason
period_reason(const struct policy *policy, int64_t not_before, int64_t not_after,
    int64_t now)
{
	int64_t left_s = difference(not_after, now);
	int64_t lifetime_s = difference(not_after, not_before);

	if (not_after < not_before)
		return REASON_PERIOD_REVERSED;
	if (left_s < 0)
		return REASON_EXPIRED;
	if (now < not_before)
		return REASON_NOT_YET_VALID;
	if (policy->has_warning || policy->has_critical)
		return by_thresholds(policy, lifetime_s, left_s);
	return by_rule(policy, lifetime_s, left_s,
	    difference(policy_due_at(policy, not_before, not_after), now));
}

enum state
period_state(const struct policy *policy, int64_t not_before, int64_t not_after,
    int64_t now)
{
	static const enum state states[] = {
#define REASON_STATE(name, state, word, remedy, sentence) state,
		REASON_MAP(REASON_STATE)
#undef REASON_STATE
	};

	return states[period_reason(policy, not_before, not_after, now)];
}
