/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DER to struct cert: the fields of a certificate, each read once.  Follows
 * RFC 5280 4.1; names are written as RFC 4514 says.
 */
#include "x509/cert.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "base/codec.h"
#include "base/text.h"
#include "x509/extension.h"
#include "x509/field.h"

enum {
	SERIAL_MIN_DIGITS = 2
};

static enum rc
nomem(struct err *err)
{
	return err_set(err, RC_NOMEM, "certificate: out of memory");
}

static enum rc
read_common_name(const X509_NAME *subject, char **ret, struct err *err)
{
	const ASN1_STRING *value;
	unsigned char *utf8 = NULL;
	int last = -1, at = -1, len;
	enum rc r;

	do {
		last = at;
		at = X509_NAME_get_index_by_NID(subject, NID_commonName, last);
	} while (at >= 0);
	if (last < 0)
		return RC_OK;
	value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, last));
	len = ASN1_STRING_to_UTF8(&utf8, value);
	if (len < 0)
		r = field_take_line(ASN1_STRING_get0_data(value),
		    (size_t)ASN1_STRING_length(value), ret, err);
	else
		r = field_take_line(utf8, (size_t)len, ret, err);
	OPENSSL_free(utf8);
	return r;
}

static enum rc
read_serial_number(const ASN1_INTEGER *serial, char **ret, struct err *err)
{
	int len = ASN1_STRING_length(serial);
	struct buf text;

	if (len > CERT_SERIAL_MAX_BYTES)
		return err_set(err, RC_LIMIT,
		    "serialNumber: RFC 5280 4.1.2.2: %d bytes, at most %d", len,
		    CERT_SERIAL_MAX_BYTES);
	buf_init(&text, 2 * (size_t)CERT_SERIAL_MAX_BYTES + SERIAL_MIN_DIGITS);
	if (ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER)
		(void)buf_add_char(&text, '-');
	if (len < 1)
		(void)buf_add_str(&text, "00");
	else
		(void)codec_hex_encode(&text, ASN1_STRING_get0_data(serial),
		    (size_t)len);
	*ret = buf_take(&text);
	buf_clear(&text);
	return *ret != NULL ? RC_OK : nomem(err);
}

/* A key that OpenSSL does not know is of another kind, not an error. */
static void
read_key(const X509 *x509, struct cert *cert)
{
	EVP_PKEY *key = X509_get0_pubkey(x509);
	size_t len = 0;

	if (key == NULL)
		return;
	cert->key_bits = EVP_PKEY_get_bits(key);
	switch (EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_RSA:
	case EVP_PKEY_RSA_PSS:
		cert->key_kind = CERT_KEY_RSA;
		break;
	case EVP_PKEY_EC:
		cert->key_kind = CERT_KEY_EC;
		if (EVP_PKEY_get_group_name(key, cert->key_group,
			sizeof(cert->key_group), &len) != 1)
			cert->key_group[0] = '\0';
		break;
	default:
		break;
	}
}

static void
read_signature(X509 *x509, struct cert *cert)
{
	int digest = NID_undef, bits = -1;

	cert->signature_bits = -1;
	if (X509_get_signature_info(x509, &digest, NULL, &bits, NULL) != 1)
		return;
	cert->signature_bits = bits;
	if (digest != NID_undef)
		text_line_field(cert->signature_digest, sizeof(cert->signature_digest),
		    OBJ_nid2ln(digest), strlen(OBJ_nid2ln(digest)));
}

static enum rc
sha256(const void *bytes, size_t len, uint8_t digest[CERT_FINGERPRINT_BYTES],
    struct err *err)
{
	if (EVP_Digest(bytes, len, digest, NULL, EVP_sha256(), NULL) != 1)
		return nomem(err);
	return RC_OK;
}

