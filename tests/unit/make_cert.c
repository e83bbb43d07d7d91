/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Certificates for unit tests by OpenSSL's own calls, which the code under test
 * does not share.
 */
#include "make_cert.h"

#include <stdlib.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "unit.h"

enum {
	KEYS_MAX = 32
};

static struct {
	const char *kind;
	int number;
	EVP_PKEY *key;
} keys[KEYS_MAX];

static EVP_PKEY *
new_key(const char *kind)
{
	if (strcmp(kind, "rsa2048") == 0)
		return EVP_RSA_gen(2048);
	if (strcmp(kind, "rsa1024") == 0)
		return EVP_RSA_gen(1024);
	if (strcmp(kind, "p384") == 0)
		return EVP_EC_gen("P-384");
	if (strcmp(kind, "p256") == 0)
		return EVP_EC_gen("P-256");
	if (strcmp(kind, "p224") == 0)
		return EVP_EC_gen("P-224");
	return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
}

EVP_PKEY *
make_key(const char *kind, int number)
{
	size_t i;

	for (i = 0; i < KEYS_MAX && keys[i].key != NULL; i++)
		if (strcmp(keys[i].kind, kind) == 0 && keys[i].number == number)
			return keys[i].key;
	if (i == KEYS_MAX)
		fail_msg("more than %d keys", KEYS_MAX);
	i %= KEYS_MAX;
	keys[i].kind = kind;
	keys[i].number = number;
	keys[i].key = new_key(kind);
	assert_non_null(keys[i].key);
	return keys[i].key;
}

static void
set_subject(X509 *x509, const struct make_cert *spec)
{
	const char *cn = spec->cn != NULL ? spec->cn : "pc1.example";
	size_t len = spec->cn_len > 0 ? spec->cn_len : strlen(cn);
	X509_NAME *name = X509_NAME_new();
	ASN1_STRING *value;

	assert_non_null(name);
	if (len > 0) {
		assert_int_equal(X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8,
				     (const unsigned char *)"Example", -1, -1, 0),
		    1);
		/* Added short, then filled: OpenSSL holds a CN to 64 characters. */
		assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN",
				     V_ASN1_UTF8STRING, (const unsigned char *)"x", -1,
				     -1, 0),
		    1);
		value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, 1));
		assert_int_equal(ASN1_STRING_set(value, cn, (int)len), 1);
		if (spec->cn_type != 0)
			value->type = spec->cn_type;
	}
	assert_int_equal(X509_set_subject_name(x509, name), 1);
	X509_NAME_free(name);
}

static void
set_times(X509 *x509, const struct make_cert *spec)
{
	int64_t nb = spec->not_before != 0 ? spec->not_before : MAKE_NB;
	int64_t na = spec->not_after != 0 ? spec->not_after : nb + 365 * MAKE_DAY;

	assert_non_null(ASN1_TIME_set(X509_getm_notBefore(x509), (time_t)nb));
	assert_non_null(ASN1_TIME_set(X509_getm_notAfter(x509), (time_t)na));
}

static void
add_by_text(X509 *x509, X509V3_CTX *ctx, int nid, const char *text)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, ctx, nid, text);

	assert_non_null(extension);
	assert_int_equal(X509_add_ext(x509, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

static void
add_by_der(X509 *x509, const struct make_extension *spec)
{
	ASN1_OBJECT *object = OBJ_txt2obj(spec->oid, 1);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension;

	assert_int_equal(ASN1_OCTET_STRING_set(value, (const unsigned char *)spec->der,
			     (int)spec->der_len),
	    1);
	extension = X509_EXTENSION_create_by_OBJ(NULL, object, spec->critical, value);
	assert_non_null(extension);
	assert_int_equal(X509_add_ext(x509, extension, -1), 1);
	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(object);
}

static void
set_extensions(X509 *x509, const struct make_cert *spec)
{
	X509 *issuer = spec->issuer != NULL ? spec->issuer : x509;
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, issuer, x509, NULL, NULL, 0);
	add_by_text(x509, &ctx, NID_basic_constraints,
	    spec->is_ca ? "critical,CA:TRUE" : "CA:FALSE");
	add_by_text(x509, &ctx, NID_subject_key_identifier, "hash");
	if (spec->issuer != NULL)
		add_by_text(x509, &ctx, NID_authority_key_identifier, "keyid:always");
	if (spec->san != NULL)
		add_by_text(x509, &ctx, NID_subject_alt_name, spec->san);
	if (spec->eku != NULL && spec->eku[0] != '\0')
		add_by_text(x509, &ctx, NID_ext_key_usage, spec->eku);
	if (spec->eku == NULL && !spec->is_ca)
		add_by_text(x509, &ctx, NID_ext_key_usage, "serverAuth");
	if (spec->usage != NULL)
		add_by_text(x509, &ctx, NID_key_usage, spec->usage);
	for (size_t i = 0; i < spec->n_extensions; i++)
		add_by_der(x509, &spec->extensions[i]);
}

X509 *
make_x509(const struct make_cert *spec)
{
	const char *kind = spec->key != NULL ? spec->key : "p256";
	const char *digest = spec->digest != NULL ? spec->digest : "sha256";
	EVP_PKEY *key = make_key(kind, spec->key_number);
	EVP_PKEY *signer = key;
	X509 *x509 = X509_new();

	assert_non_null(x509);
	assert_int_equal(X509_set_version(x509, X509_VERSION_3), 1);
	assert_int_equal(ASN1_INTEGER_set_int64(X509_get_serialNumber(x509),
			     spec->serial != 0 ? spec->serial : 1),
	    1);
	set_subject(x509, spec);
	set_times(x509, spec);
	assert_int_equal(X509_set_pubkey(x509, key), 1);
	if (spec->issuer != NULL)
		signer = make_key(spec->issuer_key != NULL ? spec->issuer_key : "p256",
		    spec->issuer_key_number);
	assert_int_equal(X509_set_issuer_name(x509,
			     X509_get_subject_name(
				 spec->issuer != NULL ? spec->issuer : x509)),
	    1);
	set_extensions(x509, spec);
	assert_true(X509_sign(x509, signer,
			digest[0] != '\0' ? EVP_get_digestbyname(digest) : NULL) > 0);
	return x509;
}

uint8_t *
make_der(const struct make_cert *spec, size_t *ret_len)
{
	X509 *x509 = make_x509(spec);
	unsigned char *der = NULL;
	uint8_t *copy;
	int len;

	len = i2d_X509(x509, &der);
	assert_true(len > 0);
	copy = malloc((size_t)len);
	assert_non_null(copy);
	memcpy(copy, der, (size_t)len);
	OPENSSL_free(der);
	X509_free(x509);
	*ret_len = (size_t)len;
	return copy;
}

struct cert *
make_facts(const struct make_cert *spec)
{
	struct cert *cert = NULL;
	struct err err = { 0 };
	size_t len = 0;
	uint8_t *der = make_der(spec, &len);

	assert_rc(cert_parse(der, len, &cert, &err), RC_OK, &err);
	free(der);
	return cert;
}
