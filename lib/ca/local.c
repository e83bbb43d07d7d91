/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The embedded CA: settings, trust anchor and chain on this side, the key in a
 * process of its own (ca/signer.h).  What it issues follows RFC 5280.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "ca/ca.h"
#include "ca/section.h"
#include "ca/signer.h"

#define DEFAULT_CERT_FILE "/var/lib/amtcert/ca/ca.pem"
#define DEFAULT_KEY_FILE  "/var/lib/amtcert/ca/ca.key"

enum {
	LIFETIME_S = 365 * CLOCK_DAY_S,
	LIFETIME_MAX_S = 10 * 365 * CLOCK_DAY_S,
	BACKDATE_S = CLOCK_DAY_S,
	BACKDATE_MAX_S = 30 * CLOCK_DAY_S,
	CRL_LIFETIME_S = 7 * CLOCK_DAY_S,
	CRL_LIFETIME_MAX_S = 365 * CLOCK_DAY_S,
	PATH_MAX_BYTES = 4096,
};

struct local {
	struct signer_settings settings;
	struct signer signer;
	char *issued_file;
	struct anchors *anchors;
	struct cert **own; /* certificates of cert-file, the issuer first */
	size_t n_own;
	struct cert **more; /* of chain-file */
	size_t n_more;
	struct cert *chain[CA_CHAIN_MAX]; /* of both; lent */
	size_t n_chain;
};

static void
local_close(void *state)
{
	struct local *local = state;

	if (local == NULL)
		return;
	signer_stop(&local->signer);
	anchors_free(local->anchors);
	cert_free_list(local->own, local->n_own);
	cert_free_list(local->more, local->n_more);
	free(local->issued_file);
	free(local);
}

/* "issued.db" in the folder of the key. */
static enum rc
name_issued_file(struct local *local, struct err *err)
{
	const char *key_file = local->settings.key_file;
	const char *slash = strrchr(key_file, '/');
	struct buf path;

	buf_init(&path, PATH_MAX_BYTES);
	if (slash != NULL)
		(void)buf_add(&path, key_file, (size_t)(slash - key_file) + 1);
	(void)buf_add_str(&path, "issued.db");
	local->issued_file = buf_take(&path);
	buf_clear(&path);
	if (local->issued_file == NULL)
		return err_set(err, RC_NOMEM, "%s: out of memory", key_file);
	local->settings.issued_file = local->issued_file;
	return RC_OK;
}

static enum rc
read_settings(const struct section *section, struct local *local, struct err *err)
{
	struct signer_settings *s = &local->settings;
	enum rc r;

	s->cert_file = section_text(section, "cert-file", DEFAULT_CERT_FILE);
	s->key_file = section_text(section, "key-file", DEFAULT_KEY_FILE);
	s->secret_file = section_text(section, "secret-file", NULL);
	s->issued_file = section_text(section, "issued-file", NULL);
	s->crl_file = section_text(section, "crl-file", NULL);
	s->crl_lifetime_s = CRL_LIFETIME_S;
	s->lifetime_s = LIFETIME_S;
	s->backdate_s = BACKDATE_S;
	r = section_duration(section, "lifetime", LIFETIME_MAX_S, false, &s->lifetime_s,
	    err);
	if (r == RC_OK)
		r = section_duration(section, "backdate", BACKDATE_MAX_S, true,
		    &s->backdate_s, err);
	if (r == RC_OK)
		r = section_duration(section, "crl-lifetime", CRL_LIFETIME_MAX_S, false,
		    &s->crl_lifetime_s, err);
	if (r == RC_OK && s->issued_file == NULL)
		r = name_issued_file(local, err);
	return r;
}

static enum rc
add_chain(struct local *local, struct cert *const *certs, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (local->n_chain == CA_CHAIN_MAX)
			return err_set(err, RC_CONFIG,
			    "chain-file: more than %d certificates with cert-file",
			    CA_CHAIN_MAX);
		local->chain[local->n_chain++] = certs[i];
	}
	return RC_OK;
}

/*
 * Without trust-anchor it is the root at the end of the chain, or the issuer
 * itself when no root is at hand.
 */
static enum rc
choose_anchor(struct local *local, const char *path, struct err *err)
{
	struct cert *last = local->chain[local->n_chain - 1];

	if (path != NULL)
		return anchors_read_file(path, &local->anchors, err);
	if (!last->is_self_issued)
		last = local->chain[0];
	return anchors_from_certs(&last, 1, &local->anchors, err);
}

