/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What came of an attempt.
 */
#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "inventory/breaker_row.h"
#include "inventory/cert_request.h"
#include "inventory/job_row.h"
#include "inventory/job_run.h"
#include "policy/pace.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
	EXIT_DONE = 0,
	EXIT_USAGE = 3,
	EXIT_NO_CA = 4,
};

/* Has a CA its request, and a person to say yes? When is it asked after next? */
static enum rc
find_poll(struct db *db, const struct job *job, bool *ret_waits, int64_t *ret_at,
    struct err *err)
{
	struct cert_request request = { 0 };
	enum rc r;

	*ret_waits = false;
	if (job->device_uuid[0] == '\0')
		return RC_OK;
	r = cert_request_find(db, job->device_uuid, job->remedy, &request, err);
	if (r == RC_OK && request.is_pending) {
		*ret_waits = true;
		*ret_at = request.next_poll_at;
	}
	cert_request_clear(&request);
	return r == RC_NOTFOUND ? RC_OK : r;
}

static void
count_failure(struct job *job, const struct pacing *pacing, bool was_gone, int64_t now)
{
	int64_t n_waits;

	job->n_failed++;
	/* A machine that went down took it along: that once, it need not wait. */
	n_waits = was_gone ? job->n_failed - 1 : job->n_failed;
	job->state = job->n_failed >= pacing->n_failures ? JOB_GIVEN_UP : JOB_FAILED;
	job->not_before = num_sum(now, pace_back_off(n_waits));
}

/* Another try would end as this one did, until somebody changes a setting. */
static bool
is_refusal(const struct job_outcome *outcome)
{
	return outcome->end == JOB_END_NOT_RUN ||
	    (outcome->end == JOB_END_EXIT &&
		(outcome->exit_status == EXIT_USAGE ||
		    outcome->exit_status == EXIT_NO_CA));
}

static bool
is_success(const struct job_outcome *outcome)
{
	return outcome->end == JOB_END_EXIT && outcome->exit_status == EXIT_DONE;
}

static void
settle(struct job *job, const struct pacing *pacing, const struct job_outcome *outcome,
    int64_t now)
{
	if (outcome->end == JOB_END_STOPPED) {
		job->state = JOB_QUEUED;
		job->not_before = now;
	} else if (is_success(outcome)) {
		job->state = JOB_DONE;
		job->n_failed = 0;
	} else if (is_refusal(outcome)) {
		job->state = JOB_REFUSED;
	} else {
		count_failure(job, pacing, outcome->end == JOB_END_GONE, now);
	}
}

static enum rc
write_attempt(struct db *db, const struct job *job, const char *class, struct err *err)
{
	char word[JOB_WORD_SIZE];
	struct db_value values[] = { db_int(job->id), db_int(job->n_attempts),
		db_int(job->ended_at),
		job->exit_status < 0 ? db_text(NULL) : db_int(job->exit_status),
		db_text(""), db_text(job->text) };

	text_line_field(word, sizeof(word), class, strlen(class));
	values[4] = db_text(word);
	return db_run(db,
	    "UPDATE job_attempt SET ended_at = ?3, exit_status = ?4, class = ?5,"
	    " text = ?6 WHERE job_id = ?1 AND number = ?2",
	    values, COUNT(values), err);
}

static enum rc
write_job(struct db *db, const struct job *job, struct err *err)
{
	const struct db_value values[] = { db_int(job->id), db_int(job->n_attempts),
		db_int(job->state), db_int(job->n_failed), db_int(job->not_before),
		db_int(job->ended_at),
		job->exit_status < 0 ? db_text(NULL) : db_int(job->exit_status),
		db_text(job->text) };
	enum rc r;

	r = db_run(db,
	    "UPDATE job SET state = ?3, n_failed = ?4, not_before = ?5, ended_at = ?6,"
	    " exit_status = ?7, text = ?8, runner_pid = 0"
	    " WHERE id = ?1 AND n_attempts = ?2 AND state = 1",
	    values, COUNT(values), err);
	if (r != RC_OK)
		return r;
	if (sqlite3_changes(db->sqlite) != 1)
		return err_set(err, RC_STATE, "job %lld: attempt %lld does not run",
		    (long long)job->id, (long long)job->n_attempts);
	return RC_OK;
}

