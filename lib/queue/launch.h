/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One remedy as a process: started without a shell, its last words and its result
 * caught, told to stop after its time, waited for.
 */
#ifndef AMTCERT_QUEUE_LAUNCH_H
#define AMTCERT_QUEUE_LAUNCH_H

#include <stdbool.h>
#include <stdint.h>

#include "inventory/job_run.h"
#include "policy/breaker.h"
#include "queue/call.h"

enum {
	LAUNCH_TERM_MS = 60 * 1000, /* from SIGTERM to SIGKILL: a request to a device
				     * that is on its way is finished */
	LAUNCH_TAIL_BYTES = 2048,   /* kept of what it says */
};

/* What came of it; outcome's texts are in class and text. */
struct launched {
	struct job_outcome outcome;
	char class[BREAKER_CLASS_SIZE];
	char text[JOB_TEXT_SIZE];
};

/*
 * Run it to its end, which *ret_launched tells. It inherits an empty standard input,
 * one pipe for both outputs, lock_fd, and CALL_RESULT_FD; it leads a process group.
 * Once is_stopped says so, and at deadline_ms of clock_monotonic_ms(), its group is sent
 * SIGTERM, and SIGKILL LAUNCH_TERM_MS later.
 */
void launch_run(const struct call *call, int lock_fd, int64_t deadline_ms,
    bool (*is_stopped)(void), struct launched *ret_launched);

#endif
