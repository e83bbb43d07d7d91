/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/renew/trial.c: when a CA is tried.  What comes of trials is seen in
 * tests/cli/ca_answers.t.
 */
#include <stdio.h>

#include "renew/journal.h"
#include "renew/trial.h"
#include "stock.h"
#include "unit.h"

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

static enum rc
open_nothing(const struct conf *conf, const char *name, void **ret_state,
    struct err *err)
{
	(void)conf;
	(void)name;
	(void)err;
	*ret_state = NULL;
	return RC_OK;
}

static void
close_nothing(void *state)
{
	(void)state;
}

static const char *const no_keys[] = { NULL };

static const struct ca_ops nothing_ops = {
	.name = "nothing",
	.keys = no_keys,
	.open = open_nothing,
	.close = close_nothing,
};

static void
a_section_may_forbid_trials(void **state)
{
	static const struct conf_section_rule rules[] = { { "ca", true, NULL },
		{ NULL, false, NULL } };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(keys); i++) {
		char text[80];
		int len = snprintf(text, sizeof(text),
		    "[ca lab]\nbackend = nothing\n%s", keys[i].lines);
		struct err err = { 0 };
		struct conf *conf = NULL;
		struct ca *ca = NULL;

		assert_rc(conf_parse("lab.conf", text, (size_t)len, rules, &conf, &err),
		    RC_OK, &err);
		assert_rc(ca_open_with(&nothing_ops, conf, "lab", &ca, &err), keys[i].r,
		    &err);
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
		STOCK_TEST(one_process_at_a_time_tries_a_ca),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
