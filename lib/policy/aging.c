/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Dates and thresholds turned round: from "what is the state now?" to "when
 * does it change?".  Must agree with judge_period.c at every second, which a
 * test holds it to.
 */
#include "policy/aging.h"

#include <string.h>

#include "policy/remedy.h"

void
aging_init(struct aging *aging)
{
	*aging = (struct aging){ .fixed = STATE_OK,
		.reason = REASON_VALID,
		.valid_from = AGING_ALWAYS,
		.due_at = AGING_NEVER,
		.warning_at = AGING_NEVER,
		.critical_at = AGING_NEVER,
		.ends_at = AGING_NEVER };
}

static int64_t
smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t
larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t
sum(int64_t a, int64_t b)
{
	int64_t s;

	if (__builtin_add_overflow(a, b, &s))
		return a < 0 ? INT64_MIN : INT64_MAX;
	return s;
}

bool
aging_is_of_time(enum reason reason)
{
	switch (reason) {
	case REASON_VALID:
	case REASON_IN_GRACE:
	case REASON_DUE:
	case REASON_FLOOR:
	case REASON_THRESHOLD_WARNING:
	case REASON_THRESHOLD_CRITICAL:
	case REASON_EXPIRED:
	case REASON_KEY_ONLY: /* once it has expired */
	case REASON_NOT_YET_VALID:
	case REASON_LAST_KNOWN:
	case REASON_STALE:
	case REASON_NEVER_READ:
	case REASON_WILL_MISS:
		return true;
	default:
		return false;
	}
}

/* Whole seconds in a number of 1 / RANGE_SCALE, rounded down. */
static int64_t
whole(int64_t value)
{
	int64_t seconds = value / RANGE_SCALE;

	return value % RANGE_SCALE < 0 ? seconds - 1 : seconds;
}

/* The first second with fewer than that left. */
static int64_t
fewer_at(int64_t not_after, int64_t start)
{
	int64_t least = whole(start) + (start % RANGE_SCALE != 0);

	return sum(sum(not_after, -least), 1);
}

/* From when on does the time that is left raise an alert? */
static int64_t
alert_at(const struct range *range, int64_t not_after, int64_t left_s)
{
	int64_t left = range_value(left_s);

	if (range_alerts(range, left))
		return !range->alert_inside && range->has_start && left < range->start
		    ? fewer_at(not_after, range->start)
		    : AGING_ALWAYS;
	if (!range->alert_inside)
		return range->has_start ? fewer_at(not_after, range->start)
					: AGING_NEVER;
	if (range->has_end && left > range->end)
		return sum(not_after, -whole(range->end));
	return AGING_NEVER;
}

/* What a finding that time does not change adds. */
static void
take_finding(struct aging *aging, const struct finding *finding)
{
	if (aging_is_of_time(finding->reason) ||
	    state_worse(aging->fixed, finding->state) == aging->fixed)
		return;
	aging->fixed = finding->state;
	aging->reason = finding->reason;
}

static bool
is_of(const struct finding *finding, const struct judged *judged)
{
	return strcmp(finding->slot, judged->slot) == 0;
}

/* The moments that dates and the due rule or thresholds give. */
static void
set_moments(struct aging *aging, const struct judged *judged,
    const struct policy *policy)
{
	int64_t not_after = judged->cert->not_after;
	int64_t critical_at;

	if (!policy->has_warning && !policy->has_critical) {
		aging->warning_at = sum(judged->due_at, policy->grace_s);
		critical_at = larger(judged->due_at, sum(not_after, -judged->floor_s));
		aging->critical_at = smaller(critical_at, sum(not_after, 1));
		return;
	}
	if (judged->has_warning)
		aging->warning_at =
		    alert_at(&judged->warning, not_after, judged->left_s);
	aging->critical_at = sum(not_after, 1);
	if (judged->has_critical) {
		critical_at = alert_at(&judged->critical, not_after, judged->left_s);
		aging->critical_at = smaller(critical_at, aging->critical_at);
	}
}

