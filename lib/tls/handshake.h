/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One connect, one TLS handshake, one close: what does this address present?
 * No HTTP, no login, no trust decision; the facts go to the policy.
 */
#ifndef AMTCERT_TLS_HANDSHAKE_H
#define AMTCERT_TLS_HANDSHAKE_H

#include "tls/address.h"
#include "tls/presented.h"
#include "tls/shake.h"

struct tls_endpoint {
	const char *address; /* DNS name or IP literal to connect to */
	uint16_t port;
	enum tls_family family;
	const char *client_cert_file; /* NULL: none; PEM */
	const char *client_key_file;
};

/*
 * Connect (every address in turn within the deadline, none of them longer than
 * its share of what is left), shake hands, read, close. A host name is sent as
 * SNI. deadline_ms is of clock_monotonic_ms() and bounds all but the resolver,
 * see address_resolve(). RC_RESOLVE, RC_CONNECT, RC_TIMEOUT, RC_TLS with
 * OpenSSL's cause, RC_FORMAT for an unreadable certificate, RC_LIMIT for too much
 * of anything, RC_NOMEM, RC_SYSTEM; errors of trust_use_client_cert(). Of several
 * addresses that fail the first says why. Raises no SIGPIPE. OpenSSL's error
 * queue is empty after. Clear with presented_clear.
 */
enum rc tls_handshake(const struct tls_endpoint *endpoint, int64_t deadline_ms,
    struct presented *ret_presented, struct err *err);

/* Who waits until a descriptor is ready or the time is up, whichever comes first;
 * too early does no harm. */
struct tls_waiter {
	enum rc (*wait)(void *ctx, int fd, enum shake_want want, int64_t until_ms,
	    struct err *err);
	void *ctx;
};

/*
 * The same for one of many: the shaker is shared, host (for SNI and messages) is
 * looked up already, and waiter lets others run meanwhile. Errors also of
 * waiter->wait.
 */
enum rc tls_handshake_by(const struct tls_waiter *waiter, struct shaker *shaker,
    const char *host, const struct addresses *addresses, int64_t deadline_ms,
    struct presented *ret_presented, struct err *err);

#endif
