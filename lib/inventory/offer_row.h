/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the policy service of a CA offers, kept so that checks and remedies know it
 * without asking: one answer per CA, and when it came.
 */
#ifndef AMTCERT_INVENTORY_OFFER_ROW_H
#define AMTCERT_INVENTORY_OFFER_ROW_H

#include "inventory/db.h"
#include "policy/offer.h"

/*
 * Keep an answer in the place of the one before, as a whole; offers->ca and read_at
 * say whose and of when. Fills major_since of
 * each template: a version that was there before keeps its moment. RC_DB, RC_LOCKED,
 * RC_NOMEM; the inventory is then as before.
 */
enum rc offer_write(struct db *db, struct offers *offers, struct err *err);

/* RC_NOTFOUND, err as it was, for a CA that nobody asked. RC_DB, RC_LIMIT, RC_NOMEM.
 * Caller clears. */
enum rc offer_read(struct db *db, const char *ca, struct offers *ret_offers,
    struct err *err);

#endif
