/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes what the recipes say, with no judgement of its own.
 */
#include "made.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "unit.h"

static EVP_PKEY *keys[MADE_KINDS];

static EVP_PKEY *
new_key(enum made_kind kind)
{
	switch (kind) {
	case MADE_RSA1024:
		return EVP_RSA_gen(1024);
	case MADE_RSA3072:
		return EVP_RSA_gen(3072);
	case MADE_P384:
	case MADE_P384_OTHER:
		return EVP_EC_gen("P-384");
	case MADE_P256:
		return EVP_EC_gen("P-256");
	case MADE_P521:
		return EVP_EC_gen("P-521");
	case MADE_ED25519:
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	case MADE_RSA2048:
	case MADE_RSA2048_OTHER:
	case MADE_KINDS:
		break;
	}
	return EVP_RSA_gen(2048);
}

EVP_PKEY *
made_key(enum made_kind kind)
{
	if (keys[kind] == NULL)
		keys[kind] = new_key(kind);
	assert_non_null(keys[kind]);
	return keys[kind];
}

int
made_forget_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < MADE_KINDS; i++) {
		EVP_PKEY_free(keys[i]);
		keys[i] = NULL;
	}
	return 0;
}

static X509_NAME *
new_name(const char *subject)
{
	X509_NAME *name = X509_NAME_new();

	assert_non_null(name);
	if (subject != NULL && subject[0] != '\0')
		assert_int_equal(X509_NAME_add_entry_by_NID(name, NID_commonName,
				     MBSTRING_UTF8, (const unsigned char *)subject, -1,
				     -1, 0),
		    1);
	return name;
}

static void
add(X509 *x, X509V3_CTX *ctx, int nid, const char *value)
{
	X509_EXTENSION *ext;

	if (value == NULL || value[0] == '\0')
		return;
	ext = X509V3_EXT_nconf_nid(NULL, ctx, nid, value);
	assert_non_null(ext);
	assert_int_equal(X509_add_ext(x, ext, -1), 1);
	X509_EXTENSION_free(ext);
}

/* Certificate Template Information, which OpenSSL does not know by itself. */
static int
template_nid(void)
{
	static const char oid[] = "1.3.6.1.4.1.311.21.7";
	int nid = OBJ_txt2nid(oid);

	return nid != NID_undef ? nid : OBJ_create(oid, "msTemplate", "msTemplate");
}

/* An extension that no library knows. */
static void
add_unknown(X509 *x, const char *bytes, size_t len, int is_critical)
{
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	ASN1_OBJECT *oid = OBJ_txt2obj(is_critical ? "1.2.3.4" : "1.2.3.5", 1);
	X509_EXTENSION *ext;

	assert_int_equal(ASN1_OCTET_STRING_set(value, (const unsigned char *)bytes,
			     (int)len),
	    1);
	ext = X509_EXTENSION_create_by_OBJ(NULL, oid, is_critical, value);
	assert_non_null(ext);
	assert_int_equal(X509_add_ext(x, ext, -1), 1);
	X509_EXTENSION_free(ext);
	ASN1_OBJECT_free(oid);
	ASN1_OCTET_STRING_free(value);
}

static void
add_padding(X509 *x, size_t len)
{
	char *bytes;

	if (len == 0)
		return;
	bytes = calloc(1, len);
	assert_non_null(bytes);
	add_unknown(x, bytes, len, 0);
	free(bytes);
}

static void
add_extensions(X509 *x, const struct made_recipe *recipe)
{
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, recipe->issuer != NULL ? recipe->issuer : x, x, NULL, NULL,
	    0);
	X509V3_set_ctx_nodb(&ctx);
	if (!recipe->no_identifiers) {
		add(x, &ctx, NID_subject_key_identifier, "hash");
		add(x, &ctx, NID_authority_key_identifier, "keyid:always");
	}
	add(x, &ctx, NID_basic_constraints, recipe->constraints);
	add(x, &ctx, NID_key_usage, recipe->key_usage);
	add(x, &ctx, NID_ext_key_usage, recipe->eku);
	add(x, &ctx, NID_subject_alt_name, recipe->san);
	add(x, &ctx, NID_subject_alt_name, recipe->more);
	if (recipe->template_id != NULL)
		add(x, &ctx, template_nid(), recipe->template_id);
	if (recipe->unknown != NULL)
		add_unknown(x, recipe->unknown, strlen(recipe->unknown), 1);
	add_padding(x, recipe->padding);
}

