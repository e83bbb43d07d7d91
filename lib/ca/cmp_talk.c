/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A certificate by CMP: the device's own PKCS#10 (p10cr), since no other request can
 * be signed with its key.  Of what OpenSSL 3.0 hands out before a transaction has
 * succeeded nothing is used: it gives the certificate even when that is for another
 * key, or was refused.
 */
#include "ca/cmp_talk.h"

#include <stdio.h>

#include "base/codec.h"
#include "ca/accept.h"
#include "ca/cmp_session.h"

static enum rc
add_to_bag(struct bag *bag, X509 *x, struct err *err)
{
	unsigned char *der = NULL;
	int len = i2d_X509(x, &der);
	enum rc r;

	if (len <= 0)
		return err_set(err, RC_NOMEM, "CMP: out of memory");
	r = bag_add_der(bag, der, (size_t)len, err);
	OPENSSL_free(der);
	return r;
}

/* What was issued, first in the bag, and what the server sent along. */
static enum rc
fill_bag(struct cmp_session *session, X509 *issued, struct err *err)
{
	STACK_OF(X509) *extra = OSSL_CMP_CTX_get1_extraCertsIn(session->ctx);
	enum rc r;

	bag_clear(&session->bag);
	r = add_to_bag(&session->bag, issued, err);
	for (int i = 0; i < sk_X509_num(extra) && r == RC_OK; i++)
		r = add_to_bag(&session->bag, sk_X509_value(extra, i), err);
	sk_X509_pop_free(extra, X509_free);
	return r;
}

/* The path of what was issued may need what is configured. */
static enum rc
judge_bag(const struct cmp_session *session, struct err *err)
{
	const struct ca_request *request = session->request;
	const STACK_OF(X509) *helpers = session->peer->keys->helpers;
	struct bag all = { 0 };
	struct accept_input input = { .csr = request->csr,
		.csr_len = request->csr_len,
		.profile = &request->profile,
		.anchors = session->peer->anchors,
		.now = request->now,
		.device_now = request->not_before_max,
		.lifetime_s = request->lifetime_s };
	enum rc r = RC_OK;

	for (size_t i = 0; i < session->bag.n && r == RC_OK; i++)
		r = bag_add_der(&all, session->bag.certs[i]->der,
		    session->bag.certs[i]->der_len, err);
	for (int i = 0; i < sk_X509_num(helpers) && r == RC_OK; i++)
		r = add_to_bag(&all, sk_X509_value(helpers, i), err);
	if (r == RC_OK) {
		input.leaf = all.certs[0];
		input.chain = &all.certs[1];
		input.n_chain = all.n - 1;
		r = accept_judge(&input, NULL, err);
	}
	bag_clear(&all);
	return r;
}

/* OpenSSL's certConf callback: bits of PKIFailureInfo when we refuse what was
 * issued, which the server is then told. */
static int
judge(OSSL_CMP_CTX *ctx, X509 *issued, int fail_info, const char **text)
{
	struct cmp_session *session = OSSL_CMP_CTX_get_certConf_cb_arg(ctx);
	struct err why = { 0 };
	enum rc r;

	if (fail_info != 0) {
		(void)snprintf(session->refusal, sizeof(session->refusal),
		    "the certificate is for another key");
		*text = session->refusal;
		return fail_info;
	}
	r = fill_bag(session, issued, &why);
	if (r == RC_OK)
		r = judge_bag(session, &why);
	if (r == RC_OK)
		return 0;
	if (r == RC_NOMEM || r == RC_INTERNAL) {
		session->why = why;
		session->failure = CMP_FAILURE_OURS;
		session->rc = r;
	}
	(void)snprintf(session->refusal, sizeof(session->refusal), "%s", why.text);
	*text = session->refusal;
	return 1 << OSSL_CMP_PKIFAILUREINFO_incorrectData;
}

static int64_t
clamp_wait(int after_s)
{
	if (after_s <= 0)
		return CMP_WAIT_S;
	if (after_s < CMP_WAIT_MIN_S)
		return CMP_WAIT_MIN_S;
	return after_s > CA_POLL_MAX_S ? CA_POLL_MAX_S : after_s;
}

static enum rc
pend(const struct cmp_session *session, int after_s, struct ca_answer *answer,
    struct err *err)
{
	struct cmp_cookie cookie = { .n = 1 };
	struct buf bytes;
	enum rc r;

