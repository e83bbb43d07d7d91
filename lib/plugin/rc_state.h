/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a failure is to Nagios: the one table from enum rc to a state.  UNKNOWN is
 * for what kept us from looking; a device that cannot be read, does not answer or
 * answers nonsense is CRITICAL unless the operator says otherwise.
 * Source: Monitoring Plugins development guidelines, "plugin return codes".
 */
#ifndef AMTCERT_PLUGIN_RC_STATE_H
#define AMTCERT_PLUGIN_RC_STATE_H

#include <stdbool.h>

#include "policy/state.h"

/* The operator's choice for devices that are off. Zeroed: CRITICAL for both. */
struct rc_choice {
	bool has_unreachable; /* --unreachable */
	bool has_timeout;     /* --timeout-result */
	enum state unreachable;
	enum state timeout;
};

/* Without a choice of its own a time-out is as bad as a device out of reach: one
 * that is off, behind a router, answers nothing at all. */
enum state rc_state(enum rc rc, const struct rc_choice *choice);

#endif
