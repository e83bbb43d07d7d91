/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/policy/judge_store.c: the store of a device, written by hand.
 */
#include <stdio.h>

#include "hand_cert.h"
#include "policy/verdict.h"
#include "torture.h"
#include "unit.h"

#define DAY HAND_DAY
#define NB  HAND_NB
#define NOW (NB + 10 * DAY)

enum {
	CERTS_MAX = 64
};

/* A provisioned device whose TLS certificate is good. */
struct lab {
	struct hand_cert hands[CERTS_MAX];
	struct facts_cert certs[CERTS_MAX];
	struct facts_key keys[4];
	struct cert *presented[1];
	struct facts facts;
	struct policy policy;
	struct verdict verdict;
};

static struct facts_cert *
add(struct lab *lab, unsigned int usage, const char *subject, const char *issuer)
{
	size_t n = lab->facts.n_certs++;
	struct facts_cert *entry = &lab->certs[n];

	assert_true(n < CERTS_MAX);
	hand_cert_init(&lab->hands[n], (uint8_t)n, subject, issuer);
	entry->cert = &lab->hands[n].cert;
	entry->handle = (int64_t)n;
	entry->usage = usage;
	entry->has_key = true;
	(void)snprintf(entry->instance_id, sizeof(entry->instance_id), "Handle: %zu",
	    n);
	return entry;
}

static void
set_up(struct lab *lab)
{
	struct facts *facts = &lab->facts;
	struct facts_cert *root;

	memset(lab, 0, sizeof(*lab));
	facts->has_store = true;
	facts->certs = lab->certs;
	facts->keys = lab->keys;
	facts->provisioning_state = 2;
	facts->control_mode = CONTROL_ADMIN;
	facts->tls_network.known = true;
	facts->tls_network.is_enabled = true;
	facts->has_tls_context = true;
	(void)snprintf(facts->tls_context_cert, sizeof(facts->tls_context_cert),
	    "Handle: 0");
	(void)snprintf(facts->name, sizeof(facts->name), "pc1.example");
	(void)add(lab, USAGE_TLS, "CN=pc1.example", "CN=Root");
	root = add(lab, USAGE_NONE, "CN=Root", "CN=Root");
	root->is_trusted_root = true;
	root->has_key = false;
	root->cert->is_ca = true;
	lab->presented[0] = lab->certs[0].cert;
	facts->presented.known = true;
	facts->presented.certs = lab->presented;
	facts->presented.n_certs = 1;
	policy_init(&lab->policy);
}

static void
judge(struct lab *lab)
{
	struct err err = { 0 };

	verdict_clear(&lab->verdict);
	assert_rc(verdict_judge_store(&lab->facts, &lab->policy, NOW, &lab->verdict,
		      &err),
	    RC_OK, &err);
}

static void
assert_decides(struct lab *lab, enum state state, enum reason reason,
    enum remedy remedy, const char *slot, const char *text)
{
	const struct finding *deciding;

	judge(lab);
	assert_true(lab->verdict.n_findings > 0);
	deciding = &lab->verdict.findings[lab->verdict.deciding];
	assert_string_equal(deciding->text, text);
	assert_int_equal(deciding->reason, reason);
	assert_int_equal(deciding->state, state);
	assert_int_equal(lab->verdict.state, state);
	assert_int_equal(deciding->remedy, remedy);
	assert_string_equal(deciding->slot, slot);
}

/* The only finding of that reason, which must be there and a note. */
static const char *
note(const struct lab *lab, enum reason reason)
{
	const char *text = "";
	int n = 0;

	for (size_t i = 0; i < lab->verdict.n_findings; i++) {
		if (lab->verdict.findings[i].reason != reason)
			continue;
		assert_int_equal(lab->verdict.findings[i].state, STATE_OK);
		assert_string_equal(lab->verdict.findings[i].slot, "");
		text = lab->verdict.findings[i].text;
		n++;
	}
	assert_int_equal(n, 1);
	return text;
}

static void
a_good_store_has_one_finding(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	assert_decides(&lab, STATE_OK, REASON_VALID, REMEDY_NONE, "tls",
	    "TLS: valid, 355 d left (2027-01-01)");
	assert_int_equal(lab.verdict.n_findings, 1);
	assert_int_equal(lab.verdict.n_judged, 1);
	assert_int_equal(lab.verdict.judged[0].usage, USAGE_TLS);
	verdict_clear(&lab.verdict);
}

