/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/ca/url.c: which URLs are whole, and to which a login may go that
 * was given for another.
 */
#include <stdio.h>
#include <string.h>

#include "ca/https.h"
#include "ca/url.h"
#include "unit.h"

static const struct {
	const char *url;
	const char *host; /* NULL: refused */
} hosts[] = {
	{ "https://ca.example.test/x", "ca.example.test:443" },
	{ "https://ca.example.test:8443", "ca.example.test:8443" },
	{ "HTTPS://[2001:db8::1]/", "[2001:db8::1]:443" },
	{ "https://ca.example.test/a%20b/c?d", "ca.example.test:443" },
	{ "http://ca.example.test/", "ca.example.test:80" },
	{ "https://user@ca.example.test/", NULL },
	{ "https://ca.example.test/#x", NULL },
	{ "https://ca.example.test/a b", NULL },
	{ "ftp://ca.example.test/", NULL },
	{ "ca.example.test", NULL },
	{ "", NULL },
};

static void
takes_urls_of_http_and_https_only(void **state)
{
	char host[URL_HOST_SIZE];
	char url[HTTPS_URL_MAX_BYTES + 1] = "https://ca.example.test/";
	bool is_plain = false;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(hosts); i++) {
		if (url_read_host(hosts[i].url, host, &is_plain) !=
		    (hosts[i].host != NULL))
			fail_msg("%s", hosts[i].url);
		if (hosts[i].host == NULL)
			continue;
		assert_string_equal(host, hosts[i].host);
		assert_int_equal(is_plain, strncmp(hosts[i].url, "http:", 5) == 0);
	}
	memset(url + strlen(url), 'x', sizeof(url) - 1 - strlen(url));
	assert_false(url_read_host(url, host, &is_plain));
}

static const struct {
	const char *own;
	const char *url;
	const char *hosts;
	bool may;
} pairs[] = {
	{ "https://cep.example.test/c", "https://cep.example.test:8443/d", NULL, true },
	{ "https://cep.example.test/", "https://CES.Example.Test/", NULL, true },
	{ "https://cep.example.test/", "https://ces.sub.example.test/", NULL, true },
	{ "https://cep.example.test/", "https://example.test/", NULL, false },
	{ "https://cep.example.test/", "https://cesexample.test/", NULL, false },
	{ "https://cep.example.test/", "https://ces.example.test.evil.test/", NULL,
	    false },
	{ "https://cep.example.test/", "http://ces.example.test/", NULL, false },
	{ "https://cep.example.test/", "https://x@ces.example.test/", NULL, false },
	{ "https://cep.test/", "https://ces.test/", NULL, false },
	{ "https://cep/", "https://ces/", NULL, false },
	{ "https://cep/", "https://CEP/", NULL, true },
	{ "https://10.0.0.1/", "https://11.0.0.1/", NULL, false },
	{ "https://10.0.0.1/", "https://10.0.0.1/x", NULL, true },
	{ "https://[2001:db8::1]/", "https://[2001:db8::2]/", NULL, false },
	{ "https://cep.test/", "https://ces.test/", "a.test  Ces.Test ", true },
	{ "https://cep.test/", "https://ces.test/", "ces.test.x xces.test", false },
	{ "https://cep.test/", "https://ces.test/", "", false },
};

static void
lets_a_login_stay_in_its_domain(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(pairs); i++)
		if (url_may_follow(pairs[i].own, pairs[i].url, pairs[i].hosts) !=
		    pairs[i].may)
			fail_msg("%s to %s", pairs[i].own, pairs[i].url);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_urls_of_http_and_https_only),
		cmocka_unit_test(lets_a_login_stay_in_its_domain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
