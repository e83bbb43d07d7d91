/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When a trial is due, its request, and what becomes of the CA's record.  One process
 * at a time tries a CA; who waits for it takes its verdict.
 */
#include "renew/trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "renew/enroll.h"
#include "renew/host.h"
#include "renew/journal.h"
#include "renew/pending.h"
#include "x509/csr.h"

static const char step_name[] = "trial";

bool
trial_is_due(const struct trial_question *question)
{
	if (!question->is_allowed || question->needs_approval || question->has_begun ||
	    question->record.holds_trials)
		return false;
	return question->record.standing != CA_STANDING_ACCEPTED;
}

enum rc
trial_judge_due(struct renewal *rn, struct err *err)
{
	struct trial_question question = { .is_allowed = ca_has_trial(rn->ca),
		.needs_approval = rn->ca_facts.needs_approval,
		.has_begun = rn->has_run && rn->wrote };
	enum rc r = RC_OK;

	if (rn->has_db)
		r = ca_record_read(&rn->db, ca_name(rn->ca), &question.record, err);
	if (r == RC_OK)
		rn->trial_is_due = trial_is_due(&question);
	return r;
}

enum rc
trial_note_answer(struct renewal *rn, bool is_good, const char *text, struct err *err)
{
	const struct ca_record_entry entry = { .ca = ca_name(rn->ca),
		.standing = is_good ? CA_STANDING_ACCEPTED : CA_STANDING_REFUSED,
		.device_uuid = rn->uuid,
		.text = text };

	return ca_record_note(&rn->db, &entry, renewal_now(rn), err);
}

/* One bad answer may be an accident, as with the request of a device. */
static enum rc
ask(struct renewal *rn, const struct ca_request *request, struct ca_answer *answer,
    struct err *err)
{
	for (int i = 1;; i++) {
		enum rc r = ca_submit(rn->ca, request, answer, err);

		if (r != RC_OK || i == PENDING_BAD_ANSWERS_MAX ||
		    !pending_may_ask_again(answer))
			return r;
		r = pending_pause(rn, answer, err);
		if (r != RC_OK)
			return r;
		ca_answer_clear(answer);
	}
}

/* For whoever finds it in the CA's list. */
static void
describe(struct renewal *rn, const struct ca_answer *answer)
{
	const struct cert *leaf = answer->leaf;
	char issuer[FACTS_TEXT_SIZE];

	if (answer->outcome == CA_PENDING)
		(void)snprintf(rn->trial, sizeof(rn->trial),
		    "trial for CA %.80s, key discarded: request%s%s waits for a person, "
		    "which says nothing of the CA: it may be rejected there",
		    ca_name(rn->ca), answer->request_id[0] == '\0' ? "" : " ",
		    answer->request_id);
	if (leaf == NULL)
		return;
	text_printable_field(issuer, sizeof(issuer), leaf->issuer,
	    strlen(leaf->issuer));
	(void)snprintf(rn->trial, sizeof(rn->trial),
	    "trial for CA %.80s, key discarded: certificate %.40s of %s",
	    ca_name(rn->ca), leaf->serial_number, issuer);
}

/* Nobody will use what comes of it. */
static void
abandon(const struct renewal *rn, struct ca_request *request,
    const struct ca_answer *answer)
{
	struct err untold = { 0 };

	request->cookie = answer->cookie;
	request->cookie_len = answer->cookie_len;
	if (answer->outcome != CA_RETRY &&
	    ca_abandon(rn->ca, request, &untold) != RC_OK)
		renewal_say(rn, step_name, untold.text);
}

/* Ask and judge; what the CA is known for then goes into entry. */
static enum rc
try_ca(struct renewal *rn, struct ca_request *request, struct ca_record_entry *entry,
    struct ca_answer *answer, struct err *err)
{
	enum rc r = ask(rn, request, answer, err);

