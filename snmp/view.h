/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All that an answer is made of: one mirror, one moment, the settings, and what
 * the agent knows of itself.
 */
#ifndef AMTCERT_SNMP_VIEW_H
#define AMTCERT_SNMP_VIEW_H

#include "snmp/mirror.h"
#include "snmp/settings.h"

/* The enumeration of amtCertInventoryState. */
enum inventory_state {
	INVENTORY_OK = 1,
	INVENTORY_UNAVAILABLE,
	INVENTORY_INCOMPATIBLE,
};

struct view {
	const struct mirror *mirror;
	const struct totals *totals; /* of the mirror, a minute ago at most */
	const struct agent_settings *settings;
	int64_t now;
	int64_t uptime_ms; /* of the agent */
	enum inventory_state inventory_state;
	uint64_t n_sent; /* notifications since the agent started */
	uint64_t n_suppressed;
};

/* From the earlier time to now, never negative: clocks are set back. */
int64_t view_since_s(const struct view *view, int64_t earlier);

#endif