static enum rc
read_digests(const X509 *x509, struct cert *cert, struct err *err)
{
	unsigned char *spki = NULL;
	enum rc r;
	int len;

	len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &spki);
	if (len < 0)
		return nomem(err);
	r = sha256(spki, (size_t)len, cert->spki_sha256, err);
	OPENSSL_free(spki);
	return r == RC_OK ? sha256(cert->der, cert->der_len, cert->fingerprint, err)
			  : r;
}

static enum rc
read_fields(X509 *x509, struct cert *cert, struct err *err)
{
	const X509_NAME *subject = X509_get_subject_name(x509);
	enum rc r;

	r = field_read_name(subject, "subject", &cert->subject, err);
	if (r == RC_OK)
		r = read_common_name(subject, &cert->common_name, err);
	if (r == RC_OK)
		r = field_read_name(X509_get_issuer_name(x509), "issuer", &cert->issuer,
		    err);
	if (r == RC_OK)
		r = read_serial_number(X509_get0_serialNumber(x509),
		    &cert->serial_number, err);
	if (r == RC_OK)
		r = field_read_time(X509_get0_notBefore(x509), "notBefore",
		    &cert->not_before, err);
	if (r == RC_OK)
		r = field_read_time(X509_get0_notAfter(x509), "notAfter",
		    &cert->not_after, err);
	if (r == RC_OK)
		r = read_digests(x509, cert, err);
	if (r == RC_OK)
		r = extension_read_all(x509, cert, err);
	if (r == RC_OK) {
		read_key(x509, cert);
		read_signature(x509, cert);
	}
	return r;
}

/* x509 and its DER to facts. Leaves OpenSSL's error queue as it was: what is
 * left there would be taken for the outcome of the next TLS call. */
static enum rc
build(X509 *x509, const uint8_t *der, size_t len, struct cert **ret_cert,
    struct err *err)
{
	struct cert *cert;
	enum rc r;

	cert = calloc(1, sizeof(*cert));
	if (cert == NULL)
		return nomem(err);
	cert->der = malloc(len);
	if (cert->der == NULL || X509_up_ref(x509) != 1) {
		r = nomem(err);
		goto out;
	}
	cert->x509 = x509;
	memcpy(cert->der, der, len);
	cert->der_len = len;
	(void)ERR_set_mark();
	r = read_fields(x509, cert, err);
	(void)ERR_pop_to_mark();
	if (r != RC_OK)
		goto out;
	*ret_cert = cert;
	cert = NULL;
out:
	cert_free(cert);
	return r;
}

static enum rc
decode(const uint8_t *der, size_t len, X509 **ret_x509, struct err *err)
{
	const unsigned char *p = der;
	X509 *x509;

	if (len > CERT_DER_MAX_BYTES)
		return err_set(err, RC_LIMIT, "certificate: %zu bytes, at most %d", len,
		    CERT_DER_MAX_BYTES);
	(void)ERR_set_mark();
	x509 = d2i_X509(NULL, &p, (long)len);
	(void)ERR_pop_to_mark();
	if (x509 == NULL)
		return err_set(err, RC_FORMAT,
		    "certificate: RFC 5280 4.1: not a certificate in DER");
	if (p != der + len) {
		X509_free(x509);
		return err_set(err, RC_FORMAT,
		    "certificate: RFC 5280 4.1: %zu bytes after its end",
		    len - (size_t)(p - der));
	}
	*ret_x509 = x509;
	return RC_OK;
}

enum rc
cert_parse(const uint8_t *der, size_t len, struct cert **ret_cert, struct err *err)
{
	X509 *x509 = NULL;
	enum rc r;

	r = decode(der, len, &x509, err);
	if (r == RC_OK)
		r = build(x509, der, len, ret_cert, err);
	X509_free(x509);
	return r;
}

enum rc
cert_from_x509(X509 *x509, struct cert **ret_cert, struct err *err)
{
	unsigned char *der = NULL;
	enum rc r;
	int len;

	len = i2d_X509(x509, &der);
	if (len < 0)
		return nomem(err);
	if (len > CERT_DER_MAX_BYTES)
		r = err_set(err, RC_LIMIT, "certificate: %d bytes, at most %d", len,
		    CERT_DER_MAX_BYTES);
	else
		r = build(x509, der, (size_t)len, ret_cert, err);
	OPENSSL_free(der);
	return r;
}

