/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Certificate Management Protocol: RFC 4210 with RFC 9480, in the profile of RFC
 * 9483, over HTTP (RFC 9811).  Our host is a registration authority that is known by
 * a shared secret or by its certificate.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/clock.h"
#include "base/private_file.h"
#include "ca/cmp_talk.h"
#include "ca/section.h"

enum {
	KEY_FILE_MAX_BYTES = 64 * 1024,
	REFERENCE_MAX_BYTES = 255,
};

struct cmp {
	struct section_trust trust;
	struct https *https;
	struct cmp_keys keys;
	int64_t cert_not_after; /* of ours; 0 without one */
	struct cmp_peer peer;
};

static void
cmp_close(void *state)
{
	struct cmp *cmp = state;

	if (cmp == NULL)
		return;
	section_trust_clear(&cmp->trust);
	https_free(cmp->https);
	secret_clear(&cmp->keys.secret);
	X509_free(cmp->keys.cert);
	EVP_PKEY_free(cmp->keys.key);
	X509_free(cmp->keys.recipient);
	sk_X509_pop_free(cmp->keys.helpers, X509_free);
	free(cmp);
}

/* Whatever is wrong with a configured file, it is for the operator. */
static enum rc
read_certs(const char *path, struct cert ***ret_certs, size_t *ret_n, struct err *err)
{
	enum rc r = cert_read_pem_file(path, ret_certs, ret_n, err);

	return r == RC_FORMAT || r == RC_LIMIT ? RC_CONFIG : r;
}

static enum rc
add_helper(struct cmp_keys *keys, const struct cert *cert, struct err *err)
{
	X509 *x = NULL;
	enum rc r = cert_get_x509(cert, &x, err);

	if (r == RC_OK && sk_X509_push(keys->helpers, x) <= 0) {
		X509_free(x);
		r = err_set(err, RC_NOMEM, "CMP: out of memory");
	}
	return r;
}

/* Who issues and answers: recipient-cert, else the first of chain-file, else the
 * first of trust-anchor. */
static enum rc
read_recipient(const struct section *section, struct cmp *cmp, struct err *err)
{
	const char *file = section_text(section, "recipient-cert", NULL);
	struct cert **certs = NULL;
	size_t n = 0;
	enum rc r;

	if (file == NULL && cmp->trust.n_chain > 0)
		return cert_get_x509(cmp->trust.chain[0], &cmp->keys.recipient, err);
	if (file == NULL)
		file = section_text(section, "trust-anchor", NULL);
	r = read_certs(file, &certs, &n, err);
	if (r == RC_OK)
		r = cert_get_x509(certs[0], &cmp->keys.recipient, err);
	cert_free_list(certs, n);
	return r;
}

/* Nobody is asked for a pass phrase: an encrypted key is refused. */
static int
give_no_pass_phrase(char *field, int size, int for_writing, void *ctx)
{
	(void)field;
	(void)size;
	(void)for_writing;
	(void)ctx;
	return -1;
}

static enum rc
read_key(const char *path, EVP_PKEY **ret_key, struct err *err)
{
	EVP_PKEY *key = NULL;
	BIO *bio = NULL;
	struct buf pem;
	enum rc r;

	buf_init(&pem, KEY_FILE_MAX_BYTES);
	r = private_file_read(path, &pem, err);
	if (r == RC_OK) {
		bio = BIO_new_mem_buf(buf_str(&pem), (int)pem.len);
		if (bio != NULL)
			key = PEM_read_bio_PrivateKey(bio, NULL, give_no_pass_phrase,
			    NULL);
		if (key == NULL)
			r = err_set(err, RC_CONFIG,
			    "%s: no private key in PEM form, or an encrypted one",
			    path);
		*ret_key = key;
	}
	BIO_free(bio);
	buf_wipe(&pem);
	ERR_clear_error();
	return r == RC_LIMIT ? RC_CONFIG : r;
}

static enum rc
read_ra_cert(const struct section *section, const char *file, struct cmp *cmp,
    struct err *err)
{
	struct cmp_keys *keys = &cmp->keys;
	struct cert **certs = NULL;
	size_t n = 0;
	enum rc r = read_certs(file, &certs, &n, err);

