/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/base/helper.c: a command as it is configured, and what a program reads.  How
 * programs end, and what they say: tests/unit/test_exec.c.
 * not under valgrind: it does not know pidfd_open(2)
 */
#include "base/clock.h"
#include "base/helper.h"
#include "unit.h"

enum {
	LIMIT_MS = 60 * 1000
};

static void
cuts_a_command_at_its_blanks(void **state)
{
	struct helper_command command = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_rc(helper_command_parse(" /bin/x  -a\t'b c' ", &command, &err), RC_OK,
	    &err);
	assert_string_equal(command.argv[0], "/bin/x");
	assert_string_equal(command.argv[1], "-a");
	assert_string_equal(command.argv[2], "'b");
	assert_string_equal(command.argv[3], "c'");
	assert_null(command.argv[4]);
	helper_command_clear(&command);
	helper_command_clear(&command);
}

static const struct {
	const char *text;
	const char *why;
} refused[] = {
	{ "", "empty" },
	{ " \t", "empty" },
	{ "bin/x", "bin/x: not an absolute path" },
	{ "/x 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27"
	  " 28 29 30 31 32",
	    "too many arguments" },
};

static void
refuses_what_is_no_command(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(refused); i++) {
		struct helper_command command = { 0 };
		struct err err = { 0 };

		assert_rc(helper_command_parse(refused[i].text, &command, &err),
		    RC_CONFIG, &err);
		assert_string_equal(err.text, refused[i].why);
		assert_null(command.text);
	}
}

/* Give cat these bytes. */
static enum rc
cat(const char *input, size_t len, struct helper_result *result, struct err *err)
{
	static char path[] = "/bin/cat";
	char *const argv[] = { path, NULL };
	char *const environment[] = { NULL };

	return helper_run(argv, environment, input, len,
	    clock_monotonic_ms() + LIMIT_MS, result, err);
}

static void
gives_a_program_all_that_it_shall_read_and_its_end(void **state)
{
	char most[HELPER_IN_MAX_BYTES];
	struct helper_result result = { 0 };
	struct err err = { 0 };

	(void)state;
	memset(most, 'm', sizeof(most));
	assert_rc(cat(NULL, 0, &result, &err), RC_OK, &err);
	assert_int_equal(result.out.len, 0);
	helper_result_clear(&result);
	assert_rc(cat(most, sizeof(most), &result, &err), RC_OK, &err);
	assert_int_equal(result.status, 0);
	assert_int_equal(result.out.len, sizeof(most));
	assert_memory_equal(result.out.data, most, sizeof(most));
	helper_result_clear(&result);
}

static void
refuses_more_than_a_pipe_holds_for_sure(void **state)
{
	char more[HELPER_IN_MAX_BYTES + 1] = "";
	struct helper_result result = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_rc(cat(more, sizeof(more), &result, &err), RC_LIMIT, &err);
	assert_int_equal(result.out.len, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_a_command_at_its_blanks),
		cmocka_unit_test(refuses_what_is_no_command),
		cmocka_unit_test(gives_a_program_all_that_it_shall_read_and_its_end),
		cmocka_unit_test(refuses_more_than_a_pipe_holds_for_sure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
