/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/policy/judge_service.c: what a CA answered, as findings.
 */
#include "policy/authority.h"
#include "unit.h"

#define NOW INT64_C(1760000000)
#define DAY INT64_C(86400)

/* A CA that can renew and lasts; each row changes what it is about. */
static struct authority_service
good_service(void)
{
	return (struct authority_service){ .name = "corp (certsrv)",
		.answer = AUTHORITY_READY,
		.unreachable = STATE_CRITICAL,
		.kind = "enterprise",
		.text = "",
		.template_name = "AMTTLS",
		.not_after = NOW + 3000 * DAY,
		.lifetime_s = 365 * DAY,
		.pending_text = "the CA has the request",
		.pending_warning_s = DAY,
		.pending_critical_s = 3 * DAY };
}

struct row {
	enum authority_answer answer;
	const char *text;
	int64_t ends_in_s;    /* 0: 3000 days */
	int64_t list_ends_in; /* 0: it has none */
	int64_t waits_s;      /* of the oldest request; 0: none */
	enum state state;
	enum reason reason; /* one of the findings */
	const char *words;  /* and in its text */
};

static const struct row rows[] = {
	{ AUTHORITY_READY, "", 0, 0, 0, STATE_OK, REASON_CA_READY,
	    "CA corp (certsrv): enterprise, can renew by template AMTTLS" },
	{ AUTHORITY_READY, "note: x", 0, 0, 0, STATE_OK, REASON_CA_READY, "; note: x" },
	{ AUTHORITY_STAND_ALONE, "stand-alone CA: use another", 0, 0, 0, STATE_CRITICAL,
	    REASON_CA_STAND_ALONE, "CA corp (certsrv): stand-alone CA: use another" },
	{ AUTHORITY_UNREACHABLE, "refused", 0, 0, 0, STATE_CRITICAL,
	    REASON_CA_UNREACHABLE, "refused: see whether its service runs" },
	{ AUTHORITY_NOT_PERMITTED, "HTTP 403", 0, 0, 0, STATE_CRITICAL,
	    REASON_CA_NOT_PERMITTED, "the right to enrol, or correct its secret" },
	{ AUTHORITY_NO_TEMPLATE, "publish it", 0, 0, 0, STATE_CRITICAL,
	    REASON_CA_NO_TEMPLATE, "publish it" },
	{ AUTHORITY_NOT_SET_UP, "set template", 0, 0, 0, STATE_CRITICAL,
	    REASON_CA_CONFIG, "set template" },
	{ AUTHORITY_SENSELESS, "HTTP 418", 0, 0, 0, STATE_CRITICAL,
	    REASON_CA_BAD_ANSWER, "see whether url leads to a CA" },
	/* The window of a CA is 42 days, its floor a third of that. */
	{ AUTHORITY_READY, "", 42 * DAY, 0, 0, STATE_WARNING, REASON_CA_ENDS,
	    "its certificate ends in 42 d (2025-11-20): renew that first" },
	{ AUTHORITY_READY, "", 42 * DAY + 1, 0, 0, STATE_OK, REASON_CA_SHORTENS,
	    "is cut to its own end (2025-11-20): renew its certificate" },
	{ AUTHORITY_READY, "", 13 * DAY, 0, 0, STATE_CRITICAL, REASON_CA_ENDS,
	    "ends in 13 d" },
	{ AUTHORITY_READY, "", -2 * DAY, 0, 0, STATE_CRITICAL, REASON_CA_ENDS,
	    "its certificate ended 2 d ago (2025-10-07)" },
	{ AUTHORITY_READY, "", 365 * DAY + 1, 0, 0, STATE_OK, REASON_CA_READY, "" },
	{ AUTHORITY_READY, "", 0, 7 * DAY, 0, STATE_OK, REASON_CRL_VALID,
	    "its revocation list ends in 7 d" },
	{ AUTHORITY_READY, "", 0, 7 * DAY - 1, 0, STATE_WARNING, REASON_CRL_ENDS,
	    ": publish a new one" },
	{ AUTHORITY_READY, "", 0, -1, 0, STATE_CRITICAL, REASON_CRL_ENDED,
	    "its revocation list is stale" },
	{ AUTHORITY_READY, "", 0, 0, DAY, STATE_OK, REASON_CA_PENDING,
	    "pending at CA corp (certsrv) since 2025-10-08: 2 waiting, the oldest for 1 d" },
	{ AUTHORITY_READY, "", 0, 0, DAY + 1, STATE_WARNING, REASON_CA_PENDING,
	    "(the CA has the request): approve or deny it there" },
	{ AUTHORITY_READY, "", 0, 0, 3 * DAY, STATE_WARNING, REASON_CA_PENDING, "" },
	{ AUTHORITY_READY, "", 0, 0, 3 * DAY + 1, STATE_CRITICAL, REASON_CA_PENDING,
	    "the oldest for 3 d" },
	/* What waits is told of a CA that cannot renew, too. */
	{ AUTHORITY_UNREACHABLE, "x", 0, 0, DAY + 1, STATE_CRITICAL, REASON_CA_PENDING,
	    "pending at CA" },
};

