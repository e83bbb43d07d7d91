/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/policy/breaker.c: three devices that fail alike stop the rest, one probe at
 * a time asks again.
 */
#include "base/rc.h"
#include "policy/breaker.h"
#include "unit.h"

enum {
	NOW = 1760000000,
	HOUR_S = 3600,
};

static enum breaker_news
fails(struct breaker *breaker, int64_t job_id, enum rc rc, int64_t now)
{
	const struct breaker_outcome outcome = { .job_id = job_id,
		.class = rc_text(rc) };

	return breaker_note(breaker, &outcome, BREAKER_FAILURES, now);
}

static enum breaker_news
succeeds(struct breaker *breaker, int64_t job_id)
{
	const struct breaker_outcome outcome = { .job_id = job_id, .is_success = true };

	return breaker_note(breaker, &outcome, BREAKER_FAILURES, NOW);
}

static struct breaker
opened(void)
{
	struct breaker breaker = { 0 };

	assert_int_equal(fails(&breaker, 1, RC_CA, NOW), BREAKER_AS_BEFORE);
	assert_int_equal(fails(&breaker, 2, RC_CA, NOW), BREAKER_AS_BEFORE);
	assert_false(breaker_is_open(&breaker));
	assert_int_equal(fails(&breaker, 3, RC_CA, NOW), BREAKER_OPENED);
	assert_true(breaker_is_open(&breaker));
	return breaker;
}

static void
opens_after_three_that_are_alike_and_tells_once(void **state)
{
	struct breaker breaker = opened();

	(void)state;
	assert_string_equal(breaker.class, rc_text(RC_CA));
	assert_int_equal(breaker.opened_at, NOW);
	/* Those that ran at that moment. */
	assert_int_equal(fails(&breaker, 4, RC_CA, NOW + 1), BREAKER_AS_BEFORE);
	assert_int_equal(breaker.probe_at, NOW + HOUR_S);
}

static void
begins_to_count_anew_with_another_class_or_a_success(void **state)
{
	struct breaker breaker = { 0 };

	(void)state;
	fails(&breaker, 1, RC_CA, NOW);
	fails(&breaker, 2, RC_CA, NOW);
	assert_int_equal(succeeds(&breaker, 3), BREAKER_AS_BEFORE);
	fails(&breaker, 4, RC_CA, NOW);
	fails(&breaker, 5, RC_CA, NOW);
	fails(&breaker, 6, RC_PT_STATUS, NOW);
	assert_int_equal(fails(&breaker, 7, RC_CA, NOW), BREAKER_AS_BEFORE);
	assert_false(breaker_is_open(&breaker));
}

static void
minds_no_device_that_fails_by_itself(void **state)
{
	static const enum rc own[] = { RC_CONNECT, RC_RESOLVE, RC_TIMEOUT, RC_TLS,
		RC_UNTRUSTED, RC_LOST, RC_STATE, RC_LOCKED };
	struct breaker breaker = { 0 };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(own); i++)
		for (int64_t job = 0; job < 5; job++)
			assert_int_equal(fails(&breaker, job, own[i], NOW),
			    BREAKER_AS_BEFORE);
	assert_false(breaker_is_open(&breaker));
	assert_false(breaker_is_of_device(rc_text(RC_CA)));
	assert_false(breaker_is_of_device(rc_text(RC_AUTH)));
	assert_false(breaker_is_of_device("exit status 9"));
}

static void
minds_no_job_that_failed_before(void **state)
{
	const struct breaker_outcome again = { .job_id = 1,
		.is_repeated = true,
		.class = rc_text(RC_CA) };
	struct breaker breaker = { 0 };

	(void)state;
	for (int i = 0; i < 10; i++)
		assert_int_equal(breaker_note(&breaker, &again, BREAKER_FAILURES, NOW),
		    BREAKER_AS_BEFORE);
	assert_false(breaker_is_open(&breaker));
}

static void
probes_after_an_hour_and_then_twice_as_long(void **state)
{
	static const int64_t hours[] = { 1, 2, 4, 8, 16, 32, 32 };
	struct breaker breaker = opened();
	int64_t now = NOW;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(hours); i++) {
		assert_false(
		    breaker_wants_probe(&breaker, now + hours[i] * HOUR_S - 1));
		now += hours[i] * HOUR_S;
		assert_true(breaker_wants_probe(&breaker, now));
		breaker.probe_job_id = 9;
		assert_false(breaker_wants_probe(&breaker, now));
		assert_int_equal(fails(&breaker, 9, RC_CA, now), BREAKER_AS_BEFORE);
		assert_true(breaker_is_open(&breaker));
	}
	breaker.probe_job_id = 10;
	assert_int_equal(succeeds(&breaker, 10), BREAKER_SHUT);
	assert_false(breaker_is_open(&breaker));
	assert_int_equal(fails(&breaker, 11, RC_CA, now), BREAKER_AS_BEFORE);
}

static void
takes_another_probe_when_one_says_nothing(void **state)
{
	struct breaker breaker = opened();

	(void)state;
	breaker.probe_job_id = 9;
	fails(&breaker, 8, RC_CA, NOW + HOUR_S); /* not the probe */
	assert_int_equal(breaker.probe_job_id, 9);
	fails(&breaker, 9, RC_CONNECT, NOW + HOUR_S);
	assert_true(breaker_wants_probe(&breaker, NOW + HOUR_S));
	assert_int_equal(breaker.n_probes, 0);
}

static void
cuts_a_class_that_is_too_long(void **state)
{
	const struct breaker_outcome outcome = { .job_id = 1,
		.class = "a word of others that is far longer than the field" };
	struct breaker breaker = { 0 };

	(void)state;
	assert_int_equal(breaker_note(&breaker, &outcome, 2, NOW), BREAKER_AS_BEFORE);
	assert_int_equal(breaker_note(&breaker, &outcome, 2, NOW), BREAKER_OPENED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_after_three_that_are_alike_and_tells_once),
		cmocka_unit_test(begins_to_count_anew_with_another_class_or_a_success),
		cmocka_unit_test(minds_no_device_that_fails_by_itself),
		cmocka_unit_test(minds_no_job_that_failed_before),
		cmocka_unit_test(probes_after_an_hour_and_then_twice_as_long),
		cmocka_unit_test(takes_another_probe_when_one_says_nothing),
		cmocka_unit_test(cuts_a_class_that_is_too_long),
	};

	return cmocka_run_group_tests_name("breaker", tests, NULL, NULL);
}
