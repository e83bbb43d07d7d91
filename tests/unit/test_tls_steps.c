/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/renew/tls_steps.c and tls_back.c: from what is known of a device to the step
 * that comes next, there and back; and the plan, made of the same tables.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "hand_renewal.h"
#include "renew/cert_steps.h"
#include "renew/step.h"
#include "renew/tls_steps.h"
#include "unit.h"

#define NOW (MAKE_NB + 330 * MAKE_DAY)

enum {
	OLD,
	NEW
};

static const char *
next(const struct renewal *rn)
{
	const struct step *step =
	    step_next(rn->is_undoing || rn->is_foreign ? tls_steps_back : tls_steps,
		rn);

	return step == NULL ? "" : step->name;
}

/* A device with an old certificate that is not ours, before anything was done. */
static struct hand_renewal *
fresh(void)
{
	const struct make_cert old = { .san = "DNS:" HAND_NAME };
	struct hand_renewal *hand = hand_renewal_new(NOW);
	struct renewal *rn = &hand->renewal;

	hand_serve(rn, hand_add_cert(rn, &old, 0));
	(void)hand_add_key(rn, "p256", 0, 0);
	facts_match_keys(&rn->facts);
	memcpy(rn->run.old_fingerprint, rn->served->fingerprint,
	    sizeof(rn->run.old_fingerprint));
	return hand;
}

static void
make_the_key(struct renewal *rn)
{
	const struct facts_key *key = &rn->facts.keys[hand_add_key(rn, "p256", 1, 1)];
	struct err err = { 0 };

	assert_rc(renewal_keep_bytes(&rn->run.new_spki, &rn->run.new_spki_len,
		      key->spki, key->spki_len, &err),
	    RC_OK, &err);
}

static const struct make_cert new_leaf = { .san = "DNS:" HAND_NAME,
	.key_number = 1,
	.not_after = MAKE_NB + 700 * MAKE_DAY };

static void
each_state_has_its_next_step(void **state)
{
	const struct make_cert issuer = { .cn = "Issuer",
		.is_ca = true,
		.key_number = 8 };
	struct hand_renewal *hand = fresh();
	struct renewal *rn = &hand->renewal;
	struct err err = { 0 };

	(void)state;
	assert_string_equal(next(rn), "generate-key");
	make_the_key(rn);
	assert_string_equal(next(rn), "sign-request");
	rn->has_request = true;
	assert_string_equal(next(rn), "enroll");
	assert_rc(renewal_set_new_cert(rn, make_facts(&new_leaf), &err), RC_OK, &err);
	assert_string_equal(next(rn), "add-certificate");
	rn->issuers[rn->n_issuers++] = make_facts(&issuer);
	assert_string_equal(next(rn), "add-issuers");
	(void)hand_add_copy(rn, rn->issuers[0], 1);
	assert_string_equal(next(rn), "add-certificate");
	(void)hand_add_copy(rn, rn->new_cert, 2);
	/* In the store, but not seen to belong to its key. */
	assert_string_equal(next(rn), "add-certificate");
	facts_match_keys(&rn->facts);
	assert_string_equal(next(rn), "bind");
	memcpy(rn->facts.tls_context_cert, "Cert 2", sizeof("Cert 2"));
	assert_string_equal(next(rn), "commit");
	hand_serve(rn, 2);
	/* Served is not committed: it may be gone with the next power cut. */
	assert_string_equal(next(rn), "commit");
	rn->committed = true;
	assert_string_equal(next(rn), "prove");
	rn->proved = true;
	assert_string_equal(next(rn), "");
	rn->ours_cert[OLD] = rn->ours_key[OLD] = true;
	assert_string_equal(next(rn), "remove-certificate");
	rn->ours_cert[OLD] = false;
	assert_string_equal(next(rn), "");
	hand_renewal_free(hand);
}

static void
what_was_lost_is_done_again(void **state)
{
	struct hand_renewal *hand = hand_renewal_new(NOW);
	struct renewal *rn = &hand->renewal;

	(void)state;
	hand_finish(rn);
	assert_string_equal(next(rn), "remove-certificate");
	rn->facts.tls_context_cert[0] = '\0';
	assert_string_equal(next(rn), "bind");
	rn->facts.has_tls_context = false;
	assert_string_equal(next(rn), "bind");
	rn->facts.keys[NEW].spki[30] ^= 1;
	assert_string_equal(next(rn), "generate-key");
	hand_renewal_free(hand);
}

