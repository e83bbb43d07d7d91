/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A CA of the configuration file as a check asks it: can it renew, and since when do
 * requests wait there?  Nothing is requested, and nothing is written but what its policy
 * service offers, when that is asked for.
 */
#ifndef AMTCERT_CHECKS_ASKED_CA_H
#define AMTCERT_CHECKS_ASKED_CA_H

#include "base/conf.h"
#include "ca/ca.h"
#include "inventory/cert_request.h"
#include "plugin/plugin.h"
#include "policy/authority.h"
#include "policy/offer.h"

enum {
	ASKED_CA_TEXT_SIZE = 256
};

/* --ca and what belongs to it */
extern const struct opt asked_ca_options[];

/* asked_ca_init, asked_ca_take for each option, asked_ca_ask; asked_ca_clear. */
struct asked_ca {
	bool record;		    /* keep what it offers in the inventory */
	const char *name;	    /* NULL: none is to be asked */
	const char *host;	    /* that a certificate would be for */
	const char *inventory_file; /* of the command line; NULL: not given */
	struct ca *ca;
	struct ca_facts facts;
	struct cert_request_age pending;
	struct offers offers;		  /* of now; read_at 0: none */
	struct offers kept;		  /* of the inventory; read_at 0: none */
	struct authority_service service; /* lent from the above */
	char trouble[ASKED_CA_TEXT_SIZE]; /* with the inventory; "" */
};

void asked_ca_init(struct asked_ca *asked);
void asked_ca_clear(struct asked_ca *asked);

/* RC_NOTFOUND, err as it was, for an option that is not of the table. RC_USAGE. */
enum rc asked_ca_take(struct asked_ca *asked, const struct opt *opt, const char *value,
    struct err *err);

/*
 * Open it, ask it, look its requests up. RC_OK with *ret_service whenever there is an
 * answer, or NULL when none is to be asked; lent until asked_ca_clear. RC_CONFIG for a
 * section that is wrong or not there; RC_TIMEOUT, RC_NOMEM.
 */
enum rc asked_ca_ask(struct asked_ca *asked, const struct conf *conf,
    const struct plugin *plugin, const struct authority_service **ret_service,
    struct err *err);

/* Add the clause about the inventory, if it could not be used. RC_NOMEM. */
enum rc asked_ca_tell(const struct asked_ca *asked, struct verdict *verdict,
    struct err *err);

#endif
