/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the certificate is: its form, key, names and purposes against the
 * request, the profile and the firmware.  RFC 5280 4.1 and 4.2.
 */
#include "ca/accept_rules.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <openssl/x509v3.h>

#include "base/text.h"

enum {
	QUOTE_SIZE = 100,
	SHA384_SINCE_MAJOR = 22, /* and P-384 */
	RSA_MIN_BITS = 2048,
};

enum accept_judgement
accept_say(struct accept_words *words, enum accept_judgement judgement, const char *fmt,
    ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(words->text, sizeof(words->text), fmt, ap) < 0)
		words->text[0] = '\0';
	va_end(ap);
	return judgement;
}

enum accept_judgement
accept_form(const struct accept_ctx *ctx, struct accept_words *words)
{
	size_t len = ctx->input->leaf->der_len;

	if (X509_get_version(ctx->x) != X509_VERSION_3)
		return accept_say(words, ACCEPT_FAIL, "version %ld, not 3",
		    X509_get_version(ctx->x) + 1);
	if (len > CERT_STORE_MAX_BYTES)
		return accept_say(words, ACCEPT_FAIL,
		    "%zu bytes, a device takes %d (AMT_PublicKeyCertificate)", len,
		    CERT_STORE_MAX_BYTES);
	return ACCEPT_PASS;
}

enum accept_judgement
accept_key(const struct accept_ctx *ctx, struct accept_words *words)
{
	const EVP_PKEY *theirs = X509_get0_pubkey(ctx->x);
	const EVP_PKEY *ours = X509_REQ_get0_pubkey(ctx->req);

	/* Other kinds of key compare as -1: only 1 is the same key. */
	if (theirs == NULL || ours == NULL || EVP_PKEY_eq(theirs, ours) != 1)
		return accept_say(words, ACCEPT_FAIL, "for another key than requested");
	return ACCEPT_PASS;
}

enum accept_judgement
accept_subject(const struct accept_ctx *ctx, struct accept_words *words)
{
	char quote[QUOTE_SIZE];
	const char *subject = ctx->input->leaf->subject;

	if (X509_NAME_cmp(X509_get_subject_name(ctx->x),
		X509_REQ_get_subject_name(ctx->req)) == 0)
		return ACCEPT_PASS;
	text_printable_field(quote, sizeof(quote), subject, strlen(subject));
	return accept_say(words, ACCEPT_FAIL, "%s is not what was requested", quote);
}

static bool
equals_name(const GENERAL_NAME *entry, const char *name)
{
	size_t len = strlen(name);

	return entry->type == GEN_DNS &&
	    ASN1_STRING_length(entry->d.dNSName) == (int)len &&
	    strncasecmp((const char *)ASN1_STRING_get0_data(entry->d.dNSName), name,
		len) == 0;
}

static bool
is_requested(const GENERAL_NAME *entry, const struct csr_profile *profile)
{
	if (equals_name(entry, profile->common_name))
		return true;
	for (size_t i = 0; i < profile->n_dns_names; i++) {
		if (equals_name(entry, profile->dns_names[i]))
			return true;
	}
	return false;
}

static bool
is_listed(const GENERAL_NAMES *names, const char *name)
{
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		if (equals_name(sk_GENERAL_NAME_value(names, i), name))
			return true;
	}
	return false;
}

/* "dNSName evil.example", or the kind of any other. */
static enum accept_judgement
say_unrequested(struct accept_words *words, const GENERAL_NAME *entry)
{
	char quote[QUOTE_SIZE];

	if (entry->type != GEN_DNS)
		return accept_say(words, ACCEPT_FAIL,
		    "a name that is no dNSName was not requested (GeneralName [%d])",
		    entry->type);
	text_printable_field(quote, sizeof(quote),
	    ASN1_STRING_get0_data(entry->d.dNSName),
	    (size_t)ASN1_STRING_length(entry->d.dNSName));
	return accept_say(words, ACCEPT_FAIL, "dNSName %s was not requested", quote);
}

static enum accept_judgement
compare_names(const GENERAL_NAMES *names, const struct csr_profile *profile,
    struct accept_words *words)
{
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *entry = sk_GENERAL_NAME_value(names, i);

		if (!is_requested(entry, profile))
			return say_unrequested(words, entry);
	}
	if (!is_listed(names, profile->common_name))
		return accept_say(words, ACCEPT_FAIL, "dNSName %s is missing",
		    profile->common_name);
	for (size_t i = 0; i < profile->n_dns_names; i++) {
		if (!is_listed(names, profile->dns_names[i]))
			return accept_say(words, ACCEPT_FAIL, "dNSName %s is missing",
			    profile->dns_names[i]);
	}
	return ACCEPT_PASS;
}

enum accept_judgement
accept_names(const struct accept_ctx *ctx, struct accept_words *words)
{
	enum accept_judgement judgement;
	GENERAL_NAMES *names;
	int found = 0;

	names = X509_get_ext_d2i(ctx->x, NID_subject_alt_name, &found, NULL);
	if (names == NULL)
		return accept_say(words, ACCEPT_FAIL, "%s",
		    found == -1	      ? "no subjectAltName"
			: found == -2 ? "two subjectAltName extensions"
				      : "a subjectAltName that cannot be read");
	judgement = compare_names(names, ctx->input->profile, words);
	GENERAL_NAMES_free(names);
	return judgement;
}

