/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/policy/verdict.c, judge_presented.c and judge_cert.c: what the TLS port
 * presents, and which finding decides.
 */
#include <stdio.h>

#include "hand_cert.h"
#include "policy/verdict.h"
#include "torture.h"
#include "unit.h"

#define DAY HAND_DAY
#define NB  HAND_NB
#define NOW (NB + 10 * DAY)

/* A device that presents leaf and issuer, verified to an anchor. */
struct lab {
	struct hand_cert leaf, issuer, root, extra;
	struct cert *presented[4];
	struct cert *elements[3];
	struct facts facts;
	struct policy policy;
	struct verdict verdict;
};

static void
set_up(struct lab *lab)
{
	struct facts_presented *presented = &lab->facts.presented;

	memset(lab, 0, sizeof(*lab));
	hand_cert_init(&lab->leaf, 1, "CN=pc1.example", "CN=Issuer");
	hand_cert_init(&lab->issuer, 2, "CN=Issuer", "CN=Root");
	hand_cert_init(&lab->root, 3, "CN=Root", "CN=Root");
	hand_cert_init(&lab->extra, 4, "CN=Extra", "CN=Nobody");
	lab->issuer.cert.not_after = NB + 1000 * DAY;
	lab->issuer.cert.is_ca = true;
	lab->root.cert.not_after = NB + 5000 * DAY;
	lab->root.cert.is_ca = true;
	lab->presented[0] = &lab->leaf.cert;
	lab->presented[1] = &lab->issuer.cert;
	lab->presented[2] = &lab->extra.cert;
	lab->elements[0] = &lab->leaf.cert;
	lab->elements[1] = &lab->issuer.cert;
	lab->elements[2] = &lab->root.cert;
	presented->known = true;
	presented->certs = lab->presented;
	presented->n_certs = 2;
	presented->name_match = NAME_MATCH_SAN;
	presented->path.ignoring_time = PATH_OK;
	presented->path.at_time = PATH_OK;
	presented->path.elements = lab->elements;
	presented->path.n_elements = 3;
	(void)snprintf(lab->facts.name, sizeof(lab->facts.name), "pc1.example");
	policy_init(&lab->policy);
}

/* The path does not verify: nothing but what was presented is known. */
static void
unverify(struct lab *lab, enum path_state state)
{
	lab->facts.presented.path.ignoring_time = state;
	lab->facts.presented.path.at_time = state;
	lab->facts.presented.path.n_elements = 0;
	(void)snprintf(lab->facts.presented.path.text,
	    sizeof(lab->facts.presented.path.text), "unsupported certificate purpose");
}

static const struct finding *
judge(struct lab *lab)
{
	struct err err = { 0 };

	verdict_clear(&lab->verdict);
	assert_rc(verdict_judge_presented(&lab->facts, &lab->policy, NOW, &lab->verdict,
		      &err),
	    RC_OK, &err);
	assert_true(lab->verdict.n_findings > 0);
	return &lab->verdict.findings[lab->verdict.deciding];
}

static const struct finding *
find(const struct lab *lab, enum reason reason)
{
	for (size_t i = 0; i < lab->verdict.n_findings; i++)
		if (lab->verdict.findings[i].reason == reason)
			return &lab->verdict.findings[i];
	return NULL;
}

static const struct finding *
get(const struct lab *lab, enum reason reason)
{
	static const struct finding none = { .text = "" };
	const struct finding *finding = find(lab, reason);

	assert_non_null(finding);
	return finding != NULL ? finding : &none;
}

static void
assert_decides(struct lab *lab, enum state state, enum reason reason, const char *slot,
    const char *text)
{
	const struct finding *deciding = judge(lab);

	assert_string_equal(deciding->text, text);
	assert_int_equal(deciding->reason, reason);
	assert_int_equal(deciding->state, state);
	assert_int_equal(lab->verdict.state, state);
	assert_string_equal(deciding->slot, slot);
}

