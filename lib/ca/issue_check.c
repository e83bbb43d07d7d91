/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a local CA demands of a request before it signs anything.  The names
 * come from the profile; the request has to agree with it.
 */
#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/text.h"
#include "ca/issue.h"

enum {
	RSA_MIN_BITS = 2048,
	RSA_MAX_BITS = 4096,
	GROUP_SIZE = 24,
	ADDRESS_SIZE = 16,
};

/* A name, not an address: an AMT console compares dNSNames. */
static enum rc
check_name(const char *name, struct err *err)
{
	unsigned char address[ADDRESS_SIZE];

	if (!text_is_hostname(name) || strchr(name, ':') != NULL ||
	    inet_pton(AF_INET, name, address) == 1)
		return err_set(err, RC_CONFIG, "profile: not a host name: %s", name);
	return RC_OK;
}

enum rc
issue_check_profile(const struct csr_profile *profile, struct err *err)
{
	enum rc r;

	if (profile->eku != CERT_EKU_SERVER_AUTH &&
	    profile->eku != CERT_EKU_CLIENT_AUTH)
		return err_set(err, RC_CONFIG,
		    "profile: neither for a TLS server nor for a client");
	if (profile->n_dns_names >= ISSUE_NAMES_MAX)
		return err_set(err, RC_CONFIG, "profile: more than %d names",
		    ISSUE_NAMES_MAX);
	if (strlen(profile->common_name) > ISSUE_COMMON_NAME_MAX_BYTES)
		return err_set(err, RC_CONFIG,
		    "profile: a common name of more than %d bytes (RFC 5280 A.1): %s",
		    ISSUE_COMMON_NAME_MAX_BYTES, profile->common_name);
	r = check_name(profile->common_name, err);
	for (size_t i = 0; i < profile->n_dns_names && r == RC_OK; i++)
		r = check_name(profile->dns_names[i], err);
	return r;
}

static enum rc
check_key(const EVP_PKEY *key, struct err *err)
{
	int bits = EVP_PKEY_get_bits(key);
	char group[GROUP_SIZE] = "";
	size_t len = 0;

	switch (EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_RSA:
		if (bits >= RSA_MIN_BITS && bits <= RSA_MAX_BITS)
			return RC_OK;
		return err_set(err, RC_CA, "request: RSA key of %d bits: %d to %d",
		    bits, RSA_MIN_BITS, RSA_MAX_BITS);
	case EVP_PKEY_EC:
		if (EVP_PKEY_get_group_name(key, group, sizeof(group), &len) == 1 &&
		    (strcmp(group, "secp384r1") == 0 ||
			strcmp(group, "prime256v1") == 0))
			return RC_OK;
		return err_set(err, RC_CA,
		    "request: EC key on another group than "
		    "P-256 and P-384");
	default:
		return err_set(err, RC_CA, "request: neither an RSA nor an EC key");
	}
}

static enum rc
check_subject(X509_REQ *req, const struct csr_profile *profile, struct err *err)
{
	X509_NAME *wanted;
	enum rc r = RC_OK;

	wanted = X509_NAME_new();
	if (wanted == NULL ||
	    X509_NAME_add_entry_by_NID(wanted, NID_commonName, MBSTRING_UTF8,
		(const unsigned char *)profile->common_name, -1, -1, 0) != 1)
		r = err_set(err, RC_NOMEM, "request: out of memory");
	else if (X509_NAME_cmp(wanted, X509_REQ_get_subject_name(req)) != 0)
		r = err_set(err, RC_CA, "request: its subject is not CN=%s",
		    profile->common_name);
	X509_NAME_free(wanted);
	return r;
}

/* A dNSName, free of NUL bytes, that is this one. */
static bool
is_name(const GENERAL_NAME *entry, const char *name)
{
	const ASN1_IA5STRING *text;
	size_t len = strlen(name);

	if (entry->type != GEN_DNS)
		return false;
	text = entry->d.dNSName;
	return ASN1_STRING_length(text) == (int)len &&
	    strncasecmp((const char *)ASN1_STRING_get0_data(text), name, len) == 0;
}

static bool
is_wanted(const GENERAL_NAME *entry, const struct csr_profile *profile)
{
	if (is_name(entry, profile->common_name))
		return true;
	for (size_t i = 0; i < profile->n_dns_names; i++) {
		if (is_name(entry, profile->dns_names[i]))
			return true;
	}
	return false;
}

static bool
has_name(const GENERAL_NAMES *names, const char *name)
{
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		if (is_name(sk_GENERAL_NAME_value(names, i), name))
			return true;
	}
	return false;
}

static enum rc
compare_names(const GENERAL_NAMES *names, const struct csr_profile *profile,
    struct err *err)
{
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		if (!is_wanted(sk_GENERAL_NAME_value(names, i), profile))
			return err_set(err, RC_CA,
			    "request: a subjectAltName that the profile has not");
	}
	if (!has_name(names, profile->common_name))
		return err_set(err, RC_CA, "request: no dNSName %s",
		    profile->common_name);
	for (size_t i = 0; i < profile->n_dns_names; i++) {
		if (!has_name(names, profile->dns_names[i]))
			return err_set(err, RC_CA, "request: no dNSName %s",
			    profile->dns_names[i]);
	}
	return RC_OK;
}

static enum rc
check_san(X509_REQ *req, const struct csr_profile *profile, struct err *err)
{
	STACK_OF(X509_EXTENSION) *extensions;
	GENERAL_NAMES *names;
	enum rc r;

	extensions = X509_REQ_get_extensions(req);
	names = X509V3_get_d2i(extensions, NID_subject_alt_name, NULL, NULL);
	if (names == NULL)
		r = err_set(err, RC_CA,
		    "request: no subjectAltName, two, or one that is none");
	else
		r = compare_names(names, profile, err);
	GENERAL_NAMES_free(names);
	sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
	return r;
}

static enum rc
check_proof(X509_REQ *req, struct err *err)
{
	EVP_PKEY *key = X509_REQ_get0_pubkey(req);
	enum rc r;

	if (key == NULL)
		return err_set(err, RC_CA, "request: its key cannot be read");
	r = check_key(key, err);
	if (r == RC_OK && X509_REQ_verify(req, key) != 1)
		r = err_set(err, RC_CA, "request: not signed by its own key");
	return r;
}

enum rc
issue_check_request(const struct issue_terms *terms, struct err *err)
{
	const unsigned char *p = terms->csr;
	X509_REQ *req;
	enum rc r;

	r = issue_check_profile(terms->profile, err);
	if (r != RC_OK)
		return r;
	req = d2i_X509_REQ(NULL, &p, (long)terms->csr_len);
	if (req == NULL || p != terms->csr + terms->csr_len)
		r = err_set(err, RC_CA, "request: not one PKCS#10 (RFC 2986)");
	if (r == RC_OK)
		r = check_proof(req, err);
	if (r == RC_OK)
		r = check_subject(req, terms->profile, err);
	if (r == RC_OK)
		r = check_san(req, terms->profile, err);
	X509_REQ_free(req);
	ERR_clear_error();
	return r;
}
