/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a contact changes in the row of a device: its group, when its name last
 * led to it, its address.  Writes only what is new.  Private to this room.
 */
#ifndef AMTCERT_INVENTORY_ASSET_TOUCH_H
#define AMTCERT_INVENTORY_ASSET_TOUCH_H

#include "inventory/asset.h"

enum rc asset_touch_group(struct db *db, struct asset *asset, const char *group,
    struct err *err);

/* To within a day. */
enum rc asset_touch_name(struct db *db, struct asset *asset, int64_t now,
    struct err *err);

/* Keeps the one before, and tells when it is another device's. */
enum rc asset_touch_address(struct db *db, struct asset *asset,
    const struct asset_seen *seen, int64_t now, struct err *err);

#endif
