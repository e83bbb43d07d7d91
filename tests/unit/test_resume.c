/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/renew/resume.c: which key pair is this run's, which run is taken up and where
 * it stands, and who vouches for a key that the pin does not name.
 */
#include <stdio.h>
#include <stdlib.h>

#include <openssl/sha.h>

#include "folder.h"
#include "hand_renewal.h"
#include "renew/resume.h"
#include "unit.h"

#define NOW (MAKE_NB + 330 * MAKE_DAY)

static struct journal_run
run_of(const char *remedy)
{
	struct journal_run run = { .serial_number = "01" };

	memcpy(run.device_uuid, HAND_UUID, sizeof(run.device_uuid));
	(void)snprintf(run.remedy, sizeof(run.remedy), "%s", remedy);
	return run;
}

/* The store before: one pair of the firmware's owner, and one that waits. */
static struct hand_renewal *
before_the_key(const struct folder *folder)
{
	struct hand_renewal *hand = hand_renewal_new(NOW);
	struct renewal *rn = &hand->renewal;
	const struct make_cert leaf = { .san = "DNS:" HAND_NAME };
	struct err err = { 0 };

	hand->options.inventory_file = folder_file(folder, "inventory.db");
	assert_rc(resume_open(rn, &err), RC_OK, &err);
	hand_serve(rn, hand_add_cert(rn, &leaf, 0));
	(void)hand_add_key(rn, "p256", 0, 0);
	(void)hand_add_key(rn, "p256", 1, 1);
	facts_match_keys(&rn->facts);
	assert_rc(resume_begin(rn, &err), RC_OK, &err);
	assert_rc(resume_note_keys(rn, &err), RC_OK, &err);
	assert_rc(resume_step_begin(rn, "generate-key", &err), RC_OK, &err);
	return hand;
}

static void
one_more(struct renewal *rn)
{
	(void)hand_add_key(rn, "p256", 2, 2);
}

static void
two_more(struct renewal *rn)
{
	one_more(rn);
	(void)hand_add_key(rn, "p256", 3, 3);
}

static void
two_more_and_one_named(struct renewal *rn)
{
	two_more(rn);
	memcpy(rn->run.new_key_instance_id, "Key 3", sizeof("Key 3"));
}

static void
one_named_that_is_not_there(struct renewal *rn)
{
	one_more(rn);
	memcpy(rn->run.new_key_instance_id, "Key 7", sizeof("Key 7"));
}

static void
one_named_that_was_there(struct renewal *rn)
{
	memcpy(rn->run.new_key_instance_id, "Key 1", sizeof("Key 1"));
}

static void
one_more_with_certificate(struct renewal *rn)
{
	const struct make_cert theirs = { .key_number = 2 };

	one_more(rn);
	(void)hand_add_cert(rn, &theirs, 2);
	facts_match_keys(&rn->facts);
}

static void
one_more_of_an_earlier_run(struct renewal *rn)
{
	one_more(rn);
	rn->ours_key[2] = true;
}

static void
an_old_reading(struct renewal *rn)
{
	one_more(rn);
	rn->stale |= STALE_STORE;
}

static void
no_change(struct renewal *rn)
{
	(void)rn;
}

static const struct {
	const char *what;
	void (*change)(struct renewal *rn);
	const char *claimed; /* NULL: none */
} stores[] = {
	{ "as before", no_change, NULL },
	{ "one more", one_more, "Key 2" },
	{ "two more: which?", two_more, NULL },
	{ "two more, and the answer named one", two_more_and_one_named, "Key 3" },
	{ "the answer named one that is not there", one_named_that_is_not_there, NULL },
	{ "the answer named one from before", one_named_that_was_there, NULL },
	{ "one more that has a certificate", one_more_with_certificate, NULL },
	{ "one more that an earlier run made", one_more_of_an_earlier_run, NULL },
	{ "read before it was made", an_old_reading, NULL },
};

static void
claims_the_one_pair_that_is_new(void **state)
{
	for (size_t i = 0; i < UNIT_COUNT(stores); i++) {
		struct hand_renewal *hand = before_the_key(*state);
		struct renewal *rn = &hand->renewal;
		struct err err = { 0 };
		const struct facts_key *claimed = NULL;

		stores[i].change(rn);
		assert_rc(resume_claim_key(rn, &err), RC_OK, &err);
		claimed = renewal_find_new_key(rn);
		if ((claimed == NULL) != (stores[i].claimed == NULL) ||
		    (claimed == NULL) != (rn->run.new_spki_len == 0))
			fail_msg("%s: claimed %d", stores[i].what, claimed != NULL);
		if (claimed != NULL)
			assert_string_equal(claimed->instance_id, stores[i].claimed);
		assert_rc(resume_close(rn, "undone", NULL, &err), RC_OK, &err);
		hand_renewal_free(hand);
	}
}

