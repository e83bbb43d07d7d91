/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A CA that was asked whether it can renew: its answer, how long it and its list
 * last, and the requests that wait there.  Each finding says what to do.
 */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "policy/authority.h"
#include "policy/judge.h"
#include "policy/period.h"

/* A CA that tells its end alone: long enough that no share of it counts. */
#define ASSUMED_LIFETIME_S INT64_C(1576800000) /* 50 years */

/* What each answer is, and what to do where the answer does not say it. */
static const struct {
	enum reason reason;
	const char *advice;
} answers[] = {
	[AUTHORITY_READY] = { REASON_CA_READY, "" },
	[AUTHORITY_STAND_ALONE] = { REASON_CA_STAND_ALONE, "" },
	[AUTHORITY_UNREACHABLE] = { REASON_CA_UNREACHABLE,
	    ": see whether its service runs and this host may reach it" },
	[AUTHORITY_NOT_PERMITTED] = { REASON_CA_NOT_PERMITTED,
	    ": give the account of [ca] the right to enrol, or correct its secret" },
	[AUTHORITY_NO_TEMPLATE] = { REASON_CA_NO_TEMPLATE, "" },
	[AUTHORITY_NOT_SET_UP] = { REASON_CA_CONFIG, "" },
	[AUTHORITY_SENSELESS] = { REASON_CA_BAD_ANSWER,
	    ": see whether url leads to a CA of this backend" },
};

static enum rc
judge_answer(struct verdict *verdict, const struct authority_service *service,
    int64_t now, struct err *err)
{
	enum reason reason = answers[service->answer].reason;
	bool has_template = service->template_name[0] != '\0';
	const struct about about = { .now = now };

	if (service->answer == AUTHORITY_READY)
		return judge_add(verdict, &about, reason, err,
		    "CA %s: %s%scan renew%s%s%s%s", service->name, service->kind,
		    service->kind[0] != '\0' ? ", " : "",
		    has_template ? " by template " : "", service->template_name,
		    service->text[0] != '\0' ? "; " : "", service->text);
	return judge_add_state(verdict, &about, reason,
	    service->answer == AUTHORITY_UNREACHABLE ? service->unreachable
						     : STATE_CRITICAL,
	    err, "CA %s: %s%s", service->name, service->text,
	    answers[service->answer].advice);
}

static bool
is_in_chain(const struct authority_service *service)
{
	for (size_t i = 0; i < service->n_chain; i++)
		if (service->chain[i]->not_after == service->not_after)
			return true;
	return false;
}

/* Of a CA that is known by its end alone. */
static enum rc
judge_end(struct verdict *verdict, const struct authority_service *service,
    const struct policy *policy, int64_t now, struct err *err)
{
	struct policy for_ca = judge_policy_for_ca(policy);
	char left[CLOCK_DURATION_SIZE], date[CLOCK_DATE_SIZE];
	const struct about about = { .now = now };
	enum state state = STATE_OK;

	if (service->not_after != 0 && !is_in_chain(service))
		state = period_state(&for_ca, service->not_after - ASSUMED_LIFETIME_S,
		    service->not_after, now);
	if (state == STATE_OK)
		return RC_OK;
	(void)clock_format_duration(service->not_after - now, left);
	(void)clock_format_date(service->not_after, date);
	return judge_add_state(verdict, &about, REASON_CA_ENDS, state, err,
	    "CA %s: its certificate %s %s%s (%s): renew that first", service->name,
	    service->not_after < now ? "ended" : "ends in", left,
	    service->not_after < now ? " ago" : "", date);
}

/* What it issues ends with it. */
static enum rc
note_short_life(struct verdict *verdict, const struct authority_service *service,
    int64_t now, struct err *err)
{
	char date[CLOCK_DATE_SIZE];
	const struct about about = { .now = now };

	if (service->not_after <= now || service->lifetime_s == 0 ||
	    now + service->lifetime_s < service->not_after)
		return RC_OK;
	return judge_add(verdict, &about, REASON_CA_SHORTENS, err,
	    "CA %s: what it issues is cut to its own end (%s): renew its certificate",
	    service->name, clock_format_date(service->not_after, date));
}

/* A list that is ours to publish is replaced after half of its life, so that a warning
 * before that would be a false one: a third is left when nobody did it. */
static int64_t
warn_before_s(const struct authority_service *service, int64_t warning_s)
{
	int64_t third_s = (service->list_to - service->list_from) / 3;

	if (service->publisher == NULL || service->list_from == 0 ||
	    warning_s < third_s)
		return warning_s;
	return third_s;
}

