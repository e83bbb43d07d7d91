/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/ca/cmp.c and cmp_talk.c: what a section may say, and what comes of answers that
 * a carrier in memory gives.  Nothing is connected to.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "ca/cmp_talk.h"
#include "folder.h"
#include "made.h"
#include "policy/config.h"
#include "torture.h"
#include "unit.h"

#define NOW INT64_C(1760000000)
#define DAY INT64_C(86400)

enum {
	TEXT_MAX = 4096,
	LIMIT_MS = 600000,
};

static void
put_files(struct folder *folder)
{
	struct made_recipe root =
	    made_ca("Lab CA", MADE_P384, NOW - DAY, NOW + 900 * DAY);
	X509 *x = made_x509(&root);

	made_put_cert(folder_file(folder, "root.pem"), x);
	made_put_cert(folder_file(folder, "ra.pem"), x);
	made_put_key(folder_file(folder, "ra.key"), made_key(MADE_P384), NULL);
	made_put_key(folder_file(folder, "other.key"), made_key(MADE_P384_OTHER), NULL);
	made_put_key(folder_file(folder, "locked.key"), made_key(MADE_P384), "pass");
	folder_put(folder_file(folder, "secret"), "s3cret\n", 7);
	folder_put(folder_file(folder, "junk"), "junk\n", 5);
	X509_free(x);
}

/* Lines in which @ stands for the folder. */
static void
parse_lines(struct folder *folder, const char *lines, struct conf **ret_conf)
{
	struct err err = { 0 };
	struct buf text;

	buf_init(&text, TEXT_MAX);
	(void)buf_addf(&text, "[ca lab]\nbackend = cmp\ntrust-anchor = %s/root.pem\n",
	    folder->path);
	for (const char *p = lines; *p != '\0'; p++)
		(void)(*p == '@' ? buf_addf(&text, "%s/", folder->path)
				 : buf_add_char(&text, *p));
	assert_int_equal(text.rc, RC_OK);
	assert_rc(conf_parse("lab.conf", buf_str(&text), text.len, config_rules,
		      ret_conf, &err),
	    RC_OK, &err);
	buf_clear(&text);
}

#define URL    "url = https://a.test/\n"
#define SECRET "reference = r\nshared-secret-file = @secret\n"

static const struct {
	const char *lines;
	enum rc rc;
	const char *words;
} rows[] = {
	/* clang-format off */
	{ URL SECRET, RC_OK, "" },
	{ URL SECRET "chain-file = @root.pem\nrecipient-cert = @root.pem\n", RC_OK, "" },
	{ URL SECRET "auth = basic\nlogname = x\nsecret-file = @secret\n", RC_OK, "" },
	{ URL "ra-cert = @ra.pem\nra-key = @ra.key\n", RC_OK, "" },
	{ "url = http://a.test/\nplain-allowed = yes\n" SECRET, RC_OK, "" },
	{ "url = http://a.test/\n" SECRET, RC_CONFIG, "only together with plain-allowed = yes" },
	{ SECRET, RC_CONFIG, "[ca lab]: no key url" },
	{ URL, RC_CONFIG, "[ca lab]: neither shared-secret-file nor ra-cert" },
	{ URL SECRET "ra-cert = @ra.pem\n", RC_CONFIG, "ra-cert: not together with shared-secret-file" },
	{ URL SECRET "ra-key = @ra.key\n", RC_CONFIG, "ra-key: without ra-cert" },
	{ URL "ra-key = @ra.key\n", RC_CONFIG, "neither shared-secret-file nor ra-cert" },
	{ URL "reference = r\nra-cert = @ra.pem\n", RC_CONFIG, "reference: without shared-secret-file" },
	{ URL "shared-secret-file = @secret\n", RC_CONFIG, "shared-secret-file: without reference" },
	{ URL "reference =\nshared-secret-file = @secret\n", RC_CONFIG, "reference" },
	{ URL "reference = r\nshared-secret-file = @none\n", RC_SYSTEM, "none" },
	{ URL "ra-cert = @ra.pem\n", RC_CONFIG, "ra.pem: " },
	{ URL "ra-cert = @ra.pem\nra-key = @other.key\n", RC_CONFIG, "its key is another one" },
	{ URL "ra-cert = @ra.pem\nra-key = @junk\n", RC_CONFIG, "no private key in PEM form" },
	{ URL "ra-cert = @ra.pem\nra-key = @locked.key\n", RC_CONFIG, "or an encrypted one" },
	{ URL "ra-cert = @ra.pem\nra-key = @none\n", RC_SYSTEM, "none" },
	{ URL "ra-cert = @junk\nra-key = @ra.key\n", RC_CONFIG, "junk" },
	{ URL SECRET "recipient-cert = @junk\n", RC_CONFIG, "junk" },
	{ URL SECRET "chain-file = @junk\n", RC_CONFIG, "junk" },
	{ URL SECRET "auth = negotiate\n", RC_CONFIG, "auth: not one that this backend knows" },
	{ URL SECRET "template = x\n", RC_CONFIG, "unknown key for backend cmp: template" },
	/* clang-format on */
};

