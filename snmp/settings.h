/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the operator decided: [agent] of the configuration file, and of [defaults]
 * the inventory and the policy that the MIB tells.
 */
#ifndef AMTCERT_SNMP_SETTINGS_H
#define AMTCERT_SNMP_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/conf.h"
#include "base/rc.h"
#include "policy/policy.h"

enum {
	SETTINGS_ROOT_MAX = 32,
	SETTINGS_PATH_SIZE = 256,
	SETTINGS_LISTEN_SIZE = 128,
};

struct agent_settings {
	uint32_t root[SETTINGS_ROOT_MAX]; /* where the MIB is attached */
	size_t n_root;
	char socket[SETTINGS_PATH_SIZE]; /* of the master agent */
	char inventory[SETTINGS_PATH_SIZE];
	char state_dir[SETTINGS_PATH_SIZE];
	char
	    snmp_config[SETTINGS_PATH_SIZE]; /* --master: folder of its configuration */
	char listen[SETTINGS_LISTEN_SIZE];   /* --master: address of its port */
	int64_t ping_s;			     /* between tries for a lost master */
	int64_t reload_ms;		     /* between looks at the inventory */
	int64_t stall_s;		     /* 0: a scan that stalls is not told */
	int64_t horizon_s;		     /* of amtCertExpiryTable; 0: none */
	int64_t expiry_rows;		     /* 0: any number */
	bool notify;
	int64_t notify_per_minute; /* about single certificates; 0: any number */
	int64_t notify_window_s;   /* what is left out of it is told after so long */
	int64_t notify_per_second;
	struct policy policy;
	const char *policy_name; /* lent from the library */
};

/* From the file, which may be NULL. RC_CONFIG with file and line. */
enum rc settings_read(const struct conf *conf, struct agent_settings *ret_settings,
    struct err *err);

/* "1.3.6.1.4.1.99999.1", a leading dot allowed. RC_FORMAT, RC_LIMIT. */
enum rc settings_parse_oid(const char *text, uint32_t parts[SETTINGS_ROOT_MAX],
    size_t *ret_n, struct err *err);

/*
 * amtCertWarningSeconds, amtCertCriticalSeconds: with more seconds left no
 * certificate is in that state on account of its end, however long its lifetime.
 */
int64_t settings_warning_s(const struct agent_settings *settings);
int64_t settings_critical_s(const struct agent_settings *settings);

/* The share of notify_per_minute that falls into a window: one at least, unless any
 * number is allowed: 0. */
int64_t settings_notify_share(const struct agent_settings *settings);

#endif
