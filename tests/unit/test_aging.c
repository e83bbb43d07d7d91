/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/policy/aging.c: a verdict that ages by arithmetic says at every second
 * what the judges would say then.
 */
#include <stdlib.h>

#include "hand_cert.h"
#include "policy/aging.h"
#include "unit.h"

#define DAY HAND_DAY
#define NB  HAND_NB

enum {
	N_RANDOM = 4000,
	N_LATER = 12,
};

/* The verdict on a certificate whose key is pinned and whose name fits. */
static void
judge(struct hand_cert *hand, const struct policy *policy, int64_t now,
    struct verdict *verdict)
{
	struct cert *certs[1] = { &hand->cert };
	struct facts facts = { .presented = { .known = true,
				   .certs = certs,
				   .n_certs = 1,
				   .has_pin = true,
				   .pin_matches = true,
				   .name_match = NAME_MATCH_SAN } };
	struct err err = { 0 };

	assert_rc(verdict_judge_presented(&facts, policy, now, verdict, &err), RC_OK,
	    &err);
	assert_int_equal(verdict->n_judged, 1);
}

static enum state
state_at(struct hand_cert *hand, const struct policy *policy, int64_t now)
{
	struct verdict verdict = { 0 };
	enum state state;

	judge(hand, policy, now, &verdict);
	state = verdict.state;
	verdict_clear(&verdict);
	return state;
}

static struct aging
aging_at(struct hand_cert *hand, const struct policy *policy, int64_t now)
{
	struct verdict verdict = { 0 };
	struct aging aging;

	judge(hand, policy, now, &verdict);
	aging_of_judged(&verdict, &verdict.judged[0], policy, now, &aging);
	verdict_clear(&verdict);
	return aging;
}

static int64_t
any(int64_t below)
{
	return random() % below;
}

/* A policy as an operator may write it: a named rule, or thresholds that only
 * bound from below. */
static struct policy
any_policy(void)
{
	static const char *const rules[] = { "autoenroll", "configmgr", "scs",
		"fraction" };
	static const char *const warnings[] = { "30d:", "20%:", "60d:", "7d:", "33.3%:",
		"1000s:" };
	struct policy policy;

	policy_init(&policy);
	assert_int_equal(policy_set_rule(&policy, rules[any(4)], NULL), RC_OK);
	policy.grace_s = any(3) == 0 ? any(40) * DAY : 0;
	if (any(3) == 0) {
		policy.has_warning = true;
		assert_int_equal(time_range_parse(warnings[any(6)], &policy.warning,
				     NULL),
		    RC_OK);
	}
	if (any(4) == 0) {
		policy.has_critical = true;
		assert_int_equal(time_range_parse(warnings[any(6)], &policy.critical,
				     NULL),
		    RC_OK);
	}
	if (any(4) == 0) {
		policy.has_template_major = true;
		policy.template_major = any(3);
	}
	return policy;
}

/* It points into itself: filled where it stays. */
static void
fill_any_cert(struct hand_cert *hand)
{
	hand_cert_init(hand, 1, "CN=pc01", "CN=CA");
	hand->cert.not_after = NB + 1 + any(800 * DAY);
	if (any(20) == 0)
		hand->cert.not_after = NB - 5;
	if (any(20) == 0)
		hand->cert.key_bits = 160;
	hand->cert.has_template = any(2) == 0;
	hand->cert.template_major = any(3);
}

/* Around one moment, as far as it lies after the judgement. */
static void
compare_around(struct hand_cert *hand, const struct policy *policy,
    const struct aging *aging, int64_t now, int64_t middle)
{
	if (middle == AGING_NEVER)
		return;
	for (int64_t at = middle - 2; at <= middle + 2; at++)
		if (at >= now)
			assert_int_equal(aging_state(aging, at),
			    state_at(hand, policy, at));
}

