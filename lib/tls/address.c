/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Literals by inet_pton(3), everything else by getaddrinfo(3), which also reads
 * the literals that only the system understands (a scope, as in fe80::1%eth0).
 */
#include "tls/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

static bool
from_ipv4(const char *host, uint16_t port, struct address *ret)
{
	struct address address = { .len = sizeof(address.socket.ipv4) };

	if (inet_pton(AF_INET, host, &address.socket.ipv4.sin_addr) != 1)
		return false;
	address.socket.ipv4.sin_family = AF_INET;
	address.socket.ipv4.sin_port = htons(port);
	*ret = address;
	return true;
}

static bool
from_ipv6(const char *host, uint16_t port, struct address *ret)
{
	struct address address = { .len = sizeof(address.socket.ipv6) };

	if (inet_pton(AF_INET6, host, &address.socket.ipv6.sin6_addr) != 1)
		return false;
	address.socket.ipv6.sin6_family = AF_INET6;
	address.socket.ipv6.sin6_port = htons(port);
	*ret = address;
	return true;
}

static enum rc
refused(const char *host, int code, struct err *err)
{
	char reason[128];
	const char *words = gai_strerror(code);

	if (code == EAI_MEMORY)
		return err_set(err, RC_NOMEM, "%s: out of memory", host);
	if (code == EAI_SYSTEM)
		words = strerror_r(errno, reason, sizeof(reason));
	return err_set(err, RC_RESOLVE, "%s: name: %s", host, words);
}

static enum rc
ask_system(const char *host, uint16_t port, enum tls_family family,
    struct addresses *addresses, struct err *err)
{
	static const int families[] = { AF_UNSPEC, AF_INET, AF_INET6 };
	const struct addrinfo hints = { .ai_family = families[family],
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV };
	struct addrinfo *list = NULL;
	char service[8];
	int code;

	(void)snprintf(service, sizeof(service), "%u", (unsigned int)port);
	code = getaddrinfo(host, service, &hints, &list);
	if (code != 0)
		return refused(host, code, err);
	for (const struct addrinfo *at = list; at != NULL; at = at->ai_next) {
		struct address *to = &addresses->list[addresses->n];

		if (addresses->n == ADDRESS_MAX)
			break;
		if (at->ai_addrlen > sizeof(to->socket))
			continue;
		memcpy(&to->socket, at->ai_addr, at->ai_addrlen);
		to->len = at->ai_addrlen;
		addresses->n++;
	}
	freeaddrinfo(list);
	if (addresses->n == 0)
		return err_set(err, RC_RESOLVE, "%s: name: it has no IP address", host);
	return RC_OK;
}

static bool
from_literal(const char *host, uint16_t port, struct address *ret)
{
	return from_ipv4(host, port, ret) || from_ipv6(host, port, ret);
}

bool
address_is_literal(const char *host)
{
	struct address address;

	return from_literal(host, 0, &address) || strchr(host, '%') != NULL;
}

enum rc
address_resolve(const char *host, uint16_t port, enum tls_family family,
    struct addresses *ret_addresses, struct err *err)
{
	struct addresses addresses = { .n = 0 };
	enum rc r;

	if (from_literal(host, port, &addresses.list[0])) {
		if (family != TLS_FAMILY_ANY &&
		    (family == TLS_FAMILY_IPV4) !=
			(addresses.list[0].socket.any.sa_family == AF_INET))
			return err_set(err, RC_RESOLVE, "%s: not an IPv%d address",
			    host, family == TLS_FAMILY_IPV4 ? 4 : 6);
		addresses.n = 1;
	} else {
		r = ask_system(host, port, family, &addresses, err);
		if (r != RC_OK)
			return r;
	}
	*ret_addresses = addresses;
	return RC_OK;
}

void
address_format(const struct sockaddr *address, char field[ADDRESS_TEXT_SIZE])
{
	char host[INET6_ADDRSTRLEN] = "";
	struct sockaddr_in6 ipv6;
	struct sockaddr_in ipv4;

	if (address->sa_family == AF_INET) {
		memcpy(&ipv4, address, sizeof(ipv4));
		(void)inet_ntop(AF_INET, &ipv4.sin_addr, host, sizeof(host));
		(void)snprintf(field, ADDRESS_TEXT_SIZE, "%s:%u", host,
		    (unsigned int)ntohs(ipv4.sin_port));
	} else if (address->sa_family == AF_INET6) {
		memcpy(&ipv6, address, sizeof(ipv6));
		(void)inet_ntop(AF_INET6, &ipv6.sin6_addr, host, sizeof(host));
		(void)snprintf(field, ADDRESS_TEXT_SIZE, "[%s]:%u", host,
		    (unsigned int)ntohs(ipv6.sin6_port));
	} else {
		(void)snprintf(field, ADDRESS_TEXT_SIZE, "local socket");
	}
}