/* From the moment it is claimed it is ours, whatever becomes of this process. */
static void
a_claimed_pair_is_in_the_journal(void **state)
{
	struct hand_renewal *hand = before_the_key(*state);
	struct renewal *rn = &hand->renewal;
	struct err err = { 0 };
	bool is_ours = false;

	one_more(rn);
	assert_rc(resume_claim_key(rn, &err), RC_OK, &err);
	assert_true(rn->ours_key[2]);
	assert_rc(journal_is_ours(&rn->db, HAND_UUID, rn->facts.keys[2].spki_sha256,
		      &is_ours, &err),
	    RC_OK, &err);
	assert_true(is_ours);
	hand_renewal_free(hand);
}

static void
an_empty_store_is_told_from_none(void **state)
{
	struct hand_renewal *hand = hand_renewal_new(NOW);
	struct renewal *rn = &hand->renewal;
	struct err err = { 0 };

	(void)state;
	hand->options.apply = false;
	rn->has_run = true;
	assert_rc(resume_note_keys(rn, &err), RC_OK, &err);
	assert_int_equal(rn->run.keys_before_len, CERT_FINGERPRINT_BYTES);
	one_more(rn);
	/* Once per run: what appears later is not from before. */
	assert_rc(resume_note_keys(rn, &err), RC_OK, &err);
	assert_rc(resume_claim_key(rn, &err), RC_OK, &err);
	assert_string_equal(rn->run.new_key_instance_id, "Key 2");
	hand_renewal_free(hand);
}

/* Where the journal stands, and what that means. */
static const struct {
	const char *step;
	bool is_done;
	bool wrote;
	bool bound;
	bool committed;
	bool is_undoing;
} journals[] = {
	{ "", false, false, false, false, false },
	{ "generate-key", false, true, false, false, false },
	{ "add-certificate", true, true, false, false, false },
	{ "bind", false, true, true, false, false },
	{ "commit", false, true, true, false, false },
	{ "commit", true, true, true, true, false },
	{ "prove", false, true, true, true, false },
	{ "remove-key", false, true, true, true, false },
	{ "bind-back", false, true, true, false, true },
	{ "remove-new-key", true, true, true, false, true },
};

/* What a process leaves that was killed in that step, or behind it. */
static void
leave_run(struct db *db, const char *step, bool is_done)
{
	struct journal_run run = run_of("renew_amt_tls");
	struct err err = { 0 };

	assert_rc(journal_begin(db, &run, NOW, &err), RC_OK, &err);
	if (step[0] != '\0')
		assert_rc(journal_step_begin(db, &run, step, NOW, &err), RC_OK, &err);
	if (is_done)
		assert_rc(journal_step_end(db, &run, NOW, &err), RC_OK, &err);
}

static void
takes_up_a_run_where_it_stands(void **state)
{
	for (size_t i = 0; i < UNIT_COUNT(journals); i++) {
		struct hand_renewal *hand = hand_renewal_new(NOW);
		struct renewal *rn = &hand->renewal;
		struct err err = { 0 };

		hand->options.inventory_file = folder_file(*state, "inventory.db");
		assert_rc(resume_open(rn, &err), RC_OK, &err);
		leave_run(&rn->db, journals[i].step, journals[i].is_done);
		assert_rc(resume_attach(rn, &err), RC_OK, &err);
		assert_true(rn->has_run);
		assert_true(rn->is_resumed);
		assert_int_equal(rn->wrote, journals[i].wrote);
		assert_int_equal(rn->bound, journals[i].bound);
		assert_int_equal(rn->committed, journals[i].committed);
		assert_int_equal(rn->is_undoing, journals[i].is_undoing);
		assert_rc(resume_close(rn, "undone", NULL, &err), RC_OK, &err);
		hand_renewal_free(hand);
	}
}

static void
leaves_runs_of_others_alone(void **state)
{
	struct hand_renewal *hand = hand_renewal_new(NOW);
	struct renewal *rn = &hand->renewal;
	struct journal_run run = run_of("renew_amt_8021x");
	struct err err = { 0 };

	hand->options.inventory_file = folder_file(*state, "inventory.db");
	assert_rc(resume_open(rn, &err), RC_OK, &err);
	assert_rc(journal_begin(&rn->db, &run, NOW, &err), RC_OK, &err);
	assert_rc(resume_attach(rn, &err), RC_STATE, &err);
	assert_has(err.text, "a run of renew_amt_8021x is open");
	assert_false(rn->has_run);
	hand_renewal_free(hand);
}