static void
at_every_moment_it_says_what_the_judges_would(void **state)
{
	(void)state;
	srandom(1);
	for (int i = 0; i < N_RANDOM; i++) {
		struct policy policy = any_policy();
		int64_t now = NB - 10 * DAY + any(900 * DAY);
		struct hand_cert hand;
		struct aging aging;

		fill_any_cert(&hand);
		aging = aging_at(&hand, &policy, now);
		compare_around(&hand, &policy, &aging, now, aging.valid_from);
		compare_around(&hand, &policy, &aging, now, aging.due_at);
		compare_around(&hand, &policy, &aging, now, aging.warning_at);
		compare_around(&hand, &policy, &aging, now, aging.critical_at);
		compare_around(&hand, &policy, &aging, now, aging.ends_at);
		for (int n = 0; n < N_LATER; n++)
			compare_around(&hand, &policy, &aging, now,
			    now + any(900 * DAY));
	}
}

static void
a_threshold_from_above_counts_from_now(void **state)
{
	struct hand_cert hand;
	struct policy policy;
	struct aging aging;

	(void)state;
	hand_cert_init(&hand, 1, "CN=pc01", "CN=CA");
	policy_init(&policy);
	policy.has_warning = true;
	assert_int_equal(time_range_parse("0:100d", &policy.warning, NULL), RC_OK);
	aging = aging_at(&hand, &policy, NB + DAY);
	assert_int_equal(aging.warning_at, AGING_ALWAYS);
	assert_int_equal(time_range_parse("@10d:20d", &policy.warning, NULL), RC_OK);
	aging = aging_at(&hand, &policy, NB + DAY);
	assert_int_equal(aging.warning_at, hand.cert.not_after - 20 * DAY);
	assert_int_equal(time_range_parse("@~:20d", &policy.warning, NULL), RC_OK);
	aging = aging_at(&hand, &policy, NB + DAY);
	assert_int_equal(aging.warning_at, hand.cert.not_after - 20 * DAY);
	aging = aging_at(&hand, &policy, hand.cert.not_after - DAY);
	assert_int_equal(aging.warning_at, AGING_ALWAYS);
	assert_int_equal(time_range_parse("~:400d", &policy.warning, NULL), RC_OK);
	aging = aging_at(&hand, &policy, NB + DAY);
	assert_int_equal(aging.warning_at, AGING_NEVER);
}

static void
an_old_template_is_due_at_once_and_a_ca_never(void **state)
{
	struct hand_cert leaf, ca;
	struct cert *certs[2] = { &leaf.cert, &ca.cert };
	struct facts facts = { .presented = { .known = true,
				   .certs = certs,
				   .n_certs = 2,
				   .name_match = NAME_MATCH_SAN } };
	struct verdict verdict = { 0 };
	struct aging aging, all;
	struct policy policy;
	struct err err = { 0 };

	(void)state;
	policy_init(&policy);
	policy.has_template_major = true;
	policy.template_major = 101;
	policy.needs_anchor = false;
	hand_cert_init(&leaf, 1, "CN=pc01", "CN=CA");
	leaf.cert.has_template = true;
	leaf.cert.template_major = 100;
	hand_cert_init(&ca, 2, "CN=CA", "CN=CA");
	ca.cert.is_ca = true;
	ca.cert.not_after = NB + 300 * DAY;
	assert_rc(verdict_judge_presented(&facts, &policy, NB + DAY, &verdict, &err),
	    RC_OK, &err);
	assert_int_equal(verdict.n_judged, 2);
	aging_of_judged(&verdict, &verdict.judged[0], &policy, NB + DAY, &aging);
	assert_int_equal(aging.due_at, AGING_ALWAYS);
	assert_int_equal(aging.fixed, STATE_WARNING);
	assert_int_equal(aging.reason, REASON_TEMPLATE_OLD);
	assert_int_equal(aging.window_s, 42 * DAY);
	all = aging;
	aging_of_judged(&verdict, &verdict.judged[1], &policy, NB + DAY, &aging);
	assert_int_equal(aging.due_at, AGING_NEVER);
	assert_int_equal(aging.window_s, 0);
	aging_fold(&all, &aging);
	assert_int_equal(all.ends_at, NB + 300 * DAY);
	assert_int_equal(all.due_at, AGING_ALWAYS);
	assert_int_equal(all.window_s, 42 * DAY);
	assert_int_equal(aging_state(&all, NB + 2 * DAY), STATE_WARNING);
	assert_int_equal(aging_state(&all, NB + 301 * DAY), STATE_CRITICAL);
	verdict_clear(&verdict);
}