static void
every_bound_certificate_decides_by_its_usage(void **state)
{
	static const struct {
		unsigned int usage;
		const char *slot;
		const char *text;
		enum remedy remedy;
	} cases[] = {
		{ USAGE_TLS, "tls", "TLS: expired 1 d ago (2026-01-10)",
		    REMEDY_REPROVISION_TLS },
		{ USAGE_8021X_WIRED, "8021x_wired",
		    "802.1X wired: expired 1 d ago (2026-01-10)", REMEDY_RENEW_8021X },
		{ USAGE_8021X_WIRELESS, "8021x_wireless",
		    "802.1X wireless: expired 1 d ago (2026-01-10)",
		    REMEDY_RENEW_8021X },
		{ USAGE_CIRA, "cira", "CIRA: expired 1 d ago (2026-01-10)",
		    REMEDY_PERSON },
		{ USAGE_OTHER, "other", "other: expired 1 d ago (2026-01-10)",
		    REMEDY_PERSON },
		{ USAGE_8021X_WIRED_ROOT, "8021x_wired_root",
		    "802.1X wired root: expired 1 d ago (2026-01-10)",
		    REMEDY_INSTALL_ROOT },
		{ USAGE_TLS | USAGE_CIRA, "tls", "TLS: expired 1 d ago (2026-01-10)",
		    REMEDY_REPROVISION_TLS },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct lab lab;

		set_up(&lab);
		lab.facts.n_certs = 0;
		add(&lab, cases[i].usage, "CN=x", "CN=Root")->cert->not_after =
		    NOW - DAY;
		lab.facts.presented.known = false;
		lab.facts.name[0] = '\0';
		assert_decides(&lab, STATE_CRITICAL, REASON_EXPIRED, cases[i].remedy,
		    cases[i].slot, cases[i].text);
		verdict_clear(&lab.verdict);
	}
}

static void
two_of_one_usage_are_told_apart_by_handle(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	(void)add(&lab, USAGE_8021X_WIRELESS, "CN=a", "CN=Root");
	add(&lab, USAGE_8021X_WIRELESS, "CN=b", "CN=Root")->cert->not_after = NOW - DAY;
	assert_decides(&lab, STATE_CRITICAL, REASON_EXPIRED, REMEDY_RENEW_8021X,
	    "handle_3", "802.1X wireless (handle 3): expired 1 d ago (2026-01-10)");
	assert_string_equal(lab.verdict.judged[1].slot, "8021x_wireless");
	verdict_clear(&lab.verdict);
}

static void
what_nothing_uses_is_a_note(void **state)
{
	struct lab lab;
	struct facts_cert *old;

	(void)state;
	set_up(&lab);
	old = add(&lab, USAGE_NONE, "CN=pc1.example", "CN=Root");
	old->cert->not_after = NOW - DAY;
	old = add(&lab, USAGE_NONE, "CN=pc1.example", "CN=Root");
	old->cert->not_after = NOW - 2 * DAY;
	old = add(&lab, USAGE_NONE, "CN=pc1.example", "CN=Other");
	old->cert->not_after = NOW - 2 * DAY;
	old->cert->key_bits = 1;
	lab.facts.n_keys = 2;
	lab.keys[0].has_cert = true;
	lab.keys[1].handle = 7;
	assert_decides(&lab, STATE_OK, REASON_VALID, REMEDY_NONE, "tls",
	    "TLS: valid, 355 d left (2027-01-01)");
	assert_int_equal(lab.verdict.n_findings, 4);
	assert_string_equal(note(&lab, REASON_SUPERSEDED),
	    "2 superseded certificates (handles 2, 3)");
	assert_string_equal(note(&lab, REASON_ORPHAN_CERT),
	    "1 certificate that nothing uses (handle 4)");
	assert_string_equal(note(&lab, REASON_ORPHAN_KEY),
	    "1 key pair without certificate (handle 7)");
	verdict_clear(&lab.verdict);
}

static void
a_newer_certificate_that_is_not_bound_is_no_superseded_one(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	add(&lab, USAGE_NONE, "CN=pc1.example", "CN=Root")->cert->not_after += DAY;
	judge(&lab);
	assert_string_equal(note(&lab, REASON_ORPHAN_CERT),
	    "1 certificate that nothing uses (handle 2)");
	verdict_clear(&lab.verdict);
}

static void
many_handles_are_cut(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	for (int i = 0; i < 50; i++)
		(void)add(&lab, USAGE_NONE, "CN=x", "CN=y");
	judge(&lab);
	assert_has(note(&lab, REASON_ORPHAN_CERT),
	    "50 certificates that nothing uses (handles 2, 3, 4, ");
	assert_has(note(&lab, REASON_ORPHAN_CERT), ", ...)");
	verdict_clear(&lab.verdict);
}

