/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a probe comes to: into the inventory, and out as the words that the check of
 * the same depth would print.
 */
#ifndef AMTCERT_SCAN_OUTCOME_H
#define AMTCERT_SCAN_OUTCOME_H

#include "inventory/db.h"
#include "plugin/output.h"
#include "scan/probe.h"

/* Zeroed; clear with outcome_clear. */
struct outcome {
	enum state state;
	struct buf text; /* whole, as a plugin prints it */
};

void outcome_clear(struct outcome *outcome);

/* How output is wanted. */
struct outcome_style {
	int verbosity;
	enum perf_thresholds thresholds;
};

/* "AMT_TLS", "AMT_STORE". */
const char *outcome_service(enum scan_depth depth);

/*
 * Judge, write, say. db NULL: the inventory is left alone. Errors are of our own
 * making: RC_DB, RC_LOCKED, RC_NOMEM, RC_SYSTEM; a device that could not be read is
 * an outcome. The facts of probe gain their history.
 */
enum rc outcome_make(const struct scan_setup *setup, const struct outcome_style *style,
    struct db *db, const struct roster_entry *entry, struct probe *probe,
    struct outcome *ret_outcome, struct err *err);

#endif