/* A probe that says nothing makes room for another. */
static enum rc
note_breaker(struct db *db, const struct pacing *pacing, const struct job *job,
    const struct job_outcome *outcome, bool is_repeated, int64_t now,
    enum breaker_news *ret_news, struct err *err)
{
	struct breaker_outcome what = { .job_id = job->id,
		.is_success = is_success(outcome),
		.is_repeated = is_repeated,
		.class = outcome->class };
	struct breaker before;
	struct breaker breaker;
	enum rc r = breaker_row_read(db, job->remedy, job->ca, &before, err);

	if (r != RC_OK)
		return r;
	breaker = before;
	if (job->state == JOB_QUEUED || outcome->end == JOB_END_GONE) {
		if (breaker.probe_job_id == job->id)
			breaker.probe_job_id = 0;
	} else {
		*ret_news = breaker_note(&breaker, &what, pacing->n_breaker, now);
	}
	if (memcmp(&before, &breaker, sizeof(breaker)) == 0)
		return RC_OK;
	return breaker_row_write(db, job->remedy, job->ca, &breaker,
	    what.is_success ? "" : job->text, err);
}

static enum rc
finish(struct db *db, const struct pacing *pacing, struct job *job,
    const struct job_outcome *outcome, int64_t now, enum breaker_news *news,
    struct err *err)
{
	bool is_repeated = job->n_failed > 0;
	bool waits_for_ca = false;
	int64_t poll_at = 0;
	enum rc r = find_poll(db, job, &waits_for_ca, &poll_at, err);

	if (r != RC_OK)
		return r;
	job->exit_status = outcome->end == JOB_END_EXIT ? outcome->exit_status : -1;
	job->ended_at = now;
	job->runner_pid = 0;
	text_line_field(job->text, sizeof(job->text), outcome->text,
	    strlen(outcome->text));
	settle(job, pacing, outcome, now);
	if (waits_for_ca && !is_refusal(outcome)) {
		job->state = JOB_QUEUED;
		job->n_failed = 0;
		job->not_before =
		    poll_at > now + JOB_POLL_LEAST_S ? poll_at : now + JOB_POLL_LEAST_S;
	}
	r = write_job(db, job, err);
	if (r == RC_OK)
		r = write_attempt(db, job, is_success(outcome) ? "" : outcome->class,
		    err);
	if (r == RC_OK)
		r = note_breaker(db, pacing, job, outcome, is_repeated, now, news, err);
	return r;
}

enum rc
job_finish(struct db *db, const struct pacing *pacing, const struct job *job,
    const struct job_outcome *outcome, int64_t now, struct job *ret_job,
    enum breaker_news *ret_news, struct err *err)
{
	enum breaker_news news = BREAKER_AS_BEFORE;
	struct job ended = *job;
	bool is_part = false;
	enum rc r = db_enter(db, &is_part, err);

	if (r != RC_OK)
		return r;
	r = finish(db, pacing, &ended, outcome, now, &news, err);
	r = db_leave(db, is_part, r, err);
	if (r != RC_OK)
		return r;
	*ret_job = ended;
	*ret_news = news;
	return RC_OK;
}

enum rc
job_note_runner(struct db *db, const struct job *job, int64_t pid, struct err *err)
{
	const struct db_value values[] = { db_int(job->id), db_int(job->n_attempts),
		db_int(pid) };

	return db_run(db,
	    "UPDATE job SET runner_pid = ?3 WHERE id = ?1 AND n_attempts = ?2"
	    " AND state = 1",
	    values, COUNT(values), err);
}

enum rc
job_mend_times(struct db *db, int64_t now, struct err *err)
{
	static const char *const updates[] = {
		"UPDATE job SET ended_at = ?1, not_before = min(not_before, ?1)"
		" WHERE state IN (0, 2) AND ended_at > ?1 + ?2",
		"UPDATE job SET ended_at = ?1 WHERE state > 2 AND ended_at > ?1 + ?2",
		"UPDATE breaker SET opened_at = ?1, probe_at = ?1"
		" WHERE opened_at > ?1 + ?2",
	};
	const struct db_value values[] = { db_int(now), db_int(JOB_HOUR_S) };
	bool is_part = false;
	enum rc r = db_enter(db, &is_part, err);

	if (r != RC_OK)
		return r;
	for (size_t i = 0; r == RC_OK && i < COUNT(updates); i++)
		r = db_run(db, updates[i], values, COUNT(values), err);
	return db_leave(db, is_part, r, err);
}

enum rc
job_forget_old(struct db *db, int64_t now, struct err *err)
{
	const struct db_value value = db_int(now - JOB_KEPT_S);

	return db_run(db, "DELETE FROM job WHERE state > 2 AND ended_at < ?", &value, 1,
	    err);
}
