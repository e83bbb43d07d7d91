/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looking at devices that are to be forgotten, and forgetting them.
 */
#include "inventory/forget.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "inventory/column.h"
#include "inventory/event.h"
#include "inventory/job.h"
#include "inventory/open_run.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
	NAMESAKES_MAX = 6, /* that a message lists */
};

/* A device that is set aside has its last contact, and no standing any more. */
#define FIND                                                                           \
	"SELECT id, uuid, name, retired_at IS NOT NULL,"                               \
	" max(ifnull((SELECT ok_at FROM standing WHERE device_id = device.id), 0),"    \
	" ifnull((SELECT max(at) FROM contact WHERE device_id = device.id), 0)),"      \
	" (SELECT count(*) FROM slot WHERE device_id = device.id AND gone_at IS NULL)" \
	" FROM device WHERE uuid = ?1 OR name = ?2 ORDER BY id LIMIT ?3"

/* Of a name that two devices bore, jobs without a UUID are the present one's. */
#define ITS_JOBS                                                     \
	"((?1 <> '' AND job.device_uuid = ?1) OR (job.device_uuid =" \
	" '' AND job.device_name = ?2 AND ?3 = 0))"

static struct forget
take_row(sqlite3_stmt *stmt)
{
	struct forget one = { .device_id = sqlite3_column_int64(stmt, 0),
		.is_set_aside = sqlite3_column_int(stmt, 3) != 0,
		.read_at = sqlite3_column_int64(stmt, 4),
		.n_certs = sqlite3_column_int64(stmt, 5) };

	column_text(stmt, 1, one.uuid, sizeof(one.uuid));
	column_text(stmt, 2, one.name, sizeof(one.name));
	return one;
}

static enum rc
tell_namesakes(const char *name, const struct forget *list, size_t n, struct err *err)
{
	enum rc r = RC_OK;
	struct buf who;

	buf_init(&who, ERR_TEXT_SIZE);
	for (size_t i = 0; r == RC_OK && i < n; i++)
		r = buf_addf(&who, "%s%s%s", i == 0 ? "" : ", ",
		    list[i].uuid[0] != '\0' ? list[i].uuid : "one without UUID",
		    list[i].is_set_aside ? " (set aside)" : "");
	r = err_set(err, r == RC_OK ? RC_STATE : r,
	    "%s: more than one device bears this name, name it by its UUID: %s", name,
	    buf_str(&who));
	buf_clear(&who);
	return r;
}

/* A UUID in the letters in which it is kept. */
static void
lower(const char *name, char uuid[ASSET_UUID_SIZE])
{
	size_t len = strlen(name);

	uuid[0] = '\0';
	if (len != ASSET_UUID_SIZE - 1)
		return;
	for (size_t i = 0; i <= len; i++)
		uuid[i] = (char)tolower((unsigned char)name[i]);
}

static enum rc
find(struct db *db, const char *name, const char *shown, struct forget *ret_one,
    struct err *err)
{
	struct forget found[NAMESAKES_MAX];
	char uuid[ASSET_UUID_SIZE];
	struct db_value values[] = { db_text(""), db_text(name),
		db_int(NAMESAKES_MAX) };
	sqlite3_stmt *stmt = NULL;
	bool is_row = true;
	size_t n = 0;
	enum rc r;

	lower(name, uuid);
	values[0] = db_text(uuid);
	r = db_query(db, FIND, values, COUNT(values), &stmt, err);
	if (r != RC_OK)
		return r;
	while (r == RC_OK && is_row && n < NAMESAKES_MAX) {
		r = db_next(db, stmt, &is_row, err);
		if (r == RC_OK && is_row)
			found[n++] = take_row(stmt);
	}
	(void)sqlite3_finalize(stmt);
	if (r != RC_OK)
		return r;
	if (n == 0)
		return err_set(err, RC_NOTFOUND,
		    "%s: no device of the inventory has this name or UUID", shown);
	if (n > 1)
		return tell_namesakes(shown, found, n, err);
	*ret_one = found[0];
	return RC_OK;
}

/* What was begun has to be finished first: a key of ours may lie in that device. */
static enum rc
refuse_open_run(struct db *db, const struct forget *one, const char *shown,
    struct err *err)
{
	char program[JOB_WORD_SIZE];
	char remedy[JOB_WORD_SIZE];
	enum rc r = open_run_program(db, one->device_id, one->uuid, program, err);

	if (r == RC_NOTFOUND)
		return RC_OK;
	if (r != RC_OK)
		return r;
	text_line_field(remedy, sizeof(remedy), program, strlen(program));
	return err_set(err, RC_STATE,
	    "%s: a run of %s is open at this device: run %s --apply for it first",
	    shown, remedy, remedy);
}

