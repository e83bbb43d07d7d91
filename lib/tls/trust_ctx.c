/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What our side of a handshake offers, and who we say we are when the peer asks
 * for a client certificate.  SSL_CTX_set_security_level(3); RFC 5746 4.2.
 */
#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/buf.h"
#include "base/private_file.h"
#include "tls/start.h"
#include "tls/trust.h"

enum {
	LEVEL_ANY = 0,
	LEVEL_STRICT = 2, /* 112 bits */
};

/* Everything that comes with a certificate, RSA key exchange included; what is
 * too weak for a level leaves by itself. */
#define SUITES "ALL:!aNULL:!eNULL:!PSK:!SRP"

/* OpenSSL's newest words; the queue is empty after. */
static const char *
openssl_cause(void)
{
	const char *words = tls_reason(ERR_peek_last_error());

	ERR_clear_error();
	return words;
}

enum rc
trust_setup_ctx(SSL_CTX *ctx, bool permissive, bool legacy_tls, struct err *err)
{
	bool is_strict = !permissive && !legacy_tls;

	SSL_CTX_set_security_level(ctx, is_strict ? LEVEL_STRICT : LEVEL_ANY);
	(void)SSL_CTX_set_options(ctx,
	    SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
		SSL_OP_NO_COMPRESSION);
	(void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	(void)SSL_CTX_set_max_cert_list(ctx, TRUST_CHAIN_MAX_BYTES);
	SSL_CTX_set_keylog_callback(ctx, NULL);
	if (SSL_CTX_set_min_proto_version(ctx,
		is_strict ? TLS1_2_VERSION : TLS1_VERSION) != 1 ||
	    SSL_CTX_set_max_proto_version(ctx, 0) != 1 ||
	    SSL_CTX_set_cipher_list(ctx, SUITES) != 1)
		return err_set(err, RC_TLS, "TLS: settings: %s", openssl_cause());
	return RC_OK;
}

/* OpenSSL would ask the terminal, and Nagios has none. */
static int
no_pass_phrase(char *field, int size, int is_writing, void *ctx)
{
	(void)field;
	(void)size;
	(void)is_writing;
	(void)ctx;
	return -1;
}

static enum rc
parse_key(const char *path, const struct buf *pem, EVP_PKEY **ret_key, struct err *err)
{
	EVP_PKEY *key;
	BIO *bio;
	enum rc r = RC_OK;

	bio = BIO_new_mem_buf(buf_str(pem), (int)pem->len);
	if (bio == NULL)
		return err_set(err, RC_NOMEM, "%s: out of memory", path);
	key = PEM_read_bio_PrivateKey(bio, NULL, no_pass_phrase, NULL);
	BIO_free(bio);
	if (key == NULL)
		r = err_set(err, RC_FORMAT,
		    "%s: no private key in PEM form, or an encrypted one", path);
	else
		*ret_key = key;
	ERR_clear_error();
	return r;
}

static enum rc
read_key(const char *path, EVP_PKEY **ret_key, struct err *err)
{
	struct buf pem;
	enum rc r;

	buf_init(&pem, TRUST_KEY_FILE_MAX_BYTES);
	r = private_file_read(path, &pem, err);
	if (r == RC_OK)
		r = parse_key(path, &pem, ret_key, err);
	buf_wipe(&pem);
	return r;
}

static enum rc
use_chain(SSL_CTX *ctx, const char *path, struct cert *const *certs, size_t n,
    struct err *err)
{
	if (SSL_CTX_use_certificate(ctx, certs[0]->x509) != 1)
		return err_set(err, RC_CONFIG, "%s: client certificate: %s", path,
		    openssl_cause());
	for (size_t i = 1; i < n; i++)
		if (SSL_CTX_add1_chain_cert(ctx, certs[i]->x509) != 1)
			return err_set(err, RC_CONFIG, "%s: certificate %zu: %s", path,
			    i + 1, openssl_cause());
	return RC_OK;
}

static enum rc
use_files(SSL_CTX *ctx, const char *cert_file, const char *key_file, struct err *err)
{
	struct cert **certs = NULL;
	EVP_PKEY *key = NULL;
	size_t n = 0;
	enum rc r;

	r = cert_read_pem_file(cert_file, &certs, &n, err);
	if (r == RC_OK)
		r = read_key(key_file, &key, err);
	if (r != RC_OK)
		goto out;
	if (n > PATH_MAX_ELEMENTS) {
		r = err_set(err, RC_LIMIT, "%s: %zu certificates, at most %d",
		    cert_file, n, PATH_MAX_ELEMENTS);
		goto out;
	}
	r = use_chain(ctx, cert_file, certs, n, err);
	if (r == RC_OK && SSL_CTX_use_PrivateKey(ctx, key) != 1)
		r = err_set(err, RC_CONFIG, "%s: not the key of %s: %s", key_file,
		    cert_file, openssl_cause());
out:
	EVP_PKEY_free(key);
	cert_free_list(certs, n);
	return r;
}

enum rc
trust_use_client_cert(SSL_CTX *ctx, const char *cert_file, const char *key_file,
    struct err *err)
{
	struct err cause = { 0 };
	enum rc r = use_files(ctx, cert_file, key_file, &cause);

	/* A file of ours is no answer of a device. */
	if (r == RC_FORMAT || r == RC_LIMIT)
		r = RC_CONFIG;
	return r == RC_OK ? RC_OK : err_set(err, r, "%s", cause.text);
}
