/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What came of a scan, counted.
 */
#ifndef AMTCERT_SCAN_TALLY_H
#define AMTCERT_SCAN_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/rc.h"
#include "policy/state.h"

enum {
	TALLY_STATES = STATE_UNKNOWN + 1,
	TALLY_RESULTS = RC_INTERNAL + 1
};

/* Plain numbers: processes hand it to each other as it is. */
struct tally {
	int64_t n_devices; /* there were to be read */
	int64_t n_read;
	int64_t n_failed;
	int64_t n_skipped; /* read recently, by an earlier scan */
	int64_t n_absent;  /* addresses of a range at which nobody answers */
	int64_t by_state[TALLY_STATES];
	int64_t by_result[TALLY_RESULTS]; /* of those that failed */
	int64_t n_told;			  /* results that a monitoring core took */
	int64_t n_untold;
	int64_t n_in_flight; /* the most at once */
	int64_t stack_bytes; /* the most of one device's stack */
	int64_t memory_kib;  /* the most of a process, added up */
};

void tally_add(struct tally *sum, const struct tally *part);

/* Devices of which something is known now. */
int64_t tally_n_done(const struct tally *tally);

/* "4711 of 10000 devices, 812/s, 12 not read": one line without its end. */
enum rc tally_format_progress(const struct tally *tally, int64_t elapsed_ms,
    struct buf *out);

/* Whole lines for a person: how many, in which state, why not. */
enum rc tally_format_summary(const struct tally *tally, int64_t elapsed_ms,
    struct buf *out);

#endif
