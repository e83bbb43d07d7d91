/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the store need not hold any longer: certificates and key pairs that the
 * journal says we installed and that nothing uses.  Nothing else is ever deleted.
 *
 * Issuers that were added beside a certificate go when the run that did it is
 * undone. Otherwise they stay: they serve every later certificate of the same CA, and
 * no key or context tells whether they are still in use.
 */
#ifndef AMTCERT_RENEW_PRUNE_H
#define AMTCERT_RENEW_PRUNE_H

#include "renew/renewal.h"

/*
 * Callbacks of steps; ctx is a struct renewal. Nothing left to delete? Before the
 * proof the certificate that TLS uses counts as if it were replaced already: so
 * the plan can name it.
 */
bool prune_has_no_certs(const void *ctx);
bool prune_has_no_keys(const void *ctx);

/* The writes of both, for the plan; without what is gone by then (leftover.h). */
void prune_plan_certs(const void *ctx, struct plan *plan);
void prune_plan_keys(const void *ctx, struct plan *plan);

/* Delete them, archived first. RC_INTERNAL before the proof. On the way there a
 * refusal of the firmware is noted in rn->refusal, and nothing is left to delete;
 * on the way back it is an error. */
enum rc prune_certs(void *ctx, struct err *err);
enum rc prune_keys(void *ctx, struct err *err);

/* Is the entry with that index in the facts to be deleted? */
typedef bool (*prune_choice)(const struct renewal *rn, size_t i);

/* Delete what is chosen, certificates archived first with that reason. Refusals of
 * the firmware as above. The device is connected. */
enum rc prune_each_cert(struct renewal *rn, prune_choice is_chosen, const char *reason,
    struct err *err);
enum rc prune_each_key(struct renewal *rn, prune_choice is_chosen, struct err *err);

/* Say in rn->kept why the replaced certificate stays; "" when it is gone. */
void prune_explain(struct renewal *rn);

#endif
