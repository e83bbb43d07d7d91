/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whatever a policy service answers: it is refused with words, or every text of a
 * template ends in its field, and what is found by name is of the list.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ca/adcs_policy.h"
#include "ca/soap.h"
#include "ca/xcep.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_policy(const struct xcep *xcep, const struct xcep_policy *policy)
{
	const struct xcep_policy *found = xcep_find(xcep, policy->name);

	if (memchr(policy->name, '\0', sizeof(policy->name)) == NULL ||
	    memchr(policy->display_name, '\0', sizeof(policy->display_name)) == NULL ||
	    memchr(policy->oid, '\0', sizeof(policy->oid)) == NULL ||
	    memchr(policy->key_algorithm, '\0', sizeof(policy->key_algorithm)) == NULL)
		abort();
	if (found < xcep->policies || found >= xcep->policies + xcep->n_policies)
		abort();
	if (policy->validity_s < 0 || policy->renewal_s < 0 || policy->major < 0 ||
	    policy->major > UINT32_MAX || policy->n_cas > XCEP_OFFERS_MAX)
		abort();
	for (size_t i = 0; i < policy->n_superseded; i++)
		if (strlen(policy->superseded[i]) >= XCEP_NAME_SIZE)
			abort();
}

/* What is handed on to those who judge by it says the same of as many templates. */
static void
check_offers(const struct xcep *xcep)
{
	const struct adcs_wish wish = { .template_name = "AMTTLS" };
	struct offers offers = { .read_at = 1 };
	struct err err = { 0 };
	enum rc r = adcs_policy_offers(xcep, &wish, &offers, &err);

	if (r == RC_OK && offers.n != xcep->n_policies)
		abort();
	if (r != RC_OK && err.text[0] == '\0')
		abort();
	for (size_t i = 0; i < offers.n_replaced; i++)
		if (offers.replaced[i].by >= offers.n)
			abort();
	if (r == RC_OK &&
	    (offers_wanted(&offers) == NULL) !=
		(xcep_find(xcep, wish.template_name) == NULL))
		abort();
	offers_clear(&offers);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct xml_limits limits = { XCEP_ANSWER_MAX_BYTES, XCEP_ELEMENTS_MAX };
	struct soap_answer answer = { .xml = NULL };
	struct xcep xcep = { .policies = NULL };
	struct err err = { 0 };
	enum rc r =
	    soap_read((const char *)data, size, &limits, "urn:uuid:1", &answer, &err);

	if (r == RC_OK && answer.body != NULL)
		r = xcep_read(answer.body, &xcep, &err);
	if (r != RC_OK && err.text[0] == '\0')
		abort();
	for (size_t i = 0; i < xcep.n_policies; i++)
		check_policy(&xcep, &xcep.policies[i]);
	for (size_t i = 0; i < xcep.n_cas; i++)
		if (xcep.cas[i].n_uris > XCEP_URIS_MAX ||
		    xcep_find_ca(&xcep, xcep.cas[i].reference) == NULL)
			abort();
	if (r == RC_OK)
		check_offers(&xcep);
	xcep_clear(&xcep);
	soap_answer_clear(&answer);
	return 0;
}
