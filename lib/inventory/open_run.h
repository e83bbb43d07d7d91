/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The run of a remedy that was cut at a device and waits to go on.  Until it has, every
 * other remedy refuses that device: whoever queues one has to queue this one first.
 */
#ifndef AMTCERT_INVENTORY_OPEN_RUN_H
#define AMTCERT_INVENTORY_OPEN_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "inventory/db.h"
#include "inventory/job.h"
#include "policy/verdict.h"

/* Of a job that is there for it alone. */
#define OPEN_RUN_REASON "unfinished"

struct open_run {
	enum remedy remedy;
	/* Of the certificate that it replaces, as in a job; "": none. */
	char serial_number[CERT_SERIAL_MAX_BYTES * 2 + 1];
	bool has_job; /* a job that is open will run this remedy at this device */
};

/*
 * The open run of the device, if a queue may run its remedy; device_uuid is "" where
 * nobody knows it. RC_NOTFOUND, err as it was, when there is none; RC_DB, RC_LOCKED.
 */
enum rc open_run_find(struct db *db, int64_t device_id, const char *device_uuid,
    struct open_run *ret_open_run, struct err *err);

/* The name of the remedy whose run is open there, whether a queue may run it or not.
 * Errors as above. */
enum rc open_run_program(struct db *db, int64_t device_id, const char *device_uuid,
    char ret_program[JOB_WORD_SIZE], struct err *err);

#endif
