/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which certificate TLS is bound to: read, changed, committed.  Used on the way
 * there and on the way back.
 */
#ifndef AMTCERT_RENEW_BIND_H
#define AMTCERT_RENEW_BIND_H

#include "renew/renewal.h"

/* The certificate that the device would serve after a commit; NULL for none. */
const struct facts_cert *bind_find(const struct renewal *rn);

/* Bind one of the store. RC_LOST when cert is NULL: look again. */
enum rc bind_to(struct renewal *rn, const struct facts_cert *cert, struct err *err);

/* Callbacks of steps; ctx is a struct renewal. */
void bind_plan(const void *ctx, struct plan *plan);
void bind_plan_commit(const void *ctx, struct plan *plan);

/* After a change that no commit has followed yet. */
void bind_forget_commits(struct renewal *rn);

/* Commit, and leave the connection: the next one may meet another certificate. */
enum rc bind_commit(void *ctx, struct err *err);

/* How long to wait until it is served: half of what is left at most, because the
 * way back takes as long. Milliseconds. */
int64_t bind_settle_ms(const void *ctx);

#endif
