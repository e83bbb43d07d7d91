/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/policy/hours.c: windows of the day, over midnight and at both ends of one.
 */
#include "policy/hours.h"
#include "unit.h"

enum {
	HOUR_S = 3600,
	DAY_S = 86400,
	MIDNIGHT = 20000 * DAY_S,
};

static struct hours
parse(const char *text)
{
	struct hours hours = { 0 };
	struct err err = { 0 };

	assert_rc(hours_parse(text, &hours, &err), RC_OK, &err);
	return hours;
}

static void
waits_for_the_next_window(void **state)
{
	static const struct {
		const char *text;
		int64_t hour;
		int64_t next;
	} rows[] = {
		{ "22:00-06:00", 21, 22 },
		{ "22:00-06:00", 22, 22 },
		{ "22:00-06:00", 23, 23 },
		{ "22:00-06:00", 0, 0 },
		{ "22:00-06:00", 5, 5 },
		{ "22:00-06:00", 6, 22 },
		{ "01:00-03:00", 0, 1 },
		{ "01:00-03:00", 2, 2 },
		{ "01:00-03:00", 3, 25 },
		{ "01:00-03:00", 23, 25 },
		{ "00:00-24:00", 23, 23 },
		{ "20:00-24:00", 19, 20 },
		{ "20:00-24:00", 0, 20 },
		{ "01:00-02:00, 12:00-13:00", 5, 12 },
		{ "01:00-02:00,12:00-13:00", 14, 25 },
		{ "12:00-13:00 , 01:00-02:00", 1, 1 },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct hours hours = parse(rows[i].text);
		int64_t now = MIDNIGHT + rows[i].hour * HOUR_S;

		assert_int_equal((hours_next(&hours, now) - MIDNIGHT) / HOUR_S,
		    rows[i].next);
		assert_int_equal(hours_hold(&hours, now), rows[i].hour == rows[i].next);
	}
}

static void
counts_to_the_second(void **state)
{
	struct hours hours = parse("22:30-22:45");

	(void)state;
	assert_false(hours_hold(&hours, MIDNIGHT + 81000 - 1));
	assert_true(hours_hold(&hours, MIDNIGHT + 81000));
	assert_true(hours_hold(&hours, MIDNIGHT + 81900 - 1));
	assert_false(hours_hold(&hours, MIDNIGHT + 81900));
	assert_int_equal(hours_next(&hours, -DAY_S), -DAY_S + 81000);
	assert_int_equal(hours_next(&hours, -1), 81000);
}

static void
holds_at_any_hour_unless_set(void **state)
{
	const struct hours hours = { 0 };

	(void)state;
	assert_true(hours_hold(&hours, MIDNIGHT));
	assert_int_equal(hours_next(&hours, -7), -7);
}

static void
refuses_what_is_no_window(void **state)
{
	static const char *const texts[] = { "", "22:00", "22:00-", "22-06",
		"2:00-06:00", "22:00-06:00,", ",22:00-06:00", "22:60-23:00",
		"24:01-06:00", "25:00-06:00", "22:00-22:00", "22:00-06:00x",
		"22:00 06:00", "22:00-06:00;01:00-02:00", "-1:00-06:00" };
	struct hours hours = { .n = 7 };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(texts); i++) {
		struct err err = { 0 };

		assert_rc(hours_parse(texts[i], &hours, &err), RC_FORMAT, &err);
		assert_has(err.text, "22:00-06:00");
		assert_int_equal(hours.n, 7);
	}
}

static void
refuses_too_many(void **state)
{
	static const char text[] =
	    "01:00-02:00,03:00-04:00,05:00-06:00,07:00-08:00,09:00-10:00,11:00-12:00,"
	    "13:00-14:00,15:00-16:00";
	struct hours hours = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_rc(hours_parse(text, &hours, &err), RC_OK, &err);
	assert_int_equal(hours.n, HOURS_MAX);
	assert_rc(hours_parse("01:00-02:00,03:00-04:00,05:00-06:00,07:00-08:00,"
			      "09:00-10:00,11:00-12:00,13:00-14:00,15:00-16:00,"
			      "17:00-18:00",
		      &hours, &err),
	    RC_LIMIT, &err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_for_the_next_window),
		cmocka_unit_test(counts_to_the_second),
		cmocka_unit_test(holds_at_any_hour_unless_set),
		cmocka_unit_test(refuses_what_is_no_window),
		cmocka_unit_test(refuses_too_many),
	};

	return cmocka_run_group_tests_name("hours", tests, NULL, NULL);
}
