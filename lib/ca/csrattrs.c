/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CsrAttrs ::= SEQUENCE OF CHOICE { oid, attribute }: a table of the OIDs that say
 * something about keys and signatures; all others are left alone.
 */
#include "ca/csrattrs.h"

#include <stdio.h>
#include <string.h>

#include <openssl/asn1t.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

enum {
	SHA_OTHER,
	SHA_256,
	SHA_384,
};

/* An OID that names a signature, and what of. */
static const struct {
	int nid;
	int digest;
	enum cert_key_kind kind;
} signatures[] = {
	{ NID_sha256, SHA_256, CERT_KEY_OTHER },
	{ NID_sha384, SHA_384, CERT_KEY_OTHER },
	{ NID_sha512, SHA_OTHER, CERT_KEY_OTHER },
	{ NID_sha256WithRSAEncryption, SHA_256, CERT_KEY_RSA },
	{ NID_sha384WithRSAEncryption, SHA_384, CERT_KEY_RSA },
	{ NID_sha512WithRSAEncryption, SHA_OTHER, CERT_KEY_RSA },
	{ NID_ecdsa_with_SHA256, SHA_256, CERT_KEY_EC },
	{ NID_ecdsa_with_SHA384, SHA_384, CERT_KEY_EC },
	{ NID_ecdsa_with_SHA512, SHA_OTHER, CERT_KEY_EC },
};

static const struct {
	int nid;
	int bits;
} curves[] = {
	{ NID_X9_62_prime256v1, 256 },
	{ NID_secp384r1, 384 },
	{ NID_secp521r1, 521 },
};

static void
take_curve(int nid, struct csrattrs *attrs)
{
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
		if (curves[i].nid != nid)
			continue;
		attrs->key_kind = CERT_KEY_EC;
		attrs->key_bits = curves[i].bits;
	}
}

static void
take_oid(int nid, struct csrattrs *attrs)
{
	if (nid == NID_pkcs9_challengePassword)
		attrs->wants_challenge = true;
	if (nid == NID_X9_62_id_ecPublicKey)
		attrs->key_kind = CERT_KEY_EC;
	if (nid == NID_rsaEncryption)
		attrs->key_kind = CERT_KEY_RSA;
	take_curve(nid, attrs);
	for (size_t i = 0; i < sizeof(signatures) / sizeof(signatures[0]); i++) {
		if (signatures[i].nid != nid)
			continue;
		attrs->wants_sha256 |= signatures[i].digest == SHA_256;
		attrs->wants_sha384 |= signatures[i].digest == SHA_384;
		attrs->wants_other_digest |= signatures[i].digest == SHA_OTHER;
		if (signatures[i].kind != CERT_KEY_OTHER)
			attrs->signature_kind = signatures[i].kind;
	}
}

/* The curve of an EC key, the length of an RSA key. */
static void
take_value(int nid, const ASN1_TYPE *value, struct csrattrs *attrs)
{
	int64_t bits = 0;

	if (nid == NID_X9_62_id_ecPublicKey && value->type == V_ASN1_OBJECT)
		take_curve(OBJ_obj2nid(value->value.object), attrs);
	if (nid == NID_rsaEncryption && value->type == V_ASN1_INTEGER &&
	    ASN1_INTEGER_get_int64(&bits, value->value.integer) == 1 && bits > 0)
		attrs->key_bits = bits;
}

static enum rc
take_attribute(const ASN1_STRING *sequence, struct csrattrs *attrs, struct err *err)
{
	const unsigned char *p = ASN1_STRING_get0_data(sequence);
	const unsigned char *end = p + ASN1_STRING_length(sequence);
	X509_ATTRIBUTE *attribute = d2i_X509_ATTRIBUTE(NULL, &p, end - p);
	int nid = NID_undef;

	if (attribute == NULL || p != end) {
		X509_ATTRIBUTE_free(attribute);
		return err_set(err, RC_FORMAT,
		    "csrattrs: neither an OID nor an Attribute (RFC 7030 4.5.2)");
	}
	nid = OBJ_obj2nid(X509_ATTRIBUTE_get0_object(attribute));
	take_oid(nid, attrs);
	for (int i = 0; i < X509_ATTRIBUTE_count(attribute); i++) {
		const ASN1_TYPE *value = X509_ATTRIBUTE_get0_type(attribute, i);

		if (value != NULL)
			take_value(nid, value, attrs);
	}
	X509_ATTRIBUTE_free(attribute);
	return RC_OK;
}