enum rc
cert_get_x509(const struct cert *cert, X509 **ret_x509, struct err *err)
{
	if (cert->x509 == NULL)
		return decode(cert->der, cert->der_len, ret_x509, err);
	if (X509_up_ref(cert->x509) != 1)
		return nomem(err);
	*ret_x509 = cert->x509;
	return RC_OK;
}

/* *ret is a copy of text, or NULL when that is; false when memory is out. */
static bool
copy_text(const char *text, char **ret)
{
	*ret = text != NULL ? strdup(text) : NULL;
	return text == NULL || *ret != NULL;
}

static bool
copy_owned(struct cert *to, const struct cert *from)
{
	to->der = malloc(from->der_len > 0 ? from->der_len : 1);
	to->san_dns = calloc(from->n_san_dns + 1, sizeof(*to->san_dns));
	if (to->der == NULL || to->san_dns == NULL ||
	    !copy_text(from->subject, &to->subject) ||
	    !copy_text(from->issuer, &to->issuer) ||
	    !copy_text(from->common_name, &to->common_name) ||
	    !copy_text(from->serial_number, &to->serial_number) ||
	    !copy_text(from->template_name, &to->template_name))
		return false;
	if (from->der_len > 0)
		memcpy(to->der, from->der, from->der_len);
	for (size_t i = 0; i < from->n_san_dns; i++)
		if (!copy_text(from->san_dns[i], &to->san_dns[i]))
			return false;
	return true;
}

enum rc
cert_dup(const struct cert *cert, struct cert **ret_cert, struct err *err)
{
	struct cert *copy;

	copy = malloc(sizeof(*copy));
	if (copy == NULL)
		return nomem(err);
	*copy = *cert;
	copy->x509 = NULL;
	copy->der = NULL;
	copy->subject = NULL;
	copy->issuer = NULL;
	copy->common_name = NULL;
	copy->serial_number = NULL;
	copy->template_name = NULL;
	copy->san_dns = NULL;
	if (!copy_owned(copy, cert) ||
	    (cert->x509 != NULL && X509_up_ref(cert->x509) != 1)) {
		cert_free(copy);
		return nomem(err);
	}
	copy->x509 = cert->x509;
	*ret_cert = copy;
	return RC_OK;
}

void
cert_free(struct cert *cert)
{
	if (cert == NULL)
		return;
	for (size_t i = 0; cert->san_dns != NULL && i < cert->n_san_dns; i++)
		free(cert->san_dns[i]);
	free(cert->san_dns);
	free(cert->subject);
	free(cert->issuer);
	free(cert->common_name);
	free(cert->serial_number);
	free(cert->template_name);
	free(cert->der);
	X509_free(cert->x509);
	free(cert);
}

void
cert_free_list(struct cert **certs, size_t n)
{
	for (size_t i = 0; certs != NULL && i < n; i++)
		cert_free(certs[i]);
	free(certs);
}

bool
cert_equals(const struct cert *a, const struct cert *b)
{
	return a->der_len == b->der_len && memcmp(a->der, b->der, a->der_len) == 0;
}

int64_t
cert_left_s(const struct cert *cert, int64_t now)
{
	int64_t left_s;

	if (__builtin_sub_overflow(cert->not_after, now, &left_s))
		return now < 0 ? INT64_MAX : INT64_MIN;
	return left_s;
}

int64_t
cert_lifetime_s(const struct cert *cert)
{
	int64_t lifetime_s;

	if (__builtin_sub_overflow(cert->not_after, cert->not_before, &lifetime_s))
		return cert->not_before < 0 ? INT64_MAX : 0;
	return lifetime_s > 0 ? lifetime_s : 0;
}
