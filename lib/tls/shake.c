/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From connect(2) to a closed connection, step by step.  RFC 5246, RFC 8446;
 * what firmware does: Intel AMT SDK, "TLS: Detailed Description".
 *
 * A peer that wants a client certificate and does not like ours (or finds none)
 * refuses in TLS 1.2 before its Finished, so the handshake fails. In TLS 1.3
 * its Finished comes first and the refusal after ours, when the handshake looks
 * done. Only then, and only when the peer asked for a certificate, the answer
 * is waited for. So that it comes at once also from a peer that is content and
 * silent, we say good-bye first (close_notify, then the end of our half of the
 * connection): whoever accepted us closes, whoever did not has sent its alert
 * before that. A close without a word is a refusal only if we showed nothing.
 */
#include "tls/shake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>

#include "base/clock.h"
#include "tls/address.h"
#include "tls/shaker.h"
#include "tls/start.h"
#include "tls/trust.h"
#include "tls/wire.h"

enum state {
	STATE_CONNECT,
	STATE_HANDSHAKE,
	STATE_FAREWELL, /* all is read but the peer's last word */
	STATE_DONE,
	STATE_FAILED
};

struct shake {
	struct shaker *shaker;
	const char *server_name;
	SSL *ssl; /* from the connection on until the result is there */
	struct wire wire;
	enum state state;
	bool is_connected; /* or was */
	bool was_asked;	   /* for a client certificate */
	int64_t started_ms;
	struct presented presented;
};

static enum rc
nomem(struct err *err)
{
	ERR_clear_error();
	return err_set(err, RC_NOMEM, "TLS: out of memory");
}

/* The end of the connection; OpenSSL's part of the memory goes with it. */
static void
hang_up(struct shake *shake)
{
	SSL_free(shake->ssl);
	shake->ssl = NULL;
	if (shake->wire.fd >= 0)
		(void)close(shake->wire.fd);
	shake->wire.fd = -1;
	ERR_clear_error();
}

static enum rc
cannot_connect(int reason, struct err *err)
{
	char field[128];
	const char *words = strerror_r(reason, field, sizeof(field));

	return err_set(err, reason == ETIMEDOUT ? RC_TIMEOUT : RC_CONNECT,
	    "connect: %s", words);
}

enum rc
shake_new(struct shaker *shaker, const struct sockaddr *address, socklen_t len,
    const char *server_name, struct shake **ret_shake, struct err *err)
{
	struct shake *shake;
	enum rc r = RC_OK;

	shake = calloc(1, sizeof(*shake));
	if (shake == NULL)
		return nomem(err);
	shake->shaker = shaker;
	shake->server_name = server_name;
	shake->wire.read_max_bytes = SHAKE_READ_MAX_BYTES;
	shake->started_ms = clock_monotonic_ms();
	shake->wire.fd =
	    socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (shake->wire.fd < 0)
		r = err_system(err, "socket");
	else if (connect(shake->wire.fd, address, len) != 0 && errno != EINPROGRESS &&
	    errno != EINTR)
		r = cannot_connect(errno, err);
	if (r != RC_OK) {
		shake_free(shake);
		return r;
	}
	*ret_shake = shake;
	return RC_OK;
}

void
shake_free(struct shake *shake)
{
	if (shake == NULL)
		return;
	hang_up(shake);
	presented_clear(&shake->presented);
	free(shake);
}

/* Firmware ignores the name; what is no DNS name is not sent. */
static bool
set_server_name(SSL *ssl, const char *server_name)
{
	char name[TLSEXT_MAXLEN_host_name + 1]; /* OpenSSL takes no const */

	if (server_name == NULL || server_name[0] == '\0' ||
	    strlen(server_name) >= sizeof(name) || address_is_literal(server_name))
		return true;
	memcpy(name, server_name, strlen(server_name) + 1);
	return SSL_set_tlsext_host_name(ssl, name) == 1;
}

