/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Windows enterprise CA through its web services: policy by MS-XCEP, enrolment
 * by MS-WSTEP.  The key is the firmware's, so that every request is a new one: a
 * renewal would have to be signed by the old key.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/clock.h"
#include "ca/adcs_policy.h"
#include "ca/adcs_talk.h"
#include "ca/bag.h"
#include "ca/ca.h"
#include "ca/https.h"
#include "ca/section.h"
#include "ca/url.h"
#include "ca/wstep.h"
#include "ca/xcep.h"

enum {
	POLL_S = 3600,
};

struct adcs {
	struct section_trust trust;
	struct https *https;
	struct adcs_wish wish;
	bool is_direct; /* the url is that of an enrolment service: no policy */
	int64_t poll_s;
	bool has_answer; /* the following is known */
	struct xcep xcep;
	bool has_policy; /* the following, too */
	struct adcs_choice choice;
};

static void
adcs_close(void *state)
{
	struct adcs *adcs = state;

	if (adcs == NULL)
		return;
	xcep_clear(&adcs->xcep);
	section_trust_clear(&adcs->trust);
	https_free(adcs->https);
	free(adcs);
}

static enum xcep_auth
auth_number(enum https_auth auth)
{
	switch (auth) {
	case HTTPS_AUTH_MESSAGE:
		return XCEP_AUTH_USERNAME;
	case HTTPS_AUTH_CERTIFICATE:
		return XCEP_AUTH_CERTIFICATE;
	default:
		return XCEP_AUTH_NEGOTIATE;
	}
}

static enum rc
read_settings(const struct section *section, struct adcs *adcs, struct err *err)
{
	struct adcs_wish *wish = &adcs->wish;
	size_t len = 0;
	enum rc r = section_require(section, "template", &wish->template_name, err);

	if (r != RC_OK)
		return r;
	wish->url = https_url(adcs->https);
	wish->auth = auth_number(https_auth_of(adcs->https));
	wish->hosts = section_text(section, "enroll-hosts", NULL);
	len = strlen(wish->url);
	adcs->is_direct = len > 4 && strcasecmp(wish->url + len - 4, "/CES") == 0;
	adcs->poll_s = POLL_S;
	if (strlen(wish->template_name) >= XCEP_NAME_SIZE)
		return section_refuse(section, "template", "not the name of a template",
		    err);
	return section_duration(section, "poll", CA_POLL_MAX_S, false, &adcs->poll_s,
	    err);
}

static enum rc
adcs_open(const struct conf *conf, const char *name, void **ret_state, struct err *err)
{
	const struct section section = { conf, name };
	struct adcs *adcs = calloc(1, sizeof(*adcs));
	enum rc r;

	if (adcs == NULL)
		return err_set(err, RC_NOMEM, "out of memory");
	r = section_trust_read(&section, &adcs->trust, err);
	if (r == RC_OK)
		r = https_open(&section,
		    HTTPS_AUTH_NEGOTIATE | HTTPS_AUTH_MESSAGE | HTTPS_AUTH_CERTIFICATE,
		    &adcs->https, err);
	if (r == RC_OK)
		r = read_settings(&section, adcs, err);
	if (r != RC_OK) {
		adcs_close(adcs);
		return r;
	}
	*ret_state = adcs;
	return RC_OK;
}

static const struct anchors *
adcs_anchors(const void *state)
{
	const struct adcs *adcs = state;

	return adcs->trust.anchors;
}

static struct cert *const *
adcs_chain(const void *state, size_t *ret_n)
{
	const struct adcs *adcs = state;

	*ret_n = adcs->trust.n_chain;
	return adcs->trust.chain;
}

/* The template by its short name, in whatever way it was configured. */
static void
adcs_prepare(const void *state, struct csr_profile *profile)
{
	const struct adcs *adcs = state;

	profile->template_name =
	    adcs->has_policy ? adcs->choice.policy->name : adcs->wish.template_name;
}

/* What the CAs' own certificates say of how long they last. */
static enum rc
note_cas(const struct adcs *adcs, const struct ca_request *request,
    struct ca_facts *facts, struct err *err)
{
	const struct xcep_ca *ca = adcs->choice.ca;
	struct bag bag = { 0 };
	struct err why = { 0 };
	enum rc r = RC_OK;

	if (ca->cert == NULL)
		return RC_OK;
	r = bag_add_der(&bag, ca->cert, ca->cert_len, &why);
	if (r == RC_OK)
		bag_note_facts(&bag, adcs->trust.anchors, request, facts);
	else if (r == RC_NOMEM)
		(void)err_set(err, r, "%s", why.text);
	else
		ca_facts_set(facts, CA_BADANSWER, "the certificate of the CA: %s",
		    why.text);
	bag_clear(&bag);
	if (facts->not_after != 0 && facts->not_after > request->now &&
	    facts->lifetime_s > facts->not_after - request->now)
		facts->lifetime_s = facts->not_after - request->now;
	return r == RC_NOMEM ? r : RC_OK;
}

