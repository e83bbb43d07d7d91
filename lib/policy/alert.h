/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a monitoring core told of a service, and whether a remedy may follow: one
 * table of gates, and whatever is missing, or is no value, keeps its gate shut.  A
 * pure function.
 */
#ifndef AMTCERT_POLICY_ALERT_H
#define AMTCERT_POLICY_ALERT_H

#include <stdbool.h>

enum {
	ALERT_WHY_SIZE = 192
};

/*
 * As the core wrote it, lent; NULL: not given. Nagios writes words in capitals and
 * numbers, Icinga also true and false. Source: Nagios Core 4 "Standard Macros", Icinga
 * 2 "Runtime Macros".
 */
struct alert {
	const char *host;	   /* by which the inventory knows the device */
	const char *service;	   /* its description */
	const char *state;	   /* passes: WARNING, CRITICAL */
	const char *state_type;	   /* passes: HARD */
	const char *attempt;	   /* a number from 1; of no consequence */
	const char *host_downtime; /* passes: 0, not in downtime */
	const char *service_downtime;
	const char *flapping;	  /* passes: 0, false */
	const char *acknowledged; /* passes: 0, false */
	const char *in_window;	  /* passes: 1, true; the core's time period */
};

/*
 * Do all gates let it pass? Else why names the first that does not, and what it was
 * told, in one printable line.
 */
bool alert_passes(const struct alert *alert, char why[ALERT_WHY_SIZE]);

#endif
