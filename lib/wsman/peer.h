/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The peer of a connection that libcurl makes, judged inside the handshake: a
 * peer that trust_judge() refuses never gets as far as a request.  Takes the
 * place of OpenSSL's own path check, which knows neither pins nor the rule that
 * an expired certificate is a verdict and not a stranger.
 */
#ifndef AMTCERT_WSMAN_PEER_H
#define AMTCERT_WSMAN_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/ssl.h>

#include "tls/handshake.h"
#include "tls/trust.h"

struct peer {
	/* Set by the owner before the first connection; lent. */
	const struct trust *trust;
	const char *client_cert_file; /* NULL: none */
	const char *client_key_file;
	int64_t now;

	/* Of the newest connection. */
	bool is_judged;		    /* trust_judge() ran there and said yes */
	struct presented presented; /* as far as the handshake went */
	struct err err;		    /* why not, else err.rc is RC_OK */
	int64_t started_ms;
};

/*
 * Make ctx, which serves one new connection, judge its peer into *peer. The
 * answer of any earlier connection is forgotten. Session resumption is off: a
 * resumed handshake would show no certificate. Errors of trust_setup_ctx() and
 * trust_use_client_cert(), which are in peer->err too.
 */
enum rc peer_attach(struct peer *peer, SSL_CTX *ctx);

/* Note what the finished handshake agreed on; once per connection. */
void peer_note(struct peer *peer, SSL *ssl);

/* Free what handshakes left in it. */
void peer_clear(struct peer *peer);

#endif