	if (r == RC_OK) {
		cmp->cert_not_after = certs[0]->not_after;
		r = cert_get_x509(certs[0], &keys->cert, err);
	}
	for (size_t i = 1; i < n && r == RC_OK; i++)
		r = add_helper(keys, certs[i], err);
	cert_free_list(certs, n);
	if (r == RC_OK)
		r = read_key(section_text(section, "ra-key", file), &keys->key, err);
	if (r == RC_OK && X509_check_private_key(keys->cert, keys->key) != 1) {
		ERR_clear_error();
		r = err_set(err, RC_CONFIG, "%s: its key is another one", file);
	}
	return r;
}

/* A shared secret with its reference, or a certificate with its key; never both, for
 * then nobody could say which of them the server goes by. */
static enum rc
read_protection(const struct section *section, struct cmp *cmp, struct err *err)
{
	const char *secret = section_text(section, "shared-secret-file", NULL);
	const char *reference = section_text(section, "reference", NULL);
	const char *ra_cert = section_text(section, "ra-cert", NULL);

	if (secret == NULL && ra_cert == NULL)
		return err_set(err, RC_CONFIG,
		    "%s: [ca %s]: neither shared-secret-file nor ra-cert",
		    conf_path(section->conf), section->name);
	if (secret != NULL && ra_cert != NULL)
		return section_refuse(section, "ra-cert",
		    "not together with shared-secret-file", err);
	if (ra_cert == NULL && section_text(section, "ra-key", NULL) != NULL)
		return section_refuse(section, "ra-key", "without ra-cert", err);
	if (secret == NULL && reference != NULL)
		return section_refuse(section, "reference",
		    "without shared-secret-file", err);
	if (ra_cert != NULL)
		return read_ra_cert(section, ra_cert, cmp, err);
	if (reference == NULL)
		return section_refuse(section, "shared-secret-file",
		    "without reference, by which the CA knows it", err);
	if (reference[0] == '\0' || strlen(reference) > REFERENCE_MAX_BYTES)
		return section_refuse(section, "reference", "empty or too long", err);
	cmp->keys.reference = reference;
	return secret_read_file(&cmp->keys.secret, secret, err);
}

static enum rc
exchange(void *carrier, const struct https_request *request,
    struct https_answer *ret_answer, struct err *err)
{
	return https_exchange(carrier, request, ret_answer, err);
}

static enum rc
read_settings(const struct section *section, struct cmp *cmp, struct err *err)
{
	enum rc r = section_trust_read(section, &cmp->trust, err);

	cmp->keys.helpers = sk_X509_new_null();
	if (r == RC_OK && cmp->keys.helpers == NULL)
		r = err_set(err, RC_NOMEM, "out of memory");
	for (size_t i = 0; i < cmp->trust.n_chain && r == RC_OK; i++)
		r = add_helper(&cmp->keys, cmp->trust.chain[i], err);
	if (r == RC_OK)
		r = read_recipient(section, cmp, err);
	if (r == RC_OK)
		r = read_protection(section, cmp, err);
	if (r == RC_OK)
		r = https_open_plain(section,
		    HTTPS_AUTH_NONE | HTTPS_AUTH_BASIC | HTTPS_AUTH_DIGEST, &cmp->https,
		    err);
	return r;
}

static enum rc
cmp_open(const struct conf *conf, const char *name, void **ret_state, struct err *err)
{
	const struct section section = { conf, name };
	struct cmp *cmp = calloc(1, sizeof(*cmp));
	enum rc r;

	if (cmp == NULL)
		return err_set(err, RC_NOMEM, "out of memory");
	r = read_settings(&section, cmp, err);
	if (r != RC_OK) {
		cmp_close(cmp);
		return r;
	}
	/* A slash at the end of the path means something to some servers. */
	cmp->peer = (struct cmp_peer){ .exchange = exchange,
		.carrier = cmp->https,
		.url = section_text(&section, "url", NULL),
		.keys = &cmp->keys,
		.anchors = cmp->trust.anchors };
	*ret_state = cmp;
	return RC_OK;
}

static const struct anchors *
cmp_anchors(const void *state)
{
	const struct cmp *cmp = state;

	return cmp->trust.anchors;
}

static struct cert *const *
cmp_chain(const void *state, size_t *ret_n)
{
	const struct cmp *cmp = state;

	*ret_n = cmp->trust.n_chain;
	return cmp->trust.chain;
}

