/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What CAs offer, as a program holds it: each read from the inventory once, however
 * many devices' policies it is lent to.
 */
#ifndef AMTCERT_INVENTORY_SHELF_H
#define AMTCERT_INVENTORY_SHELF_H

#include "inventory/db.h"
#include "policy/feed.h"
#include "policy/offer.h"

/* Zeroed is empty; clear with shelf_clear. */
struct shelf_book;
struct shelf {
	struct shelf_book *first;
};

void shelf_clear(struct shelf *shelf);

/*
 * Lend a policy what is known of the CAs that feed it, until shelf_clear(); one that
 * was never asked leaves it as it is. Only autoenroll takes any. db NULL: what is on
 * the shelf. RC_DB, RC_LIMIT, RC_NOMEM: the policy is then as it was.
 */
enum rc shelf_lend(struct shelf *shelf, struct db *db, const struct feed *feed,
    struct policy *policy, struct err *err);

/* What a CA said just now takes the place of what it said before, for who is lent it
 * from then on; what was lent stays. Takes offers on success. RC_NOMEM. */
enum rc shelf_put(struct shelf *shelf, struct offers *offers, struct err *err);

#endif