X509 *
made_x509(const struct made_recipe *recipe)
{
	const char *digest = recipe->digest != NULL ? recipe->digest : "sha256";
	X509_NAME *name = new_name(recipe->subject);
	X509 *x = X509_new();

	assert_non_null(x);
	assert_int_equal(X509_set_version(x, recipe->version), 1);
	ASN1_INTEGER_set(X509_get_serialNumber(x),
	    recipe->serial != 0 ? recipe->serial : 1);
	assert_int_equal(X509_set_subject_name(x, name), 1);
	assert_int_equal(X509_set_issuer_name(x,
			     recipe->issuer != NULL
				 ? X509_get_subject_name(recipe->issuer)
				 : name),
	    1);
	ASN1_TIME_set(X509_getm_notBefore(x), (time_t)recipe->not_before);
	ASN1_TIME_set(X509_getm_notAfter(x), (time_t)recipe->not_after);
	assert_int_equal(X509_set_pubkey(x, made_key(recipe->key)), 1);
	if (recipe->version == X509_VERSION_3)
		add_extensions(x, recipe);
	assert_true(
	    X509_sign(x,
		made_key(recipe->issuer != NULL ? recipe->issuer_key : recipe->key),
		EVP_get_digestbyname(digest)) > 0);
	X509_NAME_free(name);
	return x;
}

struct cert *
made_parse(X509 *x)
{
	unsigned char *der = NULL;
	int len = i2d_X509(x, &der);
	struct cert *cert = NULL;
	struct err err = { 0 };

	assert_true(len > 0);
	assert_rc(cert_parse(der, (size_t)len, &cert, &err), RC_OK, &err);
	OPENSSL_free(der);
	return cert;
}

struct cert *
made_cert(const struct made_recipe *recipe)
{
	X509 *x = made_x509(recipe);
	struct cert *cert = made_parse(x);

	X509_free(x);
	return cert;
}

struct made_recipe
made_ca(const char *subject, enum made_kind key, int64_t not_before, int64_t not_after)
{
	return (struct made_recipe){ .subject = subject,
		.key = key,
		.issuer_key = key,
		.constraints = "critical,CA:TRUE",
		.key_usage = "critical,keyCertSign,cRLSign",
		.version = X509_VERSION_3,
		.not_before = not_before,
		.not_after = not_after };
}

static void
request_extension(STACK_OF(X509_EXTENSION) *extensions, int nid, const char *value)
{
	X509_EXTENSION *ext;

	if (value == NULL)
		return;
	ext = X509V3_EXT_nconf_nid(NULL, NULL, nid, value);
	assert_non_null(ext);
	assert_true(sk_X509_EXTENSION_push(extensions, ext) > 0);
}

/* szOID_ENROLL_CERTTYPE, a BMPString. */
static void
request_template(STACK_OF(X509_EXTENSION) *extensions, const char *name)
{
	X509_EXTENSION *ext;
	char value[128];

	if (name == NULL)
		return;
	(void)snprintf(value, sizeof(value), "ASN1:FORMAT:UTF8,BMPSTRING:%s", name);
	ext = X509V3_EXT_nconf(NULL, NULL, "1.3.6.1.4.1.311.20.2", value);
	assert_non_null(ext);
	assert_true(sk_X509_EXTENSION_push(extensions, ext) > 0);
}

static void
request_texts(X509_REQ *req, X509_NAME *name, const struct made_extra *extra)
{
	const char *second = extra->second_subject;
	const char *challenge = extra->challenge;

	if (second != NULL)
		assert_int_equal(X509_NAME_add_entry_by_NID(name, NID_commonName,
				     MBSTRING_UTF8, (const unsigned char *)second, -1,
				     -1, 0),
		    1);
	if (challenge != NULL)
		assert_int_equal(X509_REQ_add1_attr_by_NID(req,
				     NID_pkcs9_challengePassword, MBSTRING_UTF8,
				     (const unsigned char *)challenge, -1),
		    1);
}

