/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/policy/judge_period.c: states and sentences to the second, by rows, as the
 * verdict on one pinned certificate gives them.
 */

#include "base/buf.h"
#include "hand_cert.h"
#include "policy/verdict.h"
#include "unit.h"

#define DAY HAND_DAY
#define NB  HAND_NB

/* The verdict on a certificate of that lifetime. */
static void
judge(struct hand_cert *hand, const struct policy *policy, int64_t now,
    struct verdict *verdict)
{
	struct cert *certs[1] = { &hand->cert };
	struct facts facts = { .presented = { .known = true,
				   .certs = certs,
				   .n_certs = 1,
				   .has_pin = true,
				   .pin_matches = true,
				   .name_match = NAME_MATCH_SAN } };
	struct err err = { 0 };

	assert_rc(verdict_judge_presented(&facts, policy, now, verdict, &err), RC_OK,
	    &err);
}

static enum state
state_at(struct hand_cert *hand, const struct policy *policy, int64_t now)
{
	struct verdict verdict = { 0 };
	enum state state;

	judge(hand, policy, now, &verdict);
	state = verdict.state;
	verdict_clear(&verdict);
	return state;
}

struct edge_case {
	int64_t lifetime_s;
	int64_t renew_before_s;
	int64_t due_s; /* after notBefore */
	int64_t floor_s;
};

/* The eleven rows of Windows autoenrollment. */
static const struct edge_case edges[] = {
	{ 365 * DAY, 42 * DAY, 323 * DAY, 14 * DAY },
	{ 730 * DAY, 42 * DAY, 688 * DAY, 14 * DAY },
	{ 210 * DAY, 42 * DAY, 168 * DAY, 14 * DAY },
	{ 180 * DAY, 42 * DAY, 144 * DAY, 12 * DAY },
	{ 365 * DAY, 90 * DAY, 292 * DAY, 2102400 },
	{ 90 * DAY, 30 * DAY, 72 * DAY, 6 * DAY },
	{ 47 * DAY, 42 * DAY, 3248640, 270720 },
	{ 7 * DAY, 4 * DAY, 483840, 40320 },
	{ 30 * DAY, 42 * DAY, 24 * DAY, 2 * DAY },
	{ DAY, 17280, 69120, 5760 },
	{ 103, 50, 83, 6 },
};

static void
states_change_to_the_second(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(edges); i++) {
		const struct edge_case *c = &edges[i];
		int64_t na = NB + c->lifetime_s;
		struct hand_cert hand;
		struct policy policy;

		policy_init(&policy);
		policy.renew_before_s = c->renew_before_s;
		hand_cert_init(&hand, 1, "CN=pc1.example", "CN=Issuer");
		hand.cert.not_after = na;
		assert_int_equal(state_at(&hand, &policy, NB - 1), STATE_CRITICAL);
		assert_int_equal(state_at(&hand, &policy, NB), STATE_OK);
		assert_int_equal(state_at(&hand, &policy, NB + c->due_s - 1), STATE_OK);
		assert_int_equal(state_at(&hand, &policy, NB + c->due_s),
		    STATE_WARNING);
		assert_int_equal(state_at(&hand, &policy, NB + c->due_s + 1),
		    STATE_WARNING);
		assert_int_equal(state_at(&hand, &policy, na - c->floor_s - 1),
		    STATE_WARNING);
		assert_int_equal(state_at(&hand, &policy, na - c->floor_s),
		    STATE_CRITICAL);
		assert_int_equal(state_at(&hand, &policy, na), STATE_CRITICAL);
		assert_int_equal(state_at(&hand, &policy, na + 1), STATE_CRITICAL);
	}
}

struct text_case {
	const char *warning; /* thresholds; NULL: none */
	const char *critical;
	int64_t grace_s;
	int64_t now;
	enum reason reason;
	enum state state;
	enum remedy remedy;
	const char *text;
};

#define NA (NB + 365 * DAY)

