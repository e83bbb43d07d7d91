/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When a remedy that is due is started, apart from whether it may: spread over
 * a fleet, back-off after failures, and the guard against renewing in a circle.
 * Pure functions: the same on every node, after every restart, in a dry run.
 */
#ifndef AMTCERT_POLICY_PACE_H
#define AMTCERT_POLICY_PACE_H

#include <stdint.h>

enum {
	PACE_BACK_OFF_S = 3600,
	PACE_BACK_OFF_MAX_S = 32 * 3600,
};

/*
 * due_at + H(device, serial number) mod the span, which is spread_s but ends at
 * floor_at: nobody is put off beyond the moment at which the state is critical.
 * due_at itself when that has come to nothing. device: UUID, or else name.
 */
int64_t pace_spread(const char *device, const char *serial_number, int64_t due_at,
    int64_t spread_s, int64_t floor_at);

/* Seconds to wait after the n-th failure in a row: 1 h, doubled up to 32 h; 0 after
 * none. */
int64_t pace_back_off(int64_t n_failed);

/*
 * The earliest moment at which a certificate that was installed at installed_at may
 * be replaced because of its dates: one that is due as soon as it is issued would be
 * renewed for ever. Four fifths of its lifetime later; installed_at for a lifetime
 * that is none.
 */
int64_t pace_guard(int64_t installed_at, int64_t not_before, int64_t not_after);

#endif
