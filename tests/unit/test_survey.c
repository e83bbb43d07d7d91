/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/amt/survey.c: what was presented, as facts; no network.
 */
#include <stdlib.h>

#include "amt/survey.h"
#include "make_cert.h"
#include "unit.h"

#define NOW (MAKE_NB + MAKE_DAY)

/* A CA, and a leaf of it for pc1.example. */
struct chain {
	X509 *ca;
	struct cert *ca_cert;
	struct anchors *anchors;
};

static struct chain chain;

static const struct make_cert ca_spec = { .cn = "Lab CA", .is_ca = true };

static struct cert *
leaf(const char *name, int64_t not_after)
{
	const struct make_cert spec = { .cn = name,
		.eku = "serverAuth",
		.key_number = 1,
		.not_after = not_after,
		.issuer = chain.ca,
		.issuer_key = "p256" };

	return make_facts(&spec);
}

static int
setup(void **state)
{
	struct err err = { 0 };

	(void)state;
	chain.ca = make_x509(&ca_spec);
	return cert_from_x509(chain.ca, &chain.ca_cert, &err) != RC_OK ||
	    anchors_from_certs(&chain.ca_cert, 1, &chain.anchors, &err) != RC_OK;
}

static int
teardown(void **state)
{
	(void)state;
	anchors_free(chain.anchors);
	cert_free(chain.ca_cert);
	X509_free(chain.ca);
	return 0;
}

/* One certificate presented; takes cert. */
static struct presented
presented_of(struct cert *cert, bool complete)
{
	struct presented presented = { .complete = complete,
		.secure_renegotiation = true,
		.elapsed_ms = 7,
		.protocol = "TLSv1.2",
		.cipher = "AES128-GCM-SHA256" };

	presented.certs = calloc(1, sizeof(struct cert *));
	assert_non_null(presented.certs);
	presented.certs[0] = cert;
	presented.n_certs = 1;
	return presented;
}

static struct target
target_of(char *name)
{
	struct target target;

	target_init(&target);
	target.name = name;
	target.anchors = chain.anchors;
	return target;
}

static void
tells_path_name_and_session(void **state)
{
	char name[] = "pc1.example";
	struct target target = target_of(name);
	struct presented presented = presented_of(leaf("pc1.example", 0), true);
	struct facts facts = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_rc(survey_judge_presented(&target, NOW, &presented, &facts, &err), RC_OK,
	    &err);
	assert_null(presented.certs);
	assert_true(facts.presented.known);
	assert_int_equal(facts.presented.n_certs, 1);
	assert_int_equal(facts.presented.path.at_time, PATH_OK);
	assert_int_equal(facts.presented.name_match, NAME_MATCH_CN_ONLY);
	assert_string_equal(facts.presented.protocol, "TLSv1.2");
	assert_string_equal(facts.presented.cipher, "AES128-GCM-SHA256");
	assert_true(facts.presented.secure_renegotiation);
	assert_false(facts.presented.wants_client_cert || facts.presented.has_pin);
	assert_int_equal(facts.presented.elapsed_ms, 7);
	facts_clear(&facts);
}

static void
tells_what_is_wrong_without_judging_it(void **state)
{
	char name[] = "other.example";
	struct target target = target_of(name);
	struct presented presented =
	    presented_of(leaf("pc1.example", MAKE_NB + 10), false);
	struct facts facts = { 0 };
	struct err err = { 0 };

	(void)state;
	target.has_pin = true; /* of zeros */
	assert_rc(survey_judge_presented(&target, NOW, &presented, &facts, &err), RC_OK,
	    &err);
	assert_int_equal(facts.presented.path.ignoring_time, PATH_OK);
	assert_int_equal(facts.presented.path.at_time, PATH_TIME);
	assert_int_equal(facts.presented.name_match, NAME_MISMATCH);
	assert_true(facts.presented.wants_client_cert);
	assert_true(facts.presented.has_pin);
	assert_false(facts.presented.pin_matches);
	facts_clear(&facts);
}

static void
knows_the_pinned_key(void **state)
{
	char name[] = "pc1.example";
	struct target target = target_of(name);
	struct cert *cert = leaf("pc1.example", 0);
	struct presented presented;
	struct facts facts = { 0 };
	struct err err = { 0 };

	(void)state;
	target.anchors = NULL;
	target.has_pin = true;
	memcpy(target.pin, cert->spki_sha256, sizeof(target.pin));
	presented = presented_of(cert, true);
	assert_rc(survey_judge_presented(&target, NOW, &presented, &facts, &err), RC_OK,
	    &err);
	assert_true(facts.presented.pin_matches);
	assert_int_equal(facts.presented.path.at_time, PATH_UNCHECKED);
	facts_clear(&facts);
}

static void
nothing_presented_is_an_error(void **state)
{
	char name[] = "pc1.example";
	struct target target = target_of(name);
	struct presented presented = { 0 };
	struct facts facts = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_rc(survey_judge_presented(&target, NOW, &presented, &facts, &err),
	    RC_TLS, &err);
	assert_has(err.text, "pc1.example");
	assert_false(facts.presented.known);
}

static void
a_second_reading_replaces_the_first(void **state)
{
	char name[] = "pc1.example";
	struct target target = target_of(name);
	struct facts facts = { 0 };
	struct err err = { 0 };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct presented presented = presented_of(leaf("pc1.example", 0), true);

		assert_rc(survey_judge_presented(&target, NOW, &presented, &facts,
			      &err),
		    RC_OK, &err);
	}
	assert_int_equal(facts.presented.n_certs, 1);
	facts_clear(&facts);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_path_name_and_session),
		cmocka_unit_test(tells_what_is_wrong_without_judging_it),
		cmocka_unit_test(knows_the_pinned_key),
		cmocka_unit_test(nothing_presented_is_an_error),
		cmocka_unit_test(a_second_reading_replaces_the_first),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
