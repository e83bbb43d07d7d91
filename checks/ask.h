/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The other end: the summary of AMT-CERT-MIB from an agent, in one GET.
 */
#ifndef AMTCERT_CHECKS_ASK_H
#define AMTCERT_CHECKS_ASK_H

#include <stdint.h>

#include "base/rc.h"
#include "base/secret.h"

enum {
	ASK_PORT = 161,
	ASK_NAME_SIZE = 256,
};

#define ASK_ROOT "1.3.6.1.4.1.8072.9999.9999.16993"

/* Numbers of the summary, in the order in which they are asked for. */
enum ask_value {
	ASK_INVENTORY, /* ASK_INVENTORY_OK, or another */
	ASK_SCAN_AGE,  /* seconds; UINT32_MAX: never */
	ASK_WORST,     /* enum state */
	ASK_DEVICES,
	ASK_STALE,
	ASK_CERTS,
	ASK_WARNINGS,
	ASK_CRITICALS,
	ASK_UNKNOWNS,
	ASK_EXPIRED,
	ASK_NEXT_LEFT, /* seconds */
	ASK_JOBS_PENDING,
	ASK_JOBS_FAILED,
	ASK_VALUES
};

enum {
	ASK_INVENTORY_OK = 1
};

struct ask_summary {
	int64_t value[ASK_VALUES];
	char next_name[ASK_NAME_SIZE]; /* hostile; "" when nothing ends */
};

/* Whom and how. Strings are lent. */
struct ask {
	const char *host;
	int64_t port;
	const char *root; /* of the MIB */
	const char *user; /* SNMPv3 authPriv, SHA-256 and AES; NULL: v2c */
	struct secret auth;
	struct secret priv;
	struct secret community;
};

/*
 * Ask until deadline_ms of clock_monotonic_ms(). RC_RESOLVE and RC_CONNECT;
 * RC_TIMEOUT, which an unknown community is, too; RC_AUTH for a user, a phrase or a
 * view that is refused; RC_NOTFOUND when the agent has no such objects; RC_FORMAT.
 */
enum rc ask_summary(const struct ask *ask, int64_t deadline_ms,
    struct ask_summary *ret_summary, struct err *err);

#endif