/* clang-format off */
static const struct text_case texts[] = {
	{ NULL, NULL, 0, NB + DAY, REASON_VALID, STATE_OK, REMEDY_NONE,
	    "valid, 364 d left (2027-01-01)" },
	{ NULL, NULL, 0, NA - 42 * DAY, REASON_DUE, STATE_WARNING, REMEDY_RENEW_TLS,
	    "renewal due, 42 d left (2027-01-01)" },
	{ NULL, NULL, 0, NA - 38 * DAY, REASON_DUE, STATE_WARNING, REMEDY_RENEW_TLS,
	    "renewal overdue 4 d, 38 d left (2027-01-01)" },
	{ NULL, NULL, 5 * DAY, NA - 38 * DAY, REASON_IN_GRACE, STATE_OK, REMEDY_RENEW_TLS,
	    "renewal due for 4 d, in grace, 38 d left (2027-01-01)" },
	{ NULL, NULL, 5 * DAY, NA - 37 * DAY - 1, REASON_IN_GRACE, STATE_OK, REMEDY_RENEW_TLS,
	    "renewal due for 4 d, in grace, 37 d left (2027-01-01)" },
	{ NULL, NULL, 5 * DAY, NA - 37 * DAY, REASON_DUE, STATE_WARNING, REMEDY_RENEW_TLS,
	    "renewal overdue 5 d, 37 d left (2027-01-01)" },
	{ NULL, NULL, 40 * DAY, NA - 14 * DAY, REASON_FLOOR, STATE_CRITICAL, REMEDY_RENEW_TLS,
	    "renewal overdue 28 d, 14 d left (2027-01-01)" },
	{ NULL, NULL, 0, NA, REASON_FLOOR, STATE_CRITICAL, REMEDY_RENEW_TLS,
	    "renewal overdue 42 d, 0 s left (2027-01-01)" },
	{ NULL, NULL, 400 * DAY, NA + 5 * DAY, REASON_EXPIRED, STATE_CRITICAL, REMEDY_REPROVISION_TLS,
	    "expired 5 d ago (2027-01-01)" },
	{ NULL, NULL, 0, NB - 10800, REASON_NOT_YET_VALID, STATE_CRITICAL, REMEDY_RENEW_TLS,
	    "not yet valid, begins in 3 h (2026-01-01)" },
	{ "30:", "10:", 0, NA - 30 * DAY, REASON_VALID, STATE_OK, REMEDY_NONE,
	    "valid, 30 d left (2027-01-01)" },
	{ "30:", "10:", 0, NA - 30 * DAY + 1, REASON_THRESHOLD_WARNING, STATE_WARNING, REMEDY_RENEW_TLS,
	    "29 d left (2027-01-01), beyond the warning threshold" },
	{ "30:", "10:", 0, NA - 10 * DAY, REASON_THRESHOLD_WARNING, STATE_WARNING, REMEDY_RENEW_TLS,
	    "10 d left (2027-01-01), beyond the warning threshold" },
	{ "30:", "10:", 0, NA - 10 * DAY + 1, REASON_THRESHOLD_CRITICAL, STATE_CRITICAL, REMEDY_RENEW_TLS,
	    "9 d left (2027-01-01), beyond the critical threshold" },
	{ NULL, "10:", 0, NA - 11 * DAY, REASON_VALID, STATE_OK, REMEDY_NONE,
	    "valid, 11 d left (2027-01-01)" },
	{ "20%:", NULL, 0, NA - 72 * DAY, REASON_THRESHOLD_WARNING, STATE_WARNING, REMEDY_RENEW_TLS,
	    "72 d left (2027-01-01), beyond the warning threshold" },
	{ "20%:", NULL, 0, NA - 1, REASON_THRESHOLD_WARNING, STATE_WARNING, REMEDY_RENEW_TLS,
	    "1 s left (2027-01-01), beyond the warning threshold" },
	/* Thresholds that never alert do not make it valid again. */
	{ "~:", "~:", 0, NA + 1, REASON_EXPIRED, STATE_CRITICAL, REMEDY_REPROVISION_TLS,
	    "expired 1 s ago (2027-01-01)" },
	{ "@0:1", "@0:1", 0, NB - 1, REASON_NOT_YET_VALID, STATE_CRITICAL, REMEDY_RENEW_TLS,
	    "not yet valid, begins in 1 s (2026-01-01)" },
};
/* clang-format on */

