/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/renew/gate.c: what keeps a renewal from beginning, what opens each gate, and
 * when nothing is due.
 */
#include <stdlib.h>

#include "folder.h"
#include "hand_renewal.h"
#include "renew/gate.h"
#include "renew/renew_tls.h"
#include "unit.h"

#define DUE (MAKE_NB + 330 * MAKE_DAY) /* 35 days left */

/* A device in order, whose certificate ends a year after MAKE_NB. */
static struct hand_renewal *
device_at(int64_t now)
{
	const struct make_cert leaf = { .san = "DNS:" HAND_NAME };
	struct hand_renewal *hand = hand_renewal_new(now);
	struct renewal *rn = &hand->renewal;

	hand_serve(rn, hand_add_cert(rn, &leaf, 0));
	(void)hand_add_key(rn, "p256", 0, 0);
	facts_match_keys(&rn->facts);
	return hand;
}

static void
pre_provisioned(struct hand_renewal *hand)
{
	hand->renewal.facts.provisioning_state = 0;
}

static void
no_control_mode(struct hand_renewal *hand)
{
	hand->renewal.facts.control_mode = CONTROL_NONE;
}

static void
too_old(struct hand_renewal *hand)
{
	hand->renewal.facts.version_major = 6;
	hand->renewal.facts.version_minor = 1;
}

static void
no_version(struct hand_renewal *hand)
{
	hand->renewal.facts.version_major = 0;
}

static void
other_key_lengths(struct hand_renewal *hand)
{
	hand->renewal.facts.limits.key_bits[0] = 1024;
	hand->renewal.facts.limits.n_key_bits = 1;
}

static void
tls_off(struct hand_renewal *hand)
{
	hand->renewal.facts.tls_network.is_enabled = false;
}

static void
served_from_elsewhere(struct hand_renewal *hand)
{
	const struct make_cert other = { .key_number = 7 };

	cert_free(hand->renewal.served);
	hand->renewal.served = make_facts(&other);
}

static void
keyless(struct hand_renewal *hand)
{
	hand->renewal.facts.certs[0].has_key = false;
}

static void
expired(struct hand_renewal *hand)
{
	hand_set_time(hand, MAKE_NB + 365 * MAKE_DAY + 1);
}

static void
clock_behind(struct hand_renewal *hand)
{
	hand->renewal.facts.clock.known = true;
	hand->renewal.facts.clock.offset_s = -MAKE_DAY - 1;
}

static void
clock_stays_behind(struct hand_renewal *hand)
{
	static const struct renew_tls_args no_sync = { .no_clock_sync = true };

	clock_behind(hand);
	hand->options.args = &no_sync;
}

static const struct {
	const char *what;
	void (*change)(struct hand_renewal *hand);
	unsigned int force; /* opens it; 0: nothing does */
	const char *words;
} gates[] = {
	{ "provisioning state", pre_provisioned, 0, "is not provisioned" },
	{ "control mode", no_control_mode, 0, "is not provisioned" },
	{ "version", too_old, 0, "AMT 6.1 cannot make a key pair" },
	{ "no version", no_version, 0, "its version is not known" },
	{ "key lengths", other_key_lengths, 0, "does not list RSA 2048" },
	{ "TLS off", tls_off, 0, "TLS is off: " },
	{ "not in the store", served_from_elsewhere, 0, "no way back" },
	{ "no key pair", keyless, 0, "has no key pair in the store" },
	{ "expired", expired, RENEW_FORCE_EXPIRED, "--force expired" },
	{ "clock", clock_stays_behind, RENEW_FORCE_CLOCK, "clock is 1 d behind" },
};

static const unsigned int all_words = RENEW_FORCE_NOT_DUE | RENEW_FORCE_EXPIRED |
    RENEW_FORCE_CLOCK | RENEW_FORCE_TAKE_OVER;

static void
each_gate_says_why_and_opens_to_its_own_word_only(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(gates); i++) {
		struct hand_renewal *hand = device_at(DUE);
		struct err err = { 0 };
		bool nothing = false;

		gates[i].change(hand);
		hand->options.force = all_words & ~gates[i].force;
		if (gate_judge(&hand->renewal, &nothing, &err) != RC_STATE)
			fail_msg("%s: not refused: %s", gates[i].what, err.text);
		assert_has(err.text, gates[i].words);
		err_clear(&err);
		hand->options.force = gates[i].force;
		if (gates[i].force != 0) {
			assert_rc(gate_judge(&hand->renewal, &nothing, &err), RC_OK,
			    &err);
			assert_false(nothing);
		}
		hand_renewal_free(hand);
	}
}

