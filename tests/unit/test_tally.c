/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/scan/tally.c: what a person reads at the end of a scan.
 */
#include "scan/tally.h"
#include "unit.h"

static void
the_summary_tells_what_there_is(void **state)
{
	struct tally tally = { .n_devices = 100,
		.n_read = 60,
		.n_failed = 20,
		.n_skipped = 5,
		.n_absent = 3,
		.by_state = { [STATE_OK] = 58, [STATE_CRITICAL] = 22 },
		.by_result = { [RC_CONNECT] = 15, [RC_TIMEOUT] = 5 },
		.n_told = 79,
		.n_untold = 1 };
	struct buf text;

	(void)state;
	buf_init(&text, 4096);
	assert_int_equal(tally_format_summary(&tally, 2050, &text), RC_OK);
	assert_string_equal(buf_str(&text),
	    "100 devices in 2.0 s, 39/s: 60 read, 20 not read, 3 addresses without a "
	    "device, 5 left out as read recently, 12 not tried any more\n"
	    "state: 58 OK, 22 CRITICAL\n"
	    "not read: 15 cannot connect, 5 no answer in time\n"
	    "passive results: 79 accepted, 1 not\n");
	buf_clear(&text);
}

static void
the_summary_leaves_out_what_is_not(void **state)
{
	struct tally tally = { .n_devices = 0 };
	struct buf text;

	(void)state;
	buf_init(&text, 4096);
	assert_int_equal(tally_format_summary(&tally, 0, &text), RC_OK);
	assert_string_equal(buf_str(&text), "0 devices in 0.0 s, 0/s: 0 read\n");
	buf_reset(&text);
	tally.n_devices = 10;
	tally.n_read = 4;
	tally.n_failed = 1;
	assert_int_equal(tally_format_progress(&tally, 500, &text), RC_OK);
	assert_string_equal(buf_str(&text), "5 of 10 devices, 10/s, 1 not read");
	buf_clear(&text);
}

static void
parts_add_up(void **state)
{
	struct tally sum = { .n_devices = 1, .stack_bytes = 7 };
	struct tally part = { .n_devices = 2,
		.n_read = 2,
		.stack_bytes = 3,
		.memory_kib = 5,
		.by_state = { [STATE_OK] = 2 } };

	(void)state;
	tally_add(&sum, &part);
	tally_add(&sum, &part);
	assert_int_equal(sum.n_devices, 5);
	assert_int_equal(sum.by_state[STATE_OK], 4);
	assert_int_equal(sum.stack_bytes, 7);
	assert_int_equal(sum.memory_kib, 10);
	assert_int_equal(tally_n_done(&sum), 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_summary_tells_what_there_is),
		cmocka_unit_test(the_summary_leaves_out_what_is_not),
		cmocka_unit_test(parts_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
