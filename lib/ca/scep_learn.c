/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Talking to a SCEP server, and what it says of itself: RFC 8894 3.5, 4.1 and 4.2.
 */
#include <string.h>

#include "base/buf.h"
#include "ca/bag.h"
#include "ca/scep_session.h"

#define TYPE_CERT  "application/x-x509-ca-cert"
#define TYPE_CERTS "application/x-x509-ca-ra-cert"

enum {
	CAPS_MAX_BYTES = 16 * 1024,
};

enum rc
scep_call(struct scep *scep, const char *operation, struct https_request *request,
    struct https_answer *answer, struct err *err)
{
	struct buf url;
	enum rc r;

	buf_init(&url, HTTPS_URL_MAX_BYTES);
	r = buf_addf(&url, "%s?operation=%s", https_url(scep->https), operation);
	if (scep->ident != NULL && request->body == NULL)
		r = buf_addf(&url, "&message=%s", scep->ident);
	request->url = buf_str(&url);
	r = r == RC_OK ? https_exchange(scep->https, request, answer, err)
		       : err_set(err, RC_CONFIG, "url: too long");
	buf_clear(&url);
	return r;
}

/* What makes no answer of use: in *answer, which is CA_ISSUED as long as none is. */
static enum rc
learn_caps(struct scep *scep, int64_t deadline_ms, struct ca_answer *answer,
    struct err *err)
{
	struct https_request get = { .max_bytes = CAPS_MAX_BYTES,
		.without_login = true,
		.deadline_ms = deadline_ms };
	char missing[SCEP_CAPS_SIZE];
	struct https_answer http = { 0 };
	struct err why = { 0 };
	enum rc r = scep_call(scep, "GetCACaps", &get, &http, &why);

	if (r != RC_OK || http.status != 200)
		return https_explain(r, &why, &http, answer, err);
	if (strcmp(http.type, "text/html") == 0) {
		ca_answer_set(answer, CA_BADANSWER,
		    "GetCACaps: a page for people: correct the url");
		return RC_OK;
	}
	scep_ca_name_missing(scep_ca_read_caps(http.body, http.len), missing);
	if (missing[0] != '\0')
		ca_answer_set(answer, CA_UNSUPPORTED,
		    "SCEP server without %s, which RFC 8894 2.9 demands: update it, or "
		    "use another backend",
		    missing);
	return RC_OK;
}

/* RC_FORMAT and RC_LIMIT for what are no certificates. */
static enum rc
read_certs(const struct https_answer *http, struct bag *bag, struct err *err)
{
	const uint8_t *der = (const uint8_t *)http->body;

	if (strcmp(http->type, TYPE_CERT) == 0)
		return bag_add_der(bag, der, http->len, err);
	if (strcmp(http->type, TYPE_CERTS) == 0)
		return bag_add_pkcs7(bag, der, http->len, err);
	return err_set(err, RC_FORMAT,
	    "content type %s instead of " TYPE_CERT " or " TYPE_CERTS,
	    http->type[0] == '\0' ? "missing" : http->type);
}

static enum rc
learn_certs(struct scep *scep, const struct ca_request *request,
    struct ca_answer *answer, struct err *err)
{
	struct https_request get = { .without_login = true,
		.deadline_ms = request->deadline_ms };
	struct https_answer http = { 0 };
	struct err why = { 0 };
	enum rc r = scep_call(scep, "GetCACert", &get, &http, &why);

	if (r != RC_OK || http.status != 200)
		return https_explain(r, &why, &http, answer, err);
	scep_ca_clear(&scep->ca);
	r = read_certs(&http, &scep->ca.bag, &why);
	if (r == RC_FORMAT || r == RC_LIMIT) {
		ca_answer_set(answer, CA_BADANSWER, "GetCACert: %s", why.text);
		return RC_OK;
	}
	if (r == RC_OK)
		r = scep_ca_choose(&scep->ca, &scep->known, request->now, &why);
	if (r == RC_CA) {
		ca_answer_set(answer, CA_CONFIG, "%s", why.text);
		return RC_OK;
	}
	scep->has_ca = r == RC_OK;
	return r == RC_OK ? r : err_set(err, r, "%s", why.text);
}

enum rc
scep_learn(struct scep *scep, const struct ca_request *request,
    struct ca_answer *answer, struct err *err)
{
	enum rc r = RC_OK;

	if (scep->has_ca)
		return r;
	answer->outcome = CA_ISSUED;
	r = learn_caps(scep, request->deadline_ms, answer, err);
	if (r == RC_OK && answer->outcome == CA_ISSUED)
		r = learn_certs(scep, request, answer, err);
	return r;
}
