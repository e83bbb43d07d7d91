/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The audit log: a ring of records as AMT_AuditLog.ReadRecords returns them.
 */
#ifndef AMTSIM_AUDIT_H
#define AMTSIM_AUDIT_H

#include <stddef.h>

struct device;

/* Event numbers are AppID * 100 + EventID, as the protocol notes list them. */
enum audit_event {
	AUDIT_ACCOUNT_CHANGED = 1603,
	AUDIT_WRONG_CREDENTIALS = 1605,
	AUDIT_TLS_STATE = 1607,
	AUDIT_TLS_CERT_SET = 1608,
	AUDIT_TLS_CERT_REMOVED = 1609,
	AUDIT_ROOT_ADDED = 1610,
	AUDIT_ROOT_REMOVED = 1611,
	AUDIT_UNPROVISIONED = 1619,
	AUDIT_TIME_SET = 2100,
};

/* Append a record; data is cut to 64 bytes. The oldest goes when it is full. */
void audit_add(struct device *dev, enum audit_event event, const void *data,
    size_t len);

#endif
