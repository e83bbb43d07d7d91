/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/policy/watch.c, judge_template.c: what a CA offers now against the template of a
 * certificate, as the verdict on one pinned certificate gives it.
 */
#include <stdio.h>

#include "hand_cert.h"
#include "policy/verdict.h"
#include "policy/watch.h"
#include "unit.h"

#define DAY	  HAND_DAY
#define NB	  HAND_NB
#define READ_AT	  (NB + 60 * DAY) /* the certificate has 305 d left */
#define NOW	  (READ_AT + INT64_C(10800))
#define OID	  "1.3.6.1.4.1.311.21.8.1.2.3.4"
#define OTHER_OID "1.3.6.1.4.1.311.21.8.1.2.3.5"

/* What CA corp said: AMTTLS 101, wanted. */
struct scene {
	struct offers offers;
	struct policy policy;
	struct hand_cert hand;
	int64_t now;
};

static struct offer *
add(struct scene *s, const char *name, const char *oid)
{
	struct offer *offer = NULL;
	struct err err = { 0 };

	assert_rc(offers_add(&s->offers, &offer, &err), RC_OK, &err);
	(void)snprintf(offer->name, sizeof(offer->name), "%s", name);
	(void)snprintf(offer->oid, sizeof(offer->oid), "%s", oid);
	offer->schema = 2;
	offer->major = 101;
	offer->major_since = READ_AT;
	offer->renewal_s = 50 * DAY;
	offer->may_enrol = true;
	return offer;
}

static void
replaces(struct scene *s, size_t by, const char *name)
{
	struct err err = { 0 };

	assert_rc(offers_add_replaced(&s->offers, by, name, &err), RC_OK, &err);
}

static void
set_up(struct scene *s)
{
	memset(s, 0, sizeof(*s));
	policy_init(&s->policy);
	hand_cert_init(&s->hand, 1, "CN=pc1.example", "CN=Issuer");
	s->hand.cert.has_template = true;
	(void)snprintf(s->hand.cert.template_oid, sizeof(s->hand.cert.template_oid),
	    OID);
	s->hand.cert.template_major = 101;
	(void)snprintf(s->offers.ca, sizeof(s->offers.ca), "corp");
	s->offers.read_at = READ_AT;
	s->now = NOW;
	add(s, "AMTTLS", OID)->is_wanted = true;
	s->policy.offers[POLICY_FOR_TLS] = &s->offers;
}

/* The finding about the template; NULL: none. */
static const struct finding *
find(const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->n_findings; i++)
		if (strncmp(reason_word(verdict->findings[i].reason), "template_", 9) ==
			0 ||
		    verdict->findings[i].reason == REASON_NO_TEMPLATE ||
		    verdict->findings[i].reason == REASON_OFFERS_STALE)
			return &verdict->findings[i];
	return NULL;
}

static void
judge(struct scene *s, struct verdict *verdict)
{
	struct cert *certs[1] = { &s->hand.cert };
	struct facts facts = { .presented = { .known = true,
				   .certs = certs,
				   .n_certs = 1,
				   .has_pin = true,
				   .pin_matches = true,
				   .name_match = NAME_MATCH_SAN } };
	struct err err = { 0 };

	assert_rc(verdict_judge_presented(&facts, &s->policy, s->now, verdict, &err),
	    RC_OK, &err);
}

static void
current(struct scene *s)
{
	(void)s;
}

static void
older(struct scene *s)
{
	s->hand.cert.template_major = 100;
}

static void
without_number(struct scene *s)
{
	s->hand.cert.template_major = 0;
}

static void
newer(struct scene *s)
{
	s->hand.cert.template_major = 102;
}

static void
silent(struct scene *s)
{
	s->offers.list[0].major = 0;
}

/* Issued a second before, and at the moment of, the first reading of 101. */
static void
just_before(struct scene *s)
{
	older(s);
	s->offers.list[0].major_since = NB + 1;
}

static void
lagging(struct scene *s)
{
	older(s);
	s->offers.list[0].major_since = NB;
}

static void
superseded(struct scene *s)
{
	add(s, "AMTNEW", OTHER_OID)->is_wanted = true;
	s->offers.list[0].is_wanted = false;
	replaces(s, 1, "amttls");
}

static void
superseded_and_older(struct scene *s)
{
	superseded(s);
	older(s);
}

static void
superseded_by_a_forbidden_one(struct scene *s)
{
	superseded(s);
	s->offers.list[1].may_enrol = false;
}

