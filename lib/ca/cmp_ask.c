/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A question by CMP that asks for no certificate: id-it-caCerts (RFC 9480 2.14) tells
 * whether the server can be reached, knows us, and which certificates it is behind.
 */
#include <openssl/err.h>

#include "ca/cmp_session.h"

/* CACertsValue ::= SEQUENCE OF Certificate (RFC 9480 2.14), or nothing. */
static enum rc
read_ca_certs(const ASN1_TYPE *value, struct bag *bag, struct err *err)
{
	const unsigned char *p;
	long left = 0;
	int tag = 0;
	int class = 0;
	enum rc r = RC_OK;

	if (value == NULL || value->type != V_ASN1_SEQUENCE)
		return RC_OK;
	p = ASN1_STRING_get0_data(value->value.sequence);
	if ((ASN1_get_object(&p, &left, &tag, &class,
		 ASN1_STRING_length(value->value.sequence)) &
		0x81) != 0)
		return err_set(err, RC_FORMAT, "CMP: caCerts: not DER");
	while (left > 0 && r == RC_OK) {
		const unsigned char *start = p;
		long len = 0;

		if ((ASN1_get_object(&p, &len, &tag, &class, left) & 0x81) != 0)
			return err_set(err, RC_FORMAT, "CMP: caCerts: not DER");
		p += len;
		r = bag_add_der(bag, start, (size_t)(p - start), err);
		left -= p - start;
	}
	return r;
}

static enum rc
read_itavs(STACK_OF(OSSL_CMP_ITAV) *itavs, struct bag *bag, struct err *err)
{
	enum rc r = RC_OK;

	for (int i = 0; i < sk_OSSL_CMP_ITAV_num(itavs) && r == RC_OK; i++) {
		const OSSL_CMP_ITAV *itav = sk_OSSL_CMP_ITAV_value(itavs, i);

		if (OBJ_obj2nid(OSSL_CMP_ITAV_get0_type(itav)) == NID_id_it_caCerts)
			r = read_ca_certs(OSSL_CMP_ITAV_get0_value(itav), bag, err);
	}
	return r;
}

/* A refusal under protection is from our CA, and to us: it only knows no such
 * question. */
static enum rc
explain_question(struct cmp_session *session, struct ca_answer *answer, struct err *err)
{
	struct cmp_status said;
	enum rc r;

	r = cmp_session_explain(session, answer, err);
	if (r == RC_OK && session->failure == CMP_FAILURE_NONE &&
	    cmp_session_is_refused(session, &said) && answer->outcome != CA_AUTH &&
	    answer->outcome != CA_RETRY)
		ca_answer_set(answer, CA_ISSUED, "%s", "");
	return r;
}

static enum rc
put_question(OSSL_CMP_CTX *ctx, struct err *err)
{
	OSSL_CMP_ITAV *question =
	    OSSL_CMP_ITAV_create(OBJ_nid2obj(NID_id_it_caCerts), NULL);

	if (question != NULL && OSSL_CMP_CTX_push0_genm_ITAV(ctx, question) == 1)
		return RC_OK;
	OSSL_CMP_ITAV_free(question);
	return err_set(err, RC_NOMEM, "CMP: out of memory");
}

static enum rc
take_reply(STACK_OF(OSSL_CMP_ITAV) *itavs, struct bag *bag, struct ca_answer *answer,
    struct err *err)
{
	struct err why = { 0 };
	enum rc r = read_itavs(itavs, bag, &why);

	if (r != RC_OK && r != RC_FORMAT && r != RC_LIMIT)
		return err_set(err, r, "%s", why.text);
	if (r == RC_OK)
		ca_answer_set(answer, CA_ISSUED, "%s", "");
	else
		ca_answer_set(answer, CA_BADANSWER, "%s", why.text);
	return RC_OK;
}

enum rc
cmp_talk_ask(const struct cmp_peer *peer, const struct ca_request *request,
    struct bag *bag, struct ca_answer *answer, struct err *err)
{
	STACK_OF(OSSL_CMP_ITAV) *itavs = NULL;
	struct cmp_session session;
	enum rc r = cmp_session_begin(&session, peer, request, err);

	if (r == RC_OK)
		r = put_question(session.ctx, err);
	if (r == RC_OK) {
		itavs = OSSL_CMP_exec_GENM_ses(session.ctx);
		r = itavs != NULL ? take_reply(itavs, bag, answer, err)
				  : explain_question(&session, answer, err);
	}
	sk_OSSL_CMP_ITAV_pop_free(itavs, OSSL_CMP_ITAV_free);
	cmp_session_end(&session);
	return r;
}
