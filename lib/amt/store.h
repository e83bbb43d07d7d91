/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store: every certificate and every key pair in the device, and how much it
 * holds.  AMT_PublicKeyCertificate, AMT_PublicPrivateKeyPair,
 * AMT_PublicKeyManagementCapabilities.
 */
#ifndef AMTCERT_AMT_STORE_H
#define AMTCERT_AMT_STORE_H

#include "amt/device.h"
#include "policy/facts.h"

/*
 * Replace certificates and keys in facts and match them. An entry whose bytes
 * cannot be read is counted in n_unreadable and left out; one without an
 * InstanceID is RC_FORMAT. On failure facts are untouched.
 */
enum rc store_read(struct device *device, struct facts *facts, struct err *err);

/* What the firmware says of its limits; all 0 when it does not have the class. */
enum rc store_read_limits(struct device *device, struct facts_limits *ret_limits,
    struct err *err);

/* N of "... Handle: N"; -1 when the InstanceID does not end so. */
int64_t store_parse_handle(const char *instance_id);

#endif
