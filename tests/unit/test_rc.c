/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/base/rc.c: the words of each result, and the first error winning.
 */
#include <errno.h>

#include "base/rc.h"
#include "unit.h"

static void
every_result_has_words(void **state)
{
	(void)state;
	for (int rc = RC_OK; rc <= RC_INTERNAL; rc++)
		assert_true(strlen(rc_text((enum rc)rc)) > 0);
	assert_string_equal(rc_text(RC_TIMEOUT), "no answer in time");
}

static void
a_result_that_does_not_exist_has_words_too(void **state)
{
	(void)state;
	assert_string_equal(rc_text((enum rc)9999), "unknown result");
}

static void
the_first_error_is_kept(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(err_set(&err, RC_FORMAT, "a: %d", 1), RC_FORMAT);
	assert_int_equal(err_set(&err, RC_LIMIT, "b"), RC_LIMIT);
	assert_int_equal(err_system(&err, "c"), RC_SYSTEM);
	assert_int_equal(err.rc, RC_FORMAT);
	assert_string_equal(err.text, "a: 1");
}

static void
a_cleared_error_can_be_set_again(void **state)
{
	struct err err = { 0 };

	(void)state;
	err_set(&err, RC_FORMAT, "a");
	err_clear(&err);
	assert_int_equal(err.rc, RC_OK);
	assert_string_equal(err.text, "");
	err_set(&err, RC_LIMIT, "b");
	assert_string_equal(err.text, "b");
}

static void
nobody_has_to_listen(void **state)
{
	(void)state;
	assert_int_equal(err_set(NULL, RC_FORMAT, "a"), RC_FORMAT);
	assert_int_equal(err_system(NULL, "a"), RC_SYSTEM);
	err_prefix(NULL, "a");
	err_clear(NULL);
}

static void
a_system_error_says_why(void **state)
{
	struct err err = { 0 };

	(void)state;
	errno = ENOENT;
	assert_int_equal(err_system(&err, "/x: cannot open"), RC_SYSTEM);
	assert_string_equal(err.text, "/x: cannot open: No such file or directory");
}

static void
a_prefix_goes_in_front_and_keeps_the_cause(void **state)
{
	struct err err = { 0 };

	(void)state;
	err_prefix(&err, "nothing to prefix");
	assert_string_equal(err.text, "");
	err_set(&err, RC_FORMAT, "notAfter is not a time");
	err_prefix(&err, "Handle: %d", 3);
	assert_int_equal(err.rc, RC_FORMAT);
	assert_string_equal(err.text, "Handle: 3: notAfter is not a time");
}

static void
hostile_bytes_are_escaped(void **state)
{
	struct err err = { 0 };

	(void)state;
	err_set(&err, RC_FORMAT, "%s", "a\nb\x1b[2J\xe2\x80\xae\xff'c'");
	assert_string_equal(err.text, "a\\x0ab\\x1b[2J\\u{202e}\\xff'c'");
	err_prefix(&err, "p\rq");
	assert_has(err.text, "p\\x0dq: a\\x0ab");
}

static void
a_long_message_is_cut_and_says_so(void **state)
{
	struct err err = { 0 };
	char text[4 * ERR_TEXT_SIZE];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	err_set(&err, RC_FORMAT, "%s", text);
	assert_int_equal(strlen(err.text), ERR_TEXT_SIZE - 1);
	assert_string_equal(err.text + ERR_TEXT_SIZE - 4, "...");
	err_prefix(&err, "%s", text);
	assert_int_equal(strlen(err.text), ERR_TEXT_SIZE - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_result_has_words),
		cmocka_unit_test(a_result_that_does_not_exist_has_words_too),
		cmocka_unit_test(the_first_error_is_kept),
		cmocka_unit_test(a_cleared_error_can_be_set_again),
		cmocka_unit_test(nobody_has_to_listen),
		cmocka_unit_test(a_system_error_says_why),
		cmocka_unit_test(a_prefix_goes_in_front_and_keeps_the_cause),
		cmocka_unit_test(hostile_bytes_are_escaped),
		cmocka_unit_test(a_long_message_is_cut_and_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
