/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a verdict to how a device stands: its slots, its history, its row in the
 * table standing.  Used when a device was read, and when it is judged again.
 * Private to this room.
 */
#ifndef AMTCERT_INVENTORY_SETTLE_H
#define AMTCERT_INVENTORY_SETTLE_H

#include <stdbool.h>

#include "inventory/asset.h"
#include "inventory/standing.h"
#include "inventory/use.h"

/* The device that is settled, and how it stood before. */
struct settle {
	struct db *db;
	const struct asset *asset;
	const struct policy *policy;
	int64_t now;
	struct standing standing;
	enum state old_state; /* just before; STATE_OK before the first reading */
	struct err *err;
};

/* Read how it stands. */
enum rc settle_begin(struct settle *settle);

/*
 * Bring slots and standing up to date with what facts show, which verdict was made
 * of. covered: bits of enum use_source. is_tls_old: what they show of the TLS
 * certificate is older than what is known of it, and left out.
 */
enum rc settle_facts(struct settle *settle, const struct facts *facts,
    const struct verdict *verdict, unsigned int covered, bool is_tls_old);

/* Fill facts->history, judge it into the verdict, write the standing, and tell
 * when the state of the device is another than before. */
enum rc settle_end(struct settle *settle, struct facts *facts, struct verdict *verdict);

#endif