static void
set_policy(struct policy *policy, const struct text_case *c)
{
	policy_init(policy);
	policy->grace_s = c->grace_s;
	policy->has_warning = c->warning != NULL;
	policy->has_critical = c->critical != NULL;
	if (c->warning != NULL)
		assert_int_equal(time_range_parse(c->warning, &policy->warning, NULL),
		    RC_OK);
	if (c->critical != NULL)
		assert_int_equal(time_range_parse(c->critical, &policy->critical, NULL),
		    RC_OK);
}

static void
sentences_say_what_to_know_at_night(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(texts); i++) {
		const struct text_case *c = &texts[i];
		struct verdict verdict = { 0 };
		struct hand_cert hand;
		struct policy policy;

		set_policy(&policy, c);
		hand_cert_init(&hand, 1, "CN=pc1.example", "CN=Issuer");
		judge(&hand, &policy, c->now, &verdict);
		assert_int_equal(verdict.n_findings, 1);
		assert_string_equal(verdict.findings[0].text, c->text);
		assert_int_equal(verdict.findings[0].reason, c->reason);
		assert_int_equal(verdict.findings[0].remedy, c->remedy);
		assert_string_equal(verdict.findings[0].slot, "leaf");
		assert_true(verdict.findings[0].has_left);
		assert_int_equal(verdict.findings[0].left_s, NA - c->now);
		assert_int_equal(verdict.state, c->state);
		assert_int_equal(verdict.n_judged, 1);
		assert_int_equal(verdict.judged[0].state, c->state);
		verdict_clear(&verdict);
	}
}

static void
a_reversed_period_is_never_good(void **state)
{
	static const int64_t times[] = { NB - 10 * DAY, NB - DAY, NB - 1, NB, NA };
	struct hand_cert hand;
	struct policy policy;

	(void)state;
	policy_init(&policy);
	hand_cert_init(&hand, 1, "CN=pc1.example", "CN=Issuer");
	hand.cert.not_after = NB - DAY;
	for (size_t i = 0; i < UNIT_COUNT(times); i++) {
		struct verdict verdict = { 0 };

		judge(&hand, &policy, times[i], &verdict);
		assert_int_equal(verdict.state, STATE_CRITICAL);
		assert_int_equal(verdict.findings[0].reason, REASON_PERIOD_REVERSED);
		assert_string_equal(verdict.findings[0].text,
		    "notAfter (2025-12-31) lies before notBefore (2026-01-01)");
		verdict_clear(&verdict);
	}
}

static void
expired_is_critical_under_every_policy(void **state)
{
	static const char *const rules[] = { "autoenroll", "configmgr", "scs",
		"fraction" };
	struct hand_cert hand;
	struct policy policy;

	(void)state;
	policy_init(&policy);
	policy.grace_s = INT64_MAX;
	policy.renew_before_s = 0;
	policy.floor_num = 0;
	hand_cert_init(&hand, 1, "CN=pc1.example", "CN=Issuer");
	for (size_t i = 0; i < UNIT_COUNT(rules); i++) {
		assert_int_equal(policy_set_rule(&policy, rules[i], NULL), RC_OK);
		assert_int_equal(state_at(&hand, &policy, NA + 1), STATE_CRITICAL);
		assert_int_equal(state_at(&hand, &policy, INT64_MAX), STATE_CRITICAL);
		assert_int_equal(state_at(&hand, &policy, INT64_MIN), STATE_CRITICAL);
	}
}

static void
no_end_is_a_note(void **state)
{
	struct verdict verdict = { 0 };
	struct hand_cert hand;
	struct policy policy;

	(void)state;
	policy_init(&policy);
	hand_cert_init(&hand, 1, "CN=pc1.example", "CN=Issuer");
	hand.cert.not_after = CERT_NOT_AFTER_NONE;
	judge(&hand, &policy, NB, &verdict);
	assert_int_equal(verdict.state, STATE_OK);
	assert_int_equal(verdict.n_findings, 2);
	assert_int_equal(verdict.deciding, 0);
	assert_string_equal(verdict.findings[0].text,
	    "valid, 2912442 d left (9999-12-31)");
	assert_int_equal(verdict.findings[1].reason, REASON_NO_END);
	assert_false(verdict.findings[1].has_left);
	assert_int_equal(verdict.judged[0].window_s, 42 * DAY);
	verdict_clear(&verdict);
}

