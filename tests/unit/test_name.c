/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/x509/name.c: which hosts a certificate names, by rows.
 */
#include <stdio.h>

#include "make_cert.h"
#include "unit.h"
#include "x509/name.h"

struct match_case {
	const char *cn;
	const char *san;
	const char *host;
	enum name_match match;
};

/* clang-format off */
static const struct match_case cases[] = {
	{ "pc1.example", "DNS:pc1.example", "pc1.example", NAME_MATCH_SAN },
	{ "pc1.example", "DNS:pc1.example", "PC1.Example", NAME_MATCH_SAN },
	{ "pc1.example", "DNS:pc1.example", "pc1.example.", NAME_MATCH_SAN },
	{ "pc1.example", "DNS:pc2.example,DNS:pc1.example", "pc1.example", NAME_MATCH_SAN },
	{ "pc1.example", "DNS:pc1.example", "pc2.example", NAME_MISMATCH },
	{ "pc1.example", "DNS:pc1.example", "pc1", NAME_MISMATCH },
	{ "pc1.example", "DNS:pc1.example", ".example", NAME_MISMATCH },
	{ "pc1.example", "DNS:pc1.example", ".", NAME_MISMATCH },
	/* The CN does not count beside a subjectAltName of any kind. */
	{ "pc1.example", "DNS:pc2.example", "pc1.example", NAME_MISMATCH },
	{ "pc1.example", "email:a@pc1.example", "pc1.example", NAME_MISMATCH },
	{ "pc1.example", NULL, "pc1.example", NAME_MATCH_CN_ONLY },
	{ "pc1.example", NULL, "PC1.EXAMPLE", NAME_MATCH_CN_ONLY },
	{ "pc1.example", NULL, "pc2.example", NAME_MISMATCH },
	{ "*.example", NULL, "pc1.example", NAME_MISMATCH },
	{ "192.0.2.1", NULL, "192.0.2.1", NAME_MATCH_CN_ONLY },
	{ "", NULL, "pc1.example", NAME_ABSENT },
	{ "", "DNS:pc1.example", "pc1.example", NAME_MATCH_SAN },
	/* RFC 9525 6.3: one whole leftmost label */
	{ "x", "DNS:*.example.net", "pc1.example.net", NAME_MATCH_SAN },
	{ "x", "DNS:*.example.net", "a.pc1.example.net", NAME_MISMATCH },
	{ "x", "DNS:*.example.net", "example.net", NAME_MISMATCH },
	{ "x", "DNS:pc*.example.net", "pc1.example.net", NAME_MISMATCH },
	{ "x", "DNS:pc1.*.net", "pc1.example.net", NAME_MISMATCH },
	{ "x", "IP:192.0.2.1", "192.0.2.1", NAME_MATCH_SAN },
	{ "x", "IP:192.0.2.1", "192.0.2.2", NAME_MISMATCH },
	{ "x", "IP:2001:db8::1", "2001:db8:0::1", NAME_MATCH_SAN },
	{ "x", "DNS:192.0.2.1", "192.0.2.1", NAME_MISMATCH },
	{ "x", "IP:192.0.2.1", "pc1.example", NAME_MISMATCH },
	{ "x", "DNS:pc1.example", "", NAME_UNKNOWN },
	{ "x", "DNS:pc1.example", NULL, NAME_UNKNOWN },
};
/* clang-format on */

static void
matches_hosts_as_the_rows_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct make_cert spec = { .cn = cases[i].cn, .san = cases[i].san };
		struct cert *cert = make_facts(&spec);
		enum name_match match = NAME_UNKNOWN;
		struct err err = { 0 };

		assert_rc(name_match_host(cert, cases[i].host, &match, &err), RC_OK,
		    &err);
		if (match != cases[i].match)
			fail_msg("CN %s, SAN %s, host %s: %d", cases[i].cn,
			    cases[i].san, cases[i].host, match);
		cert_free(cert);
	}
}