static bool
is_path_ca(const struct judged *judged)
{
	return strncmp(judged->slot, "issuer", strlen("issuer")) == 0 ||
	    strcmp(judged->slot, "anchor") == 0;
}

void
aging_of_judged(const struct verdict *verdict, const struct judged *judged,
    const struct policy *policy, int64_t now, struct aging *ret_aging)
{
	const struct cert *cert = judged->cert;

	aging_init(ret_aging);
	set_moments(ret_aging, judged, policy);
	ret_aging->ends_at = cert->not_after;
	if (cert->not_before > now)
		ret_aging->valid_from = cert->not_before;
	if (!is_path_ca(judged)) {
		ret_aging->due_at = judged->due_at;
		ret_aging->window_s = judged->window_s;
	}
	for (size_t i = 0; i < verdict->n_findings; i++) {
		if (!is_of(&verdict->findings[i], judged))
			continue;
		take_finding(ret_aging, &verdict->findings[i]);
		if (verdict->findings[i].reason == REASON_TEMPLATE_OLD ||
		    verdict->findings[i].reason == REASON_TEMPLATE_SUPERSEDED)
			ret_aging->due_at = AGING_ALWAYS;
	}
}

static bool
is_judged(const struct verdict *verdict, const char *slot)
{
	for (size_t i = 0; i < verdict->n_judged; i++)
		if (strcmp(verdict->judged[i].slot, slot) == 0)
			return true;
	return false;
}

void
aging_of_device(const struct verdict *verdict, struct aging *ret_aging)
{
	aging_init(ret_aging);
	for (size_t i = 0; i < verdict->n_findings; i++)
		if (!is_judged(verdict, verdict->findings[i].slot))
			take_finding(ret_aging, &verdict->findings[i]);
}

void
aging_fold(struct aging *aging, const struct aging *other)
{
	if (state_worse(aging->fixed, other->fixed) != aging->fixed) {
		aging->fixed = other->fixed;
		aging->reason = other->reason;
	}
	if (other->window_s > 0 &&
	    (aging->window_s == 0 || other->window_s < aging->window_s))
		aging->window_s = other->window_s;
	aging->valid_from = larger(aging->valid_from, other->valid_from);
	aging->due_at = smaller(aging->due_at, other->due_at);
	aging->warning_at = smaller(aging->warning_at, other->warning_at);
	aging->critical_at = smaller(aging->critical_at, other->critical_at);
	aging->ends_at = smaller(aging->ends_at, other->ends_at);
}

enum state
aging_state(const struct aging *aging, int64_t now)
{
	if (now < aging->valid_from || now >= aging->critical_at)
		return STATE_CRITICAL;
	if (now >= aging->warning_at)
		return state_worse(aging->fixed, STATE_WARNING);
	return aging->fixed;
}

/* What a person decides about stands back once the renewal that is due may cure it. */
static bool
is_hidden(const struct aging *aging, int64_t now)
{
	return aging->fixed == STATE_WARNING && now >= aging->warning_at &&
	    remedy_for(aging->reason, 0) == REMEDY_PERSON;
}

enum reason
aging_reason(const struct aging *aging, int64_t now)
{
	enum state state = aging_state(aging, now);

	if (state == STATE_CRITICAL && now < aging->valid_from)
		return REASON_NOT_YET_VALID;
	if (state == STATE_CRITICAL && now > aging->ends_at)
		return REASON_EXPIRED;
	if (aging->fixed == state && state != STATE_OK && !is_hidden(aging, now))
		return aging->reason;
	if (state == STATE_CRITICAL)
		return REASON_FLOOR;
	if (state == STATE_WARNING)
		return REASON_DUE;
	return now >= aging->due_at ? REASON_IN_GRACE : REASON_VALID;
}