static void
a_device_in_order_is_let_in(void **state)
{
	struct hand_renewal *hand = device_at(DUE);
	struct err err = { 0 };
	bool nothing = true;

	(void)state;
	assert_rc(gate_judge(&hand->renewal, &nothing, &err), RC_OK, &err);
	assert_false(nothing);
	assert_string_equal(hand->renewal.due, "renewal due, 35 d left (2027-01-01)");
	assert_int_equal(hand->renewal.generation->key_kind, CERT_KEY_RSA);
	/* A day behind is backdated without a question; ahead is no matter. */
	hand->renewal.facts.clock.known = true;
	hand->renewal.facts.clock.offset_s = -MAKE_DAY;
	assert_rc(gate_judge(&hand->renewal, &nothing, &err), RC_OK, &err);
	hand->renewal.facts.clock.offset_s = 999 * MAKE_DAY;
	assert_rc(gate_judge(&hand->renewal, &nothing, &err), RC_OK, &err);
	/* The last second of the certificate is not expired. */
	hand_set_time(hand, MAKE_NB + 365 * MAKE_DAY);
	assert_rc(gate_judge(&hand->renewal, &nothing, &err), RC_OK, &err);
	hand_renewal_free(hand);
}

/* What it says of the clock, and whether the run sets it. */
static void
a_clock_that_is_behind_is_set_first(void **state)
{
	static const struct renew_tls_args no_sync = { .no_clock_sync = true };
	static const struct {
		int64_t offset_s;
		const struct renew_tls_args *args;
		unsigned int force;
		bool sets;
	} cases[] = {
		{ -MAKE_DAY - 1, NULL, 0, true },
		{ -302, NULL, 0, true },
		{ -301, NULL, 0, false }, /* it may be five minutes, as well */
		{ 999 * MAKE_DAY, NULL, 0, false },
		{ -302, &no_sync, 0, false },
		{ -MAKE_DAY - 1, NULL, RENEW_FORCE_CLOCK, false },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct hand_renewal *hand = device_at(DUE);
		struct renewal *rn = &hand->renewal;
		struct err err = { 0 };
		bool nothing = false;
		int64_t theirs = DUE;

		rn->facts.clock.known = true;
		rn->facts.clock.offset_s = cases[i].offset_s;
		rn->facts.clock.uncertainty_s = 1;
		hand->options.args = cases[i].args;
		hand->options.force = cases[i].force;
		assert_rc(gate_judge(rn, &nothing, &err), RC_OK, &err);
		assert_int_equal(rn->sets_clock, cases[i].sets);
		theirs += cases[i].sets ? 0 : cases[i].offset_s;
		assert_true(renewal_device_now(rn) - theirs <= 5);
		assert_true(renewal_device_now(rn) >= theirs);
		hand_renewal_free(hand);
	}
}

static void
what_is_not_due_is_left_alone(void **state)
{
	struct hand_renewal *hand = device_at(MAKE_NB + 322 * MAKE_DAY);
	struct err err = { 0 };
	bool nothing = false;

	(void)state;
	assert_rc(gate_judge(&hand->renewal, &nothing, &err), RC_OK, &err);
	assert_true(nothing);
	assert_string_equal(hand->renewal.due, "not due, 43 d left (2027-01-01)");
	hand->options.force = RENEW_FORCE_NOT_DUE;
	assert_rc(gate_judge(&hand->renewal, &nothing, &err), RC_OK, &err);
	assert_false(nothing);
	/* The first second of the window. */
	hand->options.force = 0;
	hand_set_time(hand, MAKE_NB + 323 * MAKE_DAY);
	assert_rc(gate_judge(&hand->renewal, &nothing, &err), RC_OK, &err);
	assert_false(nothing);
	hand_renewal_free(hand);
}

static void
presents(struct hand_renewal *hand, enum name_match match)
{
	struct facts_presented *presented = &hand->renewal.facts.presented;
	struct err err = { 0 };

	presented->known = true;
	presented->certs = calloc(1, sizeof(struct cert *));
	assert_non_null(presented->certs);
	assert_rc(cert_dup(hand->renewal.served, &presented->certs[0], &err), RC_OK,
	    &err);
	presented->n_certs = 1;
	presented->name_match = match;
}

/* What a check would name this remedy for makes it due; what it names another for,
 * or only notes, does not. */
static void
is_due_for_what_the_checks_find(void **state)
{
	static const struct {
		enum name_match match;
		bool is_due;
	} cases[] = { { NAME_MATCH_SAN, false }, { NAME_MATCH_CN_ONLY, false },
		{ NAME_MISMATCH, true }, { NAME_ABSENT, true } };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct hand_renewal *hand = device_at(MAKE_NB + MAKE_DAY);
		struct err err = { 0 };
		bool nothing = false;

		presents(hand, cases[i].match);
		assert_rc(gate_judge(&hand->renewal, &nothing, &err), RC_OK, &err);
		assert_int_equal(nothing, !cases[i].is_due);
		hand_renewal_free(hand);
	}
}

