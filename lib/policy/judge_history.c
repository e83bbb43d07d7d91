/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Judgement of what only the inventory knows: how old the facts are, whether the
 * device is seen often enough to be renewed in time, and what changed behind
 * our back.
 */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "policy/judge.h"

enum {
	QUOTE_SIZE = 96,
	SWAPS_MAX = 3, /* three in a week: nobody yields */
};

/* What is judged and where findings go. */
struct past {
	const struct facts *facts;
	const struct policy *policy;
	int64_t now;
	struct verdict *verdict;
	struct about device;
	struct err *err;
};

/* A device's text, fit for a sentence. */
struct quote {
	char text[QUOTE_SIZE];
};

static struct quote
quote(const char *text)
{
	struct quote q = { .text = "" };

	text_printable_field(q.text, sizeof(q.text), text, strlen(text));
	return q;
}

static enum rc
judge_age(const struct past *p)
{
	const struct facts_history *history = &p->facts->history;
	char age[CLOCK_DURATION_SIZE], most[CLOCK_DURATION_SIZE];
	int64_t read_at = p->facts->read_at;
	int64_t age_s = p->now - read_at;

	if (read_at == 0)
		return judge_add(p->verdict, &p->device, REASON_NEVER_READ, p->err,
		    "never read%s%s", history->error[0] != '\0' ? ": " : "",
		    quote(history->error).text);
	(void)clock_format_duration(age_s, age);
	if (p->policy->max_age_s > 0 && age_s > p->policy->max_age_s)
		return judge_add(p->verdict, &p->device, REASON_STALE, p->err,
		    "last read %s ago, at most %s is allowed", age,
		    clock_format_duration(p->policy->max_age_s, most));
	if (!history->has_failed || history->tried_at < read_at)
		return RC_OK;
	return judge_add(p->verdict, &p->device, REASON_LAST_KNOWN, p->err,
	    "read %s ago; now: %s", age, quote(history->error).text);
}

/* The renewal window of the TLS certificate; 0 when none was judged. */
static int64_t
tls_window(const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->n_judged; i++)
		if (strcmp(verdict->judged[i].slot, "leaf") == 0 ||
		    (verdict->judged[i].usage & USAGE_TLS) != 0)
			return verdict->judged[i].window_s;
	return 0;
}

static enum rc
judge_contacts(const struct past *p)
{
	const struct facts_history *history = &p->facts->history;
	char gap[CLOCK_DURATION_SIZE], window[CLOCK_DURATION_SIZE];
	int64_t window_s = tls_window(p->verdict);
	int64_t gap_s = p->now - history->ok_at;

	if (history->n_contacts < FACTS_CONTACTS_MIN || window_s == 0)
		return RC_OK;
	if (history->gap_p95_s > gap_s)
		gap_s = history->gap_p95_s;
	if (gap_s <= window_s)
		return RC_OK;
	return judge_add(p->verdict, &p->device, REASON_WILL_MISS, p->err,
	    "likely to miss its renewal window: out of reach for %s at a time, the "
	    "window is %s",
	    clock_format_duration(gap_s, gap), clock_format_duration(window_s, window));
}

/* Is a change recent enough to be told? */
static bool
is_news(const struct past *p, int64_t at)
{
	return at != 0 && p->now - at <= FACTS_NEWS_S;
}

static enum rc
judge_realm(const struct past *p)
{
	const struct facts_history *history = &p->facts->history;

	if (!is_news(p, history->realm_changed_at))
		return RC_OK;
	return judge_add(p->verdict, &p->device, REASON_REALM_CHANGED, p->err,
	    "realm changed from %s to %s: the device was unprovisioned or replaced",
	    quote(history->realm_before).text, quote(p->facts->realm).text);
}

static enum rc
judge_identity(const struct past *p)
{
	const struct facts_history *history = &p->facts->history;
	enum rc r = RC_OK;

	if (is_news(p, history->replaced_at))
		r = judge_add(p->verdict, &p->device, REASON_REPLACED, p->err,
		    "another device answers to this name, %s before",
		    quote(history->replaced).text);
	if (r == RC_OK && is_news(p, history->misdirected_at))
		r = judge_add(p->verdict, &p->device, REASON_MISDIRECTED, p->err,
		    "the name leads to another device: %s",
		    quote(history->misdirected).text);
	if (r == RC_OK && is_news(p, history->address_reused_at))
		r = judge_add(p->verdict, &p->device, REASON_ADDRESS_REUSED, p->err,
		    "its address was that of %s", quote(history->address_reused).text);
	return r;
}

static enum rc
judge_managers(const struct past *p)
{
	const struct facts_history *history = &p->facts->history;
	struct quote now = quote(history->issuer_now);
	struct quote before = quote(history->issuer_before);

	if (history->n_swaps >= SWAPS_MAX)
		return judge_add(p->verdict, &p->device, REASON_MANAGERS_FIGHT, p->err,
		    "two managers fight: the issuer changed %zu times in a week, now "
		    "%s",
		    history->n_swaps, now.text);
	if (history->issuer_was_ours && !history->issuer_is_ours)
		return judge_add(p->verdict, &p->device, REASON_SECOND_MANAGER, p->err,
		    "another manager replaced our certificate by one of %s", now.text);
	if (is_news(p, history->issuer_changed_at) && !history->issuer_is_ours)
		return judge_add(p->verdict, &p->device, REASON_ISSUER_CHANGED, p->err,
		    "issuer changed from %s to %s", before.text, now.text);
	return RC_OK;
}

static enum rc
judge_key(const struct past *p)
{
	const struct facts_history *history = &p->facts->history;
	char date[CLOCK_DATE_SIZE];

	if (!history->has_other_key)
		return RC_OK;
	return judge_add(p->verdict, &p->device, REASON_KEY_CHANGED, p->err,
	    "its key is another than on %s, and no renewal of ours made it",
	    clock_format_date(history->key_seen_at, date));
}

enum rc
verdict_judge_history(const struct facts *facts, const struct policy *policy,
    int64_t now, struct verdict *verdict, struct err *err)
{
	static enum rc (*const judges[])(const struct past *) = { judge_age,
		judge_contacts, judge_realm, judge_identity, judge_managers,
		judge_key };
	struct past p = { facts, policy, now, verdict, { .now = now }, err };
	enum rc r = RC_OK;

	if (!facts->history.known)
		return RC_OK;
	for (size_t i = 0; r == RC_OK && i < sizeof(judges) / sizeof(judges[0]); i++)
		r = judges[i](&p);
	return r;
}
