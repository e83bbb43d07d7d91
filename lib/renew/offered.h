/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What CAs offer, in a run of a remedy: as the inventory knows it, and as the CA that is
 * asked says it anew.
 */
#ifndef AMTCERT_RENEW_OFFERED_H
#define AMTCERT_RENEW_OFFERED_H

#include "renew/renewal.h"

/* Take what the inventory knows. RC_CONFIG, RC_DB, RC_LIMIT, RC_NOMEM. */
enum rc offered_recall(struct renewal *rn, struct err *err);

/* Keep what rn->ca said when it was asked for its policy, if it has one, in a run that
 * writes. What cannot be written is said, and no error. RC_LIMIT, RC_NOMEM. */
enum rc offered_learn(struct renewal *rn, struct err *err);

/* The policy of the run with that. The offers are lent by the run. */
struct policy offered_policy(const struct renewal *rn);

/* The same with the renewal period that holds for this certificate. */
struct policy offered_policy_for(const struct renewal *rn, const struct cert *cert);

/* Has its renewal period come, or does its template want it anew? */
bool offered_is_due(const struct renewal *rn, const struct cert *cert);

#endif
