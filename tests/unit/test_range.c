/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/policy/range.c: the guideline's ranges by rows, and thresholds on time
 * left.
 */
#include "base/text.h"
#include "policy/range.h"
#include "unit.h"

#define DAY INT64_C(86400)

struct vector {
	const char *range;
	bool alerts[9]; /* at the values of the columns */
	const char *formatted;
};

/* clang-format off */
static const int64_t columns[9] = { -1000000, 0, 9000000, 9990000, 10000000, 10010000, 15000000,
	20000000, 20010000 };

static const struct vector vectors[] = {
	/*          -1 0  9 9.99 10 10.01 15 20 20.01 */
	{ "10",     { 1, 0, 0, 0, 0, 1, 1, 1, 1 }, "10" },
	{ "10:",    { 1, 1, 1, 1, 0, 0, 0, 0, 0 }, "10:" },
	{ "~:10",   { 0, 0, 0, 0, 0, 1, 1, 1, 1 }, "~:10" },
	{ "10:20",  { 1, 1, 1, 1, 0, 0, 0, 0, 1 }, "10:20" },
	{ "@10:20", { 0, 0, 0, 0, 1, 1, 1, 1, 0 }, "@10:20" },
	{ "~:",     { 0, 0, 0, 0, 0, 0, 0, 0, 0 }, "~:" },
	{ "@~:10",  { 1, 1, 1, 1, 1, 0, 0, 0, 0 }, "@~:10" },
	{ "0:",     { 1, 0, 0, 0, 0, 0, 0, 0, 0 }, "0:" },
	{ "10:10",  { 1, 1, 1, 1, 0, 1, 1, 1, 1 }, "10:10" },
	/* not in the guideline's text, but everybody reads them so */
	{ ":10",    { 1, 0, 0, 0, 0, 1, 1, 1, 1 }, "10" },
	{ "+10:+20", { 1, 1, 1, 1, 0, 0, 0, 0, 1 }, "10:20" },
	{ "-1:9.99", { 0, 0, 0, 0, 1, 1, 1, 1, 1 }, "-1:9.99" },
	{ "10.010000:20.01", { 1, 1, 1, 1, 1, 0, 0, 0, 0 }, "10.01:20.01" },
	{ "-0.5:0",  { 1, 0, 1, 1, 1, 1, 1, 1, 1 }, "-0.5:0" },
	{ "0.000001:", { 1, 1, 0, 0, 0, 0, 0, 0, 0 }, "0.000001:" },
	{ "1000000000000", { 1, 0, 0, 0, 0, 0, 0, 0, 0 }, "1000000000000" },
};
/* clang-format on */

static void
alerts_as_the_guideline_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(vectors); i++) {
		struct range range = { 0 };
		struct err err = { 0 };
		struct buf out;

		assert_rc(range_parse(vectors[i].range, &range, &err), RC_OK, &err);
		for (size_t j = 0; j < UNIT_COUNT(columns); j++)
			if (range_alerts(&range, columns[j]) != vectors[i].alerts[j])
				fail_msg("%s at column %zu", vectors[i].range, j);
		buf_init(&out, 100);
		assert_int_equal(range_format(&out, &range), RC_OK);
		assert_string_equal(buf_str(&out), vectors[i].formatted);
		buf_clear(&out);
	}
}

static const char *const bad[] = { "", "@", ":", "20:10", "10:x", "10:20:30", "1,5",
	"nan", "0x10", "10 ", "~10", /* the guideline's nine and two more */
	"inf", "1e3", " 10", "10:~", "~", "@:", "--1", "+-1", "-", "+", ".5", "5.",
	"1.2.3", "10::", "::", "@@10", "10@", "10d", "10%", "-1", "1000000000001",
	"1.0000001", "99999999999999999999999999", "10\n", "1\xff" };

static void
refuses_what_is_no_range(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(bad); i++) {
		struct range range = { .start = 42 };
		struct err err = { 0 };
		char named[80];

		text_line_field(named, sizeof(named), bad[i], strlen(bad[i]));
		if (range_parse(bad[i], &range, &err) != RC_USAGE)
			fail_msg("\"%s\" is taken", bad[i]);
		assert_memory_equal(err.text, named, strlen(named));
		assert_memory_equal(err.text + strlen(named), ": ", 2);
		assert_int_equal(range.start, 42);
	}
}

struct time_case {
	const char *range;
	int64_t lifetime_s;
	int64_t left_s;
	bool alerts;
};

/* clang-format off */
static const struct time_case time_cases[] = {
	{ "30:", 0, 30 * DAY, false },
	{ "30:", 0, 30 * DAY - 1, true },
	{ "30:", 0, -5, true }, /* expired is outside */
	{ "30d:", 0, 30 * DAY - 1, true },
	{ "4w:", 0, 28 * DAY, false },
	{ "4w:", 0, 28 * DAY - 1, true },
	{ "36h:", 0, 129599, true },
	{ "90m:", 0, 5400, false },
	{ "90m:", 0, 5399, true },
	{ "17280s:", 0, 17280, false },
	{ "17280s:", 0, 17279, true },
	{ "9.4:", 0, 812160, false }, /* 9.4 d to the second */
	{ "9.4:", 0, 812159, true },
	{ "0.5:1.5d", 0, DAY / 2, false },
	{ "0.5:1.5d", 0, DAY * 3 / 2 + 1, true },
	{ "20%:", 365 * DAY, 73 * DAY, false },
	{ "20%:", 365 * DAY, 73 * DAY - 1, true },
	{ "33.3%:", 1000, 333, false },
	{ "33.3%:", 1000, 332, true },
	{ "50%:", INT64_C(253402300799), INT64_C(126701150399), true }, /* the year 9999 */
	{ "50%:", INT64_C(253402300799), INT64_C(126701150400), false },
	{ "10d:20%", 365 * DAY, 73 * DAY, false },
	{ "10d:20%", 365 * DAY, 73 * DAY + 1, true },
	{ "@0:30", 0, 30 * DAY, true },
	{ "@0:30", 0, 30 * DAY + 1, false },
	{ "~:", 0, -5, false },
	{ "@~:30", 0, -5, true },
	{ "999999999999%:", INT64_C(253402300799), 1, true }, /* no overflow */
};
/* clang-format on */

