/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Subject and requested extensions of a PKCS#10.  RFC 2986 4.1, RFC 2985 5.4.2,
 * RFC 5280 4.2.1.6 and 4.2.1.12.
 */
#include "x509/csr_read.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/text.h"

void
csr_asked_clear(struct csr_asked *asked)
{
	for (size_t i = 0; i < asked->n_dns_names; i++)
		free(asked->dns_names[i]);
	memset(asked, 0, sizeof(*asked));
}

struct csr_profile
csr_asked_profile(const struct csr_asked *asked)
{
	return (struct csr_profile){ .common_name = asked->common_name,
		.dns_names = (const char *const *)asked->dns_names,
		.n_dns_names = asked->n_dns_names,
		.eku = asked->eku };
}

/* Its bytes as they stand, when no host name has others. */
static enum rc
take_name(const unsigned char *bytes, int len, const char *what, char **ret_name,
    struct err *err)
{
	char *name = strndup((const char *)bytes, len < 0 ? 0 : (size_t)len);

	if (name == NULL)
		return err_set(err, RC_NOMEM, "request: out of memory");
	if (strlen(name) != (size_t)len || !text_is_hostname(name)) {
		free(name);
		return err_set(err, RC_FORMAT, "request: %s is not a host name", what);
	}
	*ret_name = name;
	return RC_OK;
}

static enum rc
read_common_name(X509_REQ *req, struct csr_asked *asked, struct err *err)
{
	const X509_NAME *subject = X509_REQ_get_subject_name(req);
	int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	const ASN1_STRING *text;
	char *name = NULL;
	enum rc r;

	if (at < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, at) >= 0)
		return err_set(err, RC_FORMAT,
		    "request: its subject has no common name, or two");
	text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
	if (ASN1_STRING_type(text) != V_ASN1_UTF8STRING &&
	    ASN1_STRING_type(text) != V_ASN1_PRINTABLESTRING)
		return err_set(err, RC_FORMAT,
		    "request: its common name is neither UTF8String nor "
		    "PrintableString");
	if (ASN1_STRING_length(text) > CSR_CN_MAX_BYTES)
		return err_set(err, RC_LIMIT,
		    "request: a common name of more than %d bytes (RFC 5280 A.1)",
		    CSR_CN_MAX_BYTES);
	r = take_name(ASN1_STRING_get0_data(text), ASN1_STRING_length(text),
	    "its common name", &name, err);
	if (r == RC_OK)
		memcpy(asked->common_name, name, strlen(name) + 1);
	free(name);
	return r;
}

static enum rc
read_name(const GENERAL_NAME *entry, struct csr_asked *asked, struct err *err)
{
	char *name = NULL;
	enum rc r;

	if (entry->type != GEN_DNS)
		return err_set(err, RC_FORMAT,
		    "request: a subjectAltName that is no dNSName");
	r = take_name(ASN1_STRING_get0_data(entry->d.dNSName),
	    ASN1_STRING_length(entry->d.dNSName), "a dNSName", &name, err);
	if (r != RC_OK)
		return r;
	if (strcasecmp(name, asked->common_name) == 0) {
		free(name);
		return RC_OK;
	}
	if (asked->n_dns_names == CSR_READ_NAMES_MAX) {
		free(name);
		return err_set(err, RC_LIMIT,
		    "request: more than %d names beside the common name",
		    CSR_READ_NAMES_MAX);
	}
	asked->dns_names[asked->n_dns_names++] = name;
	return RC_OK;
}

/* None at all is left to whoever takes the request. */
static enum rc
read_names(const STACK_OF(X509_EXTENSION) *extensions, struct csr_asked *asked,
    struct err *err)
{
	int standing = 0;
	GENERAL_NAMES *names =
	    X509V3_get_d2i(extensions, NID_subject_alt_name, &standing, NULL);
	enum rc r = RC_OK;

	if (names == NULL && standing != -1)
		return err_set(err, RC_FORMAT,
		    "request: two subjectAltName, or one that is none");
	for (int i = 0; r == RC_OK && i < sk_GENERAL_NAME_num(names); i++)
		r = read_name(sk_GENERAL_NAME_value(names, i), asked, err);
	GENERAL_NAMES_free(names);
	return r;
}

static enum rc
read_purpose(const STACK_OF(X509_EXTENSION) *extensions, struct csr_asked *asked,
    struct err *err)
{
	EXTENDED_KEY_USAGE *usage =
	    X509V3_get_d2i(extensions, NID_ext_key_usage, NULL, NULL);
	int n = sk_ASN1_OBJECT_num(usage);
	int nid = n == 1 ? OBJ_obj2nid(sk_ASN1_OBJECT_value(usage, 0)) : NID_undef;

	EXTENDED_KEY_USAGE_free(usage);
	if (nid != NID_server_auth && nid != NID_client_auth)
		return err_set(err, RC_FORMAT,
		    "request: its extKeyUsage is not one of serverAuth "
		    "(1.3.6.1.5.5.7.3.1) and clientAuth (1.3.6.1.5.5.7.3.2)");
	asked->eku =
	    nid == NID_server_auth ? CERT_EKU_SERVER_AUTH : CERT_EKU_CLIENT_AUTH;
	return RC_OK;
}

static enum rc
read_request(X509_REQ *req, struct csr_asked *asked, struct err *err)
{
	STACK_OF(X509_EXTENSION) *extensions = X509_REQ_get_extensions(req);
	enum rc r = read_common_name(req, asked, err);

	if (r == RC_OK)
		r = read_names(extensions, asked, err);
	if (r == RC_OK)
		r = read_purpose(extensions, asked, err);
	sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
	return r;
}

enum rc
csr_read(const uint8_t *der, size_t len, struct csr_asked *ret_asked, struct err *err)
{
	struct csr_asked asked = { .eku = 0 };
	const unsigned char *p = der;
	X509_REQ *req = NULL;
	enum rc r;

	(void)ERR_set_mark();
	if (len <= CSR_DER_MAX_BYTES)
		req = d2i_X509_REQ(NULL, &p, (long)len);
	if (req == NULL || p != der + len)
		r = err_set(err, RC_FORMAT,
		    "request: RFC 2986 4.2: not one PKCS#10 to its last byte");
	else
		r = read_request(req, &asked, err);
	X509_REQ_free(req);
	(void)ERR_pop_to_mark();
	if (r == RC_OK)
		*ret_asked = asked;
	else
		csr_asked_clear(&asked);
	return r;
}
