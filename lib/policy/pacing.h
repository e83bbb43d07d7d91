/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The section [queue] of the configuration file: at which pace queued remedies
 * are started, and what stops them.
 */
#ifndef AMTCERT_POLICY_PACING_H
#define AMTCERT_POLICY_PACING_H

#include <stdint.h>

#include "base/conf.h"
#include "base/rc.h"
#include "policy/hours.h"

#define PACING_STOP_FILE "/etc/amtcert/stop"

struct pacing {
	int64_t budget;		 /* starts in any hour, all told */
	int64_t ca_budget;	 /* the same, that one CA will be asked for */
	int64_t n_jobs;		 /* at a time */
	int64_t n_failures;	 /* in a row after which a job is given up */
	int64_t n_breaker;	 /* jobs that fail alike and open a breaker */
	int64_t spread_s;	 /* over which what is due at once is spread */
	int64_t job_s;		 /* after which a remedy is told to stop */
	struct hours window;	 /* in which remedies are started */
	const char *stop_file;	 /* while it is there, none is. Lent */
	const char *program_dir; /* of the remedies; NULL: beside the worker. Lent */
};

/* Defaults, then what the file says. conf may be NULL and must live as long. RC_CONFIG
 * with file and line. */
enum rc pacing_read(const struct conf *conf, struct pacing *ret_pacing,
    struct err *err);

/* When a job for a certificate may start: spread from due_at on, inside the window,
 * not before now. device: UUID, or else name. floor_at: when it is critical. */
int64_t pacing_not_before(const struct pacing *pacing, const char *device,
    const char *serial_number, int64_t due_at, int64_t floor_at, int64_t now);

#endif
