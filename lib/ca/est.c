/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Enrollment over Secure Transport: RFC 7030 with the clarifications of RFC 8951.
 * The key is the firmware's, so that only simpleenroll is of use: our host is a
 * registration authority, known by its login or client certificate.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/codec.h"
#include "ca/bag.h"
#include "ca/ca.h"
#include "ca/csrattrs.h"
#include "ca/encode.h"
#include "ca/https.h"
#include "ca/section.h"

#define WELL_KNOWN "/.well-known/est"

enum {
	RETRY_S = 600, /* of a 202 that does not say */
	RETRY_MIN_S = 10,
	CSRATTRS_MAX_BYTES = 16 * 1024,
	BODY_MAX_BYTES = 64 * 1024,
};

struct est {
	struct section_trust trust;
	struct https *https;
	struct buf url; /* of the operations, with a slash at its end */
};

static void
est_close(void *state)
{
	struct est *est = state;

	if (est == NULL)
		return;
	section_trust_clear(&est->trust);
	https_free(est->https);
	buf_clear(&est->url);
	free(est);
}

/* "/.well-known/est" is put behind a bare host; a label stands in the url. */
static enum rc
make_url(struct est *est, struct err *err)
{
	const char *url = https_url(est->https);

	buf_init(&est->url, HTTPS_URL_MAX_BYTES);
	(void)buf_add_str(&est->url, url);
	if (strstr(url, WELL_KNOWN) == NULL)
		(void)buf_add_str(&est->url, WELL_KNOWN);
	(void)buf_add_char(&est->url, '/');
	return est->url.rc == RC_OK ? RC_OK : err_set(err, est->url.rc, "url: %s", url);
}

static enum rc
est_open(const struct conf *conf, const char *name, void **ret_state, struct err *err)
{
	const struct section section = { conf, name };
	struct est *est = calloc(1, sizeof(*est));
	enum rc r;

	if (est == NULL)
		return err_set(err, RC_NOMEM, "out of memory");
	r = section_trust_read(&section, &est->trust, err);
	if (r == RC_OK)
		r = https_open(&section,
		    HTTPS_AUTH_NONE | HTTPS_AUTH_BASIC | HTTPS_AUTH_DIGEST, &est->https,
		    err);
	if (r == RC_OK)
		r = make_url(est, err);
	if (r != RC_OK) {
		est_close(est);
		return r;
	}
	*ret_state = est;
	return RC_OK;
}

static const struct anchors *
est_anchors(const void *state)
{
	const struct est *est = state;

	return est->trust.anchors;
}

static struct cert *const *
est_chain(const void *state, size_t *ret_n)
{
	const struct est *est = state;

	*ret_n = est->trust.n_chain;
	return est->trust.chain;
}

/* One operation; the answer is lent until the next. */
static enum rc
call(struct est *est, const char *operation, struct https_request *request,
    struct https_answer *answer, struct err *err)
{
	size_t base = est->url.len;
	enum rc r = buf_add_str(&est->url, operation);

	if (r != RC_OK)
		return err_set(err, r, "url: %s", operation);
	request->url = buf_str(&est->url);
	r = https_exchange(est->https, request, answer, err);
	buf_truncate(&est->url, base);
	return r;
}

/* Base64 of PKCS#7 into the bag: RC_FORMAT and RC_LIMIT for what is neither. */
static enum rc
read_bag(const struct https_answer *answer, struct bag *bag, struct err *err)
{
	uint8_t *der = NULL;
	size_t len = 0;
	enum rc r;

	if (strcmp(answer->type, "application/pkcs7-mime") != 0)
		return err_set(err, RC_FORMAT,
		    "content type %s instead of application/pkcs7-mime",
		    answer->type[0] == '\0' ? "missing" : answer->type);
	r = codec_base64_decode(answer->body, answer->len, HTTPS_ANSWER_MAX_BYTES, &der,
	    &len, err);
	if (r == RC_OK)
		r = bag_add_pkcs7(bag, der, len, err);
	free(der);
	return r;
}

