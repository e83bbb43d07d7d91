/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OpenSSL's certificate callback, filled with trust_judge().  SSL_CTX_set_cert_
 * verify_callback(3): it replaces the whole path check, so its answer is the
 * only one, and it runs in every full handshake.
 */
#include "wsman/peer.h"

#include <stdio.h>
#include <stdlib.h>

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "base/clock.h"

static enum rc
read_certificate(const X509 *x509, struct cert **ret_cert, struct err *err)
{
	unsigned char *der = NULL;
	int len = i2d_X509(x509, &der);
	enum rc r = RC_OK;

	if (len < 0)
		return err_set(err, RC_NOMEM, "peer: certificate cannot be encoded");
	r = cert_parse(der, (size_t)len, ret_cert, err);
	OPENSSL_free(der);
	return r;
}

/* The chain as it was sent, leaf first. SSL_get_peer_cert_chain() would not
 * have it before the callback is through. */
static enum rc
read_chain(X509_STORE_CTX *store, struct presented *presented, struct err *err)
{
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_untrusted(store);
	int n = chain == NULL ? 0 : sk_X509_num(chain);
	enum rc r = RC_OK;

	if (n <= 0)
		return err_set(err, RC_TLS, "peer: it shows no certificate");
	if (n > PATH_MAX_ELEMENTS)
		return err_set(err, RC_LIMIT, "peer: it shows %d certificates", n);
	presented->certs = calloc((size_t)n, sizeof(struct cert *));
	if (presented->certs == NULL)
		return err_set(err, RC_NOMEM, "peer: out of memory");
	while (r == RC_OK && presented->n_certs < (size_t)n) {
		r = read_certificate(sk_X509_value(chain, (int)presented->n_certs),
		    &presented->certs[presented->n_certs], err);
		if (r == RC_OK)
			presented->n_certs++;
	}
	return r;
}

/* 1 lets the handshake go on, 0 ends it with an alert. */
static int
on_certificate(X509_STORE_CTX *store, void *user)
{
	struct peer *peer = user;
	enum rc r = RC_OK;

	/* A second certificate on one connection does not happen: TLS 1.2
	 * renegotiation is not ours to start, and TLS 1.3 has none. */
	peer->is_judged = false;
	presented_clear(&peer->presented);
	r = read_chain(store, &peer->presented, &peer->err);
	if (r == RC_OK)
		r = trust_judge(peer->trust, peer->presented.certs,
		    peer->presented.n_certs, peer->now, &peer->err);
	if (r != RC_OK) {
		X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
		return 0;
	}
	peer->is_judged = true;
	X509_STORE_CTX_set_error(store, X509_V_OK);
	return 1;
}

void
peer_note(struct peer *peer, SSL *ssl)
{
	struct presented *presented = &peer->presented;

	if (presented->complete)
		return;
	presented->complete = true;
	presented->elapsed_ms = clock_monotonic_ms() - peer->started_ms;
	(void)snprintf(presented->protocol, sizeof(presented->protocol), "%s",
	    SSL_get_version(ssl));
	(void)snprintf(presented->cipher, sizeof(presented->cipher), "%s",
	    SSL_get_cipher_name(ssl));
	presented->secure_renegotiation =
	    SSL_get_secure_renegotiation_support(ssl) == 1;
}

enum rc
peer_attach(struct peer *peer, SSL_CTX *ctx)
{
	enum rc r = RC_OK;

	peer_clear(peer);
	peer->started_ms = clock_monotonic_ms();
	r = trust_setup_ctx(ctx, false, peer->trust->legacy_tls, &peer->err);
	if (r == RC_OK && peer->client_cert_file != NULL)
		r = trust_use_client_cert(ctx, peer->client_cert_file,
		    peer->client_key_file, &peer->err);
	if (r != RC_OK)
		return r;
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	/* libcurl writes session keys to a file that the environment names. */
	SSL_CTX_set_keylog_callback(ctx, NULL);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(ctx, on_certificate, peer);
	return RC_OK;
}

void
peer_clear(struct peer *peer)
{
	peer->is_judged = false;
	presented_clear(&peer->presented);
	err_clear(&peer->err);
}
