/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/base/buf.c: the limit, the sticky error, and who owns the bytes.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "torture.h"
#include "unit.h"

static void
an_empty_buffer_is_an_empty_string(void **state)
{
	struct buf buf;
	char *taken;

	(void)state;
	buf_init(&buf, 10);
	assert_string_equal(buf_str(&buf), "");
	assert_int_equal(buf_add(&buf, "", 0), RC_OK);
	taken = buf_take(&buf);
	assert_string_equal(taken, "");
	free(taken);
	buf_clear(&buf);
}

static void
grows_to_its_limit_and_not_past_it(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 1000);
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(buf_add_char(&buf, 'a'), RC_OK);
	assert_int_equal(buf.len, 1000);
	assert_int_equal(buf_add_char(&buf, 'b'), RC_LIMIT);
	assert_int_equal(strlen(buf_str(&buf)), 1000);
	buf_clear(&buf);
}

static void
adds_all_or_nothing(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 4);
	assert_int_equal(buf_add_str(&buf, "abc"), RC_OK);
	assert_int_equal(buf_add_str(&buf, "de"), RC_LIMIT);
	assert_string_equal(buf_str(&buf), "abc");
	buf_clear(&buf);
}

static void
an_error_sticks_until_reset(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 4);
	assert_int_equal(buf_addf(&buf, "%d", 12345), RC_LIMIT);
	assert_int_equal(buf_add_char(&buf, 'a'), RC_LIMIT);
	assert_int_equal(buf_addf(&buf, "b"), RC_LIMIT);
	assert_null(buf_take(&buf));
	buf_reset(&buf);
	assert_int_equal(buf_add_char(&buf, 'a'), RC_OK);
	assert_string_equal(buf_str(&buf), "a");
	buf_clear(&buf);
}

static void
formats_exactly_to_the_limit(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 5);
	assert_int_equal(buf_addf(&buf, "%s", "12345"), RC_OK);
	assert_string_equal(buf_str(&buf), "12345");
	assert_int_equal(buf_addf(&buf, "%s", ""), RC_OK);
	buf_clear(&buf);
}

static void
holds_bytes_with_nul(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 10);
	assert_int_equal(buf_add(&buf, "a\0b", 3), RC_OK);
	assert_int_equal(buf.len, 3);
	assert_memory_equal(buf.data, "a\0b", 4);
	buf_clear(&buf);
}

static void
truncates_but_never_grows(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 10);
	buf_truncate(&buf, 3);
	(void)buf_add_str(&buf, "abcdef");
	buf_truncate(&buf, 2);
	assert_string_equal(buf_str(&buf), "ab");
	buf_truncate(&buf, 9);
	assert_int_equal(buf.len, 2);
	buf_clear(&buf);
}

static void
taking_leaves_an_empty_buffer_of_the_same_limit(void **state)
{
	struct buf buf;
	char *taken;

	(void)state;
	buf_init(&buf, 3);
	(void)buf_add_str(&buf, "abc");
	taken = buf_take(&buf);
	assert_string_equal(taken, "abc");
	free(taken);
	assert_int_equal(buf.len, 0);
	assert_int_equal(buf_add_str(&buf, "abcd"), RC_LIMIT);
	buf_clear(&buf);
}

static void
a_zeroed_buffer_can_be_cleared_and_takes_nothing(void **state)
{
	struct buf buf = { 0 };

	(void)state;
	assert_int_equal(buf_add_char(&buf, 'a'), RC_LIMIT);
	buf_clear(&buf);
	buf_wipe(&buf);
}

static void
the_largest_limit_does_not_overflow(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, SIZE_MAX);
	assert_int_equal(buf_add_str(&buf, "abc"), RC_OK);
	assert_string_equal(buf_str(&buf), "abc");
	buf_wipe(&buf);
	assert_null(buf.data);
	assert_int_equal(buf.len, 0);
}

static enum rc
fill(void *ctx)
{
	struct buf buf;
	enum rc r;

	(void)ctx;
	buf_init(&buf, 10000);
	for (int i = 0; i < 500; i++)
		(void)buf_addf(&buf, "%d ", i);
	r = buf.rc;
	buf_clear(&buf);
	return r;
}

static void
survives_every_failed_allocation(void **state)
{
	(void)state;
	assert_true(torture(fill, NULL) > 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_buffer_is_an_empty_string),
		cmocka_unit_test(grows_to_its_limit_and_not_past_it),
		cmocka_unit_test(adds_all_or_nothing),
		cmocka_unit_test(an_error_sticks_until_reset),
		cmocka_unit_test(formats_exactly_to_the_limit),
		cmocka_unit_test(holds_bytes_with_nul),
		cmocka_unit_test(truncates_but_never_grows),
		cmocka_unit_test(taking_leaves_an_empty_buffer_of_the_same_limit),
		cmocka_unit_test(a_zeroed_buffer_can_be_cleared_and_takes_nothing),
		cmocka_unit_test(the_largest_limit_does_not_overflow),
		cmocka_unit_test(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
