/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RSA, because the answer comes encrypted to it; RFC 8894 knows no other way.
 */
#include "ca/scep_key.h"

#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include "base/codec.h"

enum {
	RSA_BITS = 2048,
	BEFORE_S = 24 * 3600,	   /* clocks of CAs differ, too */
	AFTER_S = 366 * 24 * 3600, /* no person takes longer */
	SERIAL_BITS = 63,
};

void
scep_key_clear(struct scep_key *key)
{
	EVP_PKEY_free(key->key);
	X509_free(key->cert);
	memset(key, 0, sizeof(*key));
}

static enum rc
fail(const char *what, struct err *err)
{
	ERR_clear_error();
	return err_set(err, RC_INTERNAL, "SCEP: %s", what);
}

static X509_REQ *
read_csr(const uint8_t *csr, size_t len)
{
	const unsigned char *p = csr;
	X509_REQ *req = d2i_X509_REQ(NULL, &p, (long)len);

	if (req != NULL && p != csr + len) {
		X509_REQ_free(req);
		return NULL;
	}
	return req;
}

static bool
set_serial(X509 *x)
{
	BIGNUM *number = BN_new();
	bool is_fine = number != NULL &&
	    BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
	    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x)) != NULL;

	BN_free(number);
	return is_fine;
}

static bool
set_usage(X509 *x)
{
	X509_EXTENSION *ext = X509V3_EXT_nconf_nid(NULL, NULL, NID_key_usage,
	    "critical,digitalSignature,keyEncipherment");
	bool is_fine = ext != NULL && X509_add_ext(x, ext, -1) == 1;

	X509_EXTENSION_free(ext);
	return is_fine;
}

static bool
fill(X509 *x, const X509_NAME *name, EVP_PKEY *key, int64_t now)
{
	return X509_set_version(x, X509_VERSION_3) == 1 && set_serial(x) &&
	    X509_set_subject_name(x, name) == 1 && X509_set_issuer_name(x, name) == 1 &&
	    ASN1_TIME_set(X509_getm_notBefore(x), (time_t)(now - BEFORE_S)) != NULL &&
	    ASN1_TIME_set(X509_getm_notAfter(x), (time_t)(now + AFTER_S)) != NULL &&
	    X509_set_pubkey(x, key) == 1 && set_usage(x) &&
	    X509_sign(x, key, EVP_sha256()) > 0;
}

enum rc
scep_key_make(const uint8_t *csr, size_t csr_len, int64_t now, struct scep_key *ret_key,
    struct err *err)
{
	X509_REQ *req = read_csr(csr, csr_len);
	struct scep_key made = { 0 };

	if (req == NULL)
		return fail("the request is not one PKCS#10", err);
	made.key = EVP_RSA_gen(RSA_BITS);
	made.cert = X509_new();
	if (made.key == NULL || made.cert == NULL ||
	    !fill(made.cert, X509_REQ_get_subject_name(req), made.key, now)) {
		scep_key_clear(&made);
		X509_REQ_free(req);
		return fail("no key of its own could be made", err);
	}
	X509_REQ_free(req);
	*ret_key = made;
	return RC_OK;
}

enum rc
scep_key_write(const struct scep_key *key, struct buf *cookie, struct err *err)
{
	unsigned char *private = NULL;
	unsigned char *cert = NULL;
	int private_len = i2d_PrivateKey(key->key, &private);
	int cert_len = i2d_X509(key->cert, &cert);
	enum rc r = RC_NOMEM;

	if (private_len > 0 && cert_len > 0) {
		(void)buf_add(cookie, private, (size_t)private_len);
		r = buf_add(cookie, cert, (size_t)cert_len);
	}
	if (private_len > 0)
		OPENSSL_clear_free(private, (size_t)private_len);
	OPENSSL_free(cert);
	return r == RC_OK ? r : err_set(err, r, "SCEP: no room for a cookie");
}

enum rc
scep_key_read(const uint8_t *cookie, size_t len, struct scep_key *ret_key,
    struct err *err)
{
	const unsigned char *p = cookie;
	struct scep_key read = { 0 };

	if (len > 0 && len <= SCEP_COOKIE_MAX_BYTES)
		read.key = d2i_PrivateKey(EVP_PKEY_RSA, NULL, &p, (long)len);
	if (read.key != NULL)
		read.cert = d2i_X509(NULL, &p, (long)(len - (size_t)(p - cookie)));
	if (read.cert == NULL || p != cookie + len ||
	    X509_check_private_key(read.cert, read.key) != 1) {
		scep_key_clear(&read);
		return fail("the key of the pending request is lost", err);
	}
	*ret_key = read;
	return RC_OK;
}

enum rc
scep_key_name(const uint8_t *csr, size_t csr_len, char id[SCEP_ID_SIZE],
    struct err *err)
{
	X509_REQ *req = read_csr(csr, csr_len);
	uint8_t digest[SHA256_DIGEST_LENGTH];
	unsigned char *spki = NULL;
	int len = -1;

	if (req != NULL)
		len = i2d_X509_PUBKEY(X509_REQ_get_X509_PUBKEY(req), &spki);
	X509_REQ_free(req);
	if (len <= 0)
		return fail("the request is not one PKCS#10", err);
	SHA256(spki, (size_t)len, digest);
	OPENSSL_free(spki);
	for (size_t i = 0; i < (SCEP_ID_SIZE - 1) / 2; i++) {
		static const char digits[] = "0123456789ABCDEF";

		id[2 * i] = digits[digest[i] >> 4];
		id[2 * i + 1] = digits[digest[i] & 0xf];
	}
	id[SCEP_ID_SIZE - 1] = '\0';
	return RC_OK;
}
