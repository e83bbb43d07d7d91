/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The step that gives a device a trusted root, rn->anchor, for every remedy that does:
 * the callbacks of its row; ctx is a struct renewal.
 * Source: Intel AMT SDK, "Add a Trusted Root Certificate".
 */
#ifndef AMTCERT_RENEW_ROOT_STEPS_H
#define AMTCERT_RENEW_ROOT_STEPS_H

#include "renew/renewal.h"

/* In the store, byte for byte, and as a trusted root? */
bool root_steps_is_there(const void *ctx);

void root_steps_plan(const void *ctx, struct plan *plan);

/* What is added is ours, and noted in the journal before it is sent: for
 * prepare_step of a procedure. */
enum rc root_steps_prepare(struct renewal *rn, struct err *err);

/* One that is there by now was somebody else's, and is none of ours. */
enum rc root_steps_add(void *ctx, struct err *err);

/*
 * Can it be a trusted root of this device, once the store was read? RC_STATE when it
 * is no CA's, not valid today, too large, no root where firmware wants one, in the store
 * as something else, or when no place is left.
 */
enum rc root_steps_judge(const struct renewal *rn, struct err *err);

#endif
