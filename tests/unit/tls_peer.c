/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A server that is polled.  OpenSSL writes to memory, from where a step hands
 * over all or one byte.
 */
#include "tls_peer.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include <openssl/err.h>

#include "unit.h"

void
tls_peer_start(struct tls_peer *peer, const struct folder *folder, SSL_CTX *ctx)
{
	memset(peer, 0, sizeof(*peer));
	peer->ctx = ctx;
	peer->fd = -1;
	peer->address.sun_family = AF_UNIX;
	assert_in_range(snprintf(peer->address.sun_path, sizeof(peer->address.sun_path),
			    "%s/peer", folder->path),
	    1, sizeof(peer->address.sun_path) - 1);
	(void)unlink(peer->address.sun_path);
	peer->listen_fd =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_true(peer->listen_fd >= 0);
	assert_int_equal(bind(peer->listen_fd, (struct sockaddr *)&peer->address,
			     sizeof(peer->address)),
	    0);
	assert_int_equal(listen(peer->listen_fd, 1), 0);
}

static void
hang_up(struct tls_peer *peer)
{
	SSL_free(peer->ssl);
	peer->ssl = NULL;
	if (peer->fd >= 0)
		close(peer->fd);
	peer->fd = -1;
}

void
tls_peer_stop(struct tls_peer *peer)
{
	hang_up(peer);
	close(peer->listen_fd);
	(void)unlink(peer->address.sun_path);
}

static void
take_client(struct tls_peer *peer)
{
	peer->fd = accept4(peer->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (peer->fd < 0 || peer->ctx == NULL)
		return;
	peer->ssl = SSL_new(peer->ctx);
	peer->from_client = BIO_new(BIO_s_mem());
	peer->to_client = BIO_new(BIO_s_mem());
	assert_non_null(peer->ssl);
	BIO_set_mem_eof_return(peer->from_client, -1);
	SSL_set_bio(peer->ssl, peer->from_client, peer->to_client);
	SSL_set_accept_state(peer->ssl);
}

/* What the client sent goes to OpenSSL, or nowhere. */
static void
hear(struct tls_peer *peer)
{
	uint8_t bytes[4096];
	ssize_t n;

	do {
		n = recv(peer->fd, bytes, sizeof(bytes), 0);
		if (n > 0 && peer->ssl != NULL)
			assert_int_equal(BIO_write(peer->from_client, bytes, (int)n),
			    n);
	} while (n > 0);
	peer->is_left = n == 0;
	if (n == 0 && peer->ssl != NULL)
		BIO_set_mem_eof_return(peer->from_client, 0);
}

/* Send of what is left as much as goes; false when nothing is. */
static bool
say(struct tls_peer *peer, const uint8_t *bytes, size_t len)
{
	ssize_t n;

	if (len == 0)
		return false;
	n = send(peer->fd, bytes, peer->dribbles ? 1 : len, MSG_NOSIGNAL);
	if (n > 0)
		peer->n_sent += (size_t)n;
	return n > 0 || errno == EAGAIN;
}

static void
say_bytes(struct tls_peer *peer)
{
	size_t at = peer->n_sent;

	if (peer->n_bytes == 0) { /* one that only leaves */
		if (!peer->stays)
			hang_up(peer);
		return;
	}
	if (peer->repeats)
		at %= peer->n_bytes;
	if (!say(peer, peer->bytes + at, peer->n_bytes - at) && !peer->stays)
		hang_up(peer);
}

/* The next bit of TLS; true when the connection is to be closed. */
static bool
converse(struct tls_peer *peer)
{
	uint8_t byte;
	int n;

	if (!peer->is_done && !peer->is_failed) {
		n = SSL_do_handshake(peer->ssl);
		peer->is_done = n == 1;
		peer->is_failed =
		    n != 1 && SSL_get_error(peer->ssl, n) != SSL_ERROR_WANT_READ;
		if (peer->is_done && peer->speaks)
			assert_int_equal(SSL_write(peer->ssl, "hello", 5), 5);
	}
	if (!peer->is_done)
		return peer->is_failed;
	n = SSL_read(peer->ssl, &byte, 1);
	if (n > 0 || SSL_get_error(peer->ssl, n) == SSL_ERROR_WANT_READ)
		return false;
	if (peer->is_deaf && !peer->is_left)
		return false;
	if (!peer->is_mute)
		(void)SSL_shutdown(peer->ssl);
	return true;
}

/* n bytes that were sent need not be kept. */
static void
forget(BIO *bio, size_t n)
{
	uint8_t bytes[4096];
	int len = 1;

	while (n > 0 && len > 0) {
		len = BIO_read(bio, bytes,
		    n < sizeof(bytes) ? (int)n : (int)sizeof(bytes));
		n -= (size_t)len;
	}
	assert_int_equal(n, 0);
}

static void
speak_tls(struct tls_peer *peer)
{
	bool is_over = converse(peer);
	uint8_t *bytes = NULL;
	long len = BIO_get_mem_data(peer->to_client, &bytes);
	size_t n_sent = peer->n_sent;

	ERR_clear_error();
	if (is_over && peer->is_mute)
		len = 0;
	if (say(peer, bytes, (size_t)len))
		forget(peer->to_client, peer->n_sent - n_sent);
	else if (is_over && !peer->stays)
		hang_up(peer);
}

void
tls_peer_step(struct tls_peer *peer)
{
	if (peer->fd < 0 && peer->n_sent == 0)
		take_client(peer);
	if (peer->fd < 0)
		return;
	hear(peer);
	if (peer->ssl != NULL)
		speak_tls(peer);
	else
		say_bytes(peer);
}
