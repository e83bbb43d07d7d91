/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/renew/clock_steps.c: when a clock is right, and when it is behind; ours, in
 * renewal.c.
 */
#include "base/clock.h"
#include "hand_renewal.h"
#include "renew/clock_steps.h"
#include "still_clock.h"
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

/* A certificate that begins in this second is not of the future in its last tenth. */
static void
goes_on_within_the_second(void **state)
{
	struct hand_renewal *hand = hand_renewal_new(MAKE_NB);

	(void)state;
	still_clock();
	hand->options.past_ms = 900;
	hand->renewal.opened_ms = clock_monotonic_ms() - 99;
	assert_int_equal(renewal_now(&hand->renewal), MAKE_NB);
	hand->renewal.opened_ms--;
	assert_int_equal(renewal_now(&hand->renewal), MAKE_NB + 1);
	hand_renewal_free(hand);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_right_to_what_can_be_measured),
		cmocka_unit_test(goes_on_within_the_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
