/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/renew/pending.c, and the contract of lib/ca/ca.c: when a CA is asked, and
 * that it is never asked for two certificates for one key.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "folder.h"
#include "inventory/ca_record.h"
#include "made.h"
#include "renew/pending.h"
#include "renew/renew_tls.h"
#include "still_clock.h"
#include "unit.h"

#define UUID "55e3ae13-bfd2-61bb-17a0-88aedd7037ea"
#define NOW  INT64_C(1760000000)
#define DAY  INT64_C(86400)

/* A CA that says what the test tells it to, and counts. */
struct scripted {
	enum ca_outcome outcome;
	int64_t after_s;
	const char *cookie;
	int64_t patience_s;
	bool is_forgotten; /* when it is polled */
	enum rc fails;	   /* with this error of ours instead */
	bool mends;	   /* from the second submission on it issues */
	int n_submits;
	int n_polls;
	int n_abandoned;
	char polled_with[16];
};

static struct scripted scripted;
static int64_t run_ms; /* that a process has */

static enum rc
scripted_open(const struct conf *conf, const char *name, void **ret_state,
    struct err *err)
{
	(void)conf;
	(void)name;
	(void)err;
	*ret_state = &scripted;
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

static enum rc
scripted_probe(void *state, const struct ca_request *request, struct ca_facts *facts,
    struct err *err)
{
	(void)err;
	(void)state;
	facts->not_after = request->now + 10;
	ca_facts_set(facts, scripted.outcome, "probed");
	return RC_OK;
}

static enum rc
answer(struct ca_answer *ret_answer, struct err *err)
{
	struct made_recipe ca = made_ca("Lab", MADE_P384, NOW, NOW + 1000);
	struct cert *cert = NULL;
	enum rc r = RC_OK;

	if (scripted.fails != RC_OK)
		return err_set(err, scripted.fails, "scripted");
	if (scripted.outcome == CA_PENDING)
		return ca_answer_pend(ret_answer, scripted.cookie,
		    strlen(scripted.cookie), scripted.after_s, err);
	if (scripted.outcome == CA_ISSUED) {
		cert = made_cert(&ca);
		r = ca_answer_issue(ret_answer, cert->der, cert->der_len, err);
		cert_free(cert);
		return r;
	}
	ca_answer_set(ret_answer, scripted.outcome, "says the script");
	ret_answer->retry_after_s = scripted.after_s;
	ret_answer->patience_s = scripted.patience_s;
	return r;
}

static enum rc
scripted_submit(void *state, const struct ca_request *request,
    struct ca_answer *ret_answer, struct err *err)
{
	(void)state;
	(void)request;
	scripted.n_submits++;
	if (scripted.mends && scripted.n_submits > 1)
		scripted.outcome = CA_ISSUED;
	return answer(ret_answer, err);
}

static enum rc
scripted_poll(void *state, const struct ca_request *request,
    struct ca_answer *ret_answer, struct err *err)
{
	(void)state;
	scripted.n_polls++;
	assert_true(request->cookie_len < sizeof(scripted.polled_with));
	memset(scripted.polled_with, 0, sizeof(scripted.polled_with));
	memcpy(scripted.polled_with, request->cookie, request->cookie_len);
	if (scripted.is_forgotten) {
		ca_answer_set(ret_answer, CA_REJECTED, "never heard of it");
		ret_answer->is_forgotten = true;
		return RC_OK;
	}
	return answer(ret_answer, err);
}

static enum rc
scripted_abandon(void *state, const struct ca_request *request, struct err *err)
{
	(void)state;
	(void)request;
	(void)err;
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
	.probe = scripted_probe,
	.submit = scripted_submit,
	.poll = scripted_poll,
	.abandon = scripted_abandon,
};

static const struct generation generation = { .key_kind = CERT_KEY_RSA,
	.key_bits = 2048,
	.digest = "sha256" };

/* A process that works on the device at that time, with the request of that
 * number. */
static struct renewal *
process_at(const struct folder *folder, struct procedure_options *options, int64_t now,
    uint8_t csr)
{
	struct renewal *rn = calloc(1, sizeof(*rn));
	struct err err = { 0 };

	assert_non_null(rn);
	*options = (struct procedure_options){ .apply = true,
		.now = now,
		.deadline_ms = clock_monotonic_ms() + run_ms };
	rn->procedure = &renew_tls;
	rn->options = options;
	rn->opened_ms = clock_monotonic_ms();
	rn->generation = &generation;
	memcpy(rn->uuid, UUID, sizeof(rn->uuid));
	assert_rc(ca_open_with(&scripted_ops, NULL, NULL, &rn->ca, &err), RC_OK, &err);
	assert_rc(db_open(folder_file(folder, "inventory.db"), &rn->db, &err), RC_OK,
	    &err);
	rn->has_db = true;
	assert_rc(renewal_keep_bytes(&rn->run.signed_csr, &rn->run.signed_csr_len, &csr,
		      1, &err),
	    RC_OK, &err);
	assert_rc(renewal_keep_bytes(&rn->run.new_spki, &rn->run.new_spki_len, &csr, 1,
		      &err),
	    RC_OK, &err);
	rn->has_request = true;
	return rn;
}

/* How the CA stands; from then on nobody knows. */
static enum ca_standing
forget_record(const struct folder *folder)
{
	struct ca_record record = { .id = 0 };
	struct err err = { 0 };
	struct db db;

	assert_rc(db_open(folder_file(folder, "inventory.db"), &db, &err), RC_OK, &err);
	assert_rc(ca_record_read(&db, "scripted (default)", &record, &err), RC_OK,
	    &err);
	assert_rc(db_run(&db, "DELETE FROM ca_record", NULL, 0, &err), RC_OK, &err);
	db_close(&db);
	return record.standing;
}

struct asked {
	enum rc r;
	enum ca_outcome outcome;
	bool stays_open;
	char text[CA_TEXT_SIZE];
};

static struct asked
ask_at(const struct folder *folder, int64_t now, uint8_t csr)
{
	struct procedure_options options;
	struct renewal *rn = process_at(folder, &options, now, csr);
	struct ca_request request = { .now = now };
	struct ca_answer got = { 0 };
	struct asked asked = { 0 };
	struct err err = { 0 };

	asked.r = pending_ask(rn, &request, &got, &err);
	asked.outcome = got.outcome;
	asked.stays_open = rn->stays_open;
	memcpy(asked.text, asked.r == RC_OK ? got.text : err.text, CA_TEXT_SIZE - 1);
	ca_answer_clear(&got);
	renewal_clear(rn);
	free(rn);
	return asked;
}

static void
end_at(const struct folder *folder, int64_t now, uint8_t csr, const char *outcome)
{
	struct procedure_options options;
	struct renewal *rn = process_at(folder, &options, now, csr);
	struct err err = { 0 };

	assert_rc(pending_end(rn, outcome, &err), RC_OK, &err);
	renewal_clear(rn);
	free(rn);
}

static int
setup(void **state)
{
	memset(&scripted, 0, sizeof(scripted));
	run_ms = 60000;
	still_clock();
	return folder_setup(state);
}

static void
submits_once_and_polls_from_then_on(void **state)
{
	struct asked asked;

	scripted = (struct scripted){ .outcome = CA_PENDING,
		.cookie = "17\n,x",
		.after_s = 600 };
	asked = ask_at(*state, NOW, 1);
	assert_int_equal(asked.outcome, CA_PENDING);
	assert_true(asked.stays_open);
	assert_has(asked.text, "asked again from 2025-10-09T09:03:20Z on");
	/* Too early: the CA is left alone, whoever comes. */
	asked = ask_at(*state, NOW + 599, 1);
	assert_int_equal(asked.outcome, CA_PENDING);
	assert_true(asked.stays_open);
	assert_has(asked.text, "asked 9 min ago");
	assert_int_equal(scripted.n_submits, 1);
	assert_int_equal(scripted.n_polls, 0);
	asked = ask_at(*state, NOW + 600, 1);
	assert_int_equal(asked.outcome, CA_PENDING);
	assert_string_equal(scripted.polled_with, "17\n,x");
	scripted.outcome = CA_ISSUED;
	asked = ask_at(*state, NOW + 1200, 1);
	assert_int_equal(asked.outcome, CA_ISSUED);
	assert_int_equal(scripted.n_submits, 1);
	assert_int_equal(scripted.n_polls, 2);
	/* Killed before it was installed: the CA still has it. */
	asked = ask_at(*state, NOW + 1300, 1);
	assert_int_equal(asked.outcome, CA_ISSUED);
	assert_int_equal(scripted.n_submits, 1);
	end_at(*state, NOW + 1400, 1, "done");
	assert_int_equal(scripted.n_abandoned, 0);
}

static void
asks_again_once_a_clock_that_was_ahead_is_right(void **state)
{
	scripted = (struct scripted){ .outcome = CA_PENDING,
		.cookie = "17",
		.after_s = CA_POLL_MAX_S };
	(void)ask_at(*state, NOW + 1, 1);
	(void)ask_at(*state, NOW + 1, 1);
	assert_int_equal(scripted.n_polls, 0);
	(void)ask_at(*state, NOW, 1);
	assert_int_equal(scripted.n_polls, 1);
}

static void
says_when_a_request_waits_for_too_long(void **state)
{
	struct asked asked;

	scripted = (struct scripted){ .outcome = CA_PENDING, .cookie = "17" };
	(void)ask_at(*state, NOW, 1);
	asked = ask_at(*state, NOW + 7 * DAY, 1);
	assert_int_equal(scripted.n_polls, 1);
	assert_null(strstr(asked.text, "too long"));
	asked = ask_at(*state, NOW + 8 * DAY, 1);
	assert_has(asked.text, "asked 8 d ago");
	assert_has(asked.text, "it waits for too long, see to it at the CA");
	assert_true(asked.stays_open);
}

struct reaction {
	enum ca_outcome outcome;
	bool first;   /* does the run stay open when this is the first answer? */
	bool pending; /* and when the CA has the request? */
};

static const struct reaction reactions[] = {
	{ CA_ISSUED, false, false },
	{ CA_PENDING, true, true },
	{ CA_REJECTED, false, false },
	{ CA_RETRY, false, true },
	{ CA_AUTH, false, true },
	{ CA_CONFIG, false, true },
	{ CA_UNSUPPORTED, false, true },
	{ CA_BADANSWER, false, true },
};

static void
keeps_the_key_while_the_ca_has_the_request(void **state)
{
	for (size_t i = 0; i < UNIT_COUNT(reactions); i++) {
		struct asked asked;
		uint8_t csr = (uint8_t)(i + 1);

		scripted = (struct scripted){ .outcome = reactions[i].outcome,
			.cookie = "17" };
		asked = ask_at(*state, NOW, csr);
		assert_int_equal(asked.outcome, reactions[i].outcome);
		assert_int_equal(asked.stays_open, reactions[i].first);
		end_at(*state, NOW, csr, "undone");
		assert_int_equal(scripted.n_abandoned, 1);

		scripted = (struct scripted){ .outcome = CA_PENDING, .cookie = "17" };
		(void)ask_at(*state, NOW, csr);
		scripted.outcome = reactions[i].outcome;
		asked = ask_at(*state, NOW + 4000, csr);
		assert_int_equal(asked.outcome, reactions[i].outcome);
		assert_int_equal(asked.stays_open, reactions[i].pending);
		assert_int_equal(scripted.n_submits, 1);
		end_at(*state, NOW + 4000, csr, "undone");
	}
}

static void
takes_one_senseless_answer_for_an_accident(void **state)
{
	scripted = (struct scripted){ .outcome = CA_BADANSWER, .mends = true };
	assert_int_equal(ask_at(*state, NOW, 1).outcome, CA_ISSUED);
	assert_int_equal(scripted.n_submits, 2);
	/* Two are none: the key pair goes with the run that made it. */
	scripted = (struct scripted){ .outcome = CA_BADANSWER };
	assert_false(ask_at(*state, NOW, 2).stays_open);
	assert_int_equal(scripted.n_submits, 2);
	/* Nor one, where the CA wants to be left alone for longer than a run lasts. */
	scripted = (struct scripted){ .outcome = CA_BADANSWER,
		.after_s = PENDING_PAUSE_MAX_S + 1 };
	assert_false(ask_at(*state, NOW, 3).stays_open);
	assert_int_equal(scripted.n_submits, 1);
}

/* Who says nothing has not said that it has the request. */
static void
the_key_pair_does_not_wait_for_one_that_hangs(void **state)
{
	struct asked asked;

	scripted = (struct scripted){ .fails = RC_TIMEOUT };
	asked = ask_at(*state, NOW, 1);
	assert_int_equal(asked.r, RC_OK);
	assert_int_equal(asked.outcome, CA_RETRY);
	assert_has(asked.text, "scripted");
	assert_false(asked.stays_open);
	end_at(*state, NOW, 1, "undone");
	/* Unless it said so before. */
	scripted = (struct scripted){ .outcome = CA_PENDING, .cookie = "17" };
	(void)ask_at(*state, NOW, 2);
	scripted.fails = RC_TIMEOUT;
	asked = ask_at(*state, NOW + 4000, 2);
	assert_int_equal(asked.outcome, CA_RETRY);
	assert_true(asked.stays_open);
	assert_int_equal(scripted.n_submits, 1);
}

/* A run that has not the time for it leaves the second question to the next. */
static void
a_pause_that_does_not_fit_leaves_the_request_open(void **state)
{
	struct asked asked;

	scripted = (struct scripted){ .outcome = CA_BADANSWER, .after_s = 30 };
	run_ms = 10000;
	asked = ask_at(*state, NOW, 1);
	assert_int_equal(asked.r, RC_TIMEOUT);
	assert_true(asked.stays_open);
	assert_int_equal(scripted.n_submits, 1);
	assert_false(ask_at(*state, NOW + 60, 1).stays_open);
	assert_int_equal(scripted.n_submits, 2);
}

/* For whether the next device needs a trial. */
static void
bad_answers_go_on_the_record_of_the_ca(void **state)
{
	static const enum ca_standing standings[] = {
		[CA_ISSUED] = CA_STANDING_NONE, /* not before it is judged */
		[CA_PENDING] = CA_STANDING_NONE,
		[CA_REJECTED] = CA_STANDING_REFUSED,
		[CA_RETRY] = CA_STANDING_REFUSED,
		[CA_AUTH] = CA_STANDING_REFUSED,
		[CA_CONFIG] = CA_STANDING_REFUSED,
		[CA_UNSUPPORTED] = CA_STANDING_REFUSED,
		[CA_BADANSWER] = CA_STANDING_REFUSED,
	};

	for (size_t i = 0; i < UNIT_COUNT(standings); i++) {
		scripted =
		    (struct scripted){ .outcome = (enum ca_outcome)i, .cookie = "17" };
		(void)ask_at(*state, NOW, (uint8_t)(i + 1));
		assert_int_equal(forget_record(*state), standings[i]);
	}
	scripted = (struct scripted){ .fails = RC_TIMEOUT };
	(void)ask_at(*state, NOW, 1);
	assert_int_equal(forget_record(*state), CA_STANDING_REFUSED);
	scripted.fails = RC_NOMEM;
	(void)ask_at(*state, NOW, 1);
	assert_int_equal(forget_record(*state), CA_STANDING_NONE);
}

/* From 1 min to 1 h, a fifth more or less. */
static void
backs_off_and_doubles(void **state)
{
	static const int64_t at_least[] = { 48, 96, 192, 384, 768, 1536, 2880, 2880 };
	static const int64_t at_most[] = { 72, 144, 288, 576, 1152, 2304, 4320, 4320 };
	int64_t now = NOW;

	scripted = (struct scripted){ .outcome = CA_RETRY };
	for (size_t i = 0; i < UNIT_COUNT(at_least); i++) {
		(void)ask_at(*state, now, 1);
		assert_int_equal(scripted.n_submits, i + 1);
		(void)ask_at(*state, now + at_least[i] - 1, 1);
		assert_int_equal(scripted.n_submits, i + 1);
		now += at_most[i];
	}
	scripted.after_s = 7200;
	(void)ask_at(*state, now, 1);
	(void)ask_at(*state, now + 7199, 1);
	assert_int_equal(scripted.n_submits, UNIT_COUNT(at_least) + 1);
	scripted.after_s = INT64_MAX;
	(void)ask_at(*state, now + 7200, 1);
	(void)ask_at(*state, now + 7200 + DAY, 1);
	assert_int_equal(scripted.n_submits, UNIT_COUNT(at_least) + 3);
}

static void
waits_an_hour_for_what_should_pass(void **state)
{
	struct asked asked;

	scripted =
	    (struct scripted){ .outcome = CA_RETRY, .after_s = 1, .patience_s = 3600 };
	asked = ask_at(*state, NOW, 1);
	assert_int_equal(asked.outcome, CA_RETRY);
	asked = ask_at(*state, NOW + 3599, 1);
	assert_int_equal(asked.outcome, CA_RETRY);
	assert_true(asked.stays_open);
	asked = ask_at(*state, NOW + 3600, 1);
	assert_int_equal(asked.outcome, CA_CONFIG);
	assert_has(asked.text, "says the script; for more than 1 h");
	assert_false(asked.stays_open);
	assert_int_equal(scripted.n_submits, 3);
}

static void
submits_once_more_what_a_ca_has_lost(void **state)
{
	struct asked asked;

	scripted =
	    (struct scripted){ .outcome = CA_PENDING, .cookie = "17", .after_s = 60 };
	assert_int_equal(ask_at(*state, NOW, 1).outcome, CA_PENDING);
	scripted.is_forgotten = true;
	scripted.cookie = "18";
	asked = ask_at(*state, NOW + 60, 1);
	assert_int_equal(asked.outcome, CA_PENDING);
	assert_string_equal(scripted.polled_with, "17");
	assert_true(asked.stays_open);
	assert_int_equal(scripted.n_submits, 2);
	/* A CA that loses everything gets no third. */
	asked = ask_at(*state, NOW + 120, 1);
	assert_string_equal(scripted.polled_with, "18");
	assert_int_equal(asked.outcome, CA_REJECTED);
	assert_false(asked.stays_open);
	assert_int_equal(scripted.n_submits, 2);
	assert_int_equal(scripted.n_polls, 2);
}

/* The first submission is lost on the way: the next process asks anew, and does not
 * poll for what the CA has lost. */
static void
a_resubmission_that_fails_is_no_poll(void **state)
{
	scripted =
	    (struct scripted){ .outcome = CA_PENDING, .cookie = "17", .after_s = 60 };
	(void)ask_at(*state, NOW, 1);
	scripted.is_forgotten = true;
	scripted.fails = RC_NOMEM;
	assert_int_equal(ask_at(*state, NOW + 60, 1).r, RC_NOMEM);
	scripted.fails = RC_OK;
	assert_int_equal(ask_at(*state, NOW + 61, 1).outcome, CA_PENDING);
	assert_int_equal(scripted.n_submits, 3);
	assert_int_equal(scripted.n_polls, 1);
}

static void
submits_again_after_an_error_of_ours(void **state)
{
	struct asked asked;

	scripted = (struct scripted){ .fails = RC_NOMEM };
	asked = ask_at(*state, NOW, 1);
	assert_int_equal(asked.r, RC_NOMEM);
	assert_has(asked.text, "CA scripted (default): scripted");
	assert_true(asked.stays_open);
	scripted.fails = RC_OK;
	assert_int_equal(ask_at(*state, NOW, 1).outcome, CA_ISSUED);
}

/* The key pair is gone, and with it the request: another one may be made. */
static void
gives_up_a_request_whose_key_is_gone(void **state)
{
	scripted = (struct scripted){ .outcome = CA_PENDING, .cookie = "17" };
	(void)ask_at(*state, NOW, 1);
	(void)ask_at(*state, NOW, 2);
	assert_int_equal(scripted.n_submits, 2);
	(void)ask_at(*state, NOW + 4000, 2);
	assert_int_equal(scripted.n_submits, 2);
	assert_int_equal(scripted.n_polls, 1);
}

static void
only_planning_changes_no_request(void **state)
{
	struct procedure_options options;
	struct renewal *rn = process_at(*state, &options, NOW, 2);
	struct cert_request found = { 0 };
	struct err err = { 0 };

	scripted = (struct scripted){ .outcome = CA_PENDING, .cookie = "17" };
	(void)ask_at(*state, NOW, 1);
	options.apply = false; /* cppcheck-suppress unreadVariable; through rn */
	assert_rc(pending_take_up(rn, &err), RC_OK, &err);
	assert_false(pending_is_at_ca(rn));
	assert_rc(cert_request_find(&rn->db, UUID, "renew_amt_tls", &found, &err),
	    RC_OK, &err);
	cert_request_clear(&found);
	renewal_clear(rn);
	free(rn);
}

static void
preflight_refuses_what_a_probe_only_reports(void **state)
{
	struct ca_request request = { .now = NOW };
	struct ca_facts facts = { 0 };
	struct err err = { 0 };
	struct ca *ca = NULL;

	(void)state;
	assert_rc(ca_open_with(&scripted_ops, NULL, NULL, &ca, &err), RC_OK, &err);
	scripted.outcome = CA_UNSUPPORTED;
	assert_rc(ca_probe(ca, &request, &facts, &err), RC_OK, &err);
	assert_int_equal(facts.outcome, CA_UNSUPPORTED);
	assert_string_equal(facts.text, "probed");
	assert_rc(ca_preflight(ca, &request, &facts, &err), RC_CA, &err);
	assert_string_equal(err.text, "CA scripted (default): probed");
	scripted.outcome = CA_ISSUED;
	err_clear(&err);
	assert_rc(ca_preflight(ca, &request, &facts, &err), RC_OK, &err);
	ca_close(ca);
}

int
main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, folder_teardown)
	const struct CMUnitTest tests[] = {
		IN_FOLDER(submits_once_and_polls_from_then_on),
		IN_FOLDER(asks_again_once_a_clock_that_was_ahead_is_right),
		IN_FOLDER(says_when_a_request_waits_for_too_long),
		IN_FOLDER(keeps_the_key_while_the_ca_has_the_request),
		IN_FOLDER(takes_one_senseless_answer_for_an_accident),
		IN_FOLDER(the_key_pair_does_not_wait_for_one_that_hangs),
		IN_FOLDER(a_pause_that_does_not_fit_leaves_the_request_open),
		IN_FOLDER(bad_answers_go_on_the_record_of_the_ca),
		IN_FOLDER(backs_off_and_doubles),
		IN_FOLDER(waits_an_hour_for_what_should_pass),
		IN_FOLDER(submits_once_more_what_a_ca_has_lost),
		IN_FOLDER(a_resubmission_that_fails_is_no_poll),
		IN_FOLDER(submits_again_after_an_error_of_ours),
		IN_FOLDER(gives_up_a_request_whose_key_is_gone),
		IN_FOLDER(only_planning_changes_no_request),
		IN_FOLDER(preflight_refuses_what_a_probe_only_reports),
	};

	return cmocka_run_group_tests(tests, NULL, made_forget_keys);
}
