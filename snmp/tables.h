/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The groups of AMT-CERT-MIB, one file each.
 */
#ifndef AMTCERT_SNMP_TABLES_H
#define AMTCERT_SNMP_TABLES_H

#include "snmp/group.h"

extern const struct group summary_group;     /* 1.1 */
extern const struct group policy_group;	     /* 1.2 */
extern const struct group notify_group;	     /* 1.3 */
extern const struct group device_group;	     /* 1.4.1 */
extern const struct group cert_group;	     /* 1.5.1 */
extern const struct group cert_detail_group; /* 1.6.1 */
extern const struct group cert_expiry_group; /* 1.7.1 */
extern const struct group device_name_group; /* 1.8.1 */
extern const struct group cert_job_group;    /* 1.9.1 */

/* All of them in the order of their OIDs. */
enum {
	TABLES_N = 9
};

extern const struct group *const tables[TABLES_N];

/* Ids of the columns that notifications name, too. */
enum {
	SUMMARY_INVENTORY_STATE = 1,
	SUMMARY_LAST_SCAN_TIME = 4,
	SUMMARY_SECONDS_SINCE_SCAN = 5,
	SUMMARY_WORST_STATE = 6,
	SUMMARY_DEVICE_STALE_COUNT = 9,
	SUMMARY_WARNING_COUNT = 12,
	SUMMARY_CRITICAL_COUNT = 13,
	SUMMARY_UNKNOWN_COUNT = 14,
	SUMMARY_EXPIRED_COUNT = 15,
	NOTIFY_SUPPRESSED = 2,
	NOTIFY_SEQUENCE = 3,
	NOTIFY_PREVIOUS_STATE = 4,
	NOTIFY_PREVIOUS_NOT_AFTER = 5,
	DEVICE_NAME = 2,
	CERT_ROLE = 2,
	CERT_STATE = 3,
	CERT_SECONDS_LEFT = 4,
	CERT_NOT_AFTER = 6,
	JOB_ACTION = 1,
	JOB_ATTEMPTS = 5,
	JOB_MESSAGE = 6,
};

/* AmtRole: numbers never change, new ones go at the end. */
enum {
	AMT_ROLE_OTHER = 1,
	AMT_ROLE_TLS_SERVER,
	AMT_ROLE_TRUSTED_ROOT,
	AMT_ROLE_WIRED_8021X,
	AMT_ROLE_WIRELESS_8021X,
	AMT_ROLE_REMOTE_ACCESS,
	AMT_ROLE_ACCESS_CONTROL,
	AMT_ROLE_PROVISIONING,
	AMT_ROLE_UNBOUND,
	AMT_ROLE_TLS_BOUND,
	AMT_ROLE_WIRED_ROOT,
	AMT_ROLE_WIRELESS_ROOT,
	AMT_ROLE_PATH_ISSUER,
	AMT_ROLE_PATH_ANCHOR,
};

int tables_role(const struct mirror_cert *cert);

/* What several groups hand out. */
void tables_text(const struct mirror *mirror, uint32_t text, struct value *value);
void tables_time(int64_t s, struct value *value);
void tables_moment(uint32_t at, struct value *value); /* 0: never */
void tables_left(const struct view *view, bool has, int64_t not_after,
    struct value *value);

#endif