static enum rc
judge_list(struct verdict *verdict, const struct authority_service *service,
    int64_t warning_s, int64_t now, struct err *err)
{
	bool is_ours = service->publisher != NULL;
	int64_t left_s = service->list_to - now;
	char left[CLOCK_DURATION_SIZE], date[CLOCK_DATE_SIZE];
	const struct about about = { .now = now };

	if (service->list_to == 0)
		return RC_OK;
	(void)clock_format_duration(left_s, left);
	(void)clock_format_date(service->list_to, date);
	if (left_s < 0)
		return judge_add(verdict, &about, REASON_CRL_ENDED, err,
		    "CA %s: its revocation list is stale, it ended %s ago (%s): %s%s",
		    service->name, left, date, is_ours ? "run " : "publish a new one",
		    is_ours ? service->publisher : "");
	if (left_s < warn_before_s(service, warning_s))
		return judge_add(verdict, &about, REASON_CRL_ENDS, err,
		    "CA %s: its revocation list ends in %s (%s): %s%s", service->name,
		    left, date,
		    is_ours ? "see to it that a timer runs " : "publish a new one",
		    is_ours ? service->publisher : "");
	return judge_add(verdict, &about, REASON_CRL_VALID, err,
	    "CA %s: its revocation list ends in %s (%s)", service->name, left, date);
}

static enum rc
judge_pending(struct verdict *verdict, const struct authority_service *service,
    int64_t now, struct err *err)
{
	int64_t age_s = now - service->pending_since;
	char age[CLOCK_DURATION_SIZE], date[CLOCK_DATE_SIZE];
	enum state state = STATE_OK;
	const struct about about = { .now = now };

	if (service->n_pending == 0)
		return RC_OK;
	if (age_s > service->pending_critical_s)
		state = STATE_CRITICAL;
	else if (age_s > service->pending_warning_s)
		state = STATE_WARNING;
	return judge_add_state(verdict, &about, REASON_CA_PENDING, state, err,
	    "pending at CA %s since %s: %lld waiting, the oldest for %s (%s): approve or "
	    "deny it there",
	    service->name, clock_format_date(service->pending_since, date),
	    (long long)service->n_pending, clock_format_duration(age_s, age),
	    service->pending_text);
}

static enum rc
add_offer(struct verdict *verdict, const struct authority_service *service,
    const struct offer *wanted, int64_t now, struct err *err)
{
	char renewal[CLOCK_DURATION_SIZE], validity[CLOCK_DURATION_SIZE];
	char name[OFFER_NAME_SIZE];
	const struct about about = { .now = now };

	text_printable_field(name, sizeof(name), wanted->name, strlen(wanted->name));
	return judge_add(verdict, &about, REASON_CA_OFFERS, err,
	    "CA %s: template %s version %lld.%lld, R %s, lifetime %s%s", service->name,
	    name, (long long)wanted->major, (long long)wanted->minor,
	    clock_format_duration(wanted->renewal_s, renewal),
	    clock_format_duration(wanted->validity_s, validity),
	    service->offers == NULL ? ", as it was" : "");
}

/* What the wanted template says, and whether the others know it by now. */
static enum rc
judge_offers(struct verdict *verdict, const struct authority_service *service,
    int64_t now, struct err *err)
{
	const struct offers *offers =
	    service->offers != NULL ? service->offers : service->kept;
	const struct offer *wanted = offers == NULL ? NULL : offers_wanted(offers);
	const struct offers *kept = service->kept;
	char age[CLOCK_DURATION_SIZE] = "";
	const struct about about = { .now = now };
	int64_t age_s = kept == NULL ? 0 : now - kept->read_at;
	bool is_stale = age_s > service->offers_max_age_s;
	enum rc r = RC_OK;

	if (wanted != NULL)
		r = add_offer(verdict, service, wanted, now, err);
	if (r != RC_OK || kept == NULL)
		return r;
	(void)clock_format_duration(age_s, age);
	return judge_add_state(verdict, &about,
	    is_stale ? REASON_OFFERS_STALE : REASON_CA_OFFERS,
	    is_stale ? STATE_WARNING : STATE_OK, err,
	    "CA %s: the inventory has its templates as of %s ago%s", service->name, age,
	    is_stale ? ": nobody acts on them any more, run this with --record" : "");
}

enum rc
judge_service(struct verdict *verdict, const struct authority_service *service,
    const struct policy *policy, int64_t list_warning_s, int64_t now, struct err *err)
{
	bool is_ready = service->answer == AUTHORITY_READY;
	const struct about about = { .now = now };
	enum rc r = judge_answer(verdict, service, now, err);

	if (r == RC_OK && is_ready && service->needs_approval)
		r = judge_add(verdict, &about, REASON_CA_APPROVAL, err,
		    "CA %s: %s: expect pending at every renewal", service->name,
		    reason_sentence(REASON_CA_APPROVAL));
	if (r == RC_OK && is_ready)
		r = judge_end(verdict, service, policy, now, err);
	if (r == RC_OK && is_ready)
		r = note_short_life(verdict, service, now, err);
	if (r == RC_OK)
		r = judge_offers(verdict, service, now, err);
	if (r == RC_OK)
		r = judge_list(verdict, service, list_warning_s, now, err);
	return r == RC_OK ? judge_pending(verdict, service, now, err) : r;
}