static void
every_element_of_a_good_path_is_judged(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	assert_decides(&lab, STATE_OK, REASON_VALID, "leaf",
	    "valid, 355 d left (2027-01-01)");
	assert_int_equal(lab.verdict.n_findings, 3);
	assert_int_equal(lab.verdict.n_judged, 3);
	assert_string_equal(lab.verdict.judged[1].slot, "issuer");
	assert_string_equal(lab.verdict.judged[2].slot, "anchor");
	assert_int_equal(lab.verdict.first_to_end, 0);
	assert_string_equal(lab.verdict.findings[1].text,
	    "issuer CN=Issuer: valid, 990 d left (2028-09-27)");
	verdict_clear(&lab.verdict);
}

static void
the_earliest_end_decides_and_is_named(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	lab.issuer.cert.not_after = NOW + 20 * DAY;
	assert_decides(&lab, STATE_OK, REASON_VALID, "issuer",
	    "issuer CN=Issuer: valid, 20 d left (2026-01-31)");
	assert_int_equal(lab.verdict.first_to_end, 1);
	lab.issuer.cert.not_before = NB - 1000 * DAY;
	assert_decides(&lab, STATE_WARNING, REASON_DUE, "issuer",
	    "issuer CN=Issuer: renewal overdue 22 d, 20 d left (2026-01-31)");
	assert_int_equal(lab.verdict.findings[lab.verdict.deciding].remedy,
	    REMEDY_PERSON);
	lab.root.cert.not_after = NOW - 5 * DAY;
	assert_decides(&lab, STATE_CRITICAL, REASON_EXPIRED, "anchor",
	    "anchor CN=Root: expired 5 d ago (2026-01-06)");
	assert_int_equal(lab.verdict.first_to_end, 2);
	/* Two that are as bad: the first to end. */
	lab.leaf.cert.not_after = NOW - DAY;
	assert_decides(&lab, STATE_CRITICAL, REASON_EXPIRED, "anchor",
	    "anchor CN=Root: expired 5 d ago (2026-01-06)");
	lab.leaf.cert.not_after = NOW - 6 * DAY;
	assert_decides(&lab, STATE_CRITICAL, REASON_EXPIRED, "leaf",
	    "expired 6 d ago (2026-01-05)");
	verdict_clear(&lab.verdict);
}

static void
a_ca_is_not_judged_by_its_share(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	assert_int_equal(policy_set_rule(&lab.policy, "fraction", NULL), RC_OK);
	lab.policy.has_template_major = true;
	lab.policy.template_major = 2;
	lab.policy.no_template = STATE_OK;
	lab.policy.max_lifetime_s = 400 * DAY;
	lab.issuer.cert.has_template = true;
	lab.issuer.cert.not_before = NB - 9000 * DAY;
	assert_decides(&lab, STATE_OK, REASON_VALID, "leaf",
	    "valid, 355 d left (2027-01-01)");
	assert_int_equal(lab.verdict.n_findings, 3);
	assert_int_equal(lab.verdict.judged[1].window_s, 42 * DAY);
	verdict_clear(&lab.verdict);
}

struct trust_case {
	enum path_state path;
	bool has_pin, pin_matches;
	enum state state;
	enum reason reason;
	enum remedy remedy;
	const char *text;
};

