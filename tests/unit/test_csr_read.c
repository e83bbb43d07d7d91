/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/x509/csr_read.c: what a request asks for, and every one that asks for something
 * else than one host and one purpose.
 */
#include <stdlib.h>

#include <openssl/err.h>

#include "made.h"
#include "torture.h"
#include "unit.h"
#include "x509/csr_read.h"

#define HOST "mon1.example.test"

static uint8_t *
request_of(const char *subject, const char *san, const struct made_extra *extra,
    size_t *ret_len)
{
	const struct made_request request = { .subject = subject,
		.san = san,
		.key = MADE_P384,
		.signing_key = MADE_P384 };

	return made_csr_with(&request, extra, ret_len);
}

static uint8_t *
good(size_t *ret_len)
{
	const struct made_extra extra = { .eku = "serverAuth" };

	return request_of(HOST, "DNS:" HOST ",DNS:mon1,DNS:MON1.example.test", &extra,
	    ret_len);
}

static void
names_and_purpose(void **state)
{
	const struct made_extra client = { .eku = "clientAuth" };
	struct csr_asked asked = { .eku = 0 };
	struct csr_profile profile;
	struct err err = { 0 };
	size_t len = 0;
	uint8_t *der = good(&len);

	(void)state;
	assert_rc(csr_read(der, len, &asked, &err), RC_OK, &err);
	free(der);
	profile = csr_asked_profile(&asked);
	assert_string_equal(profile.common_name, HOST);
	assert_int_equal(profile.n_dns_names, 1); /* the first is there already */
	assert_string_equal(profile.dns_names[0], "mon1");
	assert_int_equal(profile.eku, CERT_EKU_SERVER_AUTH);
	assert_null(profile.challenge);
	csr_asked_clear(&asked);
	der = request_of(HOST, NULL, &client, &len);
	assert_rc(csr_read(der, len, &asked, &err), RC_OK, &err);
	free(der);
	assert_int_equal(asked.eku, CERT_EKU_CLIENT_AUTH);
	assert_int_equal(asked.n_dns_names, 0);
	csr_asked_clear(&asked);
}

#define FOUR(n) ",DNS:" n "1,DNS:" n "2,DNS:" n "3,DNS:" n "4"

static const struct {
	const char *subject;
	const char *san;
	struct made_extra extra;
	enum rc rc;
	const char *words;
} refused[] = {
	{ "", NULL, { .eku = "serverAuth" }, RC_FORMAT, "no common name" },
	{ HOST, NULL, { .second_subject = "mon2", .eku = "serverAuth" }, RC_FORMAT,
	    "no common name, or two" },
	{ "no | name", NULL, { .eku = "serverAuth" }, RC_FORMAT,
	    "its common name is not a host name" },
	{ HOST, NULL, { .eku = NULL }, RC_FORMAT, "extKeyUsage" },
	{ HOST, NULL, { .eku = "serverAuth,clientAuth" }, RC_FORMAT, "extKeyUsage" },
	{ HOST, NULL, { .eku = "codeSigning" }, RC_FORMAT, "extKeyUsage" },
	{ HOST, "IP:192.0.2.1", { .eku = "serverAuth" }, RC_FORMAT, "is no dNSName" },
	{ HOST, "email:a@b.example", { .eku = "serverAuth" }, RC_FORMAT,
	    "is no dNSName" },
	{ HOST, "DNS:a b", { .eku = "serverAuth" }, RC_FORMAT,
	    "a dNSName is not a host name" },
	{ HOST, "DNS:x" FOUR("a") FOUR("b") FOUR("c") FOUR("d"),
	    { .eku = "serverAuth" }, RC_LIMIT, "more than 15 names" },
};

static void
refuses_what_is_not_one_host_and_purpose(void **state)
{
	struct csr_asked asked = { .eku = 77 };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(refused); i++) {
		struct err err = { 0 };
		size_t len = 0;
		uint8_t *der = request_of(refused[i].subject, refused[i].san,
		    &refused[i].extra, &len);

		assert_rc(csr_read(der, len, &asked, &err), refused[i].rc, &err);
		assert_has(err.text, refused[i].words);
		assert_int_equal(asked.eku, 77); /* untouched */
		assert_int_equal(ERR_peek_error(), 0);
		free(der);
	}
}

static void
no_pkcs10(void **state)
{
	struct csr_asked asked = { .eku = 0 };
	size_t len = 0;
	uint8_t *der = good(&len);
	uint8_t *longer = calloc(1, len + 1);
	struct err err = { 0 };

	(void)state;
	assert_non_null(longer);
	memcpy(longer, der, len);
	assert_rc(csr_read(longer, len + 1, &asked, &err), RC_FORMAT, &err);
	assert_has(err.text, "RFC 2986 4.2");
	for (size_t cut = 0; cut < len; cut += 13)
		assert_int_equal(csr_read(der, cut, &asked, NULL), RC_FORMAT);
	assert_int_equal(ERR_peek_error(), 0);
	free(longer);
	free(der);
}

struct job {
	uint8_t *der;
	size_t len;
};

static enum rc
read_once(void *ctx)
{
	const struct job *job = ctx;
	struct csr_asked asked = { .eku = 0 };
	enum rc r = csr_read(job->der, job->len, &asked, NULL);

	csr_asked_clear(&asked);
	return r;
}

static void
out_of_memory(void **state)
{
	struct job job = { .len = 0 };

	(void)state;
	job.der = good(&job.len);
	(void)torture(read_once, &job);
	free(job.der);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_purpose),
		cmocka_unit_test(refuses_what_is_not_one_host_and_purpose),
		cmocka_unit_test(no_pkcs10),
		cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, made_forget_keys);
}
