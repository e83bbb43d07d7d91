/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * By whom the certificate was issued, from which template, and whether that was taken
 * back: RFC 5280 4.2.1.1 and 6.3, Microsoft's template information (MS-CRTD).
 */
#include <string.h>

#include <openssl/x509v3.h>

#include "base/buf.h"
#include "base/codec.h"
#include "ca/accept_rules.h"

enum {
	KEY_ID_MAX_BYTES = 64, /* twice as long in hexadecimal */
};

/* "AB:CD" is "abcd". */
static bool
is_same_hex(const char *a, const char *b)
{
	for (;; a++, b++) {
		a += strspn(a, ":");
		b += strspn(b, ":");
		if (*a == '\0' || *b == '\0')
			return *a == *b;
		if (strncasecmp(a, b, 1) != 0)
			return false;
	}
}

enum accept_judgement
accept_issuer(const struct accept_ctx *ctx, struct accept_words *words)
{
	const char *wanted = ctx->input->issuer_key;
	const ASN1_OCTET_STRING *id = X509_get0_authority_key_id(ctx->x);
	enum accept_judgement judgement = ACCEPT_PASS;
	struct buf hex;

	if (wanted == NULL)
		return ACCEPT_PASS;
	if (id == NULL)
		return accept_say(words, ACCEPT_FAIL,
		    "no authorityKeyIdentifier, and the issuer must be %s", wanted);
	buf_init(&hex, 2 * (size_t)KEY_ID_MAX_BYTES);
	if (codec_hex_encode(&hex, ASN1_STRING_get0_data(id),
		(size_t)ASN1_STRING_length(id)) != RC_OK ||
	    !is_same_hex(buf_str(&hex), wanted))
		judgement = accept_say(words, ACCEPT_FAIL,
		    "its issuer has the key %s, not %s", buf_str(&hex), wanted);
	buf_clear(&hex);
	return judgement;
}

enum accept_judgement
accept_template(const struct accept_ctx *ctx, struct accept_words *words)
{
	const struct accept_input *input = ctx->input;
	const struct cert *leaf = input->leaf;

	if (input->template_oid == NULL || input->template_oid[0] == '\0')
		return ACCEPT_PASS;
	if (!leaf->has_template)
		return accept_say(words, ACCEPT_WARN,
		    "it names no template, so that nobody can tell when the template "
		    "asks for another one");
	if (strcmp(leaf->template_oid, input->template_oid) != 0)
		return accept_say(words, ACCEPT_FAIL, "by template %s, not %s",
		    leaf->template_oid, input->template_oid);
	if (leaf->template_major != input->template_major)
		return accept_say(words, ACCEPT_WARN,
		    "by version %lld of its template, not %lld",
		    (long long)leaf->template_major, (long long)input->template_major);
	return ACCEPT_PASS;
}

/* Of one element of the path. Who has no list of an issuer above need not have one;
 * that of the issuer itself was configured for this. */
static enum accept_judgement
judge_element(const struct accept_ctx *ctx, size_t i, struct accept_words *words)
{
	struct cert *const *elements = ctx->path.elements;
	const char *subject = elements[i]->subject;
	enum revocation_state state = REVOCATION_NONE;

	if (revocation_look_up(ctx->input->lists, elements[i], elements[i + 1],
		ctx->input->now, &state, NULL) != RC_OK)
		return accept_say(words, ACCEPT_WARN, "could not be looked at");
	switch (state) {
	case REVOCATION_NONE:
		return ACCEPT_PASS;
	case REVOCATION_REVOKED:
		return accept_say(words, ACCEPT_WARN,
		    "%s: it is on the revocation list of its issuer", subject);
	case REVOCATION_STALE:
		return accept_say(words, ACCEPT_WARN,
		    "%s: the revocation list of its issuer is not of today", subject);
	case REVOCATION_FORGED:
		return accept_say(words, ACCEPT_WARN,
		    "%s: the revocation list in its issuer's name was signed by "
		    "somebody else",
		    subject);
	case REVOCATION_NO_LIST:
		break;
	}
	if (i > 0)
		return ACCEPT_PASS;
	return accept_say(words, ACCEPT_WARN, "%s: there is no list of its issuer",
	    subject);
}

enum accept_judgement
accept_revocation(const struct accept_ctx *ctx, struct accept_words *words)
{
	enum accept_judgement judgement = ACCEPT_PASS;

	if (ctx->input->lists == NULL || ctx->path.at_time != PATH_OK)
		return ACCEPT_PASS;
	for (size_t i = 0; judgement == ACCEPT_PASS && i + 1 < ctx->path.n_elements;
	     i++)
		judgement = judge_element(ctx, i, words);
	return judgement;
}
