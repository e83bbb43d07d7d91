/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One walk over the extensions of a certificate, each handed to the reader its
 * OID names.  Follows RFC 5280 4.2.1 and MS-WCCE 2.2.2.7.7.
 */
#include "x509/extension.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/x509v3.h>

#include "base/text.h"

enum {
	DNS_NAME_MAX_BYTES = 255, /* RFC 1035 2.3.4 */
	TEMPLATE_ARCS_MAX = 3,	  /* OID, major, minor */
};

typedef enum rc (
    *extension_reader)(X509_EXTENSION *extension, struct cert *cert, struct err *err);

/* An OID by its content octets. */
struct oid {
	unsigned char len;
	const char *bytes;
};

#define OID(bytes)                       \
	{                                \
		sizeof(bytes) - 1, bytes \
	}

static bool
oid_is(const ASN1_OBJECT *object, const struct oid *oid)
{
	return OBJ_length(object) == oid->len &&
	    memcmp(OBJ_get0_data(object), oid->bytes, oid->len) == 0;
}

/* Is this text fit to be compared with, and shown as, a DNS name? */
static bool
is_visible(const unsigned char *bytes, int len)
{
	if (len < 1 || len > DNS_NAME_MAX_BYTES)
		return false;
	for (int i = 0; i < len; i++)
		if (bytes[i] <= ' ' || bytes[i] > '~')
			return false;
	return true;
}

static enum rc
add_dns_name(struct cert *cert, const ASN1_IA5STRING *name, struct err *err)
{
	const unsigned char *bytes = ASN1_STRING_get0_data(name);
	int len = ASN1_STRING_length(name);
	char *copy;

	if (!is_visible(bytes, len)) {
		cert->n_san_bad++;
		return RC_OK;
	}
	if (cert->n_san_dns >= CERT_SAN_MAX)
		return err_set(err, RC_LIMIT,
		    "subjectAltName: more than %d names of type dNSName", CERT_SAN_MAX);
	copy = strndup((const char *)bytes, (size_t)len);
	if (copy == NULL)
		return err_set(err, RC_NOMEM, "subjectAltName: out of memory");
	cert->san_dns[cert->n_san_dns++] = copy;
	return RC_OK;
}

static enum rc
read_san(X509_EXTENSION *extension, struct cert *cert, struct err *err)
{
	GENERAL_NAMES *names = X509V3_EXT_d2i(extension);
	enum rc r = RC_OK;
	int n;

	if (names == NULL)
		return err_set(err, RC_FORMAT,
		    "subjectAltName: RFC 5280 4.2.1.6: not a list of names");
	n = sk_GENERAL_NAME_num(names);
	cert->has_san = true;
	cert->san_dns = calloc((size_t)n + 1, sizeof(*cert->san_dns));
	if (cert->san_dns == NULL)
		r = err_set(err, RC_NOMEM, "subjectAltName: out of memory");
	for (int i = 0; r == RC_OK && i < n; i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		if (name->type == GEN_DNS)
			r = add_dns_name(cert, name->d.dNSName, err);
	}
	GENERAL_NAMES_free(names);
	return r;
}

static unsigned int
purpose_bit(const ASN1_OBJECT *object)
{
	static const struct {
		struct oid oid;
		unsigned int bit;
	} purposes[] = {
		{ OID("\x2b\x06\x01\x05\x05\x07\x03\x01"), CERT_EKU_SERVER_AUTH },
		{ OID("\x2b\x06\x01\x05\x05\x07\x03\x02"), CERT_EKU_CLIENT_AUTH },
		{ OID("\x60\x86\x48\x01\x86\xf8\x4d\x01\x02\x01"),
		    CERT_EKU_AMT_REMOTE },
		{ OID("\x60\x86\x48\x01\x86\xf8\x4d\x01\x02\x02"), CERT_EKU_AMT_LOCAL },
		{ OID("\x60\x86\x48\x01\x86\xf8\x4d\x01\x02\x03"), CERT_EKU_AMT_SETUP },
		{ OID("\x55\x1d\x25\x00"), CERT_EKU_ANY },
	};

	for (size_t i = 0; i < sizeof(purposes) / sizeof(purposes[0]); i++)
		if (oid_is(object, &purposes[i].oid))
			return purposes[i].bit;
	return CERT_EKU_OTHER;
}

static enum rc
read_eku(X509_EXTENSION *extension, struct cert *cert, struct err *err)
{
	EXTENDED_KEY_USAGE *purposes = X509V3_EXT_d2i(extension);

	if (purposes == NULL)
		return err_set(err, RC_FORMAT,
		    "extKeyUsage: RFC 5280 4.2.1.12: not a list of purposes");
	cert->has_eku = true;
	for (int i = 0; i < sk_ASN1_OBJECT_num(purposes); i++)
		cert->eku |= purpose_bit(sk_ASN1_OBJECT_value(purposes, i));
	EXTENDED_KEY_USAGE_free(purposes);
	return RC_OK;
}

static enum rc
read_key_usage(X509_EXTENSION *extension, struct cert *cert, struct err *err)
{
	ASN1_BIT_STRING *bits = X509V3_EXT_d2i(extension);

	if (bits == NULL)
		return err_set(err, RC_FORMAT,
		    "keyUsage: RFC 5280 4.2.1.3: not a bit string");
	cert->has_key_usage = true;
	cert->can_sign_digitally = ASN1_BIT_STRING_get_bit(bits, 0) == 1;
	cert->can_encipher_keys = ASN1_BIT_STRING_get_bit(bits, 2) == 1;
	ASN1_BIT_STRING_free(bits);
	return RC_OK;
}

