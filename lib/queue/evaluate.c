/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Devices in parts, each a transaction: judged, looked at, and either kept or taken
 * back.  Then the jobs in the order of their urgency, the same way.
 */
#include "queue/evaluate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inventory/fleet.h"
#include "inventory/need.h"
#include "inventory/open_run.h"
#include "inventory/shelf.h"
#include "inventory/snapshot.h"
#include "policy/remedy.h"
#include "policy/setting.h"

enum {
	PART = 100, /* devices, or jobs, in one transaction */
	FIRST = 64,
};

struct device {
	int64_t id;
	char name[FACTS_TEXT_SIZE];
	char uuid[37];
};

struct work {
	struct db *db;
	const struct evaluate_options *options;
	struct device *devices;
	size_t n_devices;
	size_t cap_devices;
	const struct device *device; /* that is looked at */
	struct open_run open_run;    /* there; remedy NONE: none */
	struct shelf shelf;	     /* what CAs offer */
	struct evaluation evaluation;
	size_t cap;
};

void
evaluation_clear(struct evaluation *evaluation)
{
	free(evaluation->list);
	memset(evaluation, 0, sizeof(*evaluation));
}

/* Room for one more. */
static enum rc
grow(void **list, size_t n, size_t *cap, size_t size, struct err *err)
{
	size_t wanted = *cap == 0 ? FIRST : *cap * 2;
	void *grown;

	if (n < *cap)
		return RC_OK;
	grown = reallocarray(*list, wanted, size);
	if (grown == NULL)
		return err_set(err, RC_NOMEM, "evaluation: out of memory");
	*list = grown;
	*cap = wanted;
	return RC_OK;
}

static enum rc
collect_device(void *ctx, const struct fleet_device *device, struct err *err)
{
	struct work *work = ctx;
	void *list = work->devices;
	enum rc r = grow(&list, work->n_devices, &work->cap_devices,
	    sizeof(*work->devices), err);

	if (r != RC_OK)
		return r;
	work->devices = list;
	work->devices[work->n_devices].id = device->id;
	(void)snprintf(work->devices[work->n_devices].name,
	    sizeof(work->devices[0].name), "%s", device->name);
	(void)snprintf(work->devices[work->n_devices].uuid,
	    sizeof(work->devices[0].uuid), "%s", device->uuid);
	work->n_devices++;
	return RC_OK;
}

/* One job per device and certificate, or remedy that is about none: the first. */
static bool
is_there(const struct work *work, const char *serial_number, enum remedy remedy)
{
	const struct evaluation *evaluation = &work->evaluation;

	for (size_t i = evaluation->n; i > 0; i--) {
		const struct evaluated *one = &evaluation->list[i - 1];

		if (strcmp(one->device_name, work->device->name) != 0)
			return false;
		if (strcmp(one->serial_number, serial_number) == 0 &&
		    (serial_number[0] != '\0' || one->remedy == remedy))
			return true;
	}
	return false;
}

/* What is known of it apart from the device. */
struct found {
	const char *serial_number;
	enum remedy remedy;
	const char *reason;
	bool is_forced;
	int64_t due_at; /* 0: not by its dates */
	int64_t floor_at;
	int64_t ends_at;
};

static enum rc
put(struct work *work, const struct found *found, struct err *err)
{
	const struct evaluate_options *options = work->options;
	const char *key =
	    work->device->uuid[0] != '\0' ? work->device->uuid : work->device->name;
	void *list = work->evaluation.list;
	struct evaluated *one;
	enum rc r;

	if (!remedy_is_unattended(found->remedy) ||
	    is_there(work, found->serial_number, found->remedy))
		return RC_OK;
	r = grow(&list, work->evaluation.n, &work->cap, sizeof(*one), err);
	if (r != RC_OK)
		return r;
	work->evaluation.list = list;
	one = &work->evaluation.list[work->evaluation.n];
	*one = (struct evaluated){ .remedy = found->remedy,
		.reason = found->reason,
		.is_forced = found->is_forced,
		.due_at = found->due_at != 0 ? found->due_at : options->now,
		.ends_at = found->ends_at != 0 ? found->ends_at : options->now };
	memcpy(one->device_uuid, work->device->uuid, sizeof(one->device_uuid));
	memcpy(one->device_name, work->device->name, sizeof(one->device_name));
	(void)snprintf(one->serial_number, sizeof(one->serial_number), "%s",
	    found->serial_number);
	(void)snprintf(one->ca, sizeof(one->ca), "%s",
	    remedy_ca(work->options->conf, work->device->name, found->remedy));
	one->not_before =
	    pacing_not_before(&options->pacing, key, one->serial_number, one->due_at,
		found->due_at != 0 ? found->floor_at : options->now, options->now);
	work->evaluation.n++;
	return RC_OK;
}

