/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PKCS#10 requests: built, and signed as by a key that nobody knows.  RFC 2986 4.
 */
#include "x509/csr.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "x509/csr_extension.h"

enum {
	RSA_MIN_BITS = 1024,
	RSA_MAX_BITS = 4096, /* more is not a key of firmware but a way to stall us */
};

static enum rc
nomem(struct err *err)
{
	return err_set(err, RC_NOMEM, "request: out of memory");
}

/* PrintableString where that will do, as RFC 2985 5.4.1 asks. */
static enum rc
add_challenge(X509_REQ *req, const char *challenge, struct err *err)
{
	const unsigned char *text = (const unsigned char *)challenge;
	size_t len = strlen(challenge);
	int type = MBSTRING_UTF8;

	if (len > CSR_CHALLENGE_MAX_BYTES)
		return err_set(err, RC_LIMIT,
		    "challengePassword: RFC 2985 5.4.1: more than %d bytes",
		    CSR_CHALLENGE_MAX_BYTES);
	if (ASN1_PRINTABLE_type(text, (int)len) == V_ASN1_PRINTABLESTRING)
		type = V_ASN1_PRINTABLESTRING;
	if (X509_REQ_add1_attr_by_NID(req, NID_pkcs9_challengePassword, type, text,
		(int)len) != 1)
		return err_set(err, RC_FORMAT,
		    "challengePassword: RFC 2985 5.4.1: not a text in UTF-8");
	return RC_OK;
}

static enum rc
set_subject(X509_REQ *req, const char *common_name, struct err *err)
{
	X509_NAME *subject = X509_REQ_get_subject_name(req);
	enum rc r;

	r = csr_check_name(common_name, err);
	if (r != RC_OK)
		return r;
	if (strlen(common_name) > CSR_CN_MAX_BYTES)
		return err_set(err, RC_LIMIT,
		    "subject: %.80s: RFC 5280 A.1: a common name has at most %d "
		    "characters",
		    common_name, CSR_CN_MAX_BYTES);
	if (X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
		(const unsigned char *)common_name, -1, -1, 0) != 1)
		return nomem(err);
	return RC_OK;
}

/* SubjectPublicKeyInfo to the last byte. */
static enum rc
take_key(const uint8_t *spki, size_t len, EVP_PKEY **ret_key, struct err *err)
{
	const unsigned char *p = spki;
	EVP_PKEY *key;

	key = len <= CSR_DER_MAX_BYTES ? d2i_PUBKEY(NULL, &p, (long)len) : NULL;
	if (key == NULL || p != spki + len) {
		EVP_PKEY_free(key);
		return err_set(err, RC_FORMAT,
		    "public key: RFC 5280 4.1: not a SubjectPublicKeyInfo");
	}
	*ret_key = key;
	return RC_OK;
}

/*
 * The bytes of an RSA signature by a key that nobody knows: any number below its
 * modulus is one.  To make such a key for the sake of it takes longer than all the
 * rest of a renewal.
 */
static enum rc
sign_like_rsa(X509_REQ *req, int bits, const EVP_MD *md, struct err *err)
{
	int nid = EVP_MD_is_a(md, "SHA384") ? NID_sha384WithRSAEncryption
					    : NID_sha256WithRSAEncryption;
	X509_ALGOR *algorithm = X509_ALGOR_new();
	ASN1_BIT_STRING *signature = ASN1_BIT_STRING_new();
	unsigned char bytes[RSA_MAX_BITS / 8];
	size_t len = ((size_t)bits + 7) / 8;
	bool is_set;

	is_set =
	    algorithm != NULL && signature != NULL && RAND_bytes(bytes, (int)len) == 1;
	if (is_set) {
		bytes[0] &= (unsigned char)((1U << ((unsigned)bits - 1) % 8) - 1);
		is_set = X509_ALGOR_set0(algorithm, OBJ_nid2obj(nid), V_ASN1_NULL,
			     NULL) == 1 &&
		    ASN1_BIT_STRING_set(signature, bytes, (int)len) == 1 &&
		    X509_REQ_set1_signature_algo(req, algorithm) == 1;
	}
	X509_ALGOR_free(algorithm);
	if (!is_set) {
		ASN1_BIT_STRING_free(signature);
		return nomem(err);
	}
	/* All bits count, trailing zeros too. */
	signature->flags &= ~(ASN1_STRING_FLAG_BITS_LEFT | 7);
	signature->flags |= ASN1_STRING_FLAG_BITS_LEFT;
	X509_REQ_set0_signature(req, signature);
	return RC_OK;
}

/* A signature by an EC key that is thrown away. */
static enum rc
sign_once(X509_REQ *req, EVP_PKEY *like, const EVP_MD *md, struct err *err)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(like, NULL);
	EVP_PKEY *key = NULL;
	enum rc r = RC_OK;

	if (ctx == NULL || EVP_PKEY_keygen_init(ctx) != 1 ||
	    EVP_PKEY_keygen(ctx, &key) != 1)
		r = err_set(err, RC_INTERNAL,
		    "request: no throw-away key could be made");
	if (r == RC_OK && X509_REQ_sign(req, key, md) <= 0)
		r = err_set(err, RC_INTERNAL, "request: it cannot be signed");
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	return r;
}

