/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/policy/period.c: what two dates mean, by rows.  Sentences and edges of the
 * same rules are in test_judge_period.c, which goes through it.
 */
#include "policy/period.h"
#include "unit.h"

#define DAY INT64_C(86400)

enum {
	NB = 1700000000
};

struct row {
	int64_t not_before;
	int64_t not_after;
	int64_t now;
	enum reason reason;
	enum state state;
};

static void
expect(const struct policy *policy, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct row *row = &rows[i];

		assert_int_equal(period_reason(policy, row->not_before, row->not_after,
				     row->now),
		    row->reason);
		assert_int_equal(period_state(policy, row->not_before, row->not_after,
				     row->now),
		    row->state);
	}
}

static void
knows_every_part_of_a_life(void **unused)
{
	/* a year: due 42 days before the end, overdue 14 days before it */
	static const int64_t end = NB + 365 * DAY;
	static const struct row rows[] = {
		{ NB, end, NB - 1, REASON_NOT_YET_VALID, STATE_CRITICAL },
		{ NB, end, NB, REASON_VALID, STATE_OK },
		{ NB, end, end - 42 * DAY - 1, REASON_VALID, STATE_OK },
		{ NB, end, end - 42 * DAY, REASON_DUE, STATE_WARNING },
		{ NB, end, end - 14 * DAY - 1, REASON_DUE, STATE_WARNING },
		{ NB, end, end - 14 * DAY, REASON_FLOOR, STATE_CRITICAL },
		{ NB, end, end, REASON_FLOOR, STATE_CRITICAL },
		{ NB, end, end + 1, REASON_EXPIRED, STATE_CRITICAL },
		{ NB, NB - 1, NB, REASON_PERIOD_REVERSED, STATE_CRITICAL },
		{ INT64_MIN, INT64_MAX, 0, REASON_VALID, STATE_OK },
	};
	struct policy policy;

	(void)unused;
	policy_init(&policy);
	expect(&policy, rows, UNIT_COUNT(rows));
}

static void
keeps_quiet_in_grace(void **unused)
{
	static const int64_t end = NB + 365 * DAY;
	static const struct row rows[] = {
		{ NB, end, end - 42 * DAY, REASON_IN_GRACE, STATE_OK },
		{ NB, end, end - 40 * DAY - 1, REASON_IN_GRACE, STATE_OK },
		{ NB, end, end - 40 * DAY, REASON_DUE, STATE_WARNING },
	};
	struct policy policy;

	(void)unused;
	policy_init(&policy);
	policy.grace_s = 2 * DAY;
	expect(&policy, rows, UNIT_COUNT(rows));
}

static void
lets_thresholds_take_the_place_of_the_rule(void **unused)
{
	static const int64_t end = NB + 365 * DAY;
	static const struct row rows[] = {
		{ NB, end, end - 31 * DAY, REASON_VALID, STATE_OK },
		{ NB, end, end - 29 * DAY, REASON_THRESHOLD_WARNING, STATE_WARNING },
		{ NB, end, end - 6 * DAY, REASON_THRESHOLD_CRITICAL, STATE_CRITICAL },
		{ NB, end, end + 1, REASON_EXPIRED, STATE_CRITICAL },
	};
	struct err err = { 0 };
	struct policy policy;

	(void)unused;
	policy_init(&policy);
	policy.has_warning = true;
	policy.has_critical = true;
	assert_rc(time_range_parse("30d:", &policy.warning, &err), RC_OK, &err);
	assert_rc(time_range_parse("7d:", &policy.critical, &err), RC_OK, &err);
	expect(&policy, rows, UNIT_COUNT(rows));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_every_part_of_a_life),
		cmocka_unit_test(keeps_quiet_in_grace),
		cmocka_unit_test(lets_thresholds_take_the_place_of_the_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
