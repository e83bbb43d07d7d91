/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/tls/address.c: literals, which need no resolver.
 */
#include <arpa/inet.h>

#include "tls/address.h"
#include "unit.h"

static void
literals_need_no_resolver(void **state)
{
	static const struct {
		const char *host;
		enum tls_family family;
		const char *text; /* NULL: refused */
	} rows[] = {
		{ "192.0.2.7", TLS_FAMILY_ANY, "192.0.2.7:16993" },
		{ "192.0.2.7", TLS_FAMILY_IPV4, "192.0.2.7:16993" },
		{ "192.0.2.7", TLS_FAMILY_IPV6, NULL },
		{ "2001:db8::7", TLS_FAMILY_ANY, "[2001:db8::7]:16993" },
		{ "2001:db8::7", TLS_FAMILY_IPV6, "[2001:db8::7]:16993" },
		{ "2001:db8::7", TLS_FAMILY_IPV4, NULL },
		{ "::ffff:192.0.2.7", TLS_FAMILY_ANY, "[::ffff:192.0.2.7]:16993" },
	};
	struct addresses addresses;
	char text[ADDRESS_TEXT_SIZE];
	struct err err;
	enum rc r;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		err = (struct err){ 0 };
		r = address_resolve(rows[i].host, 16993, rows[i].family, &addresses,
		    &err);
		if (rows[i].text == NULL) {
			assert_rc(r, RC_RESOLVE, &err);
			assert_has(err.text, rows[i].host);
			continue;
		}
		assert_rc(r, RC_OK, &err);
		assert_int_equal(addresses.n, 1);
		address_format(&addresses.list[0].socket.any, text);
		assert_string_equal(text, rows[i].text);
	}
}

static void
a_socket_address_is_complete(void **state)
{
	struct addresses addresses;

	(void)state;
	assert_int_equal(address_resolve("192.0.2.7", 16993, TLS_FAMILY_ANY, &addresses,
			     NULL),
	    RC_OK);
	assert_int_equal(addresses.list[0].len, sizeof(struct sockaddr_in));
	assert_int_equal(addresses.list[0].socket.ipv4.sin_family, AF_INET);
	assert_int_equal(addresses.list[0].socket.ipv4.sin_port, htons(16993));
	assert_int_equal(address_resolve("::1", 1, TLS_FAMILY_ANY, &addresses, NULL),
	    RC_OK);
	assert_int_equal(addresses.list[0].len, sizeof(struct sockaddr_in6));
	assert_int_equal(addresses.list[0].socket.ipv6.sin6_family, AF_INET6);
	assert_int_equal(addresses.list[0].socket.ipv6.sin6_scope_id, 0);
}

static void
tells_literals_from_names(void **state)
{
	static const char *const literals[] = { "192.0.2.7", "::1", "fe80::1%eth0" };
	static const char *const names[] = { "pc1.example", "192.0.2", "1.2.3.4.5",
		"localhost", "" };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(literals); i++)
		if (!address_is_literal(literals[i]))
			fail_msg("%s", literals[i]);
	for (size_t i = 0; i < UNIT_COUNT(names); i++)
		if (address_is_literal(names[i]))
			fail_msg("%s", names[i]);
}

static void
the_longest_text_fits(void **state)
{
	struct sockaddr_in6 longest = { .sin6_family = AF_INET6,
		.sin6_port = htons(65535) };
	struct sockaddr other = { .sa_family = AF_UNIX };
	char text[ADDRESS_TEXT_SIZE];

	(void)state;
	assert_int_equal(inet_pton(AF_INET6, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
			     &longest.sin6_addr),
	    1);
	address_format((struct sockaddr *)&longest, text);
	assert_string_equal(text, "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535");
	address_format(&other, text);
	assert_string_equal(text, "local socket");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(literals_need_no_resolver),
		cmocka_unit_test(a_socket_address_is_complete),
		cmocka_unit_test(tells_literals_from_names),
		cmocka_unit_test(the_longest_text_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
