/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How one device stands: the row of the table standing, and its state at any
 * later moment.  Reports and the subagent read it; writing is this room's.
 */
#ifndef AMTCERT_INVENTORY_STANDING_H
#define AMTCERT_INVENTORY_STANDING_H

#include <stdbool.h>
#include <stdint.h>

#include "inventory/contact.h"
#include "inventory/db.h"
#include "policy/aging.h"
#include "policy/facts.h"

/* Moments are 0 for never, but those of the fold are as in policy/aging.h. */
struct standing {
	int64_t device_id;
	int64_t judged_at;
	int64_t tls_read_at;
	int64_t store_read_at;
	int64_t ok_at;	  /* something was read */
	int64_t tried_at; /* the last attempt, whatever came of it */
	enum contact_result last_result;
	int64_t n_ok;
	int64_t n_failed;
	int64_t n_failed_in_a_row;
	struct contacts contacts;
	int64_t n_slots;
	int64_t max_age_s; /* of the policy it was judged by; 0: any age */
	/* What each judgement says of the device as a whole. */
	struct aging tls;
	struct aging store;
	struct aging history;
	/* All of it folded: slots, tls, store, history; without age and silence. */
	struct aging fold;
	char error[FACTS_TEXT_SIZE]; /* of the last attempt; "" when it succeeded */
};

/* RC_NOTFOUND, err as it was: no such device, or retired. */
enum rc standing_read(struct db *db, int64_t device_id, struct standing *ret_standing,
    struct err *err);

/* The row must exist. */
enum rc standing_write(struct db *db, const struct standing *standing, int64_t now,
    struct err *err);

/* Columns of a row for a SELECT of one's own, in the order in which standing_take()
 * wants them from column first on. */
#define STANDING_COLUMNS                                                       \
	"s.device_id, s.judged_at, s.tls_read_at, s.store_read_at, s.ok_at,"   \
	" s.tried_at, s.last_result, s.n_ok, s.n_failed, s.n_failed_in_a_row," \
	" s.n_contacts, s.gap_p95_s, s.n_slots, s.window_s, s.max_age_s,"      \
	" s.tls_state, s.tls_reason, s.store_state, s.store_reason,"           \
	" s.history_state, s.history_reason, s.fixed_state, s.fixed_reason,"   \
	" s.valid_from, s.due_at, s.warning_at, s.critical_at, s.ends_at, s.error"
enum {
	STANDING_N_COLUMNS = 29
};
void standing_take(sqlite3_stmt *stmt, int first, struct standing *standing);

/* First second at which the reading is older than max_age_s; AGING_NEVER when
 * that is 0 or nothing was read. */
int64_t standing_stale_at(const struct standing *standing);

/* First second at which the silence is longer than the renewal window. */
int64_t standing_miss_at(const struct standing *standing);

/* Age and silence included. STATE_UNKNOWN when nothing was ever read. */
enum state standing_state(const struct standing *standing, int64_t now);

/* Why it is in that state, in the reasons of the policy: the word of a table, not
 * more than one. */
enum reason standing_reason(const struct standing *standing, int64_t now);

#endif
