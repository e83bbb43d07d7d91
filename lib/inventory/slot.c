/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slots of one device: reading the rows, and finding the one that a use
 * continues.  What is written is in slot_update.c.
 */
#include "inventory/slot.h"

#include <stdlib.h>
#include <string.h>

#include "inventory/column.h"

enum {
	FIRST_ROOM = 8,
	WORD_SIZE = 64,
};

void
slots_clear(struct slots *slots)
{
	for (size_t i = 0; i < slots->n; i++) {
		free(slots->list[i].subject);
		free(slots->list[i].issuer);
	}
	free(slots->list);
	memset(slots, 0, sizeof(*slots));
}

static enum rc
add(struct db *db, struct slots *slots, struct slot **ret_slot, struct err *err)
{
	size_t n = slots->n;
	struct slot *list;

	if (n >= SLOTS_MAX)
		return err_set(err, RC_LIMIT, "%s: more than %d slots of one device",
		    db->path, SLOTS_MAX);
	if (n == 0 || (n >= FIRST_ROOM && (n & (n - 1)) == 0)) {
		list = reallocarray(slots->list, n == 0 ? FIRST_ROOM : 2 * n,
		    sizeof(*list));
		if (list == NULL)
			return err_set(err, RC_NOMEM, "%s: out of memory", db->path);
		slots->list = list;
	}
	memset(&slots->list[n], 0, sizeof(slots->list[n]));
	slots->n++;
	*ret_slot = &slots->list[n];
	return RC_OK;
}

static enum rc
take_name(struct db *db, sqlite3_stmt *stmt, int at, char **ret_name, struct err *err)
{
	const char *text = (const char *)sqlite3_column_text(stmt, at);
	char *name = strdup(text != NULL ? text : "");

	if (name == NULL)
		return err_set(err, RC_NOMEM, "%s: out of memory", db->path);
	*ret_name = name;
	return RC_OK;
}

static void
take_aging(sqlite3_stmt *stmt, int at, struct slot *slot)
{
	char word[WORD_SIZE];

	aging_init(&slot->aging);
	slot->aging.fixed = column_state(stmt, at);
	column_text(stmt, at + 1, word, sizeof(word));
	slot->aging.reason = reason_find(word);
	slot->aging.valid_from = sqlite3_column_int64(stmt, at + 2);
	slot->aging.due_at = sqlite3_column_int64(stmt, at + 3);
	slot->aging.warning_at = sqlite3_column_int64(stmt, at + 4);
	slot->aging.critical_at = sqlite3_column_int64(stmt, at + 5);
	slot->aging.window_s = sqlite3_column_int64(stmt, at + 6);
	/* What nobody judged ends without anybody's harm. */
	if (slot->aging.critical_at != AGING_NEVER)
		slot->aging.ends_at = slot->not_after;
}

static enum rc
take_slot(struct db *db, sqlite3_stmt *stmt, struct slot *slot, struct err *err)
{
	const struct role_info *info = role_find(sqlite3_column_int64(stmt, 1));
	enum rc r;

	slot->number = sqlite3_column_int64(stmt, 0);
	slot->role = info != NULL ? info->role : ROLE_NONE;
	slot->cert_id = sqlite3_column_int64(stmt, 2);
	slot->sources = (unsigned int)sqlite3_column_int(stmt, 3);
	column_text(stmt, 4, slot->instance_id, sizeof(slot->instance_id));
	slot->since = sqlite3_column_int64(stmt, 5);
	slot->gone_at = sqlite3_column_int64(stmt, 6);
	slot->not_before = sqlite3_column_int64(stmt, 7);
	slot->not_after = sqlite3_column_int64(stmt, 8);
	take_aging(stmt, 9, slot);
	r = column_digest(db, stmt, 16, slot->fingerprint, sizeof(slot->fingerprint),
	    err);
	if (r == RC_OK)
		r = column_digest(db, stmt, 17, slot->spki_sha256,
		    sizeof(slot->spki_sha256), err);
	if (r == RC_OK)
		r = take_name(db, stmt, 18, &slot->subject, err);
	if (r == RC_OK)
		r = take_name(db, stmt, 19, &slot->issuer, err);
	return r;
}