/* clang-format off */
static const struct trust_case trust_cases[] = {
	{ PATH_UNCHECKED, false, false, STATE_UNKNOWN, REASON_NO_ANCHOR, REMEDY_PERSON,
	    "no trust anchor and no pin configured" },
	{ PATH_UNCHECKED, true, true, STATE_OK, REASON_VALID, REMEDY_NONE,
	    "valid, 355 d left (2027-01-01)" },
	{ PATH_UNCHECKED, true, false, STATE_CRITICAL, REASON_PIN_MISMATCH, REMEDY_PERSON,
	    "key differs from the pinned one, it is now "
	    "sha256:0101010101010101010101010101010101010101010101010101010101010101" },
	{ PATH_OK, true, false, STATE_CRITICAL, REASON_PIN_MISMATCH, REMEDY_PERSON,
	    "key differs from the pinned one, it is now "
	    "sha256:0101010101010101010101010101010101010101010101010101010101010101" },
	{ PATH_UNKNOWN_ISSUER, false, false, STATE_CRITICAL, REASON_UNKNOWN_ANCHOR, REMEDY_PERSON,
	    "path does not end at a configured trust anchor: issuer CN=Root" },
	{ PATH_UNKNOWN_ISSUER, true, true, STATE_CRITICAL, REASON_UNKNOWN_ANCHOR, REMEDY_PERSON,
	    "path does not end at a configured trust anchor: issuer CN=Root" },
	{ PATH_SELF_SIGNED, false, false, STATE_CRITICAL, REASON_SELF_SIGNED, REMEDY_PERSON,
	    "self-signed, not a configured trust anchor" },
	{ PATH_BAD_SIGNATURE, false, false, STATE_CRITICAL, REASON_BAD_SIGNATURE, REMEDY_PERSON,
	    "a signature in the path does not verify" },
	{ PATH_PURPOSE, false, false, STATE_CRITICAL, REASON_BAD_PATH, REMEDY_PERSON,
	    "path is not valid for a TLS server: unsupported certificate purpose" },
	{ PATH_OTHER, false, false, STATE_CRITICAL, REASON_BAD_PATH, REMEDY_PERSON,
	    "path is not valid for a TLS server: unsupported certificate purpose" },
};
/* clang-format on */

static void
trust_is_judged_by_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(trust_cases); i++) {
		const struct trust_case *c = &trust_cases[i];
		struct lab lab;

		set_up(&lab);
		if (c->path != PATH_OK)
			unverify(&lab, c->path);
		lab.facts.presented.has_pin = c->has_pin;
		lab.facts.presented.pin_matches = c->pin_matches;
		assert_decides(&lab, c->state, c->reason, "leaf", c->text);
		assert_int_equal(lab.verdict.findings[lab.verdict.deciding].remedy,
		    c->remedy);
		verdict_clear(&lab.verdict);
	}
}

static void
a_missing_anchor_does_not_hide_what_is_worse(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	unverify(&lab, PATH_UNCHECKED);
	lab.leaf.cert.not_after = NOW - DAY;
	assert_decides(&lab, STATE_CRITICAL, REASON_EXPIRED, "leaf",
	    "expired 1 d ago (2026-01-10)");
	assert_non_null(find(&lab, REASON_NO_ANCHOR));
	lab.policy.needs_anchor = false;
	(void)judge(&lab);
	assert_null(find(&lab, REASON_NO_ANCHOR));
	verdict_clear(&lab.verdict);
}

static const struct key_case {
	int64_t not_after;
	enum path_state path;
	bool has_pin, pin_matches, has_known, is_known;
	enum reason reason;
	enum remedy remedy;
	const char *text;
} key_cases[] = {
	{ NOW - DAY, PATH_OK, false, false, false, false, REASON_EXPIRED,
	    REMEDY_REPROVISION_TLS, "expired 1 d ago (2026-01-10)" },
	{ NOW - DAY, PATH_OK, false, false, true, true, REASON_KEY_ONLY,
	    REMEDY_REPROVISION_TLS, "reachable by digest only, known by its key" },
	{ NOW - DAY, PATH_UNKNOWN_ISSUER, false, false, true, true, REASON_KEY_ONLY,
	    REMEDY_REPROVISION_TLS, "reachable by digest only, known by its key" },
	{ NOW - DAY, PATH_UNCHECKED, true, true, true, true, REASON_KEY_ONLY,
	    REMEDY_REPROVISION_TLS, "reachable by digest only, known by its key" },
	/* As it was last read: whether it can be reached, nobody knows. */
	{ NOW - DAY, PATH_OK, true, true, false, false, REASON_EXPIRED,
	    REMEDY_REPROVISION_TLS, "expired 1 d ago (2026-01-10)" },
	{ NOW - DAY, PATH_OK, false, false, true, false, REASON_PIN_MISMATCH,
	    REMEDY_PERSON,
	    "key differs from the one it was last known by, it is now " },
	{ NOW - DAY, PATH_OK, true, false, true, false, REASON_PIN_MISMATCH,
	    REMEDY_PERSON, "key differs from the pinned one, it is now sha256:" },
	/* What is valid proves itself, and may well have a new key. */
	{ NOW + 300 * DAY, PATH_OK, false, false, true, false, REASON_VALID,
	    REMEDY_NONE, "valid" },
	{ NOW + 300 * DAY, PATH_SELF_SIGNED, false, false, true, true,
	    REASON_SELF_SIGNED, REMEDY_PERSON, "self-signed" },
};