static const struct finding *
find(const struct verdict *verdict, enum reason reason)
{
	for (size_t i = 0; i < verdict->n_findings; i++)
		if (verdict->findings[i].reason == reason)
			return &verdict->findings[i];
	return NULL;
}

static void
judge(const struct authority_service *service, struct verdict *verdict)
{
	const struct authority authority = { .list_warning_s = AUTHORITY_LIST_WARNING_S,
		.service = service };
	struct policy policy;
	struct err err = { 0 };

	policy_init(&policy);
	assert_rc(verdict_judge_authority(&authority, &policy, NOW, verdict, &err),
	    RC_OK, &err);
}

static void
each_answer_has_its_state_and_says_what_to_do(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		const struct row *row = &rows[i];
		struct authority_service service = good_service();
		struct verdict verdict = { 0 };
		const struct finding *finding;

		service.answer = row->answer;
		service.text = row->text;
		if (row->ends_in_s != 0)
			service.not_after = NOW + row->ends_in_s;
		if (row->list_ends_in != 0)
			service.list_to = NOW + row->list_ends_in;
		if (row->waits_s != 0) {
			service.n_pending = 2;
			service.pending_since = NOW - row->waits_s;
		}
		judge(&service, &verdict);
		finding = find(&verdict, row->reason);
		if (finding == NULL)
			fail_msg("row %zu: %s is missing", i, reason_word(row->reason));
		else
			assert_has(finding->text, row->words);
		if (verdict.state != row->state)
			fail_msg("row %zu: %s", i, state_text(verdict.state));
		verdict_clear(&verdict);
	}
}

/* A list that we publish is replaced after half of its life: it is no news that less
 * than the usual warning is left of a short one. */
static void
a_list_of_our_own_is_judged_by_its_life(void **state)
{
	static const struct {
		int64_t from, to;
		enum state state;
		const char *words;
	} lists[] = {
		{ -3 * DAY, 4 * DAY, STATE_OK, "ends in 4 d" },
		{ -4 * DAY, 2 * DAY, STATE_OK, "ends in 2 d" },
		{ -4 * DAY, 2 * DAY - 2, STATE_WARNING,
		    "see to it that a timer runs publish_it" },
		{ -50 * DAY, 7 * DAY, STATE_OK, "ends in 7 d" },
		{ -50 * DAY, 7 * DAY - 1, STATE_WARNING, "publish_it" },
		{ -7 * DAY, -1, STATE_CRITICAL, "stale" },
		{ -7 * DAY, -1, STATE_CRITICAL, ": run publish_it" },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(lists); i++) {
		struct authority_service service = good_service();
		struct verdict verdict = { 0 };
		bool is_said = false;

		service.publisher = "publish_it";
		service.list_from = NOW + lists[i].from;
		service.list_to = NOW + lists[i].to;
		judge(&service, &verdict);
		for (size_t n = 0; n < verdict.n_findings; n++)
			is_said = is_said ||
			    strstr(verdict.findings[n].text, lists[i].words) != NULL;
		if (!is_said || verdict.state != lists[i].state)
			fail_msg("list %zu: %s", i, state_text(verdict.state));
		verdict_clear(&verdict);
	}
}

