/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The four renewal rules in whole seconds.  Microsoft "Certificate Renewal"
 * (cc784923): of R and a fifth of the lifetime the smaller time left.
 */
#include "policy/policy.h"

#include <stddef.h>
#include <string.h>

enum {
	AUTOENROLL_SHARE = 5 /* four fifths of the lifetime must have passed */
};

static const struct {
	const char *name;
	int64_t renew_before_s;
} rules[] = {
	[POLICY_AUTOENROLL] = { "autoenroll", POLICY_RENEW_BEFORE_S },
	[POLICY_CONFIGMGR] = { "configmgr", POLICY_RENEW_BEFORE_S },
	[POLICY_SCS] = { "scs", POLICY_SCS_RENEW_BEFORE_S },
	[POLICY_FRACTION] = { "fraction", POLICY_RENEW_BEFORE_S },
};

void
policy_init(struct policy *policy)
{
	memset(policy, 0, sizeof(*policy));
	policy->rule = POLICY_AUTOENROLL;
	policy->renew_before_s = POLICY_RENEW_BEFORE_S;
	policy->fraction_num = 1;
	policy->fraction_den = 3;
	policy->floor_num = 1;
	policy->floor_den = 3;
	policy->no_template = STATE_WARNING;
	policy->max_age_s = POLICY_MAX_AGE_S;
	policy->clock_warning_s = POLICY_CLOCK_OFFSET_S;
	policy->clock_critical_s = POLICY_CLOCK_OFFSET_CRITICAL_S;
	policy->needs_anchor = true;
	policy->offers_max_age_s = POLICY_OFFERS_MAX_AGE_S;
}

enum rc
policy_set_rule(struct policy *policy, const char *name, struct err *err)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (strcmp(name, rules[i].name) != 0)
			continue;
		policy->rule = (enum policy_rule)i;
		policy->renew_before_s = rules[i].renew_before_s;
		return RC_OK;
	}
	return err_set(err, RC_USAGE,
	    "%.80s: not a policy: autoenroll, configmgr, scs or fraction", name);
}

const char *
policy_rule_text(enum policy_rule rule)
{
	return rules[rule].name;
}

/* floor(s * num / den) for 0 <= num <= den, in parts that cannot overflow. */
static int64_t
share(int64_t s, int64_t num, int64_t den)
{
	return s / den * num + s % den * num / den;
}

static int64_t
smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* a - b, at most and at least what int64_t can hold. */
static int64_t
difference(int64_t a, int64_t b)
{
	int64_t d;

	if (__builtin_sub_overflow(a, b, &d))
		return a < 0 ? INT64_MIN : INT64_MAX;
	return d;
}

static int64_t
lifetime(int64_t not_before, int64_t not_after)
{
	int64_t lifetime_s = difference(not_after, not_before);

	return lifetime_s > 0 ? lifetime_s : 0;
}

int64_t
policy_window_s(const struct policy *policy, int64_t lifetime_s)
{
	if (lifetime_s < 0)
		lifetime_s = 0;
	switch (policy->rule) {
	case POLICY_AUTOENROLL:
		return smaller(policy->renew_before_s, lifetime_s / AUTOENROLL_SHARE);
	case POLICY_FRACTION:
		return share(lifetime_s, policy->fraction_num, policy->fraction_den);
	case POLICY_CONFIGMGR:
	case POLICY_SCS:
		break;
	}
	return policy->renew_before_s;
}

int64_t
policy_floor_s(const struct policy *policy, int64_t lifetime_s)
{
	if (lifetime_s < 0)
		lifetime_s = 0;
	return share(smaller(policy_window_s(policy, lifetime_s), lifetime_s),
	    policy->floor_num, policy->floor_den);
}

bool
policy_is_due(const struct policy *policy, int64_t not_before, int64_t not_after,
    int64_t now)
{
	/* floor(L/5) left is 4/5 of L passed, rounded up: the exact rule. */
	return difference(not_after, now) <=
	    policy_window_s(policy, lifetime(not_before, not_after));
}

int64_t
policy_due_at(const struct policy *policy, int64_t not_before, int64_t not_after)
{
	return difference(not_after,
	    policy_window_s(policy, lifetime(not_before, not_after)));
}

static bool
is_share(int64_t num, int64_t den)
{
	return den > 0 && num >= 0 && num <= den;
}

enum rc
policy_check(const struct policy *policy, struct err *err)
{
	if (policy->has_warning && policy->has_critical &&
	    time_range_warning_is_hidden(&policy->warning, &policy->critical))
		return err_set(err, RC_USAGE,
		    "thresholds: the warning range lies inside the critical one and "
		    "would never be seen");
	if (policy->clock_warning_s > policy->clock_critical_s)
		return err_set(err, RC_USAGE,
		    "clock offset: the warning threshold lies above the critical one "
		    "and would never be seen");
	if (!is_share(policy->fraction_num, policy->fraction_den) ||
	    !is_share(policy->floor_num, policy->floor_den))
		return err_set(err, RC_USAGE,
		    "policy: a share of the lifetime lies between 0 and 1");
	if (policy->renew_before_s < 0 || policy->grace_s < 0 ||
	    policy->max_age_s < 0 || policy->max_lifetime_s < 0 ||
	    policy->clock_warning_s < 0 || policy->offers_max_age_s < 0)
		return err_set(err, RC_USAGE, "policy: a duration is negative");
	return RC_OK;
}
