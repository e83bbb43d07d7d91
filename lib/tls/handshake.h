/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One connect, one TLS handshake, one close: what does this address present?
 * No HTTP, no login, no trust decision; the facts go to the policy.
 */
#ifndef AMTCERT_TLS_HANDSHAKE_H
#define AMTCERT_TLS_HANDSHAKE_H

#include "x509/cert.h"

enum tls_family {
	TLS_FAMILY_ANY,
	TLS_FAMILY_IPV4,
	TLS_FAMILY_IPV6
};

struct tls_endpoint {
	const char *address; /* DNS name or IP literal to connect to */
	uint16_t port;
	enum tls_family family;
	const char *client_cert_file; /* NULL: none; PEM */
	const char *client_key_file;
};

enum {
	TLS_WORD_SIZE = 64
};

/* What a peer presented. Zeroed is empty; clear with presented_clear. */
struct presented {
	struct cert **certs; /* leaf first, as sent */
	size_t n_certs;
	char protocol[TLS_WORD_SIZE]; /* "TLSv1.2" */
	char cipher[TLS_WORD_SIZE];   /* OpenSSL's name */
	bool secure_renegotiation;    /* RFC 5746 */
	bool complete; /* false: the peer refused us after it had shown its
			* certificate (it wants a client certificate) */
	int64_t elapsed_ms;
};

/*
 * Connect (every address in turn within the deadline), shake hands, read, close.
 * deadline_ms is of clock_monotonic_ms(). RC_RESOLVE, RC_CONNECT, RC_TIMEOUT,
 * RC_TLS with OpenSSL's cause, RC_FORMAT for an unreadable certificate.
 */
enum rc tls_handshake(const struct tls_endpoint *endpoint, int64_t deadline_ms,
    struct presented *ret_presented, struct err *err);
void presented_clear(struct presented *presented);

#endif