static void
a_plan_makes_no_journal(void **state)
{
	const struct folder *folder = *state;
	struct hand_renewal *hand = hand_renewal_new(NOW);
	struct renewal *rn = &hand->renewal;
	const struct make_cert leaf = { .san = "DNS:" HAND_NAME };
	struct err err = { 0 };

	hand->options.apply = false;
	hand->options.inventory_file = folder_file(folder, "inventory.db");
	hand_serve(rn, hand_add_cert(rn, &leaf, 0));
	assert_rc(resume_open(rn, &err), RC_OK, &err);
	assert_rc(resume_attach(rn, &err), RC_OK, &err);
	assert_rc(resume_begin(rn, &err), RC_OK, &err);
	assert_false(rn->has_db);
	assert_false(rn->has_run);
	assert_memory_equal(rn->run.old_fingerprint, rn->served->fingerprint,
	    CERT_FINGERPRINT_BYTES);
	assert_int_equal(folder_count(folder), 0);
	hand_renewal_free(hand);
}

/* A run that put key 1 in place of the pinned key 0. */
static const struct {
	const char *what;
	const char *outcome; /* NULL: still open */
	int pinned;	     /* number of the key */
	int served;
	bool is_heir;
} successions[] = {
	{ "the run is open", NULL, 0, 1, true },
	{ "the run is done", "done", 0, 1, true },
	{ "the run was undone", "undone", 0, 1, false },
	{ "the pinned one is served", "done", 0, 0, false },
	{ "the pinned one was not in that store", "done", 2, 1, false },
	{ "a key that no run made is served", "done", 0, 2, false },
};

static void
digest_key(int number, uint8_t digest[SHA256_DIGEST_LENGTH])
{
	unsigned char *spki = NULL;
	int len = i2d_PUBKEY(make_key("p256", number), &spki);

	assert_true(len > 0);
	SHA256(spki, (size_t)len, digest);
	OPENSSL_free(spki);
}

/* The run made key 1 while its store held key 0 only, and ended like this. */
static void
hand_over(struct renewal *rn, const char *outcome)
{
	struct err err = { 0 };
	unsigned char *spki = NULL;
	int len = i2d_PUBKEY(make_key("p256", 1), &spki);

	rn->run.keys_before_len = CERT_FINGERPRINT_BYTES;
	assert_rc(renewal_keep_bytes(&rn->run.new_spki, &rn->run.new_spki_len, spki,
		      (size_t)len, &err),
	    RC_OK, &err);
	OPENSSL_free(spki);
	assert_rc(resume_step_end(rn, &err), RC_OK, &err);
	if (outcome != NULL)
		assert_rc(journal_close(&rn->db, &rn->run, outcome, NULL, NOW, &err),
		    RC_OK, &err);
}

static void
who_holds_the_pinned_key_vouches_for_the_next(void **state)
{
	for (size_t i = 0; i < UNIT_COUNT(successions); i++) {
		struct hand_renewal *hand = before_the_key(*state);
		struct renewal *rn = &hand->renewal;
		const struct make_cert leaf = { .key_number = successions[i].served };
		struct err err = { 0 };

		hand_over(rn, successions[i].outcome);
		hand->target.has_pin = true;
		digest_key(successions[i].pinned, hand->target.pin);
		cert_free(rn->served);
		rn->served = make_facts(&leaf);
		assert_rc(resume_find_heir(rn, &err), RC_OK, &err);
		if (rn->has_heir != successions[i].is_heir)
			fail_msg("%s", successions[i].what);
		if (rn->has_heir)
			assert_string_equal(rn->heir_uuid, HAND_UUID);
		hand->target.has_pin = false;
		assert_rc(resume_find_heir(rn, &err), RC_OK, &err);
		assert_false(rn->has_heir);
		assert_rc(db_exec(&rn->db, "DELETE FROM step; DELETE FROM run", &err),
		    RC_OK, &err);
		hand_renewal_free(hand);
	}
}

#define IN_A_FOLDER(test) \
	cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_FOLDER(claims_the_one_pair_that_is_new),
		IN_A_FOLDER(a_claimed_pair_is_in_the_journal),
		cmocka_unit_test(an_empty_store_is_told_from_none),
		IN_A_FOLDER(takes_up_a_run_where_it_stands),
		IN_A_FOLDER(leaves_runs_of_others_alone),
		IN_A_FOLDER(a_plan_makes_no_journal),
		IN_A_FOLDER(who_holds_the_pinned_key_vouches_for_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
