/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/base/clock.c: civil time both ways, checked against gmtime_r(3) over the
 * years that certificates can name.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "unit.h"

#define YEAR_0_S    INT64_C(-62167219200)
#define YEAR_9999_S INT64_C(253402300799) /* its last second */

static void
agrees_with_the_c_library_on_every_day_it_meets(void **state)
{
	char got[CLOCK_TIME_SIZE], wanted[CLOCK_TIME_SIZE];

	(void)state;
	/* A step that is no multiple of a day meets all times of day. */
	for (int64_t s = YEAR_0_S; s <= YEAR_9999_S; s += INT64_C(86399) * 7) {
		struct err err = { 0 };
		time_t t = (time_t)s;
		int64_t back = 0;
		struct tm tm;

		assert_non_null(gmtime_r(&t, &tm));
		assert_rc(clock_from_tm(&tm, &back, &err), RC_OK, &err);
		assert_int_equal(back, s);
		assert_true(
		    snprintf(wanted, sizeof(wanted), "%04d-%02d-%02dT%02d:%02d:%02dZ",
			(tm.tm_year + 1900) % 10000, (tm.tm_mon + 1) % 100,
			tm.tm_mday % 100, tm.tm_hour % 100, tm.tm_min % 100,
			tm.tm_sec % 100) > 0);
		assert_string_equal(clock_format_time(s, got), wanted);
		assert_rc(clock_parse_datetime(got, &back, &err), RC_OK, &err);
		assert_int_equal(back, s);
	}
}

struct datetime {
	const char *text;
	enum rc rc;
	int64_t s;
};

static const struct datetime datetimes[] = {
	{ "1970-01-01T00:00:00Z", RC_OK, 0 },
	{ "1970-01-01T00:00:00", RC_OK, 0 },
	{ "1969-12-31T23:59:59Z", RC_OK, -1 },
	{ "2024-01-03T00:44:35Z", RC_OK, 1704242675 },
	{ "2024-01-03T02:44:35+02:00", RC_OK, 1704242675 },
	{ "2024-01-02T19:14:35-05:30", RC_OK, 1704242675 },
	{ "2024-01-03T00:44:35.999999999Z", RC_OK, 1704242675 },
	{ "2024-02-29T12:00:00Z", RC_OK, 1709208000 },
	{ "2000-02-29T00:00:00Z", RC_OK, 951782400 },
	{ "2038-01-19T03:14:08Z", RC_OK, 2147483648 },
	{ "9999-12-31T23:59:59Z", RC_OK, YEAR_9999_S },
	{ "0000-01-01T00:00:00Z", RC_OK, YEAR_0_S },
	{ "2023-02-29T00:00:00Z", RC_FORMAT, 0 },
	{ "1900-02-29T00:00:00Z", RC_FORMAT, 0 },
	{ "2024-00-10T00:00:00Z", RC_FORMAT, 0 },
	{ "2024-13-10T00:00:00Z", RC_FORMAT, 0 },
	{ "2024-04-31T00:00:00Z", RC_FORMAT, 0 },
	{ "2024-01-00T00:00:00Z", RC_FORMAT, 0 },
	{ "2024-01-03T24:00:00Z", RC_FORMAT, 0 },
	{ "2024-01-03T00:60:00Z", RC_FORMAT, 0 },
	{ "2024-01-03T00:00:60Z", RC_FORMAT, 0 },
	{ "2024-01-03 00:44:35Z", RC_FORMAT, 0 },
	{ "2024-01-03T00:44Z", RC_FORMAT, 0 },
	{ "2024-01-03T00:44:35.Z", RC_FORMAT, 0 },
	{ "2024-01-03T00:44:35z", RC_FORMAT, 0 },
	{ "2024-01-03T00:44:35ZZ", RC_FORMAT, 0 },
	{ "2024-01-03T00:44:35+0200", RC_FORMAT, 0 },
	{ "2024-01-03T00:44:35+24:00", RC_FORMAT, 0 },
	{ "2024-01-03T00:44:35+02:60", RC_FORMAT, 0 },
	{ "2024-01-03T00:44:35*02:00", RC_FORMAT, 0 },
	{ "12024-01-03T00:44:35Z", RC_FORMAT, 0 },
	{ "-2024-01-03T00:44:35Z", RC_FORMAT, 0 },
	{ " 2024-01-03T00:44:35Z", RC_FORMAT, 0 },
	{ "2024-01-03", RC_FORMAT, 0 },
	{ "", RC_FORMAT, 0 },
	{ "2", RC_FORMAT, 0 },
};

static void
every_datetime_is_read_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(datetimes); i++) {
		struct err err = { 0 };
		int64_t s = 0;

		assert_rc(clock_parse_datetime(datetimes[i].text, &s, &err),
		    datetimes[i].rc, &err);
		assert_int_equal(s, datetimes[i].s);
	}
}