static void
test_cmp_open__rows(void **state)
{
	struct folder *folder = *state;

	put_files(folder);
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct conf *conf = NULL;
		struct err err = { 0 };
		struct ca *ca = NULL;
		enum rc r;

		parse_lines(folder, rows[i].lines, &conf);
		r = ca_open(conf, "lab", &ca, &err);
		if (r != rows[i].rc)
			fail_msg("row %zu: %s: %s", i, rc_text(r), err.text);
		assert_has(err.text, rows[i].words);
		assert_null(strstr(err.text, "s3cret"));
		ca_close(ca);
		conf_free(conf);
	}
}

static enum rc
open_once(void *ctx)
{
	struct err err = { 0 };
	struct ca *ca = NULL;
	enum rc r = ca_open(ctx, "lab", &ca, &err);

	ca_close(ca);
	return r;
}

static void
test_cmp_open__out_of_memory(void **state)
{
	struct folder *folder = *state;
	struct conf *conf = NULL;

	put_files(folder);
	parse_lines(folder, URL SECRET "chain-file = @root.pem\n", &conf);
	assert_true(torture(open_once, conf) > 0);
	conf_free(conf);
	parse_lines(folder, URL "ra-cert = @ra.pem\nra-key = @ra.key\n", &conf);
	assert_true(torture(open_once, conf) > 0);
	conf_free(conf);
}

/* What the carrier gives to every message. */
struct carried {
	enum rc rc;
	struct https_answer http;
	size_t n_messages;
	bool was_cmp; /* each was DER, and called so */
};

static enum rc
carry(void *carrier, const struct https_request *request,
    struct https_answer *ret_answer, struct err *err)
{
	struct carried *carried = carrier;

	carried->n_messages++;
	carried->was_cmp = request->len > 2 && (uint8_t)request->body[0] == 0x30 &&
	    strcmp(request->content_type, "application/pkixcmp") == 0 &&
	    request->max_bytes == CMP_ANSWER_MAX_BYTES;
	if (carried->rc != RC_OK)
		return err_set(err, carried->rc, "lab: carrier");
	*ret_answer = carried->http;
	return RC_OK;
}

/* RFC 4210: an error with badMessageCheck, behind a header that OpenSSL reads. */
static const char error_message[] =
    "\x30\x1a\x30\x0b\x02\x01\x02\xa4\x02\x30\x00\xa4\x02\x30\x00"
    "\xb7\x0b\x30\x09\x30\x07\x02\x01\x02\x03\x02\x06\x40";

static const struct {
	struct carried carried;
	enum ca_outcome outcome;
	const char *words;
} answers[] = {
	/* clang-format off */
	{ { .rc = RC_UNTRUSTED }, CA_CONFIG, "lab: carrier" },
	{ { .rc = RC_AUTH }, CA_AUTH, "lab: carrier" },
	{ { .rc = RC_TIMEOUT }, CA_RETRY, "lab: carrier" },
	{ { .rc = RC_LIMIT }, CA_BADANSWER, "lab: carrier" },
	{ { .http = { .status = 503, .retry_after_s = 77 } }, CA_RETRY, "HTTP 503" },
	{ { .http = { .status = 404 } }, CA_CONFIG, "HTTP 404" },
	{ { .http = { .status = 204 } }, CA_BADANSWER, "HTTP 204" },
	{ { .http = { .status = 302, .location = "https://b.test/" } }, CA_CONFIG, "not followed" },
	{ { .http = { .status = 200, .type = "text/html", .body = "x", .len = 1 } }, CA_BADANSWER, "content type text/html" },
	{ { .http = { .status = 200, .body = "x", .len = 1 } }, CA_BADANSWER, "content type missing" },
	{ { .http = { .status = 200, .type = "application/pkixcmp", .body = "", .len = 0 } }, CA_BADANSWER, "not one PKIMessage" },
	{ { .http = { .status = 200, .type = "application/pkixcmp", .body = "\x30\x00", .len = 2 } }, CA_BADANSWER, "not one PKIMessage" },
	/* clang-format on */
};

/* A session with a shared secret. */
struct bench {
	struct carried carried;
	struct cmp_keys keys;
	struct cmp_peer peer;
	struct ca_request request;
	uint8_t *csr;
};

static char reference[] = "r";
static char secret[] = "s3cret";

