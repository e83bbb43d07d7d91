/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One reading, or one failure to read, into the inventory: all of it or nothing.
 */
#include "inventory/snapshot.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "inventory/column.h"
#include "inventory/event.h"
#include "inventory/history.h"
#include "inventory/pin.h"
#include "inventory/reading.h"
#include "inventory/settle.h"

static struct asset_seen
seen_of(const struct facts *facts, const char *group)
{
	return (struct asset_seen){ .uuid = facts->has_store ? facts->uuid : "",
		.name = facts->name,
		.address = facts->address,
		.port = facts->port,
		.group = group };
}

/* A realm lasts from one provisioning to the next. */
static enum rc
tell_realm(struct db *db, const struct asset *asset, const struct facts *facts,
    struct err *err)
{
	const struct db_value id = db_int(asset->id);
	struct event event = { .at = facts->read_at,
		.device_id = asset->id,
		.kind = EVENT_REALM_CHANGED };
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	if (!facts->has_store || facts->realm[0] == '\0')
		return RC_OK;
	r = db_query_kept(db, "SELECT realm FROM reading WHERE device_id = ?", &id, 1,
	    &stmt, err);
	if (r == RC_OK)
		r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row)
		column_text(stmt, 0, event.old_text, sizeof(event.old_text));
	db_done(stmt);
	if (r != RC_OK || event.old_text[0] == '\0' ||
	    strcmp(event.old_text, facts->realm) == 0)
		return r;
	(void)snprintf(event.new_text, sizeof(event.new_text), "%s", facts->realm);
	return event_add(db, &event, err);
}

/* Did the one who showed this key prove to be the device? A login is made only
 * after that (tls/trust.h). */
static bool
is_authenticated(const struct facts *facts)
{
	const struct facts_presented *presented = &facts->presented;

	if (!presented->known || presented->n_certs == 0)
		return false;
	if (presented->has_pin)
		return presented->pin_matches;
	/* The key of an expired certificate may be anybody's by now: such a contact
	 * says nothing of whose it is. */
	return presented->path.at_time == PATH_OK &&
	    (presented->name_match == NAME_MATCH_SAN ||
		presented->name_match == NAME_MATCH_CN_ONLY);
}

static enum rc
count_contact(struct db *db, struct standing *standing, const struct facts *facts,
    struct err *err)
{
	bool is_new = false;

	standing->ok_at = facts->read_at;
	standing->tried_at = facts->read_at;
	if (facts->presented.known)
		standing->tls_read_at = facts->read_at;
	if (facts->has_store)
		standing->store_read_at = facts->read_at;
	standing->last_result = CONTACT_OK;
	standing->n_ok++;
	standing->n_failed_in_a_row = 0;
	standing->error[0] = '\0';
	return contact_add(db, standing->device_id, facts->read_at, &is_new,
	    &standing->contacts, err);
}

static void
count_failure(struct standing *standing, enum contact_result result, const char *text,
    int64_t now)
{
	standing->tried_at = now;
	standing->last_result = result;
	standing->n_failed++;
	standing->n_failed_in_a_row++;
	text_line_field(standing->error, sizeof(standing->error), text, strlen(text));
}

/* The device that was meant was not reached: another one has its address. */
static enum rc
write_misdirected(struct settle *settle, struct facts *facts, struct verdict *verdict)
{
	enum rc r;

	count_failure(&settle->standing, CONTACT_OTHER,
	    "the name leads to another device", settle->now);
	r = standing_write(settle->db, &settle->standing, settle->now, settle->err);
	if (r == RC_OK)
		r = history_read(settle->db, settle->asset, &settle->standing,
		    settle->now, &facts->history, settle->err);
	if (r == RC_OK)
		r = verdict_judge_history(facts, settle->policy, settle->now, verdict,
		    settle->err);
	return r;
}

