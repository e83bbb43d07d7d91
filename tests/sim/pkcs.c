/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DER of a CertificationRequest put together by hand, because the signed part
 * must leave exactly as it came.  Source: RFC 2986 4; RFC 5280 4.1.
 */
#include "pkcs.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "mem.h"

/* The outer SEQUENCE's first member, header and all. */
static bool
find_info(const uint8_t *der, size_t len, const uint8_t **ret_info, size_t *ret_len)
{
	const uint8_t *p = der;
	long size = 0;
	int tag = 0;
	int class = 0;
	const uint8_t *info = NULL;

	if (len > LONG_MAX ||
	    ASN1_get_object(&p, &size, &tag, &class, (long)len) != V_ASN1_CONSTRUCTED ||
	    tag != V_ASN1_SEQUENCE || (size_t)(p - der) + (size_t)size != len)
		return false;
	info = p;
	if (ASN1_get_object(&p, &size, &tag, &class, size) != V_ASN1_CONSTRUCTED ||
	    tag != V_ASN1_SEQUENCE)
		return false;
	*ret_info = info;
	*ret_len = (size_t)(p - info) + (size_t)size;
	return true;
}

static bool
names_key(const uint8_t *der, size_t len, const EVP_PKEY *key)
{
	const uint8_t *p = der;
	X509_REQ *request = d2i_X509_REQ(NULL, &p, (long)len);
	bool same = false;

	if (request != NULL)
		same = EVP_PKEY_eq(X509_REQ_get0_pubkey(request), key) == 1;
	X509_REQ_free(request);
	return same;
}

static bool
sign(const uint8_t *info, size_t info_len, EVP_PKEY *key, const EVP_MD *md,
    uint8_t **ret_signature, size_t *ret_len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t *signature = NULL;
	size_t len = 0;
	bool good = ctx != NULL && EVP_DigestSignInit(ctx, NULL, md, NULL, key) == 1 &&
	    EVP_DigestSign(ctx, NULL, &len, info, info_len) == 1;

	if (good) {
		signature = mem_new(len, 1);
		good = EVP_DigestSign(ctx, signature, &len, info, info_len) == 1;
	}
	EVP_MD_CTX_free(ctx);
	if (!good) {
		free(signature);
		return false;
	}
	*ret_signature = signature;
	*ret_len = len;
	return true;
}

/* AlgorithmIdentifier; RSA has NULL parameters, ECDSA none (RFC 3279, 5758). */
static int
algorithm_der(const EVP_PKEY *key, const EVP_MD *md, uint8_t **ret_der)
{
	X509_ALGOR *algorithm = X509_ALGOR_new();
	bool is_rsa = EVP_PKEY_is_a(key, "RSA") == 1;
	int nid = NID_undef;
	int len = 0;

	if (algorithm != NULL &&
	    OBJ_find_sigid_by_algs(&nid, EVP_MD_get_type(md),
		is_rsa ? NID_rsaEncryption : NID_X9_62_id_ecPublicKey) == 1 &&
	    X509_ALGOR_set0(algorithm, OBJ_nid2obj(nid),
		is_rsa ? V_ASN1_NULL : V_ASN1_UNDEF, NULL) == 1)
		len = i2d_X509_ALGOR(algorithm, ret_der);
	X509_ALGOR_free(algorithm);
	return len;
}

