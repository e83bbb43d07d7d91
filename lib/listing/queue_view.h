/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The queue of remedies in the words of a plugin: is remediation itself healthy?
 */
#ifndef AMTCERT_LISTING_QUEUE_VIEW_H
#define AMTCERT_LISTING_QUEUE_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "inventory/db.h"
#include "plugin/output.h"
#include "policy/pacing.h"

enum {
	QUEUE_VIEW_WARNING_S = 86400, /* a nightly worker that failed once */
	QUEUE_VIEW_CRITICAL_S = 3 * 86400,
};

struct queue_view {
	struct pacing pacing;
	/* How long a job whose time has come, a request at a CA, a device that nobody
	 * asked a job for, or a hand-over that nobody took may wait. */
	int64_t warning_s;
	int64_t critical_s;
	int64_t now;
	int verbosity;
	bool is_stopped; /* the stop file is there */
	enum perf_thresholds thresholds;
};

/* Sets the state of output and adds all but the perfdata of the run itself. All of it is
 * of one moment of the inventory. RC_DB, RC_LOCKED, RC_NOMEM. */
enum rc queue_view_tell(struct db *db, const struct queue_view *view,
    struct output *output, struct err *err);

#endif