/* What was begun with the same certificate has to go on: any other remedy would be
 * refused. */
static enum rc
add(struct work *work, const struct found *found, struct err *err)
{
	const struct open_run *open_run = &work->open_run;
	struct found first = *found;

	if (open_run->remedy != REMEDY_NONE && found->serial_number[0] != '\0' &&
	    strcmp(found->serial_number, open_run->serial_number) == 0)
		first.remedy = open_run->remedy;
	return put(work, &first, err);
}

/* Is it asked for on behalf of the device, whatever the certificate? */
static bool
is_asked_for(const struct work *work, enum remedy remedy)
{
	const struct evaluation *evaluation = &work->evaluation;

	for (size_t i = evaluation->n; i > 0; i--) {
		if (strcmp(evaluation->list[i - 1].device_name, work->device->name) !=
		    0)
			return false;
		if (evaluation->list[i - 1].remedy == remedy)
			return true;
	}
	return false;
}

/* A run that no certificate in use calls for any more, and no job. */
static enum rc
look_at_open_run(struct work *work, struct err *err)
{
	const struct open_run *open_run = &work->open_run;
	const struct found found = { .serial_number = open_run->serial_number,
		.remedy = open_run->remedy,
		.reason = OPEN_RUN_REASON };

	if (open_run->remedy == REMEDY_NONE || open_run->has_job ||
	    is_asked_for(work, open_run->remedy))
		return RC_OK;
	return put(work, &found, err);
}

static bool
is_of_template(const struct work *work, const struct fleet_slot *slot)
{
	const char *template = work->options->template;

	return template == NULL || strcmp(slot->template_oid, template) == 0 ||
	    strcmp(slot->template_name, template) == 0;
}

/* A certificate in use: due by its dates though its grace holds, or worse, or wanted
 * anew. */
static enum rc
look_at_slot(void *ctx, const struct fleet_slot *slot, struct err *err)
{
	struct work *work = ctx;
	int64_t now = work->options->now;
	const struct role_info *role = role_find(slot->role);
	enum state state = aging_state(&slot->aging, now);
	enum reason reason = aging_reason(&slot->aging, now);
	bool is_due = slot->aging.due_at <= now;
	bool is_mild;
	struct found found = { .serial_number = slot->serial_number,
		.due_at = is_due ? slot->aging.due_at : 0,
		.floor_at = slot->aging.critical_at,
		.ends_at = slot->aging.ends_at };

	if (role == NULL || role->usage == 0 || !is_of_template(work, slot))
		return RC_OK;
	/* What a person decides about does not hold up what is wanted anyway. */
	is_mild = state == STATE_OK ||
	    (state != STATE_CRITICAL &&
		!remedy_is_unattended(remedy_for(reason, role->usage)));
	if (is_mild && !is_due && !work->options->reenroll)
		return RC_OK;
	if (is_mild && is_due)
		reason = REASON_DUE;
	found.is_forced = is_mild && !is_due;
	found.reason = found.is_forced ? "reenroll" : reason_word(reason);
	found.remedy = remedy_for(found.is_forced ? REASON_DUE : reason, role->usage);
	if (found.is_forced) {
		found.due_at = now;
		found.floor_at = slot->aging.critical_at;
	}
	return add(work, &found, err);
}

/* What else each remedy would cure, certificate or not. */
static enum rc
look_at_whole(struct work *work, struct err *err)
{
	int64_t now = work->options->now;
	struct need need;
	enum rc r = RC_OK;

	for (int i = REMEDY_NONE + 1; r == RC_OK && i < REMEDY_PERSON; i++) {
		struct found found = { .serial_number = need.serial_number };

		if (!remedy_is_unattended((enum remedy)i))
			continue;
		r = need_find(work->db, work->device->id, (enum remedy)i, now, &need,
		    err);
		if (r != RC_OK || need.remedy != (enum remedy)i)
			continue;
		found.remedy = need.remedy;
		found.reason = reason_word(need.reason);
		found.ends_at = need.ends_at;
		r = add(work, &found, err);
	}
	return r == RC_NOTFOUND ? RC_OK : r;
}

