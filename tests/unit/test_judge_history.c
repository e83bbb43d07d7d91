/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/policy/judge_history.c: age, silence and changes behind our back.
 */
#include <stdio.h>

#include "hand_cert.h"
#include "policy/verdict.h"
#include "torture.h"
#include "unit.h"

#define DAY HAND_DAY
#define NOW (HAND_NB + 100 * DAY)

struct lab {
	struct hand_cert leaf;
	struct cert *certs[1];
	struct facts facts;
	struct policy policy;
	struct verdict verdict;
};

/* A certificate with 265 days left, read just now, with nothing to be said. */
static void
set_up(struct lab *lab)
{
	memset(lab, 0, sizeof(*lab));
	hand_cert_init(&lab->leaf, 1, "CN=pc01", "CN=CA");
	lab->certs[0] = &lab->leaf.cert;
	policy_init(&lab->policy);
	lab->policy.needs_anchor = false;
	lab->facts.read_at = NOW;
	lab->facts.presented = (struct facts_presented){ .known = true,
		.certs = lab->certs,
		.n_certs = 1,
		.has_pin = true,
		.pin_matches = true,
		.name_match = NAME_MATCH_SAN };
	lab->facts.history.known = true;
	lab->facts.history.ok_at = NOW;
	lab->facts.history.tried_at = NOW;
}

static enum rc
judge_rc(void *ctx)
{
	struct lab *lab = ctx;
	enum rc r;

	verdict_clear(&lab->verdict);
	r = verdict_judge_presented(&lab->facts, &lab->policy, NOW, &lab->verdict,
	    NULL);
	for (int i = 0; i < 8 && r == RC_OK; i++) /* until the list has grown */
		r = verdict_judge_history(&lab->facts, &lab->policy, NOW, &lab->verdict,
		    NULL);
	verdict_clear(&lab->verdict);
	return r;
}

static const struct finding *
find(const struct lab *lab, enum reason reason)
{
	for (size_t i = 0; i < lab->verdict.n_findings; i++)
		if (lab->verdict.findings[i].reason == reason)
			return &lab->verdict.findings[i];
	return NULL;
}

/* The state, and the text of that finding; NULL: it is not there. */
static const char *
judge(struct lab *lab, enum reason reason, enum state state)
{
	const struct finding *finding;
	struct err err = { 0 };

	verdict_clear(&lab->verdict);
	assert_rc(verdict_judge_presented(&lab->facts, &lab->policy, NOW, &lab->verdict,
		      &err),
	    RC_OK, &err);
	assert_rc(verdict_judge_history(&lab->facts, &lab->policy, NOW, &lab->verdict,
		      &err),
	    RC_OK, &err);
	assert_int_equal(lab->verdict.state, state);
	finding = find(lab, reason);
	return finding != NULL ? finding->text : NULL;
}

static void
says_nothing_of_what_it_does_not_know(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	lab.facts.history.known = false;
	lab.facts.history.realm_changed_at = NOW;
	assert_null(judge(&lab, REASON_REALM_CHANGED, STATE_OK));
	assert_int_equal(lab.verdict.n_findings, 1);
	verdict_clear(&lab.verdict);
}

static void
a_reading_keeps_its_state_and_tells_its_age(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	lab.facts.read_at = NOW - 3 * DAY;
	assert_null(judge(&lab, REASON_LAST_KNOWN, STATE_OK));
	lab.facts.history.has_failed = true;
	(void)snprintf(lab.facts.history.error, sizeof(lab.facts.history.error),
	    "pc01: cannot connect: CRITICAL|");
	assert_string_equal(judge(&lab, REASON_LAST_KNOWN, STATE_OK),
	    "read 3 d ago; now: pc01: cannot connect: critical\\x7c");
	lab.facts.read_at = NOW - 21 * DAY;
	assert_null(judge(&lab, REASON_STALE, STATE_OK));
	lab.facts.read_at = NOW - 21 * DAY - 1;
	assert_string_equal(judge(&lab, REASON_STALE, STATE_WARNING),
	    "last read 21 d ago, at most 21 d is allowed");
	lab.policy.max_age_s = 0;
	assert_null(judge(&lab, REASON_STALE, STATE_OK));
	verdict_clear(&lab.verdict);
}

static void
what_ends_while_the_device_is_off_is_critical(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	lab.facts.read_at = NOW - 5 * DAY;
	lab.leaf.cert.not_after = NOW - 1;
	(void)judge(&lab, REASON_EXPIRED, STATE_CRITICAL);
	verdict_clear(&lab.verdict);
}

static void
a_device_that_was_never_read_is_unknown(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	lab.facts.presented.known = false;
	lab.facts.read_at = 0;
	assert_string_equal(judge(&lab, REASON_NEVER_READ, STATE_UNKNOWN),
	    "never read");
	(void)snprintf(lab.facts.history.error, sizeof(lab.facts.history.error),
	    "no route");
	assert_string_equal(judge(&lab, REASON_NEVER_READ, STATE_UNKNOWN),
	    "never read: no route");
	verdict_clear(&lab.verdict);
}

struct contact_case {
	size_t n_contacts;
	int64_t gap_days;
	int64_t silent_days;
	bool will_miss;
};