/* The journal says that we renewed this device, with a certificate of "Our issuer". */
static void
remember_ours(struct renewal *rn)
{
	const struct make_cert ours = { .cn = "Our issuer", .key_number = 4 };
	struct journal_run run = { .remedy = "renew_amt_tls", .serial_number = "01" };
	struct cert *cert = make_facts(&ours);
	struct err err = { 0 };

	memcpy(run.device_uuid, HAND_UUID, sizeof(run.device_uuid));
	assert_rc(renewal_keep_bytes(&run.new_cert, &run.new_cert_len, cert->der,
		      cert->der_len, &err),
	    RC_OK, &err);
	assert_rc(journal_begin(&rn->db, &run, DUE, &err), RC_OK, &err);
	assert_rc(journal_close(&rn->db, &run, "done", NULL, DUE, &err), RC_OK, &err);
	journal_run_clear(&run);
	cert_free(cert);
}

/* And that another remedy of ours was there since. */
static void
remember_clock(struct renewal *rn)
{
	struct journal_run run = { .remedy = "sync_amt_clock" };
	struct err err = { 0 };

	memcpy(run.device_uuid, HAND_UUID, sizeof(run.device_uuid));
	assert_rc(journal_begin(&rn->db, &run, DUE, &err), RC_OK, &err);
	assert_rc(journal_close(&rn->db, &run, "done", NULL, DUE, &err), RC_OK, &err);
	journal_run_clear(&run);
}

static void
another_manager_is_not_overruled(void **state)
{
	struct hand_renewal *hand = device_at(DUE);
	struct renewal *rn = &hand->renewal;
	struct err err = { 0 };
	bool nothing = false;

	assert_rc(db_open(folder_file(*state, "inventory.db"), &rn->db, &err), RC_OK,
	    &err);
	rn->has_db = true;
	assert_rc(gate_judge(rn, &nothing, &err), RC_OK, &err);
	remember_ours(rn);
	remember_clock(rn);
	assert_rc(gate_judge(rn, &nothing, &err), RC_STATE, &err);
	assert_has(err.text, "another manager replaced our certificate");
	assert_has(err.text, "--force take-over");
	err_clear(&err);
	hand->options.force = RENEW_FORCE_TAKE_OVER;
	assert_rc(gate_judge(rn, &nothing, &err), RC_OK, &err);
	/* One that we installed is ours, whoever issued it. */
	hand->options.force = 0;
	rn->ours_cert[0] = true;
	assert_rc(gate_judge(rn, &nothing, &err), RC_OK, &err);
	hand_renewal_free(hand);
}

static void
a_run_that_was_begun_goes_on(void **state)
{
	struct hand_renewal *hand = device_at(MAKE_NB + MAKE_DAY);
	struct renewal *rn = &hand->renewal;
	struct err err = { 0 };

	(void)state;
	expired(hand);
	clock_behind(hand);
	rn->run.id = 7;
	rn->run.started_at = MAKE_NB;
	assert_rc(gate_judge_resumed(rn, &err), RC_OK, &err);
	assert_string_equal(rn->due, "run 7 of 2026-01-01T00:00:00Z goes on");
	assert_non_null(rn->generation);
	too_old(hand);
	assert_rc(gate_judge_resumed(rn, &err), RC_STATE, &err);
	hand_renewal_free(hand);
}

static void
force_takes_four_words(void **state)
{
	static const char *const words[] = { "not-due", "expired", "clock",
		"take-over" };
	unsigned int force = 0;
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(words); i++) {
		unsigned int before = force;

		assert_rc(procedure_force_parse(&renew_tls, words[i], &force, &err),
		    RC_OK, &err);
		assert_int_not_equal(force, before);
	}
	assert_int_equal(force, all_words);
	assert_rc(procedure_force_parse(&renew_tls, "", &force, &err), RC_USAGE, &err);
	assert_has(err.text, "not-due, expired, clock, take-over");
	assert_int_equal(force, all_words);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_gate_says_why_and_opens_to_its_own_word_only),
		cmocka_unit_test(a_device_in_order_is_let_in),
		cmocka_unit_test(a_clock_that_is_behind_is_set_first),
		cmocka_unit_test(what_is_not_due_is_left_alone),
		cmocka_unit_test(is_due_for_what_the_checks_find),
		cmocka_unit_test_setup_teardown(another_manager_is_not_overruled,
		    folder_setup, folder_teardown),
		cmocka_unit_test(a_run_that_was_begun_goes_on),
		cmocka_unit_test(force_takes_four_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
