/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a host name or an IP literal to what connect() takes.
 */
#ifndef AMTCERT_TLS_ADDRESS_H
#define AMTCERT_TLS_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

enum tls_family {
	TLS_FAMILY_ANY,
	TLS_FAMILY_IPV4,
	TLS_FAMILY_IPV6
};

enum {
	ADDRESS_MAX = 16,      /* of one name; further ones are not tried */
	ADDRESS_TEXT_SIZE = 80 /* "[fe80::1%4294967295]:16993" and NUL */
};

struct address {
	union {
		struct sockaddr any;
		struct sockaddr_in ipv4;
		struct sockaddr_in6 ipv6;
	} socket;
	socklen_t len;
};

/* The addresses of host, in the order to try them: RFC 6724's, by the system. */
struct addresses {
	struct address list[ADDRESS_MAX];
	size_t n;
};

/*
 * A literal needs no resolver and cannot block. A name waits for the system's
 * resolver, which knows no deadline but its own (resolv.conf(5), timeout and
 * attempts); a program that must not wait passes literals. RC_RESOLVE, also for
 * a literal of the other family, RC_NOMEM.
 */
enum rc address_resolve(const char *host, uint16_t port, enum tls_family family,
    struct addresses *ret_addresses, struct err *err);

/* Is it an IPv4 or IPv6 literal? Such a name is not sent as SNI (RFC 6066 3). */
bool address_is_literal(const char *host);

/* "192.0.2.7:16993", "[2001:db8::7]:16993". */
void address_format(const struct sockaddr *address, char field[ADDRESS_TEXT_SIZE]);

#endif