/* 180 days, R 42 d, three days of grace: what alerts is overdue, not days left. */
static void
overdue_alerts_and_not_days_left(void **state)
{
	static const struct {
		const char *policy;
		int64_t left_s;
		enum state state;
	} cases[] = {
		{ "autoenroll", 37 * DAY, STATE_OK },
		{ "autoenroll", 34 * DAY, STATE_OK }, /* due, in grace */
		{ "autoenroll", 33 * DAY + 1, STATE_OK },
		{ "autoenroll", 33 * DAY, STATE_WARNING },
		{ "autoenroll", 32 * DAY, STATE_WARNING },
		{ "autoenroll", 12 * DAY + 1, STATE_WARNING },
		{ "autoenroll", 12 * DAY, STATE_CRITICAL },
		{ "autoenroll", -1, STATE_CRITICAL },
		{ "configmgr", 39 * DAY + 1, STATE_OK },
		{ "configmgr", 39 * DAY, STATE_WARNING },
	};
	struct hand_cert hand;
	struct policy policy;

	(void)state;
	hand_cert_init(&hand, 1, "CN=pc1.example", "CN=Issuer");
	hand.cert.not_after = NB + 180 * DAY;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		int64_t now = hand.cert.not_after - cases[i].left_s;

		policy_init(&policy);
		assert_int_equal(policy_set_rule(&policy, cases[i].policy, NULL),
		    RC_OK);
		policy.grace_s = 3 * DAY;
		assert_int_equal(state_at(&hand, &policy, now), cases[i].state);
	}
	for (int64_t s = -1; s <= 1; s++) { /* due itself, by either rule */
		int64_t nb = hand.cert.not_before, na = hand.cert.not_after;

		policy_init(&policy);
		assert_int_equal(policy_is_due(&policy, nb, na, na - 36 * DAY + s),
		    s >= 0);
		assert_int_equal(policy_set_rule(&policy, "configmgr", NULL), RC_OK);
		assert_int_equal(policy_is_due(&policy, nb, na, na - 42 * DAY + s),
		    s >= 0);
	}
}

static void
an_older_template_is_due_at_once(void **state)
{
	struct verdict verdict = { 0 };
	struct hand_cert hand;
	struct policy policy;

	(void)state;
	policy_init(&policy);
	policy.has_template_major = true;
	policy.template_major = 101;
	hand_cert_init(&hand, 1, "CN=pc1.example", "CN=Issuer");
	hand.cert.has_template = true;
	hand.cert.template_major = 101;
	assert_int_equal(state_at(&hand, &policy, NB), STATE_OK);
	hand.cert.template_major = 100;
	judge(&hand, &policy, NB, &verdict);
	assert_int_equal(verdict.state, STATE_WARNING);
	assert_int_equal(verdict.findings[verdict.deciding].reason,
	    REASON_TEMPLATE_OLD);
	assert_int_equal(verdict.findings[verdict.deciding].remedy, REMEDY_RENEW_TLS);
	assert_string_equal(verdict.findings[verdict.deciding].text,
	    "template version 100 is below the wanted 101, renewal due at once");
	verdict_clear(&verdict);
}

static void
a_certificate_without_template_has_a_state_of_its_own(void **state)
{
	static char old_kind[] = "Web|Server";
	struct verdict verdict = { 0 };
	struct hand_cert hand;
	struct policy policy;

	(void)state;
	policy_init(&policy);
	hand_cert_init(&hand, 1, "CN=pc1.example", "CN=Issuer");
	assert_int_equal(state_at(&hand, &policy, NB), STATE_OK); /* none is wanted */
	policy.has_template_major = true;
	policy.template_major = 101;
	judge(&hand, &policy, NB, &verdict);
	assert_int_equal(verdict.state, STATE_WARNING);
	assert_int_equal(verdict.findings[verdict.deciding].reason, REASON_NO_TEMPLATE);
	assert_int_equal(verdict.findings[verdict.deciding].remedy, REMEDY_PERSON);
	assert_string_equal(verdict.findings[verdict.deciding].text,
	    "no template version, 101 is wanted: a stand-alone CA issued it, or one "
	    "that is not of Windows");
	verdict_clear(&verdict);
	hand.cert.template_name = old_kind;
	policy.no_template = STATE_CRITICAL;
	judge(&hand, &policy, NB, &verdict);
	assert_int_equal(verdict.state, STATE_CRITICAL);
	assert_string_equal(verdict.findings[verdict.deciding].text,
	    "no template version, 101 is wanted: template Web\\x7cServer is of the old "
	    "kind");
	verdict_clear(&verdict);
	policy.no_template = STATE_OK;
	assert_int_equal(state_at(&hand, &policy, NB), STATE_OK);
}