/* Ask for the policy and choose; RC_OK whenever there is a finding in facts. */
static enum rc
learn_policy(struct adcs *adcs, const struct ca_request *request,
    struct ca_facts *facts, struct err *err)
{
	struct ca_answer answer = { .outcome = CA_ISSUED };
	enum rc r;

	adcs->has_answer = false;
	adcs->has_policy = false;
	xcep_clear(&adcs->xcep);
	r = adcs_talk_policy(adcs->https, request->deadline_ms, &adcs->xcep, &answer,
	    err);
	adcs->has_answer = r == RC_OK && answer.outcome == CA_ISSUED;
	if (r == RC_OK && answer.outcome != CA_ISSUED)
		ca_facts_set(facts, answer.outcome, "%s", answer.text);
	else if (r == RC_OK)
		adcs->has_policy = adcs_policy_choose(&adcs->xcep, &adcs->wish, request,
		    facts, &adcs->choice);
	ca_answer_clear(&answer);
	return r == RC_OK && adcs->has_policy ? note_cas(adcs, request, facts, err) : r;
}

static enum rc
adcs_probe(void *state, const struct ca_request *request, struct ca_facts *facts,
    struct err *err)
{
	struct adcs *adcs = state;
	int64_t end = https_client_not_after(adcs->https);

	facts->outcome = CA_ISSUED;
	if (end != 0 && end < request->now) {
		char date[CLOCK_DATE_SIZE];

		ca_facts_set(facts, CA_CONFIG,
		    "our client certificate ended on %s: it must be renewed",
		    clock_format_date(end, date));
		return RC_OK;
	}
	if (!adcs->is_direct)
		return learn_policy(adcs, request, facts, err);
	(void)snprintf(facts->kind, sizeof(facts->kind), "enterprise");
	(void)snprintf(facts->template_name, sizeof(facts->template_name), "%s",
	    adcs->wish.template_name);
	ca_facts_set(facts, CA_ISSUED,
	    "note: the url is that of an enrolment service: without the policy service "
	    "neither permission nor template can be told beforehand");
	return RC_OK;
}

/* Helpers for the path, where the answer has none: what is configured, else the CA
 * of the policy. */
static enum rc
add_helpers(const struct adcs *adcs, struct ca_answer *answer, struct err *err)
{
	const struct xcep_ca *ca = adcs->has_policy ? adcs->choice.ca : NULL;
	struct bag bag = { 0 };
	enum rc r = RC_OK;

	for (size_t i = 0; i < adcs->trust.n_chain && r == RC_OK; i++)
		if (answer->n_chain < CA_CHAIN_MAX)
			r = ca_answer_add_chain(answer, adcs->trust.chain[i], err);
	if (r != RC_OK || answer->n_chain > 0 || ca == NULL || ca->cert == NULL)
		return r;
	if (bag_add_der(&bag, ca->cert, ca->cert_len, NULL) == RC_OK &&
	    bag.certs[0]->is_ca && !bag.certs[0]->is_self_issued)
		r = ca_answer_add_chain(answer, bag.certs[0], err);
	bag_clear(&bag);
	return r;
}

static enum rc
take_certificate(const struct adcs *adcs, const struct ca_request *request,
    const struct wstep_answer *wstep, struct ca_answer *answer, struct err *err)
{
	struct bag bag = { 0 };
	struct err why = { 0 };
	enum rc r = RC_OK;

	if (wstep->leaf != NULL)
		r = bag_add_der(&bag, wstep->leaf, wstep->leaf_len, &why);
	if (r == RC_OK && wstep->bag != NULL)
		r = bag_add_pkcs7(&bag, wstep->bag, wstep->bag_len, &why);
	r = bag_answer_read(&bag, r, &why, request, answer, err);
	bag_clear(&bag);
	if (r == RC_OK && answer->outcome == CA_ISSUED)
		r = add_helpers(adcs, answer, err);
	return r;
}

/* Where to ask is what the answer says, when our login may go there; else where the
 * request was handed in. */
static enum rc
pend(const struct adcs *adcs, const char *url, const struct ca_request *request,
    const struct wstep_answer *wstep, struct ca_answer *answer, struct err *err)
{
	bool may_follow = wstep->uri[0] != '\0' &&
	    url_may_follow(adcs->wish.url, wstep->uri, adcs->wish.hosts);
	struct buf cookie;
	enum rc r;

	buf_init(&cookie, CA_COOKIE_MAX_BYTES);
	r = adcs_talk_make_cookie(&cookie, wstep->request_id,
	    may_follow ? wstep->uri : url, request, err);
	if (r == RC_OK)
		r = ca_answer_pend(answer, buf_str(&cookie), cookie.len, adcs->poll_s,
		    err);
	buf_clear(&cookie);
	return r;
}

