/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/x509/revocation.c: files of lists, and what several lists say of one
 * certificate.
 */
#include <stdlib.h>

#include <openssl/pem.h>

#include "made.h"
#include "torture.h"
#include "unit.h"
#include "x509/revocation.h"

#define NOW INT64_C(1760000000)
#define DAY INT64_C(86400)

enum {
	LISTS_MAX = 64,
	SERIAL = 77
};

/* A root, an issuing CA below it and a leaf, and PEM that grows. */
struct bench {
	X509 *root, *issuing;
	struct cert *certs[3]; /* leaf first */
	BIO *pem;
};

static struct bench
open_bench(void)
{
	struct made_recipe ca = made_ca("Root", MADE_P384, NOW - DAY, NOW + DAY);
	struct made_recipe leaf = made_ca("leaf", MADE_RSA2048, NOW - DAY, NOW + DAY);
	struct bench b = { .root = made_x509(&ca), .pem = BIO_new(BIO_s_mem()) };

	ca = made_ca("Issuing", MADE_P256, NOW - DAY, NOW + DAY);
	ca.issuer = b.root;
	ca.issuer_key = MADE_P384;
	ca.serial = SERIAL;
	b.issuing = made_x509(&ca);
	leaf.issuer = b.issuing;
	leaf.issuer_key = MADE_P256;
	leaf.serial = SERIAL;
	b.certs[0] = made_cert(&leaf);
	b.certs[1] = made_parse(b.issuing);
	b.certs[2] = made_parse(b.root);
	assert_non_null(b.pem);
	return b;
}

static void
close_bench(struct bench *b)
{
	for (size_t i = 0; i < UNIT_COUNT(b->certs); i++)
		cert_free(b->certs[i]);
	X509_free(b->issuing);
	X509_free(b->root);
	BIO_free(b->pem);
}

/* One more list, of the issuing CA or of the root. */
static void
add(struct bench *b, X509 *issuer, long serial, int64_t next_update)
{
	const struct made_list list = { .issuer = issuer,
		.key = issuer == b->root ? MADE_P384 : MADE_P256,
		.serial = serial,
		.this_update = NOW - 2 * DAY,
		.next_update = next_update };
	size_t len = 0;
	uint8_t *der = made_list(&list, &len);

	assert_true(PEM_write_bio(b->pem, "X509 CRL", "", der, (long)len) > 0);
	free(der);
}

static enum rc
parse(const struct bench *b, struct revocation_lists **ret_lists, struct err *err)
{
	char *text = NULL;
	long len = BIO_get_mem_data(b->pem, &text);

	return revocation_lists_parse("lab.crl", text == NULL ? "" : text, (size_t)len,
	    ret_lists, err);
}

/* What all that was added says of one element. */
static enum revocation_state
look_up(const struct bench *b, size_t element)
{
	struct revocation_lists *lists = NULL;
	enum revocation_state state = REVOCATION_NONE;
	struct err err = { 0 };

	assert_rc(parse(b, &lists, &err), RC_OK, &err);
	assert_rc(revocation_look_up(lists, b->certs[element], b->certs[element + 1],
		      NOW, &state, &err),
	    RC_OK, &err);
	revocation_lists_free(lists);
	return state;
}

static void
asks_the_list_of_the_issuer(void **state)
{
	struct bench b = open_bench();

	(void)state;
	add(&b, b.root, SERIAL, NOW + DAY);
	assert_int_equal(look_up(&b, 0), REVOCATION_NO_LIST);
	assert_int_equal(look_up(&b, 1), REVOCATION_REVOKED);
	add(&b, b.issuing, SERIAL + 1, NOW + DAY);
	assert_int_equal(look_up(&b, 0), REVOCATION_NONE);
	close_bench(&b);
}

static void
an_old_list_beside_a_new_one_does_no_harm(void **state)
{
	struct bench b = open_bench();

	(void)state;
	add(&b, b.issuing, 0, NOW - DAY);
	assert_int_equal(look_up(&b, 0), REVOCATION_STALE);
	add(&b, b.issuing, 0, NOW);
	assert_int_equal(look_up(&b, 0), REVOCATION_NONE);
	add(&b, b.issuing, SERIAL, NOW - DAY);
	assert_int_equal(look_up(&b, 0), REVOCATION_REVOKED);
	close_bench(&b);
}

static void
refuses_damage_and_too_much(void **state)
{
	struct bench b = open_bench();
	struct revocation_lists *lists = NULL;
	struct err err = { 0 };

	(void)state;
	assert_rc(parse(&b, &lists, &err), RC_FORMAT, &err);
	assert_string_equal(err.text, "lab.crl: RFC 5280 5.1: not a revocation list");
	for (size_t i = 0; i < LISTS_MAX; i++)
		add(&b, b.issuing, 0, NOW + DAY);
	assert_int_equal(look_up(&b, 0), REVOCATION_NONE);
	add(&b, b.issuing, 0, NOW + DAY);
	err = (struct err){ 0 };
	assert_rc(parse(&b, &lists, &err), RC_LIMIT, &err);
	close_bench(&b);
	b = open_bench();
	add(&b, b.issuing, 0, NOW + DAY);
	assert_true(BIO_puts(b.pem, "-----BEGIN X509 CRL-----\nAAAA\n") > 0);
	err = (struct err){ 0 };
	assert_rc(parse(&b, &lists, &err), RC_FORMAT, &err);
	assert_null(lists);
	close_bench(&b);
}

static enum rc
look_up_once(void *ctx)
{
	const struct bench *b = ctx;
	struct revocation_lists *lists = NULL;
	enum revocation_state state = REVOCATION_STALE;
	enum rc r = parse(b, &lists, NULL);

	if (r == RC_OK)
		r = revocation_look_up(lists, b->certs[0], b->certs[1], NOW, &state,
		    NULL);
	if (r == RC_OK)
		assert_int_equal(state, REVOCATION_NONE);
	revocation_lists_free(lists);
	return r;
}

static void
survives_every_failed_allocation(void **state)
{
	struct bench b = open_bench();

	(void)state;
	add(&b, b.issuing, 0, NOW + DAY);
	assert_true(torture(look_up_once, &b) > 0);
	close_bench(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_the_list_of_the_issuer),
		cmocka_unit_test(an_old_list_beside_a_new_one_does_no_harm),
		cmocka_unit_test(refuses_damage_and_too_much),
		cmocka_unit_test(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, made_forget_keys);
}