static void
a_lifetime_above_the_allowed_one_is_told(void **state)
{
	struct verdict verdict = { 0 };
	struct hand_cert hand;
	struct policy policy;

	(void)state;
	policy_init(&policy);
	policy.max_lifetime_s = 365 * DAY;
	hand_cert_init(&hand, 1, "CN=pc1.example", "CN=Issuer");
	assert_int_equal(state_at(&hand, &policy, NB), STATE_OK);
	hand.cert.not_after++;
	judge(&hand, &policy, NB, &verdict);
	assert_int_equal(verdict.state, STATE_WARNING);
	assert_int_equal(verdict.findings[verdict.deciding].reason,
	    REASON_LIFETIME_LONG);
	assert_int_equal(verdict.judged[0].state, STATE_WARNING);
	verdict_clear(&verdict);
}

struct numbers_case {
	const char *warning;
	const char *critical;
	int64_t grace_s;
	const char *ranges; /* as perfdata writes them */
};

static const struct numbers_case numbers[] = {
	{ NULL, NULL, 0, "3628800: 1209600:" },
	{ NULL, NULL, 10 * DAY, "2764800: 1209600:" },
	{ "30:", "20%:", 10 * DAY, "2592000: 6307200:" },
	{ "0.5:100", NULL, 0, "43200:8640000 -" },
};

static void
the_numbers_behind_it_can_be_redone(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(numbers); i++) {
		struct text_case c = { .warning = numbers[i].warning,
			.critical = numbers[i].critical,
			.grace_s = numbers[i].grace_s };
		struct verdict verdict = { 0 };
		const struct judged *judged;
		struct hand_cert hand;
		struct policy policy;
		struct buf out;

		set_policy(&policy, &c);
		hand_cert_init(&hand, 1, "CN=pc1.example", "CN=Issuer");
		judge(&hand, &policy, NB + 5, &verdict);
		judged = &verdict.judged[0];
		assert_string_equal(judged->slot, "leaf");
		assert_ptr_equal(judged->cert, &hand.cert);
		assert_int_equal(judged->left_s, 365 * DAY - 5);
		assert_int_equal(judged->lifetime_s, 365 * DAY);
		assert_int_equal(judged->window_s, 42 * DAY);
		assert_int_equal(judged->floor_s, 14 * DAY);
		assert_int_equal(judged->due_at, NB + 323 * DAY);
		assert_int_equal(judged->due_left_s, 323 * DAY - 5);
		buf_init(&out, 100);
		if (judged->has_warning)
			(void)range_format(&out, &judged->warning);
		(void)buf_add_char(&out, ' ');
		if (judged->has_critical)
			(void)range_format(&out, &judged->critical);
		else
			(void)buf_add_char(&out, '-');
		assert_string_equal(buf_str(&out), numbers[i].ranges);
		buf_clear(&out);
		verdict_clear(&verdict);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states_change_to_the_second),
		cmocka_unit_test(sentences_say_what_to_know_at_night),
		cmocka_unit_test(a_reversed_period_is_never_good),
		cmocka_unit_test(expired_is_critical_under_every_policy),
		cmocka_unit_test(no_end_is_a_note),
		cmocka_unit_test(overdue_alerts_and_not_days_left),
		cmocka_unit_test(an_older_template_is_due_at_once),
		cmocka_unit_test(a_certificate_without_template_has_a_state_of_its_own),
		cmocka_unit_test(a_lifetime_above_the_allowed_one_is_told),
		cmocka_unit_test(the_numbers_behind_it_can_be_redone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
