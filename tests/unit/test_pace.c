/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/policy/pace.c: a fleet with one date is spread evenly and for good, failures
 * wait longer and longer, and nothing is renewed in a circle.
 */
#include <stdio.h>

#include "policy/pace.h"
#include "unit.h"

enum {
	DUE = 1760000000,
	HOUR_S = 3600,
	DAY_S = 24 * HOUR_S,
	SPREAD_S = 2 * DAY_S,
	MONTH_S = 28 * DAY_S,
	N_CERTS = 10000,
	N_HOURS = 24,
	N_HOURS_S = N_HOURS * HOUR_S,
	MEAN = N_CERTS / N_HOURS,
};

/* A mass roll-out: UUIDs and serial numbers that differ in their last digits. */
static int64_t
place(int i, int64_t due_at, int64_t spread_s, int64_t floor_at)
{
	char uuid[64];
	char serial[32];

	(void)snprintf(uuid, sizeof(uuid), "55e3ae13-bfd2-61bb-17a0-%012x", i);
	(void)snprintf(serial, sizeof(serial), "0a%06x", i);
	return pace_spread(uuid, serial, due_at, spread_s, floor_at);
}

static void
spreads_ten_thousand_with_one_date_evenly(void **state)
{
	int in_hour[N_HOURS] = { 0 };

	(void)state;
	for (int i = 0; i < N_CERTS; i++) {
		int64_t at = place(i, DUE, N_HOURS_S, DUE + MONTH_S);

		assert_in_range(at - DUE, 0, N_HOURS_S - 1);
		in_hour[(at - DUE) / HOUR_S]++;
	}
	for (int hour = 0; hour < N_HOURS; hour++)
		assert_in_range(in_hour[hour], MEAN * 3 / 4, MEAN * 5 / 4);
}

/* Written down once: another machine, compiler or release must not move a device. */
static void
gives_the_same_places_for_ever(void **state)
{
	(void)state;
	assert_int_equal(place(1, DUE, SPREAD_S, DUE + MONTH_S),
	    place(1, DUE, SPREAD_S, DUE + MONTH_S));
	assert_int_equal(place(1, DUE, SPREAD_S, DUE + MONTH_S) - DUE, 0x1780b);
	assert_int_equal(pace_spread("a", "bc", DUE, DAY_S, DUE + DAY_S) ==
		pace_spread("ab", "c", DUE, DAY_S, DUE + DAY_S),
	    0);
}

static void
never_puts_off_beyond_the_floor(void **state)
{
	(void)state;
	for (int i = 0; i < N_CERTS; i++) {
		assert_in_range(place(i, DUE, MONTH_S, DUE + HOUR_S) - DUE, 0,
		    HOUR_S - 1);
		assert_int_equal(place(i, DUE, MONTH_S, DUE), DUE);
		assert_int_equal(place(i, DUE, MONTH_S, DUE - 1), DUE);
		assert_int_equal(place(i, DUE, 0, INT64_MAX), DUE);
	}
	(void)place(1, INT64_MAX - 5, DAY_S, INT64_MAX);
	(void)place(1, INT64_MIN, INT64_MAX, INT64_MAX);
}

static void
doubles_from_one_hour_to_thirty_two(void **state)
{
	static const int64_t hours[] = { 0, 1, 2, 4, 8, 16, 32, 32, 32 };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(hours); i++)
		assert_int_equal(pace_back_off((int64_t)i), hours[i] * HOUR_S);
	assert_int_equal(pace_back_off(-1), 0);
	assert_int_equal(pace_back_off(INT64_MAX), 32 * HOUR_S);
}

static void
guards_four_fifths_of_a_lifetime(void **state)
{
	(void)state;
	assert_int_equal(pace_guard(DUE, DUE - 600, DUE - 600 + DAY_S),
	    DUE + DAY_S * 4 / 5);
	assert_int_equal(pace_guard(DUE, DUE, DUE + 103), DUE + 83);
	assert_int_equal(pace_guard(DUE, DUE, DUE), DUE);
	assert_int_equal(pace_guard(DUE, DUE, DUE - DAY_S), DUE);
	assert_int_equal(pace_guard(INT64_MAX, 0, INT64_MAX), INT64_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spreads_ten_thousand_with_one_date_evenly),
		cmocka_unit_test(gives_the_same_places_for_ever),
		cmocka_unit_test(never_puts_off_beyond_the_floor),
		cmocka_unit_test(doubles_from_one_hour_to_thirty_two),
		cmocka_unit_test(guards_four_fifths_of_a_lifetime),
	};

	return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