static void
superseded_as_configured(struct scene *s)
{
	superseded(s);
	s->offers.list[0].is_wanted = true;
	s->offers.list[1].is_wanted = false;
}

static void
superseding_each_other(struct scene *s)
{
	superseded(s);
	replaces(s, 0, "AMTNEW");
}

static void
superseding_itself(struct scene *s)
{
	replaces(s, 0, "AMTTLS");
}

static void
gone(struct scene *s)
{
	(void)snprintf(s->hand.cert.template_oid, sizeof(s->hand.cert.template_oid),
	    OTHER_OID);
}

static void
gone_for_good(struct scene *s)
{
	gone(s);
	s->offers.list[0].is_wanted = false;
}

static void
nothing_offered(struct scene *s)
{
	s->offers.n = 0;
}

static char old_kind[] = "amttls";

static void
version_1(struct scene *s)
{
	s->hand.cert.has_template = false;
	s->hand.cert.template_name = old_kind;
}

static void
version_1_superseded(struct scene *s)
{
	version_1(s);
	superseded(s);
	(void)snprintf(s->offers.list[0].name, OFFER_NAME_SIZE, "ELSE");
}

static char hostile[] = "Web|Server\x1b[2J";

static void
version_1_gone(struct scene *s)
{
	version_1(s);
	s->hand.cert.template_name = hostile;
}

static void
no_template(struct scene *s)
{
	s->hand.cert.has_template = false;
}

static void
no_template_is_fine(struct scene *s)
{
	no_template(s);
	s->policy.no_template = STATE_OK;
}

static void
just_not_stale(struct scene *s)
{
	older(s);
	s->now = READ_AT + POLICY_OFFERS_MAX_AGE_S;
}

static void
stale(struct scene *s)
{
	just_not_stale(s);
	s->now++;
}

static void
stale_and_newer(struct scene *s)
{
	stale(s);
	newer(s);
}

static void
from_a_near_future(struct scene *s)
{
	older(s);
	s->now = READ_AT - POLICY_OFFERS_MAX_AGE_S;
}

static void
from_a_far_future(struct scene *s)
{
	from_a_near_future(s);
	s->now--;
}

static void
another_rule(struct scene *s)
{
	older(s);
	assert_int_equal(policy_set_rule(&s->policy, "configmgr", NULL), RC_OK);
}

static void
by_hand(struct scene *s)
{
	older(s);
	s->policy.has_template_major = true;
	s->policy.template_major = 100;
}

static void
by_hand_and_older(struct scene *s)
{
	by_hand(s);
	s->policy.template_major = 102;
}