	cookie.messages[0].der = session->first.der;
	cookie.messages[0].len = session->first.len;
	if (session->last.len != 0) {
		cookie.messages[1].der = session->last.der;
		cookie.messages[1].len = session->last.len;
		cookie.n = 2;
	}
	buf_init(&bytes, 2 * (size_t)CMP_ANSWER_MAX_BYTES);
	r = cmp_cookie_write(&cookie, &bytes);
	r = r == RC_OK
	    ? ca_answer_pend(answer, bytes.data, bytes.len, clamp_wait(after_s), err)
	    : err_set(err, r, "CMP: cookie: cannot be kept");
	buf_clear(&bytes);
	return r;
}

/* The transaction id is what the CA's log knows the request by. */
static enum rc
name_request(const struct cmp_session *session, struct ca_answer *answer,
    struct err *err)
{
	OSSL_CMP_MSG *message =
	    cmp_session_parse(session->first.der, session->first.len);
	const ASN1_OCTET_STRING *id = NULL;
	struct buf hex;
	enum rc r = RC_OK;

	buf_init(&hex, CA_REQUEST_ID_SIZE);
	if (message != NULL)
		id = OSSL_CMP_HDR_get0_transactionID(OSSL_CMP_MSG_get0_header(message));
	if (id != NULL &&
	    2 * (size_t)ASN1_STRING_length(id) < (size_t)CA_REQUEST_ID_SIZE)
		r = codec_hex_encode(&hex, ASN1_STRING_get0_data(id),
		    (size_t)ASN1_STRING_length(id));
	if (r == RC_OK)
		ca_answer_name_request(answer, buf_str(&hex));
	else
		(void)err_set(err, r, "CMP: out of memory");
	buf_clear(&hex);
	OSSL_CMP_MSG_free(message);
	return r;
}

/* The first answer was that it waits, and the poll behind it was lost. */
static bool
is_at_ca(const struct cmp_session *session, const struct ca_answer *answer)
{
	return answer->outcome == CA_RETRY && session->failure == CMP_FAILURE_HTTP &&
	    session->kept.n == 0 &&
	    OSSL_CMP_CTX_get_status(session->ctx) == CMP_WAITING;
}

static enum rc
run(struct cmp_session *session, struct ca_answer *answer, struct err *err)
{
	int type = OSSL_CMP_P10CR;
	int after_s = 0;
	int done;
	enum rc r;

	done = OSSL_CMP_try_certreq(session->ctx, type, NULL, &after_s);
	/* Both kept answers are used up by the first call. */
	if (done == -1 && session->n_sent == 0 &&
	    session->n_replayed == session->kept.n)
		done = OSSL_CMP_try_certreq(session->ctx, type, NULL, &after_s);
	if (done == 1)
		r = bag_answer(&session->bag, session->request->csr,
		    session->request->csr_len, answer, err);
	else if (done == -1)
		r = pend(session, after_s, answer, err);
	else
		r = cmp_session_explain(session, answer, err);
	if (r == RC_OK && is_at_ca(session, answer))
		r = pend(session, CMP_WAIT_MIN_S, answer, err);
	return r == RC_OK ? name_request(session, answer, err) : r;
}

enum rc
cmp_talk_enrol(const struct cmp_peer *peer, const struct ca_request *request,
    struct ca_answer *answer, struct err *err)
{
	const unsigned char *p = request->csr;
	struct cmp_session session;
	X509_REQ *csr;
	enum rc r = cmp_session_begin(&session, peer, request, err);

	if (r == RC_OK &&
	    (OSSL_CMP_CTX_set_certConf_cb(session.ctx, judge) != 1 ||
		OSSL_CMP_CTX_set_certConf_cb_arg(session.ctx, &session) != 1))
		r = err_set(err, RC_NOMEM, "CMP: OpenSSL takes no settings");
	if (r == RC_OK && request->cookie_len > 0)
		r = cmp_cookie_read(request->cookie, request->cookie_len, &session.kept,
		    err);
	csr = d2i_X509_REQ(NULL, &p, (long)request->csr_len);
	if (r == RC_OK && (csr == NULL || p != request->csr + request->csr_len))
		r = err_set(err, RC_INTERNAL, "the request is not one PKCS#10");
	if (r == RC_OK && OSSL_CMP_CTX_set1_p10CSR(session.ctx, csr) != 1)
		r = err_set(err, RC_NOMEM, "CMP: out of memory");
	if (r == RC_OK)
		r = run(&session, answer, err);
	X509_REQ_free(csr);
	cmp_session_end(&session);
	return r;
}
