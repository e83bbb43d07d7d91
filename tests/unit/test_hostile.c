/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Real certificates all the way from DER through path and name to the verdict:
 * what is wrong gives its state, and what is hostile one clean line.
 */
#include <stdlib.h>

#include "make_cert.h"
#include "policy/verdict.h"
#include "unit.h"

#define NOW (MAKE_NB + 10 * MAKE_DAY)

enum {
	KEY_ROOT = 1, /* not the leaf's */
	BIG = 60 * 1024
};

#define DER(bytes) bytes, sizeof(bytes) - 1

struct hostile_case {
	const char *what;
	struct make_cert leaf;
	enum state state;
	enum reason reason; /* of the deciding finding */
	const char *text;   /* part of it */
};

static char big[BIG];
static char long_name[BIG];

static const struct make_extension filler = { "1.2.3.4.5", big, BIG, false };
static const struct make_extension unknown = { "1.2.3.4.6", DER("\x05\x00"), true };
static const struct make_extension nul_san = { "2.5.29.17",
	"\x30\x13\x82\x11pc1.example\0.evil", 21, false };

/* clang-format off */
static const struct hostile_case cases[] = {
	{ "nothing", { .san = "DNS:pc1.example" }, STATE_OK, REASON_VALID, "valid, 355 d left (2027-01-01)" },
	{ "RSA-2048", { .san = "DNS:pc1.example", .key = "rsa2048" }, STATE_OK, REASON_VALID, "valid, " },
	{ "RSA-1024", { .san = "DNS:pc1.example", .key = "rsa1024" }, STATE_CRITICAL, REASON_WEAK_KEY,
	    "weak key, RSA of 1024 bit" },
	{ "P-224", { .san = "DNS:pc1.example", .key = "p224" }, STATE_CRITICAL, REASON_WEAK_KEY, "EC of 224 bit" },
	{ "SHA-1", { .san = "DNS:pc1.example", .digest = "sha1" }, STATE_CRITICAL, REASON_WEAK_DIGEST,
	    "weak signature digest, sha1" },
	{ "MD5", { .san = "DNS:pc1.example", .digest = "md5" }, STATE_CRITICAL, REASON_WEAK_DIGEST, "md5" },
	{ "9999", { .san = "DNS:pc1.example", .not_after = CERT_NOT_AFTER_NONE }, STATE_OK, REASON_VALID,
	    "anchor CN=Root,O=Example: valid, 3640 d left" },
	{ "1950", { .san = "DNS:pc1.example", .not_before = -631152000, .not_after = -631151999 },
	    STATE_CRITICAL, REASON_EXPIRED, "expired 27768 d ago (1950-01-01)" },
	{ "expired", { .san = "DNS:pc1.example", .not_after = NOW - 5 * MAKE_DAY }, STATE_CRITICAL,
	    REASON_EXPIRED, "expired 5 d ago (2026-01-06)" },
	{ "not yet valid", { .san = "DNS:pc1.example", .not_before = NOW + MAKE_DAY }, STATE_CRITICAL,
	    REASON_NOT_YET_VALID, "not yet valid, begins in 1 d (2026-01-12)" },
	{ "reversed", { .san = "DNS:pc1.example", .not_after = MAKE_NB - 1 }, STATE_CRITICAL,
	    REASON_PERIOD_REVERSED, "notAfter (2025-12-31) lies before notBefore (2026-01-01)" },
	{ "other name", { .san = "DNS:pc2.example" }, STATE_CRITICAL, REASON_WRONG_NAME,
	    "wrong name, pc1.example is wanted: the certificate names pc2.example" },
	{ "no SAN", { .san = NULL }, STATE_OK, REASON_VALID, "valid, 355 d left" },
	{ "no SAN, other CN", { .cn = "pc2" }, STATE_CRITICAL, REASON_WRONG_NAME, "names pc2" },
	{ "empty subject", { .cn = "", .san = "critical,DNS:pc1.example" }, STATE_OK, REASON_VALID, "valid, " },
	{ "nameless", { .cn = "" }, STATE_CRITICAL, REASON_NO_NAME, "certificate names no host" },
	{ "NUL in SAN", { .extensions = &nul_san, .n_extensions = 1 }, STATE_CRITICAL, REASON_WRONG_NAME,
	    "the certificate names no DNS name" },
	{ "for clients", { .san = "DNS:pc1.example", .eku = "clientAuth" }, STATE_CRITICAL, REASON_BAD_PATH,
	    "path is not valid for a TLS server: " },
	{ "unknown critical", { .san = "DNS:pc1.example", .extensions = &unknown, .n_extensions = 1 },
	    STATE_CRITICAL, REASON_BAD_PATH, "unhandled critical extension" },
	{ "60 KiB", { .san = "DNS:pc1.example", .extensions = &filler, .n_extensions = 1 }, STATE_OK,
	    REASON_VALID, "valid, " },
	{ "CN of 60 kB", { .cn = long_name, .cn_len = BIG }, STATE_CRITICAL, REASON_WRONG_NAME,
	    "names aaaaaaaa" },
	{ "pipe, newline, escape, quote, bidi",
	    { .cn = "a|x=1;2\nOK - \x1b[32m\"fine\" \xe2\x80\xae$(id) `id` <b>" }, STATE_CRITICAL,
	    REASON_WRONG_NAME,
	    "names a\\x7cx=1\\x3b2\\x5cx0aok - \\x5cx1b[32m\\x22fine\\x22 \\x5cu{202e}\\x24(id)" },
	{ "state word", { .cn = "CRITICAL WARNING UNKNOWN" }, STATE_CRITICAL, REASON_WRONG_NAME,
	    "names critical warning unknown" },
};
/* clang-format on */