static enum rc
read_certs(const struct section *section, struct local *local, struct err *err)
{
	const char *chain_file = section_text(section, "chain-file", NULL);
	enum rc r;

	r = cert_read_pem_file(local->settings.cert_file, &local->own, &local->n_own,
	    err);
	if (r == RC_OK)
		r = add_chain(local, local->own, local->n_own, err);
	if (r == RC_OK && chain_file != NULL)
		r = cert_read_pem_file(chain_file, &local->more, &local->n_more, err);
	if (r == RC_OK)
		r = add_chain(local, local->more, local->n_more, err);
	if (r == RC_OK)
		r = choose_anchor(local, section_text(section, "trust-anchor", NULL),
		    err);
	/* Whatever is wrong with a configured file, it is for the operator. */
	return r == RC_FORMAT || r == RC_LIMIT ? RC_CONFIG : r;
}

static enum rc
local_open(const struct conf *conf, const char *name, void **ret_state, struct err *err)
{
	const struct section section = { conf, name };
	struct local *local;
	enum rc r;

	local = calloc(1, sizeof(*local));
	if (local == NULL)
		return err_set(err, RC_NOMEM, "out of memory");
	r = read_settings(&section, local, err);
	if (r == RC_OK)
		r = read_certs(&section, local, err);
	if (r == RC_OK) {
		local->settings.anchors = local->anchors;
		local->settings.chain = local->chain;
		local->settings.n_chain = local->n_chain;
		r = signer_start(&local->settings, &local->signer, err);
	}
	if (r != RC_OK) {
		local_close(local);
		return r;
	}
	*ret_state = local;
	return RC_OK;
}

static const struct anchors *
local_anchors(const void *state)
{
	const struct local *local = state;

	return local->anchors;
}

static enum rc
put(char *field, size_t size, const char *what, const char *text, struct err *err)
{
	size_t len = strlen(text);

	if (len >= size)
		return err_set(err, RC_CONFIG, "%s: more than %zu bytes", what,
		    size - 1);
	memcpy(field, text, len + 1);
	return RC_OK;
}

static enum rc
fill_request(const struct ca_request *request, struct signer_request *out,
    struct err *err)
{
	const struct csr_profile *profile = &request->profile;
	enum rc r;

	memset(out, 0, sizeof(*out));
	out->eku = (int32_t)profile->eku;
	out->now = request->now;
	out->not_before_max = request->not_before_max;
	out->lifetime_s = request->lifetime_s;
	out->n_dns_names = profile->n_dns_names;
	if (profile->n_dns_names > SIGNER_NAMES_MAX)
		return err_set(err, RC_CONFIG, "profile: more than %d names",
		    SIGNER_NAMES_MAX);
	r = put(out->digest, sizeof(out->digest), "digest", request->digest, err);
	if (r == RC_OK)
		r = put(out->common_name, sizeof(out->common_name), "common name",
		    profile->common_name, err);
	for (size_t i = 0; i < profile->n_dns_names && r == RC_OK; i++)
		r = put(out->dns_names[i], sizeof(out->dns_names[i]), "name",
		    profile->dns_names[i], err);
	return r;
}

static enum rc
add_csr(const struct ca_request *request, struct signer_request *out, struct err *err)
{
	if (request->csr_len > sizeof(out->csr))
		return err_set(err, RC_LIMIT, "request: %zu bytes, more than %zu",
		    request->csr_len, sizeof(out->csr));
	memcpy(out->csr, request->csr, request->csr_len);
	out->csr_len = request->csr_len;
	out->task = SIGNER_SUBMIT;
	return RC_OK;
}

/* A process that did not answer is not asked again. */
static enum rc
call(struct local *local, const struct ca_request *request,
    const struct signer_request *message, struct signer_answer *answer, struct err *err)
{
	enum rc r;

	r = signer_call(&local->signer, message, request->deadline_ms, answer, err);
	if (r != RC_OK)
		signer_stop(&local->signer);
	return r;
}

static struct cert *const *
local_chain(const void *state, size_t *ret_n)
{
	const struct local *local = state;

	*ret_n = local->n_chain;
	return local->chain;
}

static enum rc
local_probe(void *state, const struct ca_request *request, struct ca_facts *facts,
    struct err *err)
{
	struct signer_request message;
	struct signer_answer answer;
	struct local *local = state;
	struct err why = { 0 };
	enum rc r;

