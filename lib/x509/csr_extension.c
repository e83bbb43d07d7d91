/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The extensions of a request: RFC 5280 4.2.1 names them, RFC 2985 5.4.2 says where
 * they stand; the template's is Microsoft's (MS-CRTD, MS-WCCE 2.2.2.7.7.1).
 */
#include "x509/csr_extension.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include <openssl/x509v3.h>

#include "base/text.h"

static enum rc
nomem(struct err *err)
{
	return err_set(err, RC_NOMEM, "request: out of memory");
}

static bool
is_address(const char *name)
{
	unsigned char address[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, name, address) == 1 || strchr(name, ':') != NULL;
}

enum rc
csr_check_name(const char *name, struct err *err)
{
	if (name == NULL || !text_is_hostname(name))
		return err_set(err, RC_FORMAT,
		    "subjectAltName: %.80s: RFC 1034 3.5: not the name of a host",
		    name != NULL ? name : "nothing");
	if (is_address(name))
		return err_set(err, RC_FORMAT,
		    "subjectAltName: %.80s: RFC 5280 4.2.1.6: an address is no dNSName",
		    name);
	return RC_OK;
}

static enum rc
add_dns_name(GENERAL_NAMES *names, const char *text, struct err *err)
{
	GENERAL_NAME *name = NULL;
	ASN1_IA5STRING *value = NULL;
	enum rc r;

	r = csr_check_name(text, err);
	if (r != RC_OK)
		return r;
	name = GENERAL_NAME_new();
	value = ASN1_IA5STRING_new();
	if (name == NULL || value == NULL || ASN1_STRING_set(value, text, -1) != 1) {
		ASN1_IA5STRING_free(value);
		GENERAL_NAME_free(name);
		return nomem(err);
	}
	GENERAL_NAME_set0_value(name, GEN_DNS, value);
	if (sk_GENERAL_NAME_push(names, name) <= 0) {
		GENERAL_NAME_free(name);
		return nomem(err);
	}
	return RC_OK;
}

/* Is the n-th further name the CN or one of those before it? */
static bool
is_repeated(const struct csr_profile *profile, size_t n)
{
	const char *name = profile->dns_names[n];

	if (name == NULL)
		return false;
	if (strcasecmp(name, profile->common_name) == 0)
		return true;
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(name, profile->dns_names[i]) == 0)
			return true;
	return false;
}

/* Append an extension made of value. */
static enum rc
add_extension(STACK_OF(X509_EXTENSION) *list, int nid, bool is_critical, void *value,
    struct err *err)
{
	if (X509V3_add1_i2d(&list, nid, value, is_critical ? 1 : 0,
		X509V3_ADD_APPEND) != 1)
		return nomem(err);
	return RC_OK;
}

static enum rc
add_san(STACK_OF(X509_EXTENSION) *list, const struct csr_profile *profile,
    struct err *err)
{
	GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
	enum rc r;

	if (names == NULL)
		return nomem(err);
	r = add_dns_name(names, profile->common_name, err);
	for (size_t i = 0; r == RC_OK && i < profile->n_dns_names; i++)
		if (!is_repeated(profile, i))
			r = add_dns_name(names, profile->dns_names[i], err);
	if (r == RC_OK)
		r = add_extension(list, NID_subject_alt_name, false, names, err);
	GENERAL_NAMES_free(names);
	return r;
}

static enum rc
add_eku(STACK_OF(X509_EXTENSION) *list, unsigned int eku, struct err *err)
{
	static const struct {
		unsigned int bit;
		int nid;
	} purposes[] = {
		{ CERT_EKU_SERVER_AUTH, NID_server_auth },
		{ CERT_EKU_CLIENT_AUTH, NID_client_auth },
	};
	EXTENDED_KEY_USAGE *usages;
	unsigned int left = eku;
	enum rc r = RC_OK;

	usages = sk_ASN1_OBJECT_new_null();
	if (usages == NULL)
		return nomem(err);
	for (size_t i = 0; i < sizeof(purposes) / sizeof(purposes[0]); i++) {
		if ((eku & purposes[i].bit) == 0)
			continue;
		left &= ~purposes[i].bit;
		if (sk_ASN1_OBJECT_push(usages, OBJ_nid2obj(purposes[i].nid)) <= 0)
			r = nomem(err);
	}
	if (r == RC_OK && (left != 0 || eku == 0))
		r = err_set(err, RC_USAGE,
		    "extKeyUsage: only serverAuth and clientAuth can be asked for");
	if (r == RC_OK)
		r = add_extension(list, NID_ext_key_usage, false, usages, err);
	EXTENDED_KEY_USAGE_free(usages);
	return r;
}

/* digitalSignature; with RSA keyEncipherment, too: old firmware transports keys. */
static enum rc
add_key_usage(STACK_OF(X509_EXTENSION) *list, bool is_rsa, struct err *err)
{
	ASN1_BIT_STRING *bits = ASN1_BIT_STRING_new();
	enum rc r;

	if (bits == NULL || ASN1_BIT_STRING_set_bit(bits, 0, 1) != 1 ||
	    (is_rsa && ASN1_BIT_STRING_set_bit(bits, 2, 1) != 1))
		r = nomem(err);
	else
		r = add_extension(list, NID_key_usage, true, bits, err);
	ASN1_BIT_STRING_free(bits);
	return r;
}

/* It names templates of whatever version. */
static enum rc
add_template(STACK_OF(X509_EXTENSION) *list, const char *name, struct err *err)
{
	ASN1_OBJECT *oid = OBJ_txt2obj(CSR_TEMPLATE_OID, 1);
	ASN1_STRING *text = NULL;
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension = NULL;
	unsigned char *der = NULL;
	enum rc r = RC_OK;
	int len = -1;

	if (oid == NULL || value == NULL)
		r = nomem(err);
	else if (ASN1_mbstring_copy(&text, (const unsigned char *)name, -1,
		     MBSTRING_UTF8, B_ASN1_BMPSTRING) < 0)
		r = err_set(err, RC_FORMAT, "template: %.80s: not a BMPString", name);
	if (r == RC_OK)
		len = i2d_ASN1_BMPSTRING(text, &der);
	if (r == RC_OK && (len < 0 || ASN1_OCTET_STRING_set(value, der, len) != 1))
		r = nomem(err);
	if (r == RC_OK)
		extension = X509_EXTENSION_create_by_OBJ(NULL, oid, 0, value);
	if (r == RC_OK &&
	    (extension == NULL || sk_X509_EXTENSION_push(list, extension) <= 0)) {
		X509_EXTENSION_free(extension);
		r = nomem(err);
	}
	OPENSSL_free(der);
	ASN1_STRING_free(text);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(oid);
	return r;
}

enum rc
csr_add_extensions(X509_REQ *req, const struct csr_profile *profile, bool is_rsa,
    struct err *err)
{
	STACK_OF(X509_EXTENSION) *list = sk_X509_EXTENSION_new_null();
	enum rc r;

	if (list == NULL)
		return nomem(err);
	r = add_san(list, profile, err);
	if (r == RC_OK)
		r = add_eku(list, profile->eku, err);
	if (r == RC_OK)
		r = add_key_usage(list, is_rsa, err);
	if (r == RC_OK && profile->template_name != NULL)
		r = add_template(list, profile->template_name, err);
	if (r == RC_OK && X509_REQ_add_extensions(req, list) != 1)
		r = nomem(err);
	sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
	return r;
}
