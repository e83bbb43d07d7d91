/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/ca/crl.c and what lib/ca/local.c does with it: what is replaced or never used
 * is on the list of the embedded CA, which its process keeps fresh.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/x509v3.h>

#include "base/clock.h"
#include "ca/ca.h"
#include "folder.h"
#include "made.h"
#include "policy/config.h"
#include "unit.h"

#define NOW  INT64_C(1760000000)
#define DAY  INT64_C(86400)
#define HOST "pc01.example"

enum {
	LIMIT_MS = 20000,
	CRL_SIZE = 65536,
};

struct bench {
	const struct folder *folder;
	struct conf *conf;
	struct ca *ca;
	EVP_PKEY *ca_key;
};

static struct bench
open_bench(const struct folder *folder, enum made_kind kind, const char *more)
{
	struct bench bench = { .folder = folder, .ca_key = made_key(kind) };
	struct made_recipe recipe = made_ca("Lab CA", kind, NOW - DAY, NOW + 900 * DAY);
	X509 *x = made_x509(&recipe);
	char text[2048];
	struct err err = { 0 };
	int n;

	made_put_cert(folder_file(folder, "ca.pem"), x);
	made_put_key(folder_file(folder, "ca.key"), made_key(kind), NULL);
	X509_free(x);
	n = snprintf(text, sizeof(text),
	    "[ca lab]\nbackend = local\ncert-file = %s\nkey-file = %s\n%s",
	    folder_file(folder, "ca.pem"), folder_file(folder, "ca.key"), more);
	assert_true(n > 0 && n < (int)sizeof(text));
	assert_rc(conf_parse("lab.conf", text, (size_t)n, config_rules, &bench.conf,
		      &err),
	    RC_OK, &err);
	assert_rc(ca_open(bench.conf, "lab", &bench.ca, &err), RC_OK, &err);
	return bench;
}

static struct bench
open_with_list(const struct folder *folder, enum made_kind kind)
{
	char more[256];

	(void)snprintf(more, sizeof(more), "crl-file = %s\n",
	    folder_file(folder, "lab.crl"));
	return open_bench(folder, kind, more);
}

static void
close_bench(struct bench *bench)
{
	ca_close(bench->ca);
	conf_free(bench->conf);
}

static struct ca_request
request_at(int64_t now, const uint8_t *csr, size_t csr_len)
{
	return (struct ca_request){ .profile = { .common_name = HOST,
					.eku = CERT_EKU_SERVER_AUTH },
		.csr = csr,
		.csr_len = csr_len,
		.digest = "sha256",
		.now = now,
		.not_before_max = now,
		.deadline_ms = clock_monotonic_ms() + LIMIT_MS };
}

static struct ca_facts
probe_at(struct bench *bench, int64_t now)
{
	const struct ca_request request = request_at(now, NULL, 0);
	struct ca_facts facts = { 0 };
	struct err err = { 0 };

	assert_rc(ca_probe(bench->ca, &request, &facts, &err), RC_OK, &err);
	return facts;
}

static uint8_t *
make_csr(enum made_kind key, size_t *len)
{
	const struct made_request wanted = { .subject = HOST,
		.san = "DNS:" HOST,
		.key = key,
		.signing_key = key };

	return made_csr(&wanted, len);
}

static struct cert *
issue_at(struct bench *bench, int64_t now, enum made_kind key)
{
	struct ca_answer answer = { 0 };
	struct ca_request request;
	struct cert *cert = NULL;
	struct err err = { 0 };
	size_t len = 0;
	uint8_t *csr = make_csr(key, &len);

	request = request_at(now, csr, len);
	assert_rc(ca_submit(bench->ca, &request, &answer, &err), RC_OK, &err);
	if (answer.outcome != CA_ISSUED)
		fail_msg("%s", answer.text);
	cert = answer.leaf;
	answer.leaf = NULL;
	ca_answer_clear(&answer);
	free(csr);
	return cert;
}

