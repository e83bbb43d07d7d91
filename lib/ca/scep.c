/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Simple Certificate Enrolment Protocol: RFC 8894, as NDES and many appliances speak
 * it.  The key is the firmware's, so that every request is a PKCSReq that a
 * challenge, or a person, vouches for; a RenewalReq wants the old key to sign.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/buf.h"
#include "ca/bag.h"
#include "ca/scep_key.h"
#include "ca/scep_message.h"
#include "ca/scep_reply.h"
#include "ca/scep_session.h"

#define TYPE_MESSAGE "application/x-pki-message"

enum {
	POLL_S = 3600,
	POLL_MAX_S = 24 * 3600,
};

static void
scep_close(void *state)
{
	struct scep *scep = state;

	if (scep == NULL)
		return;
	section_trust_clear(&scep->trust);
	cert_free_list(scep->anchors, scep->n_anchors);
	https_free(scep->https);
	secret_clear(&scep->challenge);
	scep_ca_clear(&scep->ca);
	free(scep);
}

static enum rc
read_switches(const struct section *section, struct scep *scep, struct err *err)
{
	static const char plain[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789-._~%";
	const char *weak = section_text(section, "allow-weak", "no");

	scep->allow_weak = strcmp(weak, "yes") == 0;
	if (!scep->allow_weak && strcmp(weak, "no") != 0)
		return section_refuse(section, "allow-weak", "neither yes nor no", err);
	scep->ident = section_text(section, "ca-ident", NULL);
	if (scep->ident != NULL && scep->ident[strspn(scep->ident, plain)] != '\0')
		return section_refuse(section, "ca-ident", "not as it stands in a URL",
		    err);
	scep->poll_s = POLL_S;
	return section_duration(section, "poll", POLL_MAX_S, false, &scep->poll_s, err);
}

/* What the CA's certificate, which comes from anybody, is compared with. */
static enum rc
read_known(const struct section *section, struct scep *scep, struct err *err)
{
	const char *prints = section_text(section, "ca-fingerprint", NULL);
	struct err why = { 0 };
	enum rc r = cert_read_pem_file(section_text(section, "trust-anchor", ""),
	    &scep->anchors, &scep->n_anchors, err);

	if (r != RC_OK)
		return r == RC_FORMAT || r == RC_LIMIT ? RC_CONFIG : r;
	scep->known.certs[0] = scep->anchors;
	scep->known.n_certs[0] = scep->n_anchors;
	scep->known.certs[1] = scep->trust.chain;
	scep->known.n_certs[1] = scep->trust.n_chain;
	if (prints != NULL &&
	    scep_known_add_prints(&scep->known, prints, &why) != RC_OK)
		return section_refuse(section, "ca-fingerprint", why.text, err);
	return RC_OK;
}

static enum rc
read_challenge(const struct section *section, struct scep *scep, struct err *err)
{
	const char *file = section_text(section, "challenge-file", NULL);
	enum rc r = RC_OK;

	if (file == NULL)
		return r;
	r = secret_read_file(&scep->challenge, file, err);
	if (r == RC_OK && scep->challenge.len > CSR_CHALLENGE_MAX_BYTES)
		r = section_refuse(section, "challenge-file",
		    "a challenge has at most 255 bytes", err);
	return r;
}

static enum rc
scep_open(const struct conf *conf, const char *name, void **ret_state, struct err *err)
{
	const struct section section = { conf, name };
	struct scep *scep = calloc(1, sizeof(*scep));
	enum rc r;

	if (scep == NULL)
		return err_set(err, RC_NOMEM, "out of memory");
	r = read_switches(&section, scep, err);
	if (r == RC_OK)
		r = section_trust_read(&section, &scep->trust, err);
	if (r == RC_OK)
		r = read_known(&section, scep, err);
	if (r == RC_OK)
		r = read_challenge(&section, scep, err);
	if (r == RC_OK)
		r = https_open_plain(&section, HTTPS_AUTH_NONE | HTTPS_AUTH_BASIC,
		    &scep->https, err);
	if (r != RC_OK) {
		scep_close(scep);
		return r;
	}
	*ret_state = scep;
	return RC_OK;
}

static const struct anchors *
scep_anchors(const void *state)
{
	const struct scep *scep = state;

	return scep->trust.anchors;
}

static struct cert *const *
scep_chain(const void *state, size_t *ret_n)
{
	const struct scep *scep = state;

	*ret_n = scep->trust.n_chain;
	return scep->trust.chain;
}

static void
scep_prepare(const void *state, struct csr_profile *profile)
{
	const struct scep *scep = state;

	profile->challenge = scep->challenge.text;
}

/* Helpers for the path: what is configured, else what the CA shows. */
static enum rc
add_helpers(const struct scep *scep, struct ca_answer *answer, struct err *err)
{
	const struct bag *bag = &scep->ca.bag;
	enum rc r = RC_OK;

	for (size_t i = 0; i < scep->trust.n_chain && r == RC_OK; i++)
		if (answer->n_chain < CA_CHAIN_MAX)
			r = ca_answer_add_chain(answer, scep->trust.chain[i], err);
	if (answer->n_chain > 0)
		return r;
	for (size_t i = 0; i < bag->n && r == RC_OK; i++)
		if (bag->certs[i]->is_ca && !bag->certs[i]->is_self_issued &&
		    answer->n_chain < CA_CHAIN_MAX)
			r = ca_answer_add_chain(answer, bag->certs[i], err);
	return r;
}

static enum rc
pend(const struct scep *scep, const struct scep_key *key, struct ca_answer *answer,
    struct err *err)
{
	struct buf cookie;
	enum rc r;

	buf_init(&cookie, SCEP_COOKIE_MAX_BYTES);
	r = scep_key_write(key, &cookie, err);
	if (r == RC_OK)
		r = ca_answer_pend(answer, buf_str(&cookie), cookie.len, scep->poll_s,
		    err);
	buf_wipe(&cookie);
	return r;
}

static enum rc
take_reply(const struct scep *scep, const struct scep_exchange *exchange,
    const struct ca_request *request, const struct https_answer *http,
    struct ca_answer *answer, struct err *err)
{
	bool is_poll = strcmp(exchange->type, SCEP_CERT_POLL) == 0;
	struct scep_reply reply = { 0 };
	struct err why = { 0 };
	enum rc r;

	if (strcmp(http->type, TYPE_MESSAGE) != 0) {
		ca_answer_set(answer, CA_BADANSWER,
		    "content type %s instead of " TYPE_MESSAGE,
		    http->type[0] == '\0' ? "missing" : http->type);
		return RC_OK;
	}
	r = scep_reply_read((const uint8_t *)http->body, http->len, exchange, &reply,
	    &why);
	if (r != RC_OK || reply.status == SCEP_SUCCESS)
		r = bag_answer_read(&reply.bag, r, &why, request, answer, err);
	else if (reply.status == SCEP_PENDING)
		r = pend(scep, exchange->key, answer, err);
	else
		scep_reply_explain(&reply, is_poll, answer);
	scep_reply_clear(&reply);
	if (r == RC_OK && answer->outcome == CA_ISSUED)
		r = add_helpers(scep, answer, err);
	if (r == RC_OK)
		ca_answer_name_request(answer, exchange->id);
	return r;
}

/* One message and its answer. */
static enum rc
ask(struct scep *scep, struct scep_exchange *exchange, const struct ca_request *request,
    const uint8_t *content, size_t len, struct ca_answer *answer, struct err *err)
{
	struct https_request post = { .accept = TYPE_MESSAGE,
		.content_type = TYPE_MESSAGE,
		.deadline_ms = request->deadline_ms };
	struct https_answer http = { 0 };
	struct err why = { 0 };
	uint8_t *message = NULL;
	enum rc r;

	exchange->recipient = scep->ca.recipient;
	exchange->signers = scep->ca.signers;
	exchange->allow_weak = scep->allow_weak;
	r = scep_exchange_renew(exchange, err);
	if (r == RC_OK)
		r = scep_key_name(request->csr, request->csr_len, exchange->id, err);
	if (r == RC_OK)
		r = scep_message_build(exchange, content, len, &message, &post.len,
		    err);
	if (r != RC_OK)
		return r;
	post.body = (const char *)message;
	r = scep_call(scep, "PKIOperation", &post, &http, &why);
	OPENSSL_free(message);
	if (r == RC_OK && http.status == 200)
		return take_reply(scep, exchange, request, &http, answer, err);
	return https_explain(r, &why, &http, answer, err);
}

static enum rc
scep_submit(void *state, const struct ca_request *request, struct ca_answer *ret_answer,
    struct err *err)
{
	struct scep *scep = state;
	struct scep_key key = { 0 };
	struct scep_exchange exchange = { .type = SCEP_PKCS_REQ, .key = &key };
	enum rc r = scep_learn(scep, request, ret_answer, err);

	if (r != RC_OK || !scep->has_ca)
		return r;
	r = scep_key_make(request->csr, request->csr_len, request->now, &key, err);
	if (r == RC_OK)
		r = ask(scep, &exchange, request, request->csr, request->csr_len,
		    ret_answer, err);
	scep_key_clear(&key);
	return r;
}

/* The cookie is the key that signed the request; the transaction is named by the
 * request itself. */
static enum rc
scep_poll(void *state, const struct ca_request *request, struct ca_answer *ret_answer,
    struct err *err)
{
	struct scep *scep = state;
	struct scep_key key = { 0 };
	struct scep_exchange exchange = { .type = SCEP_CERT_POLL, .key = &key };
	uint8_t *names = NULL;
	size_t len = 0;
	enum rc r = scep_learn(scep, request, ret_answer, err);

	if (r != RC_OK || !scep->has_ca)
		return r;
	r = scep_key_read(request->cookie, request->cookie_len, &key, err);
	if (r == RC_OK)
		r = scep_message_names(X509_get_subject_name(scep->ca.issuer_x509),
		    X509_get_subject_name(key.cert), &names, &len, err);
	if (r == RC_OK)
		r = ask(scep, &exchange, request, names, len, ret_answer, err);
	OPENSSL_free(names);
	scep_key_clear(&key);
	return r;
}

static void
describe_key(const struct cert *cert, char *field, size_t size)
{
	if (cert->key_kind == CERT_KEY_RSA)
		(void)snprintf(field, size, "RSA %d", cert->key_bits);
	else if (cert->key_kind == CERT_KEY_EC)
		(void)snprintf(field, size, "EC %s", cert->key_group);
}

static enum rc
scep_probe(void *state, const struct ca_request *request, struct ca_facts *facts,
    struct err *err)
{
	struct scep *scep = state;
	struct ca_answer answer = { .outcome = CA_ISSUED };
	enum rc r = RC_OK;

	(void)snprintf(facts->kind, sizeof(facts->kind), "SCEP");
	scep->has_ca = false;
	r = scep_learn(scep, request, &answer, err);
	if (r == RC_OK)
		ca_facts_set(facts, answer.outcome, "%s", answer.text);
	if (r == RC_OK && scep->has_ca) {
		describe_key(scep->ca.issuer, facts->key, sizeof(facts->key));
		bag_note_facts(&scep->ca.bag, scep->trust.anchors, request, facts);
	}
	ca_answer_clear(&answer);
	return r;
}

static const char *const scep_keys[] = {
	HTTPS_PLAIN_KEYS,
	"trust-anchor",
	"chain-file",
	"ca-fingerprint",
	"ca-ident",
	"challenge-file",
	"allow-weak",
	"poll",
	NULL,
};

const struct ca_ops ca_scep_ops = {
	.name = "scep",
	.keys = scep_keys,
	.open = scep_open,
	.close = scep_close,
	.anchors = scep_anchors,
	.chain = scep_chain,
	.probe = scep_probe,
	.prepare = scep_prepare,
	.submit = scep_submit,
	.poll = scep_poll,
};
