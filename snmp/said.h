/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Saying once what is wrong: a daemon that tries every few seconds must not fill a
 * log with one sentence.
 */
#ifndef AMTCERT_SNMP_SAID_H
#define AMTCERT_SNMP_SAID_H

#include <stddef.h>
#include <stdint.h>

enum {
	SAID_MAX = 32 /* sentences that are remembered */
};

/* Zeroed: nothing was said. */
struct said {
	uint64_t hashes[SAID_MAX];
	size_t n;
};

/* Log at level 1, unless the same was said since said_forget(). */
void said_once(struct said *said, const char *area, const char *text);

/* What was wrong is over: it may be said again. */
void said_forget(struct said *said);

#endif
