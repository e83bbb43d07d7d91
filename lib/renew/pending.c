/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When a CA is asked, and what is kept of its answer.  The table of outcomes is
 * the contract of ca/ca.h.
 */
#include "renew/pending.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include "base/clock.h"
#include "base/num.h"
#include "renew/host.h"
#include "renew/trial.h"

static void
digest_csr(const struct renewal *rn, uint8_t digest[CERT_REQUEST_DIGEST_BYTES])
{
	SHA256(rn->run.signed_csr, rn->run.signed_csr_len, digest);
}

static bool
is_ours(const struct renewal *rn, const struct cert_request *request)
{
	uint8_t digest[CERT_REQUEST_DIGEST_BYTES];

	digest_csr(rn, digest);
	return rn->has_request && strcmp(request->ca, ca_name(rn->ca)) == 0 &&
	    memcmp(request->csr_sha256, digest, sizeof(digest)) == 0;
}

enum rc
pending_take_up(struct renewal *rn, struct err *err)
{
	enum rc r = RC_OK;

	if (!rn->has_db)
		return RC_OK;
	if (rn->request.id == 0)
		r = cert_request_find(&rn->db, rn->uuid, rn->procedure->program,
		    &rn->request, err);
	if (r == RC_NOTFOUND)
		return RC_OK;
	if (r != RC_OK || is_ours(rn, &rn->request))
		return r;
	if (rn->options->apply)
		r = cert_request_close(&rn->db, &rn->request, "abandoned",
		    renewal_now(rn), err);
	if (r == RC_OK)
		cert_request_clear(&rn->request);
	return r;
}

bool
pending_is_at_ca(const struct renewal *rn)
{
	return rn->request.id != 0 && rn->request.is_pending;
}

static enum rc
begin(struct renewal *rn, struct err *err)
{
	struct cert_request request = { 0 };

	(void)snprintf(request.device_uuid, sizeof(request.device_uuid), "%s",
	    rn->uuid);
	(void)snprintf(request.remedy, sizeof(request.remedy), "%s",
	    rn->procedure->program);
	if (strlen(ca_name(rn->ca)) >= sizeof(request.ca))
		return err_set(err, RC_CONFIG, "CA %s: its name is too long",
		    ca_name(rn->ca));
	(void)snprintf(request.ca, sizeof(request.ca), "%s", ca_name(rn->ca));
	digest_csr(rn, request.csr_sha256);
	(void)renewal_new_spki_sha256(rn, request.spki_sha256);
	rn->request = request;
	return cert_request_begin(&rn->db, &rn->request, renewal_now(rn), err);
}

/* Doubled with every attempt, and a fifth more or less by the key, so that a
 * fleet does not come back as one. */
static int64_t
backoff_s(const struct cert_request *request)
{
	int64_t wait_s = PENDING_FIRST_S;
	int64_t fifth = 0;

	for (int64_t i = 1; i < request->attempts && wait_s < PENDING_BACKOFF_MAX_S;
	     i++)
		wait_s *= 2;
	if (wait_s > PENDING_BACKOFF_MAX_S)
		wait_s = PENDING_BACKOFF_MAX_S;
	fifth = wait_s / 5;
	return wait_s - fifth + 2 * fifth * request->spki_sha256[0] / 255;
}

static int64_t
choose_wait(const struct cert_request *request, const struct ca_answer *answer)
{
	int64_t after_s = answer->retry_after_s;

	if (after_s == 0 && answer->outcome == CA_PENDING)
		return PENDING_POLL_S;
	if (after_s == 0)
		return backoff_s(request);
	if (after_s < CA_POLL_MIN_S)
		return CA_POLL_MIN_S;
	return after_s > CA_POLL_MAX_S ? CA_POLL_MAX_S : after_s;
}

/* The cookie goes to the row; an answer without one keeps what there is. */
static void
take_cookie(struct cert_request *request, struct ca_answer *answer)
{
	if (answer->outcome != CA_PENDING)
		return;
	free(request->cookie);
	request->cookie = answer->cookie;
	request->cookie_len = answer->cookie_len;
	answer->cookie = NULL;
	answer->cookie_len = 0;
}

bool
pending_may_ask_again(const struct ca_answer *answer)
{
	return answer->outcome == CA_BADANSWER &&
	    answer->retry_after_s <= PENDING_PAUSE_MAX_S;
}

