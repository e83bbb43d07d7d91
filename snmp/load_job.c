/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the journal of remedies says of each certificate: the latest run, and how
 * many there were for the same certificate.
 */
#include "snmp/load_job.h"

#include <stdlib.h>
#include <string.h>

#include "inventory/role.h"

enum {
	JOBS_FIRST = 64,
	ROLES_MAX = 3,
};

struct jobs {
	struct mirror_job *list;
	size_t n;
	size_t cap;
};

/* What a remedy does, and to the certificate in which use. A remedy that is not here
 * concerns no single certificate. */
static const struct remedy_row {
	const char *remedy;
	enum job_action action;
	enum role roles[ROLES_MAX]; /* the first that the device has */
} remedies[] = {
	{ "renew_amt_tls", JOB_RENEW, { ROLE_TLS, ROLE_TLS_BOUND } },
	{ "reprovision_amt_tls", JOB_ENROLL, { ROLE_TLS, ROLE_TLS_BOUND } },
	{ "renew_amt_8021x", JOB_RENEW, { ROLE_8021X_WIRED, ROLE_8021X_WIRELESS } },
	{ "install_amt_root", JOB_INSTALL, { ROLE_ROOT } },
};

static const struct remedy_row *
find_remedy(const char *name)
{
	for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++)
		if (name != NULL && strcmp(remedies[i].remedy, name) == 0)
			return &remedies[i];
	return NULL;
}

/* Of several in one use the one that changed last. */
static bool
find_cert(const struct mirror *mirror, const struct mirror_device *device,
    enum role role, uint32_t *ret_place)
{
	const struct mirror_cert *found = NULL;

	for (size_t i = 0; i < device->n_certs; i++) {
		const struct mirror_cert *cert = &mirror->certs[device->first_cert + i];

		if (cert->role == role &&
		    (found == NULL || cert->changed > found->changed)) {
			found = cert;
			*ret_place = (uint32_t)(device->first_cert + i);
		}
	}
	return found != NULL;
}

static bool
find_place(const struct mirror *mirror, int64_t device_id,
    const struct remedy_row *remedy, uint32_t *ret_place)
{
	size_t device;

	if (device_id < 1 || device_id > MIRROR_INDEX_MAX ||
	    !mirror_find_device(mirror, (uint32_t)device_id, &device))
		return false;
	for (size_t i = 0; i < ROLES_MAX && remedy->roles[i] != ROLE_NONE; i++)
		if (find_cert(mirror, &mirror->devices[device], remedy->roles[i],
			ret_place))
			return true;
	return false;
}

static enum job_state
state_of(const char *outcome)
{
	if (outcome == NULL)
		return JOB_RUNNING;
	return strcmp(outcome, "done") == 0 ? JOB_SUCCEEDED : JOB_FAILED;
}

static enum rc
add_job(struct jobs *jobs, const struct mirror_job *job, struct err *err)
{
	size_t cap = jobs->cap == 0 ? JOBS_FIRST : jobs->cap * 2;
	struct mirror_job *list;

	if (jobs->n == jobs->cap) {
		list = reallocarray(jobs->list, cap, sizeof(*list));
		if (list == NULL)
			return err_set(err, RC_NOMEM, "jobs: out of memory");
		jobs->list = list;
		jobs->cap = cap;
	}
	jobs->list[jobs->n++] = *job;
	return RC_OK;
}

/* id, device, remedy, started_at, closed_at, outcome, text, how many. */
static enum rc
take_run(struct mirror *mirror, sqlite3_stmt *stmt, struct jobs *jobs, struct err *err)
{
	const struct remedy_row *remedy =
	    find_remedy((const char *)sqlite3_column_text(stmt, 2));
	struct mirror_bytes text = { sqlite3_column_blob(stmt, 6),
		(size_t)sqlite3_column_bytes(stmt, 6) };
	struct mirror_job job = { .id = sqlite3_column_int64(stmt, 0) };
	enum rc r = RC_OK;

	if (remedy == NULL ||
	    !find_place(mirror, sqlite3_column_int64(stmt, 1), remedy, &job.cert))
		return RC_OK;
	job.action = (uint8_t)remedy->action;
	job.state = (uint8_t)state_of((const char *)sqlite3_column_text(stmt, 5));
	job.started = mirror_moment(sqlite3_column_int64(stmt, 3));
	job.finished = mirror_moment(sqlite3_column_int64(stmt, 4));
	job.attempts = mirror_moment(sqlite3_column_int64(stmt, 7));
	if (job.state == JOB_FAILED)
		r = mirror_keep(mirror, text, true, &job.message, err);
	return r == RC_OK ? add_job(jobs, &job, err) : r;
}

static enum rc
read_runs(struct db *db, struct mirror *mirror, struct jobs *jobs, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query(db,
	    "SELECT r.id, d.id, r.remedy, r.started_at, r.closed_at, r.outcome,"
	    " r.text, l.n FROM"
	    " (SELECT max(id) AS id, count(*) AS n FROM run"
	    "  GROUP BY device_uuid, remedy, serial_number) l"
	    " JOIN run r ON r.id = l.id JOIN device d ON d.uuid = r.device_uuid",
	    NULL, 0, &stmt, err);
	if (r == RC_OK)
		r = db_next(db, stmt, &is_row, err);
	while (r == RC_OK && is_row) {
		r = take_run(mirror, stmt, jobs, err);
		if (r == RC_OK)
			r = db_next(db, stmt, &is_row, err);
	}
	(void)sqlite3_finalize(stmt);
	return r;
}

static int
compare_jobs(const void *a, const void *b)
{
	const struct mirror_job *x = a, *y = b;

	if (x->cert != y->cert)
		return x->cert < y->cert ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

enum rc
load_jobs(struct db *db, struct mirror *mirror, struct err *err)
{
	struct jobs jobs = { 0 };
	enum rc r;

	r = read_runs(db, mirror, &jobs, err);
	if (jobs.n > 0)
		qsort(jobs.list, jobs.n, sizeof(jobs.list[0]), compare_jobs);
	for (size_t i = 0; r == RC_OK && i < jobs.n; i++)
		if (i + 1 == jobs.n || jobs.list[i + 1].cert != jobs.list[i].cert)
			r = mirror_add_job(mirror, &jobs.list[i], err);
	free(jobs.list);
	return r;
}
