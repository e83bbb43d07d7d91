/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/policy/policy.c: when renewal is due, to the second, with a fixed now.
 */
#include "policy/policy.h"
#include "unit.h"

#define DAY INT64_C(86400)
#define NB  INT64_C(1767225600)

#define YEAR (365 * DAY)

struct row {
	const char *what;
	const char *rule;
	int64_t lifetime_s;
	int64_t renew_before_s; /* 0: the rule's */
	int64_t start_s;	/* after notBefore */
	int64_t left_s;		/* at the start */
	int64_t floor_s;
};

/* clang-format off */
static const struct row rows[] = {
	/* The rule of Windows autoenrollment, eleven cases */
	{ "1 y", "autoenroll", YEAR, 0, 323 * DAY, 42 * DAY, 14 * DAY },
	{ "2 y", "autoenroll", 2 * YEAR, 0, 688 * DAY, 42 * DAY, 14 * DAY },
	{ "tie", "autoenroll", 210 * DAY, 0, 168 * DAY, 42 * DAY, 14 * DAY },
	{ "180 d", "autoenroll", 180 * DAY, 0, 144 * DAY, 36 * DAY, 12 * DAY },
	{ "1 y, R 90 d", "autoenroll", YEAR, 90 * DAY, 292 * DAY, 73 * DAY, 2102400 },
	{ "90 d, R 30 d", "autoenroll", 90 * DAY, 30 * DAY, 72 * DAY, 18 * DAY, 6 * DAY },
	{ "47 d", "autoenroll", 47 * DAY, 0, 3248640, 812160, 270720 },
	{ "7 d, R 4 d", "autoenroll", 7 * DAY, 4 * DAY, 483840, 120960, 40320 },
	{ "R longer than the lifetime", "autoenroll", 30 * DAY, 0, 24 * DAY, 6 * DAY, 2 * DAY },
	{ "1 day", "autoenroll", DAY, 17280, 69120, 17280, 5760 },
	{ "rounding", "autoenroll", 103, 50, 83, 20, 6 },
	/* The others */
	{ "1 y", "configmgr", YEAR, 0, 323 * DAY, 42 * DAY, 14 * DAY },
	{ "180 d, earlier than Windows", "configmgr", 180 * DAY, 0, 138 * DAY, 42 * DAY, 14 * DAY },
	{ "always due", "configmgr", 30 * DAY, 0, -12 * DAY, 42 * DAY, 10 * DAY },
	{ "1 y, R 10 d", "configmgr", YEAR, 10 * DAY, 355 * DAY, 10 * DAY, 288000 },
	{ "1 y", "scs", YEAR, 0, 335 * DAY, 30 * DAY, 10 * DAY },
	{ "1 y", "fraction", YEAR, 0, 21024000, 10512000, 3504000 },
	{ "90 d", "fraction", 90 * DAY, 0, 60 * DAY, 30 * DAY, 10 * DAY },
	{ "rounding", "fraction", 100, 0, 67, 33, 11 },
	{ "the year 9999", "fraction", INT64_C(251635075199), 0, INT64_C(167756716800),
	    INT64_C(83878358399), INT64_C(27959452799) },
	{ "the year 9999", "autoenroll", INT64_C(251635075199), 0, INT64_C(251631446399), 42 * DAY, 14 * DAY },
	{ "nothing", "autoenroll", 0, 0, 0, 0, 0 },
};
/* clang-format on */

static void
renewal_starts_to_the_second(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		const struct row *row = &rows[i];
		int64_t na = NB + row->lifetime_s;
		struct policy policy;
		struct err err = { 0 };

		policy_init(&policy);
		assert_rc(policy_set_rule(&policy, row->rule, &err), RC_OK, &err);
		if (row->renew_before_s != 0)
			policy.renew_before_s = row->renew_before_s;
		if (policy_is_due(&policy, NB, na, NB + row->start_s - 1) ||
		    !policy_is_due(&policy, NB, na, NB + row->start_s) ||
		    !policy_is_due(&policy, NB, na, NB + row->start_s + 1))
			fail_msg("%s, %s", row->rule, row->what);
		assert_int_equal(policy_due_at(&policy, NB, na), NB + row->start_s);
		assert_int_equal(policy_window_s(&policy, row->lifetime_s),
		    row->left_s);
		assert_int_equal(policy_floor_s(&policy, row->lifetime_s),
		    row->floor_s);
	}
}