static void
a_bound_certificate_without_key_is_critical(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	lab.certs[0].has_key = false;
	assert_decides(&lab, STATE_CRITICAL, REASON_NO_KEY, REMEDY_RENEW_TLS, "tls",
	    "TLS: bound certificate has no key pair in the store");
	lab.certs[0].is_read_only = true; /* the firmware keeps that key to itself */
	judge(&lab);
	assert_int_equal(lab.verdict.state, STATE_OK);
	verdict_clear(&lab.verdict);
}

static void
settings_of_tls_are_judged(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	lab.facts.tls_network.is_enabled = false;
	lab.facts.has_tls_context = false;
	assert_decides(&lab, STATE_CRITICAL, REASON_TLS_OFF, REMEDY_REPROVISION_TLS, "",
	    "TLS is off");
	verdict_clear(&lab.verdict);
	set_up(&lab);
	lab.facts.has_tls_context = false;
	assert_decides(&lab, STATE_CRITICAL, REASON_NO_CONTEXT, REMEDY_REPROVISION_TLS,
	    "", "no certificate is bound to TLS");
	verdict_clear(&lab.verdict);
	set_up(&lab);
	(void)snprintf(lab.facts.tls_context_cert, sizeof(lab.facts.tls_context_cert),
	    "Handle|9");
	assert_decides(&lab, STATE_CRITICAL, REASON_CONTEXT_DANGLING,
	    REMEDY_REPROVISION_TLS, "",
	    "TLS is bound to a certificate that is not in the store (Handle\\x7c9)");
	verdict_clear(&lab.verdict);
}

static void
serving_another_certificate_is_critical(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	lab.presented[0] = lab.certs[1].cert;
	assert_decides(&lab, STATE_CRITICAL, REASON_NOT_SERVED, REMEDY_RENEW_TLS, "",
	    "served certificate (serial 01) is not the bound one (serial 00)");
	verdict_clear(&lab.verdict);
	lab.hands[1].cert.not_after = lab.hands[0].cert.not_after - 1;
	assert_decides(&lab, STATE_CRITICAL, REASON_NOT_SERVED, REMEDY_RENEW_TLS, "",
	    "renewed, but the old certificate is still served: served certificate "
	    "(serial 01) is not the bound one (serial 00)");
	verdict_clear(&lab.verdict);
}

struct upgrade_case {
	int64_t major;
	enum cert_key_kind kind;
	int bits;
	const char *text; /* NULL: nothing is wrong */
};

static const struct upgrade_case upgrades[] = {
	{ 21, CERT_KEY_RSA, 2048, NULL },
	{ 22, CERT_KEY_RSA, 2048,
	    "TLS uses RSA of 2048 bit: AMT 22 asks for RSA 3072 or P-384" },
	{ 23, CERT_KEY_RSA, 3071,
	    "TLS uses RSA of 3071 bit: AMT 22 asks for RSA 3072 or P-384" },
	{ 22, CERT_KEY_RSA, 3072, NULL },
	{ 22, CERT_KEY_EC, 384, NULL },
	{ 0, CERT_KEY_RSA, 2048, NULL },
};

static void
a_key_from_before_an_upgrade_is_a_warning(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(upgrades); i++) {
		const struct upgrade_case *u = &upgrades[i];
		struct lab lab;

		set_up(&lab);
		lab.facts.version_major = u->major;
		lab.hands[0].cert.key_kind = u->kind;
		lab.hands[0].cert.key_bits = u->bits;
		if (u->text != NULL)
			assert_decides(&lab, STATE_WARNING, REASON_KEY_OUTDATED,
			    REMEDY_RENEW_TLS, "", u->text);
		else
			assert_decides(&lab, STATE_OK, REASON_VALID, REMEDY_NONE, "tls",
			    "TLS: valid, 355 d left (2027-01-01)");
		verdict_clear(&lab.verdict);
	}
}

struct clock_case {
	int64_t offset_s;
	int64_t uncertainty_s;
	enum state state;
	const char *text;
};

