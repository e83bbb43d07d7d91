/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What of a device has to be set up again, and what it was like before: judged from
 * the facts, remembered in the journal.
 */
#ifndef AMTCERT_RENEW_REPROVISION_GATE_H
#define AMTCERT_RENEW_REPROVISION_GATE_H

#include "renew/renewal.h"
#include "renew/reprovision.h"

/* Sets rn->needs, before, anchor, due, generation; and new_cert where the bound one
 * is good and only has to be served. As judge of struct procedure. */
enum rc reprovision_judge(struct renewal *rn, bool *ret_nothing, struct err *err);
enum rc reprovision_judge_resumed(struct renewal *rn, struct err *err);

/* needs and before from the journal. */
void reprovision_recall(struct renewal *rn);

/* The certificate in use: bound to TLS, else served; NULL for none. */
const struct cert *reprovision_find_current(const struct renewal *rn);

#endif