/* The rule as it is written: notAfter - now <= R and 5 (now - notBefore) >= 4 L. */
static void
autoenroll_is_the_written_rule_without_rounding(void **state)
{
	struct policy policy;

	(void)state;
	policy_init(&policy);
	for (int64_t lifetime_s = 0; lifetime_s < 60; lifetime_s++)
		for (int64_t r = 0; r < 20; r++)
			for (int64_t now = -5; now < 70; now++) {
				policy.renew_before_s = r;
				assert_int_equal(policy_is_due(&policy, 0, lifetime_s,
						     now),
				    lifetime_s - now <= r && 5 * now >= 4 * lifetime_s);
			}
}

static void
absurd_times_do_not_overflow(void **state)
{
	static const int64_t times[] = { INT64_MIN, INT64_MIN + 1, -1, 0, 1,
		INT64_C(253402300799), INT64_MAX - 1, INT64_MAX };
	static const char *const names[] = { "autoenroll", "configmgr", "scs",
		"fraction" };
	struct policy policy;

	(void)state;
	policy_init(&policy);
	for (size_t n = 0; n < UNIT_COUNT(names); n++) {
		assert_int_equal(policy_set_rule(&policy, names[n], NULL), RC_OK);
		for (size_t i = 0; i < UNIT_COUNT(times); i++)
			for (size_t j = 0; j < UNIT_COUNT(times); j++) {
				int64_t due =
				    policy_due_at(&policy, times[i], times[j]);

				assert_true(due <= times[j] || times[j] == INT64_MIN);
				/* At its very end everything is due. */
				assert_true(policy_is_due(&policy, times[i], times[j],
				    times[j]));
				assert_true(policy_floor_s(&policy, times[i]) >= 0);
				assert_true(policy_window_s(&policy, times[i]) >= 0);
			}
	}
}

static void
a_reversed_period_is_due_at_its_end(void **state)
{
	struct policy policy;

	(void)state;
	policy_init(&policy);
	assert_false(policy_is_due(&policy, NB, NB - DAY, NB - DAY - 1));
	assert_true(policy_is_due(&policy, NB, NB - DAY, NB - DAY));
}

static void
rules_have_names(void **state)
{
	struct policy policy;
	struct err err = { 0 };

	(void)state;
	policy_init(&policy);
	assert_string_equal(policy_rule_text(policy.rule), "autoenroll");
	assert_true(policy.needs_anchor);
	assert_rc(policy_set_rule(&policy, "fraction", &err), RC_OK, &err);
	assert_string_equal(policy_rule_text(policy.rule), "fraction");
	assert_rc(policy_set_rule(&policy, "Autoenroll", &err), RC_USAGE, &err);
	assert_has(err.text, "autoenroll, configmgr, scs or fraction");
	assert_int_equal(policy.rule, POLICY_FRACTION);
}

static void
set_thresholds(struct policy *policy, const char *warning, const char *critical)
{
	policy->has_warning = true;
	policy->has_critical = true;
	assert_int_equal(time_range_parse(warning, &policy->warning, NULL), RC_OK);
	assert_int_equal(time_range_parse(critical, &policy->critical, NULL), RC_OK);
}

static void
settings_that_cannot_be_meant_are_refused(void **state)
{
	struct policy policy;
	struct err err = { 0 };

	(void)state;
	policy_init(&policy);
	assert_rc(policy_check(&policy, &err), RC_OK, &err);
	set_thresholds(&policy, "30:", "10:");
	assert_rc(policy_check(&policy, &err), RC_OK, &err);
	set_thresholds(&policy, "10:", "30:");
	assert_rc(policy_check(&policy, &err), RC_USAGE, &err);
	assert_has(err.text, "would never be seen");
	policy_init(&policy);
	policy.clock_warning_s = POLICY_CLOCK_OFFSET_CRITICAL_S + 1;
	assert_int_equal(policy_check(&policy, NULL), RC_USAGE);
	policy_init(&policy);
	policy.floor_num = 4;
	assert_int_equal(policy_check(&policy, NULL), RC_USAGE);
	policy_init(&policy);
	policy.fraction_den = 0;
	assert_int_equal(policy_check(&policy, NULL), RC_USAGE);
	policy_init(&policy);
	policy.grace_s = -1;
	assert_int_equal(policy_check(&policy, NULL), RC_USAGE);
	policy_init(&policy);
	policy.offers_max_age_s = -1;
	assert_int_equal(policy_check(&policy, NULL), RC_USAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(renewal_starts_to_the_second),
		cmocka_unit_test(autoenroll_is_the_written_rule_without_rounding),
		cmocka_unit_test(absurd_times_do_not_overflow),
		cmocka_unit_test(a_reversed_period_is_due_at_its_end),
		cmocka_unit_test(rules_have_names),
		cmocka_unit_test(settings_that_cannot_be_meant_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
