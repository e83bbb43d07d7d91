/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The dates of one certificate against a policy at one moment: the sentence about
 * them and the numbers behind it.  What they mean is policy/period.h.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "policy/judge.h"
#include "policy/period.h"

/* The words that all sentences about a period need. */
struct words {
	char left[CLOCK_DURATION_SIZE];
	char overdue[CLOCK_DURATION_SIZE];
	char not_after[CLOCK_DATE_SIZE];
	char not_before[CLOCK_DATE_SIZE];
};

static struct words
words_of(const struct judged *judged)
{
	struct words words = { .left = "" };

	(void)clock_format_duration(judged->left_s, words.left);
	(void)clock_format_duration(judged->due_left_s, words.overdue);
	(void)clock_format_date(judged->cert->not_after, words.not_after);
	(void)clock_format_date(judged->cert->not_before, words.not_before);
	return words;
}

static struct range
at_least(int64_t seconds)
{
	struct range range = { .has_start = true };

	range.start = range_value(seconds);
	return range;
}

static int64_t
difference(int64_t a, int64_t b)
{
	int64_t d;

	if (__builtin_sub_overflow(a, b, &d))
		return a < 0 ? INT64_MIN : INT64_MAX;
	return d;
}

static void
fill_numbers(struct judged *judged, const struct about *about,
    const struct policy *policy)
{
	const struct cert *cert = about->cert;

	memcpy(judged->slot, about->slot, sizeof(judged->slot));
	judged->cert = cert;
	judged->usage = about->usage;
	judged->maker = about->maker;
	judged->rule = policy->rule;
	judged->renew_before_s = policy->renew_before_s;
	judged->left_s = cert_left_s(cert, about->now);
	judged->lifetime_s = cert_lifetime_s(cert);
	judged->window_s = policy_window_s(policy, judged->lifetime_s);
	judged->floor_s = policy_floor_s(policy, judged->lifetime_s);
	judged->due_at = policy_due_at(policy, cert->not_before, cert->not_after);
	judged->due_left_s = difference(judged->due_at, about->now);
	if (policy->has_warning || policy->has_critical) {
		judged->has_warning = policy->has_warning;
		judged->has_critical = policy->has_critical;
		judged->warning =
		    time_range_resolve(&policy->warning, judged->lifetime_s);
		judged->critical =
		    time_range_resolve(&policy->critical, judged->lifetime_s);
		return;
	}
	judged->has_warning = true;
	judged->has_critical = true;
	judged->warning = at_least(difference(judged->window_s, policy->grace_s));
	judged->critical = at_least(judged->floor_s);
}

static enum rc
add_outside(struct verdict *verdict, const struct about *about,
    const struct judged *judged, enum reason reason, struct err *err)
{
	struct words w = words_of(judged);
	char until[CLOCK_DURATION_SIZE];

	if (reason == REASON_EXPIRED)
		return judge_add(verdict, about, reason, err, "expired %s ago (%s)",
		    w.left, w.not_after);
	if (reason == REASON_PERIOD_REVERSED)
		return judge_add(verdict, about, reason, err,
		    "notAfter (%s) lies before notBefore (%s)", w.not_after,
		    w.not_before);
	return judge_add(verdict, about, reason, err,
	    "not yet valid, begins in %s (%s)",
	    clock_format_duration(difference(judged->cert->not_before, about->now),
		until),
	    w.not_before);
}

static enum rc
add_by_thresholds(struct verdict *verdict, const struct about *about,
    const struct judged *judged, enum reason reason, struct err *err)
{
	struct words w = words_of(judged);

	if (reason == REASON_VALID)
		return judge_add(verdict, about, reason, err, "valid, %s left (%s)",
		    w.left, w.not_after);
	return judge_add(verdict, about, reason, err,
	    "%s left (%s), beyond the %s threshold", w.left, w.not_after,
	    reason == REASON_THRESHOLD_CRITICAL ? "critical" : "warning");
}

