/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Passes over the fleet: when one began and ended, and what came of it.  Which
 * devices a pass has done already is told by standing.tried_at.
 */
#ifndef AMTCERT_INVENTORY_SCAN_LOG_H
#define AMTCERT_INVENTORY_SCAN_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "inventory/db.h"

struct scan_record {
	int64_t id;
	bool is_store; /* depth: a login, or the handshake alone */
	int64_t started_at;
	int64_t finished_at; /* 0: it runs, or was killed */
	int64_t n_targets;
	int64_t n_ok;
	int64_t n_failed;
	int64_t n_skipped;
};

/* Fills record->id. */
enum rc scan_log_begin(struct db *db, struct scan_record *record, struct err *err);

/* With finished_at it is complete; 0 keeps the counts of one that runs. */
enum rc scan_log_update(struct db *db, const struct scan_record *record,
    struct err *err);

/* The pass that was completed last. RC_NOTFOUND, err as it was. */
enum rc scan_log_last_finished(struct db *db, struct scan_record *ret_record,
    struct err *err);

#endif
