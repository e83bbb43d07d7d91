/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/policy/maker.c: who made a certificate, on certificates as those programs
 * make them; and what a verdict says of it.
 */
#include "make_cert.h"
#include "policy/maker.h"
#include "policy/verdict.h"
#include "unit.h"

#define DER(bytes)  bytes, sizeof(bytes) - 1
#define DAY	    MAKE_DAY
#define FIXED_FROM  INT64_C(1514764800) /* 2018-01-01T00:00:00Z */
#define FIXED_UNTIL INT64_C(2524521600) /* 2049-12-31T00:00:00Z */
#define HOUR	    INT64_C(3600)

static const struct make_extension template[] = { { "1.3.6.1.4.1.311.21.7",
    DER("\x30\x15\x06\x0d\x2b\x06\x01\x04\x01\x82\x37\x15\x08\x01\x02\x03\x04\x02\x01"
	"\x64\x02\x01\x04"),
    false } };

static const struct make_extension template_name[] = { { "1.3.6.1.4.1.311.20.2",
    DER("\x1e\x0c\0W\0e\0b\0S\0r\0v"), false } };

/* A certificate and the common name of its CA; NULL: signed by itself. */
struct sample {
	const char *what;
	const char *ca;
	struct make_cert spec;
	enum maker maker;
};

/* clang-format off */
static const struct sample samples[] = {
	{ "MeshCentral", "MeshCentralRoot-eca57f",
	    { .cn = "IntelAMT-0a1b2c3d4e5f", .not_before = FIXED_FROM, .not_after = FIXED_UNTIL },
	    MAKER_MESHCENTRAL },
	{ "MeshCentral, west of Greenwich, with a root of the operator's", "Corp Root",
	    { .cn = "IntelAMT-ffffffffffff", .not_before = FIXED_FROM + 8 * HOUR,
	    .not_after = FIXED_UNTIL + 8 * HOUR }, MAKER_MESHCENTRAL },
	{ "MeshCentral's root, other dates", "MeshCentralRoot-8aeaa7", { .cn = "pc1.example" },
	    MAKER_MESHCENTRAL },
	{ "rps, dates of MeshCentral and a name that is not random", "Corp Root",
	    { .cn = "pc1.example", .not_before = FIXED_FROM, .not_after = FIXED_UNTIL }, MAKER_DMT },
	{ "rps, root of the MPS", "MPSRoot-1f2e3d", { .cn = "pc1.example" }, MAKER_DMT },
	{ "rpc-go", "RPC Root CA Certificate",
	    { .cn = "Self Signed TLS Certificate", .not_after = MAKE_NB + 7670 * DAY }, MAKER_DMT },
	{ "20 years, self-signed", NULL, { .not_after = MAKE_NB + 7305 * DAY }, MAKER_DMT },
	{ "console, 30 years, self-signed", NULL, { .not_after = MAKE_NB + 10957 * DAY }, MAKER_DMT },
	{ "AD CS, template of version 2", "Corp Issuing CA",
	    { .extensions = template, .n_extensions = 1 }, MAKER_ADCS },
	{ "AD CS, template of version 1", "Corp Issuing CA",
	    { .extensions = template_name, .n_extensions = 1 }, MAKER_ADCS },
	{ "on-die, by its issuer", "ODCA 2 CSME PTL SOC SVN 01 AMT CA", { .cn = "AMT X" }, MAKER_ON_DIE },
	{ "on-die, by its name", "www.intel.com", { .cn = "iAMT CSME IDevID RCFG" }, MAKER_ON_DIE },
	{ "self-signed for a year", NULL, { .cn = "pc1.example" }, MAKER_SELF_SIGNED },
	{ "self-signed for ten years", NULL, { .not_after = MAKE_NB + 3653 * DAY }, MAKER_SELF_SIGNED },
	{ "another CA", "Corp Root", { .cn = "pc1.example" }, MAKER_UNKNOWN },
	{ "another CA, long", "Corp Root", { .not_after = MAKE_NB + 7305 * DAY }, MAKER_UNKNOWN },
	{ "a name that begins like MeshCentral's", "Corp Root", { .cn = "IntelAMT-pc1" }, MAKER_UNKNOWN },
	{ "a CA that only mentions one", "Not CN=ODCA 2", { .cn = "pc1.example" }, MAKER_UNKNOWN },
};
/* clang-format on */

static struct cert *
make(const struct sample *sample)
{
	struct make_cert ca = { .cn = sample->ca, .is_ca = true, .key_number = 1 };
	struct make_cert spec = sample->spec;
	X509 *issuer = sample->ca != NULL ? make_x509(&ca) : NULL;
	struct cert *cert;

	spec.issuer = issuer;
	spec.issuer_key_number = 1;
	cert = make_facts(&spec);
	X509_free(issuer);
	return cert;
}