static const struct step *
row(const char *name)
{
	int i = step_row(tls_steps, name);

	assert_true(i >= 0);
	return &tls_steps[i];
}

/* A key pair that vanished takes along what was made of it. */
static void
a_new_pair_begins_with_nothing(void **state)
{
	struct hand_renewal *hand = hand_renewal_new(NOW);
	struct renewal *rn = &hand->renewal;
	struct err err = { 0 };

	(void)state;
	hand_finish(rn);
	rn->has_request = true;
	assert_rc(cert_steps_prepare(rn, row("sign-request"), &err), RC_OK, &err);
	assert_non_null(rn->new_cert);
	assert_rc(cert_steps_prepare(rn, row("generate-key"), &err), RC_OK, &err);
	assert_null(rn->new_cert);
	assert_false(rn->has_request);
	assert_int_equal(rn->run.new_spki_len, 0);
	assert_int_equal(rn->run.keys_before_len, 2 * CERT_FINGERPRINT_BYTES);
	assert_string_equal(next(rn), "generate-key");
	hand_renewal_free(hand);
}

/* In the journal before it is sent: else nobody could tell it from others' later. */
static void
issuers_are_noted_before_they_are_stored(void **state)
{
	const struct make_cert issuers[] = {
		{ .cn = "Known", .is_ca = true, .key_number = 7 },
		{ .cn = "Missing", .is_ca = true, .key_number = 8 },
	};
	struct hand_renewal *hand = fresh();
	struct renewal *rn = &hand->renewal;
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(issuers); i++)
		rn->issuers[rn->n_issuers++] = make_facts(&issuers[i]);
	(void)hand_add_copy(rn, rn->issuers[0], 1);
	for (int i = 0; i < 2; i++)
		assert_rc(cert_steps_prepare(rn, row("add-issuers"), &err), RC_OK,
		    &err);
	assert_int_equal(rn->run.added_len, CERT_FINGERPRINT_BYTES);
	assert_memory_equal(rn->run.added, rn->issuers[1]->fingerprint,
	    CERT_FINGERPRINT_BYTES);
	hand_renewal_free(hand);
}

static void
the_way_back_ends_where_it_began(void **state)
{
	struct hand_renewal *hand = hand_renewal_new(NOW);
	struct renewal *rn = &hand->renewal;

	(void)state;
	hand_finish(rn);
	rn->proved = rn->committed = false;
	rn->ours_cert[OLD] = rn->ours_key[OLD] = false;
	rn->is_undoing = true;
	assert_string_equal(next(rn), "bind-back");
	memcpy(rn->facts.tls_context_cert, "Cert 0", sizeof("Cert 0"));
	assert_string_equal(next(rn), "commit-back");
	hand_serve(rn, OLD);
	assert_string_equal(next(rn), "commit-back");
	rn->committed_back = true;
	assert_string_equal(next(rn), "prove-back");
	rn->proved = true;
	assert_string_equal(next(rn), "remove-new-cert");
	rn->ours_cert[NEW] = false;
	assert_string_equal(next(rn), "");
	hand_renewal_free(hand);
}

/* It was never bound, or somebody else's certificate is: TLS is left alone. */
static void
the_way_back_binds_only_what_was_unbound(void **state)
{
	(void)state;
	for (int is_foreign = 0; is_foreign < 2; is_foreign++) {
		struct hand_renewal *hand = hand_renewal_new(NOW);
		struct renewal *rn = &hand->renewal;

		hand_finish(rn);
		rn->proved = false;
		rn->is_undoing = is_foreign == 0;
		rn->is_foreign = is_foreign == 1;
		rn->bound = is_foreign == 1;
		assert_string_equal(next(rn), "prove-back");
		hand_renewal_free(hand);
	}
}

/* Steps and writes of a plan, one a line. */
static void
assert_plan(const struct renewal *rn, const char *wanted)
{
	struct plan *plan = calloc(1, sizeof(*plan));
	struct buf text;

	assert_non_null(plan);
	buf_init(&text, 4096);
	step_plan(tls_steps, rn, plan);
	for (size_t i = 0; i < plan->n; i++) {
		const struct plan_line *line = &plan->lines[i];

		if (line->class_name == NULL)
			(void)buf_addf(&text, "%s\n", line->step);
		else
			(void)buf_addf(&text, "  %s %s %s\n", line->class_name,
			    line->method, line->selector);
	}
	assert_string_equal(buf_str(&text), wanted);
	buf_clear(&text);
	free(plan);
}

