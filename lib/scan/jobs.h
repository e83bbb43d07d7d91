/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processes of a scan: each reads its part of the devices, and one waits for
 * them and adds up.
 */
#ifndef AMTCERT_SCAN_JOBS_H
#define AMTCERT_SCAN_JOBS_H

#include "scan/worker.h"

enum {
	JOBS_MAX = 64
};

/* Called in the waiting process, now and then. */
typedef void (*jobs_progress)(void *ctx, const struct tally *sum);

/*
 * Run n_jobs workers and wait for them; SIGTERM and SIGINT are passed on.
 * *ret_sum is true also on failure. The worst of worker_run(): errors of our own
 * before RC_LOST before RC_STATE; RC_INTERNAL for a process that died.
 */
enum rc jobs_run(const struct worker_settings *settings, size_t n_jobs,
    jobs_progress progress, void *ctx, struct tally *ret_sum, struct err *err);

#endif
