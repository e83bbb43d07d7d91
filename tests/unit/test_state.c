/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/policy/state.c: words, numbers and the order of the states.
 */
#include "policy/state.h"
#include "unit.h"

static void
the_numbers_are_the_exit_status(void **state)
{
	(void)state;
	assert_int_equal(STATE_OK, 0);
	assert_int_equal(STATE_WARNING, 1);
	assert_int_equal(STATE_CRITICAL, 2);
	assert_int_equal(STATE_UNKNOWN, 3);
	assert_string_equal(state_text(STATE_OK), "OK");
	assert_string_equal(state_text(STATE_WARNING), "WARNING");
	assert_string_equal(state_text(STATE_CRITICAL), "CRITICAL");
	assert_string_equal(state_text(STATE_UNKNOWN), "UNKNOWN");
}

static void
an_unknown_does_not_hide_behind_an_ok(void **state)
{
	static const enum state order[] = { STATE_OK, STATE_UNKNOWN, STATE_WARNING,
		STATE_CRITICAL };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(order); i++)
		for (size_t j = 0; j < UNIT_COUNT(order); j++)
			assert_int_equal(state_worse(order[i], order[j]),
			    order[i > j ? i : j]);
}

static void
reads_words_in_any_case_and_numbers(void **state)
{
	static const struct {
		const char *text;
		enum state state;
	} cases[] = { { "ok", STATE_OK }, { "Warning", STATE_WARNING },
		{ "CRITICAL", STATE_CRITICAL }, { "unknown", STATE_UNKNOWN },
		{ "0", STATE_OK }, { "2", STATE_CRITICAL }, { "3", STATE_UNKNOWN } };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		enum state got = STATE_OK;
		struct err err = { 0 };

		assert_rc(state_parse(cases[i].text, &got, &err), RC_OK, &err);
		assert_int_equal(got, cases[i].state);
	}
}

static void
refuses_other_words(void **state)
{
	static const char *const bad[] = { "", "4", "-1", "02", "o", "okay", " ok",
		"ok " };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(bad); i++) {
		enum state got = STATE_UNKNOWN;
		struct err err = { 0 };

		assert_rc(state_parse(bad[i], &got, &err), RC_USAGE, &err);
		assert_int_equal(got, STATE_UNKNOWN);
	}
}

static void
makes_the_words_small_in_text(void **state)
{
	static const struct {
		const char *text;
		const char *calm;
	} cases[] = { { "", "" }, { "OK", "ok" }, { "all is OK.", "all is ok." },
		{ "TOKYO, OKAY, BOOK", "TOKYO, OKAY, BOOK" },
		{ "WARNINGS: CRITICAL", "warningS: critical" },
		{ "UNKNOWNUNKNOWN", "unknownunknown" }, { "OKWARNING", "okwarning" },
		{ "OK_OK", "ok_ok" }, { "Warning", "Warning" } };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		char text[64] = "";

		memcpy(text, cases[i].text, strlen(cases[i].text));
		state_calm(text);
		assert_string_equal(text, cases[i].calm);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_numbers_are_the_exit_status),
		cmocka_unit_test(an_unknown_does_not_hide_behind_an_ok),
		cmocka_unit_test(reads_words_in_any_case_and_numbers),
		cmocka_unit_test(refuses_other_words),
		cmocka_unit_test(makes_the_words_small_in_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
