/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Builds and signs the certificate.  Names go into it as values, never through
 * OpenSSL's extension strings, where a comma in a name would start another.
 */
#include "ca/issue.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

static enum rc
no_memory(struct err *err)
{
	return err_set(err, RC_NOMEM, "issue: out of memory");
}

/* OpenSSL's reason behind ours; its queue is empty afterwards. */
static enum rc
openssl_failed(const char *what, struct err *err)
{
	unsigned long code = ERR_peek_error();
	char words[128];

	ERR_error_string_n(code, words, sizeof(words));
	ERR_clear_error();
	return err_set(err, RC_INTERNAL, "issue: %s: %s", what, words);
}

static enum rc
set_serial(X509 *x, uint8_t serial[ISSUE_SERIAL_BYTES], struct err *err)
{
	ASN1_INTEGER *number = NULL;
	BIGNUM *bn = NULL;
	enum rc r = RC_OK;

	if (RAND_bytes(serial, ISSUE_SERIAL_BYTES) != 1)
		return openssl_failed("no random bytes", err);
	serial[0] = (uint8_t)((serial[0] & OWN_FORM_SERIAL_MASK) | OWN_FORM_SERIAL_SET);
	bn = BN_bin2bn(serial, ISSUE_SERIAL_BYTES, NULL);
	number = bn != NULL ? BN_to_ASN1_INTEGER(bn, NULL) : NULL;
	if (number == NULL || X509_set_serialNumber(x, number) != 1)
		r = no_memory(err);
	ASN1_INTEGER_free(number);
	BN_free(bn);
	return r;
}

/* Both ends are inclusive; OpenSSL picks UTCTime or GeneralizedTime. */
static enum rc
set_dates(X509 *x, const struct issue_terms *terms, struct err *err)
{
	if (ASN1_TIME_set(X509_getm_notBefore(x), (time_t)terms->not_before) == NULL ||
	    ASN1_TIME_set(X509_getm_notAfter(x), (time_t)terms->not_after) == NULL)
		return openssl_failed("a date", err);
	return RC_OK;
}

static enum rc
set_names(X509 *x, const struct issuer *issuer, const struct csr_profile *profile,
    struct err *err)
{
	X509_NAME *subject;
	enum rc r = RC_OK;

	subject = X509_NAME_new();
	if (subject == NULL)
		return no_memory(err);
	if (X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
		(const unsigned char *)profile->common_name, -1, -1, 0) != 1 ||
	    X509_set_subject_name(x, subject) != 1 ||
	    X509_set_issuer_name(x, X509_get_subject_name(issuer->cert)) != 1)
		r = openssl_failed("a name", err);
	X509_NAME_free(subject);
	return r;
}

static enum rc
set_key(X509 *x, const struct issue_terms *terms, bool *ret_is_rsa, struct err *err)
{
	const unsigned char *p = terms->csr;
	X509_REQ *req;
	EVP_PKEY *key;
	enum rc r = RC_OK;

	req = d2i_X509_REQ(NULL, &p, (long)terms->csr_len);
	key = req != NULL ? X509_REQ_get0_pubkey(req) : NULL;
	if (key == NULL || X509_set_pubkey(x, key) != 1)
		r = openssl_failed("the key of the request", err);
	else
		*ret_is_rsa = EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
	X509_REQ_free(req);
	return r;
}

static bool
add_dns_name(GENERAL_NAMES *names, const char *text)
{
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_IA5STRING *value = ASN1_IA5STRING_new();

	if (name == NULL || value == NULL || ASN1_STRING_set(value, text, -1) != 1) {
		GENERAL_NAME_free(name);
		ASN1_IA5STRING_free(value);
		return false;
	}
	GENERAL_NAME_set0_value(name, GEN_DNS, value);
	if (sk_GENERAL_NAME_push(names, name) <= 0) {
		GENERAL_NAME_free(name);
		return false;
	}
	return true;
}

/* Is the n-th further name also the common name or an earlier one? */
static bool
is_repeated(const struct csr_profile *profile, size_t n)
{
	const char *name = profile->dns_names[n];

	if (strcasecmp(name, profile->common_name) == 0)
		return true;
	for (size_t i = 0; i < n; i++) {
		if (strcasecmp(name, profile->dns_names[i]) == 0)
			return true;
	}
	return false;
}

