/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the inventory remembers of a device, as the facts that judges take.
 * Private to this room; others get it from inventory/snapshot.h.
 */
#ifndef AMTCERT_INVENTORY_HISTORY_H
#define AMTCERT_INVENTORY_HISTORY_H

#include <stdint.h>

#include "inventory/asset.h"
#include "inventory/standing.h"
#include "policy/facts.h"

/* Contacts of the standing, and the changes that events tell. */
enum rc history_read(struct db *db, const struct asset *asset,
    const struct standing *standing, int64_t now, struct facts_history *ret_history,
    struct err *err);

#endif