static const struct clock_case clocks[] = {
	{ 0, 1, STATE_OK, NULL },
	{ 11, 1, STATE_OK, NULL },
	{ 12, 1, STATE_WARNING, "device clock is 12 s ahead" },
	{ -12, 1, STATE_WARNING, "device clock is 12 s behind" },
	{ -2 * DAY, 1, STATE_WARNING, "device clock is 2 d behind" },
	{ 7 * DAY + 1, 1, STATE_WARNING, "device clock is 7 d ahead" },
	{ 7 * DAY + 2, 1, STATE_CRITICAL, "device clock is 7 d ahead" },
	{ -694224000, 1, STATE_CRITICAL, "device clock is 8035 d behind" },
	{ INT64_MIN, 1, STATE_CRITICAL, "device clock is 106751991167300 d behind" },
	{ 5, 100, STATE_OK, NULL },
};

static void
the_clock_is_judged_beyond_doubt(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(clocks); i++) {
		const struct clock_case *c = &clocks[i];
		struct lab lab;

		set_up(&lab);
		lab.facts.clock.known = true;
		lab.facts.clock.offset_s = c->offset_s;
		lab.facts.clock.uncertainty_s = c->uncertainty_s;
		if (c->text != NULL)
			assert_decides(&lab, c->state, REASON_CLOCK_OFF,
			    REMEDY_SYNC_CLOCK, "", c->text);
		else
			assert_decides(&lab, STATE_OK, REASON_VALID, REMEDY_NONE, "tls",
			    "TLS: valid, 355 d left (2027-01-01)");
		verdict_clear(&lab.verdict);
	}
}

static void
a_full_store_is_told_when_the_limit_is_known(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	lab.facts.limits.root_max_count = 2;
	judge(&lab);
	assert_int_equal(lab.verdict.state, STATE_OK);
	lab.facts.limits.root_max_count = 1;
	assert_decides(&lab, STATE_WARNING, REASON_STORE_FULL, REMEDY_PRUNE_STORE, "",
	    "no free place for another trust anchor, 1 of 1 taken");
	verdict_clear(&lab.verdict);
}

static void
a_store_that_runs_short_is_told_before_it_is_full(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	lab.facts.n_keys = 1;
	lab.facts.keys[0].has_cert = true;
	judge(&lab); /* nobody knows how large it is */
	assert_int_equal(lab.verdict.state, STATE_OK);
	lab.policy.store_certs = 4;
	lab.policy.store_keys = 3;
	judge(&lab);
	assert_int_equal(lab.verdict.state, STATE_OK);
	lab.policy.store_certs = 3;
	assert_decides(&lab, STATE_WARNING, REASON_STORE_CROWDED, REMEDY_PERSON, "",
	    "only one free place for another certificate, 2 of 3 taken");
	lab.policy.store_certs = 2;
	assert_decides(&lab, STATE_WARNING, REASON_STORE_CROWDED, REMEDY_PERSON, "",
	    "no free place for another certificate, 2 of 2 taken");
	lab.policy.store_certs = 9;
	lab.policy.store_keys = 2;
	assert_decides(&lab, STATE_WARNING, REASON_STORE_CROWDED, REMEDY_PERSON, "",
	    "only one free place for another key pair, 1 of 2 taken");
	/* What nothing uses can make room. */
	lab.facts.n_keys = 2;
	assert_decides(&lab, STATE_WARNING, REASON_STORE_FULL, REMEDY_PRUNE_STORE, "",
	    "no free place for another key pair, 2 of 2 taken");
	lab.policy.store_keys = 9;
	lab.policy.store_certs = 4;
	(void)add(&lab, USAGE_NONE, "CN=orphan", "CN=Root");
	assert_decides(&lab, STATE_WARNING, REASON_STORE_FULL, REMEDY_PRUNE_STORE, "",
	    "only one free place for another certificate, 3 of 4 taken");
	verdict_clear(&lab.verdict);
}

static void
an_unprovisioned_device_is_told_first(void **state)
{
	static const struct {
		int64_t provisioning_state;
		enum control_mode mode;
		bool is_told;
	} cases[] = {
		{ 0, CONTROL_ADMIN, true },
		{ 1, CONTROL_ADMIN, true },
		{ 2, CONTROL_NONE, true },
		{ 2, CONTROL_CLIENT, false },
		{ -1, CONTROL_UNKNOWN, false },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct lab lab;

		set_up(&lab);
		lab.facts.provisioning_state = cases[i].provisioning_state;
		lab.facts.control_mode = cases[i].mode;
		lab.certs[0].cert->not_after = NOW - DAY;
		if (cases[i].is_told)
			assert_decides(&lab, STATE_CRITICAL, REASON_UNPROVISIONED,
			    REMEDY_PERSON, "", "device is not provisioned");
		else
			assert_decides(&lab, STATE_CRITICAL, REASON_EXPIRED,
			    REMEDY_REPROVISION_TLS, "tls",
			    "TLS: expired 1 d ago (2026-01-10)");
		verdict_clear(&lab.verdict);
	}
}

