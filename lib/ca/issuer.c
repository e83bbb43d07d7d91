/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opens the key of the local CA as carefully as it was put away, and tells an
 * operator which of the many things that can be wrong with it is.
 */
#include "ca/issuer.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/private_file.h"
#include "base/secret.h"

enum {
	RSA_MIN_BITS = 2048,
	RSA_SHA384_BITS = 3072, /* from here on the longer digest is of use */
	GROUP_SIZE = 24,
};

/* OpenSSL asks only when the key is encrypted; -1 is "there is none". */
static int
give_pass_phrase(char *field, int size, int for_writing, void *ctx)
{
	const struct secret *secret = ctx;

	(void)for_writing;
	if (!secret_is_set(secret) || size < 0 || secret->len > (size_t)size)
		return -1;
	memcpy(field, secret->text, secret->len);
	return (int)secret->len;
}

static enum rc
parse_key(const struct buf *pem, const char *path, struct secret *secret,
    EVP_PKEY **ret_key, struct err *err)
{
	EVP_PKEY *key;
	BIO *bio;

	bio = BIO_new_mem_buf(buf_str(pem), (int)pem->len);
	if (bio == NULL)
		return err_set(err, RC_NOMEM, "%s: out of memory", path);
	key = PEM_read_bio_PrivateKey(bio, NULL, give_pass_phrase, secret);
	BIO_free(bio);
	ERR_clear_error();
	if (key == NULL)
		return err_set(err, RC_CONFIG, "%s: %s", path,
		    secret_is_set(secret)
			? "no private key in PEM form, or the pass phrase is wrong"
			: "no private key in PEM form, or encrypted and no pass phrase "
			  "is configured");
	*ret_key = key;
	return RC_OK;
}

static enum rc
read_key(const char *key_file, const char *secret_file, EVP_PKEY **ret_key,
    struct err *err)
{
	struct secret secret = { 0 };
	struct buf pem;
	enum rc r = RC_OK;

	buf_init(&pem, ISSUER_FILE_MAX_BYTES);
	if (secret_file != NULL)
		r = secret_read_file(&secret, secret_file, err);
	if (r == RC_OK)
		r = private_file_read(key_file, &pem, err);
	if (r == RC_OK)
		r = parse_key(&pem, key_file, &secret, ret_key, err);
	buf_wipe(&pem);
	secret_clear(&secret);
	return r;
}

static enum rc
read_cert(const char *path, X509 **ret_cert, struct err *err)
{
	struct secret none = { 0 };
	X509 *cert;
	BIO *bio;

	bio = BIO_new_file(path, "re");
	if (bio == NULL) {
		ERR_clear_error();
		return err_system(err, "%s: cannot open", path);
	}
	cert = PEM_read_bio_X509(bio, NULL, give_pass_phrase, &none);
	BIO_free(bio);
	ERR_clear_error();
	if (cert == NULL)
		return err_set(err, RC_CONFIG, "%s: no certificate in PEM form", path);
	*ret_cert = cert;
	return RC_OK;
}

/* What it can sign with, and whether AMT can make use of that. */
static enum rc
judge_key(const char *path, struct issuer *issuer, struct err *err)
{
	int bits = EVP_PKEY_get_bits(issuer->key);
	char group[GROUP_SIZE] = "";
	size_t len = 0;
	int n = 0;

	switch (EVP_PKEY_get_base_id(issuer->key)) {
	case EVP_PKEY_RSA:
		if (bits < RSA_MIN_BITS)
			return err_set(err, RC_CONFIG,
			    "%s: RSA key of %d bits: under %d", path, bits,
			    RSA_MIN_BITS);
		issuer->digest = bits >= RSA_SHA384_BITS ? "sha384" : "sha256";
		n = snprintf(issuer->key_text, sizeof(issuer->key_text), "RSA %d",
		    bits);
		break;
	case EVP_PKEY_EC:
		if (EVP_PKEY_get_group_name(issuer->key, group, sizeof(group), &len) !=
			1 ||
		    (strcmp(group, "secp384r1") != 0 &&
			strcmp(group, "prime256v1") != 0))
			return err_set(err, RC_CONFIG,
			    "%s: EC key on %s: AMT knows P-256 and P-384", path,
			    group[0] != '\0' ? group : "a group without name");
		issuer->digest = strcmp(group, "secp384r1") == 0 ? "sha384" : "sha256";
		n = snprintf(issuer->key_text, sizeof(issuer->key_text), "EC %s",
		    group);
		break;
	default:
		return err_set(err, RC_CONFIG,
		    "%s: neither an RSA nor an EC key: AMT "
		    "cannot use its signatures",
		    path);
	}
	if (n < 0 || (size_t)n >= sizeof(issuer->key_text))
		return err_set(err, RC_INTERNAL, "%s: name of the key", path);
	return RC_OK;
}

static enum rc
judge_cert(const char *path, const char *key_path, struct issuer *issuer,
    struct err *err)
{
	uint32_t usage = X509_get_key_usage(issuer->cert); /* all ones if absent */

	if (X509_check_private_key(issuer->cert, issuer->key) != 1) {
		ERR_clear_error();
		return err_set(err, RC_CONFIG, "%s: its key is not the one in %s", path,
		    key_path);
	}
	if (X509_check_ca(issuer->cert) != 1)
		return err_set(err, RC_CONFIG,
		    "%s: not a CA certificate (RFC 5280 4.2.1.9)", path);
	if ((usage & KU_KEY_CERT_SIGN) == 0)
		return err_set(err, RC_CONFIG,
		    "%s: may not sign certificates (RFC 5280 4.2.1.3)", path);
	return RC_OK;
}

static enum rc
read_time(const ASN1_TIME *time, const char *path, int64_t *ret_s, struct err *err)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(time, &tm) != 1)
		return err_set(err, RC_CONFIG, "%s: a date is no date", path);
	return clock_from_tm(&tm, ret_s, err);
}

enum rc
issuer_open(const char *cert_file, const char *key_file, const char *secret_file,
    struct issuer *ret_issuer, struct err *err)
{
	struct issuer issuer = { 0 };
	enum rc r;

	r = read_cert(cert_file, &issuer.cert, err);
	if (r == RC_OK)
		r = read_key(key_file, secret_file, &issuer.key, err);
	if (r == RC_OK)
		r = judge_key(key_file, &issuer, err);
	if (r == RC_OK)
		r = judge_cert(cert_file, key_file, &issuer, err);
	if (r == RC_OK)
		r = read_time(X509_get0_notBefore(issuer.cert), cert_file,
		    &issuer.not_before, err);
	if (r == RC_OK)
		r = read_time(X509_get0_notAfter(issuer.cert), cert_file,
		    &issuer.not_after, err);
	if (r != RC_OK) {
		issuer_clear(&issuer);
		return r;
	}
	*ret_issuer = issuer;
	return RC_OK;
}

void
issuer_clear(struct issuer *issuer)
{
	X509_free(issuer->cert);
	EVP_PKEY_free(issuer->key);
	memset(issuer, 0, sizeof(*issuer));
}