enum rc
slots_read(struct db *db, int64_t device_id, struct slots *ret_slots, struct err *err)
{
	const struct db_value value = db_int(device_id);
	struct slots slots = { 0 };
	struct slot *slot = NULL;
	sqlite3_stmt *stmt = NULL;
	bool is_row = true;
	enum rc r;

	r = db_query_kept(db,
	    "SELECT s.number, s.role, s.cert_id, s.sources, s.instance_id, s.since,"
	    " s.gone_at, s.not_before, s.not_after, s.fixed_state, s.fixed_reason,"
	    " s.valid_from, s.due_at, s.warning_at, s.critical_at, s.window_s,"
	    " c.fingerprint, c.spki_sha256, c.subject, c.issuer"
	    " FROM slot s JOIN cert c ON c.id = s.cert_id WHERE s.device_id = ?"
	    " ORDER BY s.number",
	    &value, 1, &stmt, err);
	while (r == RC_OK && is_row) {
		r = db_next(db, stmt, &is_row, err);
		if (r == RC_OK && is_row)
			r = add(db, &slots, &slot, err);
		if (r == RC_OK && is_row)
			r = take_slot(db, stmt, slot, err);
	}
	db_done(stmt);
	if (r != RC_OK) {
		slots_clear(&slots);
		return r;
	}
	*ret_slots = slots;
	return RC_OK;
}

static bool
has_same_cert(const struct slot *slot, const struct use *use)
{
	return memcmp(slot->fingerprint, use->cert->fingerprint,
		   CERT_FINGERPRINT_BYTES) == 0;
}

static bool
has_same_subject(const struct slot *slot, const struct use *use)
{
	return strcmp(slot->subject, use->cert->subject) == 0;
}

/* The firmware gives a place that became free to the next one that comes. */
static bool
has_same_place(const struct slot *slot, const struct use *use)
{
	return slot->instance_id[0] != '\0' &&
	    strcmp(slot->instance_id, use->instance_id) == 0;
}

static bool
has_both(const struct slot *slot, const struct use *use)
{
	return has_same_place(slot, use) && has_same_subject(slot, use);
}

static bool
has_same_role(const struct slot *slot, const struct use *use)
{
	return slot->role == use->role;
}

/* The surer a likeness, the earlier. */
static const struct {
	bool (*is_alike)(const struct slot *slot, const struct use *use);
	bool of_gone;
	bool is_same_cert;
} passes[] = {
	{ has_same_cert, false, true },
	{ has_same_cert, true, true },
	{ has_both, false, false },
	{ has_same_subject, false, false },
	{ has_same_place, false, false },
	{ has_same_role, false, false },
	{ has_same_subject, true, false },
	{ has_same_role, true, false },
};

static void
match_use(struct slots *slots, struct use *use, size_t pass)
{
	const struct role_info *info = role_find(use->role);

	if (use->number != 0 ||
	    (!passes[pass].is_same_cert && (info == NULL || !info->succeeds)))
		return;
	for (size_t i = 0; i < slots->n; i++) {
		struct slot *slot = &slots->list[i];

		if (slot->use != NULL || slot->role != use->role ||
		    (slot->gone_at != 0) != passes[pass].of_gone ||
		    !passes[pass].is_alike(slot, use))
			continue;
		slot->use = use;
		use->number = slot->number;
		return;
	}
}

void
slots_match(struct slots *slots, struct uses *uses)
{
	for (size_t pass = 0; pass < sizeof(passes) / sizeof(passes[0]); pass++)
		for (size_t i = 0; i < uses->n; i++)
			match_use(slots, &uses->list[i], pass);
}
