/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the process does that watches one remedy.  Private to this room.
 */
#ifndef AMTCERT_QUEUE_RUNNER_H
#define AMTCERT_QUEUE_RUNNER_H

#include "queue/take.h"
#include "queue/worker.h"

/*
 * In a child of the worker, which has no connection to the inventory open: lead a
 * session, run the remedy, keep and tell what came of it. Whether the job failed, was
 * refused or given up: its exit status then.
 */
int runner_run(const struct worker_options *options, struct taken *taken);

#endif
