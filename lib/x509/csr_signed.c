/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PKCS#10 request that came back from the firmware: is it what was sent, signed by
 * the key it names?  RFC 2986 4.
 */
#include <stdbool.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "x509/csr.h"
#include "x509/csr_extension.h"

/* A part of somebody's bytes. */
struct slice {
	const uint8_t *bytes;
	size_t len;
};

/* The SEQUENCE that stands at the start of bytes: its content, and as it stands,
 * head included. False when it is none, or of indefinite length. */
static bool
slice_sequence(struct slice bytes, struct slice *ret_content, struct slice *ret_whole)
{
	const unsigned char *p = bytes.bytes;
	int tag = 0, tag_class = 0, flags;
	long len = 0;

	if (bytes.len > CSR_DER_MAX_BYTES)
		return false;
	flags = ASN1_get_object(&p, &len, &tag, &tag_class, (long)bytes.len);
	if (flags != V_ASN1_CONSTRUCTED || tag != V_ASN1_SEQUENCE ||
	    tag_class != V_ASN1_UNIVERSAL)
		return false;
	ret_content->bytes = p;
	ret_content->len = (size_t)len;
	ret_whole->bytes = bytes.bytes;
	ret_whole->len = (size_t)(p - bytes.bytes) + (size_t)len;
	return true;
}

/* CertificationRequestInfo as it was signed: OpenSSL would encode it anew. */
static bool
slice_info(const uint8_t *der, size_t len, struct slice *ret_info)
{
	struct slice whole = { der, len }, inner = { NULL, 0 }, ignored;

	return slice_sequence(whole, &inner, &whole) && whole.len == len &&
	    slice_sequence(inner, &ignored, ret_info);
}

static enum rc
verify_key(X509_REQ *req, const uint8_t *spki, size_t spki_len, struct err *err)
{
	X509_PUBKEY *key = X509_REQ_get_X509_PUBKEY(req);
	unsigned char *der = NULL;
	bool is_same;
	int len;

	len = i2d_X509_PUBKEY(key, &der);
	is_same =
	    len >= 0 && (size_t)len == spki_len && memcmp(der, spki, spki_len) == 0;
	OPENSSL_free(der);
	if (!is_same)
		return err_set(err, RC_FORMAT,
		    "signed request: RFC 2986 4.1: it is for another key");
	if (X509_REQ_verify(req, X509_PUBKEY_get0(key)) != 1)
		return err_set(err, RC_FORMAT,
		    "signed request: RFC 2986 4.2: its signature does not verify");
	return RC_OK;
}

static enum rc
verify_request(const uint8_t *der, size_t len, const uint8_t *spki, size_t spki_len,
    struct err *err)
{
	const unsigned char *p = der;
	X509_REQ *req = d2i_X509_REQ(NULL, &p, (long)len);
	enum rc r;

	if (req == NULL || p != der + len)
		r = err_set(err, RC_FORMAT,
		    "signed request: RFC 2986 4.2: not one PKCS#10 to its last byte");
	else
		r = verify_key(req, spki, spki_len, err);
	X509_REQ_free(req);
	return r;
}

enum rc
csr_verify_signed(const uint8_t *signed_der, size_t signed_len, const uint8_t *sent_der,
    size_t sent_len, const uint8_t *spki, size_t spki_len, struct err *err)
{
	struct slice got = { NULL, 0 }, sent = { NULL, 0 };
	enum rc r;

	(void)ERR_set_mark();
	if (!slice_info(sent_der, sent_len, &sent))
		r = err_set(err, RC_FORMAT,
		    "sent request: RFC 2986 4.2: not one PKCS#10 to its last byte");
	else if (!slice_info(signed_der, signed_len, &got))
		r = err_set(err, RC_FORMAT,
		    "signed request: RFC 2986 4.2: not one PKCS#10 to its last byte");
	else if (got.len != sent.len || memcmp(got.bytes, sent.bytes, sent.len) != 0)
		r = err_set(err, RC_FORMAT,
		    "signed request: RFC 2986 4.1: not what was sent to be signed");
	else
		r = verify_request(signed_der, signed_len, spki, spki_len, err);
	(void)ERR_pop_to_mark();
	return r;
}

bool
csr_has_challenge(const uint8_t *der, size_t len)
{
	const unsigned char *p = der;
	X509_REQ *req = NULL;
	bool has_one;

	(void)ERR_set_mark();
	if (len <= CSR_DER_MAX_BYTES)
		req = d2i_X509_REQ(NULL, &p, (long)len);
	has_one = req != NULL &&
	    X509_REQ_get_attr_by_NID(req, NID_pkcs9_challengePassword, -1) >= 0;
	X509_REQ_free(req);
	(void)ERR_pop_to_mark();
	return has_one;
}

bool
csr_has_template(const uint8_t *der, size_t len)
{
	const unsigned char *p = der;
	X509_REQ *req = NULL;
	STACK_OF(X509_EXTENSION) *extensions = NULL;
	ASN1_OBJECT *oid = NULL;
	bool has_one;

	(void)ERR_set_mark();
	oid = OBJ_txt2obj(CSR_TEMPLATE_OID, 1);
	if (len <= CSR_DER_MAX_BYTES)
		req = d2i_X509_REQ(NULL, &p, (long)len);
	if (req != NULL)
		extensions = X509_REQ_get_extensions(req);
	has_one = oid != NULL && extensions != NULL &&
	    X509v3_get_ext_by_OBJ(extensions, oid, -1) >= 0;
	sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
	ASN1_OBJECT_free(oid);
	X509_REQ_free(req);
	(void)ERR_pop_to_mark();
	return has_one;
}