/* An INTEGER (0..4294967295) of the template. */
static bool
take_version(const ASN1_TYPE *value, int64_t *ret)
{
	uint64_t number;

	if (value->type != V_ASN1_INTEGER ||
	    ASN1_INTEGER_get_uint64(&number, value->value.integer) != 1 ||
	    number > UINT32_MAX)
		return false;
	*ret = (int64_t)number;
	return true;
}

static bool
take_template(const ASN1_SEQUENCE_ANY *fields, struct cert *cert)
{
	int n = sk_ASN1_TYPE_num(fields);
	const ASN1_TYPE *id;
	int len;

	if (n < 1 || n > TEMPLATE_ARCS_MAX)
		return false;
	id = sk_ASN1_TYPE_value(fields, 0);
	if (id->type != V_ASN1_OBJECT)
		return false;
	len = OBJ_obj2txt(cert->template_oid, sizeof(cert->template_oid),
	    id->value.object, 1);
	if (len < 1 || (size_t)len >= sizeof(cert->template_oid))
		return false;
	if (n > 1 &&
	    !take_version(sk_ASN1_TYPE_value(fields, 1), &cert->template_major))
		return false;
	return n < 3 ||
	    take_version(sk_ASN1_TYPE_value(fields, 2), &cert->template_minor);
}

static enum rc
read_template(X509_EXTENSION *extension, struct cert *cert, struct err *err)
{
	const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(extension);
	const unsigned char *start = ASN1_STRING_get0_data(value);
	const unsigned char *p = start;
	ASN1_SEQUENCE_ANY *fields;

	fields = d2i_ASN1_SEQUENCE_ANY(NULL, &p, ASN1_STRING_length(value));
	cert->has_template = fields != NULL && p == start + ASN1_STRING_length(value) &&
	    take_template(fields, cert);
	sk_ASN1_TYPE_pop_free(fields, ASN1_TYPE_free);
	if (!cert->has_template)
		return err_set(err, RC_FORMAT,
		    "certificate template: MS-WCCE 2.2.2.7.7.2: not an OID and versions");
	return RC_OK;
}

static enum rc
read_template_name(X509_EXTENSION *extension, struct cert *cert, struct err *err)
{
	const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(extension);
	const unsigned char *start = ASN1_STRING_get0_data(value);
	const unsigned char *p = start;
	char field[CERT_NAME_MAX_BYTES + 1];
	unsigned char *utf8 = NULL;
	ASN1_STRING *text;
	int len = -1;

	text = d2i_DISPLAYTEXT(NULL, &p, ASN1_STRING_length(value));
	if (text != NULL && p == start + ASN1_STRING_length(value))
		len = ASN1_STRING_to_UTF8(&utf8, text);
	ASN1_STRING_free(text);
	if (len < 0)
		return err_set(err, RC_FORMAT,
		    "certificate template: MS-WCCE 2.2.2.7.7.1: not a name");
	text_line_field(field, sizeof(field), utf8, (size_t)len);
	OPENSSL_free(utf8);
	cert->template_name = strdup(field);
	return cert->template_name != NULL
	    ? RC_OK
	    : err_set(err, RC_NOMEM, "certificate template: out of memory");
}

static const struct {
	struct oid oid;
	const char *name;
	extension_reader read;
} readers[] = {
	{ OID("\x55\x1d\x11"), "subjectAltName", read_san },
	{ OID("\x55\x1d\x25"), "extKeyUsage", read_eku },
	{ OID("\x55\x1d\x0f"), "keyUsage", read_key_usage },
	{ OID("\x2b\x06\x01\x04\x01\x82\x37\x15\x07"), "certificate template",
	    read_template },
	{ OID("\x2b\x06\x01\x04\x01\x82\x37\x14\x02"), "certificate template name",
	    read_template_name },
};

enum {
	READERS = sizeof(readers) / sizeof(readers[0])
};

static enum rc
read_one(X509_EXTENSION *extension, bool seen[READERS], struct cert *cert,
    struct err *err)
{
	const ASN1_OBJECT *object = X509_EXTENSION_get_object(extension);

	for (size_t i = 0; i < READERS; i++) {
		if (!oid_is(object, &readers[i].oid))
			continue;
		if (seen[i])
			return err_set(err, RC_FORMAT,
			    "%s: RFC 5280 4.2: appears twice", readers[i].name);
		seen[i] = true;
		return readers[i].read(extension, cert, err);
	}
	return RC_OK;
}

enum rc
extension_read_all(X509 *x509, struct cert *cert, struct err *err)
{
	bool seen[READERS] = { false };
	int n = X509_get_ext_count(x509);
	enum rc r = RC_OK;
	uint32_t flags;
	int ca;

	cert->can_sign_digitally = true;
	cert->can_encipher_keys = true;
	for (int i = 0; r == RC_OK && i < n; i++)
		r = read_one(X509_get_ext(x509, i), seen, cert, err);
	if (r != RC_OK)
		return r;
	flags = X509_get_extension_flags(x509);
	cert->has_unknown_critical = (flags & EXFLAG_CRITICAL) != 0;
	cert->is_self_issued = (flags & EXFLAG_SI) != 0;
	ca = X509_check_ca(x509);
	cert->is_ca = ca == 1 || ca == 3; /* basicConstraints, version 1 root */
	return RC_OK;
}
