/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/renew/reprovision_gate.c, reprovision_steps.c and reprovision_back.c: from what
 * is known of a device to what has to be done, to the step that comes next, and back.
 */
#include <string.h>

#include "hand_renewal.h"
#include "renew/reprovision.h"
#include "renew/reprovision_gate.h"
#include "renew/reprovision_steps.h"
#include "renew/step.h"
#include "unit.h"

#define GOOD	(MAKE_NB + 100 * MAKE_DAY)
#define EXPIRED (MAKE_NB + 375 * MAKE_DAY)

/* One whose certificate is bound and served, and ends 365 days after MAKE_NB. */
static struct hand_renewal *
device_at(int64_t now)
{
	const struct make_cert leaf = { .san = "DNS:" HAND_NAME };
	const struct make_cert other = { .cn = "Other",
		.is_ca = true,
		.key_number = 8 };
	struct hand_renewal *hand = hand_renewal_new(now);
	struct renewal *rn = &hand->renewal;
	struct cert *anchor = make_facts(&other);
	struct err err = { 0 };

	assert_rc(anchors_from_certs(&anchor, 1, &hand->target.anchors, &err), RC_OK,
	    &err);
	cert_free(anchor);
	rn->procedure = &reprovision_tls;
	hand_serve(rn, hand_add_cert(rn, &leaf, 0));
	(void)hand_add_key(rn, "p256", 0, 0);
	facts_match_keys(&rn->facts);
	return hand;
}

static void
switch_off(struct renewal *rn)
{
	rn->facts.tls_network.is_enabled = false;
	cert_free(rn->served);
	rn->served = NULL;
}

static void
as_it_is(struct hand_renewal *hand)
{
	(void)hand;
}

static void
issuer_is_over(struct hand_renewal *hand)
{
	hand->renewal.facts.presented.path.at_time = PATH_TIME;
	hand->renewal.facts.presented.path.ignoring_time = PATH_OK;
}

static void
nothing_is_bound(struct hand_renewal *hand)
{
	hand->renewal.facts.has_tls_context = false;
}

static void
off(struct hand_renewal *hand)
{
	switch_off(&hand->renewal);
}

static void
never_set_up(struct hand_renewal *hand)
{
	switch_off(&hand->renewal);
	hand->renewal.facts.has_tls_context = false;
}

static void
slow(struct hand_renewal *hand)
{
	hand->renewal.facts.clock =
	    (struct facts_clock){ .known = true, .offset_s = -86400 };
}

static void
hardly_slow(struct hand_renewal *hand)
{
	hand->renewal.facts.clock = (struct facts_clock){ .known = true,
		.offset_s = -hand->policy.clock_warning_s - 5,
		.uncertainty_s = 5 };
}

static void
forced(struct hand_renewal *hand)
{
	hand->options.force = REPROVISION_FORCE_NOT_DUE;
}

static const struct {
	const char *what;
	int64_t now;
	void (*change)(struct hand_renewal *hand);
	unsigned int needs;
	const char *due; /* is part of it */
	const char *memo;
} states[] = {
	{ "good", GOOD, as_it_is, 0, "before its end: run renew_amt_tls", "was-on " },
	{ "expired", EXPIRED, as_it_is, REPROVISION_CERT,
	    "certificate expired 10 d ago (2027-01-01), reachable by digest only",
	    "certificate was-on " },
	{ "its last second", MAKE_NB + 365 * MAKE_DAY, as_it_is, 0, "", "was-on " },
	{ "of the future", MAKE_NB - 5, as_it_is, REPROVISION_CERT, "not valid yet",
	    "certificate was-on " },
	{ "an issuer ended", GOOD, issuer_is_over, REPROVISION_CERT,
	    "the time of an issuer is over", "certificate was-on " },
	{ "on, unbound", GOOD, nothing_is_bound, REPROVISION_CERT,
	    "no certificate is bound", "certificate was-on " },
	{ "off", GOOD, off, REPROVISION_CERT | REPROVISION_TLS, "TLS is off",
	    "certificate tls " },
	{ "never set up", GOOD, never_set_up, REPROVISION_CERT | REPROVISION_TLS,
	    "TLS was never set up, reachable by digest only", "certificate tls " },
	{ "off and expired", EXPIRED, off, REPROVISION_CERT | REPROVISION_TLS,
	    "TLS is off, certificate expired 10 d ago", "certificate tls " },
	{ "slow", GOOD, slow, REPROVISION_CLOCK, "clock 1 d behind", "clock was-on " },
	{ "hardly slow", GOOD, hardly_slow, 0, "", "was-on " },
	{ "forced", GOOD, forced, REPROVISION_CERT, "asked for by --force",
	    "certificate was-on " },
};

static void
each_state_has_its_needs(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(states); i++) {
		struct hand_renewal *hand = device_at(states[i].now);
		struct renewal *rn = &hand->renewal;
		struct err err = { 0 };
		bool nothing = false;
		unsigned int needs = 0;

		states[i].change(hand);
		assert_rc(reprovision_judge(rn, &nothing, &err), RC_OK, &err);
		if (rn->needs != states[i].needs ||
		    strcmp(rn->run.memo, states[i].memo) != 0)
			fail_msg("%s: needs %x, memo \"%s\"", states[i].what, rn->needs,
			    rn->run.memo);
		assert_int_equal(nothing, states[i].needs == 0);
		assert_has(rn->due, states[i].due);
		/* Another process knows as much. */
		needs = rn->needs;
		rn->needs = 0;
		memset(&rn->before, 0, sizeof(rn->before));
		reprovision_recall(rn);
		assert_int_equal(rn->needs, needs);
		assert_int_equal(rn->before.is_enabled,
		    rn->facts.tls_network.is_enabled);
		hand_renewal_free(hand);
	}
}