static enum rc
count_jobs(struct db *db, struct forget *one, const char *shown, struct err *err)
{
	const struct db_value values[] = { db_text(one->uuid), db_text(one->name),
		db_int(one->is_set_aside ? 1 : 0) };
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	int64_t running = 0;
	enum rc r;

	r = db_query(db,
	    "SELECT count(*), max(iif(state = 1, id, 0)) FROM job"
	    " WHERE state <= 2 AND " ITS_JOBS,
	    values, COUNT(values), &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row) {
		one->n_jobs = sqlite3_column_int64(stmt, 0);
		running = sqlite3_column_int64(stmt, 1);
	}
	(void)sqlite3_finalize(stmt);
	if (r == RC_OK && running != 0)
		r = err_set(err, RC_STATE,
		    "%s: job %lld runs at this moment: wait until it has ended", shown,
		    (long long)running);
	return r;
}

static enum rc
look_at(struct db *db, const char *name, struct forget_list *list, struct err *err)
{
	char shown[FACTS_TEXT_SIZE];
	struct forget one = { 0 };
	enum rc r;

	text_line_field(shown, sizeof(shown), name, strlen(name));
	r = find(db, name, shown, &one, err);
	for (size_t i = 0; r == RC_OK && i < list->n; i++)
		if (list->list[i].device_id == one.device_id)
			return RC_OK; /* by its name, and by its UUID */
	if (r == RC_OK)
		r = refuse_open_run(db, &one, shown, err);
	if (r == RC_OK)
		r = count_jobs(db, &one, shown, err);
	if (r == RC_OK)
		list->list[list->n++] = one;
	return r;
}

enum rc
forget_look(struct db *db, const char *const *names, size_t n,
    struct forget_list *ret_list, struct err *err)
{
	struct forget_list list = { .n = 0 };
	enum rc r = RC_OK;

	if (n > FORGET_MAX)
		return err_set(err, RC_LIMIT, "more than %d devices at once",
		    FORGET_MAX);
	for (size_t i = 0; r == RC_OK && i < n; i++)
		r = look_at(db, names[i], &list, err);
	if (r == RC_OK)
		*ret_list = list;
	return r;
}

static enum rc
withdraw_jobs(struct db *db, const struct forget *one, const char *actor, int64_t now,
    struct err *err)
{
	char text[JOB_TEXT_SIZE];
	struct db_value values[] = { db_text(one->uuid), db_text(one->name),
		db_int(one->is_set_aside ? 1 : 0), db_int(now), db_text("") };

	(void)snprintf(text, sizeof(text),
	    "withdrawn: %.200s had this device forgotten, it is gone for good", actor);
	values[4] = db_text(text);
	return db_run(db,
	    "UPDATE job SET state = 3, ended_at = ?4, exit_status = -1, text = ?5"
	    " WHERE state IN (0, 2) AND " ITS_JOBS,
	    values, COUNT(values), err);
}

static enum rc
tell(struct db *db, const struct forget *one, const char *actor, int64_t now,
    struct err *err)
{
	struct event event = { .at = now,
		.device_id = one->device_id,
		.kind = EVENT_FORGOTTEN };

	(void)snprintf(event.old_text, sizeof(event.old_text), "%s", one->uuid);
	(void)snprintf(event.new_text, sizeof(event.new_text), "%.120s, by %.120s",
	    one->name, actor);
	return event_add(db, &event, err);
}

static enum rc
forget_one(struct db *db, const struct forget *one, const char *actor, int64_t now,
    struct err *err)
{
	const struct db_value id = db_int(one->device_id);
	enum rc r = withdraw_jobs(db, one, actor, now, err);

	if (r == RC_OK)
		r = tell(db, one, actor, now, err);
	/* Every table of its readings refers to it, and goes along. */
	if (r == RC_OK)
		r = db_run(db, "DELETE FROM device WHERE id = ?", &id, 1, err);
	return r;
}

static enum rc
drop_certs(struct db *db, struct err *err)
{
	return db_exec(db,
	    "DELETE FROM cert WHERE id NOT IN (SELECT cert_id FROM slot)"
	    " AND id NOT IN (SELECT cert_id FROM reading_cert)",
	    err);
}

enum rc
forget_devices(struct db *db, const char *const *names, size_t n, const char *actor,
    int64_t now, struct forget_list *ret_list, struct err *err)
{
	struct forget_list list = { .n = 0 };
	char who[JOB_TEXT_SIZE];
	bool is_part = false;
	enum rc r = db_enter(db, &is_part, err);

	if (r != RC_OK)
		return r;
	text_line_field(who, sizeof(who), actor, strlen(actor));
	r = forget_look(db, names, n, &list, err);
	for (size_t i = 0; r == RC_OK && i < list.n; i++)
		r = forget_one(db, &list.list[i], who, now, err);
	if (r == RC_OK)
		r = drop_certs(db, err);
	r = db_leave(db, is_part, r, err);
	if (r == RC_OK)
		*ret_list = list;
	return r;
}
