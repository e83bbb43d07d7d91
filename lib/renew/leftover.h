/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What earlier runs of ours left in the store and nothing uses: it goes before a new
 * key pair is asked for, so that a store which is full of it can be renewed.  Nothing
 * that serves now, and nothing of this run, is among it.
 */
#ifndef AMTCERT_RENEW_LEFTOVER_H
#define AMTCERT_RENEW_LEFTOVER_H

#include "renew/renewal.h"

/* Is the certificate, is the key pair, with that index in the facts one of them?
 * None after the proof and on the way back: there prune.h deletes more. */
bool leftover_is_cert(const struct renewal *rn, size_t i);
bool leftover_is_key(const struct renewal *rn, size_t i);

/* Callbacks of the step; ctx is a struct renewal. A refusal of the firmware is noted
 * in rn->refusal, and nothing is left over. */
bool leftover_is_none(const void *ctx);
void leftover_plan(const void *ctx, struct plan *plan);
enum rc leftover_run(void *ctx, struct err *err);

/* Are there places for one more certificate and key pair, what is left over not
 * counted, as far as the policy knows how many there are? RC_STATE. */
enum rc leftover_judge_room(const struct renewal *rn, struct err *err);

#endif