enum rc
pending_pause(struct renewal *rn, const struct ca_answer *answer, struct err *err)
{
	return renewal_host.pause(rn, answer->retry_after_s * 1000, err);
}

/*
 * May the next run go on with this key pair? What a CA has is never dropped because of
 * a failure that somebody can mend. What it has not, or did not say that it has, leaves
 * the device as it was; but for words of which it is known that they pass.
 */
static bool
goes_on(const struct cert_request *request, const struct ca_answer *answer)
{
	switch (answer->outcome) {
	case CA_PENDING:
		return true;
	case CA_RETRY:
		return request->is_pending || answer->patience_s > 0;
	case CA_BADANSWER:
		return request->is_pending ||
		    (pending_may_ask_again(answer) &&
			request->bad_answers < PENDING_BAD_ANSWERS_MAX);
	case CA_AUTH:
	case CA_CONFIG:
	case CA_UNSUPPORTED:
		return request->is_pending;
	case CA_ISSUED:
	case CA_REJECTED:
		return false;
	}
	return false;
}

static_assert(sizeof(((struct ca_answer *)NULL)->request_id) == CERT_REQUEST_ID_SIZE,
    "what a CA calls a request has a place");

/* What a CA says for longer than it should take to pass is no matter of waiting. */
static void
lose_patience(const struct cert_request *request, int64_t now, struct ca_answer *answer)
{
	char limit[CLOCK_DURATION_SIZE];

	if (answer->outcome == CA_RETRY && answer->patience_s > 0 &&
	    now - request->created_at >= answer->patience_s)
		ca_answer_set(answer, CA_CONFIG, "%s; for more than %s", answer->text,
		    clock_format_duration(answer->patience_s, limit));
}

static enum rc
note_answer(struct renewal *rn, struct ca_answer *answer, struct err *err)
{
	struct cert_request *request = &rn->request;
	int64_t now = renewal_now(rn);
	char when[CLOCK_TIME_SIZE];
	char age[CLOCK_DURATION_SIZE];

	if (answer->request_id[0] != '\0')
		memcpy(request->ca_request_id, answer->request_id,
		    sizeof(request->ca_request_id));
	lose_patience(request, now, answer);
	/* Closed with the run, when it is installed. */
	if (answer->outcome == CA_ISSUED)
		return cert_request_update(&rn->db, request, err);
	if (answer->outcome == CA_PENDING)
		request->is_pending = true;
	if (answer->outcome == CA_BADANSWER)
		request->bad_answers++;
	take_cookie(request, answer);
	rn->stays_open = goes_on(request, answer);
	request->next_poll_at = now + choose_wait(request, answer);
	(void)snprintf(request->text, sizeof(request->text), "%s", answer->text);
	if (rn->stays_open)
		ca_answer_set(answer, answer->outcome,
		    "%s; asked %s ago, asked again from %s on%s", request->text,
		    clock_format_duration(now - request->created_at, age),
		    clock_format_time(request->next_poll_at, when),
		    now - request->created_at > PENDING_LIMIT_S
			? ": it waits for too long, see to it at the CA"
			: "");
	return cert_request_update(&rn->db, request, err);
}

/* Nobody is asked before the time that was said. */
static bool
is_too_early(const struct renewal *rn, struct ca_answer *answer)
{
	const struct cert_request *request = &rn->request;
	int64_t left_s = num_difference(request->next_poll_at, renewal_now(rn));
	char when[CLOCK_TIME_SIZE];
	char age[CLOCK_DURATION_SIZE];

	/* No wait is that long: our clock was ahead when it was chosen. */
	if (left_s <= 0 || left_s > CA_POLL_MAX_S)
		return false;
	ca_answer_set(answer, request->is_pending ? CA_PENDING : CA_RETRY,
	    "%s; asked %s ago, asked again from %s on", request->text,
	    clock_format_duration(renewal_now(rn) - request->created_at, age),
	    clock_format_time(request->next_poll_at, when));
	return true;
}

/* Nothing is left at the CA: as before the first submission, but for the count. */
static enum rc
forget(struct renewal *rn, struct ca_request *request, struct err *err)
{
	struct cert_request *row = &rn->request;

	free(row->cookie);
	row->cookie = NULL;
	row->cookie_len = 0;
	row->is_pending = false;
	row->ca_request_id[0] = '\0';
	row->bad_answers++;
	request->cookie = NULL;
	request->cookie_len = 0;
	return cert_request_update(&rn->db, row, err);
}

