/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One handshake with its own small loop: the addresses of a name in turn, each
 * waited for with poll(2) against the deadline.
 */
#include "tls/handshake.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>

#include "base/clock.h"
#include "tls/shake.h"

/* Until the descriptor is ready or the time is up. */
static enum rc
wait_for(void *ctx, int fd, enum shake_want want, int64_t until_ms, struct err *err)
{
	struct pollfd pollfd = { .fd = fd,
		.events = want == SHAKE_WANT_READ ? POLLIN : POLLOUT };
	int64_t left_ms = until_ms - clock_monotonic_ms();

	(void)ctx;
	if (left_ms > INT_MAX)
		left_ms = INT_MAX;
	if (left_ms > 0 && poll(&pollfd, 1, (int)left_ms) < 0 && errno != EINTR)
		return err_system(err, "poll");
	return RC_OK;
}

/* connect_until_ms ends the wait for the TCP connection, deadline_ms all. */
static enum rc
drive(const struct tls_waiter *waiter, struct shake *shake, int64_t connect_until_ms,
    int64_t deadline_ms, struct err *err)
{
	enum shake_want want = SHAKE_WANT_NOTHING;
	int64_t until_ms;
	enum rc r;

	for (;;) {
		r = shake_go(shake, &want, err);
		if (r != RC_OK || want == SHAKE_WANT_NOTHING)
			return r;
		until_ms = shake_is_connected(shake) ? deadline_ms : connect_until_ms;
		if (clock_monotonic_ms() >= until_ms)
			return shake_expire(shake, err);
		r = waiter->wait(waiter->ctx, shake_fd(shake), want, until_ms, err);
		if (r != RC_OK)
			return r;
	}
}

/* One address. *ret_is_final: another address would not help. */
static enum rc
try_address(const struct tls_waiter *waiter, struct shaker *shaker,
    const struct address *address, const char *server_name, int64_t connect_until_ms,
    int64_t deadline_ms, struct presented *ret_presented, bool *ret_is_final,
    struct err *err)
{
	char text[ADDRESS_TEXT_SIZE];
	struct shake *shake = NULL;
	enum rc r;

	r = shake_new(shaker, &address->socket.any, address->len, server_name, &shake,
	    err);
	if (r == RC_OK)
		r = drive(waiter, shake, connect_until_ms, deadline_ms, err);
	if (r == RC_OK)
		*ret_presented = shake_take(shake);
	*ret_is_final = shake != NULL && shake_is_connected(shake);
	shake_free(shake);
	if (r != RC_OK) {
		address_format(&address->socket.any, text);
		err_prefix(err, "%s", text);
	}
	return r;
}

/* The addresses in turn; the first that fails says why when all do. */
static enum rc
try_all(const struct tls_waiter *waiter, struct shaker *shaker, const char *host,
    const struct addresses *addresses, int64_t deadline_ms,
    struct presented *ret_presented, struct err *err)
{
	struct err first = { 0 }, newest;
	int64_t now_ms, left_ms;
	bool is_final = false;
	enum rc r;

	for (size_t i = 0; i < addresses->n && !is_final; i++) {
		now_ms = clock_monotonic_ms();
		left_ms = deadline_ms > now_ms ? deadline_ms - now_ms : 0;
		newest = (struct err){ 0 };
		r = try_address(waiter, shaker, &addresses->list[i], host,
		    now_ms + left_ms / (int64_t)(addresses->n - i), deadline_ms,
		    ret_presented, &is_final, &newest);
		if (r == RC_OK)
			return RC_OK;
		if (first.rc == RC_OK || is_final)
			first = newest;
	}
	return err_set(err, first.rc, "%s", first.text);
}

enum rc
tls_handshake_by(const struct tls_waiter *waiter, struct shaker *shaker,
    const char *host, const struct addresses *addresses, int64_t deadline_ms,
    struct presented *ret_presented, struct err *err)
{
	enum rc r =
	    try_all(waiter, shaker, host, addresses, deadline_ms, ret_presented, err);

	if (r != RC_OK && !address_is_literal(host))
		err_prefix(err, "%s", host);
	return r;
}

enum rc
tls_handshake(const struct tls_endpoint *endpoint, int64_t deadline_ms,
    struct presented *ret_presented, struct err *err)
{
	static const struct tls_waiter waiter = { .wait = wait_for };
	struct shaker *shaker = NULL;
	struct addresses addresses;
	enum rc r;

	r = shaker_new(endpoint->client_cert_file, endpoint->client_key_file, &shaker,
	    err);
	if (r != RC_OK)
		return r;
	r = address_resolve(endpoint->address, endpoint->port, endpoint->family,
	    &addresses, err);
	if (r == RC_OK)
		r = tls_handshake_by(&waiter, shaker, endpoint->address, &addresses,
		    deadline_ms, ret_presented, err);
	shaker_free(shaker);
	return r;
}