/* One row per condition: the state with 305 d left, and the words that say why. */
static const struct {
	void (*change)(struct scene *s);
	enum state state;
	enum reason reason; /* REASON_VALID: nothing is said of the template */
	enum remedy remedy;
	bool wants_anew;
	const char *words;
} rows[] = {
	{ current, STATE_OK, REASON_VALID, REMEDY_NONE, false, "" },
	{ older, STATE_WARNING, REASON_TEMPLATE_OLD, REMEDY_RENEW_TLS, true,
	    "re-enrol wanted: template version 100 is below the wanted 101 of CA corp "
	    "(read 3 h ago)" },
	{ without_number, STATE_WARNING, REASON_TEMPLATE_OLD, REMEDY_RENEW_TLS, true,
	    "template version 0 is below" },
	{ newer, STATE_UNKNOWN, REASON_TEMPLATE_NEWER, REMEDY_PERSON, false,
	    "template version 102 is above 101 of CA corp (read 3 h ago)" },
	{ silent, STATE_OK, REASON_VALID, REMEDY_NONE, false, "" },
	{ just_before, STATE_WARNING, REASON_TEMPLATE_OLD, REMEDY_RENEW_TLS, true, "" },
	{ lagging, STATE_WARNING, REASON_TEMPLATE_LAGGING, REMEDY_PERSON, false,
	    "issued by template version 100 when CA corp wanted 101 already" },
	{ superseded, STATE_WARNING, REASON_TEMPLATE_SUPERSEDED, REMEDY_RENEW_TLS, true,
	    "re-enrol wanted: template AMTNEW supersedes AMTTLS at CA corp" },
	{ superseded_and_older, STATE_WARNING, REASON_TEMPLATE_SUPERSEDED,
	    REMEDY_RENEW_TLS, true, "supersedes" },
	{ superseded_by_a_forbidden_one, STATE_OK, REASON_VALID, REMEDY_NONE, false,
	    "" },
	{ superseded_as_configured, STATE_WARNING, REASON_TEMPLATE_OUTDATED,
	    REMEDY_PERSON, false, "name it as template in [ca corp]" },
	{ superseding_each_other, STATE_WARNING, REASON_TEMPLATE_OUTDATED,
	    REMEDY_PERSON, false, "name it" },
	{ superseding_itself, STATE_OK, REASON_VALID, REMEDY_NONE, false, "" },
	{ gone, STATE_OK, REASON_TEMPLATE_GONE, REMEDY_PERSON, false,
	    "is not offered by CA corp: the next renewal takes AMTTLS" },
	{ gone_for_good, STATE_WARNING, REASON_TEMPLATE_GONE, REMEDY_PERSON, false,
	    "template " OTHER_OID " is no longer offered by CA corp (read 3 h ago): "
	    "renewal will fail" },
	{ nothing_offered, STATE_WARNING, REASON_TEMPLATE_GONE, REMEDY_PERSON, false,
	    "renewal will fail" },
	{ version_1, STATE_OK, REASON_TEMPLATE_UNVERSIONED, REMEDY_NONE, false,
	    "version 1 template AMTTLS, has no version" },
	{ version_1_superseded, STATE_WARNING, REASON_TEMPLATE_SUPERSEDED,
	    REMEDY_RENEW_TLS, true, "template AMTNEW supersedes amttls" },
	{ version_1_gone, STATE_OK, REASON_TEMPLATE_GONE, REMEDY_PERSON, false,
	    "template Web\\x7cServer\\x1b[2J is not offered" },
	{ no_template, STATE_WARNING, REASON_NO_TEMPLATE, REMEDY_PERSON, false,
	    "template: none, cannot be told whether re-enrolment is forced: a "
	    "stand-alone CA issued it" },
	{ no_template_is_fine, STATE_OK, REASON_VALID, REMEDY_NONE, false, "" },
	{ just_not_stale, STATE_WARNING, REASON_TEMPLATE_OLD, REMEDY_RENEW_TLS, true,
	    "read 7 d ago" },
	{ stale, STATE_OK, REASON_OFFERS_STALE, REMEDY_PERSON, false,
	    "what CA corp wants was read 7 d ago and is not acted on" },
	{ stale_and_newer, STATE_OK, REASON_OFFERS_STALE, REMEDY_PERSON, false, "" },
	{ from_a_near_future, STATE_WARNING, REASON_TEMPLATE_OLD, REMEDY_RENEW_TLS,
	    true, "" },
	{ from_a_far_future, STATE_OK, REASON_OFFERS_STALE, REMEDY_PERSON, false, "" },
	{ another_rule, STATE_OK, REASON_VALID, REMEDY_NONE, false, "" },
	{ by_hand, STATE_OK, REASON_VALID, REMEDY_NONE, false, "" },
	{ by_hand_and_older, STATE_WARNING, REASON_TEMPLATE_OLD, REMEDY_RENEW_TLS, true,
	    "template version 100 is below the wanted 102, renewal due at once" },
};

static void
each_condition_has_a_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct verdict verdict = { 0 };
		const struct finding *finding;
		struct scene s;

		set_up(&s);
		rows[i].change(&s);
		judge(&s, &verdict);
		finding = find(&verdict);
		if (verdict.state != rows[i].state ||
		    (finding == NULL) != (rows[i].reason == REASON_VALID) ||
		    (finding != NULL && finding->reason != rows[i].reason))
			fail_msg("row %zu: %s, %s", i, state_text(verdict.state),
			    finding == NULL ? "nothing" : finding->text);
		if (finding != NULL) {
			assert_has(finding->text, rows[i].words);
			assert_int_equal(finding->remedy, rows[i].remedy);
		}
		assert_int_equal(watch_wants_anew(&s.policy, &s.hand.cert, USAGE_NONE,
				     s.now),
		    rows[i].wants_anew);
		verdict_clear(&verdict);
		offers_clear(&s.offers);
	}
}

/* The state s seconds after the moment from which renewal is due. */
static enum state
state_at(struct scene *s, int64_t now)
{
	struct verdict verdict = { 0 };
	enum state state;

	s->now = now;
	judge(s, &verdict);
	state = verdict.state;
	verdict_clear(&verdict);
	return state;
}