static void
no_port_and_no_device_are_refused(void **state)
{
	struct hand_renewal *hand = device_at(GOOD);
	struct renewal *rn = &hand->renewal;
	struct err err = { 0 };
	bool nothing = false;

	(void)state;
	cert_free(rn->served);
	rn->served = NULL;
	assert_rc(reprovision_judge(rn, &nothing, &err), RC_STATE, &err);
	assert_has(err.text, "its port shows nothing");
	err_clear(&err);
	rn->facts.provisioning_state = 0;
	assert_rc(reprovision_judge(rn, &nothing, &err), RC_STATE, &err);
	assert_has(err.text, "not provisioned");
	hand_renewal_free(hand);
}

static const char *
next(const struct renewal *rn)
{
	const struct step *step =
	    step_next(rn->is_undoing ? reprovision_steps_back : reprovision_steps, rn);

	return step == NULL ? "" : step->name;
}

/* TLS is off and has a good certificate: only settings are written, in two commits. */
static void
the_plain_port_closes_after_the_proof(void **state)
{
	struct hand_renewal *hand = device_at(GOOD);
	struct renewal *rn = &hand->renewal;
	struct facts_tls *network = &rn->facts.tls_network;
	struct err err = { 0 };
	struct cert *copy = NULL;

	(void)state;
	switch_off(rn);
	rn->needs = REPROVISION_TLS;
	assert_rc(cert_dup(rn->facts.certs[0].cert, &copy, &err), RC_OK, &err);
	assert_rc(renewal_set_new_cert(rn, copy, &err), RC_OK, &err);
	assert_string_equal(next(rn), "open-tls");
	network->is_enabled = true;
	/* Alone it would lock everybody out who is not proved yet. */
	assert_string_equal(next(rn), "open-tls");
	network->accepts_non_secure = true;
	assert_string_equal(next(rn), "commit");
	hand_serve(rn, 0);
	assert_string_equal(next(rn), "commit");
	rn->committed = true;
	assert_string_equal(next(rn), "prove");
	rn->proved = true;
	assert_string_equal(next(rn), "close-plain");
	network->accepts_non_secure = false;
	rn->closing = true;
	rn->committed = false;
	assert_string_equal(next(rn), "commit-closed");
	rn->closed = true;
	assert_string_equal(next(rn), "prove-closed");
	rn->proved_closed = true;
	assert_string_equal(next(rn), "");
	hand_renewal_free(hand);
}

/* Firmware that knows no plain port on the network is not asked for one. */
static void
a_port_that_firmware_rules_is_left_alone(void **state)
{
	struct hand_renewal *hand = device_at(EXPIRED);
	struct renewal *rn = &hand->renewal;

	(void)state;
	rn->facts.tls_network.has_non_secure_supported = true;
	rn->needs = REPROVISION_TLS;
	rn->before.is_enabled = true;
	rn->proved = true;
	assert_string_equal(next(rn), "");
	hand_renewal_free(hand);
}

static void
the_way_back_ends_as_it_was(void **state)
{
	struct hand_renewal *hand = device_at(GOOD);
	struct renewal *rn = &hand->renewal;
	struct facts_tls *network = &rn->facts.tls_network;

	(void)state;
	rn->needs = REPROVISION_TLS | REPROVISION_CERT;
	rn->is_undoing = true;
	rn->bound = true;
	network->accepts_non_secure = true;
	assert_string_equal(next(rn), "settings-back");
	network->is_enabled = false;
	network->accepts_non_secure = false;
	/* Nothing was bound before. */
	assert_string_equal(next(rn), "bind-back");
	rn->facts.has_tls_context = false;
	assert_string_equal(next(rn), "commit-back");
	rn->committed_back = true;
	assert_string_equal(next(rn), "prove-back");
	switch_off(rn);
	rn->proved = true;
	rn->ours_cert[0] = rn->ours_key[0] = true;
	rn->facts.certs[0].usage = USAGE_NONE;
	assert_string_equal(next(rn), "remove-new-cert");
	rn->ours_cert[0] = false;
	assert_string_equal(next(rn), "");
	hand_renewal_free(hand);
}

static void
a_taken_up_run_knows_how_far_it_came(void **state)
{
	static const struct {
		const char *step;
		bool done;
		bool bound;
		bool committed;
		bool closing;
	} rows[] = {
		{ "generate-key", true, false, false, false },
		{ "bind", false, true, false, false },
		{ "commit", false, true, false, false },
		{ "commit", true, true, true, false },
		{ "prove", false, true, true, false },
		{ "close-plain", false, true, true, true },
		{ "remove-key", false, true, true, true },
		{ "bind-back", false, true, false, false },
	};
	struct hand_renewal *hand = device_at(EXPIRED);
	struct renewal *rn = &hand->renewal;

	(void)state;
	memcpy(rn->run.memo, "certificate tls ", sizeof("certificate tls "));
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		memcpy(rn->run.step, rows[i].step, strlen(rows[i].step) + 1);
		rn->run.step_done = rows[i].done;
		reprovision_place(rn);
		assert_int_equal(rn->bound, rows[i].bound);
		assert_int_equal(rn->committed, rows[i].committed);
		assert_int_equal(rn->closing, rows[i].closing);
	}
	hand_renewal_free(hand);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_state_has_its_needs),
		cmocka_unit_test(no_port_and_no_device_are_refused),
		cmocka_unit_test(the_plain_port_closes_after_the_proof),
		cmocka_unit_test(a_port_that_firmware_rules_is_left_alone),
		cmocka_unit_test(the_way_back_ends_as_it_was),
		cmocka_unit_test(a_taken_up_run_knows_how_far_it_came),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
