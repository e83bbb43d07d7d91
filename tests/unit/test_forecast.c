/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/listing/forecast.c and what_if.c: every certificate on one day, and which days
 * another policy would move.
 */
#include <stdlib.h>

#include "listing/forecast.h"
#include "listing/what_if.h"
#include "policy/aging.h"
#include "read_back.h"
#include "unit.h"

#define DAY  INT64_C(86400)
#define HOUR INT64_C(3600)
#define T0   (INT64_C(1800000000) + 8 * HOUR) /* 2027-01-15T16:00:00Z */
#define NB   (T0 - 100 * DAY)

enum {
	N_RANDOM = 5000
};

static int64_t
sum_of_days(const struct forecast *forecast)
{
	int64_t n = 0;

	for (int64_t day = 0; day < FORECAST_DAYS; day++)
		n += forecast->days[day];
	return n;
}

static void
days_are_those_of_utc(void **state)
{
	static const struct {
		int64_t due_at;
		int64_t day; /* -1: overdue, FORECAST_DAYS: beyond */
	} rows[] = {
		{ T0 - 16 * HOUR - 1, -1 },
		{ T0 - 16 * HOUR, 0 }, /* earlier today */
		{ T0, 0 },
		{ T0 + 8 * HOUR - 1, 0 },
		{ T0 + 8 * HOUR, 1 },
		{ T0 + 8 * HOUR + (FORECAST_DAYS - 1) * DAY - 1, FORECAST_DAYS - 1 },
		{ T0 + 8 * HOUR + (FORECAST_DAYS - 1) * DAY, FORECAST_DAYS },
		{ AGING_ALWAYS, -1 },
		{ AGING_NEVER, FORECAST_DAYS },
		{ INT64_MIN, -1 },
	};

	(void)state;
	assert_int_equal(forecast_day_start(T0), T0 - 16 * HOUR);
	assert_int_equal(forecast_day_start(-1), -DAY);
	assert_int_equal(forecast_day_start(-DAY), -DAY);
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct forecast forecast = { .n = 0 };
		int64_t day = rows[i].day;

		forecast_add(&forecast, T0, rows[i].due_at);
		assert_int_equal(forecast.n, 1);
		assert_int_equal(forecast.overdue, day < 0);
		assert_int_equal(forecast.beyond, day == FORECAST_DAYS);
		if (day >= 0 && day < FORECAST_DAYS)
			assert_int_equal(forecast.days[day], 1);
		assert_int_equal(forecast.overdue + sum_of_days(&forecast) +
			forecast.beyond,
		    1);
	}
}

static void
the_sum_over_the_days_is_the_fleet(void **state)
{
	struct forecast forecast = { .n = 0 };
	int64_t n_peak = 0, peak;

	(void)state;
	for (int i = 0; i < N_RANDOM; i++)
		forecast_add(&forecast, T0, T0 + (int64_t)any(600 * DAY) - 100 * DAY);
	assert_int_equal(forecast.n, N_RANDOM);
	assert_int_equal(forecast.overdue + sum_of_days(&forecast) + forecast.beyond,
	    N_RANDOM);
	assert_true(forecast.overdue > 0 && forecast.beyond > 0);
	assert_int_equal(forecast_within(&forecast, 0), forecast.overdue);
	assert_int_equal(forecast_within(&forecast, 1),
	    forecast.overdue + forecast.days[0]);
	assert_int_equal(forecast_within(&forecast, FORECAST_DAYS) + forecast.beyond,
	    N_RANDOM);
	assert_int_equal(forecast_within(&forecast, INT64_MAX) + forecast.beyond,
	    N_RANDOM);
	peak = forecast_peak(&forecast, &n_peak);
	assert_int_equal(forecast.days[peak], n_peak);
	for (int64_t day = 0; day < FORECAST_DAYS; day++)
		assert_true(day < peak ? forecast.days[day] < n_peak
				       : forecast.days[day] <= n_peak);
}

static struct what_if
autoenroll(int64_t renew_before_s)
{
	struct what_if what_if = { .lifetime_s = 0 };

	policy_init(&what_if.policy);
	what_if.policy.renew_before_s = renew_before_s;
	return what_if;
}

/* Seconds left when it is due. */
static int64_t
left_at_due(int64_t renew_before_s, int64_t lifetime_s)
{
	struct what_if what_if = autoenroll(renew_before_s);

	return NB + lifetime_s - what_if_due_at(&what_if, NB, NB + lifetime_s, T0);
}

