/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From what a policy service offers to one template and the places that take requests
 * for it, or to the setting on which side that stands in the way.
 */
#ifndef AMTCERT_CA_ADCS_POLICY_H
#define AMTCERT_CA_ADCS_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "ca/ca.h"
#include "ca/xcep.h"

enum {
	ADCS_URLS_MAX = 16
};

/* What is configured. Lent. */
struct adcs_wish {
	const char *template_name; /* commonName, OID or display name */
	enum xcep_auth auth;
	const char *url;   /* of the policy service, whose login goes on */
	const char *hosts; /* of others to which it may go, or NULL */
};

/* Lent from the policies; the places in the order in which they are asked. */
struct adcs_choice {
	const struct xcep_policy *policy;
	const struct xcep_ca *ca; /* that of the first place */
	const char *urls[ADCS_URLS_MAX];
	size_t n_urls;
};

/*
 * Choose, and fill facts: kind, template, periods, approval. True when a request can
 * be made, with a note in facts->text where a person should know something; else
 * facts->outcome and text say why not. Of the request only purpose and kind of key
 * are read.
 */
bool adcs_policy_choose(const struct xcep *xcep, const struct adcs_wish *wish,
    const struct ca_request *request, struct ca_facts *facts,
    struct adcs_choice *ret_choice);

/*
 * Append all that the policies say, and which of them is wanted, for whoever judges
 * certificates by it. RC_LIMIT, RC_NOMEM.
 */
enum rc adcs_policy_offers(const struct xcep *xcep, const struct adcs_wish *wish,
    struct offers *offers, struct err *err);

#endif