static void
bench_begin(struct bench *bench)
{
	struct made_request csr = { .subject = "pc1.example",
		.san = "DNS:pc1.example",
		.key = MADE_P384,
		.signing_key = MADE_P384 };
	size_t len = 0;

	memset(bench, 0, sizeof(*bench));
	bench->csr = made_csr(&csr, &len);
	bench->keys = (struct cmp_keys){ .reference = reference,
		.secret = { secret, sizeof(secret) - 1 },
		.recipient = X509_new(),
		.helpers = sk_X509_new_null() };
	bench->peer = (struct cmp_peer){ .exchange = carry,
		.carrier = &bench->carried,
		.keys = &bench->keys };
	bench->request = (struct ca_request){ .csr = bench->csr,
		.csr_len = len,
		.now = NOW,
		.deadline_ms = clock_monotonic_ms() + LIMIT_MS };
}

static void
bench_end(struct bench *bench)
{
	X509_free(bench->keys.recipient);
	sk_X509_free(bench->keys.helpers);
	free(bench->csr);
}

static void
test_cmp_talk__answers_that_are_none(void **state)
{
	struct bench bench;

	(void)state;
	bench_begin(&bench);
	for (size_t i = 0; i < UNIT_COUNT(answers); i++) {
		struct ca_answer answer = { 0 };
		struct bag bag = { 0 };
		struct err err = { 0 };

		bench.carried = answers[i].carried;
		assert_rc(cmp_talk_enrol(&bench.peer, &bench.request, &answer, &err),
		    RC_OK, &err);
		if (answer.outcome != answers[i].outcome)
			fail_msg("row %zu: %s: %s", i, ca_outcome_text(answer.outcome),
			    answer.text);
		assert_has(answer.text, answers[i].words);
		assert_int_equal(answer.retry_after_s,
		    answers[i].carried.http.retry_after_s);
		ca_answer_clear(&answer);
		assert_rc(cmp_talk_ask(&bench.peer, &bench.request, &bag, &answer,
			      &err),
		    RC_OK, &err);
		assert_int_equal(answer.outcome, answers[i].outcome);
		assert_int_equal(bench.carried.n_messages, 2);
		assert_true(bench.carried.was_cmp);
		ca_answer_clear(&answer);
		bag_clear(&bag);
	}
	bench_end(&bench);
}

static void
test_cmp_talk__unknown_cookie(void **state)
{
	static const uint8_t no_message[] = { 0x30, 0x00 };
	struct ca_answer answer = { 0 };
	struct err err = { 0 };
	struct bench bench;

	(void)state;
	bench_begin(&bench);
	bench.request.cookie = (const uint8_t *)"17";
	bench.request.cookie_len = 2;
	assert_rc(cmp_talk_enrol(&bench.peer, &bench.request, &answer, &err), RC_FORMAT,
	    &err);
	bench.request.cookie = no_message;
	bench.request.cookie_len = sizeof(no_message);
	err_clear(&err);
	assert_rc(cmp_talk_enrol(&bench.peer, &bench.request, &answer, &err), RC_OK,
	    &err);
	assert_int_equal(answer.outcome, CA_BADANSWER);
	assert_has(answer.text, "the kept answer");
	assert_int_equal(bench.carried.n_messages, 0);
	ca_answer_clear(&answer);
	bench_end(&bench);
}

static void
test_cmp_talk__error_without_protection(void **state)
{
	struct ca_answer answer = { 0 };
	struct err err = { 0 };
	struct bench bench;

	(void)state;
	bench_begin(&bench);
	bench.carried.http = (struct https_answer){ .status = 200,
		.type = "application/pkixcmp",
		.body = error_message,
		.len = sizeof(error_message) - 1 };
	assert_rc(cmp_talk_enrol(&bench.peer, &bench.request, &answer, &err), RC_OK,
	    &err);
	assert_int_equal(answer.outcome, CA_AUTH);
	assert_has(answer.text, "badMessageCheck");
	assert_has(answer.text, "without protection");
	ca_answer_clear(&answer);
	bench_end(&bench);
}

static enum rc
enrol_once(void *ctx)
{
	struct bench *bench = ctx;
	struct ca_answer answer = { 0 };
	struct err err = { 0 };
	enum rc r = cmp_talk_enrol(&bench->peer, &bench->request, &answer, &err);

	ca_answer_clear(&answer);
	return r;
}

static void
test_cmp_talk__out_of_memory(void **state)
{
	struct bench bench;

	(void)state;
	bench_begin(&bench);
	bench.carried.http = (struct https_answer){ .status = 200,
		.type = "application/pkixcmp",
		.body = error_message,
		.len = sizeof(error_message) - 1 };
	assert_true(torture(enrol_once, &bench) > 0);
	bench_end(&bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_cmp_open__rows, folder_setup,
		    folder_teardown),
		cmocka_unit_test_setup_teardown(test_cmp_open__out_of_memory,
		    folder_setup, folder_teardown),
		cmocka_unit_test(test_cmp_talk__answers_that_are_none),
		cmocka_unit_test(test_cmp_talk__unknown_cookie),
		cmocka_unit_test(test_cmp_talk__error_without_protection),
		cmocka_unit_test(test_cmp_talk__out_of_memory),
	};

	return cmocka_run_group_tests_name("cmp", tests, NULL, made_forget_keys);
}