static enum rc
add_san(X509 *x, const struct csr_profile *profile, struct err *err)
{
	GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
	bool is_fine;

	is_fine = names != NULL && add_dns_name(names, profile->common_name);
	for (size_t i = 0; i < profile->n_dns_names && is_fine; i++) {
		if (!is_repeated(profile, i))
			is_fine = add_dns_name(names, profile->dns_names[i]);
	}
	is_fine = is_fine &&
	    X509_add1_ext_i2d(x, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT) ==
		1;
	sk_GENERAL_NAME_pop_free(names, GENERAL_NAME_free);
	return is_fine ? RC_OK : no_memory(err);
}

/* Texts of our own only. */
struct extension {
	int nid;
	const char *value;
};

static enum rc
add_extension(X509 *x, X509V3_CTX *ctx, const struct extension *row, struct err *err)
{
	X509_EXTENSION *ext;
	enum rc r = RC_OK;

	ext = X509V3_EXT_nconf_nid(NULL, ctx, row->nid, row->value);
	if (ext == NULL || X509_add_ext(x, ext, -1) != 1)
		r = openssl_failed(OBJ_nid2sn(row->nid), err);
	X509_EXTENSION_free(ext);
	return r;
}

static enum rc
add_extensions(X509 *x, const struct issuer *issuer, const struct csr_profile *profile,
    bool is_rsa, struct err *err)
{
	/* Old firmware negotiates RSA key transport. */
	const char *key_usage = is_rsa ? "critical,digitalSignature,keyEncipherment"
				       : "critical,digitalSignature";
	const char *eku =
	    profile->eku == CERT_EKU_CLIENT_AUTH ? "clientAuth" : "serverAuth";
	const struct extension rows[] = {
		/* as x509/own_form.c knows them */
		{ NID_subject_key_identifier, "hash" },
		{ NID_authority_key_identifier, "keyid:always" },
		{ NID_basic_constraints, "critical,CA:FALSE" },
		{ NID_key_usage, key_usage },
		{ NID_ext_key_usage, eku },
	};
	X509V3_CTX ctx;
	enum rc r = RC_OK;

	X509V3_set_ctx(&ctx, issuer->cert, x, NULL, NULL, 0);
	X509V3_set_ctx_nodb(&ctx);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && r == RC_OK; i++)
		r = add_extension(x, &ctx, &rows[i], err);
	if (r == RC_OK)
		r = add_san(x, profile, err);
	return r;
}

static enum rc
sign(X509 *x, const struct issuer *issuer, uint8_t **ret_der, size_t *ret_len,
    struct err *err)
{
	const EVP_MD *digest = EVP_get_digestbyname(issuer->digest);
	unsigned char *der = NULL;
	uint8_t *copy;
	int len;

	if (digest == NULL || X509_sign(x, issuer->key, digest) <= 0)
		return openssl_failed("cannot sign", err);
	len = i2d_X509(x, &der);
	if (len <= 0)
		return openssl_failed("cannot encode", err);
	copy = malloc((size_t)len);
	if (copy != NULL)
		memcpy(copy, der, (size_t)len);
	OPENSSL_free(der);
	if (copy == NULL)
		return no_memory(err);
	*ret_der = copy;
	*ret_len = (size_t)len;
	return RC_OK;
}

enum rc
issue_certificate(const struct issuer *issuer, const struct issue_terms *terms,
    uint8_t serial[ISSUE_SERIAL_BYTES], uint8_t **ret_der, size_t *ret_len,
    struct err *err)
{
	bool is_rsa = false;
	X509 *x;
	enum rc r;

	x = X509_new();
	if (x == NULL || X509_set_version(x, X509_VERSION_3) != 1) {
		X509_free(x);
		return no_memory(err);
	}
	r = set_serial(x, serial, err);
	if (r == RC_OK)
		r = set_names(x, issuer, terms->profile, err);
	if (r == RC_OK)
		r = set_dates(x, terms, err);
	if (r == RC_OK)
		r = set_key(x, terms, &is_rsa, err); /* before its identifier */
	if (r == RC_OK)
		r = add_extensions(x, issuer, terms->profile, is_rsa, err);
	if (r == RC_OK)
		r = sign(x, issuer, ret_der, ret_len, err);
	X509_free(x);
	return r;
}
