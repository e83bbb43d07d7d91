/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is the same for all backends: logins that are shown once, and calls that are
 * handed on.
 */
#include "ca/ca.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "ca/opened.h"

static struct https *
session(const struct ca *ca)
{
	return ca->ops->session == NULL ? NULL : ca->ops->session(ca->state);
}

enum rc
ca_keep_logins(struct ca *ca, const char *file, bool forget, struct err *err)
{
	enum rc r = RC_OK;

	ca->login.file = file;
	if (forget)
		r = known_login_forget(&ca->login, session(ca), err);
	if (r != RC_OK)
		err_prefix(err, "CA %s", ca->name);
	return r;
}

/* May its login be shown? The outcome of *ret_refusal is CA_ISSUED when it may, else
 * that is what to answer in the CA's place. */
static enum rc
ask_login(struct ca *ca, const struct ca_request *request,
    struct ca_answer *ret_refusal, struct err *err)
{
	struct err why = { 0 };
	enum rc r =
	    known_login_ask(&ca->login, session(ca), request->deadline_ms, &why);

	ret_refusal->outcome = CA_ISSUED;
	if (r == RC_OK)
		return r;
	if (r != RC_AUTH && r != RC_LOCKED)
		return err_set(err, r, "%s", why.text);
	ca_answer_set(ret_refusal, r == RC_AUTH ? CA_AUTH : CA_RETRY, "%s", why.text);
	return RC_OK;
}

/* An answer that is there is not given up for what could not be noted. */
static void
note_login(struct ca *ca, bool is_proof)
{
	struct err why = { 0 };

	if (known_login_note(&ca->login, session(ca), is_proof, &why) != RC_OK)
		log_at(1, "ca", "%s: what came of its login is not noted: %s", ca->name,
		    why.text);
}

void
ca_close(struct ca *ca)
{
	if (ca == NULL)
		return;
	known_login_end(&ca->login, session(ca));
	ca->ops->close(ca->state);
	free(ca->name);
	free(ca);
}

const char *
ca_name(const struct ca *ca)
{
	return ca->name;
}

const struct anchors *
ca_anchors(const struct ca *ca)
{
	return ca->ops->anchors(ca->state);
}

const char *
ca_issuer_key(const struct ca *ca)
{
	return ca->issuer_key;
}

const char *
ca_revocation_file(const struct ca *ca)
{
	return ca->revocation_file;
}

bool
ca_has_trial(const struct ca *ca)
{
	return ca->has_trial;
}

struct cert *const *
ca_chain(const struct ca *ca, size_t *ret_n)
{
	*ret_n = 0;
	return ca->ops->chain == NULL ? NULL : ca->ops->chain(ca->state, ret_n);
}

enum rc
ca_offers(const struct ca *ca, int64_t now, struct offers *ret_offers, struct err *err)
{
	struct offers offers = { .read_at = now };
	enum rc r;

	if (ca->ops->offers == NULL || ca->section[0] == '\0')
		return RC_NOTFOUND;
	memcpy(offers.ca, ca->section, sizeof(offers.ca));
	r = ca->ops->offers(ca->state, &offers, err);
	if (r != RC_OK) {
		offers_clear(&offers);
		return r;
	}
	*ret_offers = offers;
	return RC_OK;
}

enum rc
ca_probe(struct ca *ca, const struct ca_request *request, struct ca_facts *ret_facts,
    struct err *err)
{
	struct ca_facts facts = { .outcome = CA_BADANSWER };
	struct ca_answer refusal = { 0 };
	char date[CLOCK_DATE_SIZE];
	enum rc r = ask_login(ca, request, &refusal, err);

	if (r == RC_OK && refusal.outcome != CA_ISSUED) {
		ca_facts_set(&facts, refusal.outcome, "%s", refusal.text);
	} else if (r == RC_OK) {
		r = ca->ops->probe(ca->state, request, &facts, err);
		if (r == RC_OK)
			note_login(ca, ca->ops->probe_proves_login);
	}
	if (r != RC_OK) {
		err_prefix(err, "CA %s", ca->name);
		return r;
	}
	if (facts.outcome == CA_ISSUED && facts.not_after != 0 &&
	    facts.not_after < request->now)
		ca_facts_set(&facts, CA_CONFIG,
		    "its certificate ended on %s: it must be renewed first",
		    clock_format_date(facts.not_after, date));
	*ret_facts = facts;
	return RC_OK;
}