#define MAX_AGE (7 * DAY)

static const struct {
	bool is_asked;	    /* it said so just now */
	int64_t kept_ago_s; /* of what the inventory has; -1: nothing */
	enum state state;
	enum reason reason;
	const char *words;
} offers_rows[] = {
	{ true, -1, STATE_OK, REASON_CA_OFFERS,
	    "template AMT\\x7cTLS version 101.4, R 42 d, lifetime 365 d" },
	{ true, 0, STATE_OK, REASON_CA_OFFERS, "version 101.4" },
	{ true, MAX_AGE, STATE_OK, REASON_CA_OFFERS, "version 101.4" },
	{ true, MAX_AGE + 1, STATE_WARNING, REASON_OFFERS_STALE,
	    "as of 7 d ago: nobody acts on them any more, run this with --record" },
	{ false, 3600, STATE_OK, REASON_CA_OFFERS, "lifetime 365 d, as it was" },
	{ false, MAX_AGE + 1, STATE_WARNING, REASON_OFFERS_STALE, "as of 7 d ago" },
};

static void
what_it_offers_is_told_with_its_age(void **state)
{
	struct offer list[1] = { { .name = "AMT|TLS",
	    .major = 101,
	    .minor = 4,
	    .renewal_s = 42 * DAY,
	    .validity_s = 365 * DAY,
	    .is_wanted = true } };
	struct offers now = { .ca = "corp", .read_at = NOW, .list = list, .n = 1 };
	struct offers kept = now;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(offers_rows); i++) {
		struct authority_service service = good_service();
		struct verdict verdict = { 0 };
		const struct finding *finding;

		kept.read_at = NOW - offers_rows[i].kept_ago_s;
		service.offers = offers_rows[i].is_asked ? &now : NULL;
		service.kept = offers_rows[i].kept_ago_s >= 0 ? &kept : NULL;
		service.offers_max_age_s = MAX_AGE;
		judge(&service, &verdict);
		finding = find(&verdict, offers_rows[i].reason);
		assert_non_null(finding);
		if (finding != NULL)
			assert_has(finding->text, offers_rows[i].words);
		assert_int_equal(verdict.state, offers_rows[i].state);
		verdict_clear(&verdict);
	}
}

static void
the_operator_chooses_the_state_of_one_out_of_reach(void **state)
{
	struct authority_service service = good_service();
	struct verdict verdict = { 0 };

	(void)state;
	service.answer = AUTHORITY_UNREACHABLE;
	service.unreachable = STATE_UNKNOWN;
	judge(&service, &verdict);
	assert_int_equal(verdict.state, STATE_UNKNOWN);
	verdict_clear(&verdict);
}

static void
says_that_a_person_must_approve_each_request(void **state)
{
	struct authority_service service = good_service();
	struct verdict verdict = { 0 };

	(void)state;
	service.needs_approval = true;
	judge(&service, &verdict);
	assert_non_null(find(&verdict, REASON_CA_APPROVAL));
	assert_int_equal(verdict.state, STATE_OK);
	verdict_clear(&verdict);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_answer_has_its_state_and_says_what_to_do),
		cmocka_unit_test(a_list_of_our_own_is_judged_by_its_life),
		cmocka_unit_test(what_it_offers_is_told_with_its_age),
		cmocka_unit_test(the_operator_chooses_the_state_of_one_out_of_reach),
		cmocka_unit_test(says_that_a_person_must_approve_each_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