static void
a_plan_lists_what_is_missing(void **state)
{
	struct hand_renewal *hand = fresh();
	struct renewal *rn = &hand->renewal;

	(void)state;
	rn->ours_cert[OLD] = rn->ours_key[OLD] = true;
	assert_plan(rn,
	    "generate-key\n"
	    "  AMT_PublicKeyManagementService GenerateKeyPair \n"
	    "sign-request\n"
	    "enroll\n"
	    "add-certificate\n"
	    "  AMT_PublicKeyManagementService AddCertificate \n"
	    "bind\n"
	    "  AMT_TLSCredentialContext Put \n"
	    "commit\n"
	    "  AMT_SetupAndConfigurationService CommitChanges \n"
	    "prove\n"
	    "remove-certificate\n"
	    "  AMT_PublicKeyCertificate Delete Cert 0\n"
	    "remove-key\n"
	    "  AMT_PublicPrivateKeyPair Delete Key 0\n");
	hand_renewal_free(hand);
	hand = hand_renewal_new(NOW);
	hand_finish(&hand->renewal);
	hand->renewal.ours_cert[OLD] = false;
	hand->renewal.proved = hand->renewal.committed = false;
	hand->renewal.facts.has_tls_context = false;
	assert_plan(&hand->renewal,
	    "bind\n"
	    "  AMT_TLSCredentialContext Create \n"
	    "commit\n"
	    "  AMT_SetupAndConfigurationService CommitChanges \n"
	    "prove\n");
	hand_renewal_free(hand);
}

static void
a_step_of_the_journal_tells_how_far_it_got(void **state)
{
	(void)state;
	for (const struct step *step = tls_steps; step->name != NULL; step++) {
		bool is_late = step >= row("bind");

		assert_false(step_row(tls_steps_back, step->name) >= 0);
		assert_int_equal(tls_steps_may_have_bound(step->name), is_late);
		assert_int_equal(tls_steps_has_committed(step->name, false),
		    step > row("commit"));
		assert_int_equal(tls_steps_has_committed(step->name, true),
		    step >= row("commit"));
	}
	for (const struct step *step = tls_steps_back; step->name != NULL; step++) {
		assert_true(step_row(tls_steps_back, step->name) >= 0);
		assert_true(tls_steps_may_have_bound(step->name));
		assert_false(tls_steps_has_committed(step->name, true));
	}
	assert_false(step_row(tls_steps_back, "") >= 0);
	assert_false(tls_steps_may_have_bound(""));
	assert_false(tls_steps_has_committed("", true));
	assert_false(tls_steps_has_proved("commit", true));
	assert_false(tls_steps_has_proved("prove", false));
	assert_true(tls_steps_has_proved("prove", true));
	assert_true(tls_steps_has_proved("remove-certificate", false));
	assert_false(tls_steps_has_proved("remove-new-key", true));
}

/* The clock of a CA may be ahead; who is served such a certificate refuses it. */
static void
binds_no_certificate_before_it_begins(void **state)
{
	struct hand_renewal *hand = fresh();
	struct make_cert leaf = new_leaf;
	struct err err = { 0 };

	(void)state;
	leaf.not_before = NOW;
	hand->renewal.new_cert = make_facts(&leaf);
	assert_rc(cert_steps_await_begin(&hand->renewal, &err), RC_OK, &err);
	hand_set_time(hand, NOW - 1000);
	hand->options.deadline_ms = clock_monotonic_ms() + 500000;
	assert_rc(cert_steps_bind(&hand->renewal, &err), RC_TIMEOUT, &err);
	assert_has(err.text, "the new certificate begins in 16 min");
	assert_false(hand->renewal.wrote);
	assert_false(hand->renewal.bound);
	hand_renewal_free(hand);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(binds_no_certificate_before_it_begins),
		cmocka_unit_test(each_state_has_its_next_step),
		cmocka_unit_test(what_was_lost_is_done_again),
		cmocka_unit_test(a_new_pair_begins_with_nothing),
		cmocka_unit_test(issuers_are_noted_before_they_are_stored),
		cmocka_unit_test(the_way_back_ends_where_it_began),
		cmocka_unit_test(the_way_back_binds_only_what_was_unbound),
		cmocka_unit_test(a_plan_lists_what_is_missing),
		cmocka_unit_test(a_step_of_the_journal_tells_how_far_it_got),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
