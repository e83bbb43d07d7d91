/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Judgement of certificates that something uses, by what uses them.
 */
#include <stdio.h>
#include <string.h>

#include "policy/judge.h"

enum {
	LEAF_USAGES = USAGE_TLS | USAGE_8021X_WIRED | USAGE_8021X_WIRELESS | USAGE_CIRA,
	WIRED = USAGE_8021X_WIRED | USAGE_8021X_WIRED_ROOT,
	WIRELESS = USAGE_8021X_WIRELESS | USAGE_8021X_WIRELESS_ROOT,
};

/* What is judged and where findings go. */
struct store {
	const struct facts *facts;
	const struct policy *policy;
	struct verdict *verdict;
	struct about device;
	struct err *err;
};

/* Is a certificate judged already under this slot? */
static bool
is_taken(const struct verdict *verdict, const char *slot)
{
	for (size_t i = 0; i < verdict->n_judged; i++)
		if (strcmp(verdict->judged[i].slot, slot) == 0)
			return true;
	return false;
}

static struct about
about_bound(const struct store *s, const struct facts_cert *bound)
{
	struct about about = s->device;
	const char *label = usage_label(bound->usage);
	int n, m;

	about.cert = bound->cert;
	about.usage = bound->usage;
	about.is_anchor = (bound->usage & (LEAF_USAGES | USAGE_OTHER)) == 0;
	if (!about.is_anchor)
		about.maker =
		    maker_find(bound->cert, bound->is_ours, bound->is_read_only);
	if (!is_taken(s->verdict, label)) {
		n = snprintf(about.slot, sizeof(about.slot), "%s", label);
		m = snprintf(about.name, sizeof(about.name), "%s",
		    usage_text(bound->usage));
	} else {
		n = snprintf(about.slot, sizeof(about.slot), "handle_%lld",
		    (long long)bound->handle);
		m = snprintf(about.name, sizeof(about.name), "%s (handle %lld)",
		    usage_text(bound->usage), (long long)bound->handle);
	}
	if (n < 0 || m < 0)
		about.slot[0] = '\0';
	return about;
}

static enum rc
judge_bound_name(const struct store *s, const struct about *about)
{
	enum name_match match = NAME_UNKNOWN;
	enum rc r;

	/* What is presented was compared with the name there. */
	if ((about->usage & USAGE_TLS) == 0 || s->facts->presented.known)
		return RC_OK;
	r = name_match_host(about->cert, s->facts->name, &match, s->err);
	if (r != RC_OK)
		return r;
	return judge_name(s->verdict, about, match, s->facts->name, s->err);
}

static enum rc
judge_bound(const struct store *s, const struct facts_cert *bound)
{
	struct about about = about_bound(s, bound);
	enum rc r = RC_OK;

	if (!bound->has_key && !bound->is_read_only &&
	    (bound->usage & LEAF_USAGES) != 0)
		r = judge_add(s->verdict, &about, REASON_NO_KEY, s->err, "%s",
		    reason_sentence(REASON_NO_KEY));
	if (r == RC_OK)
		r = judge_bound_name(s, &about);
	if (r == RC_OK)
		r = judge_period(s->verdict, &about, s->policy, s->err);
	if (r == RC_OK)
		r = judge_strength(s->verdict, &about, s->err);
	if (r == RC_OK)
		r = judge_maker(s->verdict, &about, s->err);
	return r;
}

enum rc
judge_used(struct verdict *verdict, const struct facts *facts,
    const struct policy *policy, int64_t now, unsigned int usages, struct err *err)
{
	struct store s = { facts, policy, verdict, { .now = now }, err };
	enum rc r = RC_OK;

	for (size_t i = 0; r == RC_OK && i < facts->n_certs; i++)
		if ((facts->certs[i].usage & usages) != 0)
			r = judge_bound(&s, &facts->certs[i]);
	return r;
}

enum rc
verdict_judge_8021x(const struct facts *facts, const struct policy *policy, int64_t now,
    struct verdict *verdict, struct err *err)
{
	struct about device = { .now = now };
	size_t before = verdict->n_judged;
	enum rc r = judge_used(verdict, facts, policy, now, WIRED | WIRELESS, err);

	if (r != RC_OK || verdict->n_judged > before)
		return r;
	return judge_add(verdict, &device, REASON_NO_8021X, err, "%s",
	    reason_sentence(REASON_NO_8021X));
}
