/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a need to an order.
 */
#include "inventory/job_need.h"

#include <stdio.h>
#include <string.h>

#include "inventory/need.h"
#include "inventory/open_run.h"
#include "inventory/snapshot.h"
#include "policy/remedy.h"

static enum rc
find_need(struct db *db, const struct job_wish *wish, int64_t now, int64_t *ret_id,
    struct need *need, struct err *err)
{
	int64_t id = 0;
	enum rc r = RC_NOTFOUND;

	if (wish->device_uuid != NULL && wish->device_uuid[0] != '\0')
		r = snapshot_find_uuid(db, wish->device_uuid, &id, err);
	if (r == RC_NOTFOUND)
		r = snapshot_find(db, wish->device_name, &id, err);
	if (r == RC_OK)
		r = need_find(db, id, wish->wanted, now, need, err);
	if (r == RC_OK)
		*ret_id = id;
	return r;
}

static enum rc
enqueue(struct db *db, const struct job_order *order, int64_t now, struct buf *out,
    struct err *err)
{
	static const char *const words[] = {
		[JOB_IS_NEW] = "queued",
		[JOB_IS_OPEN] = "queued already",
		[JOB_IS_SETTLED] = "done a moment ago",
	};
	enum job_answer answer = JOB_IS_NEW;
	struct job job = { 0 };
	enum rc r = job_enqueue(db, order, now, &answer, &job, err);

	if (r == RC_OK)
		(void)buf_addf(out, "%s: %s, %s, job %lld", words[answer], job.remedy,
		    order->reason, (long long)job.id);
	return r;
}

/* Why the need calls for no job; NULL: it does. */
static const char *
find_refusal(const struct need *need, enum remedy wanted)
{
	if (need->remedy == REMEDY_NONE)
		return "by its last reading it needs nothing";
	if (!remedy_is_unattended(need->remedy) ||
	    (wanted != REMEDY_NONE && need->remedy != wanted))
		return remedy_text(need->remedy);
	return NULL;
}

static void
take_need(struct job_order *order, const struct need *need)
{
	order->device_uuid = need->uuid;
	order->device_name = need->name;
	order->remedy = remedy_program(need->remedy);
	order->serial_number = need->serial_number;
	order->reason = reason_word(need->reason);
	if (need->due_at != 0)
		order->due_at = need->due_at;
	if (need->ends_at != 0)
		order->ends_at = need->ends_at;
}

/* What was begun there goes on first, whatever it was. */
static enum rc
take_open_run(struct db *db, int64_t id, struct need *need, struct job_order *order,
    struct err *err)
{
	struct open_run run;
	enum rc r = open_run_find(db, id, need->uuid, &run, err);

	if (r != RC_OK)
		return r == RC_NOTFOUND ? RC_OK : r;
	if (run.remedy == need->remedy)
		return RC_OK;
	order->remedy = remedy_program(run.remedy);
	if (strcmp(need->serial_number, run.serial_number) == 0)
		return RC_OK;
	(void)snprintf(need->serial_number, sizeof(need->serial_number), "%s",
	    run.serial_number);
	order->reason = OPEN_RUN_REASON;
	return RC_OK;
}

enum rc
job_need_enqueue(struct db *db, const struct job_wish *wish, int64_t now,
    struct buf *out, struct err *err)
{
	struct job_order order = { .device_uuid = wish->device_uuid,
		.device_name = wish->device_name,
		.remedy = remedy_program(wish->wanted),
		.reason = "alert",
		.actor = wish->actor,
		.due_at = now,
		.ends_at = now,
		.not_before = now };
	struct need need;
	const char *refusal = NULL;
	int64_t id = 0;
	enum rc r = find_need(db, wish, now, &id, &need, err);

	if (r == RC_NOTFOUND && wish->wanted == REMEDY_NONE)
		refusal = "the inventory has no reading of it";
	else if (r == RC_OK)
		refusal = find_refusal(&need, wish->wanted);
	else if (r != RC_NOTFOUND)
		return r;
	if (refusal != NULL) {
		(void)buf_addf(out, "not queued: %s", refusal);
		return RC_OK;
	}
	if (r == RC_OK) {
		take_need(&order, &need);
		if (wish->wanted == REMEDY_NONE)
			r = take_open_run(db, id, &need, &order, err);
		if (r != RC_OK)
			return r;
	}
	order.ca = remedy_ca(wish->conf, order.device_name, remedy_find(order.remedy));
	return enqueue(db, &order, now, out, err);
}
