/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/policy/judge_clock.c, judge_used.c, judge_roots.c: facts written by hand.
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
	CERTS_MAX = 4
};

struct lab {
	struct hand_cert hands[CERTS_MAX];
	struct facts_cert certs[CERTS_MAX];
	struct facts facts;
	struct policy policy;
	struct verdict verdict;
};

static void
set_up(struct lab *lab)
{
	memset(lab, 0, sizeof(*lab));
	lab->facts.certs = lab->certs;
	policy_init(&lab->policy);
}

static struct facts_cert *
add(struct lab *lab, unsigned int usage, const char *subject)
{
	size_t n = lab->facts.n_certs++;
	struct facts_cert *entry = &lab->certs[n];

	hand_cert_init(&lab->hands[n], (uint8_t)n, subject, subject);
	entry->cert = &lab->hands[n].cert;
	entry->handle = (int64_t)n + 3;
	entry->usage = usage;
	entry->has_key = true;
	return entry;
}

static void
assert_decides(const struct lab *lab, enum state state, enum reason reason,
    const char *text)
{
	const struct finding *deciding = &lab->verdict.findings[lab->verdict.deciding];

	assert_true(lab->verdict.n_findings > 0);
	assert_has(deciding->text, text);
	assert_int_equal(deciding->reason, reason);
	assert_int_equal(lab->verdict.state, state);
}

static void
a_clock_is_right_off_or_unknown(void **state)
{
	static const struct {
		bool known;
		int64_t offset_s, uncertainty_s;
		enum state state;
		enum reason reason;
		const char *text;
	} rows[] = {
		{ false, 0, 0, STATE_UNKNOWN, REASON_CLOCK_UNKNOWN, "does not tell" },
		{ true, 0, 1, STATE_OK, REASON_CLOCK_RIGHT, "right within 10 s" },
		{ true, 11, 1, STATE_OK, REASON_CLOCK_RIGHT, "right within 10 s" },
		{ true, 12, 1, STATE_WARNING, REASON_CLOCK_OFF, "12 s ahead" },
		{ true, -12, 1, STATE_WARNING, REASON_CLOCK_OFF, "12 s behind" },
		{ true, -604801, 1, STATE_WARNING, REASON_CLOCK_OFF, "7 d behind" },
		{ true, -604802, 1, STATE_CRITICAL, REASON_CLOCK_OFF, "7 d behind" },
		{ true, INT64_MIN, 1, STATE_CRITICAL, REASON_CLOCK_OFF, "behind" },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct lab lab;
		struct err err = { 0 };

		set_up(&lab);
		lab.facts.clock.known = rows[i].known;
		lab.facts.clock.offset_s = rows[i].offset_s;
		lab.facts.clock.uncertainty_s = rows[i].uncertainty_s;
		assert_rc(verdict_judge_clock(&lab.facts, &lab.policy, NOW,
			      &lab.verdict, &err),
		    RC_OK, &err);
		assert_decides(&lab, rows[i].state, rows[i].reason, rows[i].text);
		verdict_clear(&lab.verdict);
	}
}

static void
only_802_1x_counts_for_802_1x(void **state)
{
	struct lab lab;
	struct err err = { 0 };

	(void)state;
	set_up(&lab);
	add(&lab, USAGE_TLS, "CN=tls")->cert->not_after = NB + DAY; /* expired */
	assert_rc(verdict_judge_8021x(&lab.facts, &lab.policy, NOW, &lab.verdict, &err),
	    RC_OK, &err);
	assert_decides(&lab, STATE_OK, REASON_NO_8021X, "no certificate is used");
	verdict_clear(&lab.verdict);
	add(&lab, USAGE_8021X_WIRED, "CN=wired")->cert->not_after = NB + DAY;
	add(&lab, USAGE_8021X_WIRELESS, "CN=wifi");
	assert_rc(verdict_judge_8021x(&lab.facts, &lab.policy, NOW, &lab.verdict, &err),
	    RC_OK, &err);
	assert_decides(&lab, STATE_CRITICAL, REASON_EXPIRED,
	    "802.1X wired: expired 9 d");
	assert_int_equal(lab.verdict.n_judged, 2);
	verdict_clear(&lab.verdict);
}

