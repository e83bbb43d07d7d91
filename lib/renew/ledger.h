/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ledger of logins (inventory/login_guard.h) as a remedy asks it: a password that
 * the device refused, whoever showed it, is not shown again before its time.
 */
#ifndef AMTCERT_RENEW_LEDGER_H
#define AMTCERT_RENEW_LEDGER_H

#include "renew/renewal.h"

/*
 * May the device be logged in to? Once per run; what another program tries at this
 * moment is waited for. RC_AUTH with the reason; RC_LOCKED; RC_DB. Without an
 * inventory there is no memory: RC_OK.
 */
enum rc ledger_ask(struct renewal *rn, struct err *err);

/* What came of the login, by what the session shows and r, the result of its first
 * look. What cannot be noted is told as progress. */
void ledger_note(struct renewal *rn, enum rc r);

/* The run ends with RC_AUTH: it is noted, unless it was. */
void ledger_note_refusal(struct renewal *rn);

#endif