static void
entries_that_cannot_be_read_are_a_note(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	lab.facts.n_unreadable = 2;
	(void)snprintf(lab.facts.unreadable, sizeof(lab.facts.unreadable),
	    "Handle: 5: RFC 5280 4.1: bad|OK");
	judge(&lab);
	assert_int_equal(lab.verdict.state, STATE_OK);
	assert_string_equal(note(&lab, REASON_UNREADABLE),
	    "2 entries of the store cannot be read: Handle: 5: RFC 5280 4.1: "
	    "bad\\x7cok");
	verdict_clear(&lab.verdict);
}

static void
the_name_is_judged_when_nothing_was_presented(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	lab.facts.presented.known = false;
	assert_decides(&lab, STATE_CRITICAL, REASON_NO_NAME, REMEDY_RENEW_TLS, "tls",
	    "TLS: certificate names no host");
	lab.hands[0].cert.common_name = lab.hands[0].subject + strlen("CN=");
	judge(&lab);
	assert_int_equal(lab.verdict.state, STATE_OK);
	assert_int_equal(lab.verdict.findings[0].reason, REASON_CN_ONLY);
	assert_int_equal(lab.verdict.deciding, 1);
	verdict_clear(&lab.verdict);
}

static void
without_a_store_there_are_no_findings(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	lab.facts.has_store = false;
	judge(&lab);
	assert_int_equal(lab.verdict.n_findings, 0);
}

static void
the_largest_store_fits_the_verdict(void **state)
{
	static struct facts_cert certs[FACTS_CERTS_MAX];
	struct lab lab;

	(void)state;
	set_up(&lab);
	lab.hands[0].cert.key_bits = 1;
	lab.hands[0].cert.not_after = CERT_NOT_AFTER_NONE;
	(void)snprintf(lab.hands[0].cert.signature_digest,
	    sizeof(lab.hands[0].cert.signature_digest), "md5");
	lab.policy.max_lifetime_s = 1;
	for (size_t i = 0; i < FACTS_CERTS_MAX; i++) {
		certs[i] = lab.certs[0];
		certs[i].has_key = false;
		certs[i].handle = (int64_t)i;
	}
	lab.facts.certs = certs;
	lab.facts.n_certs = FACTS_CERTS_MAX;
	judge(&lab);
	assert_int_equal(lab.verdict.n_judged, FACTS_CERTS_MAX);
	assert_true(lab.verdict.n_findings >= (size_t)6 * FACTS_CERTS_MAX);
	verdict_clear(&lab.verdict);
}

static enum rc
judge_all(void *ctx)
{
	struct lab *lab = ctx;
	enum rc r = RC_OK;

	for (int i = 0; r == RC_OK && i < 10; i++) /* until the lists have grown */
		r = verdict_judge_store(&lab->facts, &lab->policy, NOW, &lab->verdict,
		    NULL);
	verdict_clear(&lab->verdict);
	return r;
}

static void
survives_every_failed_allocation(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	assert_true(torture(judge_all, &lab) > 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_store_has_one_finding),
		cmocka_unit_test(every_bound_certificate_decides_by_its_usage),
		cmocka_unit_test(two_of_one_usage_are_told_apart_by_handle),
		cmocka_unit_test(what_nothing_uses_is_a_note),
		cmocka_unit_test(
		    a_newer_certificate_that_is_not_bound_is_no_superseded_one),
		cmocka_unit_test(many_handles_are_cut),
		cmocka_unit_test(a_bound_certificate_without_key_is_critical),
		cmocka_unit_test(settings_of_tls_are_judged),
		cmocka_unit_test(serving_another_certificate_is_critical),
		cmocka_unit_test(a_key_from_before_an_upgrade_is_a_warning),
		cmocka_unit_test(the_clock_is_judged_beyond_doubt),
		cmocka_unit_test(a_full_store_is_told_when_the_limit_is_known),
		cmocka_unit_test(a_store_that_runs_short_is_told_before_it_is_full),
		cmocka_unit_test(an_unprovisioned_device_is_told_first),
		cmocka_unit_test(entries_that_cannot_be_read_are_a_note),
		cmocka_unit_test(the_name_is_judged_when_nothing_was_presented),
		cmocka_unit_test(without_a_store_there_are_no_findings),
		cmocka_unit_test(the_largest_store_fits_the_verdict),
		cmocka_unit_test(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