enum rc
ca_preflight(struct ca *ca, const struct ca_request *request,
    struct ca_facts *ret_facts, struct err *err)
{
	struct ca_facts facts;
	enum rc r = ca_probe(ca, request, &facts, err);

	if (r != RC_OK)
		return r;
	*ret_facts = facts;
	if (facts.outcome != CA_ISSUED)
		r = err_set(err, RC_CA, "CA %s: %s", ca->name, facts.text);
	return r;
}

void
ca_prepare(const struct ca *ca, struct csr_profile *profile)
{
	if (ca->ops->prepare != NULL)
		ca->ops->prepare(ca->state, profile);
}

/* What a backend answered, or its error with the CA's name before it. */
static enum rc
hand_on(const struct ca *ca, enum rc r, struct ca_answer *answer,
    struct ca_answer *ret_answer, struct err *err)
{
	if (r != RC_OK) {
		ca_answer_clear(answer);
		err_prefix(err, "CA %s", ca->name);
		return r;
	}
	if (answer->outcome == CA_ISSUED && answer->leaf == NULL)
		ca_answer_set(answer, CA_BADANSWER, "issued, but no certificate came");
	*ret_answer = *answer;
	return RC_OK;
}

static enum rc
ask(struct ca *ca,
    enum rc (*how)(void *state, const struct ca_request *request,
	struct ca_answer *ret_answer, struct err *err),
    const struct ca_request *request, struct ca_answer *ret_answer, struct err *err)
{
	struct ca_answer answer = { 0 };
	enum rc r = ask_login(ca, request, &answer, err);

	if (r == RC_OK && answer.outcome == CA_ISSUED) {
		answer.outcome = CA_BADANSWER;
		r = how(ca->state, request, &answer, err);
		if (r == RC_OK)
			note_login(ca, true);
	}
	return hand_on(ca, r, &answer, ret_answer, err);
}

enum rc
ca_submit(struct ca *ca, const struct ca_request *request, struct ca_answer *ret_answer,
    struct err *err)
{
	return ask(ca, ca->ops->submit, request, ret_answer, err);
}

enum rc
ca_poll(struct ca *ca, const struct ca_request *request, struct ca_answer *ret_answer,
    struct err *err)
{
	struct ca_answer answer = { .outcome = CA_BADANSWER };

	if (ca->ops->poll != NULL)
		return ask(ca, ca->ops->poll, request, ret_answer, err);
	ca_answer_set(&answer, CA_UNSUPPORTED, "this CA knows no pending requests");
	*ret_answer = answer;
	return RC_OK;
}

enum rc
ca_abandon(struct ca *ca, const struct ca_request *request, struct err *err)
{
	enum rc r = RC_OK;

	if (ca->ops->abandon != NULL)
		r = ca->ops->abandon(ca->state, request, err);
	if (r != RC_OK)
		err_prefix(err, "CA %s", ca->name);
	return r;
}

enum rc
ca_retire(struct ca *ca, const struct cert *cert, int64_t now, int64_t deadline_ms,
    struct err *err)
{
	enum rc r = RC_OK;

	if (ca->ops->retire != NULL)
		r = ca->ops->retire(ca->state, cert, now, deadline_ms, err);
	if (r != RC_OK)
		err_prefix(err, "CA %s", ca->name);
	return r;
}

enum rc
ca_publish(struct ca *ca, int64_t now, int64_t deadline_ms, struct ca_list *ret_list,
    struct err *err)
{
	enum rc r = RC_NOTFOUND;

	if (ca->ops->publish != NULL)
		r = ca->ops->publish(ca->state, now, deadline_ms, ret_list, err);
	if (r != RC_OK && r != RC_NOTFOUND)
		err_prefix(err, "CA %s", ca->name);
	return r;
}