static void
tells_by_its_key_who_shows_an_expired_certificate(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(key_cases); i++) {
		const struct key_case *c = &key_cases[i];
		const struct finding *decides = NULL;
		struct lab lab;

		set_up(&lab);
		if (c->path != PATH_OK)
			unverify(&lab, c->path);
		lab.leaf.cert.not_after = c->not_after;
		lab.facts.presented.has_pin = c->has_pin;
		lab.facts.presented.pin_matches = c->pin_matches;
		lab.facts.presented.has_known_key = c->has_known;
		lab.facts.presented.is_known_key = c->is_known;
		decides = judge(&lab);
		if (decides->reason != c->reason || decides->remedy != c->remedy)
			fail_msg("%zu: %s", i, decides->text);
		assert_int_equal(strncmp(decides->text, c->text, strlen(c->text)), 0);
		verdict_clear(&lab.verdict);
	}
}

static void
an_unverified_path_follows_the_names_of_issuers(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	unverify(&lab, PATH_UNKNOWN_ISSUER);
	/* out of order, with something that does not belong, and with a loop */
	lab.presented[1] = &lab.extra.cert;
	lab.presented[2] = &lab.root.cert;
	lab.presented[3] = &lab.issuer.cert;
	lab.facts.presented.n_certs = 4;
	lab.extra.cert.not_after = NOW - 100 * DAY;
	lab.extra.cert.not_before = NOW - 200 * DAY;
	(void)judge(&lab);
	assert_int_equal(lab.verdict.n_judged, 3);
	assert_string_equal(lab.verdict.judged[1].slot, "issuer");
	assert_ptr_equal(lab.verdict.judged[1].cert, &lab.issuer.cert);
	assert_string_equal(lab.verdict.judged[2].slot, "issuer_2");
	assert_string_equal(get(&lab, REASON_EXTRA_PRESENTED)->text,
	    "presented CN=Extra: not part of the path, expired 100 d ago");
	assert_int_equal(get(&lab, REASON_EXTRA_PRESENTED)->state, STATE_OK);
	(void)snprintf(lab.root.issuer, sizeof(lab.root.issuer), "CN=Issuer");
	lab.root.cert.is_self_issued = false;
	(void)judge(&lab);
	assert_int_equal(lab.verdict.n_judged, 3);
	verdict_clear(&lab.verdict);
}

static void
junk_beside_a_verified_path_is_a_note(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	lab.facts.presented.n_certs = 3;
	lab.extra.cert.not_after = NOW - DAY;
	lab.extra.cert.key_bits = 160;
	assert_decides(&lab, STATE_OK, REASON_VALID, "leaf",
	    "valid, 355 d left (2027-01-01)");
	assert_non_null(find(&lab, REASON_EXTRA_PRESENTED));
	assert_null(find(&lab, REASON_WEAK_KEY));
	verdict_clear(&lab.verdict);
}

struct strength_case {
	enum cert_key_kind kind;
	int bits;
	const char *digest;
	enum state state;
	const char *text;
};

