/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/renew/trial.c: when a CA is tried.  What comes of trials is seen in
 * tests/cli/ca_answers.t.
 */
#include <stdio.h>

#include "hand_renewal.h"
#include "renew/enroll.h"
#include "renew/journal.h"
#include "renew/trial.h"
#include "stock.h"
#include "unit.h"

#define NOW INT64_C(1760000000)

struct due_case {
	bool is_allowed;
	bool needs_approval;
	bool has_begun;
	enum ca_standing standing;
	bool holds_trials;
	bool is_due;
};

static const struct due_case cases[] = {
	/* yes, approval, begun; the record */
	{ true, false, false, CA_STANDING_NONE, false, true },
	{ true, false, false, CA_STANDING_REFUSED, false, true },
	{ true, false, false, CA_STANDING_ACCEPTED, false, false },
	/* A person would have to decide about each. */
	{ true, false, false, CA_STANDING_WAITS, true, false },
	{ true, false, false, CA_STANDING_REFUSED, true, false },
	{ true, false, false, CA_STANDING_ACCEPTED, true, false },
	{ true, true, false, CA_STANDING_NONE, false, false },
	{ true, true, false, CA_STANDING_REFUSED, false, false },
	/* trial = no */
	{ false, false, false, CA_STANDING_NONE, false, false },
	{ false, false, false, CA_STANDING_REFUSED, false, false },
	/* The device has its key pair already. */
	{ true, false, true, CA_STANDING_NONE, false, false },
	{ true, false, true, CA_STANDING_REFUSED, false, false },
};

static void
a_trial_is_due_without_a_good_answer_on_record(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		const struct due_case *row = &cases[i];
		const struct trial_question question = { .is_allowed = row->is_allowed,
			.needs_approval = row->needs_approval,
			.has_begun = row->has_begun,
			.record = { .standing = row->standing,
			    .holds_trials = row->holds_trials } };

		if (trial_is_due(&question) != row->is_due)
			fail_msg("row %zu", i);
	}
}

struct key_case {
	const char *lines;
	enum rc r;
	bool has_trial;
};

static const struct key_case keys[] = {
	{ "", RC_OK, true },
	{ "trial = yes\n", RC_OK, true },
	{ "trial = no\n", RC_OK, false },
	{ "trial = maybe\n", RC_CONFIG, false },
	{ "trial = \n", RC_CONFIG, false },
};

/* A CA that answers as it is told, and counts. */
struct scripted {
	enum ca_outcome outcome;
	enum rc fails; /* with this error of ours instead */
	int n_submits;
	int n_abandoned;
	bool was_bad_once; /* the second answer is CA_REJECTED */
};

static struct scripted scripted;

static enum rc
scripted_open(const struct conf *conf, const char *name, void **ret_state,
    struct err *err)
{
	(void)conf;
	(void)name;
	(void)err;
	*ret_state = NULL;
	return RC_OK;
}

static void
scripted_close(void *state)
{
	(void)state;
}

static const struct anchors *
scripted_anchors(const void *state)
{
	(void)state;
	return NULL;
}

/* For another key than that of the request. */
static enum rc
issue(struct ca_answer *answer, struct err *err)
{
	struct cert *cert = make_facts(&(struct make_cert){ .san = "DNS:pc1.example" });
	enum rc r = ca_answer_issue(answer, cert->der, cert->der_len, err);

	cert_free(cert);
	return r;
}

static enum rc
scripted_submit(void *state, const struct ca_request *request, struct ca_answer *answer,
    struct err *err)
{
	(void)state;
	assert_true(request->csr_len > 0);
	assert_string_equal(request->profile.common_name, HAND_NAME);
	scripted.n_submits++;
	if (scripted.fails != RC_OK)
		return err_set(err, scripted.fails, "scripted");
	if (scripted.was_bad_once && scripted.n_submits > 1)
		scripted.outcome = CA_REJECTED;
	if (scripted.outcome == CA_ISSUED)
		return issue(answer, err);
	if (scripted.outcome == CA_PENDING)
		return ca_answer_pend(answer, "17", 2, 60, err);
	ca_answer_set(answer, scripted.outcome, "says the script");
	return RC_OK;
}

static enum rc
scripted_abandon(void *state, const struct ca_request *request, struct err *err)
{
	(void)state;
	(void)err;
	if (scripted.outcome == CA_PENDING)
		assert_memory_equal(request->cookie, "17", 2);
	scripted.n_abandoned++;
	return RC_OK;
}

static const char *const no_keys[] = { NULL };

static const struct ca_ops scripted_ops = {
	.name = "scripted",
	.keys = no_keys,
	.open = scripted_open,
	.close = scripted_close,
	.anchors = scripted_anchors,
	.submit = scripted_submit,
	.abandon = scripted_abandon,
};

struct outcome_case {
	struct scripted ca;
	enum rc r;
	int n_submits;
	int n_abandoned;
	enum ca_standing standing;
	const char *words; /* of the error, or of what is told */
};

