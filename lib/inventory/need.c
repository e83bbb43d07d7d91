/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Candidates are the certificates in use and the judgements of the device as a whole;
 * the worst wins.
 */
#include "inventory/need.h"

#include <stdio.h>
#include <string.h>

#include "inventory/asset.h"
#include "inventory/fleet.h"
#include "policy/remedy.h"

struct search {
	enum remedy wanted;
	int64_t now;
	struct need best;  /* of what may be run; remedy NONE: nothing yet */
	struct need worst; /* of all */
	char served[CERT_SERIAL_MAX_BYTES * 2 + 1]; /* on the TLS port */
};

static bool
may_run(const struct search *search, enum remedy remedy)
{
	return remedy_is_unattended(remedy) &&
	    (search->wanted == REMEDY_NONE || search->wanted == remedy);
}

static bool
is_worse(enum state state, const struct need *need)
{
	return need->remedy == REMEDY_NONE ||
	    (state != need->state && state_worse(state, need->state) == state);
}

static void
consider(struct search *search, const struct need *need)
{
	if (need->state == STATE_OK || need->remedy == REMEDY_NONE)
		return;
	if (is_worse(need->state, &search->worst))
		search->worst = *need;
	if (may_run(search, need->remedy) && is_worse(need->state, &search->best))
		search->best = *need;
}

static enum rc
consider_slot(void *ctx, const struct fleet_slot *slot, struct err *err)
{
	struct search *search = ctx;
	const struct role_info *role = role_find(slot->role);
	struct need need = { .state = aging_state(&slot->aging, search->now),
		.reason = aging_reason(&slot->aging, search->now),
		.due_at = slot->aging.due_at == AGING_NEVER ? 0 : slot->aging.due_at,
		.ends_at = slot->aging.ends_at };

	(void)err;
	if (role == NULL || role->usage == 0)
		return RC_OK;
	need.remedy = remedy_for(need.reason, role->usage);
	(void)snprintf(need.serial_number, sizeof(need.serial_number), "%s",
	    slot->serial_number);
	if (slot->role == ROLE_TLS)
		memcpy(search->served, need.serial_number, sizeof(search->served));
	consider(search, &need);
	return RC_OK;
}

static void
consider_whole(struct search *search, const struct aging *aging)
{
	struct need need = { .state = aging->fixed, .reason = aging->reason };

	need.remedy = remedy_for(need.reason, 0);
	if (need.remedy == REMEDY_RENEW_TLS || need.remedy == REMEDY_REPROVISION_TLS)
		memcpy(need.serial_number, search->served, sizeof(search->served));
	consider(search, &need);
}

enum rc
need_find(struct db *db, int64_t device_id, enum remedy wanted, int64_t now,
    struct need *ret_need, struct err *err)
{
	struct search search = { .wanted = wanted, .now = now };
	struct standing standing;
	struct asset asset;
	struct need *need = &search.best;
	enum rc r = asset_find(db, device_id, &asset, err);

	if (r == RC_OK)
		r = standing_read(db, device_id, &standing, err);
	if (r == RC_OK && standing.ok_at == 0)
		return RC_NOTFOUND;
	if (r == RC_OK)
		r = fleet_each_slot(db, device_id, consider_slot, &search, err);
	if (r != RC_OK)
		return r;
	consider_whole(&search, &standing.tls);
	consider_whole(&search, &standing.store);
	consider_whole(&search, &standing.history);
	if (need->remedy == REMEDY_NONE)
		need = &search.worst;
	memcpy(need->uuid, asset.uuid, sizeof(need->uuid));
	memcpy(need->name, asset.name, sizeof(need->name));
	*ret_need = *need;
	return RC_OK;
}