/* clang-format off */
static const struct strength_case strengths[] = {
	{ CERT_KEY_RSA, 2048, "sha256", STATE_OK, "valid, 355 d left (2027-01-01)" },
	{ CERT_KEY_RSA, 2047, "sha256", STATE_CRITICAL, "weak key, RSA of 2047 bit, at least 2048" },
	{ CERT_KEY_RSA, 1024, "sha256", STATE_CRITICAL, "weak key, RSA of 1024 bit, at least 2048" },
	{ CERT_KEY_EC, 256, "sha256", STATE_OK, "valid, 355 d left (2027-01-01)" },
	{ CERT_KEY_EC, 224, "sha256", STATE_CRITICAL, "weak key, EC of 224 bit, at least 256" },
	{ CERT_KEY_OTHER, 0, "", STATE_OK, "valid, 355 d left (2027-01-01)" },
	{ CERT_KEY_RSA, 2048, "sha1", STATE_CRITICAL, "weak signature digest, sha1" },
	{ CERT_KEY_RSA, 2048, "md5", STATE_CRITICAL, "weak signature digest, md5" },
};
/* clang-format on */

static void
weak_keys_and_digests_are_critical(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(strengths); i++) {
		const struct strength_case *c = &strengths[i];
		struct lab lab;

		set_up(&lab);
		lab.leaf.cert.key_kind = c->kind;
		lab.leaf.cert.key_bits = c->bits;
		(void)snprintf(lab.leaf.cert.signature_digest,
		    sizeof(lab.leaf.cert.signature_digest), "%s", c->digest);
		assert_string_equal(judge(&lab)->text, c->text);
		assert_int_equal(lab.verdict.state, c->state);
		verdict_clear(&lab.verdict);
	}
}

static void
the_signature_of_an_anchor_is_not_blamed_but_its_key_is(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	(void)snprintf(lab.root.cert.signature_digest,
	    sizeof(lab.root.cert.signature_digest), "sha1");
	(void)judge(&lab);
	assert_int_equal(lab.verdict.state, STATE_OK);
	unverify(&lab, PATH_UNKNOWN_ISSUER);
	lab.presented[2] = &lab.root.cert;
	lab.facts.presented.n_certs = 3;
	(void)judge(&lab);
	assert_null(find(&lab, REASON_WEAK_DIGEST));
	verdict_clear(&lab.verdict);
	set_up(&lab);
	lab.root.cert.key_bits = 192;
	(void)judge(&lab);
	assert_string_equal(get(&lab, REASON_WEAK_KEY)->text,
	    "anchor CN=Root: weak key, EC of 192 bit, at least 256");
	assert_int_equal(get(&lab, REASON_WEAK_KEY)->remedy, REMEDY_PERSON);
	(void)snprintf(lab.issuer.cert.signature_digest,
	    sizeof(lab.issuer.cert.signature_digest), "sha1");
	(void)judge(&lab);
	assert_string_equal(get(&lab, REASON_WEAK_DIGEST)->slot, "issuer");
	verdict_clear(&lab.verdict);
}

struct name_case {
	enum name_match match;
	enum state state;
	enum reason reason;
};

static const struct name_case name_cases[] = {
	{ NAME_MATCH_SAN, STATE_OK, REASON_VALID },
	{ NAME_UNKNOWN, STATE_OK, REASON_VALID },
	{ NAME_MATCH_CN_ONLY, STATE_OK, REASON_VALID }, /* and a note */
	{ NAME_MISMATCH, STATE_CRITICAL, REASON_WRONG_NAME },
	{ NAME_ABSENT, STATE_CRITICAL, REASON_NO_NAME },
};

static void
names_are_judged_by_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(name_cases); i++) {
		struct lab lab;

		set_up(&lab);
		lab.facts.presented.name_match = name_cases[i].match;
		assert_int_equal(judge(&lab)->reason, name_cases[i].reason);
		assert_int_equal(lab.verdict.state, name_cases[i].state);
		assert_int_equal(find(&lab, REASON_CN_ONLY) != NULL,
		    name_cases[i].match == NAME_MATCH_CN_ONLY);
		verdict_clear(&lab.verdict);
	}
}