static enum rc
add_by_due_rule(struct verdict *verdict, const struct about *about,
    const struct judged *judged, enum reason reason, struct err *err)
{
	struct words w = words_of(judged);

	if (reason == REASON_VALID)
		return judge_add(verdict, about, reason, err, "valid, %s left (%s)",
		    w.left, w.not_after);
	if (reason == REASON_IN_GRACE)
		return judge_add(verdict, about, reason, err,
		    "renewal due for %s, in grace, %s left (%s)", w.overdue, w.left,
		    w.not_after);
	if (judged->due_left_s == 0)
		return judge_add(verdict, about, reason, err,
		    "renewal due, %s left (%s)", w.left, w.not_after);
	return judge_add(verdict, about, reason, err,
	    "renewal overdue %s, %s left (%s)", w.overdue, w.left, w.not_after);
}

static enum rc
add_sentence(struct verdict *verdict, const struct about *about,
    const struct judged *judged, const struct policy *policy, struct err *err)
{
	enum reason reason = period_reason(policy, judged->cert->not_before,
	    judged->cert->not_after, about->now);

	if (reason == REASON_PERIOD_REVERSED || reason == REASON_EXPIRED ||
	    reason == REASON_NOT_YET_VALID)
		return add_outside(verdict, about, judged, reason, err);
	if (policy->has_warning || policy->has_critical)
		return add_by_thresholds(verdict, about, judged, reason, err);
	return add_by_due_rule(verdict, about, judged, reason, err);
}

static enum rc
judge_length(struct verdict *verdict, const struct about *about,
    const struct policy *policy, struct err *err)
{
	char is[CLOCK_DURATION_SIZE], most[CLOCK_DURATION_SIZE];
	int64_t lifetime_s = cert_lifetime_s(about->cert);
	enum rc r = RC_OK;

	if (policy->max_lifetime_s > 0 && lifetime_s > policy->max_lifetime_s)
		r = judge_add(verdict, about, REASON_LIFETIME_LONG, err,
		    "issued for %s, at most %s is allowed",
		    clock_format_duration(lifetime_s, is),
		    clock_format_duration(policy->max_lifetime_s, most));
	if (r == RC_OK && about->cert->not_after >= CERT_NOT_AFTER_NONE)
		r = judge_add(verdict, about, REASON_NO_END, err, "%s",
		    reason_sentence(REASON_NO_END));
	return r;
}

enum rc
judge_period(struct verdict *verdict, const struct about *about,
    const struct policy *policy, struct err *err)
{
	struct judged judged = { .slot = "" }, *place = NULL;
	size_t first = verdict->n_findings;
	struct policy own = *policy;
	enum rc r;

	/* No CA follows a template of ours. */
	if (about->maker != MAKER_UNASKED) {
		own = watch_policy(policy, about->cert, about->usage);
		judged.watch =
		    watch_cert(policy, about->cert, about->usage, about->now);
	}
	fill_numbers(&judged, about, &own);
	r = add_sentence(verdict, about, &judged, &own, err);
	if (r == RC_OK && about->maker != MAKER_UNASKED)
		r = judge_template(verdict, about, policy, &judged.watch, err);
	if (r == RC_OK)
		r = judge_length(verdict, about, policy, err);
	for (size_t i = first; i < verdict->n_findings; i++)
		judged.state = state_worse(judged.state, verdict->findings[i].state);
	if (r == RC_OK)
		r = judge_add_judged(verdict, &place, err);
	if (r != RC_OK)
		return r;
	*place = judged;
	if (judged.left_s < verdict->judged[verdict->first_to_end].left_s)
		verdict->first_to_end = verdict->n_judged - 1;
	return RC_OK;
}

struct policy
judge_policy_for_ca(const struct policy *policy)
{
	struct policy copy = *policy;

	if (copy.rule == POLICY_FRACTION)
		copy.rule = POLICY_AUTOENROLL;
	copy.has_template_major = false;
	memset(copy.offers, 0, sizeof(copy.offers));
	copy.max_lifetime_s = 0;
	return copy;
}