static void
thirty_days_in_place_of_42_move_what_lives_longer_than_150(void **state)
{
	static const struct {
		int64_t lifetime_s;
		int64_t left_42_s;
		int64_t left_30_s;
	} edges[] = {
		{ 149 * DAY, 149 * DAY / 5, 149 * DAY / 5 },
		{ 150 * DAY - 1, 30 * DAY - 1, 30 * DAY - 1 },
		{ 150 * DAY, 30 * DAY, 30 * DAY },
		{ 150 * DAY + 4, 30 * DAY, 30 * DAY }, /* not a second longer */
		{ 150 * DAY + 5, 30 * DAY + 1, 30 * DAY },
		{ 151 * DAY, 151 * DAY / 5, 30 * DAY },
		{ 210 * DAY - 1, 42 * DAY - 1, 30 * DAY },
		{ 210 * DAY, 42 * DAY, 30 * DAY },
		{ 210 * DAY + 1, 42 * DAY, 30 * DAY },
		{ 365 * DAY, 42 * DAY, 30 * DAY },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(edges); i++) {
		assert_int_equal(left_at_due(42 * DAY, edges[i].lifetime_s),
		    edges[i].left_42_s);
		assert_int_equal(left_at_due(30 * DAY, edges[i].lifetime_s),
		    edges[i].left_30_s);
	}
	for (int64_t days = 1; days <= 800; days++) {
		int64_t before = left_at_due(42 * DAY, days * DAY);
		int64_t after = left_at_due(30 * DAY, days * DAY);

		assert_int_equal(after != before, days > 150);
		if (after != before)
			assert_int_equal(after, 30 * DAY);
	}
}

static void
another_lifetime_begins_when_the_certificate_did(void **state)
{
	struct what_if what_if = autoenroll(42 * DAY), other = what_if;

	(void)state;
	assert_true(what_if_is_same(&what_if, &other));
	what_if.lifetime_s = 180 * DAY;
	assert_false(what_if_is_same(&what_if, &other));
	other.policy.rule = POLICY_FRACTION;
	other.lifetime_s = 180 * DAY;
	assert_false(what_if_is_same(&what_if, &other));
	assert_int_equal(what_if_due_at(&what_if, NB, NB + 365 * DAY, T0),
	    NB + 144 * DAY);
	what_if.lifetime_s = INT64_MAX;
	assert_int_equal(what_if_due_at(&what_if, NB, NB + 365 * DAY, T0),
	    INT64_MAX - 42 * DAY);
}

static void
what_is_due_at_once_stays_so(void **state)
{
	struct what_if what_if = autoenroll(30 * DAY);

	(void)state;
	assert_int_equal(what_if_due_at(&what_if, NB, NB + 365 * DAY, AGING_ALWAYS),
	    AGING_ALWAYS);
	assert_int_equal(what_if_due_at(&what_if, NB, NB + 365 * DAY, AGING_NEVER),
	    NB + 335 * DAY);
}

static void
words_are_stable(void **state)
{
	(void)state;
	assert_string_equal(forecast_kind_word(FORECAST_STORED), "forecast");
	assert_string_equal(forecast_kind_word(FORECAST_WHAT_IF), "what-if");
	assert_string_equal(forecast_kind_word(FORECAST_RULE), "rule");
	assert_string_equal(forecast_kind_word(FORECAST_ISSUER), "issuer");
	assert_string_equal(forecast_kind_word(FORECAST_ISSUERS), "issuers");
}

static void
a_question_is_words_of_the_policy(void **state)
{
	static const struct {
		const char *text;
		const char *message; /* NULL: taken */
	} rows[] = {
		{ "policy=fraction", NULL },
		{ "fraction=1/4", NULL },
		{ "renew-before=10d", NULL },
		{ "lifetime=90d", NULL },
		{ "lifetime=90", "unit" },
		{ "lifetime", "lifetime: not KEY=VALUE" },
		{ "grace=3d", "grace=3d: not one of policy, renew-before, fraction, " },
		{ "=3d", "=3d: not one of" },
		{ "renew-befor=3d", "not one of" },
	};
	struct what_if_request request = { .is_asked = false };
	struct what_if what_if;
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		enum rc r = what_if_take(&request, rows[i].text, &err);

		assert_int_equal(r == RC_OK, rows[i].message == NULL);
		if (rows[i].message != NULL)
			assert_has(err.text, rows[i].message);
		assert_true(request.is_asked);
		err_clear(&err);
	}
	assert_string_equal(request.text,
	    "policy=fraction, fraction=1/4, renew-before=10d, lifetime=90d");
	assert_rc(what_if_make(&request, NULL, "pc", &what_if, &err), RC_OK, &err);
	assert_int_equal(what_if.policy.rule, POLICY_FRACTION);
	assert_int_equal(what_if_due_at(&what_if, NB, NB + 365 * DAY, T0),
	    NB + 90 * DAY * 3 / 4);
	for (size_t i = 0; i < WHAT_IF_TEXT_SIZE / strlen("lifetime=90d, "); i++)
		(void)what_if_take(&request, "lifetime=90d", &err);
	assert_rc(what_if_take(&request, "lifetime=90d", &err), RC_USAGE, &err);
	assert_has(err.text, "longer than allowed");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_are_those_of_utc),
		cmocka_unit_test(the_sum_over_the_days_is_the_fleet),
		cmocka_unit_test(
		    thirty_days_in_place_of_42_move_what_lives_longer_than_150),
		cmocka_unit_test(another_lifetime_begins_when_the_certificate_did),
		cmocka_unit_test(what_is_due_at_once_stays_so),
		cmocka_unit_test(words_are_stable),
		cmocka_unit_test(a_question_is_words_of_the_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
