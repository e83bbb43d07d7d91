/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OpenSSL's certificate callback, filled with trust_judge().  SSL_CTX_set_cert_
 * verify_callback(3): it replaces the whole path check, so its answer is the
 * only one, and it runs in every full handshake.
 */
#include "wsman/peer.h"

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "base/clock.h"

/* The peer wants a client certificate; comes after its own. */
static int
on_asked(SSL *ssl, void *user)
{
	struct peer *peer = user;

	(void)ssl;
	peer->presented.asked_client_cert = true;
	return 1;
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
	/* SSL_get_peer_cert_chain() would not have it before this is through. */
	r = trust_read_chain(X509_STORE_CTX_get0_untrusted(store),
	    &peer->presented.certs, &peer->presented.n_certs, &peer->err);
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
	presented_note(presented, ssl);
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
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(ctx, on_certificate, peer);
	SSL_CTX_set_cert_cb(ctx, on_asked, peer);
	return RC_OK;
}

void
peer_clear(struct peer *peer)
{
	peer->is_judged = false;
	presented_clear(&peer->presented);
	err_clear(&peer->err);
}