static enum rc
look_at_device(struct work *work, struct err *err)
{
	const struct settings none = { 0 };
	const struct evaluate_options *options = work->options;
	struct policy policy;
	struct feed feed;
	enum rc r =
	    setting_apply(&none, options->conf, work->device->name, &policy, err);

	if (r == RC_OK)
		r = feed_choose(options->conf, work->device->name, &feed, err);
	if (r == RC_OK)
		r = shelf_lend(&work->shelf, work->db, &feed, &policy, err);
	if (r != RC_OK)
		return r;
	r = open_run_find(work->db, work->device->id, work->device->uuid,
	    &work->open_run, err);
	if (r == RC_OK || r == RC_NOTFOUND)
		r = snapshot_judge(work->db, work->device->id, &policy, options->now,
		    err);
	if (r == RC_OK)
		r = fleet_each_slot(work->db, work->device->id, look_at_slot, work,
		    err);
	if (r == RC_OK && options->template == NULL)
		r = look_at_whole(work, err);
	if (r == RC_OK && options->template == NULL)
		r = look_at_open_run(work, err);
	return r == RC_NOTFOUND ? RC_OK : r; /* forgotten in between, or never read */
}

static enum rc
ask_for(struct work *work, struct evaluated *one, struct err *err)
{
	const struct evaluate_options *options = work->options;
	const struct job_order order = { .device_uuid = one->device_uuid,
		.device_name = one->device_name,
		.remedy = remedy_program(one->remedy),
		.serial_number = one->serial_number,
		.reason = one->reason,
		.actor = options->actor,
		.ca = one->ca,
		.is_forced = one->is_forced,
		.due_at = one->due_at,
		.ends_at = one->ends_at,
		.not_before = one->not_before };
	struct job job;
	enum rc r;

	r = job_enqueue(work->db, &order, options->now, &one->answer, &job, err);
	if (r != RC_OK)
		return r;
	one->not_before = job.not_before;
	if (one->answer != JOB_IS_NEW || !options->is_dry)
		one->job_id = job.id;
	if (one->answer == JOB_IS_NEW)
		work->evaluation.n_new++;
	return RC_OK;
}

/* One transaction over items from first on, PART at most. */
typedef enum rc (*do_item)(struct work *work, size_t i, struct err *err);

static enum rc
do_part(struct work *work, size_t first, size_t n, do_item item, struct err *err)
{
	enum rc r = db_begin(work->db, err);

	for (size_t i = first; r == RC_OK && i < n && i < first + PART; i++)
		r = item(work, i, err);
	if (r == RC_OK && !work->options->is_dry)
		return db_commit(work->db, err);
	db_rollback(work->db);
	return r;
}

static enum rc
do_all(struct work *work, size_t n, do_item item, struct err *err)
{
	enum rc r = RC_OK;

	for (size_t first = 0; r == RC_OK && first < n; first += PART)
		r = do_part(work, first, n, item, err);
	return r;
}

static enum rc
do_device(struct work *work, size_t i, struct err *err)
{
	work->device = &work->devices[i];
	work->open_run = (struct open_run){ .remedy = REMEDY_NONE };
	return look_at_device(work, err);
}

static enum rc
do_job(struct work *work, size_t i, struct err *err)
{
	return ask_for(work, &work->evaluation.list[i], err);
}

static int
compare(const void *a, const void *b)
{
	const struct evaluated *one = a;
	const struct evaluated *other = b;

	if (one->ends_at != other->ends_at)
		return one->ends_at < other->ends_at ? -1 : 1;
	return strcmp(one->device_name, other->device_name);
}

enum rc
evaluate(struct db *db, const struct evaluate_options *options,
    struct evaluation *ret_evaluation, struct err *err)
{
	struct work work = { .db = db, .options = options };
	enum rc r = fleet_each_device(db, options->group, FLEET_BY_ID, options->now, -1,
	    collect_device, &work, err);

	if (r == RC_OK)
		r = do_all(&work, work.n_devices, do_device, err);
	if (r == RC_OK && work.evaluation.n > 0)
		qsort(work.evaluation.list, work.evaluation.n,
		    sizeof(*work.evaluation.list), compare);
	if (r == RC_OK)
		r = do_all(&work, work.evaluation.n, do_job, err);
	free(work.devices);
	shelf_clear(&work.shelf);
	if (r != RC_OK) {
		evaluation_clear(&work.evaluation);
		return r;
	}
	work.evaluation.n_devices = work.n_devices;
	*ret_evaluation = work.evaluation;
	return RC_OK;
}
