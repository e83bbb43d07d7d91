/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message written, posted and read.  A fault comes with status 500 and the media
 * type of SOAP, anything else that is no success is HTTP's.
 */
#include "ca/adcs_talk.h"

#include <stdio.h>
#include <string.h>

#include <openssl/sha.h>

#include "base/codec.h"
#include "ca/soap.h"

enum {
	ELEMENTS_MAX = 4096,
	DIGEST_TEXT_SIZE = 2 * SHA256_DIGEST_LENGTH + 1,
};

static const struct xml_limits enrol_limits = { HTTPS_ANSWER_MAX_BYTES, ELEMENTS_MAX };
static const struct xml_limits policy_limits = { XCEP_ANSWER_MAX_BYTES,
	XCEP_ELEMENTS_MAX };

struct message {
	const char *url;
	const char *action;
	char id[SOAP_ID_SIZE];
	struct buf out; /* wiped: it may hold the password */
	const struct xml_limits *limits;
	int64_t deadline_ms;
};

static enum rc
start(struct https *https, struct message *message, struct err *err)
{
	struct soap_head head = { .action = message->action,
		.id = message->id,
		.to = message->url };
	enum rc r = soap_make_id(message->id, err);

	buf_init(&message->out, SOAP_REQUEST_MAX_BYTES);
	if (https_auth_of(https) == HTTPS_AUTH_MESSAGE) {
		head.logname = https_logname(https);
		head.secret = https_secret(https);
	}
	if (r == RC_OK)
		soap_write_head(&message->out, &head);
	return r;
}

static bool
is_soap(const struct https_answer *http)
{
	return strcmp(http->type, "application/soap+xml") == 0 &&
	    (http->status == 200 || http->status == 400 || http->status == 500);
}

/* Post it; what is read is in *soap, unless that is empty and the status tells. */
static enum rc
post(struct https *https, struct message *message, struct https_answer *http,
    struct soap_answer *soap, struct err *why)
{
	struct https_request request = { .url = message->url,
		.accept = "application/soap+xml",
		.content_type = SOAP_CONTENT_TYPE,
		.max_bytes = message->limits->bytes,
		.deadline_ms = message->deadline_ms };
	enum rc r = RC_OK;

	soap_write_end(&message->out);
	if (message->out.rc != RC_OK)
		return err_set(why, message->out.rc == RC_NOMEM ? RC_NOMEM : RC_CONFIG,
		    "a request cannot be written: logname, secret or url hold what XML "
		    "cannot carry");
	request.body = buf_str(&message->out);
	request.len = message->out.len;
	r = https_exchange(https, &request, http, why);
	if (r != RC_OK)
		return r;
	if (is_soap(http))
		return soap_read(http->body, http->len, message->limits, message->id,
		    soap, why);
	if (http->status == 200)
		return err_set(why, RC_FORMAT,
		    "content type %s instead of application/soap+xml",
		    http->type[0] == '\0' ? "missing" : http->type);
	return RC_OK;
}

/* Was there an answer with a body that is no fault? Otherwise outcome says what. */
static enum rc
explain(struct https *https, enum rc r, const struct err *why,
    const struct https_answer *http, const struct soap_answer *soap,
    struct ca_answer *outcome, struct err *err)
{
	if (r != RC_OK || soap->xml == NULL)
		return https_explain(r, why, http, outcome, err);
	soap_explain_fault(&soap->fault, outcome);
	if (soap_is_login_refused(&soap->fault))
		https_end_login(https, outcome->text);
	return RC_OK;
}

static enum rc
ask_policy(struct https *https, int64_t deadline_ms, bool without_versions,
    struct https_answer *http, struct soap_answer *soap, struct err *why)
{
	struct message message = { .url = https_url(https),
		.action = XCEP_ACTION,
		.limits = &policy_limits,
		.deadline_ms = deadline_ms };
	enum rc r = start(https, &message, why);

	if (r == RC_OK) {
		xcep_write_query(&message.out, without_versions);
		r = post(https, &message, http, soap, why);
	}
	buf_wipe(&message.out);
	return r;
}

enum rc
adcs_talk_policy(struct https *https, int64_t deadline_ms, struct xcep *ret_xcep,
    struct ca_answer *outcome, struct err *err)
{
	struct https_answer http = { 0 };
	struct soap_answer soap = { .xml = NULL };
	struct err why = { 0 };
	enum rc r = ask_policy(https, deadline_ms, false, &http, &soap, &why);

