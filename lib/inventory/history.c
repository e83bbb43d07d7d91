/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events of one device, read from the oldest on, folded into what is true now.
 */
#include "inventory/history.h"

#include <stdio.h>
#include <string.h>

#include "inventory/column.h"
#include "inventory/event.h"

static void
take_realm(sqlite3_stmt *stmt, struct facts_history *history)
{
	history->realm_changed_at = sqlite3_column_int64(stmt, 1);
	column_text(stmt, 2, history->realm_before, sizeof(history->realm_before));
}

static void
take_replaced(sqlite3_stmt *stmt, struct facts_history *history)
{
	history->replaced_at = sqlite3_column_int64(stmt, 1);
	column_text(stmt, 2, history->replaced, sizeof(history->replaced));
}

static void
take_misdirected(sqlite3_stmt *stmt, struct facts_history *history)
{
	history->misdirected_at = sqlite3_column_int64(stmt, 1);
	column_text(stmt, 3, history->misdirected, sizeof(history->misdirected));
}

static void
take_address(sqlite3_stmt *stmt, struct facts_history *history)
{
	history->address_reused_at = sqlite3_column_int64(stmt, 1);
	column_text(stmt, 2, history->address_reused, sizeof(history->address_reused));
}

static void
take_issuer(sqlite3_stmt *stmt, struct facts_history *history)
{
	history->issuer_changed_at = sqlite3_column_int64(stmt, 1);
	column_text(stmt, 2, history->issuer_before, sizeof(history->issuer_before));
	column_text(stmt, 3, history->issuer_now, sizeof(history->issuer_now));
	history->issuer_was_ours = sqlite3_column_int(stmt, 4) != 0;
	history->issuer_is_ours = sqlite3_column_int(stmt, 5) != 0;
	/* Between others it is their affair. */
	if (sqlite3_column_int(stmt, 6) != 0 &&
	    history->issuer_was_ours != history->issuer_is_ours)
		history->n_swaps++;
}

/* As the index event_news in schema.c, or it is not used. */
#define NEWS                                                               \
	" AND kind IN ('realm_changed', 'device_replaced', 'misdirected'," \
	" 'address_reused', 'issuer_changed', 'accepted')"

/* What a person accepted is no news any more. */
static void
take_accepted(sqlite3_stmt *stmt, struct facts_history *history)
{
	(void)stmt;
	history->realm_changed_at = 0;
	history->replaced_at = 0;
	history->misdirected_at = 0;
	history->address_reused_at = 0;
	history->issuer_changed_at = 0;
	history->issuer_was_ours = false;
	history->issuer_is_ours = false;
	history->n_swaps = 0;
}

static const struct {
	enum event_kind kind;
	void (*take)(sqlite3_stmt *stmt, struct facts_history *history);
} takers[] = {
	{ EVENT_REALM_CHANGED, take_realm },
	{ EVENT_DEVICE_REPLACED, take_replaced },
	{ EVENT_MISDIRECTED, take_misdirected },
	{ EVENT_ADDRESS_REUSED, take_address },
	{ EVENT_ISSUER_CHANGED, take_issuer },
	{ EVENT_ACCEPTED, take_accepted },
};

static void
take_event(sqlite3_stmt *stmt, struct facts_history *history)
{
	const char *word = (const char *)sqlite3_column_text(stmt, 0);

	for (size_t i = 0; word != NULL && i < sizeof(takers) / sizeof(takers[0]); i++)
		if (strcmp(word, event_kind_word(takers[i].kind)) == 0)
			takers[i].take(stmt, history);
}

static enum rc
read_events(struct db *db, int64_t device_id, int64_t now,
    struct facts_history *history, struct err *err)
{
	const struct db_value values[] = { db_int(device_id),
		db_int(now - FACTS_SWAPS_S) };
	sqlite3_stmt *stmt = NULL;
	bool is_row = true;
	enum rc r;

	r = db_query_kept(db,
	    "SELECT kind, at, old_text, new_text, old_is_ours, new_is_ours, at >= ?2"
	    " FROM event WHERE device_id = ?1" NEWS " ORDER BY id",
	    values, 2, &stmt, err);
	while (r == RC_OK && is_row) {
		r = db_next(db, stmt, &is_row, err);
		if (r == RC_OK && is_row)
			take_event(stmt, history);
	}
	db_done(stmt);
	return r;
}

enum rc
history_read(struct db *db, const struct asset *asset, const struct standing *standing,
    int64_t now, struct facts_history *ret_history, struct err *err)
{
	struct facts_history history = { .known = true,
		.first_seen = asset->first_seen,
		.ok_at = standing->ok_at,
		.tried_at = standing->tried_at,
		.has_failed = standing->last_result != CONTACT_OK &&
		    standing->last_result != CONTACT_NEVER,
		.n_contacts = standing->contacts.n,
		.gap_p95_s = standing->contacts.gap_p95_s };
	enum rc r;

	(void)snprintf(history.error, sizeof(history.error), "%s", standing->error);
	r = read_events(db, asset->id, now, &history, err);
	if (r == RC_OK)
		*ret_history = history;
	return r;
}