static const struct outcome_case outcomes[] = {
	{ { .outcome = CA_ISSUED }, RC_CA, 1, 1, CA_STANDING_REFUSED,
	    "refused what it issued: C2 key" },
	{ { .outcome = CA_PENDING }, RC_OK, 1, 1, CA_STANDING_WAITS,
	    "request waits for a person" },
	{ { .outcome = CA_REJECTED }, RC_CA, 1, 1, CA_STANDING_REFUSED, "rejected: " },
	{ { .outcome = CA_RETRY }, RC_CA, 1, 0, CA_STANDING_REFUSED,
	    "try again later: " },
	{ { .outcome = CA_AUTH }, RC_CA, 1, 1, CA_STANDING_REFUSED, "not allowed: " },
	{ { .outcome = CA_BADANSWER }, RC_CA, 2, 1, CA_STANDING_REFUSED,
	    "answer is not usable: " },
	{ { .outcome = CA_BADANSWER, .was_bad_once = true }, RC_CA, 2, 1,
	    CA_STANDING_REFUSED, "rejected: " },
	{ { .fails = RC_TIMEOUT }, RC_TIMEOUT, 1, 0, CA_STANDING_REFUSED, "scripted" },
	{ { .fails = RC_NOMEM }, RC_NOMEM, 1, 0, CA_STANDING_NONE, "scripted" },
};

/* A renewal of AMT 22 that is about to try the scripted CA. */
static struct hand_renewal *
about_to_try(void *stock)
{
	struct hand_renewal *hand = hand_renewal_new(NOW);
	struct renewal *rn = &hand->renewal;
	struct err err = { 0 };

	rn->db = stock_open(stock);
	rn->has_db = true;
	stock_exec(&rn->db, "DELETE FROM ca_record");
	assert_rc(ca_open_with(&scripted_ops, NULL, NULL, &rn->ca, &err), RC_OK, &err);
	assert_rc(generation_find(22, 0, &rn->generation, &err), RC_OK, &err);
	assert_rc(enroll_fill_profile(rn, &err), RC_OK, &err);
	assert_rc(trial_judge_due(rn, &err), RC_OK, &err);
	assert_true(rn->trial_is_due);
	return hand;
}

static void
expect_record(struct renewal *rn, const struct outcome_case *row)
{
	struct ca_record record = { .id = 0 };
	struct err err = { 0 };

	assert_int_equal(scripted.n_submits, row->n_submits);
	assert_int_equal(scripted.n_abandoned, row->n_abandoned);
	assert_rc(ca_record_read(&rn->db, ca_name(rn->ca), &record, &err), RC_OK, &err);
	assert_int_equal(record.standing, row->standing);
	assert_int_equal(stock_number(&rn->db, "SELECT count(*) FROM ca_record"), 1);
	assert_false(rn->wrote);
}

static void
what_comes_of_a_trial_is_on_record(void **state)
{
	for (size_t i = 0; i < UNIT_COUNT(outcomes); i++) {
		const struct outcome_case *row = &outcomes[i];
		struct hand_renewal *hand = about_to_try(*state);
		struct renewal *rn = &hand->renewal;
		struct err err = { 0 };
		const char *told;

		scripted = row->ca;
		assert_rc(trial_run(rn, &err), row->r, &err);
		told = row->r == RC_OK ? rn->trial : err.text;
		assert_has(told, row->words);
		assert_has(told, "trial for CA scripted (default), key discarded");
		expect_record(rn, row);
		hand_renewal_free(hand);
	}
}

static void
a_section_may_forbid_trials(void **state)
{
	static const struct conf_section_rule rules[] = { { "ca", true, NULL },
		{ NULL, false, NULL } };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(keys); i++) {
		char text[80];
		int len = snprintf(text, sizeof(text),
		    "[ca lab]\nbackend = scripted\n%s", keys[i].lines);
		struct err err = { 0 };
		struct conf *conf = NULL;
		struct ca *ca = NULL;

		assert_rc(conf_parse("lab.conf", text, (size_t)len, rules, &conf, &err),
		    RC_OK, &err);
		assert_rc(ca_open_with(&scripted_ops, conf, "lab", &ca, &err),
		    keys[i].r, &err);
		if (keys[i].r == RC_OK)
			assert_int_equal(ca_has_trial(ca), keys[i].has_trial);
		else
			assert_string_equal(err.text,
			    "lab.conf:3: trial: neither yes nor no");
		ca_close(ca);
		conf_free(conf);
	}
}

static void
one_process_at_a_time_tries_a_ca(void **state)
{
	struct db db = stock_open(*state);
	struct journal_lock *first = NULL;
	struct journal_lock *second = NULL;
	struct journal_lock *other = NULL;
	struct err err = { 0 };

	assert_rc(journal_lock_ca(&db, "corp (est)", &first, &err), RC_OK, &err);
	assert_rc(journal_lock_ca(&db, "corp (est)", &second, &err), RC_LOCKED, &err);
	assert_has(err.text, "corp (est): another remedy is at work: held by process ");
	err_clear(&err);
	assert_rc(journal_lock_ca(&db, "../corp (est)", &other, &err), RC_OK, &err);
	journal_unlock(first);
	assert_rc(journal_lock_ca(&db, "corp (est)", &second, &err), RC_OK, &err);
	journal_unlock(second);
	journal_unlock(other);
	db_close(&db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_trial_is_due_without_a_good_answer_on_record),
		cmocka_unit_test(a_section_may_forbid_trials),
		STOCK_TEST(what_comes_of_a_trial_is_on_record),
		STOCK_TEST(one_process_at_a_time_tries_a_ca),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
