/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/base/fiber.c: stops and goes on, many at once, as often as wanted.
 */
#include <stdlib.h>

#include "base/fiber.h"
#include "torture.h"
#include "unit.h"

enum {
	MANY = 300,
	DEEP = 64
};

struct counter {
	struct fiber *fiber;
	int n;
	int limit;
};

static void
count(void *ctx)
{
	struct counter *counter = ctx;

	while (counter->n < counter->limit) {
		counter->n++;
		fiber_pause(counter->fiber);
	}
}

static void
stops_in_the_middle_and_goes_on(void **state)
{
	struct counter counter = { .limit = 2 };
	struct err err = { 0 };

	(void)state;
	assert_rc(fiber_new(&counter.fiber, &err), RC_OK, &err);
	assert_true(fiber_is_idle(counter.fiber));
	fiber_start(counter.fiber, count, &counter);
	assert_false(fiber_is_idle(counter.fiber));
	assert_int_equal(counter.n, 0);
	fiber_resume(counter.fiber);
	assert_int_equal(counter.n, 1);
	fiber_resume(counter.fiber);
	assert_int_equal(counter.n, 2);
	assert_false(fiber_is_idle(counter.fiber));
	fiber_resume(counter.fiber);
	assert_true(fiber_is_idle(counter.fiber));
	fiber_free(counter.fiber);
	fiber_free(NULL);
}

static void
one_stack_serves_many_bodies(void **state)
{
	struct counter counter = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_rc(fiber_new(&counter.fiber, &err), RC_OK, &err);
	for (int i = 1; i <= MANY; i++) {
		counter.n = 0;
		counter.limit = i % 3;
		fiber_start(counter.fiber, count, &counter);
		while (!fiber_is_idle(counter.fiber))
			fiber_resume(counter.fiber);
		assert_int_equal(counter.n, i % 3);
	}
	fiber_free(counter.fiber);
}

static void
many_stand_still_at_once(void **state)
{
	struct counter counters[MANY] = { 0 };
	struct err err = { 0 };

	(void)state;
	for (int i = 0; i < MANY; i++) {
		counters[i].limit = i;
		assert_rc(fiber_new(&counters[i].fiber, &err), RC_OK, &err);
		fiber_start(counters[i].fiber, count, &counters[i]);
	}
	for (int turn = 0; turn < MANY; turn++)
		for (int i = 0; i < MANY; i++)
			if (!fiber_is_idle(counters[i].fiber))
				fiber_resume(counters[i].fiber);
	for (int i = 0; i < MANY; i++) {
		assert_true(fiber_is_idle(counters[i].fiber));
		assert_int_equal(counters[i].n, i);
		fiber_free(counters[i].fiber);
	}
}

/* A frame of a kibibyte per level, kept alive over the pause at the bottom. */
static int
dive(struct counter *counter, int depth)
{
	volatile char frame[1024];
	int below = 0;

	for (size_t i = 0; i < sizeof(frame); i++)
		frame[i] = (char)depth;
	if (depth == 0)
		fiber_pause(counter->fiber);
	else
		below = dive(counter, depth - 1);
	return below + frame[sizeof(frame) - 1];
}

static void
dive_in(void *ctx)
{
	struct counter *counter = ctx;

	counter->n = dive(counter, DEEP);
}

static void
the_stack_is_kept_over_a_pause_and_counted(void **state)
{
	struct counter counter = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_rc(fiber_new(&counter.fiber, &err), RC_OK, &err);
	assert_true(fiber_stack_used(counter.fiber) < (size_t)DEEP * 1024);
	fiber_start(counter.fiber, dive_in, &counter);
	fiber_resume(counter.fiber);
	assert_true(fiber_stack_used(counter.fiber) >= (size_t)DEEP * 1024);
	fiber_resume(counter.fiber);
	assert_int_equal(counter.n, DEEP * (DEEP + 1) / 2);
	fiber_free(counter.fiber);
}

static enum rc
make_one(void *ctx)
{
	struct fiber *fiber = NULL;
	struct err err = { 0 };
	enum rc r = fiber_new(&fiber, &err);

	(void)ctx;
	fiber_free(fiber);
	return r;
}

static void
says_when_memory_is_out(void **state)
{
	(void)state;
	assert_int_equal(torture(make_one, NULL), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stops_in_the_middle_and_goes_on),
		cmocka_unit_test(one_stack_serves_many_bodies),
		cmocka_unit_test(many_stand_still_at_once),
		cmocka_unit_test(the_stack_is_kept_over_a_pause_and_counted),
		cmocka_unit_test(says_when_memory_is_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
