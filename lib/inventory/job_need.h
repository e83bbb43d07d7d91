/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A job for what a device needs, and in words what became of the wish: what an event
 * asks for is decided by the last reading.
 */
#ifndef AMTCERT_INVENTORY_JOB_NEED_H
#define AMTCERT_INVENTORY_JOB_NEED_H

#include "base/buf.h"
#include "inventory/job.h"
#include "policy/verdict.h"

/* Lent. */
struct job_wish {
	const char *device_uuid; /* NULL or "": not known */
	const char *device_name;
	enum remedy wanted; /* REMEDY_NONE: what the reading calls for */
	const char *actor;
	const struct conf *conf; /* which CA the remedy asks; may be NULL */
};

/*
 * Ask for the remedy that the device needs at now, to be run at once. Without a
 * reading of it only a wanted remedy can be asked for, and is. Where the run of another
 * remedy is open, that is asked for in place of what the reading calls for. Appends "queued: ...",
 * "queued already: ...", "done a moment ago: ..." or "not queued: why", one printable
 * line. Errors of job_enqueue().
 */
enum rc job_need_enqueue(struct db *db, const struct job_wish *wish, int64_t now,
    struct buf *out, struct err *err);

#endif