static void
thresholds_on_time_left_carry_units(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(time_cases); i++) {
		const struct time_case *c = &time_cases[i];
		struct time_range range = { 0 };
		struct range resolved;
		struct err err = { 0 };

		assert_rc(time_range_parse(c->range, &range, &err), RC_OK, &err);
		resolved = time_range_resolve(&range, c->lifetime_s);
		if (range_alerts(&resolved, range_value(c->left_s)) != c->alerts)
			fail_msg("%s with %lld s left", c->range, (long long)c->left_s);
	}
}

static void
a_bare_number_of_days_is_refused_with_a_hint(void **state)
{
	static const struct {
		const char *text;
		const char *hint;
	} cases[] = { { "30", "write 30:" }, { "30d", "write 30d:" },
		{ "20%", "write 20%:" }, { "@30", "write 30:" } };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct time_range range = { 0 };
		struct err err = { 0 };

		assert_rc(time_range_parse(cases[i].text, &range, &err), RC_USAGE,
		    &err);
		assert_has(err.text, cases[i].hint);
	}
}

static void
refuses_what_is_no_threshold(void **state)
{
	static const char *const texts[] = { "30x:", "30dd:", "30 d:", "d:", "%:",
		"30d:10d", "3w:2d", "0:-1%", "1000000000000w:", "30:20:10",
		"~30:", "30y:", "30D:" };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(texts); i++) {
		struct time_range range = { 0 };
		struct err err = { 0 };

		if (time_range_parse(texts[i], &range, &err) != RC_USAGE)
			fail_msg("\"%s\" is taken", texts[i]);
	}
}

static void
days_are_the_familiar_pair(void **state)
{
	struct time_range warning = { 0 }, critical = { 0 };
	struct err err = { 0 };
	struct buf out;

	(void)state;
	assert_rc(time_range_parse_days("30,14", &warning, &critical, &err), RC_OK,
	    &err);
	buf_init(&out, 100);
	(void)range_format(&out, &warning.range);
	(void)buf_add_char(&out, ' ');
	(void)range_format(&out, &critical.range);
	assert_string_equal(buf_str(&out), "2592000: 1209600:");
	buf_clear(&out);
	assert_rc(time_range_parse_days("30,30", &warning, &critical, &err), RC_OK,
	    &err);
	assert_false(time_range_warning_is_hidden(&warning, &critical));
}

static void
refuses_what_is_no_pair_of_days(void **state)
{
	static const char *const texts[] = { "", "30", "14,30", "30,", ",14", "30,14,7",
		"30;14", "30d,14d", "-1,-2", "1.5,1", "30, 14",
		"1111111111111111111111111111111111111111111,1", "1000001,1" };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(texts); i++) {
		struct time_range warning = { 0 }, critical = { 0 };
		struct err err = { 0 };

		if (time_range_parse_days(texts[i], &warning, &critical, &err) !=
		    RC_USAGE)
			fail_msg("\"%s\" is taken", texts[i]);
	}
}

struct hidden_case {
	const char *warning;
	const char *critical;
	bool is_hidden;
};

static const struct hidden_case hidden_cases[] = {
	{ "10:", "20:", true },
	{ "20:", "10:", false },
	{ "20:", "20:", false },
	{ "240h:", "20:", true },
	{ "10%:", "20:", false }, /* cannot be compared */
	{ "10%:", "20%:", true },
	{ "10:100", "20:", false }, /* seen above 100 */
	{ "10:100", "20:50", true },
	{ "10:100", "5:50", false },
	{ "20:", "20:100", true },
	{ "~:", "20:", false }, /* switched off */
	{ "@0:10", "@0:20", true },
	{ "@0:20", "@0:10", false },
	{ "@0:10", "10:", false },
};

static void
a_warning_inside_critical_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(hidden_cases); i++) {
		const struct hidden_case *c = &hidden_cases[i];
		struct time_range warning = { 0 }, critical = { 0 };
		struct err err = { 0 };

		assert_rc(time_range_parse(c->warning, &warning, &err), RC_OK, &err);
		assert_rc(time_range_parse(c->critical, &critical, &err), RC_OK, &err);
		if (time_range_warning_is_hidden(&warning, &critical) != c->is_hidden)
			fail_msg("-w %s -c %s", c->warning, c->critical);
	}
}

static void
values_end_where_int64_does(void **state)
{
	(void)state;
	assert_int_equal(range_value(-5), -5000000);
	assert_int_equal(range_value(INT64_MAX), INT64_MAX);
	assert_int_equal(range_value(INT64_MIN), INT64_MIN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alerts_as_the_guideline_says),
		cmocka_unit_test(refuses_what_is_no_range),
		cmocka_unit_test(thresholds_on_time_left_carry_units),
		cmocka_unit_test(a_bare_number_of_days_is_refused_with_a_hint),
		cmocka_unit_test(refuses_what_is_no_threshold),
		cmocka_unit_test(days_are_the_familiar_pair),
		cmocka_unit_test(refuses_what_is_no_pair_of_days),
		cmocka_unit_test(a_warning_inside_critical_is_found),
		cmocka_unit_test(values_end_where_int64_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
