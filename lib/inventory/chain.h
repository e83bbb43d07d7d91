/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The journal as a chain: each step, closed run and certificate that a run replaced
 * has an entry whose digest covers the row and the entry before.  Who changes or takes
 * away a row, or puts one in, breaks it; who cuts the end off is found out by
 * whoever wrote down the newest digest.
 */
#ifndef AMTCERT_INVENTORY_CHAIN_H
#define AMTCERT_INVENTORY_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "inventory/db.h"

enum {
	CHAIN_DIGEST_BYTES = 32,
	CHAIN_TEXT_SIZE = 128,
};

/* Which table the row is of. Numbers are stored. */
enum chain_kind {
	CHAIN_STEP = 0,
	CHAIN_RUN = 1, /* once it is closed */
	CHAIN_ARCHIVE = 2,
	CHAIN_KINDS
};

/* Add an entry for that row as it stands. Inside the caller's transaction, or none
 * can tell which comes first. */
enum rc chain_add(struct db *db, enum chain_kind kind, int64_t row_id, struct err *err);

struct chain_state {
	int64_t n_entries;
	int64_t n_of[CHAIN_KINDS];
	uint8_t digest[CHAIN_DIGEST_BYTES]; /* of the newest entry; zeros when empty */
	bool is_whole;
	char text[CHAIN_TEXT_SIZE]; /* what is wrong first; "" nothing */
};

/* Follow the chain from its first entry, and look for rows without one. RC_OK also
 * when it is broken. */
enum rc chain_verify(struct db *db, struct chain_state *ret_state, struct err *err);

/* Has the chain come through this digest? */
enum rc chain_find(struct db *db, const uint8_t digest[CHAIN_DIGEST_BYTES],
    bool *ret_found, struct err *err);

#endif
