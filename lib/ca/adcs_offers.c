/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The templates of a policy service as plain data, for who never talks to it.
 */
#include <assert.h>
#include <string.h>

#include "ca/adcs_policy.h"

static enum rc
add(const struct xcep_policy *policy, bool is_wanted, struct offers *offers,
    struct err *err)
{
	struct offer *offer = NULL;
	enum rc r = offers_add(offers, &offer, err);

	static_assert((int)OFFER_NAME_SIZE >= (int)XCEP_NAME_SIZE &&
		(int)OFFER_OID_SIZE >= (int)XCEP_OID_SIZE &&
		(int)OFFERS_MAX >= (int)XCEP_POLICIES_MAX,
	    "room for all that is read");
	static_assert((int)OFFER_ENROL_PENDS == (int)XCEP_ENROL_PENDS, "MS-CRTD 2.27");
	if (r != RC_OK)
		return r;
	memcpy(offer->name, policy->name, sizeof(policy->name));
	memcpy(offer->oid, policy->oid, sizeof(policy->oid));
	offer->schema = policy->schema;
	offer->major = policy->major;
	offer->minor = policy->minor;
	offer->validity_s = policy->validity_s;
	offer->renewal_s = policy->renewal_s;
	offer->enrolment_flags = policy->enrolment_flags;
	offer->may_enrol = policy->may_enrol;
	offer->is_wanted = is_wanted;
	return RC_OK;
}

enum rc
adcs_policy_offers(const struct xcep *xcep, const struct adcs_wish *wish,
    struct offers *offers, struct err *err)
{
	const struct xcep_policy *wanted = xcep_find(xcep, wish->template_name);
	enum rc r = RC_OK;

	for (size_t i = 0; r == RC_OK && i < xcep->n_policies; i++) {
		const struct xcep_policy *policy = &xcep->policies[i];
		size_t by = offers->n;

		r = add(policy, policy == wanted, offers, err);
		for (size_t j = 0; r == RC_OK && j < policy->n_superseded; j++)
			r = offers_add_replaced(offers, by, policy->superseded[j], err);
	}
	return r;
}