static void
every_root_counts_and_wanted_ones_must_be_there(void **state)
{
	struct lab lab;
	struct facts_cert *root;
	struct cert *wanted[2];
	struct hand_cert other;
	struct err err = { 0 };

	(void)state;
	set_up(&lab);
	root = add(&lab, USAGE_NONE, "CN=Root");
	root->is_trusted_root = true;
	wanted[0] = root->cert;
	assert_rc(verdict_judge_roots(&lab.facts, &lab.policy, wanted, 1, NOW,
		      &lab.verdict, &err),
	    RC_OK, &err);
	assert_decides(&lab, STATE_OK, REASON_VALID, "root CN=Root: valid");
	assert_string_equal(lab.verdict.judged[0].slot, "root_3");
	verdict_clear(&lab.verdict);

	hand_cert_init(&other, 99, "CN=Other", "CN=Other");
	wanted[1] = &other.cert;
	assert_rc(verdict_judge_roots(&lab.facts, &lab.policy, wanted, 2, NOW,
		      &lab.verdict, &err),
	    RC_OK, &err);
	assert_decides(&lab, STATE_CRITICAL, REASON_ROOT_MISSING,
	    "CN=Other is not in the firmware");
	assert_int_equal(lab.verdict.findings[lab.verdict.deciding].remedy,
	    REMEDY_INSTALL_ROOT);
	verdict_clear(&lab.verdict);

	root->cert->not_after = NB + DAY;
	assert_rc(verdict_judge_roots(&lab.facts, &lab.policy, NULL, 0, NOW,
		      &lab.verdict, &err),
	    RC_OK, &err);
	assert_decides(&lab, STATE_CRITICAL, REASON_EXPIRED, "root CN=Root: expired");
	assert_int_equal(lab.verdict.findings[lab.verdict.deciding].remedy,
	    REMEDY_INSTALL_ROOT);
	verdict_clear(&lab.verdict);
}

static void
no_root_is_a_note_unless_client_certificates_are_demanded(void **state)
{
	struct lab lab;
	struct err err = { 0 };

	(void)state;
	set_up(&lab);
	add(&lab, USAGE_TLS, "CN=tls");
	assert_rc(verdict_judge_roots(&lab.facts, &lab.policy, NULL, 0, NOW,
		      &lab.verdict, &err),
	    RC_OK, &err);
	assert_decides(&lab, STATE_OK, REASON_NO_ROOT, "no trust anchor");
	verdict_clear(&lab.verdict);
	lab.facts.tls_network.known = true;
	lab.facts.tls_network.is_mutual = true;
	assert_rc(verdict_judge_roots(&lab.facts, &lab.policy, NULL, 0, NOW,
		      &lab.verdict, &err),
	    RC_OK, &err);
	assert_decides(&lab, STATE_CRITICAL, REASON_NO_ROOT, "demands client");
	verdict_clear(&lab.verdict);
}

static enum rc
judge_body(void *ctx)
{
	struct lab *lab = ctx;
	struct err err = { 0 };
	enum rc r;

	r = verdict_judge_roots(&lab->facts, &lab->policy, NULL, 0, NOW, &lab->verdict,
	    &err);
	if (r == RC_OK)
		r = verdict_judge_8021x(&lab->facts, &lab->policy, NOW, &lab->verdict,
		    &err);
	verdict_clear(&lab->verdict);
	return r;
}

static void
survives_that_memory_runs_out(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	add(&lab, USAGE_8021X_WIRED, "CN=wired");
	add(&lab, USAGE_NONE, "CN=Root")->is_trusted_root = true;
	(void)torture(judge_body, &lab);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clock_is_right_off_or_unknown),
		cmocka_unit_test(only_802_1x_counts_for_802_1x),
		cmocka_unit_test(every_root_counts_and_wanted_ones_must_be_there),
		cmocka_unit_test(
		    no_root_is_a_note_unless_client_certificates_are_demanded),
		cmocka_unit_test(survives_that_memory_runs_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