static void
a_name_cut_off_by_a_nul_does_not_match(void **state)
{
	static const struct make_extension san = { "2.5.29.17",
		"\x30\x13\x82\x11pc1.example\0.evil", 21, false };
	struct make_cert in_cn = { .cn = "pc1.example\0.evil", .cn_len = 17 };
	struct make_cert in_san = { .extensions = &san, .n_extensions = 1 };
	struct make_cert *specs[] = { &in_cn, &in_san };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(specs); i++) {
		struct cert *cert = make_facts(specs[i]);
		enum name_match match = NAME_UNKNOWN;
		struct err err = { 0 };

		assert_rc(name_match_host(cert, "pc1.example", &match, &err), RC_OK,
		    &err);
		assert_int_equal(match, NAME_MISMATCH);
		cert_free(cert);
	}
}

static void
a_host_longer_than_any_name_does_not_match(void **state)
{
	struct cert *cert = make_facts(&(struct make_cert){ .san = "DNS:*.example" });
	enum name_match match = NAME_UNKNOWN;
	struct err err = { 0 };
	char host[1000];

	(void)state;
	memset(host, 'a', sizeof(host));
	host[sizeof(host) - 1] = '\0';
	assert_rc(name_match_host(cert, host, &match, &err), RC_OK, &err);
	assert_int_equal(match, NAME_MISMATCH);
	cert_free(cert);
}

static void
bytes_that_are_no_certificate_are_an_error(void **state)
{
	uint8_t bytes[] = { 0x30, 0x00 };
	struct cert cert = { .der = bytes, .der_len = sizeof(bytes), .has_san = true };
	enum name_match match = NAME_MATCH_SAN;
	struct err err = { 0 };

	(void)state;
	assert_rc(name_match_host(&cert, "pc1.example", &match, &err), RC_FORMAT, &err);
	assert_int_equal(match, NAME_MATCH_SAN);
}

struct describe_case {
	const char *cn;
	const char *san;
	const char *text;
};

static const struct describe_case describe_cases[] = {
	{ "x", "DNS:a.example,DNS:b.example",
	    "the certificate names a.example, b.example" },
	{ "a|b\n", NULL, "the certificate names a\\x7cb\\x5cx0a" },
	{ "x", "IP:192.0.2.1", "the certificate names no DNS name" },
	{ "", NULL, "the certificate names no host" },
	{ "x", "DNS:a<b", "the certificate names a\\x3cb" },
};

static void
describes_the_names_printably(void **state)
{
	char field[201];

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(describe_cases); i++) {
		struct make_cert spec = { .cn = describe_cases[i].cn,
			.san = describe_cases[i].san };
		struct cert *cert = make_facts(&spec);

		name_describe(cert, field, sizeof(field));
		assert_string_equal(field, describe_cases[i].text);
		cert_free(cert);
	}
}

static void
many_names_are_cut_at_a_whole_one(void **state)
{
	char san[2000] = "DNS:name-1.example", field[201], small[10];
	size_t at = strlen(san);
	struct make_cert spec = { .san = san };
	struct cert *cert;

	(void)state;
	for (int i = 2; i < 50; i++)
		at += (size_t)snprintf(san + at, sizeof(san) - at,
		    ",DNS:name-%d.example", i);
	cert = make_facts(&spec);
	name_describe(cert, field, sizeof(field));
	assert_has(field, "the certificate names name-1.example, name-2.example, ");
	assert_has(field, ".example, ...");
	assert_true(strlen(field) <= 200);
	name_describe(cert, small, sizeof(small));
	assert_string_equal(small, "the ce...");
	cert_free(cert);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_hosts_as_the_rows_say),
		cmocka_unit_test(a_name_cut_off_by_a_nul_does_not_match),
		cmocka_unit_test(a_host_longer_than_any_name_does_not_match),
		cmocka_unit_test(bytes_that_are_no_certificate_are_an_error),
		cmocka_unit_test(describes_the_names_printably),
		cmocka_unit_test(many_names_are_cut_at_a_whole_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
