/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of what was told against rows of a mirror, both in the same order.
 */
#include "snmp/notifier_told.h"

#include <stdlib.h>
#include <string.h>

#include "snmp/health.h"

static uint32_t
end_of(const struct mirror_cert *cert)
{
	return cert->not_after == MIRROR_NO_TIME ? 0 : mirror_end_key(cert);
}

static uint32_t
device_index(const struct mirror *mirror, const struct mirror_cert *cert)
{
	return mirror->devices[cert->device].index;
}

/* Of a certificate that nobody was told of: what is fine is not told, and what is
 * not is a change from not knowing it. */
static struct told_row
new_row(const struct mirror *mirror, const struct mirror_cert *cert, int64_t now)
{
	struct told_row row = { .device = device_index(mirror, cert),
		.cert = cert->index,
		.end = end_of(cert) };
	enum state state = health_cert(mirror, cert, now);

	row.state = state == STATE_OK ? STATE_OK : STATE_UNKNOWN;
	return row;
}

static struct told_row
told_row(const struct mirror *mirror, const struct mirror_cert *cert, int64_t now)
{
	struct told_row row = new_row(mirror, cert, now);

	row.state = (uint8_t)health_cert(mirror, cert, now);
	row.has_expired = health_has_ended(cert, now);
	return row;
}

static int
compare(const struct told_row *row, const struct mirror *mirror,
    const struct mirror_cert *cert)
{
	uint32_t device = device_index(mirror, cert);

	if (row->device != device)
		return row->device < device ? -1 : 1;
	return (row->cert > cert->index) - (row->cert < cert->index);
}

/* One pass over both; rows has room for all certificates. */
static enum rc
merge_rows(struct notifier *notifier, const struct mirror *mirror, int64_t now,
    struct told_row *rows, struct err *err)
{
	struct told *told = &notifier->told;
	size_t at = 0;
	enum rc r = RC_OK;

	for (size_t i = 0; i < mirror->n_certs; i++) {
		const struct mirror_cert *cert = &mirror->certs[i];

		while (at < told->n && compare(&told->rows[at], mirror, cert) < 0) {
			if (r == RC_OK)
				r = told_db_remove(notifier->db, &told->rows[at], err);
			at++;
		}
		if (at < told->n && compare(&told->rows[at], mirror, cert) == 0) {
			rows[i] = told->rows[at++];
			continue;
		}
		rows[i] = new_row(mirror, cert, now);
		if (r == RC_OK)
			r = told_db_add(notifier->db, &rows[i], err);
	}
	for (; r == RC_OK && at < told->n; at++)
		r = told_db_remove(notifier->db, &told->rows[at], err);
	return r;
}

static bool
is_same(const struct told *told, const struct mirror *mirror)
{
	if (told->n != mirror->n_certs)
		return false;
	for (size_t i = 0; i < told->n; i++)
		if (compare(&told->rows[i], mirror, &mirror->certs[i]) != 0)
			return false;
	return true;
}

enum rc
notifier_merge(struct notifier *notifier, const struct mirror *mirror, int64_t now,
    struct err *err)
{
	struct told_row *rows;
	enum rc r;

	if (is_same(&notifier->told, mirror))
		return RC_OK;
	rows = calloc(mirror->n_certs + 1, sizeof(*rows));
	if (rows == NULL)
		return err_set(err, RC_NOMEM, "told: out of memory");
	r = db_begin(notifier->db, err);
	if (r == RC_OK)
		r = merge_rows(notifier, mirror, now, rows, err);
	else
		(void)merge_rows(notifier, mirror, now, rows, NULL);
	if (r == RC_OK)
		r = db_commit(notifier->db, err);
	if (r != RC_OK) {
		db_rollback(notifier->db);
		notifier->is_behind = true;
	}
	free(notifier->told.rows);
	notifier->told.rows = rows;
	notifier->told.n = mirror->n_certs;
	return r;
}

enum rc
notifier_take_baseline(struct notifier *notifier, const struct mirror *mirror,
    const struct notifier_now *now, struct err *err)
{
	struct told told = { .stalled_at = 0 };
	enum rc r = RC_OK;

	told.rows = calloc(mirror->n_certs + 1, sizeof(*told.rows));
	if (told.rows == NULL)
		return err_set(err, RC_NOMEM, "told: out of memory");
	for (size_t i = 0; i < mirror->n_certs; i++)
		told.rows[i] = told_row(mirror, &mirror->certs[i], now->now);
	told.n = mirror->n_certs;
	for (size_t i = 0; r == RC_OK && i < mirror->n_jobs; i++)
		if (mirror->jobs[i].state == JOB_FAILED)
			r = notifier_add_job(&told, mirror->jobs[i].id, err);
	if (r != RC_OK) {
		told_clear(&told);
		return r;
	}
	told_clear(&notifier->told);
	notifier->told = told;
	notifier->is_new = false;
	notifier->is_behind = true;
	notifier->caught_up_ms = now->mono_ms - NOTIFIER_MINUTE_MS;
	return notifier_catch_up(notifier, now->mono_ms, err);
}

enum rc
notifier_catch_up(struct notifier *notifier, int64_t mono_ms, struct err *err)
{
	enum rc r;

	/* What is on its way is in memory and not on disk: wait until it is known. */
	if (!notifier->is_behind || notifier->n_put != notifier->n_done ||
	    mono_ms - notifier->caught_up_ms < NOTIFIER_MINUTE_MS)
		return RC_OK;
	notifier->caught_up_ms = mono_ms;
	r = told_db_write(notifier->db, &notifier->told, err);
	if (r == RC_OK)
		notifier->is_behind = false;
	return r;
}

/* Where the id is, or would go. */
static size_t
job_place(const struct told *told, int64_t id)
{
	size_t low = 0, high = told->n_jobs;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (told->jobs[middle] < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool
notifier_knows_job(const struct told *told, int64_t id)
{
	size_t at = job_place(told, id);

	return at < told->n_jobs && told->jobs[at] == id;
}

enum rc
notifier_add_job(struct told *told, int64_t id, struct err *err)
{
	size_t at = job_place(told, id);
	int64_t *jobs;

	if (notifier_knows_job(told, id))
		return RC_OK;
	jobs = reallocarray(told->jobs, told->n_jobs + 1, sizeof(*jobs));
	if (jobs == NULL)
		return err_set(err, RC_NOMEM, "told: out of memory");
	told->jobs = jobs;
	memmove(jobs + at + 1, jobs + at, (told->n_jobs - at) * sizeof(*jobs));
	jobs[at] = id;
	told->n_jobs++;
	return RC_OK;
}
