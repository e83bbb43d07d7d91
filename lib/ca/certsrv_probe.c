/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which kind of CA is behind Web Enrolment pages, and can it renew?  The pages that
 * people use tell it.
 */
#include <stdio.h>

#include "ca/bag.h"
#include "ca/certsrv_page.h"
#include "ca/certsrv_session.h"

static void
judge_enterprise(const struct certsrv *certsrv, const struct https_answer *http,
    struct ca_facts *facts)
{
	const char *wanted = certsrv->template_name;

	(void)snprintf(facts->kind, sizeof(facts->kind), "enterprise");
	if (wanted == NULL)
		ca_facts_set(facts, CA_CONFIG,
		    "enterprise CA: it issues from templates only: set template");
	else if (!certsrv_page_offers(http->body, http->len, wanted)) {
		facts->lacks_template = true;
		ca_facts_set(facts, CA_CONFIG,
		    "enterprise CA: template %s is not offered to this account: publish "
		    "it at the CA, and give the account Read and Enroll",
		    wanted);
	} else
		(void)snprintf(facts->template_name, sizeof(facts->template_name), "%s",
		    wanted);
}

static void
judge_stand_alone(const struct certsrv *certsrv, struct ca_facts *facts)
{
	(void)snprintf(facts->kind, sizeof(facts->kind), "stand-alone");
	facts->needs_approval = true;
	if (certsrv->template_name != NULL || !certsrv->may_wait)
		ca_facts_set(facts, CA_UNSUPPORTED,
		    "stand-alone CA: no template, cannot re-enrol: each renewal is a new "
		    "request that a CA manager must approve. Use an enterprise CA (AD "
		    "CS), or another backend, or accept that: manual-approval = yes, and "
		    "no template");
	else
		ca_facts_set(facts, CA_ISSUED,
		    "stand-alone CA: no template, cannot re-enrol: a CA manager must "
		    "approve each request");
}

/* The page on which people hand in a request tells the kind of CA. */
static enum rc
probe_kind(struct certsrv *certsrv, const struct ca_request *request,
    struct ca_facts *facts, struct err *err)
{
	struct https_answer http = { 0 };
	struct ca_answer answer = { 0 };
	struct certsrv_page page;
	struct err why = { 0 };
	enum rc r = certsrv_call(certsrv, "certrqxt.asp", NULL, request->deadline_ms,
	    &http, &why);

	if (r != RC_OK || http.status != 200) {
		r = https_explain(r, &why, &http, &answer, err);
		if (r == RC_OK)
			ca_facts_set(facts, answer.outcome, "%s", answer.text);
		ca_answer_clear(&answer);
		return r;
	}
	certsrv_page_read(http.body, http.len, &page);
	if (!page.has_request_form)
		ca_facts_set(facts, CA_BADANSWER,
		    "not the page that takes requests (certrqxt.asp), but: %s",
		    page.title[0] == '\0' ? "one without title" : page.title);
	else if (page.has_template_list)
		judge_enterprise(certsrv, &http, facts);
	else
		judge_stand_alone(certsrv, facts);
	return RC_OK;
}

/* The newest certificate of the CA; what cannot be had is not told. */
static void
probe_end(struct certsrv *certsrv, const struct ca_request *request,
    struct ca_facts *facts)
{
	char
	    name[sizeof("certnew.cer?ReqID=CACert&Renewal=&Enc=b64") + CERTSRV_ID_SIZE];
	struct https_answer http = { 0 };
	struct certsrv_page page;
	struct bag bag = { 0 };

	if (certsrv_call(certsrv, "certcarc.asp", NULL, request->deadline_ms, &http,
		NULL) != RC_OK ||
	    http.status != 200)
		return;
	certsrv_page_read(http.body, http.len, &page);
	if (page.renewals[0] == '\0')
		return;
	(void)snprintf(name, sizeof(name),
	    "certnew.cer?ReqID=CACert&Renewal=%s&Enc=b64", page.renewals);
	if (certsrv_call(certsrv, name, NULL, request->deadline_ms, &http, NULL) ==
		RC_OK &&
	    http.status == 200 && bag_add_any(&bag, http.body, http.len, NULL) == RC_OK)
		bag_note_facts(&bag, certsrv->trust.anchors, request, facts);
	bag_clear(&bag);
}

enum rc
certsrv_probe(void *state, const struct ca_request *request, struct ca_facts *facts,
    struct err *err)
{
	enum rc r;

	facts->outcome = CA_ISSUED;
	r = probe_kind(state, request, facts, err);
	if (r == RC_OK && facts->outcome != CA_AUTH && facts->outcome != CA_RETRY)
		probe_end(state, request, facts);
	return r;
}