	(void)snprintf(facts->kind, sizeof(facts->kind), "local");
	r = fill_request(request, &message, &why);
	if (r == RC_CONFIG) {
		ca_facts_set(facts, CA_CONFIG, "%s", why.text);
		return RC_OK;
	}
	message.task = request->only_look ? SIGNER_LOOK : SIGNER_PROBE;
	r = call(local, request, &message, &answer, err);
	if (r != RC_OK)
		return r;
	ca_facts_set(facts, (enum ca_outcome)answer.outcome, "%s", answer.text);
	facts->not_after = answer.not_after;
	facts->lifetime_s = answer.lifetime_s;
	facts->list = answer.list;
	facts->publishes = local->settings.crl_file != NULL;
	memcpy(facts->key, answer.key, sizeof(facts->key));
	return RC_OK;
}

/* The root is left out: who needs it has it as an anchor. */
static enum rc
take_answer(const struct local *local, const struct signer_answer *answer,
    struct ca_answer *ret_answer, struct err *err)
{
	enum rc r;

	if (answer->outcome != CA_ISSUED) {
		ca_answer_set(ret_answer, (enum ca_outcome)answer->outcome, "%s",
		    answer->text);
		return RC_OK;
	}
	r = ca_answer_issue(ret_answer, answer->cert, answer->cert_len, err);
	for (size_t i = 0; i < local->n_chain && r == RC_OK; i++) {
		if (ret_answer->outcome == CA_ISSUED &&
		    !local->chain[i]->is_self_issued)
			r = ca_answer_add_chain(ret_answer, local->chain[i], err);
	}
	return r;
}

static enum rc
local_submit(void *state, const struct ca_request *request,
    struct ca_answer *ret_answer, struct err *err)
{
	struct signer_request message;
	struct signer_answer answer;
	struct local *local = state;
	struct err why = { 0 };
	enum rc r;

	r = fill_request(request, &message, &why);
	if (r == RC_OK)
		r = add_csr(request, &message, &why);
	if (r != RC_OK) {
		ca_answer_set(ret_answer, CA_CONFIG, "%s", why.text);
		return RC_OK;
	}
	r = call(local, request, &message, &answer, &why);
	if (r != RC_OK) {
		ca_answer_set(ret_answer, CA_RETRY, "%s", why.text);
		return RC_OK;
	}
	return take_answer(local, &answer, ret_answer, err);
}

/* Both go to the list of revoked certificates with the next breath. */
static enum rc
revoke(struct local *local, enum signer_task task, const uint8_t *bytes, size_t len,
    int64_t now, int64_t deadline_ms, struct err *err)
{
	const struct ca_request request = { .csr = bytes,
		.csr_len = len,
		.deadline_ms = deadline_ms };
	struct signer_request message;
	struct signer_answer answer;
	enum rc r;

	memset(&message, 0, sizeof(message));
	message.now = now;
	r = add_csr(&request, &message, err);
	message.task = (int32_t)task;
	if (r == RC_OK)
		r = call(local, &request, &message, &answer, err);
	if (r == RC_OK && answer.outcome != CA_ISSUED)
		r = err_set(err, RC_CA, "%s", answer.text);
	return r;
}

static enum rc
local_abandon(void *state, const struct ca_request *request, struct err *err)
{
	return revoke(state, SIGNER_ABANDON, request->csr, request->csr_len,
	    request->now, request->deadline_ms, err);
}

static enum rc
local_retire(void *state, const struct cert *cert, int64_t now, int64_t deadline_ms,
    struct err *err)
{
	return revoke(state, SIGNER_RETIRE, cert->der, cert->der_len, now, deadline_ms,
	    err);
}

static enum rc
local_publish(void *state, int64_t now, int64_t deadline_ms, struct ca_list *ret_list,
    struct err *err)
{
	const struct ca_request request = { .deadline_ms = deadline_ms };
	struct signer_request message;
	struct signer_answer answer;
	struct local *local = state;
	enum rc r;

	if (local->settings.crl_file == NULL)
		return RC_NOTFOUND;
	memset(&message, 0, sizeof(message));
	message.task = SIGNER_PUBLISH;
	message.now = now;
	r = call(local, &request, &message, &answer, err);
	if (r == RC_OK && answer.outcome != CA_ISSUED)
		r = err_set(err, RC_CA, "%s", answer.text);
	if (r == RC_OK)
		*ret_list = answer.list;
	return r;
}

static const char *const local_keys[] = {
	"cert-file",
	"key-file",
	"secret-file",
	"chain-file",
	"trust-anchor",
	"issued-file",
	"lifetime",
	"backdate",
	"crl-file",
	"crl-lifetime",
	NULL,
};

const struct ca_ops ca_local_ops = {
	.name = "local",
	.keys = local_keys,
	.open = local_open,
	.close = local_close,
	.anchors = local_anchors,
	.chain = local_chain,
	.probe = local_probe,
	.submit = local_submit,
	.abandon = local_abandon,
	.retire = local_retire,
	.publish = local_publish,
};
