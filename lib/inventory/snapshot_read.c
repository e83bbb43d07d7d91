/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is last known of one device, and judging that again.
 */
#include <stdio.h>
#include <string.h>

#include "inventory/history.h"
#include "inventory/ours.h"
#include "inventory/reading.h"
#include "inventory/settle.h"
#include "inventory/snapshot.h"

enum rc
snapshot_find(struct db *db, const char *name, int64_t *ret_device_id, struct err *err)
{
	struct asset asset = { 0 };
	enum rc r;

	r = asset_find_name(db, name, &asset, err);
	if (r == RC_OK)
		*ret_device_id = asset.id;
	return r;
}

enum rc
snapshot_find_uuid(struct db *db, const char *uuid, int64_t *ret_device_id,
    struct err *err)
{
	struct asset asset = { 0 };
	enum rc r;

	r = asset_find_uuid(db, uuid, &asset, err);
	if (r == RC_OK)
		*ret_device_id = asset.id;
	return r;
}

static void
take_asset(const struct asset *asset, struct facts *facts)
{
	(void)snprintf(facts->name, sizeof(facts->name), "%s", asset->name);
	(void)snprintf(facts->address, sizeof(facts->address), "%s", asset->address);
	(void)snprintf(facts->uuid, sizeof(facts->uuid), "%s", asset->uuid);
	facts->port = asset->port;
}

/* Is what was presented what the store has bound? */
static bool
is_bound(const struct facts *facts)
{
	const struct facts_cert *bound;

	if (!facts->presented.known || facts->presented.n_certs == 0)
		return false;
	bound = facts_find_cert(facts, facts->tls_context_cert);
	return bound != NULL && cert_equals(bound->cert, facts->presented.certs[0]);
}

static void
drop_presented(struct facts *facts)
{
	struct facts presented = { .presented = facts->presented };

	facts_clear(&presented);
	memset(&facts->presented, 0, sizeof(facts->presented));
}

static enum rc
read_part(struct db *db, const struct standing *standing, enum snapshot_part part,
    struct facts *facts, struct err *err)
{
	struct cert_cache cache = { .n = 0 };
	enum rc r;

	r = reading_read_presented(db, standing->device_id, &cache, facts, err);
	if (r != RC_OK || part == SNAPSHOT_PRESENTED) {
		facts->read_at = standing->tls_read_at;
		return r;
	}
	r = reading_read_store(db, standing->device_id, &cache, facts, err);
	facts->read_at = standing->store_read_at;
	if (r == RC_OK && standing->tls_read_at != standing->store_read_at &&
	    !is_bound(facts))
		drop_presented(facts);
	return r;
}

static enum rc
read_all(struct db *db, int64_t device_id, enum snapshot_part part, int64_t now,
    struct facts *ret_facts, struct err *err)
{
	struct standing standing = { 0 };
	struct facts facts = { 0 };
	struct asset asset = { 0 };
	enum rc r;

	r = asset_find(db, device_id, &asset, err);
	if (r == RC_OK)
		r = standing_read(db, device_id, &standing, err);
	if (r != RC_OK)
		return r;
	take_asset(&asset, &facts);
	r = read_part(db, &standing, part, &facts, err);
	if (r == RC_OK)
		r = ours_mark(db, asset.uuid, &facts, err);
	if (r == RC_OK)
		r = history_read(db, &asset, &standing, now, &facts.history, err);
	if (r != RC_OK) {
		facts_clear(&facts);
		return r;
	}
	*ret_facts = facts;
	return RC_OK;
}

/* All of it at one moment, whatever is written meanwhile. */
enum rc
snapshot_read(struct db *db, int64_t device_id, enum snapshot_part part, int64_t now,
    struct facts *ret_facts, struct err *err)
{
	bool is_own = sqlite3_get_autocommit(db->sqlite) != 0;
	enum rc r = RC_OK;

	if (is_own)
		r = db_begin_read(db, err);
	if (r != RC_OK)
		return r;
	r = read_all(db, device_id, part, now, ret_facts, err);
	if (is_own)
		db_rollback(db);
	return r;
}

/* The certificates of the verdict are those of the facts: it goes first. */
static void
clear(struct facts *facts, struct verdict *verdict)
{
	verdict_clear(verdict);
	facts_clear(facts);
}

/* Judge what the facts hold, and settle it. is_whole: no half was read later. */
static enum rc
judge_facts(struct settle *settle, const struct facts *facts, bool is_whole,
    struct verdict *verdict)
{
	unsigned int covered = (facts->presented.known ? USE_PRESENTED : 0U) |
	    (facts->has_store ? USE_STORE : 0U);
	const struct standing *standing = &settle->standing;
	enum rc r;

	if (covered == 0)
		return RC_OK;
	r = verdict_judge_presented(facts, settle->policy, settle->now, verdict,
	    settle->err);
	if (r == RC_OK)
		r = verdict_judge_store(facts, settle->policy, settle->now, verdict,
		    settle->err);
	if (r == RC_OK)
		r = settle_facts(settle, facts, verdict, covered,
		    !is_whole && facts->read_at < standing->ok_at);
	return r;
}

/* The store brings the presented path along unless that is another's. */
static enum rc
judge_parts(struct settle *settle)
{
	int64_t id = settle->asset->id;
	struct verdict verdict = { 0 };
	struct facts facts = { 0 };
	bool is_whole;
	enum rc r;

	r = read_all(settle->db, id, SNAPSHOT_STORE, settle->now, &facts, settle->err);
	if (r != RC_OK)
		return r;
	is_whole = facts.presented.known;
	r = judge_facts(settle, &facts, is_whole, &verdict);
	if (r == RC_OK && !is_whole) {
		clear(&facts, &verdict);
		r = read_all(settle->db, id, SNAPSHOT_PRESENTED, settle->now, &facts,
		    settle->err);
		if (r == RC_OK)
			r = judge_facts(settle, &facts, is_whole, &verdict);
	}
	if (r == RC_OK)
		r = settle_end(settle, &facts, &verdict);
	clear(&facts, &verdict);
	return r;
}

enum rc
snapshot_judge(struct db *db, int64_t device_id, const struct policy *policy,
    int64_t now, struct err *err)
{
	struct asset asset = { 0 };
	struct settle settle = { .db = db,
		.asset = &asset,
		.policy = policy,
		.now = now,
		.err = err };
	bool is_part = false;
	enum rc r;

	r = db_enter(db, &is_part, err);
	if (r != RC_OK)
		return r;
	r = asset_find(db, device_id, &asset, err);
	if (r == RC_OK && asset.is_retired)
		r = RC_NOTFOUND;
	if (r == RC_OK)
		r = settle_begin(&settle);
	if (r == RC_OK)
		r = judge_parts(&settle);
	return db_leave(db, is_part, r, err);
}