static enum rc
write_reading(struct settle *settle, struct facts *facts, struct verdict *verdict)
{
	const struct asset *asset = settle->asset;
	unsigned int covered = (facts->presented.known ? USE_PRESENTED : 0U) |
	    (facts->has_store ? USE_STORE : 0U);
	enum rc r;

	r = tell_realm(settle->db, asset, facts, settle->err);
	if (r == RC_OK)
		r = reading_write(settle->db, asset->id, facts, settle->policy,
		    settle->err);
	if (r == RC_OK)
		r = settle_facts(settle, facts, verdict, covered, false);
	if (r == RC_OK && is_authenticated(facts))
		r = pin_see(settle->db, asset->id,
		    facts->presented.certs[0]->spki_sha256, facts->read_at,
		    settle->err);
	if (r == RC_OK)
		r = count_contact(settle->db, &settle->standing, facts, settle->err);
	if (r == RC_OK)
		r = settle_end(settle, facts, verdict);
	return r;
}

static enum rc
write_all(struct db *db, struct facts *facts, const char *group,
    const struct policy *policy, struct verdict *verdict, int64_t *ret_device_id,
    struct err *err)
{
	const struct asset_seen seen = seen_of(facts, group);
	struct asset asset = { 0 };
	struct settle settle = { .db = db,
		.asset = &asset,
		.policy = policy,
		.now = facts->read_at,
		.err = err };
	bool is_misdirected = false;
	enum rc r;

	r = asset_take(db, &seen, facts->read_at, &asset, &is_misdirected, err);
	if (r == RC_OK)
		r = settle_begin(&settle);
	if (r == RC_OK)
		r = is_misdirected ? write_misdirected(&settle, facts, verdict)
				   : write_reading(&settle, facts, verdict);
	*ret_device_id = asset.id;
	return r;
}

enum rc
snapshot_write(struct db *db, struct facts *facts, const char *group,
    const struct policy *policy, struct verdict *verdict, int64_t *ret_device_id,
    struct err *err)
{
	bool is_part = false;
	int64_t id = 0;
	enum rc r;

	r = db_enter(db, &is_part, err);
	if (r != RC_OK)
		return r;
	r = write_all(db, facts, group, policy, verdict, &id, err);
	r = db_leave(db, is_part, r, err);
	if (r == RC_OK)
		*ret_device_id = id;
	return r;
}

static struct asset_seen
seen_as_meant(const struct snapshot_target *target)
{
	return (struct asset_seen){ .uuid = "",
		.name = target->name,
		.address = target->address,
		.port = target->port,
		.group = target->group };
}

enum rc
snapshot_mean(struct db *db, const struct snapshot_target *target, int64_t now,
    int64_t *ret_device_id, struct err *err)
{
	const struct asset_seen seen = seen_as_meant(target);
	struct asset asset = { 0 };
	bool is_part = false;
	enum rc r;

	r = db_enter(db, &is_part, err);
	if (r != RC_OK)
		return r;
	r = asset_mean(db, &seen, now, &asset, err);
	r = db_leave(db, is_part, r, err);
	if (r == RC_OK)
		*ret_device_id = asset.id;
	return r;
}

static enum rc
write_failure(struct db *db, const struct snapshot_target *target, enum rc failure,
    const char *text, int64_t now, int64_t *ret_device_id, struct err *err)
{
	const struct asset_seen seen = seen_as_meant(target);
	struct standing standing = { 0 };
	struct asset asset = { 0 };
	enum rc r;

	r = asset_mean(db, &seen, now, &asset, err);
	if (r == RC_OK)
		r = standing_read(db, asset.id, &standing, err);
	if (r != RC_OK)
		return r;
	count_failure(&standing, contact_result_of(failure), text, now);
	*ret_device_id = asset.id;
	return standing_write(db, &standing, now, err);
}

enum rc
snapshot_write_failure(struct db *db, const struct snapshot_target *target,
    enum rc failure, const char *text, int64_t now, int64_t *ret_device_id,
    struct err *err)
{
	bool is_part = false;
	int64_t id = 0;
	enum rc r;

	r = db_enter(db, &is_part, err);
	if (r != RC_OK)
		return r;
	r = write_failure(db, target, failure, text, now, &id, err);
	r = db_leave(db, is_part, r, err);
	if (r == RC_OK)
		*ret_device_id = id;
	return r;
}