	/* Windows Server 2008 R2 does not know clientVersion. */
	if (r == RC_OK && strcmp(soap.fault.subcode, "DeserializationFailed") == 0) {
		soap_answer_clear(&soap);
		r = ask_policy(https, deadline_ms, true, &http, &soap, &why);
	}
	if (r == RC_OK && soap.body != NULL)
		r = xcep_read(soap.body, ret_xcep, &why);
	if (r == RC_OK && soap.body != NULL) {
		soap_answer_clear(&soap);
		return RC_OK;
	}
	r = explain(https, r, &why, &http, &soap, outcome, err);
	soap_answer_clear(&soap);
	if (r == RC_OK && http.status == 404)
		ca_answer_set(outcome, CA_CONFIG,
		    "HTTP 404: there is no policy service (CEP) at the url; it and the "
		    "enrolment service need an enterprise CA: a stand-alone CA has no "
		    "templates and cannot re-enrol, see backend certsrv");
	return r;
}

enum rc
adcs_talk_enrol(struct https *https, const char *url, const char *request_id,
    const struct ca_request *request, bool *ret_is_reached,
    struct wstep_answer *ret_wstep, struct ca_answer *outcome, struct err *err)
{
	struct message message = { .url = url,
		.action = WSTEP_ACTION,
		.limits = &enrol_limits,
		.deadline_ms = request->deadline_ms };
	struct https_answer http = { 0 };
	struct soap_answer soap = { .xml = NULL };
	struct err why = { 0 };
	enum rc r = start(https, &message, &why);

	if (r == RC_OK && request_id != NULL)
		wstep_write_query(&message.out, request_id);
	else if (r == RC_OK)
		wstep_write_issue(&message.out, request->csr, request->csr_len);
	if (r == RC_OK)
		r = post(https, &message, &http, &soap, &why);
	buf_wipe(&message.out);
	*ret_is_reached =
	    r != RC_RESOLVE && r != RC_CONNECT && r != RC_TLS && http.status != 503;
	if (r == RC_OK && soap.body != NULL)
		r = wstep_read(soap.body, ret_wstep, &why);
	if (r != RC_OK || soap.body == NULL)
		r = explain(https, r, &why, &http, &soap, outcome, err);
	soap_answer_clear(&soap);
	return r;
}

static enum rc
digest_text(const struct ca_request *request, char text[DIGEST_TEXT_SIZE],
    struct err *err)
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	struct buf hex;
	enum rc r;

	(void)SHA256(request->csr, request->csr_len, digest);
	buf_init(&hex, DIGEST_TEXT_SIZE);
	r = codec_hex_encode(&hex, digest, sizeof(digest));
	if (r == RC_OK)
		memcpy(text, buf_str(&hex), DIGEST_TEXT_SIZE);
	buf_clear(&hex);
	return r == RC_OK ? r : err_set(err, r, "digest: out of memory");
}

enum rc
adcs_talk_make_cookie(struct buf *cookie, const char *request_id, const char *url,
    const struct ca_request *request, struct err *err)
{
	char digest[DIGEST_TEXT_SIZE];
	enum rc r = digest_text(request, digest, err);

	if (r == RC_OK)
		r = buf_addf(cookie, "%s\n%s\n%s\n", request_id, url, digest);
	return r == RC_OK ? r : err_set(err, r, "cookie: out of memory");
}

/* One line of the cookie into field, *at behind it; false when there is none. */
static bool
take_line(const char **at, const char *end, char *field, size_t size)
{
	const char *stop = memchr(*at, '\n', (size_t)(end - *at));
	size_t len = stop == NULL ? 0 : (size_t)(stop - *at);

	if (stop == NULL || len == 0 || len >= size || memchr(*at, '\0', len) != NULL)
		return false;
	memcpy(field, *at, len);
	field[len] = '\0';
	*at = stop + 1;
	return true;
}

enum rc
adcs_talk_read_cookie(const struct ca_request *request, char id[WSTEP_ID_SIZE],
    char url[WSTEP_URI_SIZE], struct err *err)
{
	const char *at = (const char *)request->cookie;
	const char *end = NULL;
	char digest[DIGEST_TEXT_SIZE];
	char ours[DIGEST_TEXT_SIZE];
	enum rc r;

	if (at == NULL)
		return err_set(err, RC_INTERNAL, "the number of the request is lost");
	end = at + request->cookie_len;
	if (!take_line(&at, end, id, WSTEP_ID_SIZE) ||
	    !take_line(&at, end, url, WSTEP_URI_SIZE) ||
	    !take_line(&at, end, digest, sizeof(digest)) || at != end)
		return err_set(err, RC_INTERNAL, "the number of the request is lost");
	r = digest_text(request, ours, err);
	if (r == RC_OK && strcmp(digest, ours) != 0)
		r = err_set(err, RC_INTERNAL,
		    "the number that was kept is that of another request");
	return r;
}
