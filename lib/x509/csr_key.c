/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two forms in which firmware lists a public key, as one.  RFC 8017 A.1.1
 * and RFC 5280 4.1; decoded here and not by OpenSSL's decoders, which would cost
 * more than all the rest of a survey.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/objects.h>

#include "x509/csr.h"

enum {
	KEY_MAX_BYTES = 8192, /* DERKey is uint8[1210] */
	SPKI_FIELDS = 2,      /* algorithm, key */
};

struct key {
	enum cert_key_kind kind;
	int bits;
};

/* A SEQUENCE of exactly n values in DER, or NULL. */
static ASN1_SEQUENCE_ANY *
take_sequence(const unsigned char *der, size_t len, int n)
{
	const unsigned char *p = der;
	ASN1_SEQUENCE_ANY *fields;
	unsigned char *again = NULL;
	bool is_der;
	int again_len;

	if (len > KEY_MAX_BYTES)
		return NULL;
	fields = d2i_ASN1_SEQUENCE_ANY(NULL, &p, (long)len);
	if (fields == NULL)
		return NULL;
	again_len = i2d_ASN1_SEQUENCE_ANY(fields, &again);
	is_der =
	    again_len >= 0 && (size_t)again_len == len && memcmp(again, der, len) == 0;
	OPENSSL_free(again);
	if (!is_der || sk_ASN1_TYPE_num(fields) != n) {
		sk_ASN1_TYPE_pop_free(fields, ASN1_TYPE_free);
		return NULL;
	}
	return fields;
}

/* How long is this INTEGER? 0 unless it is positive. */
static int
integer_bits(const ASN1_TYPE *value)
{
	const ASN1_INTEGER *integer = value->value.integer;
	int bits, len;

	if (value->type != V_ASN1_INTEGER ||
	    ASN1_STRING_type(integer) != V_ASN1_INTEGER)
		return 0;
	len = ASN1_STRING_length(integer);
	if (len < 1)
		return 0;
	bits = 8 * (len - 1);
	for (unsigned int first = ASN1_STRING_get0_data(integer)[0]; first != 0;
	     first >>= 1)
		bits++;
	return bits;
}

static bool
read_rsa(const unsigned char *der, size_t len, struct key *key)
{
	ASN1_SEQUENCE_ANY *fields = take_sequence(der, len, 2);
	int exponent_bits;

	if (fields == NULL)
		return false;
	key->kind = CERT_KEY_RSA;
	key->bits = integer_bits(sk_ASN1_TYPE_value(fields, 0));
	exponent_bits = integer_bits(sk_ASN1_TYPE_value(fields, 1));
	sk_ASN1_TYPE_pop_free(fields, ASN1_TYPE_free);
	return key->bits > 0 && exponent_bits > 1;
}

static int
curve_bits(const ASN1_TYPE *curve)
{
	static const struct {
		int nid;
		int bits;
	} curves[] = {
		{ NID_X9_62_prime256v1, 256 },
		{ NID_secp384r1, 384 },
		{ NID_secp521r1, 521 },
	};

	if (curve->type != V_ASN1_OBJECT)
		return 0;
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
		if (OBJ_obj2nid(curve->value.object) == curves[i].nid)
			return curves[i].bits;
	return 0;
}

/* AlgorithmIdentifier: an OID, and parameters that decide what key holds. */
static bool
read_algorithm(const ASN1_TYPE *algorithm, const ASN1_BIT_STRING *bits, struct key *key)
{
	const ASN1_STRING *der = algorithm->value.sequence;
	ASN1_SEQUENCE_ANY *fields;
	bool is_good = true;
	int nid;

	fields = take_sequence(ASN1_STRING_get0_data(der),
	    (size_t)ASN1_STRING_length(der), 2);
	if (fields == NULL) /* Ed25519 and its like have no parameters */
		return true;
	if (sk_ASN1_TYPE_value(fields, 0)->type != V_ASN1_OBJECT) {
		is_good = false;
		goto out;
	}
	nid = OBJ_obj2nid(sk_ASN1_TYPE_value(fields, 0)->value.object);
	if (nid == NID_rsaEncryption) {
		is_good = read_rsa(ASN1_STRING_get0_data(bits),
		    (size_t)ASN1_STRING_length(bits), key);
	} else if (nid == NID_X9_62_id_ecPublicKey) {
		key->kind = CERT_KEY_EC;
		key->bits = curve_bits(sk_ASN1_TYPE_value(fields, 1));
	}
out:
	sk_ASN1_TYPE_pop_free(fields, ASN1_TYPE_free);
	return is_good;
}

