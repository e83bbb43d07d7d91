/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The order of the conditions is that of their urgency.
 */
#include "policy/watch.h"

#include "policy/facts.h"

/* Those of the CA that renews what is used so. */
static const struct offers *
offers_for(const struct policy *policy, unsigned int usage)
{
	if (policy->rule != POLICY_AUTOENROLL)
		return NULL;
	if (usage == USAGE_NONE || (usage & USAGE_TLS) != 0)
		return policy->offers[POLICY_FOR_TLS];
	if ((usage & (USAGE_8021X_WIRED | USAGE_8021X_WIRELESS)) != 0)
		return policy->offers[POLICY_FOR_8021X];
	return NULL;
}

bool
watch_is_stale(const struct policy *policy, const struct offers *offers, int64_t now)
{
	int64_t age_s;

	if (__builtin_sub_overflow(now, offers->read_at, &age_s))
		return true;
	return age_s > policy->offers_max_age_s || age_s < -policy->offers_max_age_s;
}

/* Known by its name when it is offered, and always when it is of version 1. */
static const struct offer *
find_successor(const struct watch *watch, const struct cert *cert)
{
	if (watch->own != NULL)
		return offers_successor(watch->offers, watch->own->name);
	return cert->has_template || cert->template_name == NULL
	    ? NULL
	    : offers_successor(watch->offers, cert->template_name);
}

/* Would a renewal end it? Only when what requests name has no successor itself. */
static bool
would_help(const struct offers *offers)
{
	const struct offer *wanted = offers_wanted(offers);

	return wanted != NULL && offers_successor(offers, wanted->name) == NULL;
}

static enum watch_standing
compare_versions(const struct offer *own, const struct cert *cert)
{
	if (own->major == 0)
		return WATCH_NOTHING; /* the service does not say */
	if (cert->template_major == own->major)
		return WATCH_CURRENT;
	if (cert->template_major > own->major)
		return WATCH_NEWER;
	return cert->not_before >= own->major_since ? WATCH_LAGGING : WATCH_FORCED;
}

static enum watch_standing
stand(const struct policy *policy, const struct watch *watch, const struct cert *cert)
{
	if (watch->successor != NULL)
		return would_help(watch->offers) ? WATCH_SUPERSEDED : WATCH_OUTDATED;
	if (policy->has_template_major)
		return WATCH_NOTHING;
	if (!cert->has_template && cert->template_name == NULL)
		return WATCH_NONE;
	if (watch->own == NULL)
		return WATCH_GONE;
	if (!cert->has_template)
		return WATCH_UNVERSIONED;
	return compare_versions(watch->own, cert);
}

struct watch
watch_cert(const struct policy *policy, const struct cert *cert, unsigned int usage,
    int64_t now)
{
	struct watch watch = { .offers = offers_for(policy, usage) };

	if (watch.offers == NULL)
		return watch;
	watch.own = offers_find(watch.offers, cert);
	watch.successor = find_successor(&watch, cert);
	watch.is_stale = watch_is_stale(policy, watch.offers, now);
	watch.standing = stand(policy, &watch, cert);
	watch.feeds_renewal =
	    !policy->has_renew_before && watch.own != NULL && watch.own->renewal_s > 0;
	return watch;
}

bool
watch_wants_anew(const struct policy *policy, const struct cert *cert,
    unsigned int usage, int64_t now)
{
	struct watch watch = watch_cert(policy, cert, usage, now);

	if (!watch.is_stale &&
	    (watch.standing == WATCH_FORCED || watch.standing == WATCH_SUPERSEDED))
		return true;
	return policy->has_template_major && cert->has_template &&
	    cert->template_major < policy->template_major;
}

struct policy
watch_policy(const struct policy *policy, const struct cert *cert, unsigned int usage)
{
	struct policy copy = *policy;
	struct watch watch = watch_cert(policy, cert, usage, 0);

	if (watch.feeds_renewal)
		copy.renew_before_s = watch.own->renewal_s;
	return copy;
}
