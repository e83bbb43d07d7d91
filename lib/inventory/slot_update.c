/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a reading changes in the slots of a device.  An unchanged slot is not
 * written: most readings find what the last one found.
 */
#include <stdio.h>
#include <string.h>

#include "inventory/archive.h"
#include "inventory/cert_row.h"
#include "inventory/event.h"
#include "inventory/ours.h"
#include "inventory/slot.h"

/* One update, as its parts see it. */
struct update {
	struct db *db;
	const struct asset *asset;
	unsigned int covered;
	int64_t now;
	struct slots_result result;
	struct err *err;
};

static enum rc
tell_state(const struct update *u, const struct use *use, enum state old_state,
    int64_t old_not_after)
{
	const struct event event = { .at = u->now,
		.device_id = u->asset->id,
		.number = use->number,
		.role = use->role,
		.kind = EVENT_STATE,
		.has_state = true,
		.old_state = old_state,
		.new_state = aging_state(&use->aging, u->now),
		.has_not_after = true,
		.old_not_after = old_not_after,
		.new_not_after = use->cert->not_after };

	if (event.old_state == event.new_state)
		return RC_OK;
	return event_add(u->db, &event, u->err);
}

/* Another certificate is where this slot's was. */
static enum rc
tell_successor(const struct update *u, const struct slot *slot, bool was_ours,
    bool is_ours)
{
	const struct use *use = slot->use;
	struct event event = { .at = u->now,
		.device_id = u->asset->id,
		.number = slot->number,
		.role = slot->role,
		.kind = use->cert->not_after > slot->not_after ? EVENT_RENEWED
							       : EVENT_REPLACED,
		.has_state = true,
		.old_state = aging_state(&slot->aging, u->now),
		.new_state = aging_state(&use->aging, u->now),
		.has_not_after = true,
		.old_not_after = slot->not_after,
		.new_not_after = use->cert->not_after,
		.old_is_ours = was_ours,
		.new_is_ours = is_ours };
	enum rc r;

	r = event_add(u->db, &event, u->err);
	if (r != RC_OK || slot->role != ROLE_TLS ||
	    strcmp(slot->issuer, use->cert->issuer) == 0)
		return r;
	event.kind = EVENT_ISSUER_CHANGED;
	event.has_state = false;
	event.has_not_after = false;
	(void)snprintf(event.old_text, sizeof(event.old_text), "%.255s", slot->issuer);
	(void)snprintf(event.new_text, sizeof(event.new_text), "%.255s",
	    use->cert->issuer);
	return event_add(u->db, &event, u->err);
}

static enum rc
archive_slot(const struct update *u, const struct slot *slot, bool is_ours)
{
	struct archive_entry entry = { .device_id = u->asset->id,
		.device_uuid = u->asset->uuid,
		.device_name = u->asset->name,
		.role = slot->role,
		.reason = slot->use != NULL ? "replaced" : "removed",
		.actor = "reading" };
	struct cert *cert = NULL;
	enum rc r;

	if (slot->use != NULL) {
		entry.next_fingerprint = slot->use->cert->fingerprint;
		entry.has_next_is_ours = u->asset->uuid[0] != '\0';
		entry.next_is_ours = is_ours;
	}
	r = cert_row_get(u->db, NULL, slot->cert_id, &cert, u->err);
	entry.cert = cert;
	if (r == RC_OK)
		r = archive_add(u->db, &entry, slot->since, u->now, u->err);
	cert_free(cert);
	return r;
}

static enum rc
succeed(struct update *u, const struct slot *slot)
{
	const struct role_info *info = role_find(slot->role);
	bool was_ours = false, is_ours = false;
	enum rc r;

	if (slot->role == ROLE_TLS && (u->covered & USE_PRESENTED) != 0)
		u->result.has_new_tls = true;
	if (info == NULL || !info->is_archived)
		return RC_OK;
	r = ours_has_key(u->db, u->asset->uuid, slot->spki_sha256, &was_ours, u->err);
	if (r == RC_OK)
		r = ours_has_key(u->db, u->asset->uuid, slot->use->cert->spki_sha256,
		    &is_ours, u->err);
	if (r == RC_OK)
		r = tell_successor(u, slot, was_ours, is_ours);
	if (r == RC_OK)
		r = archive_slot(u, slot, is_ours);
	return r;
}