/* The published list, its signature good. Caller frees. */
static X509_CRL *
read_list(const struct bench *bench)
{
	static uint8_t der[CRL_SIZE];
	size_t len =
	    folder_get(folder_file(bench->folder, "lab.crl"), der, sizeof(der));
	const unsigned char *p = der;
	X509_CRL *crl = d2i_X509_CRL(NULL, &p, (long)len);

	assert_non_null(crl);
	assert_true(p == der + len);
	assert_int_equal(X509_CRL_verify(crl, bench->ca_key), 1);
	assert_int_equal(X509_CRL_get_version(crl), X509_CRL_VERSION_2);
	assert_true(
	    X509_CRL_get_ext_by_NID(crl, NID_authority_key_identifier, -1) >= 0);
	return crl;
}

static int64_t
list_number(const struct bench *bench)
{
	X509_CRL *crl = read_list(bench);
	ASN1_INTEGER *value = X509_CRL_get_ext_d2i(crl, NID_crl_number, NULL, NULL);
	int64_t number = 0;

	assert_non_null(value);
	assert_int_equal(ASN1_INTEGER_get_int64(&number, value), 1);
	ASN1_INTEGER_free(value);
	X509_CRL_free(crl);
	return number;
}

/* The reason for which it is listed; -1 when it is not. */
static int64_t
listed_reason(const struct bench *bench, const struct cert *cert)
{
	X509_CRL *crl = read_list(bench);
	X509_REVOKED *entry = NULL;
	ASN1_ENUMERATED *value = NULL;
	X509 *x = NULL;
	int64_t reason = -1;

	assert_int_equal(cert_get_x509(cert, &x, NULL), RC_OK);
	if (X509_CRL_get0_by_cert(crl, &entry, x) == 1) {
		value = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, NULL, NULL);
		assert_non_null(value);
		assert_int_equal(ASN1_ENUMERATED_get_int64(&reason, value), 1);
	}
	ASN1_ENUMERATED_free(value);
	X509_free(x);
	X509_CRL_free(crl);
	return reason;
}

static void
publishes_a_list_from_the_first_use_on(void **state)
{
	static const enum made_kind kinds[] = { MADE_RSA2048, MADE_P384 };

	for (size_t i = 0; i < UNIT_COUNT(kinds); i++) {
		struct bench bench = open_with_list(*state, kinds[i]);
		struct ca_facts facts = probe_at(&bench, NOW);
		struct stat st;

		assert_int_equal(facts.outcome, CA_ISSUED);
		assert_int_equal(facts.list.next_update, NOW + 7 * DAY);
		assert_int_equal(list_number(&bench), 1);
		assert_int_equal(stat(folder_file(bench.folder, "lab.crl"), &st), 0);
		assert_int_equal(st.st_mode & 0777, 0644);
		close_bench(&bench);
		assert_int_equal(unlink(folder_file(*state, "issued.db")), 0);
	}
}

static void
publishes_none_unless_it_is_told_to(void **state)
{
	struct bench bench = open_bench(*state, MADE_P384, "");
	struct ca_facts facts = probe_at(&bench, NOW);

	assert_int_equal(facts.outcome, CA_ISSUED);
	assert_int_equal(facts.list.next_update, 0);
	close_bench(&bench);
}

static void
lists_what_was_replaced(void **state)
{
	struct bench bench = open_with_list(*state, MADE_P384);
	struct cert *old = issue_at(&bench, NOW, MADE_RSA2048);
	struct cert *fresh = issue_at(&bench, NOW + DAY, MADE_RSA2048_OTHER);
	struct err err = { 0 };

	assert_int_equal(listed_reason(&bench, old), -1);
	assert_rc(ca_retire(bench.ca, old, NOW + DAY, clock_monotonic_ms() + LIMIT_MS,
		      &err),
	    RC_OK, &err);
	assert_int_equal(listed_reason(&bench, old), CRL_REASON_SUPERSEDED);
	assert_int_equal(listed_reason(&bench, fresh), -1);
	assert_int_equal(list_number(&bench), 2);
	/* Told twice: nothing changes. */
	assert_rc(ca_retire(bench.ca, old, NOW + DAY, clock_monotonic_ms() + LIMIT_MS,
		      &err),
	    RC_OK, &err);
	assert_int_equal(list_number(&bench), 2);
	cert_free(old);
	cert_free(fresh);
	close_bench(&bench);
}

