/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Microsoft's Web Enrolment pages: the only way over HTTP to a stand-alone CA, which
 * has no templates and lets every request wait for a person; works with an
 * enterprise CA, too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ca/bag.h"
#include "ca/certsrv_page.h"
#include "ca/certsrv_session.h"
#include "ca/encode.h"
#include "ca/hresult.h"

/* Other programs get other pages. */
#define AGENT "User-Agent: Mozilla/5.0 (compatible; amtcert)"

enum {
	FORM_MAX_BYTES = 128 * 1024,
	POLL_S = 3600,
	POLL_MAX_S = 24 * 3600,
};

static void
certsrv_close(void *state)
{
	struct certsrv *certsrv = state;

	if (certsrv == NULL)
		return;
	section_trust_clear(&certsrv->trust);
	https_free(certsrv->https);
	free(certsrv);
}

static enum rc
read_settings(const struct section *section, struct certsrv *certsrv, struct err *err)
{
	const char *approval = section_text(section, "manual-approval", "no");

	certsrv->template_name = section_text(section, "template", NULL);
	certsrv->may_wait = strcmp(approval, "yes") == 0;
	certsrv->poll_s = POLL_S;
	if (!certsrv->may_wait && strcmp(approval, "no") != 0)
		return section_refuse(section, "manual-approval", "neither yes nor no",
		    err);
	if (certsrv->template_name != NULL &&
	    certsrv->template_name[strcspn(certsrv->template_name, "\r\n:;&")] != '\0')
		return section_refuse(section, "template", "not the name of a template",
		    err);
	return section_duration(section, "poll", POLL_MAX_S, false, &certsrv->poll_s,
	    err);
}

static enum rc
certsrv_open(const struct conf *conf, const char *name, void **ret_state,
    struct err *err)
{
	const struct section section = { conf, name };
	struct certsrv *certsrv = calloc(1, sizeof(*certsrv));
	enum rc r;

	if (certsrv == NULL)
		return err_set(err, RC_NOMEM, "out of memory");
	r = read_settings(&section, certsrv, err);
	if (r == RC_OK)
		r = section_trust_read(&section, &certsrv->trust, err);
	if (r == RC_OK)
		r = https_open(&section, HTTPS_AUTH_BASIC | HTTPS_AUTH_NEGOTIATE,
		    &certsrv->https, err);
	if (r != RC_OK) {
		certsrv_close(certsrv);
		return r;
	}
	*ret_state = certsrv;
	return RC_OK;
}

static const struct anchors *
certsrv_anchors(const void *state)
{
	const struct certsrv *certsrv = state;

	return certsrv->trust.anchors;
}

static struct cert *const *
certsrv_chain(const void *state, size_t *ret_n)
{
	const struct certsrv *certsrv = state;

	*ret_n = certsrv->trust.n_chain;
	return certsrv->trust.chain;
}

enum rc
certsrv_call(struct certsrv *certsrv, const char *page, const struct buf *form,
    int64_t deadline_ms, struct https_answer *answer, struct err *err)
{
	struct https_request request = { .accept = "*/*",
		.header = AGENT,
		.deadline_ms = deadline_ms };
	struct buf url;
	enum rc r;

	buf_init(&url, HTTPS_URL_MAX_BYTES);
	r = buf_addf(&url, "%s/%s", https_url(certsrv->https), page);
	request.url = buf_str(&url);
	if (form != NULL) {
		request.content_type = "application/x-www-form-urlencoded";
		request.body = buf_str(form);
		request.len = form->len;
	}
	r = r == RC_OK ? https_exchange(certsrv->https, &request, answer, err)
		       : err_set(err, r, "url: too long");
	buf_clear(&url);
	return r;
}

