/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fleets written into an inventory row by row, as bad as it gets, and documents of
 * them as text.
 */
#ifndef AMTCERT_TESTS_MADE_LISTING_H
#define AMTCERT_TESTS_MADE_LISTING_H

#include <stdint.h>

#include "folder.h"
#include "inventory/db.h"
#include "inventory/role.h"
#include "listing/format.h"

#define MADE_NOW (INT64_C(1800000000) + 8 * INT64_C(3600)) /* 2027-01-15T16:00:00Z */
#define MADE_DAY INT64_C(86400)

/* A device of any text and moments. */
void made_listing_hostile(struct db *db, int64_t id);

/* One with that name, and a certificate that autoenroll with 42 days judges. */
struct made_leaf {
	int64_t device;
	int64_t number; /* of the slot; 0: 1 */
	enum role role; /* ROLE_NONE: ROLE_TLS */
	int64_t cert;	/* its id; the same one for several slots; 0: a new one */
	const char *issuer;
	int64_t not_before;
	int64_t not_after;
};
void made_listing_device(struct db *db, int64_t id, const char *name,
    const char *group);
void made_listing_leaf(struct db *db, const struct made_leaf *wanted);

/* The document that is written to order; must succeed. Caller frees. */
char *made_listing_text(struct db *db, const struct listing_order *order,
    enum listing_format format, const struct folder *folder);

/* The same, and what it comes to. */
enum rc made_listing_write(struct db *db, const struct listing_order *order,
    enum listing_format format, const char *path, struct err *err);

#endif
