/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which job may start.
 */
#include <string.h>

#include "inventory/breaker_row.h"
#include "inventory/job_row.h"
#include "inventory/job_run.h"
#include "policy/pace.h"
#include "x509/cert.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ?1 now, ?2 the first second of the hour that ends now, ?3 what a CA may be asked. */
#define MAY_START                                                          \
	"job.state IN (0, 2) AND job.not_before <= ?1"                     \
	" AND NOT EXISTS (SELECT 1 FROM job r WHERE r.state = 1"           \
	"  AND ((r.device_uuid = job.device_uuid AND r.device_uuid <> '')" \
	"   OR r.device_name = job.device_name))"                          \
	" AND (job.ca = '' OR (SELECT count(*) FROM job_attempt a"         \
	"  WHERE a.ca = job.ca AND a.started_at BETWEEN ?2 AND ?1) < ?3)"

static enum rc
count_starts(struct db *db, int64_t now, int64_t *ret_n, struct err *err)
{
	const struct db_value values[] = { db_int(now - JOB_HOUR_S + 1), db_int(now) };
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query(db,
	    "SELECT count(*) FROM job_attempt WHERE started_at BETWEEN ? AND ?", values,
	    COUNT(values), &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK)
		*ret_n = sqlite3_column_int64(stmt, 0);
	(void)sqlite3_finalize(stmt);
	return r;
}

/* A probe first: there is one at most per breaker, and all others wait for it. It is
 * one that did not fail before, if there is any. */
static enum rc
pick(struct db *db, const struct pacing *pacing, int64_t now, struct job *ret_job,
    struct err *err)
{
	const struct db_value values[] = { db_int(now), db_int(now - JOB_HOUR_S + 1),
		db_int(pacing->ca_budget) };
	enum rc r;

	r = job_row_find(db,
	    "SELECT " JOB_COLUMNS " FROM breaker b CROSS JOIN job"
	    " ON job.remedy = b.remedy AND job.ca = b.ca WHERE b.opened_at <> 0"
	    " AND b.probe_job_id = 0 AND b.probe_at <= ?1 AND " MAY_START
	    " ORDER BY job.n_failed, job.ends_at, job.id LIMIT 1",
	    values, COUNT(values), ret_job, err);
	if (r != RC_NOTFOUND)
		return r;
	return job_row_find(db,
	    "SELECT " JOB_COLUMNS " FROM job WHERE " MAY_START
	    " AND NOT EXISTS (SELECT 1 FROM breaker b WHERE b.remedy = job.remedy"
	    " AND b.ca = job.ca AND b.opened_at <> 0)"
	    " ORDER BY job.ends_at, job.id LIMIT 1",
	    values, COUNT(values), ret_job, err);
}

/* The certificate that a run of ours put there, if it is the one that is due. */
static enum rc
guard_of(const struct job *job, sqlite3_stmt *stmt, int64_t *ret_guard, struct err *err)
{
	const void *der = sqlite3_column_blob(stmt, 1);
	int len = sqlite3_column_bytes(stmt, 1);
	struct cert *cert = NULL;
	enum rc r;

	if (der == NULL || len <= 0)
		return RC_OK;
	r = cert_parse(der, (size_t)len, &cert, NULL);
	if (r == RC_NOMEM)
		return err_set(err, RC_NOMEM, "job: out of memory");
	if (r != RC_OK) /* not one that could be due */
		return RC_OK;
	if (strcmp(cert->serial_number, job->serial_number) == 0)
		*ret_guard = pace_guard(sqlite3_column_int64(stmt, 0), cert->not_before,
		    cert->not_after);
	cert_free(cert);
	return RC_OK;
}

static enum rc
find_guard(struct db *db, const struct job *job, int64_t *ret_guard, struct err *err)
{
	const struct db_value values[] = { db_text(job->device_uuid),
		db_text(job->remedy) };
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	*ret_guard = INT64_MIN;
	if (job->is_forced || job->device_uuid[0] == '\0')
		return RC_OK;
	r = db_query(db,
	    "SELECT closed_at, new_cert FROM run WHERE device_uuid = ? AND remedy = ?"
	    " AND outcome = 'done' ORDER BY id DESC LIMIT 1",
	    values, COUNT(values), &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row)
		r = guard_of(job, stmt, ret_guard, err);
	(void)sqlite3_finalize(stmt);
	return r;
}

static enum rc
put_off(struct db *db, const struct job *job, int64_t until, struct err *err)
{
	const struct db_value values[] = { db_int(job->id), db_int(until),
		db_text("the certificate that was put there last is due already: it is"
			" renewed once in four fifths of its lifetime") };

	return db_run(db, "UPDATE job SET not_before = ?2, text = ?3 WHERE id = ?1",
	    values, COUNT(values), err);
}

static enum rc
begin(struct db *db, struct job *job, int64_t now, struct err *err)
{
	const struct db_value of_job[] = { db_int(job->id), db_int(now) };
	const struct db_value of_attempt[] = { db_int(job->id),
		db_int(job->n_attempts + 1), db_text(job->ca), db_int(now) };
	struct breaker breaker;
	enum rc r;

	r = db_run(db,
	    "UPDATE job SET state = 1, started_at = ?2, runner_pid = 0,"
	    " n_attempts = n_attempts + 1 WHERE id = ?1",
	    of_job, COUNT(of_job), err);
	if (r == RC_OK)
		r = db_run(db,
		    "INSERT INTO job_attempt (job_id, number, ca, started_at)"
		    " VALUES (?, ?, ?, ?)",
		    of_attempt, COUNT(of_attempt), err);
	if (r == RC_OK)
		r = breaker_row_read(db, job->remedy, job->ca, &breaker, err);
	if (r == RC_OK && breaker_is_open(&breaker)) {
		breaker.probe_job_id = job->id;
		r = breaker_row_write(db, job->remedy, job->ca, &breaker, "", err);
	}
	return r == RC_OK ? job_find(db, job->id, job, err) : r;
}

static enum rc
claim(struct db *db, const struct pacing *pacing, int64_t now, struct job *job,
    struct err *err)
{
	int64_t n_starts = 0;
	int64_t guard = INT64_MAX;
	enum rc r = count_starts(db, now, &n_starts, err);

	if (r == RC_OK && n_starts >= pacing->budget)
		return RC_NOTFOUND;
	while (r == RC_OK && guard > now) {
		r = pick(db, pacing, now, job, err);
		if (r == RC_OK)
			r = find_guard(db, job, &guard, err);
		if (r == RC_OK && guard > now)
			r = put_off(db, job, guard, err);
	}
	return r == RC_OK ? begin(db, job, now, err) : r;
}

enum rc
job_claim(struct db *db, const struct pacing *pacing, int64_t now, struct job *ret_job,
    struct err *err)
{
	struct job job = { 0 };
	bool is_part = false;
	bool is_none;
	enum rc r;

	if (!hours_hold(&pacing->window, now))
		return RC_NOTFOUND;
	r = db_enter(db, &is_part, err);
	if (r != RC_OK)
		return r;
	r = claim(db, pacing, now, &job, err);
	is_none = r == RC_NOTFOUND; /* what was put off stays so */
	r = db_leave(db, is_part, is_none ? RC_OK : r, err);
	if (r != RC_OK)
		return r;
	if (is_none)
		return RC_NOTFOUND;
	*ret_job = job;
	return RC_OK;
}