static const struct {
	int64_t renewal_s; /* of the template; 0: it does not say */
	int64_t by_hand_s; /* 0: not set */
	int64_t due_s;	   /* after notBefore, of 365 d */
} periods[] = {
	{ 50 * DAY, 0, 315 * DAY },
	{ 10 * DAY, 0, 355 * DAY },
	{ 90 * DAY, 0, 292 * DAY }, /* a fifth of the lifetime is less */
	{ INT64_MAX / 1024, 0, 292 * DAY },
	{ 1, 0, 365 * DAY - 1 },
	{ 0, 0, 323 * DAY }, /* the default of Windows */
	{ 50 * DAY, 20 * DAY, 345 * DAY },
	{ 50 * DAY, 42 * DAY, 323 * DAY },
};

static void
the_renewal_period_is_the_templates(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(periods); i++) {
		int64_t due = NB + periods[i].due_s;
		struct scene s;

		set_up(&s);
		s.offers.list[0].renewal_s = periods[i].renewal_s;
		s.policy.offers_max_age_s = 1000 * DAY;
		if (periods[i].by_hand_s > 0) {
			s.policy.has_renew_before = true;
			s.policy.renew_before_s = periods[i].by_hand_s;
		}
		assert_int_equal(state_at(&s, due - 1), STATE_OK);
		assert_int_not_equal(state_at(&s, due), STATE_OK);
		assert_int_not_equal(state_at(&s, due + 1), STATE_OK);
		offers_clear(&s.offers);
	}
}

/* What was read too long ago is still the best that is known of R. */
static void
a_stale_period_holds(void **state)
{
	struct scene s;

	(void)state;
	set_up(&s);
	assert_int_equal(state_at(&s, NB + 315 * DAY - 1), STATE_OK);
	assert_int_equal(state_at(&s, NB + 315 * DAY), STATE_WARNING);
	offers_clear(&s.offers);
}

static const struct {
	unsigned int usage;
	enum watch_standing standing;
} usages[] = {
	{ USAGE_NONE, WATCH_FORCED },
	{ USAGE_TLS, WATCH_FORCED },
	{ USAGE_TLS | USAGE_8021X_WIRED, WATCH_FORCED },
	{ USAGE_8021X_WIRED, WATCH_GONE },
	{ USAGE_8021X_WIRELESS, WATCH_GONE },
	{ USAGE_CIRA, WATCH_NOTHING },
	{ USAGE_OTHER, WATCH_NOTHING },
};

static void
each_usage_asks_its_own_ca(void **state)
{
	struct offers network = { .ca = "net", .read_at = READ_AT };
	struct scene s;

	(void)state;
	set_up(&s);
	older(&s);
	s.policy.offers[POLICY_FOR_8021X] = &network;
	for (size_t i = 0; i < UNIT_COUNT(usages); i++)
		assert_int_equal(
		    watch_cert(&s.policy, &s.hand.cert, usages[i].usage, NOW).standing,
		    usages[i].standing);
	offers_clear(&s.offers);
}

static void
lists_have_an_end(void **state)
{
	struct offers offers = { .read_at = 0 };
	struct offer *offer = NULL;
	struct err err = { 0 };
	char name[OFFER_NAME_SIZE + 1];

	(void)state;
	memset(name, 'x', OFFER_NAME_SIZE);
	name[OFFER_NAME_SIZE] = '\0';
	for (size_t i = 0; i < OFFERS_MAX; i++)
		assert_rc(offers_add(&offers, &offer, &err), RC_OK, &err);
	assert_int_equal(offers_add(&offers, &offer, NULL), RC_LIMIT);
	assert_int_equal(offers_add_replaced(&offers, 0, name, NULL), RC_LIMIT);
	for (size_t i = 0; i < OFFERS_REPLACED_MAX; i++)
		assert_rc(offers_add_replaced(&offers, i, name + 1, &err), RC_OK, &err);
	assert_int_equal(offers_add_replaced(&offers, 0, "x", NULL), RC_LIMIT);
	assert_null(offers_successor(&offers, "x"));
	offers_clear(&offers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_condition_has_a_reason),
		cmocka_unit_test(the_renewal_period_is_the_templates),
		cmocka_unit_test(a_stale_period_holds),
		cmocka_unit_test(each_usage_asks_its_own_ca),
		cmocka_unit_test(lists_have_an_end),
	};

	return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
