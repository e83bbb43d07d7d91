/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which row of the inventory is the device that was read?  By UUID where a login
 * showed it, by name otherwise; the rules stand in inventory/snapshot.h.
 * Private to this room.
 */
#ifndef AMTCERT_INVENTORY_ASSET_H
#define AMTCERT_INVENTORY_ASSET_H

#include <stdbool.h>
#include <stdint.h>

#include "inventory/db.h"
#include "policy/facts.h"

enum {
	ASSET_UUID_SIZE = 37,
	ASSET_ADDRESSES_MAX = 32, /* kept per device; the newest */
};

/* A row of the table device. */
struct asset {
	int64_t id;
	char uuid[ASSET_UUID_SIZE]; /* "" until a login showed it */
	char name[FACTS_TEXT_SIZE];
	char group[FACTS_TEXT_SIZE];
	char address[FACTS_TEXT_SIZE];
	int64_t port;
	int64_t first_seen;
	int64_t named_at;
	bool is_retired;
};

/* What an attempt says of itself. Lent; group may be NULL: leave it. */
struct asset_seen {
	const char *uuid; /* "" when no login was made */
	const char *name;
	const char *address;
	int64_t port;
	const char *group;
};

/* RC_NOTFOUND, err as it was. A name leads to a device that is not retired. */
enum rc asset_find(struct db *db, int64_t id, struct asset *ret_asset, struct err *err);
enum rc asset_find_name(struct db *db, const char *name, struct asset *ret_asset,
    struct err *err);
enum rc asset_find_uuid(struct db *db, const char *uuid, struct asset *ret_asset,
    struct err *err);

/*
 * The device that answered, its row made, promoted, merged or renamed as needed,
 * with events. *ret_is_misdirected: it is a device of another name; ret_asset is
 * then the one that was meant. Inside a transaction.
 */
enum rc asset_take(struct db *db, const struct asset_seen *seen, int64_t now,
    struct asset *ret_asset, bool *ret_is_misdirected, struct err *err);

/* The device that was meant and did not answer; its row made if needed. */
enum rc asset_mean(struct db *db, const struct asset_seen *seen, int64_t now,
    struct asset *ret_asset, struct err *err);

#endif
