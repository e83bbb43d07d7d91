/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How certificates, devices and the fleet stand at one moment: the
 * states of the checks, for the inventory keeps the moments at which a verdict
 * changes.  Unknown where nothing was read, or too long ago to tell.
 */
#ifndef AMTCERT_SNMP_HEALTH_H
#define AMTCERT_SNMP_HEALTH_H

#include "snmp/mirror.h"

/* Was the device not read successfully within its policy's max-age? */
bool health_is_stale(const struct mirror_device *device, int64_t now);

/* Does something depend on the certificate? One that is only stored has state OK,
 * no due date, and no row among those that end. */
bool health_is_in_use(const struct mirror_cert *cert);

/* Worst of what the dates say and of what the last reading found; unknown when both
 * are fine and the device is stale, or the dates are not known. */
enum state health_cert(const struct mirror *mirror, const struct mirror_cert *cert,
    int64_t now);

/* Worst of its certificates in use and of what was found of the device itself;
 * unknown when it was never read, a warning when that is too long ago. */
enum state health_device(const struct mirror_device *device, int64_t now);

/* Earliest end of the certificates in use; false when none is known. */
bool health_first_end(const struct mirror *mirror, const struct mirror_device *device,
    int64_t *ret_not_after);

/* Has the certificate, which is in use, ended? */
bool health_has_ended(const struct mirror_cert *cert, int64_t now);

/* Count all of it. */
struct totals health_count(const struct mirror *mirror, int64_t now);

/* How many at the front of by_end have ended at now. */
size_t health_n_ended(const struct mirror *mirror, int64_t now);

#endif