static void
present(const struct make_cert *leaf, struct facts *facts)
{
	struct make_cert spec = { .cn = "Root",
		.is_ca = true,
		.usage = "critical,keyCertSign",
		.key = "rsa2048",
		.key_number = KEY_ROOT,
		.digest = "sha1", /* nobody relies on it */
		.not_after = MAKE_NB + 3650 * MAKE_DAY };
	X509 *root = make_x509(&spec);
	struct anchors *anchors = NULL;
	struct cert *anchor = NULL;
	struct err err = { 0 };

	assert_rc(cert_from_x509(root, &anchor, &err), RC_OK, &err);
	assert_rc(anchors_from_certs(&anchor, 1, &anchors, &err), RC_OK, &err);
	cert_free(anchor);
	spec = *leaf;
	spec.issuer = root;
	spec.issuer_key = "rsa2048";
	spec.issuer_key_number = KEY_ROOT;
	facts->presented.known = true;
	facts->presented.certs = calloc(1, sizeof(struct cert *));
	assert_non_null(facts->presented.certs);
	facts->presented.certs[0] = make_facts(&spec);
	facts->presented.n_certs = 1;
	memcpy(facts->name, "pc1.example", sizeof("pc1.example"));
	assert_rc(path_verify(anchors, facts->presented.certs, 1, NOW, 0,
		      &facts->presented.path, &err),
	    RC_OK, &err);
	assert_rc(name_match_host(facts->presented.certs[0], facts->name,
		      &facts->presented.name_match, &err),
	    RC_OK, &err);
	anchors_free(anchors);
	X509_free(root);
}

static void
every_fault_gives_its_state_and_one_clean_line(void **state)
{
	(void)state;
	memset(long_name, 'a', sizeof(long_name));
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		const struct hostile_case *c = &cases[i];
		struct verdict verdict = { 0 };
		struct facts facts = { .n_certs = 0 };
		struct policy policy;
		const struct finding *deciding;
		struct err err = { 0 };

		policy_init(&policy);
		present(&c->leaf, &facts);
		assert_rc(verdict_judge_presented(&facts, &policy, NOW, &verdict, &err),
		    RC_OK, &err);
		deciding = &verdict.findings[verdict.deciding];
		if (verdict.state != c->state || deciding->reason != c->reason ||
		    strstr(deciding->text, c->text) == NULL)
			fail_msg("%s: %s, %s: %s", c->what, state_text(verdict.state),
			    reason_word(deciding->reason), deciding->text);
		for (size_t j = 0; j < verdict.n_findings; j++)
			assert_null(
			    strpbrk(verdict.findings[j].text, "|\n\x1b\"<>$`;"));
		verdict_clear(&verdict);
		facts_clear(&facts);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_fault_gives_its_state_and_one_clean_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