static void
add_encoded(struct buf *form, const char *text)
{
	static const char plain[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

	for (; *text != '\0'; text++) {
		if (strchr(plain, *text) != NULL)
			(void)buf_add_char(form, *text);
		else
			(void)buf_addf(form, "%%%02X", (unsigned int)(uint8_t)*text);
	}
}

static void
add_field(struct buf *form, const char *name, const char *value)
{
	(void)buf_addf(form, "%s%s=", form->len > 0 ? "&" : "", name);
	add_encoded(form, value);
}

static enum rc
make_form(const struct certsrv *certsrv, const struct ca_request *request,
    struct buf *form, struct err *err)
{
	struct buf pem;
	struct buf attributes;
	enum rc r;

	buf_init(&pem, FORM_MAX_BYTES);
	buf_init(&attributes, FORM_MAX_BYTES);
	(void)encode_pem(&pem, "CERTIFICATE REQUEST", request->csr, request->csr_len);
	if (certsrv->template_name != NULL)
		(void)buf_addf(&attributes, "CertificateTemplate:%s\r\n",
		    certsrv->template_name);
	add_field(form, "Mode", "newreq");
	add_field(form, "CertRequest", buf_str(&pem));
	add_field(form, "CertAttrib", buf_str(&attributes));
	add_field(form, "FriendlyType", "Saved-Request Certificate");
	add_field(form, "TargetStoreFlags", "0");
	add_field(form, "SaveCert", "yes");
	r = pem.rc != RC_OK	     ? pem.rc
	    : attributes.rc != RC_OK ? attributes.rc
				     : form->rc;
	buf_clear(&pem);
	buf_clear(&attributes);
	return r == RC_OK ? r : err_set(err, r, "request: cannot be encoded");
}

/* Helpers for the path; what cannot be had now the acceptance check will miss. */
static enum rc
add_helpers(struct certsrv *certsrv, const char *id, const struct ca_request *request,
    struct ca_answer *answer, struct err *err)
{
	char page[sizeof("certnew.p7b?ReqID=&Enc=b64") + CERTSRV_ID_SIZE];
	struct https_answer http = { 0 };
	struct bag bag = { 0 };
	enum rc r = RC_OK;

	for (size_t i = 0; i < certsrv->trust.n_chain && r == RC_OK; i++)
		if (answer->n_chain < CA_CHAIN_MAX)
			r = ca_answer_add_chain(answer, certsrv->trust.chain[i], err);
	if (r != RC_OK || answer->n_chain > 0)
		return r;
	(void)snprintf(page, sizeof(page), "certnew.p7b?ReqID=%s&Enc=b64", id);
	if (certsrv_call(certsrv, page, NULL, request->deadline_ms, &http, NULL) ==
		RC_OK &&
	    http.status == 200)
		(void)bag_add_any(&bag, http.body, http.len, NULL);
	for (size_t i = 0; i < bag.n && r == RC_OK; i++)
		if (bag.certs[i]->is_ca && !bag.certs[i]->is_self_issued &&
		    answer->n_chain < CA_CHAIN_MAX)
			r = ca_answer_add_chain(answer, bag.certs[i], err);
	bag_clear(&bag);
	return r;
}

static enum rc
take_certificate(struct certsrv *certsrv, const char *id,
    const struct ca_request *request, const struct https_answer *http,
    struct ca_answer *answer, struct err *err)
{
	struct bag bag = { 0 };
	struct err why = { 0 };
	enum rc r = bag_add_any(&bag, http->body, http->len, &why);

	r = bag_answer_read(&bag, r, &why, request, answer, err);
	bag_clear(&bag);
	if (r == RC_OK && answer->outcome == CA_ISSUED)
		r = add_helpers(certsrv, id, request, answer, err);
	return r;
}

/* A page in the place of a certificate: denied, forgotten, or still waiting. */
static enum rc
take_page(const struct certsrv *certsrv, const char *id,
    const struct https_answer *http, struct ca_answer *answer, struct err *err)
{
	struct certsrv_page page;

	certsrv_page_read(http->body, http->len, &page);
	if (page.hresult != 0) {
		hresult_explain(page.hresult, page.message, CA_REJECTED, answer);
		return RC_OK;
	}
	if (page.message[0] == '\0' && page.pending_id[0] == '\0') {
		ca_answer_set(answer, CA_BADANSWER, "an unknown page: %s",
		    page.title[0] == '\0' ? "without title" : page.title);
		return RC_OK;
	}
	return ca_answer_pend(answer, id, strlen(id), certsrv->poll_s, err);
}

static enum rc
fetch_page(struct certsrv *certsrv, const char *id, const struct ca_request *request,
    struct ca_answer *answer, struct err *err)
{
	char page[sizeof("certnew.cer?ReqID=&Enc=b64") + CERTSRV_ID_SIZE];
	struct https_answer http = { 0 };
	struct err why = { 0 };
	enum rc r;

	(void)snprintf(page, sizeof(page), "certnew.cer?ReqID=%s&Enc=b64", id);
	r = certsrv_call(certsrv, page, NULL, request->deadline_ms, &http, &why);
	if (r != RC_OK || http.status != 200)
		return https_explain(r, &why, &http, answer, err);
	if (strcmp(http.type, "application/pkix-cert") == 0)
		return take_certificate(certsrv, id, request, &http, answer, err);
	if (strcmp(http.type, "text/html") == 0)
		return take_page(certsrv, id, &http, answer, err);
	ca_answer_set(answer, CA_BADANSWER, "content type %s",
	    http.type[0] == '\0' ? "missing" : http.type);
	return RC_OK;
}

static enum rc
fetch(struct certsrv *certsrv, const char *id, const struct ca_request *request,
    struct ca_answer *answer, struct err *err)
{
	enum rc r = fetch_page(certsrv, id, request, answer, err);

	if (r == RC_OK)
		ca_answer_name_request(answer, id);
	return r;
}

static enum rc
pend(const struct certsrv *certsrv, const char *id, struct ca_answer *answer,
    struct err *err)
{
	enum rc r = ca_answer_pend(answer, id, strlen(id), certsrv->poll_s, err);

	if (r == RC_OK)
		ca_answer_name_request(answer, id);
	return r;
}

/* The page that answers a request. */
static enum rc
take_answer(struct certsrv *certsrv, const struct ca_request *request,
    const struct https_answer *http, struct ca_answer *answer, struct err *err)
{
	struct certsrv_page page;

	if (strcmp(http->type, "text/html") != 0) {
		ca_answer_set(answer, CA_BADANSWER, "content type %s",
		    http->type[0] == '\0' ? "missing" : http->type);
		return RC_OK;
	}
	certsrv_page_read(http->body, http->len, &page);
	if (page.issued_id[0] != '\0')
		return fetch(certsrv, page.issued_id, request, answer, err);
	if (page.pending_id[0] != '\0' && page.hresult == 0)
		return pend(certsrv, page.pending_id, answer, err);
	if (page.hresult != 0)
		hresult_explain(page.hresult, page.message, CA_REJECTED, answer);
	else if (page.message[0] != '\0')
		ca_answer_set(answer, CA_REJECTED, "%s", page.message);
	else
		ca_answer_set(answer, CA_BADANSWER, "an unknown page: %s",
		    page.title[0] == '\0' ? "without title" : page.title);
	return RC_OK;
}

static enum rc
certsrv_submit(void *state, const struct ca_request *request,
    struct ca_answer *ret_answer, struct err *err)
{
	struct certsrv *certsrv = state;
	struct https_answer http = { 0 };
	struct err why = { 0 };
	struct buf form;
	enum rc r;

	buf_init(&form, FORM_MAX_BYTES);
	r = make_form(certsrv, request, &form, err);
	if (r == RC_OK) {
		r = certsrv_call(certsrv, "certfnsh.asp", &form, request->deadline_ms,
		    &http, &why);
		r = r == RC_OK && http.status == 200
		    ? take_answer(certsrv, request, &http, ret_answer, err)
		    : https_explain(r, &why, &http, ret_answer, err);
	}
	buf_clear(&form);
	return r;
}

/* The cookie is the number of the request. */
static enum rc
certsrv_poll(void *state, const struct ca_request *request,
    struct ca_answer *ret_answer, struct err *err)
{
	char id[CERTSRV_ID_SIZE] = "";

	if (request->cookie_len > 0 && request->cookie_len < sizeof(id))
		memcpy(id, request->cookie, request->cookie_len);
	if (id[0] == '\0' || id[strspn(id, "0123456789")] != '\0')
		return err_set(err, RC_INTERNAL, "the number of the request is lost");
	return fetch(state, id, request, ret_answer, err);
}

static struct https *
certsrv_session(void *state)
{
	struct certsrv *certsrv = state;

	return certsrv->https;
}

static const char *const certsrv_keys[] = {
	HTTPS_KEYS,
	"trust-anchor",
	"chain-file",
	"template",
	"manual-approval",
	"poll",
	NULL,
};

const struct ca_ops ca_certsrv_ops = {
	.name = "certsrv",
	.keys = certsrv_keys,
	.open = certsrv_open,
	.close = certsrv_close,
	.anchors = certsrv_anchors,
	.chain = certsrv_chain,
	.probe = certsrv_probe,
	.submit = certsrv_submit,
	.poll = certsrv_poll,
	.session = certsrv_session,
	.probe_proves_login = true,
};
