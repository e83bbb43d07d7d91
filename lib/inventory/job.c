/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asking for jobs, and reading them.
 */
#include "inventory/job.h"

#include <string.h>

#include "base/text.h"
#include "inventory/asset.h"
#include "inventory/job_row.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const words[] = {
	[JOB_QUEUED] = "queued",
	[JOB_RUNNING] = "running",
	[JOB_FAILED] = "failed",
	[JOB_DONE] = "done",
	[JOB_REFUSED] = "refused",
	[JOB_GIVEN_UP] = "given_up",
};

const char *
job_state_word(enum job_state state)
{
	return words[state];
}

/* Only these characters, at most size - 1 of them; some unless it may be empty. */
static enum rc
take_word(char *field, size_t size, const char *text, const char *allowed,
    bool may_be_empty, const char *what, struct err *err)
{
	size_t len;

	if (text == NULL)
		text = "";
	len = strlen(text);
	if (len >= size || strspn(text, allowed) != len || (len == 0 && !may_be_empty))
		return err_set(err, RC_FORMAT, "job: %s: cannot be \"%s\"", what, text);
	memcpy(field, text, len + 1);
	return RC_OK;
}

/* A name of ours is a host name or a section of the configuration file: one line
 * that is the same when it is made printable. */
static enum rc
take_text(char *field, size_t size, const char *text, const char *what, struct err *err)
{
	if (text == NULL)
		text = "";
	text_line_field(field, size, text, strlen(text));
	if (strcmp(field, text) == 0)
		return RC_OK;
	return err_set(err, RC_FORMAT, "job: %s: not printable, or too long", what);
}

static enum rc
take_uuid(char field[37], const char *text, struct err *err)
{
	enum rc r =
	    take_word(field, 37, text, "0123456789abcdef-", true, "device UUID", err);

	if (r == RC_OK && field[0] != '\0' && strlen(field) != 36)
		return err_set(err, RC_FORMAT, "job: device UUID: cannot be \"%s\"",
		    field);
	return r;
}

