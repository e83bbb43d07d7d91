/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PKCS#12 (RFC 7292) or PEM to certificates; of the key only whether it is the
 * leaf's.
 */
#include "x509/setup_cert.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "base/private_file.h"

static const char setup_ou[] = "Intel(R) Client Setup Certificate";

enum {
	FILE_MAX_BYTES = 1024 * 1024,
	CERTS_MAX = 16
};

/* What a file holds, in OpenSSL's form. */
struct content {
	EVP_PKEY *key;
	X509 *leaf;
	STACK_OF(X509) *others;
};

static void
content_clear(struct content *content)
{
	EVP_PKEY_free(content->key);
	X509_free(content->leaf);
	sk_X509_pop_free(content->others, X509_free);
}

static enum rc
wrong_secret(const char *path, const struct secret *secret, struct err *err)
{
	return err_set(err, RC_CONFIG,
	    secret_is_set(secret) ? "%s: the pass phrase is wrong"
				  : "%s: it needs a pass phrase (--secret-file)",
	    path);
}

static enum rc
parse_pkcs12(const char *path, PKCS12 *p12, const struct secret *secret,
    struct content *content, struct err *err)
{
	const char *pass = secret_is_set(secret) ? secret->text : "";

	if (PKCS12_verify_mac(p12, pass, -1) != 1 &&
	    (secret_is_set(secret) || PKCS12_verify_mac(p12, NULL, 0) != 1))
		return wrong_secret(path, secret, err);
	if (PKCS12_parse(p12, pass, &content->key, &content->leaf, &content->others) !=
	    1)
		return err_set(err, RC_FORMAT, "%s: RFC 7292: cannot be read", path);
	/* Without a key nothing tells the leaf from its issuers: the first is it. */
	if (content->leaf == NULL && sk_X509_num(content->others) > 0)
		content->leaf = sk_X509_shift(content->others);
	return RC_OK;
}

/* OpenSSL's callback; ctx is the secret. Never asks the terminal. */
static int
give_secret(char *buf, int size, int is_writing, void *ctx)
{
	const struct secret *secret = ctx;

	(void)is_writing;
	if (!secret_is_set(secret) || secret->len > (size_t)size)
		return -1;
	memcpy(buf, secret->text, secret->len);
	return (int)secret->len;
}

/* text is what bio reads. */
static enum rc
parse_pem(const char *path, const char *text, BIO *bio, const struct secret *secret,
    struct content *content, struct err *err)
{
	struct secret lent = *secret; /* the callback takes no const */
	X509 *x509 = NULL;

	content->others = sk_X509_new_null();
	if (content->others == NULL)
		return err_set(err, RC_NOMEM, "%s: out of memory", path);
	for (;;) {
		x509 = PEM_read_bio_X509(bio, NULL, give_secret, &lent);
		if (x509 == NULL)
			break;
		if (content->leaf == NULL) {
			content->leaf = x509;
		} else if (sk_X509_push(content->others, x509) <= 0) {
			X509_free(x509);
			return err_set(err, RC_NOMEM, "%s: out of memory", path);
		}
	}
	if (BIO_reset(bio) < 0)
		return err_set(err, RC_INTERNAL, "%s: cannot be read again", path);
	ERR_clear_error();
	content->key = PEM_read_bio_PrivateKey(bio, NULL, give_secret, &lent);
	if (content->key == NULL && strstr(text, "PRIVATE KEY-----") != NULL)
		return wrong_secret(path, secret, err);
	return RC_OK;
}

static bool
has_setup_ou(const X509 *leaf)
{
	const X509_NAME *subject = X509_get_subject_name(leaf);
	int at = -1;

	for (;;) {
		const ASN1_STRING *value;

		at =
		    X509_NAME_get_index_by_NID(subject, NID_organizationalUnitName, at);
		if (at < 0)
			return false;
		value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
		if (ASN1_STRING_length(value) == (int)sizeof(setup_ou) - 1 &&
		    memcmp(ASN1_STRING_get0_data(value), setup_ou,
			sizeof(setup_ou) - 1) == 0)
			return true;
	}
}

static enum rc
take_content(const char *path, const struct content *content, struct setup_cert *cert,
    struct err *err)
{
	int n = content->others == NULL ? 0 : sk_X509_num(content->others);
	enum rc r;

	if (content->leaf == NULL)
		return err_set(err, RC_FORMAT, "%s: holds no certificate", path);
	if (n >= CERTS_MAX)
		return err_set(err, RC_LIMIT, "%s: more than %d certificates", path,
		    (int)CERTS_MAX);
	cert->certs = calloc((size_t)n + 1, sizeof(struct cert *));
	if (cert->certs == NULL)
		return err_set(err, RC_NOMEM, "%s: out of memory", path);
	r = cert_from_x509(content->leaf, &cert->certs[0], err);
	if (r != RC_OK)
		return r;
	cert->n_certs = 1;
	for (int i = 0; r == RC_OK && i < n; i++) {
		r = cert_from_x509(sk_X509_value(content->others, i),
		    &cert->certs[cert->n_certs], err);
		if (r == RC_OK)
			cert->n_certs++;
	}
	cert->has_key = content->key != NULL &&
	    X509_check_private_key(content->leaf, content->key) == 1;
	cert->has_ou = has_setup_ou(content->leaf);
	return r;
}

static enum rc
parse(const char *path, const struct buf *bytes, const struct secret *secret,
    struct content *content, struct err *err)
{
	BIO *bio = BIO_new_mem_buf(buf_str(bytes), (int)bytes->len);
	PKCS12 *p12 = NULL;
	enum rc r;

	if (bio == NULL)
		return err_set(err, RC_NOMEM, "%s: out of memory", path);
	p12 = d2i_PKCS12_bio(bio, NULL);
	if (p12 != NULL) {
		r = parse_pkcs12(path, p12, secret, content, err);
	} else {
		(void)BIO_reset(bio);
		r = parse_pem(path, buf_str(bytes), bio, secret, content, err);
	}
	PKCS12_free(p12);
	BIO_free(bio);
	return r;
}

enum rc
setup_cert_read_file(const char *path, const struct secret *secret,
    struct setup_cert *ret_cert, struct err *err)
{
	struct setup_cert cert = { .certs = NULL };
	struct content content = { .key = NULL };
	struct buf bytes;
	enum rc r;

	buf_init(&bytes, FILE_MAX_BYTES);
	r = private_file_read(path, &bytes, err);
	if (r == RC_OK)
		r = parse(path, &bytes, secret, &content, err);
	if (r == RC_OK)
		r = take_content(path, &content, &cert, err);
	ERR_clear_error();
	content_clear(&content);
	buf_wipe(&bytes);
	if (r == RC_OK)
		*ret_cert = cert;
	else
		setup_cert_clear(&cert);
	return r;
}

void
setup_cert_clear(struct setup_cert *cert)
{
	cert_free_list(cert->certs, cert->n_certs);
	memset(cert, 0, sizeof(*cert));
}
