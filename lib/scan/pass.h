/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A scan as a pass over the fleet, for those who ask how fresh the inventory is as a
 * whole (inventory/scan_log.h).  Kept by the process that waits for the others.
 */
#ifndef AMTCERT_SCAN_PASS_H
#define AMTCERT_SCAN_PASS_H

#include "inventory/scan_log.h"
#include "scan/fleet.h"
#include "scan/tally.h"

/*
 * Does the scan read the whole fleet: all configured devices, or where there are none
 * what lists and ranges say? Single names and a group are parts of it, and no pass.
 */
bool pass_is_meant(const struct fleet *fleet);

/* It begins. Fills record; the inventory is made when it is not there, and closed
 * again: processes are about to be forked. RC_DB, RC_LOCKED, RC_SYSTEM. */
enum rc pass_begin(const struct fleet *fleet, struct scan_record *record,
    struct err *err);

/* It ended with r at now: complete unless devices were left out. */
enum rc pass_end(const struct fleet *fleet, const struct tally *tally, enum rc r,
    int64_t now, struct scan_record *record, struct err *err);

#endif
