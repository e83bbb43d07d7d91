/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which certificates did remedies of ours make?  By their keys, as the journal
 * has them.
 */
#ifndef AMTCERT_INVENTORY_OURS_H
#define AMTCERT_INVENTORY_OURS_H

#include <stdbool.h>
#include <stdint.h>

#include "inventory/db.h"
#include "policy/facts.h"

/* Was the key made by a remedy of ours, for this device? Where no login has shown a
 * UUID yet (""), for any: a key never leaves the firmware that made it. RC_DB,
 * RC_LOCKED. */
enum rc ours_has_key(struct db *db, const char *uuid,
    const uint8_t spki_sha256[CERT_FINGERPRINT_BYTES], bool *ret_has, struct err *err);

/* Set is_ours of what the port presents and of what in the store is used. uuid: of
 * the device, for facts that hold none. */
enum rc ours_mark(struct db *db, const char *uuid, struct facts *facts,
    struct err *err);

#endif
