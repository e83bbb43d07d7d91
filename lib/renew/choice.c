/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is in use never goes: neither what a context names, nor a root of unknown
 * purpose unless it is named, nor an issuer of what stays, nor the key of what stays.
 */
#include "renew/choice.h"

#include <string.h>

#include "base/codec.h"
#include "base/num.h"

#define DIGEST_PREFIX "=sha256:"

enum {
	HANDLE_TEXT_SIZE = 12,
	CHAIN_MAX = 8, /* issuers above each other */
};

enum rc
choice_add(struct choice_name list[CHOICE_NAMES_MAX], size_t *n, const char *text,
    struct err *err)
{
	const char *at = strstr(text, DIGEST_PREFIX);
	size_t len = at == NULL ? 0 : (size_t)(at - text);
	char handle[HANDLE_TEXT_SIZE] = "";
	struct choice_name name = { 0 };
	struct err cause = { 0 };
	enum rc r = RC_OK;

	if (len == 0 || len >= sizeof(handle))
		return err_set(err, RC_USAGE, "%.80s: not HANDLE=sha256:HEX", text);
	memcpy(handle, text, len);
	r = num_parse(handle, 0, INT32_MAX, &name.handle, &cause);
	if (r == RC_OK)
		r = codec_hex_decode(at + sizeof(DIGEST_PREFIX) - 1, name.sha256,
		    sizeof(name.sha256), &cause);
	if (r != RC_OK)
		return err_set(err, RC_USAGE, "%.80s: %s", text, cause.text);
	if (*n == CHOICE_NAMES_MAX)
		return err_set(err, RC_USAGE, "more than %d entries named",
		    CHOICE_NAMES_MAX);
	list[(*n)++] = name;
	return RC_OK;
}

static bool
is_named(const struct choice_name *list, size_t n, int64_t handle,
    const uint8_t sha256[CERT_FINGERPRINT_BYTES])
{
	for (size_t i = 0; i < n; i++)
		if (list[i].handle == handle &&
		    memcmp(list[i].sha256, sha256, CERT_FINGERPRINT_BYTES) == 0)
			return true;
	return false;
}

static bool
has_names(const struct choice_names *names)
{
	return names->n_certs > 0 || names->n_keys > 0;
}

/* In use by something that we see. */
static bool
is_used(const struct renewal *rn, const struct facts_cert *cert)
{
	return !rn->usage_known || cert->usage != USAGE_NONE || cert->is_read_only ||
	    (rn->facts.has_tls_context &&
		strcmp(rn->facts.tls_context_cert, cert->instance_id) == 0) ||
	    (rn->served != NULL && cert_equals(rn->served, cert->cert));
}

/* A pair of ours that nothing uses. */
static bool
is_spent_pair(const struct renewal *rn, size_t i)
{
	const struct facts_cert *cert = &rn->facts.certs[i];

	return rn->ours_cert[i] && !cert->is_trusted_root && !is_used(rn, cert);
}

/* An issuer that we stored beside a certificate. */
static bool
is_added_issuer(const struct renewal *rn, size_t i)
{
	const struct facts_cert *cert = &rn->facts.certs[i];

	return rn->added_cert[i] && !cert->has_key && cert->cert->is_ca &&
	    !cert->is_trusted_root && !is_used(rn, cert);
}

/* Does one that stays need that issuer? Names that go round in circles are needed. */
static bool
is_needed_issuer(const struct renewal *rn, size_t i, int depth)
{
	const char *subject = rn->facts.certs[i].cert->subject;

	if (depth == CHAIN_MAX)
		return true;
	for (size_t k = 0; k < rn->facts.n_certs; k++) {
		if (k == i || is_spent_pair(rn, k) ||
		    strcmp(rn->facts.certs[k].cert->issuer, subject) != 0)
			continue;
		if (!is_added_issuer(rn, k) || is_needed_issuer(rn, k, depth + 1))
			return true;
	}
	return false;
}

bool
choice_is_cert(const struct renewal *rn, const struct choice_names *names, size_t i)
{
	const struct facts_cert *cert = &rn->facts.certs[i];

	if (has_names(names))
		return !is_used(rn, cert) &&
		    is_named(names->certs, names->n_certs, cert->handle,
			cert->cert->fingerprint);
	return is_spent_pair(rn, i) ||
	    (is_added_issuer(rn, i) && !is_needed_issuer(rn, i, 0));
}

/* The certificate that keeps a key pair in place; NULL when there is none. */
static const struct facts_cert *
keeper(const struct renewal *rn, const struct choice_names *names,
    const struct facts_key *key)
{
	for (size_t i = 0; i < rn->facts.n_certs; i++)
		if (memcmp(rn->facts.certs[i].cert->spki_sha256, key->spki_sha256,
			CERT_FINGERPRINT_BYTES) == 0 &&
		    !choice_is_cert(rn, names, i))
			return &rn->facts.certs[i];
	return NULL;
}