/* Poll or submit. A request that the CA has lost is submitted again, once. */
static enum rc
ask_ca(struct renewal *rn, struct ca_request *request, struct ca_answer *ret_answer,
    struct err *err)
{
	enum rc r = RC_OK;

	request->cookie = rn->request.cookie;
	request->cookie_len = rn->request.cookie_len;
	if (!rn->request.is_pending)
		return ca_submit(rn->ca, request, ret_answer, err);
	r = ca_poll(rn->ca, request, ret_answer, err);
	if (r != RC_OK || !ret_answer->is_forgotten || rn->request.bad_answers > 0)
		return r;
	renewal_say(rn, "enroll", ret_answer->text);
	ca_answer_clear(ret_answer);
	r = forget(rn, request, err);
	return r == RC_OK ? ca_submit(rn->ca, request, ret_answer, err) : r;
}

static enum rc
ask(struct renewal *rn, struct ca_request *request, struct ca_answer *ret_answer,
    struct err *err)
{
	struct err why = { 0 };
	enum rc r = RC_OK;

	/* Whatever happens to this process, the next one knows that it was asked. */
	rn->request.attempts++;
	r = cert_request_update(&rn->db, &rn->request, err);
	if (r != RC_OK)
		return r;
	r = ask_ca(rn, request, ret_answer, &why);
	/* It let us wait for all the time that it has. */
	if (r == RC_TIMEOUT) {
		ca_answer_set(ret_answer, CA_RETRY, "%s", why.text);
		return RC_OK;
	}
	return r == RC_OK ? r : err_set(err, r, "%s", why.text);
}

/* Ask; once more when that is worth it. A request that the CA has can wait. */
static enum rc
ask_twice(struct renewal *rn, struct ca_request *request, struct ca_answer *ret_answer,
    struct err *err)
{
	for (;;) {
		struct ca_answer said = { 0 };
		enum rc r = ask(rn, request, ret_answer, err);

		if (r != RC_OK)
			return r;
		said.retry_after_s = ret_answer->retry_after_s;
		rn->stays_open = false;
		r = note_answer(rn, ret_answer, err);
		if (r != RC_OK || ret_answer->outcome != CA_BADANSWER ||
		    rn->request.is_pending || !rn->stays_open)
			return r;
		r = pending_pause(rn, &said, err);
		if (r != RC_OK)
			return r;
		ca_answer_clear(ret_answer);
	}
}

enum rc
pending_ask(struct renewal *rn, struct ca_request *request,
    struct ca_answer *ret_answer, struct err *err)
{
	enum rc r = pending_take_up(rn, err);

	if (r == RC_OK && rn->request.id == 0)
		r = begin(rn, err);
	if (r != RC_OK)
		return r;
	rn->stays_open = true;
	if (is_too_early(rn, ret_answer))
		return RC_OK;
	r = ask_twice(rn, request, ret_answer, err);
	if (r == RC_OK && ret_answer->outcome != CA_ISSUED &&
	    ret_answer->outcome != CA_PENDING)
		r = trial_note_answer(rn, false, ret_answer->text, err);
	return r;
}

enum rc
pending_end(struct renewal *rn, const char *outcome, struct err *err)
{
	bool is_done = strcmp(outcome, "done") == 0;
	struct err untold = { 0 };
	enum rc r = pending_take_up(rn, err);

	if (r != RC_OK || rn->request.id == 0)
		return r;
	if (!is_done) {
		const struct ca_request request = { .csr = rn->run.signed_csr,
			.csr_len = rn->run.signed_csr_len,
			.digest = rn->generation == NULL ? "" : rn->generation->digest,
			.cookie = rn->request.cookie,
			.cookie_len = rn->request.cookie_len,
			.now = renewal_now(rn),
			.not_before_max = renewal_now(rn),
			.deadline_ms = rn->options->deadline_ms };

		if (ca_abandon(rn->ca, &request, &untold) != RC_OK)
			renewal_say(rn, "enroll", untold.text);
	}
	r = cert_request_close(&rn->db, &rn->request, is_done ? "issued" : "abandoned",
	    renewal_now(rn), err);
	if (r == RC_OK)
		cert_request_clear(&rn->request);
	return r;
}