/* The renewal window of the certificate is 42 days. */
static const struct contact_case contact_cases[] = {
	{ 40, 7, 1, false },			 /* weekly */
	{ 40, 50, 1, true },			 /* away for longer than the window */
	{ 5, 50, 1, true }, { 4, 50, 1, false }, /* too few to say */
	{ 40, 42, 1, false },			 /* just in time */
	{ 40, 7, 42, false },
	{ 40, 7, 43, true }, /* the silence of now is a gap, too */
};

static void
silence_longer_than_the_window_is_foretold(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(contact_cases); i++) {
		const struct contact_case *row = &contact_cases[i];
		struct lab lab;

		set_up(&lab);
		lab.policy.max_age_s = 0;
		lab.facts.history.n_contacts = row->n_contacts;
		lab.facts.history.gap_p95_s = row->gap_days * DAY;
		lab.facts.history.ok_at = NOW - row->silent_days * DAY;
		assert_int_equal(judge(&lab, REASON_WILL_MISS,
				     row->will_miss ? STATE_WARNING : STATE_OK) != NULL,
		    row->will_miss);
		verdict_clear(&lab.verdict);
	}
}

static void
changes_are_told_for_a_week(void **state)
{
	struct facts_history *history;
	struct lab lab;

	(void)state;
	set_up(&lab);
	history = &lab.facts.history;
	history->realm_changed_at = NOW - 7 * DAY;
	(void)snprintf(history->realm_before, sizeof(history->realm_before), "old|");
	(void)snprintf(lab.facts.realm, sizeof(lab.facts.realm), "Digest:A");
	assert_string_equal(judge(&lab, REASON_REALM_CHANGED, STATE_WARNING),
	    "realm changed from old\\x7c to Digest:A: the device was unprovisioned or "
	    "replaced");
	history->realm_changed_at = NOW - 7 * DAY - 1;
	assert_null(judge(&lab, REASON_REALM_CHANGED, STATE_OK));
	history->replaced_at = NOW;
	(void)snprintf(history->replaced, sizeof(history->replaced), "uuid 1");
	assert_has(judge(&lab, REASON_REPLACED, STATE_WARNING), "uuid 1 before");
	history->replaced_at = 0;
	history->misdirected_at = NOW;
	(void)snprintf(history->misdirected, sizeof(history->misdirected), "pc02");
	assert_has(judge(&lab, REASON_MISDIRECTED, STATE_WARNING), "device: pc02");
	history->misdirected_at = 0;
	history->address_reused_at = NOW;
	(void)snprintf(history->address_reused, sizeof(history->address_reused),
	    "pc03");
	assert_has(judge(&lab, REASON_ADDRESS_REUSED, STATE_OK), "that of pc03");
	verdict_clear(&lab.verdict);
}

static void
a_second_manager_is_named(void **state)
{
	struct facts_history *history;
	struct lab lab;

	(void)state;
	set_up(&lab);
	history = &lab.facts.history;
	(void)snprintf(history->issuer_before, sizeof(history->issuer_before), "CN=A");
	(void)snprintf(history->issuer_now, sizeof(history->issuer_now), "CN=MPS;Root");
	history->issuer_changed_at = NOW - 30 * DAY;
	history->issuer_was_ours = true;
	assert_string_equal(judge(&lab, REASON_SECOND_MANAGER, STATE_WARNING),
	    "another manager replaced our certificate by one of CN=MPS\\x3bRoot");
	history->n_swaps = 2;
	assert_non_null(judge(&lab, REASON_SECOND_MANAGER, STATE_WARNING));
	history->n_swaps = 3;
	assert_has(judge(&lab, REASON_MANAGERS_FIGHT, STATE_CRITICAL),
	    "two managers fight: the issuer changed 3 times in a week");
	verdict_clear(&lab.verdict);
}

static void
our_own_change_of_issuer_is_none_of_it(void **state)
{
	struct facts_history *history;
	struct lab lab;

	(void)state;
	set_up(&lab);
	history = &lab.facts.history;
	history->issuer_changed_at = NOW;
	history->issuer_was_ours = true;
	history->issuer_is_ours = true;
	(void)judge(&lab, REASON_VALID, STATE_OK);
	assert_int_equal(lab.verdict.n_findings, 1);
	history->issuer_was_ours = false;
	history->issuer_is_ours = false; /* it never was ours: a note */
	assert_non_null(judge(&lab, REASON_ISSUER_CHANGED, STATE_OK));
	history->issuer_changed_at = NOW - 8 * DAY;
	assert_null(judge(&lab, REASON_ISSUER_CHANGED, STATE_OK));
	verdict_clear(&lab.verdict);
}

static void
survives_every_failed_allocation(void **state)
{
	struct lab lab;

	(void)state;
	set_up(&lab);
	lab.facts.history.realm_changed_at = NOW;
	lab.facts.history.replaced_at = NOW;
	assert_true(torture(judge_rc, &lab) > 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_nothing_of_what_it_does_not_know),
		cmocka_unit_test(a_reading_keeps_its_state_and_tells_its_age),
		cmocka_unit_test(what_ends_while_the_device_is_off_is_critical),
		cmocka_unit_test(a_device_that_was_never_read_is_unknown),
		cmocka_unit_test(silence_longer_than_the_window_is_foretold),
		cmocka_unit_test(changes_are_told_for_a_week),
		cmocka_unit_test(a_second_manager_is_named),
		cmocka_unit_test(our_own_change_of_issuer_is_none_of_it),
		cmocka_unit_test(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
