/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The four states of a service check and their order.
 * Source: Monitoring Plugins development guidelines, "plugin return codes".
 */
#ifndef AMTCERT_POLICY_STATE_H
#define AMTCERT_POLICY_STATE_H

#include "base/rc.h"

/* The numbers are the exit status. */
enum state {
	STATE_OK,
	STATE_WARNING,
	STATE_CRITICAL,
	STATE_UNKNOWN
};

/* "OK", "WARNING", "CRITICAL", "UNKNOWN". */
const char *state_text(enum state state);

/* The worse of both: OK < UNKNOWN < WARNING < CRITICAL. */
enum state state_worse(enum state a, enum state b);

/*
 * Make the words of states small in text that will be part of a plugin's output:
 * there they stand once, for negate(1) replaces each. TOKYO stays.
 */
void state_calm(char *text);

/* "ok", "WARNING", "2", ...: a word in any case or the number. RC_USAGE. */
enum rc state_parse(const char *text, enum state *ret_state, struct err *err);

#endif
