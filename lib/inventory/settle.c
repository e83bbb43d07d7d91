/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one place where slots, device-wide findings and history are folded into a
 * state.
 */
#include "inventory/settle.h"

#include "inventory/event.h"
#include "inventory/history.h"
#include "inventory/slot.h"

enum rc
settle_begin(struct settle *settle)
{
	enum rc r;

	r = standing_read(settle->db, settle->asset->id, &settle->standing,
	    settle->err);
	if (r == RC_NOTFOUND)
		r = err_set(settle->err, RC_DB, "%s: device %lld has no standing",
		    settle->db->path, (long long)settle->asset->id);
	if (r == RC_OK)
		settle->old_state = settle->standing.judged_at == 0
		    ? STATE_OK
		    : standing_state(&settle->standing, settle->now);
	return r;
}

/* Findings about no certificate belong to the half that was read. A store that was
 * read while another certificate was served tells nothing of the present one. */
static void
take_device(struct settle *settle, const struct verdict *verdict, unsigned int covered,
    bool has_new_tls)
{
	struct aging aging;

	aging_of_device(verdict, &aging);
	if ((covered & USE_STORE) != 0) {
		settle->standing.store = aging;
		if ((covered & USE_PRESENTED) != 0)
			aging_init(&settle->standing.tls);
		return;
	}
	settle->standing.tls = aging;
	if (has_new_tls)
		aging_init(&settle->standing.store);
}

enum rc
settle_facts(struct settle *settle, const struct facts *facts,
    const struct verdict *verdict, unsigned int covered, bool is_tls_old)
{
	struct slots_result result = { .n = 0 };
	struct slots slots = { 0 };
	struct uses uses = { 0 };
	enum rc r;

	r = uses_build(facts, verdict, settle->policy, settle->now, &uses, settle->err);
	if (r == RC_OK && is_tls_old)
		uses_drop(&uses, ROLE_TLS);
	if (r == RC_OK)
		r = slots_read(settle->db, settle->asset->id, &slots, settle->err);
	if (r == RC_OK) {
		slots_match(&slots, &uses);
		r = slots_update(settle->db, settle->asset, &slots, &uses, covered,
		    settle->now, &result, settle->err);
	}
	if (r == RC_OK) {
		take_device(settle, verdict, covered, result.has_new_tls);
		settle->standing.fold = result.fold;
		settle->standing.n_slots = result.n;
		settle->standing.judged_at = settle->now;
		settle->standing.max_age_s = settle->policy->max_age_s;
	}
	slots_clear(&slots);
	uses_clear(&uses);
	return r;
}

/* What history adds to a verdict, and what of that does not change with time. */
static enum rc
judge_history(struct settle *settle, const struct facts *facts, struct verdict *verdict)
{
	struct verdict added = { 0 };
	size_t before = verdict->n_findings;
	enum rc r;

	r = verdict_judge_history(facts, settle->policy, settle->now, verdict,
	    settle->err);
	if (r != RC_OK)
		return r;
	added.findings = verdict->findings + before;
	added.n_findings = verdict->n_findings - before;
	aging_of_device(&added, &settle->standing.history);
	return RC_OK;
}

static enum rc
tell_state(const struct settle *settle)
{
	const struct event event = { .at = settle->now,
		.device_id = settle->asset->id,
		.kind = EVENT_STATE,
		.has_state = true,
		.old_state = settle->old_state,
		.new_state = standing_state(&settle->standing, settle->now) };

	if (event.old_state == event.new_state)
		return RC_OK;
	return event_add(settle->db, &event, settle->err);
}

enum rc
settle_end(struct settle *settle, struct facts *facts, struct verdict *verdict)
{
	struct standing *standing = &settle->standing;
	enum rc r;

	r = history_read(settle->db, settle->asset, standing, settle->now,
	    &facts->history, settle->err);
	if (r == RC_OK)
		r = judge_history(settle, facts, verdict);
	if (r != RC_OK)
		return r;
	aging_fold(&standing->fold, &standing->tls);
	aging_fold(&standing->fold, &standing->store);
	aging_fold(&standing->fold, &standing->history);
	r = tell_state(settle);
	if (r == RC_OK)
		r = standing_write(settle->db, standing, settle->now, settle->err);
	return r;
}