/* What the server calls the CA's certificates; RC_FORMAT for another answer. */
static enum rc
fetch_cacerts(struct est *est, int64_t deadline_ms, struct https_answer *answer,
    struct bag *bag, struct err *err)
{
	struct https_request request = { .accept = "application/pkcs7-mime",
		.without_login = true,
		.deadline_ms = deadline_ms };
	enum rc r = call(est, "cacerts", &request, answer, err);

	return r == RC_OK && answer->status == 200 ? read_bag(answer, bag, err) : r;
}

/* Intermediates that an answer lacks, as helpers only. What cannot be had now is
 * not missed here: the acceptance check will say so. */
static enum rc
add_helpers(struct est *est, const struct ca_request *request, struct ca_answer *answer,
    struct err *err)
{
	struct https_answer http = { 0 };
	struct bag bag = { 0 };
	enum rc r = RC_OK;

	for (size_t i = 0; i < est->trust.n_chain && r == RC_OK; i++)
		if (answer->n_chain < CA_CHAIN_MAX)
			r = ca_answer_add_chain(answer, est->trust.chain[i], err);
	if (r != RC_OK || answer->n_chain > 0)
		return r;
	if (fetch_cacerts(est, request->deadline_ms, &http, &bag, NULL) != RC_OK)
		bag_clear(&bag);
	for (size_t i = 0; i < bag.n && r == RC_OK; i++)
		if (bag.certs[i]->is_ca && !bag.certs[i]->is_self_issued &&
		    answer->n_chain < CA_CHAIN_MAX)
			r = ca_answer_add_chain(answer, bag.certs[i], err);
	bag_clear(&bag);
	return r;
}

static enum rc
take_certificate(struct est *est, const struct ca_request *request,
    const struct https_answer *http, struct ca_answer *answer, struct err *err)
{
	struct bag bag = { 0 };
	struct err why = { 0 };
	enum rc r;

	r = read_bag(http, &bag, &why);
	r = bag_answer_read(&bag, r, &why, request, answer, err);
	bag_clear(&bag);
	if (r == RC_OK && answer->outcome == CA_ISSUED)
		r = add_helpers(est, request, answer, err);
	return r;
}

static int64_t
clamp_retry(int64_t after_s)
{
	if (after_s == 0)
		return RETRY_S;
	if (after_s < RETRY_MIN_S)
		return RETRY_MIN_S;
	return after_s > CA_POLL_MAX_S ? CA_POLL_MAX_S : after_s;
}

/* There is no request id: the same CSR, posted again, is the question. */
static enum rc
est_submit(void *state, const struct ca_request *request, struct ca_answer *ret_answer,
    struct err *err)
{
	struct https_request post = { .accept = "application/pkcs7-mime",
		.content_type = "application/pkcs10",
		.header = "Content-Transfer-Encoding: base64",
		.deadline_ms = request->deadline_ms };
	struct https_answer http = { 0 };
	struct est *est = state;
	struct err why = { 0 };
	struct buf body;
	enum rc r;

	buf_init(&body, BODY_MAX_BYTES);
	r = encode_base64_lines(&body, request->csr, request->csr_len);
	if (r != RC_OK) {
		buf_clear(&body);
		return err_set(err, r, "request: cannot be encoded");
	}
	post.body = buf_str(&body);
	post.len = body.len;
	r = call(est, "simpleenroll", &post, &http, &why);
	if (r == RC_OK && http.status == 200)
		r = take_certificate(est, request, &http, ret_answer, err);
	else if (r == RC_OK && http.status == 202)
		r = ca_answer_pend(ret_answer, NULL, 0, clamp_retry(http.retry_after_s),
		    err);
	else
		r = https_explain(r, &why, &http, ret_answer, err);
	buf_clear(&body);
	return r;
}

/* The outcome of a request that failed, as a finding. */
static enum rc
explain(enum rc r, const struct err *why, const struct https_answer *http,
    struct ca_facts *facts, struct err *err)
{
	struct ca_answer answer = { 0 };

	r = https_explain(r, why, http, &answer, err);
	if (r == RC_OK)
		ca_facts_set(facts, answer.outcome, "%s", answer.text);
	ca_answer_clear(&answer);
	return r;
}

