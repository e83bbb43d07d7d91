/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/renew/clock_steps.c: when a clock is right, and when it is behind.
 */
#include "hand_renewal.h"
#include "renew/clock_steps.h"
#include "unit.h"

static const struct {
	bool known;
	int64_t offset_s;
	int64_t uncertainty_s;
	bool is_right;
	bool is_behind;
} cases[] = {
	{ false, 0, 0, false, false },
	{ true, 0, 1, true, false },
	{ true, 2, 1, true, false },
	{ true, -2, 1, true, false },
	{ true, 3, 1, false, false },
	{ true, -3, 1, false, false },
	/* A slow connection does not measure to two seconds. */
	{ true, -9, 9, true, false },
	{ true, 10, 9, false, false },
	{ true, -302, 1, false, true },
	{ true, -301, 1, false, false },
	{ true, 302, 1, false, false },
	{ true, -4000000000, 1, false, true },
};

static void
is_right_to_what_can_be_measured(void **state)
{
	struct hand_renewal *hand = hand_renewal_new(MAKE_NB);
	struct facts_clock *clock = &hand->renewal.facts.clock;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		clock->known = cases[i].known;
		clock->offset_s = cases[i].offset_s;
		clock->uncertainty_s = cases[i].uncertainty_s;
		assert_int_equal(clock_steps_is_right(&hand->renewal),
		    cases[i].is_right);
		assert_int_equal(clock_steps_is_behind(&hand->renewal),
		    cases[i].is_behind);
	}
	hand_renewal_free(hand);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_right_to_what_can_be_measured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
