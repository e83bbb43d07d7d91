/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reasons not to begin a renewal: a table of gates, each with what a person does
 * about it and, for some, the word of --force that opens it.
 */
#ifndef AMTCERT_RENEW_GATE_H
#define AMTCERT_RENEW_GATE_H

#include "renew/renewal.h"

/*
 * May this device be renewed? Sets rn->generation and rn->due. RC_STATE with the
 * reason and the remedy; RC_OK with *ret_nothing set when its certificate is not
 * due.
 */
enum rc gate_judge(struct renewal *rn, bool *ret_nothing, struct err *err);

/* The gates of every remedy with a new key pair: provisioned, and of a generation
 * that makes one. Sets rn->generation. */
enum rc gate_judge_device(struct renewal *rn, struct err *err);

/* Only what the later steps of a run that was begun need. */
enum rc gate_judge_resumed(struct renewal *rn, struct err *err);

#endif