/* The columns of a slot as they are to be. */
struct row {
	int64_t cert_id;
	unsigned int sources;
	const char *instance_id;
	int64_t since;
};

static enum rc
put(const struct update *u, const struct use *use, const struct row *row)
{
	const struct aging *aging = &use->aging;
	const struct db_value values[] = { db_int(u->asset->id), db_int(use->number),
		db_int(use->role), db_int(row->cert_id), db_int(row->sources),
		db_text(row->instance_id), db_int(row->since),
		db_int(use->cert->not_before), db_int(use->cert->not_after),
		db_int(aging->fixed),
		db_text(aging->fixed == STATE_OK ? "" : reason_word(aging->reason)),
		db_int(aging->valid_from), db_int(aging->due_at),
		db_int(aging->warning_at), db_int(aging->critical_at),
		db_int(aging->window_s) };

	return db_run_kept(u->db,
	    "INSERT OR REPLACE INTO slot (device_id, number, role, cert_id, sources,"
	    " instance_id, since, gone_at, not_before, not_after, fixed_state,"
	    " fixed_reason, valid_from, due_at, warning_at, critical_at, window_s)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	    values, sizeof(values) / sizeof(values[0]), u->err);
}

static bool
ages_alike(const struct aging *a, const struct aging *b)
{
	return a->fixed == b->fixed &&
	    (a->fixed == STATE_OK || a->reason == b->reason) &&
	    a->valid_from == b->valid_from && a->due_at == b->due_at &&
	    a->warning_at == b->warning_at && a->critical_at == b->critical_at &&
	    a->window_s == b->window_s;
}

static enum rc
update_slot(struct update *u, const struct slot *slot)
{
	const struct use *use = slot->use;
	bool is_same = memcmp(slot->fingerprint, use->cert->fingerprint,
			   CERT_FINGERPRINT_BYTES) == 0;
	struct row row = { .cert_id = slot->cert_id,
		.sources = use->sources,
		.instance_id = use->instance_id,
		.since = is_same ? slot->since : u->now };
	enum rc r = RC_OK;

	if (is_same) {
		row.sources |= slot->sources & ~u->covered;
		if (use->instance_id[0] == '\0' && (row.sources & USE_STORE) != 0)
			row.instance_id = slot->instance_id;
		if (row.sources == slot->sources && slot->gone_at == 0 &&
		    strcmp(row.instance_id, slot->instance_id) == 0 &&
		    ages_alike(&slot->aging, &use->aging))
			return RC_OK;
	} else {
		r = succeed(u, slot);
		if (r == RC_OK)
			r = cert_row_put(u->db, use->cert, &row.cert_id, u->err);
	}
	if (r == RC_OK)
		r = tell_state(u, use, aging_state(&slot->aging, u->now),
		    slot->not_after);
	if (r == RC_OK)
		r = put(u, use, &row);
	if (r == RC_OK && !is_same)
		r = cert_row_drop(u->db, slot->cert_id, u->err);
	return r;
}

/* Is a use that ended remembered, so that it gets its number again? */
static bool
is_remembered(const struct slot *slot)
{
	const struct role_info *info = role_find(slot->role);

	return info != NULL && info->succeeds && info->is_archived;
}

static enum rc
end_slot(struct update *u, const struct slot *slot)
{
	const struct role_info *info = role_find(slot->role);
	const struct db_value values[] = { db_int(u->asset->id), db_int(slot->number),
		db_int(u->now) };
	const struct event event = { .at = u->now,
		.device_id = u->asset->id,
		.number = slot->number,
		.role = slot->role,
		.kind = EVENT_GONE };
	enum rc r = RC_OK;

	if (info != NULL && info->is_archived) {
		r = event_add(u->db, &event, u->err);
		if (r == RC_OK)
			r = archive_slot(u, slot, false);
	}
	if (r == RC_OK && is_remembered(slot))
		return db_run_kept(u->db,
		    "UPDATE slot SET gone_at = ?3, sources = 0, instance_id = ''"
		    " WHERE device_id = ?1 AND number = ?2",
		    values, 3, u->err);
	if (r == RC_OK)
		r = db_run_kept(u->db,
		    "DELETE FROM slot WHERE device_id = ?1 AND number = ?2", values, 2,
		    u->err);
	if (r == RC_OK)
		r = cert_row_drop(u->db, slot->cert_id, u->err);
	return r;
}

static void
fold_slot(struct update *u, const struct aging *aging)
{
	struct aging current = *aging;

	if (current.valid_from <= u->now)
		current.valid_from = AGING_ALWAYS;
	aging_fold(&u->result.fold, &current);
	u->result.n++;
}

/* No use in this reading: gone, unless it was seen where this one did not look.
 * What was bound while another was served is history once that is replaced. */
static enum rc
leave_slot(struct update *u, const struct slot *slot)
{
	unsigned int sources = slot->sources & ~u->covered;
	const struct db_value values[] = { db_int(u->asset->id), db_int(slot->number),
		db_int(sources) };
	enum rc r = RC_OK;

	if (slot->gone_at != 0)
		return RC_OK;
	if (sources == 0 || (slot->role == ROLE_TLS_BOUND && u->result.has_new_tls))
		return end_slot(u, slot);
	if (sources != slot->sources)
		r = db_run_kept(u->db,
		    "UPDATE slot SET sources = ?3 WHERE device_id = ?1 AND number = ?2",
		    values, 3, u->err);
	if (r == RC_OK)
		fold_slot(u, &slot->aging);
	return r;
}

static enum rc
take_numbers(struct update *u, struct uses *uses)
{
	struct db_value values[] = { db_int(u->asset->id), db_int(0) };
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	int64_t next = 0;
	enum rc r;

	r = db_query_kept(u->db, "SELECT next_slot FROM device WHERE id = ?", values, 1,
	    &stmt, u->err);
	if (r == RC_OK)
		r = db_next(u->db, stmt, &is_row, u->err);
	if (r == RC_OK)
		next = sqlite3_column_int64(stmt, 0);
	db_done(stmt);
	for (size_t i = 0; i < uses->n; i++)
		if (uses->list[i].number == 0)
			uses->list[i].number = -next++;
	values[1] = db_int(next);
	if (r == RC_OK)
		r = db_run_kept(u->db, "UPDATE device SET next_slot = ?2 WHERE id = ?1",
		    values, 2, u->err);
	return r;
}

static enum rc
add_slot(struct update *u, struct use *use)
{
	struct row row = { .sources = use->sources,
		.instance_id = use->instance_id,
		.since = u->now };
	enum rc r;

	use->number = -use->number;
	r = cert_row_put(u->db, use->cert, &row.cert_id, u->err);
	if (r == RC_OK)
		r = put(u, use, &row);
	if (r == RC_OK)
		r = tell_state(u, use, STATE_OK, use->cert->not_after);
	return r;
}

static enum rc
add_new(struct update *u, struct uses *uses)
{
	enum rc r = RC_OK;
	size_t n_new = 0;

	for (size_t i = 0; i < uses->n; i++)
		n_new += uses->list[i].number == 0;
	if (n_new > 0)
		r = take_numbers(u, uses);
	for (size_t i = 0; r == RC_OK && i < uses->n; i++)
		if (uses->list[i].number < 0)
			r = add_slot(u, &uses->list[i]);
	return r;
}

enum rc
slots_update(struct db *db, const struct asset *asset, struct slots *slots,
    struct uses *uses, unsigned int covered, int64_t now,
    struct slots_result *ret_result, struct err *err)
{
	struct update u = { .db = db,
		.asset = asset,
		.covered = covered,
		.now = now,
		.err = err };
	enum rc r = RC_OK;

	aging_init(&u.result.fold);
	for (size_t i = 0; r == RC_OK && i < slots->n; i++)
		if (slots->list[i].use != NULL)
			r = update_slot(&u, &slots->list[i]);
	for (size_t i = 0; r == RC_OK && i < slots->n; i++)
		if (slots->list[i].use == NULL)
			r = leave_slot(&u, &slots->list[i]);
	if (r == RC_OK)
		r = add_new(&u, uses);
	if (r != RC_OK)
		return r;
	for (size_t i = 0; i < uses->n; i++)
		fold_slot(&u, &uses->list[i].aging);
	*ret_result = u.result;
	return RC_OK;
}