static enum rc
start_tls(struct shake *shake, struct err *err)
{
	BIO *bio;

	ERR_clear_error();
	shake->ssl = SSL_new(shake->shaker->ctx);
	bio = wire_bio(shake->shaker->method, &shake->wire);
	if (shake->ssl == NULL || bio == NULL) {
		BIO_free(bio);
		return nomem(err);
	}
	SSL_set_bio(shake->ssl, bio, bio);
	SSL_set_connect_state(shake->ssl);
	if (SSL_set_app_data(shake->ssl, &shake->was_asked) != 1 ||
	    !set_server_name(shake->ssl, shake->server_name))
		return nomem(err);
	shake->state = STATE_HANDSHAKE;
	return RC_OK;
}

/* Connected, refused, or not yet. */
static enum rc
connect_step(struct shake *shake, enum shake_want *ret_want, struct err *err)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer), size = sizeof(int);
	int reason = 0;

	if (getsockopt(shake->wire.fd, SOL_SOCKET, SO_ERROR, &reason, &size) != 0)
		reason = errno;
	if (reason != 0)
		return cannot_connect(reason, err);
	if (getpeername(shake->wire.fd, (struct sockaddr *)&peer, &len) == 0) {
		shake->is_connected = true;
		return start_tls(shake, err);
	}
	*ret_want = SHAKE_WANT_WRITE;
	return errno == ENOTCONN ? RC_OK : cannot_connect(errno, err);
}

static enum rc
read_presented(struct shake *shake, struct err *err)
{
	struct presented *presented = &shake->presented;
	enum rc r;

	ERR_clear_error();
	r = trust_read_peer(shake->ssl, &presented->certs, &presented->n_certs, err);
	if (r != RC_OK)
		return r;
	presented_note(presented, shake->ssl);
	presented->asked_client_cert = shake->was_asked;
	return RC_OK;
}

static void
finish(struct shake *shake, bool is_complete)
{
	shake->presented.complete = is_complete;
	shake->presented.elapsed_ms = clock_monotonic_ms() - shake->started_ms;
	shake->state = STATE_DONE;
	hang_up(shake);
}

/* An alert from the peer; an error of our own is not one. */
static bool
is_alert(unsigned long e)
{
	return ERR_GET_LIB(e) == ERR_LIB_SSL &&
	    ERR_GET_REASON(e) >= SSL_AD_REASON_OFFSET &&
	    ERR_GET_REASON(e) <= SSL_AD_REASON_OFFSET + UINT8_MAX;
}

/* Was it the peer that ended it, once we had answered who we are? */
static bool
is_refusal(const struct shake *shake, int ssl_error, unsigned long e)
{
	return shake->was_asked &&
	    (shake->wire.is_closed || ssl_error == SSL_ERROR_ZERO_RETURN ||
		is_alert(e));
}

/* Why a handshake failed, in OpenSSL's words or the system's. */
static enum rc
say_why(const struct shake *shake, unsigned long e, struct err *err)
{
	char field[128];

	if (shake->wire.is_over_limit)
		return err_set(err, RC_LIMIT, "TLS handshake: more than %d bytes",
		    (int)SHAKE_READ_MAX_BYTES);
	if (ERR_GET_REASON(e) == ERR_R_MALLOC_FAILURE)
		return err_set(err, RC_NOMEM, "TLS handshake: out of memory");
	if (shake->wire.error != 0)
		return err_set(err, RC_TLS, "TLS handshake: %s",
		    strerror_r(shake->wire.error, field, sizeof(field)));
	if (shake->wire.is_closed)
		return err_set(err, RC_TLS,
		    "TLS handshake: the peer closed the connection");
	if (ERR_GET_LIB(e) == ERR_LIB_ASN1)
		return err_set(err, RC_FORMAT, "certificate: RFC 5280 4.1: %s",
		    tls_reason(e));
	return err_set(err, RC_TLS, "TLS handshake: %s", tls_reason(e));
}

static enum rc
handshake_failed(struct shake *shake, int ssl_error, struct err *err)
{
	unsigned long e = ERR_peek_error();
	enum rc r;

	if (!is_refusal(shake, ssl_error, e))
		return say_why(shake, e, err);
	r = read_presented(shake, err);
	if (r == RC_OK)
		finish(shake, false);
	return r;
}

