/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/base/num.c: what is a number, what is none, and where each range ends.
 */
#include "base/num.h"
#include "unit.h"

struct number {
	const char *text;
	enum rc rc;
	int64_t value;
};

static const struct number numbers[] = {
	{ "0", RC_OK, 0 }, { "-0", RC_OK, 0 }, { "+7", RC_OK, 7 }, { "-7", RC_OK, -7 },
	{ "010", RC_OK, 10 }, { "9223372036854775807", RC_OK, INT64_MAX },
	{ "-9223372036854775808", RC_OK, INT64_MIN },
	{ "9223372036854775808", RC_LIMIT, 0 }, { "-9223372036854775809", RC_LIMIT, 0 },
	{ "99999999999999999999999999999999999999", RC_LIMIT, 0 }, { "", RC_FORMAT, 0 },
	{ "-", RC_FORMAT, 0 }, { "+", RC_FORMAT, 0 }, { "--1", RC_FORMAT, 0 },
	{ "+-1", RC_FORMAT, 0 }, { " 1", RC_FORMAT, 0 }, { "1 ", RC_FORMAT, 0 },
	{ "1\n", RC_FORMAT, 0 }, { "0x10", RC_FORMAT, 0 }, { "1e3", RC_FORMAT, 0 },
	{ "1.0", RC_FORMAT, 0 }, { "1,000", RC_FORMAT, 0 },
	{ "\xd9\xa1", RC_FORMAT, 0 }, /* an Arabic digit */
};

static void
every_number_is_read_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(numbers); i++) {
		struct err err = { 0 };
		int64_t value = 42;

		assert_rc(num_parse(numbers[i].text, INT64_MIN, INT64_MAX, &value,
			      &err),
		    numbers[i].rc, &err);
		assert_int_equal(value, numbers[i].rc == RC_OK ? numbers[i].value : 42);
	}
}

static void
the_ends_of_the_range_belong_to_it(void **state)
{
	struct err err = { 0 };
	int64_t value = 0;

	(void)state;
	assert_rc(num_parse("1", 1, 65535, &value, &err), RC_OK, &err);
	assert_rc(num_parse("65535", 1, 65535, &value, &err), RC_OK, &err);
	assert_int_equal(value, 65535);
	assert_int_equal(num_parse("0", 1, 65535, &value, NULL), RC_LIMIT);
	assert_rc(num_parse("65536", 1, 65535, &value, &err), RC_LIMIT, &err);
	assert_string_equal(err.text, "65536: not between 1 and 65535");
}

static const struct number durations[] = {
	{ "0s", RC_OK, 0 },
	{ "90s", RC_OK, 90 },
	{ "2m", RC_OK, 120 },
	{ "1h", RC_OK, 3600 },
	{ "30d", RC_OK, 2592000 },
	{ "6w", RC_OK, 3628800 },
	{ "36500d", RC_OK, 3153600000 },
	{ "36501d", RC_LIMIT, 0 },
	{ "15250284452472w", RC_LIMIT, 0 }, /* times 604800 passes int64_t */
	{ "99999999999999999999s", RC_LIMIT, 0 },
	{ "30", RC_FORMAT, 0 },
	{ "", RC_FORMAT, 0 },
	{ "d", RC_FORMAT, 0 },
	{ "-1d", RC_FORMAT, 0 },
	{ "+1d", RC_FORMAT, 0 },
	{ "1D", RC_FORMAT, 0 },
	{ "1dd", RC_FORMAT, 0 },
	{ "1d ", RC_FORMAT, 0 },
	{ "1 d", RC_FORMAT, 0 },
	{ "1.5d", RC_FORMAT, 0 },
	{ "1d12h", RC_FORMAT, 0 },
	{ "1y", RC_FORMAT, 0 },
};

static void
every_duration_is_read_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(durations); i++) {
		struct err err = { 0 };
		int64_t s = 42;

		assert_rc(num_parse_duration(durations[i].text, 3153600000, &s, &err),
		    durations[i].rc, &err);
		assert_int_equal(s, durations[i].rc == RC_OK ? durations[i].value : 42);
	}
}

static void
a_bare_number_gets_a_hint(void **state)
{
	struct err err = { 0 };
	int64_t s = 0;

	(void)state;
	assert_rc(num_parse_duration("30", 1000000, &s, &err), RC_FORMAT, &err);
	assert_string_equal(err.text,
	    "30: a duration needs a unit: 30s, 30m, 30h, 30d or 30w");
}

struct fraction {
	const char *text;
	enum rc rc;
	int64_t num;
	int64_t den;
};

static const struct fraction fractions[] = {
	{ "1/3", RC_OK, 1, 3 },
	{ "1/1", RC_OK, 1, 1 },
	{ "1000000/1000000", RC_OK, 1000000, 1000000 },
	{ "1/1000001", RC_LIMIT, 0, 0 },
	{ "0/3", RC_LIMIT, 0, 0 },
	{ "4/3", RC_LIMIT, 0, 0 },
	{ "1/0", RC_LIMIT, 0, 0 },
	{ "1/99999999999999999999", RC_LIMIT, 0, 0 },
	{ "1", RC_FORMAT, 0, 0 },
	{ "1/", RC_FORMAT, 0, 0 },
	{ "/3", RC_FORMAT, 0, 0 },
	{ "1/3/5", RC_FORMAT, 0, 0 },
	{ "-1/3", RC_FORMAT, 0, 0 },
	{ "1/-3", RC_FORMAT, 0, 0 },
	{ "1 /3", RC_FORMAT, 0, 0 },
	{ "0.33", RC_FORMAT, 0, 0 },
	{ "", RC_FORMAT, 0, 0 },
};

static void
every_fraction_is_read_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(fractions); i++) {
		struct err err = { 0 };
		int64_t num = 0, den = 0;

		assert_rc(num_parse_fraction(fractions[i].text, &num, &den, &err),
		    fractions[i].rc, &err);
		assert_int_equal(num, fractions[i].num);
		assert_int_equal(den, fractions[i].den);
	}
}

static void
the_message_quotes_hostile_text_harmlessly(void **state)
{
	struct err err = { 0 };
	int64_t value = 0;

	(void)state;
	assert_rc(num_parse("1\n\x1b", 0, 9, &value, &err), RC_FORMAT, &err);
	assert_string_equal(err.text, "1\\x0a\\x1b: not a decimal number");
}

static void
sums_stop_at_the_ends(void **state)
{
	(void)state;
	assert_int_equal(num_difference(5, 7), -2);
	assert_int_equal(num_difference(INT64_MIN, 1), INT64_MIN);
	assert_int_equal(num_difference(0, INT64_MIN), INT64_MAX);
	assert_int_equal(num_sum(INT64_MAX, 1), INT64_MAX);
	assert_int_equal(num_sum(INT64_MIN, -1), INT64_MIN);
	assert_int_equal(num_product(-3, 4), -12);
	assert_int_equal(num_product(INT64_MIN, 1000), INT64_MIN);
	assert_int_equal(num_product(INT64_MIN, -1), INT64_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_number_is_read_or_refused),
		cmocka_unit_test(the_ends_of_the_range_belong_to_it),
		cmocka_unit_test(every_duration_is_read_or_refused),
		cmocka_unit_test(a_bare_number_gets_a_hint),
		cmocka_unit_test(every_fraction_is_read_or_refused),
		cmocka_unit_test(sums_stop_at_the_ends),
		cmocka_unit_test(the_message_quotes_hostile_text_harmlessly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
