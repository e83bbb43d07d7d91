/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A shelf per run.
 */
#include "renew/offered.h"

#include "inventory/offer_row.h"
#include "policy/watch.h"

enum rc
offered_recall(struct renewal *rn, struct err *err)
{
	const struct procedure_options *options = rn->options;
	struct policy policy = *options->policy;
	enum rc r = feed_choose(options->conf, options->target->name, &rn->feed, err);

	if (r == RC_OK && rn->has_db)
		r = shelf_lend(&rn->shelf, &rn->db, &rn->feed, &policy, err);
	return r;
}

enum rc
offered_learn(struct renewal *rn, struct err *err)
{
	struct offers offers = { .read_at = 0 };
	struct err cause = { 0 };
	enum rc r;

	if (!rn->options->apply || !rn->has_db)
		return RC_OK;
	r = ca_offers(rn->ca, renewal_now(rn), &offers, err);
	if (r != RC_OK)
		return r == RC_NOTFOUND ? RC_OK : r;
	if (offer_write(&rn->db, &offers, &cause) == RC_OK)
		r = shelf_put(&rn->shelf, &offers, err);
	else
		renewal_say(rn, "templates", cause.text);
	offers_clear(&offers);
	return r;
}

struct policy
offered_policy(const struct renewal *rn)
{
	struct policy policy = *rn->options->policy;
	struct shelf shelf = rn->shelf;

	/* Nothing is fetched, so that nothing can fail. */
	(void)shelf_lend(&shelf, NULL, &rn->feed, &policy, NULL);
	return policy;
}

/* What the run asks for is for the same use as what it replaces. */
static unsigned int
usage_of(const struct renewal *rn)
{
	return rn->profile.eku == CERT_EKU_CLIENT_AUTH ? USAGE_8021X_WIRED : USAGE_TLS;
}

struct policy
offered_policy_for(const struct renewal *rn, const struct cert *cert)
{
	struct policy policy = offered_policy(rn);

	return watch_policy(&policy, cert, usage_of(rn));
}

bool
offered_is_due(const struct renewal *rn, const struct cert *cert)
{
	struct policy policy = offered_policy(rn);
	struct policy own = offered_policy_for(rn, cert);
	int64_t now = renewal_now(rn);

	return policy_is_due(&own, cert->not_before, cert->not_after, now) ||
	    watch_wants_anew(&policy, cert, usage_of(rn), now);
}
