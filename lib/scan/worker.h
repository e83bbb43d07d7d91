/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One process of a scan: its loop, its inventory, its way to the monitoring core,
 * and what it tells the process that started it.
 */
#ifndef AMTCERT_SCAN_WORKER_H
#define AMTCERT_SCAN_WORKER_H

#include "scan/outcome.h"
#include "scan/passive.h"
#include "scan/scan.h"
#include "scan/tally.h"

/* Lent. */
struct worker_settings {
	const struct scan_setup *setup;
	const struct roster *roster;
	const char *inventory;
	int64_t fresh_s; /* leave out what was read so recently; 0: nothing */
	const struct passive_settings *passive;
	struct outcome_style style;
	bool prints; /* the line of every device, on standard output */
};

/* Which part of the devices, and whom to tell. */
struct worker_part {
	uint64_t part;
	uint64_t n_parts;
	void (
	    *tell)(void *ctx, const struct tally *tally); /* now and then, at the end */
	void *ctx;
};

/*
 * Read them all, or until SIGTERM or SIGINT. *ret_tally is true also on failure.
 * RC_OK; RC_STATE when it was stopped or ran out of time; RC_LOST when the monitoring
 * core did not take all results; errors of our own: RC_DB, RC_LOCKED, RC_NOMEM,
 * RC_SYSTEM, RC_LIMIT, RC_CONFIG. Blocks both signals in this process.
 */
enum rc worker_run(const struct worker_settings *settings,
    const struct worker_part *part, struct tally *ret_tally, struct err *err);

#endif