static const struct datetime http_dates[] = {
	{ "Mon, 31 Jan 2022 10:23:04 GMT", RC_OK, 1643624584 },
	{ "Thu, 01 Jan 1970 00:00:00 GMT", RC_OK, 0 },
	{ "Thu, 01 Jan 2004 00:00:01 GMT", RC_OK, 1072915201 },
	{ "Mon, 31 Jan 2022 10:23:04 UTC", RC_FORMAT, 0 },
	{ "Mon, 31 Jan 2022 10:23:04 GMT ", RC_FORMAT, 0 },
	{ "Mon, 31 Jan 2022 10:23:04", RC_FORMAT, 0 },
	{ "Mon,31 Jan 2022 10:23:04 GMT", RC_FORMAT, 0 },
	{ "Mon, 1 Jan 2022 10:23:04 GMT", RC_FORMAT, 0 },
	{ "Mon, 31 jan 2022 10:23:04 GMT", RC_FORMAT, 0 },
	{ "Mon, 31 Feb 2022 10:23:04 GMT", RC_FORMAT, 0 },
	{ "Xyz, 31 Jan 2022 10:23:04 GMT", RC_FORMAT, 0 },
	{ "Monday, 31-Jan-22 10:23:04 GMT", RC_FORMAT, 0 },
	{ "Mon Jan 31 10:23:04 2022", RC_FORMAT, 0 },
	{ "Mon", RC_FORMAT, 0 },
	{ "Mo", RC_FORMAT, 0 },
	{ "Mon, 31 J", RC_FORMAT, 0 },
	{ "", RC_FORMAT, 0 },
};

static void
every_http_date_is_read_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(http_dates); i++) {
		struct err err = { 0 };
		int64_t s = 0;

		assert_rc(clock_parse_http_date(http_dates[i].text, &s, &err),
		    http_dates[i].rc, &err);
		assert_int_equal(s, http_dates[i].s);
	}
}

static void
fields_out_of_range_are_refused(void **state)
{
	const struct tm good = { .tm_year = 124, .tm_mon = 0, .tm_mday = 1 };
	struct tm bad[8];
	int64_t s = 7;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(bad); i++)
		bad[i] = good;
	bad[0].tm_year = -1901;
	bad[1].tm_year = 8100;
	bad[2].tm_mon = -1;
	bad[3].tm_mon = 12;
	bad[4].tm_mday = -1;
	bad[5].tm_hour = -1;
	bad[6].tm_min = 60;
	bad[7].tm_sec = -1;
	assert_int_equal(clock_from_tm(&good, &s, NULL), RC_OK);
	assert_int_equal(s, 1704067200);
	for (size_t i = 0; i < UNIT_COUNT(bad); i++)
		assert_int_equal(clock_from_tm(&bad[i], &s, NULL), RC_FORMAT);
	assert_int_equal(s, 1704067200);
}

static void
the_second_before_1970_is_no_error(void **state)
{
	const struct tm tm = { .tm_year = 69,
		.tm_mon = 11,
		.tm_mday = 31,
		.tm_hour = 23,
		.tm_min = 59,
		.tm_sec = 59 };
	int64_t s = 0;

	(void)state;
	assert_int_equal(clock_from_tm(&tm, &s, NULL), RC_OK);
	assert_int_equal(s, -1);
}

static void
the_time_zone_of_the_host_does_not_matter(void **state)
{
	char field[CLOCK_TIME_SIZE];
	int64_t s = 0;

	(void)state;
	assert_int_equal(setenv("TZ", "Pacific/Kiritimati", 1), 0);
	tzset();
	assert_int_equal(clock_parse_datetime("2024-01-03T00:44:35Z", &s, NULL), RC_OK);
	assert_int_equal(s, 1704242675);
	assert_string_equal(clock_format_time(s, field), "2024-01-03T00:44:35Z");
}

static void
times_no_calendar_has_still_fit_the_field(void **state)
{
	char date[CLOCK_DATE_SIZE], time[CLOCK_TIME_SIZE];

	(void)state;
	assert_string_equal(clock_format_date(INT64_MAX, date), "99999-12-31");
	assert_string_equal(clock_format_date(INT64_MIN, date), "0000-01-01");
	assert_string_equal(clock_format_time(INT64_MAX, time),
	    "99999-12-31T23:59:59Z");
	assert_string_equal(clock_format_date(YEAR_9999_S, date), "9999-12-31");
	assert_string_equal(clock_format_date(YEAR_9999_S + 1, date), "10000-01-01");
}

struct duration {
	int64_t s;
	const char *text;
};

static const struct duration durations[] = {
	{ 0, "0 s" },
	{ 59, "59 s" },
	{ 60, "1 min" },
	{ 3599, "59 min" },
	{ 3600, "1 h" },
	{ 86399, "23 h" },
	{ 86400, "1 d" },
	{ 86400 * 41 + 86399, "41 d" },
	{ -1, "1 s" },
	{ -86400, "1 d" },
	{ -86401, "1 d" },
	{ INT64_MAX, "106751991167300 d" },
	{ INT64_MIN, "106751991167300 d" },
};

static void
a_duration_is_told_in_its_largest_unit(void **state)
{
	char field[CLOCK_DURATION_SIZE];

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(durations); i++)
		assert_string_equal(clock_format_duration(durations[i].s, field),
		    durations[i].text);
}

static void
the_clocks_run_forward(void **state)
{
	int64_t a = clock_monotonic_ms();

	(void)state;
	assert_true(clock_monotonic_ms() >= a);
	assert_true(clock_now() > 1767225600); /* 2026-01-01, when this was written */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_c_library_on_every_day_it_meets),
		cmocka_unit_test(every_datetime_is_read_or_refused),
		cmocka_unit_test(every_http_date_is_read_or_refused),
		cmocka_unit_test(fields_out_of_range_are_refused),
		cmocka_unit_test(the_second_before_1970_is_no_error),
		cmocka_unit_test(the_time_zone_of_the_host_does_not_matter),
		cmocka_unit_test(times_no_calendar_has_still_fit_the_field),
		cmocka_unit_test(a_duration_is_told_in_its_largest_unit),
		cmocka_unit_test(the_clocks_run_forward),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
