/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One connect and handshake that never blocks: a state machine that a loop
 * drives with poll(2) or epoll(7), one or ten thousand at a time.  It reads no
 * deadline; its owner calls shake_expire() when the time is up.
 */
#ifndef AMTCERT_TLS_SHAKE_H
#define AMTCERT_TLS_SHAKE_H

#include <stdbool.h>
#include <sys/socket.h>

#include "tls/presented.h"

enum {
	/* All that is read from one peer: its certificates and as much again. */
	SHAKE_READ_MAX_BYTES = 512 * 1024
};

/* What all handshakes of a process share: settings, and our own certificate. */
struct shaker;

/* The files may both be NULL; see trust_use_client_cert(). RC_TLS, RC_NOMEM and
 * the errors of that. It must outlive its handshakes; caller frees. */
enum rc shaker_new(const char *client_cert_file, const char *client_key_file,
    struct shaker **ret_shaker, struct err *err);
void shaker_free(struct shaker *shaker);

enum shake_want {
	SHAKE_WANT_READ,
	SHAKE_WANT_WRITE,
	SHAKE_WANT_NOTHING /* the result is there, the connection closed */
};

struct shake;

/*
 * Begin to connect. server_name is sent as SNI and lent until the end; NULL or
 * an IP literal: none. RC_CONNECT when the system refuses at once, RC_SYSTEM
 * without a descriptor, RC_NOMEM. Caller frees with shake_free at any time.
 */
enum rc shake_new(struct shaker *shaker, const struct sockaddr *address, socklen_t len,
    const char *server_name, struct shake **ret_shake, struct err *err);
void shake_free(struct shake *shake);

/*
 * Go as far as possible, first right after shake_new(), then whenever
 * shake_fd() is ready for what *ret_want says; a call too many does no harm.
 * RC_CONNECT; RC_TLS with OpenSSL's cause; RC_FORMAT, a certificate that is
 * none; RC_LIMIT; RC_NOMEM; after any of them, only shake_free. A peer that
 * shows its certificate and then refuses ours is a result, not an error.
 * OpenSSL's error queue is empty after. No SIGPIPE.
 */
enum rc shake_go(struct shake *shake, enum shake_want *ret_want, struct err *err);

/* The descriptor to wait for; -1 once it is closed. It stays the same while it
 * is open. */
int shake_fd(const struct shake *shake);

/* Is there a TCP connection, or was there one? */
bool shake_is_connected(const struct shake *shake);

/* The time is up: RC_TIMEOUT, and what was waited for. RC_OK when only the
 * peer's last word was missing: then there is a result. */
enum rc shake_expire(struct shake *shake, struct err *err);

/* The result, once; the caller owns it. Zeroed before there is one. */
struct presented shake_take(struct shake *shake);

#endif