/* *ret_want when OpenSSL waits for the socket; false when it failed. */
static bool
is_waiting(int ssl_error, enum shake_want *ret_want)
{
	if (ssl_error == SSL_ERROR_WANT_READ)
		*ret_want = SHAKE_WANT_READ;
	else if (ssl_error == SSL_ERROR_WANT_WRITE)
		*ret_want = SHAKE_WANT_WRITE;
	return ssl_error == SSL_ERROR_WANT_READ || ssl_error == SSL_ERROR_WANT_WRITE;
}

static enum rc
handshake_step(struct shake *shake, enum shake_want *ret_want, struct err *err)
{
	int n, ssl_error;
	enum rc r;

	ERR_clear_error();
	n = SSL_do_handshake(shake->ssl);
	if (n != 1) {
		ssl_error = SSL_get_error(shake->ssl, n);
		return is_waiting(ssl_error, ret_want)
		    ? RC_OK
		    : handshake_failed(shake, ssl_error, err);
	}
	r = read_presented(shake, err);
	if (r != RC_OK)
		return r;
	(void)SSL_shutdown(shake->ssl);
	if (!shake->was_asked || SSL_version(shake->ssl) < TLS1_3_VERSION) {
		finish(shake, true);
		return RC_OK;
	}
	(void)shutdown(shake->wire.fd, SHUT_WR);
	shake->state = STATE_FAREWELL;
	return RC_OK;
}

/* Did the peer, when it closed, accept us? */
static bool
is_accepted(const struct shake *shake, int ssl_error)
{
	if (ssl_error == SSL_ERROR_ZERO_RETURN)
		return true;
	if (is_alert(ERR_peek_error()))
		return false;
	return shake->shaker->has_client_cert;
}

/* Read until the peer closes or says what nobody would say to a stranger. */
static void
farewell_step(struct shake *shake, enum shake_want *ret_want)
{
	char byte;
	size_t len = 0;
	int n, ssl_error;

	ERR_clear_error();
	n = SSL_read_ex(shake->ssl, &byte, sizeof(byte), &len);
	ssl_error = SSL_get_error(shake->ssl, n);
	if (n == 1)
		finish(shake, true);
	else if (!is_waiting(ssl_error, ret_want))
		finish(shake, is_accepted(shake, ssl_error));
}

enum rc
shake_go(struct shake *shake, enum shake_want *ret_want, struct err *err)
{
	enum shake_want want = SHAKE_WANT_NOTHING;
	enum rc r = RC_OK;

	if (shake->state == STATE_FAILED)
		return err_set(err, RC_INTERNAL, "TLS: it has failed already");
	if (shake->state == STATE_CONNECT)
		r = connect_step(shake, &want, err);
	if (r == RC_OK && shake->state == STATE_HANDSHAKE)
		r = handshake_step(shake, &want, err);
	if (r == RC_OK && shake->state == STATE_FAREWELL)
		farewell_step(shake, &want);
	if (r != RC_OK) {
		shake->state = STATE_FAILED;
		hang_up(shake);
		return r;
	}
	ERR_clear_error();
	*ret_want = want;
	return RC_OK;
}

int
shake_fd(const struct shake *shake)
{
	return shake->wire.fd;
}

bool
shake_is_connected(const struct shake *shake)
{
	return shake->is_connected;
}

enum rc
shake_expire(struct shake *shake, struct err *err)
{
	if (shake->state == STATE_FAREWELL)
		finish(shake, true);
	if (shake->state == STATE_DONE)
		return RC_OK;
	shake->state = STATE_FAILED;
	hang_up(shake);
	return err_set(err, RC_TIMEOUT, "%s: no answer in time",
	    shake->is_connected ? "TLS handshake" : "connect");
}

struct presented
shake_take(struct shake *shake)
{
	struct presented presented = shake->presented;

	memset(&shake->presented, 0, sizeof(shake->presented));
	return presented;
}
