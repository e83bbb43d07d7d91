/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One context for thousands of handshakes: whatever a peer shows is taken, and judged
 * later.
 */
#include "tls/shaker.h"

#include <stdlib.h>

#include <openssl/err.h>

#include "tls/trust.h"
#include "tls/wire.h"

static enum rc
nomem(struct err *err)
{
	ERR_clear_error();
	return err_set(err, RC_NOMEM, "TLS: out of memory");
}

/* Called when the peer asks for a client certificate. */
static int
on_asked(SSL *ssl, void *user)
{
	bool *was_asked = SSL_get_app_data(ssl);

	(void)user;
	*was_asked = true;
	return 1;
}

/* The verdict on a certificate is the policy's, and comes later. */
static int
on_certificate(X509_STORE_CTX *store, void *user)
{
	(void)user;
	X509_STORE_CTX_set_error(store, X509_V_OK);
	return 1;
}

static enum rc
set_up(struct shaker *shaker, const char *client_cert_file, const char *client_key_file,
    struct err *err)
{
	enum rc r;

	r = trust_setup_ctx(shaker->ctx, true, false, err);
	if (r == RC_OK && client_cert_file != NULL)
		r = trust_use_client_cert(shaker->ctx, client_cert_file,
		    client_key_file, err);
	if (r != RC_OK)
		return r;
	shaker->has_client_cert = client_cert_file != NULL;
	SSL_CTX_set_cert_cb(shaker->ctx, on_asked, NULL);
	SSL_CTX_set_cert_verify_callback(shaker->ctx, on_certificate, NULL);
	(void)SSL_CTX_set_mode(shaker->ctx, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_read_ahead(shaker->ctx, 1);
	return RC_OK;
}

enum rc
shaker_new(const char *client_cert_file, const char *client_key_file,
    struct shaker **ret_shaker, struct err *err)
{
	struct shaker *shaker;
	enum rc r;

	shaker = calloc(1, sizeof(*shaker));
	if (shaker == NULL)
		return nomem(err);
	shaker->method = wire_method_new();
	shaker->ctx = SSL_CTX_new(TLS_client_method());
	if (shaker->method == NULL || shaker->ctx == NULL)
		r = nomem(err);
	else
		r = set_up(shaker, client_cert_file, client_key_file, err);
	if (r != RC_OK) {
		shaker_free(shaker);
		return r;
	}
	*ret_shaker = shaker;
	return RC_OK;
}

void
shaker_free(struct shaker *shaker)
{
	if (shaker == NULL)
		return;
	SSL_CTX_free(shaker->ctx);
	BIO_meth_free(shaker->method);
	free(shaker);
}