static void
leaves_alone_what_others_issued(void **state)
{
	struct bench bench = open_with_list(*state, MADE_P384);
	struct made_recipe recipe = made_ca("Other", MADE_P256, NOW, NOW + DAY);
	struct cert *other = made_cert(&recipe);
	struct err err = { 0 };

	assert_rc(ca_retire(bench.ca, other, NOW, clock_monotonic_ms() + LIMIT_MS,
		      &err),
	    RC_OK, &err);
	assert_int_equal(listed_reason(&bench, other), -1);
	cert_free(other);
	close_bench(&bench);
}

static void
lists_what_was_issued_for_nothing(void **state)
{
	struct bench bench = open_with_list(*state, MADE_P384);
	struct cert *first = issue_at(&bench, NOW, MADE_RSA2048);
	struct cert *again = NULL;
	struct ca_request request;
	struct err err = { 0 };
	size_t len = 0;
	uint8_t *csr = make_csr(MADE_RSA2048, &len);

	request = request_at(NOW + 1, csr, len);
	assert_rc(ca_abandon(bench.ca, &request, &err), RC_OK, &err);
	assert_int_equal(listed_reason(&bench, first),
	    CRL_REASON_CESSATION_OF_OPERATION);
	/* The same request gets another certificate, not the revoked one. */
	again = issue_at(&bench, NOW + 2, MADE_RSA2048);
	assert_false(cert_equals(first, again));
	assert_int_equal(listed_reason(&bench, again), -1);
	free(csr);
	cert_free(first);
	cert_free(again);
	close_bench(&bench);
}

static void
makes_it_anew_after_half_of_its_time(void **state)
{
	struct bench bench = open_with_list(*state, MADE_P384);

	(void)probe_at(&bench, NOW);
	(void)probe_at(&bench, NOW + 7 * DAY / 2 - 1);
	assert_int_equal(list_number(&bench), 1);
	assert_int_equal(probe_at(&bench, NOW + 7 * DAY / 2).list.next_update,
	    NOW + 7 * DAY / 2 + 7 * DAY);
	assert_int_equal(list_number(&bench), 2);
	close_bench(&bench);
}

static struct ca_list
publish_at(struct bench *bench, int64_t now)
{
	struct ca_list list = { 0 };
	struct err err = { 0 };

	assert_rc(ca_publish(bench->ca, now, clock_monotonic_ms() + LIMIT_MS, &list,
		      &err),
	    RC_OK, &err);
	return list;
}

/* Nobody issues anything: the list is kept alive all the same. */
static void
publishes_without_issuing(void **state)
{
	struct bench bench = open_with_list(*state, MADE_P384);
	struct ca_list list = publish_at(&bench, NOW);

	assert_int_equal(list.number, 1);
	assert_true(list.is_new);
	assert_int_equal(list.this_update, NOW);
	assert_int_equal(list.next_update, NOW + 7 * DAY);
	list = publish_at(&bench, NOW + 7 * DAY / 2 - 1);
	assert_int_equal(list.number, 1);
	assert_false(list.is_new);
	assert_int_equal(list.this_update, NOW);
	list = publish_at(&bench, NOW + 7 * DAY / 2);
	assert_int_equal(list.number, 2);
	assert_int_equal(list_number(&bench), 2);
	close_bench(&bench);
}

