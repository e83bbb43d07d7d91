/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One process' part of a scan: its devices in the order of their starts, a bounded
 * number of them under way, each with a deadline of its own.
 */
#ifndef AMTCERT_SCAN_SCAN_H
#define AMTCERT_SCAN_SCAN_H

#include "scan/probe.h"

enum {
	/* Of a process: up to here 64 MiB and 100 KiB for each are enough, measured
	 * with log-ins that stand still (some 25 MiB, and 117 KiB each). */
	SCAN_IN_FLIGHT_MAX = 2000,
	SCAN_FILES_BASE = 64, /* descriptors beside those of devices */
	SCAN_FILES_EACH = 2,  /* of a device: an old connection and a new one */
};

/* What becomes of it. */
struct scan_events {
	/* Should this device be left out? It may have been read already. NULL: no. */
	bool (*skips)(void *ctx, const struct roster_entry *entry);
	/* One has ended; on the loop's stack. Cleared afterwards. */
	void (*on_probe)(void *ctx, const struct roster_entry *entry,
	    struct probe *probe);
	void *ctx;
};

struct scan;

/*
 * Devices of roster whose hash is part of n_parts; roster, setup, events and
 * guard (may be NULL) are lent. RC_NOMEM; RC_SYSTEM; RC_LIMIT when the system does
 * not allow that many descriptors.
 */
enum rc scan_new(struct loop *loop, const struct scan_setup *setup,
    const struct roster *roster, uint64_t part, uint64_t n_parts,
    const struct scan_events *events, const struct probe_guard *guard,
    struct scan **ret_scan, struct err *err);

/* Accepts NULL. Only when nothing is under way. */
void scan_free(struct scan *scan);

/* Start those whose time it is. RC_NOMEM. */
enum rc scan_go_on(struct scan *scan, struct err *err);

/* When scan_go_on() has something to do again if nothing ends before. */
int64_t scan_next_ms(const struct scan *scan);

/* Is nothing under way, and nothing to come? */
bool scan_is_over(const struct scan *scan);

/* Start no more, and let everything under way be late. */
void scan_stop(struct scan *scan);

size_t scan_n_devices(const struct scan *scan);

/* The most that were under way at once, and the most that any of their stacks has
 * touched, in bytes. */
size_t scan_n_most(const struct scan *scan);
size_t scan_stack_most(const struct scan *scan);

#endif
