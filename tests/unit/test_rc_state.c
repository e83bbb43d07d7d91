/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/plugin/rc_state.c: what every result is to Nagios, and what the operator may
 * choose.
 */
#include "plugin/rc_state.h"
#include "unit.h"

/* By default; with --unreachable=ok; with --timeout-result=warning. */
struct row {
	enum rc rc;
	enum state states[3];
};

#define US                                                  \
	{                                                   \
		STATE_UNKNOWN, STATE_UNKNOWN, STATE_UNKNOWN \
	}
#define DEVICE                                                 \
	{                                                      \
		STATE_CRITICAL, STATE_CRITICAL, STATE_CRITICAL \
	}
#define AWAY                                             \
	{                                                \
		STATE_CRITICAL, STATE_OK, STATE_CRITICAL \
	}

static const struct row rows[] = {
	{ RC_OK, { STATE_OK, STATE_OK, STATE_OK } },
	{ RC_NOMEM, US },
	{ RC_USAGE, US },
	{ RC_CONFIG, US },
	{ RC_SYSTEM, US },
	{ RC_FORMAT, DEVICE },
	{ RC_LIMIT, DEVICE },
	{ RC_NOTFOUND, DEVICE },
	{ RC_RESOLVE, AWAY },
	{ RC_CONNECT, AWAY },
	{ RC_TIMEOUT, { STATE_CRITICAL, STATE_OK, STATE_WARNING } },
	{ RC_TLS, AWAY },
	{ RC_UNTRUSTED, DEVICE },
	{ RC_AUTH, DEVICE },
	{ RC_LOST, AWAY },
	{ RC_HTTP, DEVICE },
	{ RC_FAULT, DEVICE },
	{ RC_PT_STATUS, DEVICE },
	{ RC_STATE, US },
	{ RC_CA, DEVICE },
	{ RC_DB, US },
	{ RC_LOCKED, US },
	{ RC_INTERNAL, US },
};

static void
every_result_has_its_state(void **state)
{
	static const struct rc_choice choices[3] = {
		{ .has_unreachable = false },
		{ .has_unreachable = true, .unreachable = STATE_OK },
		{ .has_timeout = true, .timeout = STATE_WARNING },
	};

	(void)state;
	assert_int_equal(UNIT_COUNT(rows), RC_INTERNAL + 1);
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		assert_int_equal(rows[i].rc, i);
		for (size_t j = 0; j < UNIT_COUNT(choices); j++)
			if (rc_state(rows[i].rc, &choices[j]) != rows[i].states[j])
				fail_msg("%s: choice %zu", rc_text(rows[i].rc), j);
	}
}

static void
a_time_out_may_differ_from_out_of_reach(void **state)
{
	static const struct rc_choice choice = { .has_unreachable = true,
		.unreachable = STATE_OK,
		.has_timeout = true,
		.timeout = STATE_UNKNOWN };

	(void)state;
	assert_int_equal(rc_state(RC_CONNECT, &choice), STATE_OK);
	assert_int_equal(rc_state(RC_TIMEOUT, &choice), STATE_UNKNOWN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_result_has_its_state),
		cmocka_unit_test(a_time_out_may_differ_from_out_of_reach),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
