/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which CAs feed the policy of a device, by its configuration: those that renew its
 * certificates, or the one of key policy-from.
 */
#ifndef AMTCERT_POLICY_FEED_H
#define AMTCERT_POLICY_FEED_H

#include "base/conf.h"
#include "policy/offer.h"
#include "policy/policy.h"

struct feed {
	char ca[POLICY_USES][OFFER_CA_SIZE]; /* NAME of [ca NAME]; "": none */
	int64_t max_age_s;		     /* of what they said */
};

/*
 * conf and device may be NULL; policy-from = none asks for no CA's word. RC_CONFIG with
 * file and line, also for the name of a CA that has no section.
 */
enum rc feed_choose(const struct conf *conf, const char *device, struct feed *ret_feed,
    struct err *err);

#endif
