/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The login depth of a survey: identity, clock, settings, store, keys and every
 * credential context of one device, over an open session.
 */
#ifndef AMTCERT_AMT_READ_H
#define AMTCERT_AMT_READ_H

#include "amt/device.h"
#include "policy/facts.h"

/*
 * Read everything into facts (has_store set), in as few requests as the device
 * allows; classes that this firmware does not have are left unknown. The facts
 * of the presented chain are filled from the same connection. Errors of the
 * transport, RC_FAULT, RC_PT_STATUS, RC_FORMAT, RC_AUTH, RC_UNTRUSTED. On
 * failure facts hold what was read before, has_store is false.
 */
enum rc read_device(struct device *device, const struct target *target, int64_t now,
    struct facts *facts, struct err *err);

/* Only the store: certificates, keys, TLS context, usages. Replaces those
 * parts of facts. For a remedy that looks before it repeats. */
enum rc read_store(struct device *device, struct facts *facts, struct err *err);

/* GetLowAccuracyTimeSynch: device time, and ours around it. */
enum rc read_clock(struct device *device, struct facts_clock *ret_clock,
    struct err *err);

#endif