static enum rc
take_order(const struct job_order *order, int64_t now, struct job *job, struct err *err)
{
	static const char word[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
	enum rc r = take_uuid(job->device_uuid, order->device_uuid, err);

	if (r == RC_OK)
		r = take_text(job->device_name, sizeof(job->device_name),
		    order->device_name, "device name", err);
	if (r == RC_OK && job->device_name[0] == '\0')
		r = err_set(err, RC_FORMAT, "job: device name: missing");
	if (r == RC_OK)
		r = take_word(job->remedy, sizeof(job->remedy), order->remedy, word,
		    false, "remedy", err);
	if (r == RC_OK)
		r = take_word(job->serial_number, sizeof(job->serial_number),
		    order->serial_number, "0123456789abcdef", true, "serial number",
		    err);
	if (r == RC_OK)
		r = take_word(job->reason, sizeof(job->reason), order->reason, word,
		    false, "reason", err);
	if (r == RC_OK)
		r = take_word(job->actor, sizeof(job->actor), order->actor, word, false,
		    "actor", err);
	if (r == RC_OK)
		r = take_text(job->ca, sizeof(job->ca), order->ca, "CA", err);
	job->is_forced = order->is_forced;
	job->due_at = order->due_at;
	job->ends_at = order->ends_at;
	job->not_before = order->not_before;
	job->created_at = now;
	job->exit_status = -1;
	return r;
}

/* A login may have shown the UUID of the device of that name. */
static enum rc
look_up_uuid(struct db *db, struct job *job, struct err *err)
{
	struct asset asset = { 0 };
	enum rc r;

	if (job->device_uuid[0] != '\0')
		return RC_OK;
	r = asset_find_name(db, job->device_name, &asset, err);
	if (r == RC_OK)
		memcpy(job->device_uuid, asset.uuid, sizeof(job->device_uuid));
	return r == RC_NOTFOUND ? RC_OK : r;
}

/* The device by UUID, and by name where one of both sides knows no UUID. */
#define SAME_DEVICE                                                     \
	"((?1 <> '' AND job.device_uuid = ?1) OR (job.device_name = ?2" \
	" AND (?1 = '' OR job.device_uuid = '')))"
#define SAME_JOB \
	SAME_DEVICE " AND job.serial_number = ?3 AND (?3 <> '' OR job.remedy = ?4)"

/* SQLite takes an index for each half, and none for an OR of both. */
#define OPEN_CANDIDATES                                                         \
	"SELECT id FROM job WHERE state <= 2 AND device_uuid = ?1 AND ?1 <> ''" \
	" UNION ALL SELECT id FROM job WHERE state <= 2 AND device_name = ?2"

static enum rc
find_open(struct db *db, const struct job *job, struct job *ret_job, struct err *err)
{
	const struct db_value values[] = { db_text(job->device_uuid),
		db_text(job->device_name), db_text(job->serial_number),
		db_text(job->remedy) };

	return job_row_find(db,
	    "SELECT " JOB_COLUMNS " FROM job WHERE job.id IN (" OPEN_CANDIDATES
	    ") AND " SAME_JOB " ORDER BY job.device_uuid = '', job.id LIMIT 1",
	    values, COUNT(values), ret_job, err);
}

static enum rc
find_settled(struct db *db, const struct job *job, int64_t now, struct job *ret_job,
    struct err *err)
{
	const struct db_value values[] = { db_text(job->device_uuid),
		db_text(job->device_name), db_text(job->serial_number),
		db_text(job->remedy), db_int(now - JOB_SETTLE_S) };

	return job_row_find(db,
	    "SELECT " JOB_COLUMNS " FROM job WHERE job.state > 2 AND " JOB_WAS_DONE
	    " AND job.ended_at > ?5 AND " SAME_JOB
	    " AND job.remedy = ?4 ORDER BY job.ended_at DESC LIMIT 1",
	    values, COUNT(values), ret_job, err);
}

static enum rc
insert(struct db *db, struct job *job, struct err *err)
{
	const struct db_value values[] = { db_text(job->device_uuid),
		db_text(job->device_name), db_text(job->remedy),
		db_text(job->serial_number), db_text(job->reason), db_text(job->actor),
		db_text(job->ca), db_int(job->is_forced ? 1 : 0), db_int(job->due_at),
		db_int(job->ends_at), db_int(job->state), db_int(job->not_before),
		db_int(job->created_at) };
	enum rc r;

	r = db_run(db,
	    "INSERT INTO job (device_uuid, device_name, remedy, serial_number, reason,"
	    " actor, ca, is_forced, due_at, ends_at, state, not_before, created_at)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	    values, COUNT(values), err);
	if (r == RC_OK)
		job->id = sqlite3_last_insert_rowid(db->sqlite);
	return r;
}

/* The newer order knows better which remedy, and may know the device. An attempt
 * that waits out its back-off waits on; one that was spread may come earlier. */
static enum rc
raise(struct db *db, const struct job *newer, struct job *job, struct err *err)
{
	const struct db_value values[] = { db_int(job->id), db_text(newer->device_uuid),
		db_text(newer->remedy), db_text(newer->reason), db_text(newer->ca),
		db_int(newer->is_forced ? 1 : 0), db_int(newer->due_at),
		db_int(newer->ends_at), db_int(newer->not_before) };
	enum rc r;

	r = db_run(db,
	    "UPDATE job SET device_uuid = iif(?2 = '', device_uuid, ?2),"
	    " remedy = iif(state = 1, remedy, ?3), reason = iif(state = 1, reason, ?4),"
	    " ca = iif(?5 = '' OR state = 1, ca, ?5), is_forced = max(is_forced, ?6),"
	    " due_at = min(due_at, ?7), ends_at = min(ends_at, ?8),"
	    " not_before = iif(state = 0 AND n_attempts = 0, min(not_before, ?9),"
	    " not_before) WHERE id = ?1",
	    values, COUNT(values), err);
	return r == RC_OK ? job_find(db, job->id, job, err) : r;
}

static enum rc
enqueue(struct db *db, struct job *job, int64_t now, enum job_answer *answer,
    struct err *err)
{
	struct job found = { 0 };
	enum rc r = look_up_uuid(db, job, err);

	if (r != RC_OK)
		return r;
	r = find_open(db, job, &found, err);
	if (r == RC_OK) {
		*answer = JOB_IS_OPEN;
		r = raise(db, job, &found, err);
		*job = found;
		return r;
	}
	if (r == RC_NOTFOUND)
		r = find_settled(db, job, now, &found, err);
	if (r == RC_OK) {
		*answer = JOB_IS_SETTLED;
		*job = found;
	} else if (r == RC_NOTFOUND) {
		*answer = JOB_IS_NEW;
		r = insert(db, job, err);
	}
	return r;
}

enum rc
job_enqueue(struct db *db, const struct job_order *order, int64_t now,
    enum job_answer *ret_answer, struct job *ret_job, struct err *err)
{
	enum job_answer answer = JOB_IS_NEW;
	struct job job = { 0 };
	bool is_part = false;
	enum rc r = take_order(order, now, &job, err);

	if (r == RC_OK)
		r = db_enter(db, &is_part, err);
	if (r != RC_OK)
		return r;
	r = db_leave(db, is_part, enqueue(db, &job, now, &answer, err), err);
	if (r != RC_OK)
		return r;
	*ret_answer = answer;
	if (ret_job != NULL)
		*ret_job = job;
	return RC_OK;
}

enum rc
job_find(struct db *db, int64_t id, struct job *ret_job, struct err *err)
{
	const struct db_value value = db_int(id);

	return job_row_find(db, "SELECT " JOB_COLUMNS " FROM job WHERE job.id = ?",
	    &value, 1, ret_job, err);
}

enum rc
job_find_device(struct db *db, const char *device_uuid, const char *device_name,
    struct job *ret_job, struct err *err)
{
	const struct db_value values[] = { db_text(device_uuid), db_text(device_name) };

	return job_row_find(db,
	    "SELECT " JOB_COLUMNS " FROM job WHERE " SAME_DEVICE
	    " ORDER BY job.state > 2, job.id DESC LIMIT 1",
	    values, COUNT(values), ret_job, err);
}

enum rc
job_each(struct db *db, enum job_choice choice, int64_t limit, job_visit visit,
    void *ctx, struct err *err)
{
	static const char *const queries[] = {
		[JOB_CHOICE_OPEN] = "SELECT " JOB_COLUMNS " FROM job WHERE"
				    " job.state <= 2 ORDER BY job.ends_at, job.id"
				    " LIMIT ?",
		[JOB_CHOICE_RUNNING] = "SELECT " JOB_COLUMNS " FROM job WHERE"
				       " job.state = 1 ORDER BY job.id LIMIT ?",
		[JOB_CHOICE_LOST] =
		    "SELECT " JOB_COLUMNS " FROM job WHERE"
		    " job.state > 2 AND job.state <> 3 ORDER BY job.ended_at DESC,"
		    " job.id DESC LIMIT ?",
	};
	const struct db_value value = db_int(limit);
	sqlite3_stmt *stmt = NULL;
	bool is_row = true;
	struct job job;
	enum rc r;

	r = db_query(db, queries[choice], &value, 1, &stmt, err);
	if (r != RC_OK)
		return r;
	while (r == RC_OK && is_row) {
		r = db_next(db, stmt, &is_row, err);
		if (r == RC_OK && is_row) {
			job_row_take(stmt, &job);
			r = visit(ctx, &job, err);
		}
	}
	(void)sqlite3_finalize(stmt);
	return r;
}