enum accept_judgement
accept_purpose(const struct accept_ctx *ctx, struct accept_words *words)
{
	const struct cert *leaf = ctx->input->leaf;
	unsigned int wanted = ctx->input->profile->eku;

	/* Without the extension OpenSSL says yes to every purpose. */
	if (!leaf->has_eku)
		return accept_say(words, ACCEPT_FAIL, "no extKeyUsage");
	if ((leaf->eku & CERT_EKU_ANY) != 0)
		return accept_say(words, ACCEPT_FAIL, "anyExtendedKeyUsage");
	if ((leaf->eku & wanted) != wanted)
		return accept_say(words, ACCEPT_FAIL, "extKeyUsage lacks %s",
		    wanted == CERT_EKU_CLIENT_AUTH ? "clientAuth" : "serverAuth");
	if ((leaf->eku & ~wanted) != 0)
		return accept_say(words, ACCEPT_WARN,
		    "extKeyUsage has more purposes than requested");
	return ACCEPT_PASS;
}

enum accept_judgement
accept_key_usage(const struct accept_ctx *ctx, struct accept_words *words)
{
	const struct cert *leaf = ctx->input->leaf;

	if (!leaf->has_key_usage)
		return accept_say(words, ACCEPT_WARN, "no keyUsage");
	if (!leaf->can_sign_digitally)
		return accept_say(words, ACCEPT_FAIL,
		    "keyUsage lacks digitalSignature");
	if (leaf->key_kind != CERT_KEY_RSA || leaf->can_encipher_keys)
		return ACCEPT_PASS;
	/* Keys are sent to servers; a client signs (RFC 5246 7.4.6). */
	if (ctx->input->profile->eku != CERT_EKU_CLIENT_AUTH)
		return accept_say(words, ACCEPT_FAIL,
		    "keyUsage lacks keyEncipherment, which old firmware needs");
	return ACCEPT_PASS;
}

enum accept_judgement
accept_not_a_ca(const struct accept_ctx *ctx, struct accept_words *words)
{
	/* 1, 3, 4 and 5 are kinds of yes; 0 also means cA without keyCertSign. */
	if (X509_check_ca(ctx->x) != 0 ||
	    (X509_get_extension_flags(ctx->x) & EXFLAG_CA) != 0)
		return accept_say(words, ACCEPT_FAIL, "this is a CA certificate");
	return ACCEPT_PASS;
}

/* Digests that are good enough, and since which firmware each is needed. */
struct digest_row {
	const char *name;
	bool is_long; /* good for SHA384_SINCE_MAJOR and later */
};

static const struct digest_row digests[] = {
	{ "sha256", false },
	{ "sha384", true },
	{ "sha512", true },
};

enum accept_judgement
accept_signature(const struct accept_ctx *ctx, struct accept_words *words)
{
	const char *digest = ctx->input->leaf->signature_digest;
	bool needs_long = ctx->input->version_major >= SHA384_SINCE_MAJOR;

	for (size_t i = 0; i < sizeof(digests) / sizeof(digests[0]); i++) {
		if (strcmp(digest, digests[i].name) != 0)
			continue;
		if (needs_long && !digests[i].is_long)
			return accept_say(words, ACCEPT_FAIL,
			    "signed with %s; AMT %d and later take SHA-384", digest,
			    SHA384_SINCE_MAJOR);
		return ACCEPT_PASS;
	}
	return accept_say(words, ACCEPT_FAIL, "signed with %s: SHA-256 or better",
	    digest[0] != '\0' ? digest : "no known digest");
}

enum accept_judgement
accept_key_kind(const struct accept_ctx *ctx, struct accept_words *words)
{
	const struct cert *leaf = ctx->input->leaf;
	int64_t major = ctx->input->version_major;
	bool is_rsa = leaf->key_kind == CERT_KEY_RSA && leaf->key_bits >= RSA_MIN_BITS;
	bool is_p384 =
	    leaf->key_kind == CERT_KEY_EC && strcmp(leaf->key_group, "secp384r1") == 0;

	if (major >= SHA384_SINCE_MAJOR && !is_p384)
		return accept_say(words, ACCEPT_FAIL,
		    "AMT %d and later take keys on P-384 only", SHA384_SINCE_MAJOR);
	if (major != 0 && major < SHA384_SINCE_MAJOR && !is_rsa)
		return accept_say(words, ACCEPT_FAIL,
		    "AMT before %d takes RSA keys from %d bits", SHA384_SINCE_MAJOR,
		    RSA_MIN_BITS);
	if (!is_rsa && !is_p384)
		return accept_say(words, ACCEPT_FAIL,
		    "neither RSA from %d bits nor P-384", RSA_MIN_BITS);
	return ACCEPT_PASS;
}

enum accept_judgement
accept_critical(const struct accept_ctx *ctx, struct accept_words *words)
{
	if (ctx->input->leaf->has_unknown_critical)
		return accept_say(words, ACCEPT_FAIL,
		    "a critical extension that nobody knows");
	return ACCEPT_PASS;
}

enum accept_judgement
accept_host(const struct accept_ctx *ctx, struct accept_words *words)
{
	const char *host = ctx->input->profile->common_name;

	if (X509_check_host(ctx->x, host, 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT,
		NULL) != 1)
		return accept_say(words, ACCEPT_FAIL, "does not name %s", host);
	return ACCEPT_PASS;
}
