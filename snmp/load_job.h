/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Jobs of the queue and runs of remedies as rows of amtCertJobTable.  Private to load.c.
 */
#ifndef AMTCERT_SNMP_LOAD_JOB_H
#define AMTCERT_SNMP_LOAD_JOB_H

#include "inventory/db.h"
#include "snmp/mirror.h"

/* Add the latest job or run for each certificate that had one. Devices and certificates are
 * there. Inside the caller's transaction. */
enum rc load_jobs(struct db *db, struct mirror *mirror, struct err *err);

#endif