static enum rc
take_entry(const ASN1_TYPE *entry, struct csrattrs *attrs, struct err *err)
{
	if (entry->type == V_ASN1_OBJECT) {
		take_oid(OBJ_obj2nid(entry->value.object), attrs);
		return RC_OK;
	}
	if (entry->type == V_ASN1_SEQUENCE)
		return take_attribute(entry->value.sequence, attrs, err);
	return err_set(err, RC_FORMAT,
	    "csrattrs: neither an OID nor an Attribute (RFC 7030 4.5.2)");
}

enum rc
csrattrs_parse(const uint8_t *der, size_t len, struct csrattrs *ret_attrs,
    struct err *err)
{
	struct csrattrs attrs = { 0 };
	const unsigned char *p = der;
	ASN1_SEQUENCE_ANY *list = d2i_ASN1_SEQUENCE_ANY(NULL, &p, (long)len);
	enum rc r = RC_OK;

	if (list == NULL || p != der + len)
		r = err_set(err, RC_FORMAT,
		    "csrattrs: not one sequence to the last byte (RFC 7030 4.5.2)");
	else if (sk_ASN1_TYPE_num(list) > CSRATTRS_MAX)
		r = err_set(err, RC_LIMIT, "csrattrs: more than %d entries",
		    CSRATTRS_MAX);
	for (int i = 0; r == RC_OK && i < sk_ASN1_TYPE_num(list); i++)
		r = take_entry(sk_ASN1_TYPE_value(list, i), &attrs, err);
	sk_ASN1_TYPE_pop_free(list, ASN1_TYPE_free);
	ERR_clear_error();
	if (r == RC_OK)
		*ret_attrs = attrs;
	return r;
}

static const char *
kind_text(enum cert_key_kind kind)
{
	return kind == CERT_KEY_RSA ? "RSA" : "EC";
}

static bool
is_digest_wanted(const struct csrattrs *attrs, const char *digest)
{
	if (!attrs->wants_sha256 && !attrs->wants_sha384 && !attrs->wants_other_digest)
		return true;
	return (attrs->wants_sha256 && strcmp(digest, "sha256") == 0) ||
	    (attrs->wants_sha384 && strcmp(digest, "sha384") == 0);
}

static bool
are_bits_wanted(const struct csrattrs *attrs, int key_bits)
{
	if (attrs->key_bits == 0)
		return true;
	return attrs->key_kind == CERT_KEY_RSA ? key_bits >= attrs->key_bits
					       : key_bits == attrs->key_bits;
}

bool
csrattrs_fit(const struct csrattrs *attrs, enum cert_key_kind key_kind, int key_bits,
    const char *digest, char why[CSRATTRS_WHY_SIZE])
{
	why[0] = '\0';
	if (key_kind == CERT_KEY_OTHER)
		return true;
	if (attrs->key_kind != CERT_KEY_OTHER &&
	    (attrs->key_kind != key_kind || !are_bits_wanted(attrs, key_bits)))
		(void)snprintf(why, CSRATTRS_WHY_SIZE,
		    "the CA wants %s keys of %lld bits (csrattrs), this firmware makes "
		    "%s keys of %d bits",
		    kind_text(attrs->key_kind), (long long)attrs->key_bits,
		    kind_text(key_kind), key_bits);
	else if (attrs->signature_kind != CERT_KEY_OTHER &&
	    attrs->signature_kind != key_kind)
		(void)snprintf(why, CSRATTRS_WHY_SIZE,
		    "the CA wants requests signed by %s keys (csrattrs), this firmware "
		    "makes %s keys",
		    kind_text(attrs->signature_kind), kind_text(key_kind));
	else if (!is_digest_wanted(attrs, digest))
		(void)snprintf(why, CSRATTRS_WHY_SIZE,
		    "the CA wants another digest in requests (csrattrs) than %s, which "
		    "this firmware signs with",
		    digest);
	return why[0] == '\0';
}
