/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hands the lines of the outbox to the command that the operator has configured, one
 * process for each: at least once, whatever is killed in between, and once when nothing
 * is.
 *
 * Keys, of a device, its group, or all: handover-command, a program and its
 * arguments; handover-timeout.  The program gets the line as its standard input and
 * has taken it when it ends with 0.
 */
#ifndef AMTCERT_QUEUE_COURIER_H
#define AMTCERT_QUEUE_COURIER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/conf.h"
#include "base/rc.h"
#include "inventory/db.h"

enum {
	COURIER_TIMEOUT_S = 30,
	COURIER_TIMEOUT_MAX_S = 300,
};

/* Lent. */
struct courier {
	const struct conf *conf; /* may be NULL */
	const char *inventory_file;
	bool (*is_stopped)(void); /* begin with no further line */
	int64_t (*now)(void);
	/* One line without its end, printable: what was taken, or was not and why. */
	void (*log)(void *ctx, bool was_taken, const char *line);
	void *log_ctx;
};

/* Are the keys for that device such as can be used? RC_CONFIG with file and line;
 * whether the program can be run, the next delivery tells. */
enum rc courier_check(const struct conf *conf, const char *device_name,
    struct err *err);

/* Does any line wait whose time has come? */
enum rc courier_has_due(struct db *db, int64_t now, bool *ret_has, struct err *err);

/*
 * Deliver what waits and is due, that of the device of this name first (NULL: in the
 * order of the inventory), until all is delivered or the first was not taken; what
 * another process is at is left to that. RC_OK also when a line was not taken, or
 * there is no inventory; RC_DB, RC_LOCKED, RC_NOMEM.
 */
enum rc courier_deliver(const struct courier *courier, const char *device_name,
    struct err *err);

#endif
