/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the queue and the journal of remedies say of each certificate.  A job of the
 * queue is one however often it is attempted; a run of the journal counts where no job
 * stands for it: somebody ran a remedy by hand.  Both have numbers of their own, so
 * those of the queue go below zero here.
 */
#include "snmp/load_job.h"

#include <stdlib.h>
#include <string.h>

#include "inventory/role.h"

#define AT_OPEN_JOB INT64_MAX
#define AT_OPEN_RUN (INT64_MAX - 1)

enum {
	JOBS_FIRST = 64,
	ROLES_MAX = 3,
};

/* By the numbers that inventory/job.h stores. What failed and is going to be tried
 * again has not failed for good. */
static const uint8_t queue_states[] = { JOB_PENDING, JOB_RUNNING, JOB_PENDING,
	JOB_SUCCEEDED, JOB_FAILED, JOB_FAILED };

enum {
	QUEUE_OPEN_MAX = 2,
	QUEUE_STATES = sizeof(queue_states),
};

/* at: which of several for one certificate is the latest. */
struct entry {
	struct mirror_job job;
	int64_t at;
};

struct jobs {
	struct entry *list;
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
add_job(struct jobs *jobs, const struct mirror_job *job, int64_t at, struct err *err)
{
	size_t cap = jobs->cap == 0 ? JOBS_FIRST : jobs->cap * 2;
	struct entry *list;

	if (jobs->n == jobs->cap) {
		list = reallocarray(jobs->list, cap, sizeof(*list));
		if (list == NULL)
			return err_set(err, RC_NOMEM, "jobs: out of memory");
		jobs->list = list;
		jobs->cap = cap;
	}
	jobs->list[jobs->n++] = (struct entry){ *job, at };
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
	if (r != RC_OK)
		return r;
	return add_job(jobs, &job,
	    job.state == JOB_RUNNING ? AT_OPEN_RUN : sqlite3_column_int64(stmt, 3),
	    err);
}

/* id, device, remedy, started_at, ended_at, state, text, how many. */
static enum rc
take_job(struct mirror *mirror, sqlite3_stmt *stmt, struct jobs *jobs, struct err *err)
{
	const struct remedy_row *remedy =
	    find_remedy((const char *)sqlite3_column_text(stmt, 2));
	struct mirror_bytes text = { sqlite3_column_blob(stmt, 6),
		(size_t)sqlite3_column_bytes(stmt, 6) };
	struct mirror_job job = { .id = -sqlite3_column_int64(stmt, 0) };
	int64_t state = sqlite3_column_int64(stmt, 5);
	bool is_open = state <= QUEUE_OPEN_MAX;
	enum rc r = RC_OK;

	if (remedy == NULL || state < 0 || state >= QUEUE_STATES ||
	    !find_place(mirror, sqlite3_column_int64(stmt, 1), remedy, &job.cert))
		return RC_OK;
	job.action = (uint8_t)remedy->action;
	job.state = queue_states[state];
	job.started = mirror_moment(sqlite3_column_int64(stmt, 3));
	if (!is_open)
		job.finished = mirror_moment(sqlite3_column_int64(stmt, 4));
	job.attempts = mirror_moment(sqlite3_column_int64(stmt, 7));
	if (job.state == JOB_FAILED || job.state == JOB_PENDING)
		r = mirror_keep(mirror, text, true, &job.message, err);
	if (r != RC_OK)
		return r;
	return add_job(jobs, &job,
	    is_open ? AT_OPEN_JOB : sqlite3_column_int64(stmt, 4), err);
}

typedef enum rc (*take_row)(struct mirror *mirror, sqlite3_stmt *stmt,
    struct jobs *jobs, struct err *err);

static enum rc
read_rows(struct db *db, const char *sql, take_row take, struct mirror *mirror,
    struct jobs *jobs, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r = db_query(db, sql, NULL, 0, &stmt, err);

	if (r == RC_OK)
		r = db_next(db, stmt, &is_row, err);
	while (r == RC_OK && is_row) {
		r = take(mirror, stmt, jobs, err);
		if (r == RC_OK)
			r = db_next(db, stmt, &is_row, err);
	}
	(void)sqlite3_finalize(stmt);
	return r;
}

static enum rc
read_runs(struct db *db, struct mirror *mirror, struct jobs *jobs, struct err *err)
{
	return read_rows(db,
	    "SELECT r.id, d.id, r.remedy, r.started_at, r.closed_at, r.outcome,"
	    " r.text, l.n FROM"
	    " (SELECT max(id) AS id, count(*) AS n FROM run"
	    "  GROUP BY device_uuid, remedy, serial_number) l"
	    " JOIN run r ON r.id = l.id JOIN device d ON d.uuid = r.device_uuid",
	    take_run, mirror, jobs, err);
}

#define NEWEST_JOBS                                                               \
	"SELECT j.id, d.id, j.remedy, j.started_at, j.ended_at, j.state, j.text," \
	" j.n_attempts FROM (SELECT max(id) AS id FROM job"

/* A job is of a UUID, or while nobody knows that, of a name. */
static enum rc
read_queue(struct db *db, struct mirror *mirror, struct jobs *jobs, struct err *err)
{
	return read_rows(db,
	    NEWEST_JOBS " WHERE device_uuid <> '' GROUP BY device_uuid, remedy) l"
			" JOIN job j ON j.id = l.id JOIN device d"
			" ON d.uuid = j.device_uuid UNION ALL " NEWEST_JOBS
			" WHERE device_uuid = '' GROUP BY device_name, remedy) l"
			" JOIN job j ON j.id = l.id JOIN device d"
			" ON d.name = j.device_name AND d.retired_at IS NULL",
	    take_job, mirror, jobs, err);
}

static int
compare_jobs(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->job.cert != y->job.cert)
		return x->job.cert < y->job.cert ? -1 : 1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	/* Of the same moment the job is later, and of two of a kind the higher number. */
	if ((x->job.id < 0) != (y->job.id < 0))
		return x->job.id < 0 ? 1 : -1;
	return x->job.id < 0 ? (x->job.id < y->job.id) - (x->job.id > y->job.id)
			     : (x->job.id > y->job.id) - (x->job.id < y->job.id);
}

enum rc
load_jobs(struct db *db, struct mirror *mirror, struct err *err)
{
	struct jobs jobs = { 0 };
	enum rc r;

	r = read_runs(db, mirror, &jobs, err);
	if (r == RC_OK)
		r = read_queue(db, mirror, &jobs, err);
	if (jobs.n > 0)
		qsort(jobs.list, jobs.n, sizeof(jobs.list[0]), compare_jobs);
	for (size_t i = 0; r == RC_OK && i < jobs.n; i++)
		if (i + 1 == jobs.n ||
		    jobs.list[i + 1].job.cert != jobs.list[i].job.cert)
			r = mirror_add_job(mirror, &jobs.list[i].job, err);
	free(jobs.list);
	return r;
}
