/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A device as a row of any format: the moments that are shown, and words.
 */
#ifndef AMTCERT_LISTING_ROW_H
#define AMTCERT_LISTING_ROW_H

#include "base/clock.h"
#include "listing/listing.h"
#include "listing/phrase.h"

/* Moments are 0 for none. Lent texts are as hostile as they came. */
struct row {
	const struct fleet_device *device;
	const struct member *member; /* never NULL */
	enum state state;
	enum reason reason;
	char phrase[PHRASE_SIZE];
	int64_t ends_at; /* the first certificate in use to end */
	int64_t due_at;	 /* the first renewal; now for one that is due at once */
	int64_t what_if_due_at;
	const char *issuer; /* of the certificate that is due first */
};

/* What the visit returns other than RC_OK ends the walk. */
typedef enum rc (*row_visit)(void *ctx, const struct row *row, struct err *err);

/* Devices of the listing in that order. */
enum rc row_each(struct db *db, const struct listing *listing, enum fleet_order order,
    row_visit visit, void *ctx, struct err *err);

/* "ok", "warning", ...: for programs. */
const char *row_state_word(enum state state);

/* "2026-11-25T22:00:00Z", "" for 0. */
const char *row_time(int64_t at, char field[CLOCK_TIME_SIZE]);

#endif