/* What a person decides about stands back when renewal is due: that may cure it. */
static void
a_renewal_that_is_due_comes_before_a_person(void **state)
{
	struct aging aging;

	(void)state;
	aging_init(&aging);
	aging.fixed = STATE_WARNING;
	aging.reason = REASON_TEMPLATE_GONE;
	aging.due_at = NB;
	aging.warning_at = NB;
	aging.critical_at = NB + 10;
	assert_int_equal(aging_reason(&aging, NB - 1), REASON_TEMPLATE_GONE);
	assert_int_equal(aging_reason(&aging, NB), REASON_DUE);
	assert_int_equal(aging_reason(&aging, NB + 10), REASON_FLOOR);
	aging.reason = REASON_TEMPLATE_SUPERSEDED;
	assert_int_equal(aging_reason(&aging, NB), REASON_TEMPLATE_SUPERSEDED);
	aging.fixed = STATE_UNKNOWN;
	aging.reason = REASON_TEMPLATE_NEWER;
	assert_int_equal(aging_reason(&aging, NB - 1), REASON_TEMPLATE_NEWER);
	assert_int_equal(aging_reason(&aging, NB), REASON_DUE);
}

static void
what_is_about_no_certificate_is_the_device_s(void **state)
{
	struct facts facts = { .has_store = true,
		.provisioning_state = 2,
		.control_mode = CONTROL_ADMIN,
		.tls_network = { .known = true },
		.clock = { .known = true, .offset_s = 60 } };
	struct verdict verdict = { 0 };
	struct policy policy;
	struct aging aging;
	struct err err = { 0 };

	(void)state;
	policy_init(&policy);
	assert_rc(verdict_judge_store(&facts, &policy, NB, &verdict, &err), RC_OK,
	    &err);
	aging_of_device(&verdict, &aging);
	assert_int_equal(aging.fixed, STATE_CRITICAL);
	assert_int_equal(aging.reason, REASON_TLS_OFF);
	assert_int_equal(aging.critical_at, AGING_NEVER);
	assert_int_equal(aging_state(&aging, NB), STATE_CRITICAL);
	verdict_clear(&verdict);
}

static void
unknown_gives_way_to_what_time_brings(void **state)
{
	struct aging aging;

	(void)state;
	aging_init(&aging);
	assert_int_equal(aging_state(&aging, NB), STATE_OK);
	aging.fixed = STATE_UNKNOWN;
	aging.warning_at = NB + 1;
	aging.critical_at = NB + 2;
	assert_int_equal(aging_state(&aging, NB), STATE_UNKNOWN);
	assert_int_equal(aging_state(&aging, NB + 1), STATE_WARNING);
	assert_int_equal(aging_state(&aging, NB + 2), STATE_CRITICAL);
	assert_true(aging_is_of_time(REASON_EXPIRED));
	assert_false(aging_is_of_time(REASON_PERIOD_REVERSED));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_every_moment_it_says_what_the_judges_would),
		cmocka_unit_test(a_threshold_from_above_counts_from_now),
		cmocka_unit_test(an_old_template_is_due_at_once_and_a_ca_never),
		cmocka_unit_test(a_renewal_that_is_due_comes_before_a_person),
		cmocka_unit_test(what_is_about_no_certificate_is_the_device_s),
		cmocka_unit_test(unknown_gives_way_to_what_time_brings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