static bool
read_spki(const unsigned char *der, size_t len, struct key *key)
{
	ASN1_SEQUENCE_ANY *fields = take_sequence(der, len, SPKI_FIELDS);
	const ASN1_TYPE *algorithm, *bits;
	bool is_good;

	if (fields == NULL)
		return false;
	algorithm = sk_ASN1_TYPE_value(fields, 0);
	bits = sk_ASN1_TYPE_value(fields, 1);
	is_good = algorithm->type == V_ASN1_SEQUENCE &&
	    bits->type == V_ASN1_BIT_STRING &&
	    read_algorithm(algorithm, bits->value.bit_string, key);
	sk_ASN1_TYPE_pop_free(fields, ASN1_TYPE_free);
	return is_good;
}

/* RSAPublicKey inside SubjectPublicKeyInfo; free. */
static uint8_t *
wrap_rsa(const uint8_t *der, size_t len, size_t *ret_len)
{
	/* SEQUENCE { rsaEncryption, NULL } */
	static const uint8_t algorithm[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48,
		0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00 };
	int bits_len = (int)len + 1;
	int content_len =
	    (int)sizeof(algorithm) + ASN1_object_size(0, bits_len, V_ASN1_BIT_STRING);
	int total = ASN1_object_size(1, content_len, V_ASN1_SEQUENCE);
	uint8_t *spki, *p;

	spki = malloc((size_t)total);
	if (spki == NULL)
		return NULL;
	p = spki;
	ASN1_put_object(&p, 1, content_len, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
	memcpy(p, algorithm, sizeof(algorithm));
	p += sizeof(algorithm);
	ASN1_put_object(&p, 0, bits_len, V_ASN1_BIT_STRING, V_ASN1_UNIVERSAL);
	*p++ = 0; /* no unused bits */
	memcpy(p, der, len);
	*ret_len = (size_t)total;
	return spki;
}

static uint8_t *
copy(const uint8_t *der, size_t len, size_t *ret_len)
{
	uint8_t *spki = malloc(len);

	if (spki != NULL)
		memcpy(spki, der, len);
	*ret_len = len;
	return spki;
}

enum rc
csr_key_to_spki(const uint8_t *der_key, size_t len, uint8_t **ret_spki, size_t *ret_len,
    enum cert_key_kind *ret_kind, int *ret_bits, struct err *err)
{
	struct key key = { .kind = CERT_KEY_OTHER };
	bool is_rsa, is_spki = false;
	uint8_t *spki;

	(void)ERR_set_mark();
	is_rsa = read_rsa(der_key, len, &key);
	if (!is_rsa) {
		key = (struct key){ .kind = CERT_KEY_OTHER };
		is_spki = read_spki(der_key, len, &key);
	}
	(void)ERR_pop_to_mark();
	if (!is_rsa && !is_spki)
		return err_set(err, RC_FORMAT,
		    "public key: neither RSAPublicKey (RFC 8017 A.1.1) nor "
		    "SubjectPublicKeyInfo (RFC 5280 4.1)");
	spki = is_rsa ? wrap_rsa(der_key, len, &len) : copy(der_key, len, &len);
	if (spki == NULL)
		return err_set(err, RC_NOMEM, "public key: out of memory");
	*ret_spki = spki;
	*ret_len = len;
	*ret_kind = key.kind;
	*ret_bits = key.bits;
	return RC_OK;
}