static bool
has_chain(const struct ca_answer *answer, const struct cert *cert)
{
	for (size_t i = 0; i < answer->n_chain; i++)
		if (cert_equals(answer->chain[i], cert))
			return true;
	return false;
}

/* Intermediates that are configured, as helpers, as far as there is room. */
static enum rc
add_chain(const struct cmp *cmp, struct ca_answer *answer, struct err *err)
{
	enum rc r = RC_OK;

	for (size_t i = 0; i < cmp->trust.n_chain && r == RC_OK; i++)
		if (answer->n_chain < CA_CHAIN_MAX &&
		    !has_chain(answer, cmp->trust.chain[i]))
			r = ca_answer_add_chain(answer, cmp->trust.chain[i], err);
	return r;
}

/* A new transaction, or with a cookie the next question of an old one. */
static enum rc
cmp_submit(void *state, const struct ca_request *request, struct ca_answer *ret_answer,
    struct err *err)
{
	struct cmp *cmp = state;
	enum rc r = cmp_talk_enrol(&cmp->peer, request, ret_answer, err);

	if (r == RC_OK && ret_answer->outcome == CA_ISSUED)
		r = add_chain(cmp, ret_answer, err);
	return r;
}

/* What is known of the CA without it. */
static enum rc
add_configured(const struct cmp *cmp, struct bag *bag, struct err *err)
{
	struct cert *recipient = NULL;
	enum rc r = cert_from_x509(cmp->keys.recipient, &recipient, err);

	if (r == RC_OK)
		r = bag_add_der(bag, recipient->der, recipient->der_len, err);
	for (size_t i = 0; i < cmp->trust.n_chain && r == RC_OK; i++)
		r = bag_add_der(bag, cmp->trust.chain[i]->der,
		    cmp->trust.chain[i]->der_len, err);
	cert_free(recipient);
	return r;
}

static enum rc
probe_server(struct cmp *cmp, const struct ca_request *request, struct ca_facts *facts,
    struct err *err)
{
	struct ca_answer answer = { 0 };
	struct bag bag = { 0 };
	enum rc r = cmp_talk_ask(&cmp->peer, request, &bag, &answer, err);

	if (r == RC_OK && answer.outcome != CA_ISSUED)
		ca_facts_set(facts, answer.outcome, "%s", answer.text);
	else if (r == RC_OK && bag.n == 0)
		r = add_configured(cmp, &bag, err);
	if (r == RC_OK && answer.outcome == CA_ISSUED)
		bag_note_facts(&bag, cmp->trust.anchors, request, facts);
	ca_answer_clear(&answer);
	bag_clear(&bag);
	return r;
}

static enum rc
cmp_probe(void *state, const struct ca_request *request, struct ca_facts *facts,
    struct err *err)
{
	struct cmp *cmp = state;
	const struct {
		const char *what;
		int64_t end;
	} certs[] = {
		{ "client-cert", https_client_not_after(cmp->https) },
		{ "ra-cert", cmp->cert_not_after },
	};
	char date[CLOCK_DATE_SIZE];

	(void)snprintf(facts->kind, sizeof(facts->kind), "CMP");
	facts->outcome = CA_ISSUED;
	for (size_t i = 0; i < sizeof(certs) / sizeof(certs[0]); i++) {
		if (certs[i].end == 0 || certs[i].end >= request->now)
			continue;
		ca_facts_set(facts, CA_CONFIG, "%s ended on %s: it must be renewed",
		    certs[i].what, clock_format_date(certs[i].end, date));
		return RC_OK;
	}
	return probe_server(cmp, request, facts, err);
}

static const char *const cmp_keys_known[] = {
	HTTPS_PLAIN_KEYS,
	"trust-anchor",
	"chain-file",
	"recipient-cert",
	"reference",
	"shared-secret-file",
	"ra-cert",
	"ra-key",
	NULL,
};

const struct ca_ops ca_cmp_ops = {
	.name = "cmp",
	.keys = cmp_keys_known,
	.open = cmp_open,
	.close = cmp_close,
	.anchors = cmp_anchors,
	.chain = cmp_chain,
	.probe = cmp_probe,
	.submit = cmp_submit,
	.poll = cmp_submit,
};