bool
choice_is_key(const struct renewal *rn, const struct choice_names *names, size_t i)
{
	const struct facts_key *key = &rn->facts.keys[i];
	bool is_wanted = has_names(names)
	    ? is_named(names->keys, names->n_keys, key->handle, key->spki_sha256)
	    : rn->ours_key[i];

	/* A certificate that cannot be read may need it. */
	return is_wanted && !rn->awaited_key[i] && rn->facts.n_unreadable == 0 &&
	    keeper(rn, names, key) == NULL;
}

const char *
choice_cert_stays(const struct renewal *rn, size_t i)
{
	const struct facts_cert *cert = &rn->facts.certs[i];

	if (cert->is_read_only)
		return "it is the firmware's own";
	if (cert->usage != USAGE_NONE)
		return usage_text(cert->usage);
	if (is_used(rn, cert))
		return "TLS";
	if (cert->is_trusted_root)
		return "a trusted root: nothing tells what it is for";
	if (is_added_issuer(rn, i))
		return "the issuer of one that stays";
	return rn->ours_cert[i] || rn->added_cert[i] ? "not named" : "not ours";
}

const char *
choice_key_stays(const struct renewal *rn, size_t i)
{
	if (rn->awaited_key[i])
		return "a CA was asked for its certificate";
	if (rn->facts.keys[i].has_cert)
		return "its certificate stays";
	if (rn->ours_key[i] && rn->facts.n_unreadable > 0)
		return "what cannot be read may need it";
	return rn->ours_key[i] ? "not named" : "not ours";
}

static enum rc
judge_cert(const struct renewal *rn, const struct choice_name *name, struct err *err)
{
	const char *device = rn->options->target->name;

	for (size_t i = 0; i < rn->facts.n_certs; i++) {
		const struct facts_cert *cert = &rn->facts.certs[i];
		bool is_it = memcmp(cert->cert->fingerprint, name->sha256,
				 CERT_FINGERPRINT_BYTES) == 0;

		if (is_it != (cert->handle == name->handle))
			return err_set(err, RC_STATE,
			    is_it ? "%s: %s: it is there, not at handle %lld"
				  : "%s: %s: not the certificate that was named for "
				    "handle %lld",
			    device, cert->instance_id, (long long)name->handle);
		if (is_it && is_used(rn, cert))
			return err_set(err, RC_STATE, "%s: %s is in use: %s", device,
			    cert->instance_id, choice_cert_stays(rn, i));
		if (is_it && cert->is_trusted_root &&
		    (rn->facts.tls_network.is_mutual || rn->facts.tls_local.is_mutual))
			return err_set(err, RC_STATE,
			    "%s: %s is a trusted root, and mutual TLS is on: consoles "
			    "may be judged by it",
			    device, cert->instance_id);
	}
	return RC_OK;
}

static enum rc
judge_key(const struct renewal *rn, const struct choice_names *names,
    const struct choice_name *name, struct err *err)
{
	const char *device = rn->options->target->name;

	for (size_t i = 0; i < rn->facts.n_keys; i++) {
		const struct facts_key *key = &rn->facts.keys[i];
		const struct facts_cert *cert = keeper(rn, names, key);
		bool is_it =
		    memcmp(key->spki_sha256, name->sha256, CERT_FINGERPRINT_BYTES) == 0;

		if (is_it != (key->handle == name->handle))
			return err_set(err, RC_STATE,
			    is_it ? "%s: %s: it is there, not at handle %lld"
				  : "%s: %s: not the key pair that was named for "
				    "handle %lld",
			    device, key->instance_id, (long long)name->handle);
		if (is_it && cert != NULL)
			return err_set(err, RC_STATE, "%s: %s belongs to %s", device,
			    key->instance_id, cert->instance_id);
		if (is_it && !choice_is_key(rn, names, i))
			return err_set(err, RC_STATE, "%s: %s stays: %s", device,
			    key->instance_id, choice_key_stays(rn, i));
	}
	return RC_OK;
}

enum rc
choice_judge(const struct renewal *rn, const struct choice_names *names,
    struct err *err)
{
	enum rc r = RC_OK;

	for (size_t i = 0; r == RC_OK && i < names->n_certs; i++)
		r = judge_cert(rn, &names->certs[i], err);
	for (size_t i = 0; r == RC_OK && i < names->n_keys; i++)
		r = judge_key(rn, names, &names->keys[i], err);
	return r;
}