static void
knows_makers_by_what_they_write(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(samples); i++) {
		struct cert *cert = make(&samples[i]);

		if (maker_find(cert, false, false) != samples[i].maker)
			fail_msg("%s: %s", samples[i].what,
			    maker_word(maker_find(cert, false, false)));
		cert_free(cert);
	}
}

static void
the_journal_and_the_store_know_better(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(samples); i++) {
		struct cert *cert = make(&samples[i]);
		enum maker firmware =
		    samples[i].maker == MAKER_ON_DIE ? MAKER_ON_DIE : MAKER_FIRMWARE;

		assert_int_equal(maker_find(cert, true, false), MAKER_OURS);
		assert_int_equal(maker_find(cert, false, true), firmware);
		cert_free(cert);
	}
}

/* Judged under a pin, as an operator does who has no anchor for it. */
static void
judge(struct facts *facts, int64_t max_lifetime_s, struct verdict *verdict)
{
	struct policy policy;
	struct err err = { 0 };

	policy_init(&policy);
	policy.max_lifetime_s = max_lifetime_s;
	assert_rc(verdict_judge_presented(facts, &policy, MAKE_NB + 10 * DAY, verdict,
		      &err),
	    RC_OK, &err);
}

static const struct finding *
find(const struct verdict *verdict, enum reason reason)
{
	for (size_t i = 0; i < verdict->n_findings; i++)
		if (verdict->findings[i].reason == reason)
			return &verdict->findings[i];
	return NULL;
}

static void
a_long_lived_one_is_a_note_or_a_warning(void **state)
{
	struct cert *cert = make(&samples[7]);
	struct verdict verdict = { 0 };
	struct facts facts = { .presented = { .known = true,
				   .certs = &cert,
				   .n_certs = 1,
				   .has_pin = true,
				   .pin_matches = true,
				   .name_match = NAME_MATCH_SAN } };

	(void)state;
	judge(&facts, 0, &verdict);
	assert_int_equal(verdict.state, STATE_OK);
	assert_non_null(find(&verdict, REASON_MAKER));
	assert_string_equal(find(&verdict, REASON_MAKER)->text,
	    "made by the Device Management Toolkit, renewed by nobody");
	assert_int_equal(verdict.findings[verdict.deciding].reason, REASON_VALID);
	assert_int_equal(verdict.judged[0].maker, MAKER_DMT);
	verdict_clear(&verdict);

	judge(&facts, 398 * DAY, &verdict);
	assert_int_equal(verdict.state, STATE_WARNING);
	assert_non_null(find(&verdict, REASON_LIFETIME_LONG));
	assert_non_null(find(&verdict, REASON_MAKER));
	verdict_clear(&verdict);

	facts.presented.is_ours = true;
	judge(&facts, 0, &verdict);
	assert_null(find(&verdict, REASON_MAKER));
	assert_int_equal(verdict.judged[0].maker, MAKER_OURS);
	verdict_clear(&verdict);
	cert_free(cert);
}

static void
asks_of_a_bound_certificate_and_never_of_a_root(void **state)
{
	struct cert *leaf = make(&samples[0]), *root = make(&samples[14]);
	struct facts_cert certs[] = {
		{ .cert = leaf,
		    .usage = USAGE_TLS,
		    .has_key = true,
		    .instance_id = "1" },
		{ .cert = root, .usage = USAGE_8021X_WIRED_ROOT, .instance_id = "2" },
	};
	struct facts facts = { .has_store = true,
		.has_tls_context = true,
		.tls_context_cert = "1",
		.provisioning_state = 2,
		.control_mode = CONTROL_ADMIN,
		.certs = certs,
		.n_certs = UNIT_COUNT(certs) };
	struct verdict verdict = { 0 };
	struct policy policy;
	struct err err = { 0 };

	(void)state;
	policy_init(&policy);
	assert_rc(verdict_judge_store(&facts, &policy, MAKE_NB + DAY, &verdict, &err),
	    RC_OK, &err);
	assert_int_equal(verdict.n_judged, 2);
	assert_int_equal(verdict.judged[0].maker, MAKER_MESHCENTRAL);
	assert_int_equal(verdict.judged[1].maker, MAKER_UNASKED);
	assert_string_equal(find(&verdict, REASON_MAKER)->text,
	    "TLS: made by MeshCentral, renewed by nobody");
	verdict_clear(&verdict);
	cert_free(leaf);
	cert_free(root);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_makers_by_what_they_write),
		cmocka_unit_test(the_journal_and_the_store_know_better),
		cmocka_unit_test(a_long_lived_one_is_a_note_or_a_warning),
		cmocka_unit_test(asks_of_a_bound_certificate_and_never_of_a_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