static void
assemble(const uint8_t *info, size_t info_len, const uint8_t *algorithm,
    size_t algorithm_len, const uint8_t *signature, size_t signature_len,
    uint8_t **ret_der, size_t *ret_len)
{
	int bits = (int)signature_len + 1;
	int inner = (int)info_len + (int)algorithm_len +
	    ASN1_object_size(0, bits, V_ASN1_BIT_STRING);
	int total = ASN1_object_size(1, inner, V_ASN1_SEQUENCE);
	uint8_t *der = mem_new((size_t)total, 1);
	uint8_t *p = der;

	ASN1_put_object(&p, 1, inner, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
	memcpy(p, info, info_len);
	p += info_len;
	memcpy(p, algorithm, algorithm_len);
	p += algorithm_len;
	ASN1_put_object(&p, 0, bits, V_ASN1_BIT_STRING, V_ASN1_UNIVERSAL);
	*p++ = 0; /* no unused bits */
	memcpy(p, signature, signature_len);
	*ret_der = der;
	*ret_len = (size_t)total;
}

enum pkcs_result
pkcs_sign_request(const uint8_t *der, size_t len, EVP_PKEY *key, const EVP_MD *md,
    uint8_t **ret_der, size_t *ret_len)
{
	const uint8_t *info = NULL;
	size_t info_len = 0;
	uint8_t *algorithm = NULL;
	uint8_t *signature = NULL;
	size_t signature_len = 0;
	int algorithm_len = 0;
	enum pkcs_result r = PKCS_FAILED;

	if (!find_info(der, len, &info, &info_len))
		return PKCS_MALFORMED;
	if (!names_key(der, len, key))
		return PKCS_OTHER_KEY;
	algorithm_len = algorithm_der(key, md, &algorithm);
	if (algorithm_len > 0 &&
	    sign(info, info_len, key, md, &signature, &signature_len)) {
		assemble(info, info_len, algorithm, (size_t)algorithm_len, signature,
		    signature_len, ret_der, ret_len);
		r = PKCS_OK;
	}
	OPENSSL_free(algorithm);
	free(signature);
	return r;
}

static bool
add_extension(X509 *x509, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx = { 0 };
	X509_EXTENSION *extension = NULL;
	bool good = false;

	X509V3_set_ctx(&ctx, issuer, x509, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	good = extension != NULL && X509_add_ext(x509, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return good;
}

static bool
add_extensions(X509 *x509, X509 *issuer, const char *dns_name)
{
	struct buf san = { 0 };
	bool good =
	    add_extension(x509, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
	    add_extension(x509, issuer, NID_ext_key_usage, "serverAuth") &&
	    add_extension(x509, issuer, NID_subject_key_identifier, "hash");

	if (!good || dns_name == NULL)
		return good;
	buf_init(&san, 512);
	buf_addf(&san, "DNS:%s", dns_name);
	good = add_extension(x509, issuer, NID_subject_alt_name, buf_str(&san));
	buf_clear(&san);
	return good;
}

static bool
fill(X509 *x509, EVP_PKEY *key, const struct pkcs_names *names, X509 *issuer)
{
	X509_NAME *subject = X509_get_subject_name(x509);
	uint64_t serial = 0;

	return RAND_bytes((unsigned char *)&serial, sizeof(serial)) == 1 &&
	    X509_set_version(x509, X509_VERSION_3) == 1 &&
	    ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), serial >> 1) == 1 &&
	    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
		(const unsigned char *)names->common_name, -1, -1, 0) == 1 &&
	    X509_set_issuer_name(x509, X509_get_subject_name(issuer)) == 1 &&
	    ASN1_TIME_set(X509_getm_notBefore(x509), (time_t)names->not_before) !=
	    NULL &&
	    ASN1_TIME_set(X509_getm_notAfter(x509), (time_t)names->not_after) != NULL &&
	    X509_set_pubkey(x509, key) == 1;
}

X509 *
pkcs_certificate(EVP_PKEY *key, const struct pkcs_names *names, X509 *ca,
    EVP_PKEY *ca_key, const EVP_MD *md)
{
	X509 *x509 = X509_new();
	X509 *issuer = ca == NULL ? x509 : ca;

	if (x509 != NULL && fill(x509, key, names, issuer) &&
	    add_extensions(x509, issuer, names->dns_name) &&
	    X509_sign(x509, ca == NULL ? key : ca_key, md) > 0)
		return x509;
	X509_free(x509);
	return NULL;
}