static enum rc
take_answer(const struct adcs *adcs, const char *url, const struct ca_request *request,
    const struct wstep_answer *wstep, struct ca_answer *answer, struct err *err)
{
	enum rc r = wstep->is_pending
	    ? pend(adcs, url, request, wstep, answer, err)
	    : take_certificate(adcs, request, wstep, answer, err);

	if (r == RC_OK &&
	    (answer->outcome == CA_ISSUED || answer->outcome == CA_PENDING))
		ca_answer_name_request(answer, wstep->request_id);
	return r;
}

/* Hand in at, or ask one place. *ret_is_reached: it had the message, or may have. */
static enum rc
ask_place(struct adcs *adcs, const char *url, const char *request_id,
    const struct ca_request *request, bool *ret_is_reached, struct ca_answer *answer,
    struct err *err)
{
	struct wstep_answer wstep = { .is_pending = false };
	struct ca_answer said = { .outcome = CA_ISSUED };
	enum rc r;

	r = adcs_talk_enrol(adcs->https, url, request_id, request, ret_is_reached,
	    &wstep, &said, err);
	if (r == RC_OK && said.outcome == CA_ISSUED)
		r = take_answer(adcs, url, request, &wstep, answer, err);
	else if (r == RC_OK) {
		/* Whole, with what decides about another try. */
		ca_answer_clear(answer);
		*answer = said;
		memset(&said, 0, sizeof(said));
	}
	wstep_answer_clear(&wstep);
	ca_answer_clear(&said);
	return r;
}

static enum rc
adcs_submit(void *state, const struct ca_request *request, struct ca_answer *ret_answer,
    struct err *err)
{
	struct adcs *adcs = state;
	struct ca_facts facts = { .outcome = CA_ISSUED };
	const struct adcs_choice direct = { .urls = { adcs->wish.url }, .n_urls = 1 };
	const struct adcs_choice *choice = adcs->is_direct ? &direct : &adcs->choice;
	bool is_reached = false;
	enum rc r = RC_OK;

	if (!adcs->is_direct && !adcs->has_policy)
		r = learn_policy(adcs, request, &facts, err);
	if (r != RC_OK)
		return r;
	if (!adcs->is_direct && !adcs->has_policy) {
		ca_answer_set(ret_answer, facts.outcome, "%s", facts.text);
		return RC_OK;
	}
	for (size_t i = 0; i < choice->n_urls && r == RC_OK && !is_reached; i++)
		r = ask_place(adcs, choice->urls[i], NULL, request, &is_reached,
		    ret_answer, err);
	return r;
}

static enum rc
adcs_poll(void *state, const struct ca_request *request, struct ca_answer *ret_answer,
    struct err *err)
{
	struct adcs *adcs = state;
	char id[WSTEP_ID_SIZE];
	char url[WSTEP_URI_SIZE];
	bool is_reached = false;
	enum rc r = adcs_talk_read_cookie(request, id, url, err);

	if (r != RC_OK)
		return r;
	if (!url_may_follow(adcs->wish.url, url, adcs->wish.hosts)) {
		ca_answer_set(ret_answer, CA_CONFIG,
		    "the request waits at %s, which is not a host that may get our login "
		    "any more: set enroll-hosts",
		    url);
		return RC_OK;
	}
	return ask_place(adcs, url, id, request, &is_reached, ret_answer, err);
}

static enum rc
adcs_offers(const void *state, struct offers *offers, struct err *err)
{
	const struct adcs *adcs = state;

	return adcs->has_answer
	    ? adcs_policy_offers(&adcs->xcep, &adcs->wish, offers, err)
	    : RC_NOTFOUND;
}

static struct https *
adcs_session(void *state)
{
	const struct adcs *adcs = state;

	return adcs->https;
}

static const char *const adcs_keys[] = {
	HTTPS_KEYS,
	"trust-anchor",
	"chain-file",
	"template",
	"enroll-hosts",
	"poll",
	NULL,
};

const struct ca_ops ca_adcs_ops = {
	.name = "adcs",
	.keys = adcs_keys,
	.open = adcs_open,
	.close = adcs_close,
	.anchors = adcs_anchors,
	.chain = adcs_chain,
	.probe = adcs_probe,
	.prepare = adcs_prepare,
	.submit = adcs_submit,
	.poll = adcs_poll,
	.offers = adcs_offers,
	.session = adcs_session,
	.probe_proves_login = true,
};