/* The firmware signs anew, and does not look at what is there. */
static enum rc
null_sign(X509_REQ *req, EVP_PKEY *like, const EVP_MD *md, struct err *err)
{
	int bits = EVP_PKEY_get_bits(like);

	switch (EVP_PKEY_get_base_id(like)) {
	case EVP_PKEY_RSA:
		if (bits < RSA_MIN_BITS || bits > RSA_MAX_BITS)
			return err_set(err, RC_FORMAT,
			    "public key: RSA of %d bit is not between %d and %d", bits,
			    RSA_MIN_BITS, RSA_MAX_BITS);
		return sign_like_rsa(req, bits, md, err);
	case EVP_PKEY_EC:
		return sign_once(req, like, md, err);
	default:
		return err_set(err, RC_FORMAT, "public key: neither RSA nor EC");
	}
}

static const EVP_MD *
find_digest(const char *digest)
{
	if (strcmp(digest, "sha256") == 0)
		return EVP_sha256();
	return strcmp(digest, "sha384") == 0 ? EVP_sha384() : NULL;
}

static enum rc
encode(const X509_REQ *req, uint8_t **ret_der, size_t *ret_len, struct err *err)
{
	int len = i2d_X509_REQ(req, NULL);
	unsigned char *p;
	uint8_t *der;

	if (len < 1)
		return nomem(err);
	if (len > CSR_DER_MAX_BYTES)
		return err_set(err, RC_LIMIT, "request: %d bytes, at most %d", len,
		    CSR_DER_MAX_BYTES);
	der = malloc((size_t)len);
	if (der == NULL)
		return nomem(err);
	p = der;
	(void)i2d_X509_REQ(req, &p);
	*ret_der = der;
	*ret_len = (size_t)len;
	return RC_OK;
}

/* The key is whole: it can sign for itself. */
static enum rc
sign_own(X509_REQ *req, EVP_PKEY *key, const EVP_MD *md, struct err *err)
{
	return X509_REQ_sign(req, key, md) > 0
	    ? RC_OK
	    : err_set(err, RC_INTERNAL, "request: it cannot be signed");
}

static enum rc
build(const struct csr_profile *profile, EVP_PKEY *key, const EVP_MD *md,
    enum rc (*sign)(X509_REQ *req, EVP_PKEY *key, const EVP_MD *md, struct err *err),
    uint8_t **ret_der, size_t *ret_len, struct err *err)
{
	X509_REQ *req = X509_REQ_new();
	enum rc r;

	if (req == NULL || X509_REQ_set_version(req, X509_REQ_VERSION_1) != 1 ||
	    X509_REQ_set_pubkey(req, key) != 1) {
		r = nomem(err);
		goto out;
	}
	r = set_subject(req, profile->common_name, err);
	if (r == RC_OK)
		r = csr_add_extensions(req, profile,
		    EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA, err);
	if (r == RC_OK && profile->challenge != NULL)
		r = add_challenge(req, profile->challenge, err);
	if (r == RC_OK)
		r = sign(req, key, md, err);
	if (r == RC_OK)
		r = encode(req, ret_der, ret_len, err);
out:
	X509_REQ_free(req);
	return r;
}

static enum rc
refuse_digest(const char *digest, struct err *err)
{
	return err_set(err, RC_USAGE, "request: %.20s: the digest is sha256 or sha384",
	    digest);
}

enum rc
csr_build(const struct csr_profile *profile, const uint8_t *spki, size_t spki_len,
    const char *digest, uint8_t **ret_der, size_t *ret_len, struct err *err)
{
	const EVP_MD *md = find_digest(digest);
	EVP_PKEY *key = NULL;
	enum rc r;

	if (md == NULL)
		return refuse_digest(digest, err);
	(void)ERR_set_mark();
	r = take_key(spki, spki_len, &key, err);
	if (r == RC_OK)
		r = build(profile, key, md, null_sign, ret_der, ret_len, err);
	(void)ERR_pop_to_mark();
	EVP_PKEY_free(key);
	return r;
}

static enum rc
make_pair(enum cert_key_kind kind, int bits, EVP_PKEY **ret_key, struct err *err)
{
	const char *curve = bits == 256 ? "P-256"
	    : bits == 384		? "P-384"
	    : bits == 521		? "P-521"
					: NULL;
	EVP_PKEY *key = NULL;

	if (kind == CERT_KEY_RSA && bits >= RSA_MIN_BITS && bits <= RSA_MAX_BITS)
		key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits);
	else if (kind == CERT_KEY_EC && curve != NULL)
		key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", curve);
	else
		return err_set(err, RC_USAGE,
		    "request: no key pair of that kind with %d bit", bits);
	if (key == NULL)
		return err_set(err, RC_INTERNAL,
		    "request: no throw-away key could be made");
	*ret_key = key;
	return RC_OK;
}

enum rc
csr_build_once(const struct csr_profile *profile, enum cert_key_kind kind, int bits,
    const char *digest, uint8_t **ret_der, size_t *ret_len, struct err *err)
{
	const EVP_MD *md = find_digest(digest);
	EVP_PKEY *key = NULL;
	enum rc r;

	if (md == NULL)
		return refuse_digest(digest, err);
	(void)ERR_set_mark();
	r = make_pair(kind, bits, &key, err);
	if (r == RC_OK)
		r = build(profile, key, md, sign_own, ret_der, ret_len, err);
	(void)ERR_pop_to_mark();
	EVP_PKEY_free(key); /* its numbers are wiped with it */
	return r;
}