static void
publishes_nothing_where_it_cannot(void **state)
{
	struct bench bench = open_bench(*state, MADE_P384, "");
	struct ca_list list = { .number = 7 };
	struct err err = { 0 };

	assert_int_equal(ca_publish(bench.ca, NOW, clock_monotonic_ms() + LIMIT_MS,
			     &list, &err),
	    RC_NOTFOUND);
	assert_string_equal(err.text, "");
	close_bench(&bench);
	bench = open_bench(*state, MADE_P384, "crl-file = /nowhere/lab.crl\n");
	assert_rc(ca_publish(bench.ca, NOW, clock_monotonic_ms() + LIMIT_MS, &list,
		      &err),
	    RC_CA, &err);
	assert_has(err.text, "/nowhere/lab.crl");
	assert_int_equal(list.number, 7);
	close_bench(&bench);
	bench = open_with_list(*state, MADE_P384);
	err = (struct err){ 0 };
	assert_rc(ca_publish(bench.ca, NOW + 901 * DAY, clock_monotonic_ms() + LIMIT_MS,
		      &list, &err),
	    RC_CA, &err);
	assert_has(err.text, "the CA certificate is valid from");
	close_bench(&bench);
}

/* A certificate that has ended by itself is not worth a line. */
static void
drops_what_has_ended(void **state)
{
	struct bench bench = open_with_list(*state, MADE_P384);
	struct cert *old = issue_at(&bench, NOW, MADE_RSA2048);
	struct err err = { 0 };

	assert_rc(ca_retire(bench.ca, old, NOW, clock_monotonic_ms() + LIMIT_MS, &err),
	    RC_OK, &err);
	assert_int_equal(listed_reason(&bench, old), CRL_REASON_SUPERSEDED);
	(void)probe_at(&bench, NOW + 366 * DAY);
	assert_int_equal(listed_reason(&bench, old), -1);
	cert_free(old);
	close_bench(&bench);
}

static void
puts_back_a_list_that_went_away(void **state)
{
	struct bench bench = open_with_list(*state, MADE_P384);

	(void)probe_at(&bench, NOW);
	assert_int_equal(unlink(folder_file(bench.folder, "lab.crl")), 0);
	(void)probe_at(&bench, NOW + 1);
	assert_int_equal(list_number(&bench), 1);
	close_bench(&bench);
}

static void
a_list_that_cannot_be_published_is_found_before(void **state)
{
	struct bench bench =
	    open_bench(*state, MADE_P384, "crl-file = /nowhere/lab.crl\n");
	struct ca_facts facts = probe_at(&bench, NOW);
	struct cert *cert = NULL;

	assert_int_equal(facts.outcome, CA_CONFIG);
	assert_has(facts.text, "/nowhere/lab.crl");
	cert = issue_at(&bench, NOW, MADE_RSA2048);
	cert_free(cert);
	close_bench(&bench);
}

/* Part 6 of what a local CA must hold: dates. */
static void
begins_a_day_before_and_never_outlives_its_issuer(void **state)
{
	struct bench bench = open_bench(*state, MADE_P384, "");
	struct cert *cert = issue_at(&bench, NOW, MADE_RSA2048);

	assert_int_equal(cert->not_before, NOW - DAY);
	assert_int_equal(cert->not_after, NOW + 365 * DAY);
	cert_free(cert);
	cert = issue_at(&bench, NOW + 700 * DAY, MADE_P384_OTHER);
	assert_int_equal(cert->not_after, NOW + 900 * DAY);
	assert_int_equal(probe_at(&bench, NOW + 700 * DAY).lifetime_s, 200 * DAY);
	cert_free(cert);
	close_bench(&bench);
}

int
main(void)
{
#define IN_FOLDER(test) \
	cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)
	const struct CMUnitTest tests[] = {
		IN_FOLDER(publishes_a_list_from_the_first_use_on),
		IN_FOLDER(publishes_none_unless_it_is_told_to),
		IN_FOLDER(lists_what_was_replaced),
		IN_FOLDER(leaves_alone_what_others_issued),
		IN_FOLDER(lists_what_was_issued_for_nothing),
		IN_FOLDER(makes_it_anew_after_half_of_its_time),
		IN_FOLDER(publishes_without_issuing),
		IN_FOLDER(publishes_nothing_where_it_cannot),
		IN_FOLDER(drops_what_has_ended),
		IN_FOLDER(puts_back_a_list_that_went_away),
		IN_FOLDER(a_list_that_cannot_be_published_is_found_before),
		IN_FOLDER(begins_a_day_before_and_never_outlives_its_issuer),
	};

	return cmocka_run_group_tests(tests, NULL, made_forget_keys);
}