	if (r != RC_OK) {
		/* It let us wait; or the fault is ours. */
		entry->standing =
		    r == RC_TIMEOUT ? CA_STANDING_REFUSED : CA_STANDING_NONE;
		return r;
	}
	describe(rn, answer);
	abandon(rn, request, answer);
	entry->ca_request_id = answer->request_id;
	if (answer->leaf != NULL) {
		entry->issuer = answer->leaf->issuer;
		entry->serial_number = answer->leaf->serial_number;
	}
	if (answer->outcome == CA_PENDING) {
		entry->standing = CA_STANDING_WAITS;
		return RC_OK;
	}
	r = enroll_judge_answer(rn, request, answer, err);
	if (r == RC_OK)
		entry->standing = CA_STANDING_ACCEPTED;
	else if (r == RC_CA)
		entry->standing = CA_STANDING_REFUSED;
	return r;
}

/* The trial itself, in the record from before the CA hears of it. */
static enum rc
make(struct renewal *rn, struct err *err)
{
	const struct generation *generation = rn->generation;
	struct ca_record_entry entry = { .ca = ca_name(rn->ca),
		.device_uuid = rn->uuid,
		.text = rn->trial };
	struct ca_request request;
	struct ca_answer answer = { 0 };
	struct err noted = { 0 };
	struct err why = { 0 };
	uint8_t *csr = NULL;
	size_t csr_len = 0;
	int64_t id = 0;
	enum rc r = RC_OK;

	/* The preflight may have told more than was known before it. */
	ca_prepare(rn->ca, &rn->profile);
	r = csr_build_once(&rn->profile, generation->key_kind, generation->key_bits,
	    generation->digest, &csr, &csr_len, err);
	(void)snprintf(rn->trial, sizeof(rn->trial),
	    "trial for CA %.80s, key discarded", ca_name(rn->ca));
	if (r == RC_OK)
		r = ca_record_begin_trial(&rn->db, &entry, renewal_now(rn), &id, err);
	if (r != RC_OK)
		goto out;
	renewal_say(rn, step_name, "begins: ask the CA with a throw-away key");
	enroll_fill_request(rn, csr, csr_len, &request);
	r = try_ca(rn, &request, &entry, &answer, &why);
	if (r != RC_OK)
		r = err_set(err, r, "%s; %s", why.text, rn->trial);
	entry.text = r == RC_OK ? rn->trial : err->text;
	if (ca_record_end_trial(&rn->db, id, &entry, &noted) != RC_OK) {
		renewal_say(rn, step_name, noted.text);
		r = r == RC_OK ? err_set(err, noted.rc, "%s", noted.text) : r;
	}
out:
	free(csr);
	ca_answer_clear(&answer);
	return r;
}

static enum rc
take_turn(struct renewal *rn, struct journal_lock **ret_lock, struct err *err)
{
	for (bool has_waited = false;; has_waited = true) {
		struct err held = { 0 };
		enum rc r = journal_lock_ca(&rn->db, ca_name(rn->ca), ret_lock, &held);

		if (r != RC_LOCKED)
			return r == RC_OK ? r : err_set(err, r, "%s", held.text);
		if (!has_waited)
			renewal_say(rn, step_name, held.text);
		r = renewal_host.pause(rn, TRIAL_WAIT_MS, err);
		if (r != RC_OK)
			return r;
	}
}

enum rc
trial_run(struct renewal *rn, struct err *err)
{
	struct ca_record before = { .id = 0 };
	struct ca_record record = { .id = 0 };
	struct journal_lock *lock = NULL;
	enum rc r = RC_OK;

	if (!rn->trial_is_due)
		return RC_OK;
	r = ca_record_read(&rn->db, ca_name(rn->ca), &before, err);
	if (r == RC_OK)
		r = take_turn(rn, &lock, err);
	if (r == RC_OK)
		r = ca_record_read(&rn->db, ca_name(rn->ca), &record, err);
	/* Another process tried it while we waited. */
	if (r == RC_OK && record.id != before.id && record.is_trial &&
	    record.standing == CA_STANDING_REFUSED)
		r = err_set(err, RC_CA, "%s (asked by another run a moment ago)",
		    record.text);
	if (r == RC_OK)
		r = trial_judge_due(rn, err);
	if (r == RC_OK && rn->trial_is_due)
		r = make(rn, err);
	journal_unlock(lock);
	return r;
}