static void
hostile_names_leave_one_clean_line(void **state)
{
	static char evil[] =
	    "a|b\nOK|x=1 \x1b[31m\"CRITICAL\" \xe2\x80\xae; $(x) TOKYO";
	char *names[1] = { evil };
	struct lab lab;
	const struct finding *finding;

	(void)state;
	set_up(&lab);
	lab.leaf.cert.san_dns = names;
	lab.leaf.cert.n_san_dns = 1;
	lab.leaf.cert.has_san = true;
	lab.facts.presented.name_match = NAME_MISMATCH;
	(void)snprintf(lab.facts.name, sizeof(lab.facts.name), "pc1|UNKNOWN");
	finding = judge(&lab);
	assert_string_equal(finding->text,
	    "wrong name, pc1\\x7cunknown is wanted: the certificate names "
	    "a\\x7cb\\x0aok\\x7cx=1 \\x1b[31m\\x22critical\\x22 \\u{202e}\\x3b "
	    "\\x24(x) TOKYO");
	(void)snprintf(lab.issuer.subject, sizeof(lab.issuer.subject), "CN=WARNING|\n");
	(void)judge(&lab);
	assert_string_equal(lab.verdict.findings[2].text,
	    "issuer CN=warning\\x7c\\x0a: valid, 990 d left (2028-09-27)");
	verdict_clear(&lab.verdict);
}

static void
a_demand_for_a_client_certificate_is_a_note(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	lab.facts.presented.wants_client_cert = true;
	assert_int_equal(judge(&lab)->reason, REASON_VALID);
	assert_non_null(find(&lab, REASON_WANTS_CLIENT_CERT));
	verdict_clear(&lab.verdict);
}

static void
nothing_presented_gives_no_findings(void **state)
{
	struct err err = { 0 };
	struct lab lab;

	(void)state;
	set_up(&lab);
	lab.facts.presented.known = false;
	assert_rc(verdict_judge_presented(&lab.facts, &lab.policy, NOW, &lab.verdict,
		      &err),
	    RC_OK, &err);
	assert_int_equal(lab.verdict.n_findings, 0);
	verdict_clear(&lab.verdict);
}

static void
reasons_have_words_of_their_own(void **state)
{
	(void)state;
	for (int i = 0; i <= REASON_ISSUER_CHANGED; i++) {
		const char *word = reason_word((enum reason)i);

		assert_true(
		    strspn(word, "abcdefghijklmnopqrstuvwxyz_") == strlen(word));
		assert_true(strlen(reason_sentence((enum reason)i)) > 0);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(word, reason_word((enum reason)j));
		assert_int_equal(reason_find(word), i);
	}
	assert_int_equal(reason_find("of a newer program"), REASON_VALID);
}

static enum rc
judge_all(void *ctx)
{
	struct lab *lab = ctx;
	enum rc r;

	r = verdict_judge_presented(&lab->facts, &lab->policy, NOW, &lab->verdict,
	    NULL);
	for (int i = 0; r == RC_OK && i < 8; i++) /* until the lists have grown */
		r = verdict_judge_presented(&lab->facts, &lab->policy, NOW,
		    &lab->verdict, NULL);
	verdict_clear(&lab->verdict);
	return r;
}

static void
survives_every_failed_allocation(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	lab.facts.presented.n_certs = 3;
	assert_true(torture(judge_all, &lab) > 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_element_of_a_good_path_is_judged),
		cmocka_unit_test(the_earliest_end_decides_and_is_named),
		cmocka_unit_test(a_ca_is_not_judged_by_its_share),
		cmocka_unit_test(trust_is_judged_by_rows),
		cmocka_unit_test(a_missing_anchor_does_not_hide_what_is_worse),
		cmocka_unit_test(tells_by_its_key_who_shows_an_expired_certificate),
		cmocka_unit_test(an_unverified_path_follows_the_names_of_issuers),
		cmocka_unit_test(junk_beside_a_verified_path_is_a_note),
		cmocka_unit_test(weak_keys_and_digests_are_critical),
		cmocka_unit_test(
		    the_signature_of_an_anchor_is_not_blamed_but_its_key_is),
		cmocka_unit_test(names_are_judged_by_rows),
		cmocka_unit_test(hostile_names_leave_one_clean_line),
		cmocka_unit_test(a_demand_for_a_client_certificate_is_a_note),
		cmocka_unit_test(nothing_presented_gives_no_findings),
		cmocka_unit_test(reasons_have_words_of_their_own),
		cmocka_unit_test(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