uint8_t *
made_csr(const struct made_request *request, size_t *ret_len)
{
	const struct made_extra extra = { .eku = NULL };

	return made_csr_with(request, &extra, ret_len);
}

uint8_t *
made_csr_with(const struct made_request *request, const struct made_extra *extra,
    size_t *ret_len)
{
	STACK_OF(X509_EXTENSION) *extensions = sk_X509_EXTENSION_new_null();
	X509_NAME *name = new_name(request->subject);
	X509_REQ *req = X509_REQ_new();
	unsigned char *der = NULL;
	uint8_t *copy;
	int len;

	assert_non_null(req);
	request_texts(req, name, extra);
	assert_int_equal(X509_REQ_set_subject_name(req, name), 1);
	assert_int_equal(X509_REQ_set_pubkey(req, made_key(request->key)), 1);
	request_extension(extensions, NID_subject_alt_name, request->san);
	request_extension(extensions, NID_ext_key_usage, extra->eku);
	request_template(extensions, extra->template_name);
	request_extension(extensions, NID_basic_constraints,
	    request->extra_constraints);
	if (sk_X509_EXTENSION_num(extensions) > 0)
		assert_int_equal(X509_REQ_add_extensions(req, extensions), 1);
	assert_true(
	    X509_REQ_sign(req, made_key(request->signing_key), EVP_sha256()) > 0);
	len = i2d_X509_REQ(req, &der);
	assert_true(len > 0);
	copy = malloc((size_t)len);
	assert_non_null(copy);
	memcpy(copy, der, (size_t)len);
	*ret_len = (size_t)len;
	OPENSSL_free(der);
	X509_REQ_free(req);
	X509_NAME_free(name);
	sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
	return copy;
}

static void
add_revoked(X509_CRL *crl, long serial, ASN1_TIME *at)
{
	X509_REVOKED *entry = X509_REVOKED_new();
	ASN1_INTEGER *number = ASN1_INTEGER_new();

	assert_non_null(entry);
	assert_non_null(number);
	assert_int_equal(ASN1_INTEGER_set(number, serial), 1);
	assert_int_equal(X509_REVOKED_set_serialNumber(entry, number), 1);
	assert_int_equal(X509_REVOKED_set_revocationDate(entry, at), 1);
	assert_int_equal(X509_CRL_add0_revoked(crl, entry), 1);
	ASN1_INTEGER_free(number);
}

uint8_t *
made_list(const struct made_list *list, size_t *ret_len)
{
	ASN1_TIME *from = ASN1_TIME_set(NULL, (time_t)list->this_update);
	ASN1_TIME *to = ASN1_TIME_set(NULL, (time_t)list->next_update);
	X509_CRL *crl = X509_CRL_new();
	unsigned char *der = NULL;
	uint8_t *copy;
	int len;

	assert_non_null(crl);
	assert_int_equal(X509_CRL_set_version(crl, X509_CRL_VERSION_2), 1);
	assert_int_equal(X509_CRL_set_issuer_name(crl,
			     X509_get_subject_name(list->issuer)),
	    1);
	assert_int_equal(X509_CRL_set1_lastUpdate(crl, from), 1);
	assert_int_equal(X509_CRL_set1_nextUpdate(crl, to), 1);
	if (list->serial != 0)
		add_revoked(crl, list->serial, from);
	assert_true(X509_CRL_sign(crl, made_key(list->key), EVP_sha256()) > 0);
	len = i2d_X509_CRL(crl, &der);
	assert_true(len > 0);
	copy = malloc((size_t)len);
	assert_non_null(copy);
	memcpy(copy, der, (size_t)len);
	*ret_len = (size_t)len;
	OPENSSL_free(der);
	X509_CRL_free(crl);
	ASN1_TIME_free(to);
	ASN1_TIME_free(from);
	return copy;
}

void
made_put_cert(const char *path, X509 *x)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(PEM_write_X509(file, x), 1);
	assert_int_equal(fclose(file), 0);
}

void
made_put_key(const char *path, EVP_PKEY *key, const char *pass)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(PEM_write_PKCS8PrivateKey(file, key,
			     pass != NULL ? EVP_aes_256_cbc() : NULL, pass,
			     pass != NULL ? (int)strlen(pass) : 0, NULL, NULL),
	    1);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0600), 0);
}
