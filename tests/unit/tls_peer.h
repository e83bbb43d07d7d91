/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The other side of a handshake, in the same process and without a network: a
 * server on a local socket that takes one step whenever it is asked to, so that
 * a test needs neither clock nor thread.
 */
#ifndef AMTCERT_TESTS_TLS_PEER_H
#define AMTCERT_TESTS_TLS_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <openssl/ssl.h>

#include "folder.h"

struct tls_peer {
	struct sockaddr_un address;
	int listen_fd;
	int fd; /* -1 until somebody connects, and after the end */

	/* Either a peer that speaks TLS, or one that sends bytes. */
	SSL_CTX *ctx;
	const uint8_t *bytes;
	size_t n_bytes;

	bool repeats;  /* the bytes, for ever */
	bool dribbles; /* one byte a step */
	bool stays;    /* does not close when all is said */
	bool is_mute;  /* closes without a word: no alert, no close_notify */
	bool is_deaf;  /* to close_notify, but not to the end of the connection */
	bool speaks;   /* first, as soon as the handshake is done */

	SSL *ssl;
	BIO *from_client, *to_client; /* of ssl */
	size_t n_sent;
	bool is_left;	/* the client has closed its half */
	bool is_done;	/* the handshake, as the server sees it */
	bool is_failed; /* the same */
};

/* Listen in folder. ctx is lent and may be NULL. */
void tls_peer_start(struct tls_peer *peer, const struct folder *folder, SSL_CTX *ctx);
void tls_peer_stop(struct tls_peer *peer);

/* One step: accept, or a bit of the conversation. */
void tls_peer_step(struct tls_peer *peer);

#endif