static enum rc
probe_cacerts(struct est *est, const struct ca_request *request, struct ca_facts *facts,
    struct err *err)
{
	struct https_answer http = { 0 };
	struct bag bag = { 0 };
	struct err why = { 0 };
	enum rc r = fetch_cacerts(est, request->deadline_ms, &http, &bag, &why);

	if (r == RC_OK && http.status == 200) {
		bag_note_facts(&bag, est->trust.anchors, request, facts);
	} else if (r == RC_FORMAT || r == RC_LIMIT) {
		ca_facts_set(facts, CA_BADANSWER, "cacerts: %s", why.text);
		r = RC_OK;
	} else {
		r = explain(r, &why, &http, facts, err);
	}
	bag_clear(&bag);
	return r;
}

static enum rc
judge_csrattrs(const struct https_answer *http, const struct ca_request *request,
    struct ca_facts *facts, struct err *err)
{
	char words[CSRATTRS_WHY_SIZE];
	struct csrattrs attrs = { 0 };
	struct err why = { 0 };
	uint8_t *der = NULL;
	size_t len = 0;
	enum rc r;

	if (strcmp(http->type, "application/csrattrs") != 0)
		r = err_set(&why, RC_FORMAT, "csrattrs: content type %s", http->type);
	else
		r = codec_base64_decode(http->body, http->len, CSRATTRS_MAX_BYTES, &der,
		    &len, &why);
	if (r == RC_OK && len > 0)
		r = csrattrs_parse(der, len, &attrs, &why);
	free(der);
	if (r == RC_NOMEM)
		return err_set(err, r, "%s", why.text);
	if (r != RC_OK)
		ca_facts_set(facts, CA_BADANSWER, "%s", why.text);
	else if (!csrattrs_fit(&attrs, request->key_kind, request->key_bits,
		     request->digest, words))
		ca_facts_set(facts, CA_CONFIG, "%s", words);
	else if (attrs.wants_challenge && facts->text[0] == '\0')
		ca_facts_set(facts, facts->outcome,
		    "note: the CA asks for a request bound to its TLS session, which "
		    "firmware cannot sign; it may refuse");
	return RC_OK;
}

/* With our login: what is refused here is refused with a request, too. */
static enum rc
probe_csrattrs(struct est *est, const struct ca_request *request,
    struct ca_facts *facts, struct err *err)
{
	struct https_request get = { .accept = "application/csrattrs",
		.deadline_ms = request->deadline_ms };
	struct https_answer http = { 0 };
	struct err why = { 0 };
	enum rc r = call(est, "csrattrs", &get, &http, &why);

	if (r == RC_OK && (http.status == 204 || http.status == 404))
		return RC_OK;
	if (r == RC_OK && http.status == 200)
		return judge_csrattrs(&http, request, facts, err);
	return explain(r, &why, &http, facts, err);
}

static enum rc
est_probe(void *state, const struct ca_request *request, struct ca_facts *facts,
    struct err *err)
{
	struct est *est = state;
	int64_t end = https_client_not_after(est->https);
	char date[CLOCK_DATE_SIZE];
	enum rc r;

	(void)snprintf(facts->kind, sizeof(facts->kind), "EST");
	facts->outcome = CA_ISSUED;
	if (end != 0 && end < request->now) {
		ca_facts_set(facts, CA_CONFIG,
		    "our client certificate ended on %s: it must be renewed",
		    clock_format_date(end, date));
		return RC_OK;
	}
	r = probe_cacerts(est, request, facts, err);
	if (r == RC_OK && facts->outcome == CA_ISSUED)
		r = probe_csrattrs(est, request, facts, err);
	return r;
}

static struct https *
est_session(void *state)
{
	struct est *est = state;

	return est->https;
}

static const char *const est_keys[] = {
	HTTPS_KEYS,
	"trust-anchor",
	"chain-file",
	NULL,
};

const struct ca_ops ca_est_ops = {
	.name = "est",
	.keys = est_keys,
	.open = est_open,
	.close = est_close,
	.anchors = est_anchors,
	.chain = est_chain,
	.probe = est_probe,
	.submit = est_submit,
	.poll = est_submit,
	.session = est_session,
};
