/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/inventory/job_claim.c, job_finish.c: budgets hour by hour, back-off, breaker
 * and loop guard on a clock of the test; no job twice.
 */
#include <stdio.h>
#include <stdlib.h>

#include "folder.h"
#include "inventory/breaker_row.h"
#include "inventory/cert_request.h"
#include "inventory/job_run.h"
#include "make_cert.h"
#include "torture.h"
#include "unit.h"

enum {
	NOW = 1760000000,
	HOUR_S = 3600,
	TWO_HOURS_S = 2 * HOUR_S,
	DAY_S = 24 * HOUR_S,
	LONG_S = 100 * DAY_S,
	N_DUE = 10000,
	N_HOURS = 6,
	N_MANY_DUE = 1000,
};

static struct db
open_in(const struct folder *folder)
{
	struct db db = { 0 };
	struct err err = { 0 };

	assert_rc(db_open(folder_file(folder, "inventory.db"), &db, &err), RC_OK, &err);
	assert_rc(db_relax(&db, &err), RC_OK, &err); /* thousands of transactions */
	return db;
}

static struct pacing
defaults(void)
{
	struct pacing pacing;
	struct err err = { 0 };

	assert_rc(pacing_read(NULL, &pacing, &err), RC_OK, &err);
	return pacing;
}

/* The later of two numbers ends the earlier. */
static int64_t
adds(struct db *db, int number, const char *remedy, const char *ca, const char *serial)
{
	enum job_answer answer = JOB_IS_OPEN;
	struct err err = { 0 };
	struct job job = { 0 };
	char name[32];
	char uuid[37];
	const struct job_order order = { .device_uuid = uuid,
		.device_name = name,
		.remedy = remedy,
		.serial_number = serial,
		.reason = "due",
		.actor = "test",
		.ca = ca,
		.due_at = NOW,
		.ends_at = NOW + 30 * DAY_S - number,
		.not_before = NOW };

	(void)snprintf(name, sizeof(name), "pc%05d", number);
	(void)snprintf(uuid, sizeof(uuid), "55e3ae13-bfd2-61bb-17a0-%012x",
	    (unsigned int)number);
	assert_rc(job_enqueue(db, &order, NOW, &answer, &job, &err), RC_OK, &err);
	assert_int_equal(answer, JOB_IS_NEW);
	return job.id;
}

/* The same n times in one statement. */
static void
adds_many(struct db *db, int n, const char *ca)
{
	const struct db_value values[] = { db_int(n), db_text(ca), db_int(NOW),
		db_int(DAY_S) };
	struct err err = { 0 };

	assert_rc(db_run(db,
		      "WITH RECURSIVE i(n) AS (SELECT 0 UNION ALL"
		      " SELECT n + 1 FROM i WHERE n + 1 < ?1)"
		      " INSERT INTO job (device_uuid, device_name, remedy,"
		      " serial_number, reason, actor, ca, is_forced, due_at, ends_at,"
		      " state, not_before, created_at)"
		      " SELECT printf('55e3ae13-bfd2-61bb-17a0-%012x', n),"
		      " printf('pc%05d', n), 'renew_amt_tls', '0a', 'due', 'test', ?2,"
		      " 0, ?3, ?3 + 30 * ?4 - n, 0, ?3, ?3 FROM i",
		      values, UNIT_COUNT(values), &err),
	    RC_OK, &err);
}

static bool
claims(struct db *db, const struct pacing *pacing, int64_t now, struct job *ret_job)
{
	struct err err = { 0 };
	enum rc r = job_claim(db, pacing, now, ret_job, &err);

	if (r != RC_NOTFOUND)
		assert_rc(r, RC_OK, &err);
	return r == RC_OK;
}

static struct job
must_claim(struct db *db, const struct pacing *pacing, int64_t now)
{
	struct job job = { 0 };

	assert_true(claims(db, pacing, now, &job));
	assert_int_equal(job.state, JOB_RUNNING);
	assert_int_equal(job.started_at, now);
	return job;
}

static void
may_claim_none(struct db *db, const struct pacing *pacing, int64_t now)
{
	struct job job = { .id = 77 };

	assert_false(claims(db, pacing, now, &job));
	assert_int_equal(job.id, 77);
}

static struct job
ends(struct db *db, const struct pacing *pacing, const struct job *job, int64_t status,
    const char *class, int64_t now, enum breaker_news wanted)
{
	const struct job_outcome outcome = { .end = JOB_END_EXIT,
		.exit_status = status,
		.class = class,
		.text = "renew_amt_tls: its last\nwords" };
	enum breaker_news news = BREAKER_AS_BEFORE;
	struct err err = { 0 };
	struct job after = { 0 };

	assert_rc(job_finish(db, pacing, job, &outcome, now, &after, &news, &err),
	    RC_OK, &err);
	assert_int_equal(news, wanted);
	return after;
}

static struct job
end_as(struct db *db, const struct pacing *pacing, const struct job *job,
    enum job_end end, int64_t now)
{
	const struct job_outcome outcome = { .end = end, .class = "gone", .text = "" };
	enum breaker_news news = BREAKER_AS_BEFORE;
	struct err err = { 0 };
	struct job after = { 0 };

	assert_rc(job_finish(db, pacing, job, &outcome, now, &after, &news, &err),
	    RC_OK, &err);
	return after;
}

static int64_t
number(struct db *db, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	struct err err = { 0 };
	bool is_row = false;
	int64_t n;

	assert_rc(db_query(db, sql, NULL, 0, &stmt, &err), RC_OK, &err);
	assert_rc(db_next(db, stmt, &is_row, &err), RC_OK, &err);
	assert_true(is_row);
	n = sqlite3_column_int64(stmt, 0);
	(void)sqlite3_finalize(stmt);
	return n;
}

static void
starts_sixty_an_hour_the_most_urgent_first(void **state)
{
	struct db db = open_in(*state);
	const struct pacing pacing = defaults();
	int next = N_DUE - 1;
	struct job job;
	char name[32];

	adds_many(&db, N_DUE, "corp");
	for (int hour = 0; hour < N_HOURS; hour++) {
		int n_started = 0;

		for (int minute = 0; minute < 60; minute++) {
			int64_t now = NOW + (hour * 60 + minute) * 60;

			while (claims(&db, &pacing, now, &job)) {
				(void)snprintf(name, sizeof(name), "pc%05d", next);
				assert_string_equal(job.device_name, name);
				next--;
				n_started++;
				ends(&db, &pacing, &job, 0, "", now, BREAKER_AS_BEFORE);
			}
		}
		assert_in_range(n_started, 59, 61);
	}
	db_close(&db);
}

/* Whichever hour one looks at, not only those of the clock. */
static void
keeps_the_budget_in_any_hour(void **state)
{
	struct db db = open_in(*state);
	struct pacing pacing = defaults();
	int64_t now = NOW;
	struct job job;
	int n_done = 0;

	pacing.budget = 30;
	adds_many(&db, 120, "corp");
	while (n_done < 120) {
		if (claims(&db, &pacing, now, &job)) {
			ends(&db, &pacing, &job, 0, "", now, BREAKER_AS_BEFORE);
			n_done++;
		}
		now += 7;
	}
	assert_in_range(number(&db,
			    "SELECT max((SELECT count(*) FROM job_attempt b"
			    " WHERE b.started_at > a.started_at - 3600"
			    " AND b.started_at <= a.started_at)) FROM job_attempt a"),
	    30, 30);
	db_close(&db);
}

static void
all_of_a_thousand_are_renewed_in_the_end(void **state)
{
	struct db db = open_in(*state);
	const struct pacing pacing = defaults();
	struct job job;
	int n_done = 0;

	adds_many(&db, N_MANY_DUE, "corp");
	for (int64_t now = NOW; now < NOW + 17 * HOUR_S; now += 60)
		while (claims(&db, &pacing, now, &job)) {
			ends(&db, &pacing, &job, 0, "", now, BREAKER_AS_BEFORE);
			n_done++;
		}
	assert_int_equal(n_done, N_MANY_DUE);
	assert_int_equal(number(&db, "SELECT count(*) FROM job WHERE state <> 3"), 0);
	assert_int_equal(number(&db, "SELECT count(*) FROM job_attempt"), N_MANY_DUE);
	db_close(&db);
}

static void
one_ca_does_not_use_up_what_another_may(void **state)
{
	struct db db = open_in(*state);
	struct pacing pacing = defaults();
	int n = 0;
	struct job job;

	pacing.ca_budget = 2;
	adds(&db, 9, "renew_amt_tls", "corp", "0a");
	adds(&db, 8, "renew_amt_tls", "corp", "0a");
	adds(&db, 7, "renew_amt_tls", "corp", "0a");
	adds(&db, 6, "renew_amt_tls", "lab", "0a");
	adds(&db, 5, "sync_amt_clock", "", "");
	adds(&db, 4, "sync_amt_clock", "", "");
	adds(&db, 3, "sync_amt_clock", "", "");
	while (claims(&db, &pacing, NOW, &job))
		n++;
	assert_int_equal(n, 6);
	assert_int_equal(number(&db, "SELECT count(*) FROM job WHERE state = 0"), 1);
	assert_int_equal(number(&db, "SELECT id FROM job WHERE state = 0"), 3);
	job = must_claim(&db, &pacing, NOW + HOUR_S);
	assert_int_equal(job.id, 3);
	db_close(&db);
}

static void
two_workers_never_take_the_same(void **state)
{
	struct db one = open_in(*state);
	struct db other = open_in(*state);
	const struct pacing pacing = defaults();
	struct job a;
	struct job b;

	adds_many(&one, 40, "corp");
	for (int i = 0; i < 20; i++) {
		a = must_claim(&one, &pacing, NOW);
		b = must_claim(&other, &pacing, NOW);
		assert_true(a.id != b.id);
	}
	may_claim_none(&one, &pacing, NOW);
	db_close(&one);
	db_close(&other);
}

static void
one_at_a_time_per_device(void **state)
{
	struct db db = open_in(*state);
	const struct pacing pacing = defaults();
	struct job job;

	adds(&db, 1, "renew_amt_tls", "corp", "0a");
	adds(&db, 1, "renew_amt_8021x", "corp", "0b");
	job = must_claim(&db, &pacing, NOW);
	may_claim_none(&db, &pacing, NOW);
	ends(&db, &pacing, &job, 0, "", NOW, BREAKER_AS_BEFORE);
	must_claim(&db, &pacing, NOW);
	db_close(&db);
}

static void
keeps_to_its_window_and_its_time(void **state)
{
	struct db db = open_in(*state);
	struct pacing pacing = defaults();
	struct err err = { 0 };

	adds(&db, 1, "renew_amt_tls", "corp", "0a");
	may_claim_none(&db, &pacing, NOW - 1);
	/* NOW is at 08:53:20. */
	assert_rc(hours_parse("22:00-06:00", &pacing.window, &err), RC_OK, &err);
	may_claim_none(&db, &pacing, NOW);
	must_claim(&db, &pacing, NOW + 14 * HOUR_S);
	db_close(&db);
}

static void
waits_twice_as_long_after_each_failure_and_gives_up(void **state)
{
	static const int64_t hours[] = { 1, 2, 4, 8, 16, 32, 32, 32, 32, 32, 32 };
	struct db db = open_in(*state);
	const struct pacing pacing = defaults();
	int64_t now = NOW;
	struct job job;

	adds(&db, 1, "renew_amt_tls", "corp", "0a");
	for (size_t i = 0; i < UNIT_COUNT(hours); i++) {
		job = must_claim(&db, &pacing, now);
		job = ends(&db, &pacing, &job, i % 2 == 0 ? 1 : 2, "cannot connect",
		    now, BREAKER_AS_BEFORE);
		assert_int_equal(job.state, JOB_FAILED);
		assert_int_equal(job.not_before, now + hours[i] * HOUR_S);
		assert_string_equal(job.text, "renew_amt_tls: its last\\x0awords");
		may_claim_none(&db, &pacing, job.not_before - 1);
		now = job.not_before;
	}
	assert_int_equal(
	    number(&db,
		"SELECT count(*) FROM job_attempt"
		" WHERE class = 'cannot connect' AND ended_at = started_at"),
	    11);
	job = must_claim(&db, &pacing, now);
	assert_int_equal(job.n_attempts, 12);
	job = ends(&db, &pacing, &job, 1, "cannot connect", now, BREAKER_AS_BEFORE);
	assert_int_equal(job.state, JOB_GIVEN_UP);
	assert_int_equal(job.ended_at, now);
	may_claim_none(&db, &pacing, now + LONG_S);
	db_close(&db);
}

static void
tells_ends_apart(void **state)
{
	struct db db = open_in(*state);
	const struct pacing pacing = defaults();
	struct job job;

	for (int i = 0; i < 6; i++)
		adds(&db, i, "renew_amt_tls", "corp", "0a");
	job = must_claim(&db, &pacing, NOW);
	assert_int_equal(
	    ends(&db, &pacing, &job, 3, "usage", NOW, BREAKER_AS_BEFORE).state,
	    JOB_REFUSED);
	job = must_claim(&db, &pacing, NOW);
	assert_int_equal(
	    ends(&db, &pacing, &job, 4, rc_text(RC_CA), NOW, BREAKER_AS_BEFORE).state,
	    JOB_REFUSED);
	job = must_claim(&db, &pacing, NOW);
	assert_int_equal(end_as(&db, &pacing, &job, JOB_END_NOT_RUN, NOW).state,
	    JOB_REFUSED);
	job = must_claim(&db, &pacing, NOW);
	job = end_as(&db, &pacing, &job, JOB_END_KILLED, NOW);
	assert_int_equal(job.state, JOB_FAILED);
	assert_int_equal(job.exit_status, -1);
	job = must_claim(&db, &pacing, NOW);
	job = end_as(&db, &pacing, &job, JOB_END_STOPPED, NOW);
	assert_int_equal(job.state, JOB_QUEUED);
	assert_int_equal(job.not_before, NOW);
	assert_int_equal(job.n_failed, 0);
	db_close(&db);
}

/* A power cut: at once, then later and later, in case it was the job that did it. */
static void
takes_up_a_job_whose_process_is_gone(void **state)
{
	struct db db = open_in(*state);
	const struct pacing pacing = defaults();
	const struct job_outcome late = { .end = JOB_END_EXIT,
		.class = "",
		.text = "" };
	enum breaker_news news = BREAKER_AS_BEFORE;
	struct err err = { 0 };
	struct job job;
	struct job first;

	adds(&db, 1, "renew_amt_tls", "corp", "0a");
	first = must_claim(&db, &pacing, NOW);
	assert_rc(job_note_runner(&db, &first, 4711, &err), RC_OK, &err);
	assert_rc(job_find(&db, first.id, &job, &err), RC_OK, &err);
	assert_int_equal(job.runner_pid, 4711);
	end_as(&db, &pacing, &first, JOB_END_GONE, NOW);
	job = must_claim(&db, &pacing, NOW);
	assert_int_equal(job.id, first.id);
	assert_int_equal(job.n_attempts, 2);
	/* The first comes back from the dead. */
	assert_rc(job_finish(&db, &pacing, &first, &late, NOW, &first, &news, &err),
	    RC_STATE, &err);
	job = end_as(&db, &pacing, &job, JOB_END_GONE, NOW);
	assert_int_equal(job.not_before, NOW + HOUR_S);
	db_close(&db);
}

static enum rc
count_open(void *ctx, const struct breaker_row *row, struct err *err)
{
	int *n = ctx;

	(void)err;
	assert_string_equal(row->remedy, "renew_amt_tls");
	assert_string_equal(row->ca, "corp");
	assert_has(row->text, "its last");
	assert_int_equal(row->breaker.n_failures, 3);
	(*n)++;
	return RC_OK;
}

static void
a_ca_that_fails_three_stops_the_rest(void **state)
{
	struct db db = open_in(*state);
	const struct pacing pacing = defaults();
	int64_t now = NOW + HOUR_S;
	struct err err = { 0 };
	struct job probe;
	int n_open = 0;
	struct job job;

	for (int i = 0; i < 8; i++)
		adds(&db, i, "renew_amt_tls", "corp", "0a");
	for (int i = 0; i < 3; i++) {
		job = must_claim(&db, &pacing, NOW);
		ends(&db, &pacing, &job, 1, rc_text(RC_CA), NOW,
		    i == 2 ? BREAKER_OPENED : BREAKER_AS_BEFORE);
	}
	may_claim_none(&db, &pacing, NOW);
	assert_rc(breaker_row_each_open(&db, count_open, &n_open, &err), RC_OK, &err);
	assert_int_equal(n_open, 1);
	adds(&db, 20, "renew_amt_tls", "lab", "0a");
	assert_string_equal(must_claim(&db, &pacing, NOW).ca, "lab");
	may_claim_none(&db, &pacing, now - 1);
	/* One probe, of a device that did not fail yet, though others are due again. */
	probe = must_claim(&db, &pacing, now);
	assert_string_equal(probe.device_name, "pc00004");
	may_claim_none(&db, &pacing, now);
	ends(&db, &pacing, &probe, 1, rc_text(RC_CA), now, BREAKER_AS_BEFORE);
	may_claim_none(&db, &pacing, now + TWO_HOURS_S - 1);
	now += TWO_HOURS_S;
	probe = must_claim(&db, &pacing, now);
	ends(&db, &pacing, &probe, 0, "", now, BREAKER_SHUT);
	must_claim(&db, &pacing, now);
	must_claim(&db, &pacing, now);
	db_close(&db);
}

static void
a_probe_that_is_gone_makes_room(void **state)
{
	struct db db = open_in(*state);
	const struct pacing pacing = defaults();
	struct job job;

	for (int i = 0; i < 5; i++)
		adds(&db, i, "renew_amt_tls", "corp", "0a");
	for (int i = 0; i < 3; i++) {
		job = must_claim(&db, &pacing, NOW);
		ends(&db, &pacing, &job, 1, rc_text(RC_CA), NOW,
		    i == 2 ? BREAKER_OPENED : BREAKER_AS_BEFORE);
	}
	job = must_claim(&db, &pacing, NOW + HOUR_S);
	may_claim_none(&db, &pacing, NOW + HOUR_S);
	end_as(&db, &pacing, &job, JOB_END_GONE, NOW + HOUR_S);
	must_claim(&db, &pacing, NOW + HOUR_S);
	may_claim_none(&db, &pacing, NOW + HOUR_S);
	db_close(&db);
}

/* A run of ours that put a certificate there which lives from one day before on. */
static void
adds_run(struct db *db, const char *uuid, int64_t closed_at, int64_t lifetime_s)
{
	const struct make_cert spec = { .not_before = NOW,
		.not_after = NOW + lifetime_s,
		.serial = 0x0a };
	uint8_t fingerprint[32] = { 0 };
	size_t len = 0;
	uint8_t *der = make_der(&spec, &len);
	const struct db_value values[] = { db_text(uuid), db_int(closed_at),
		db_blob(fingerprint, sizeof(fingerprint)), db_blob(der, len) };
	struct err err = { 0 };

	assert_rc(db_run(db,
		      "INSERT INTO run (device_uuid, remedy, serial_number, started_at,"
		      " closed_at, outcome, old_fingerprint, new_cert) VALUES"
		      " (?1, 'renew_amt_tls', '01', ?2, ?2, 'done', ?3, ?4)",
		      values, UNIT_COUNT(values), &err),
	    RC_OK, &err);
	free(der);
}

static void
what_is_due_at_once_is_renewed_once_in_four_fifths(void **state)
{
	static const char first_uuid[] = "55e3ae13-bfd2-61bb-17a0-000000000001";
	struct db db = open_in(*state);
	const struct pacing pacing = defaults();
	struct job job;

	adds_run(&db, first_uuid, NOW, DAY_S);
	adds(&db, 1, "renew_amt_tls", "corp", "0a");
	may_claim_none(&db, &pacing, NOW);
	may_claim_none(&db, &pacing, NOW + DAY_S * 4 / 5 - 1);
	job = must_claim(&db, &pacing, NOW + DAY_S * 4 / 5);
	assert_has(job.text, "four fifths");
	db_close(&db);
}

static void
the_guard_minds_only_the_certificate_that_was_put_there(void **state)
{
	static const char first_uuid[] = "55e3ae13-bfd2-61bb-17a0-000000000001";
	struct db db = open_in(*state);
	const struct pacing pacing = defaults();
	struct err err = { 0 };
	struct job job;

	adds_run(&db, first_uuid, NOW, DAY_S);
	adds(&db, 1, "renew_amt_tls", "corp", "0b");
	job = must_claim(&db, &pacing, NOW);
	ends(&db, &pacing, &job, 0, "", NOW, BREAKER_AS_BEFORE);
	adds(&db, 1, "renew_amt_tls", "corp", "0a");
	assert_rc(db_exec(&db, "UPDATE job SET is_forced = 1", &err), RC_OK, &err);
	must_claim(&db, &pacing, NOW);
	db_close(&db);
}

static void
follows_the_ca_that_has_its_request(void **state)
{
	struct cert_request request = { .device_uuid =
					    "55e3ae13-bfd2-61bb-17a0-000000000001",
		.remedy = "renew_amt_tls",
		.ca = "corp (certsrv)" };
	struct db db = open_in(*state);
	const struct pacing pacing = defaults();
	struct err err = { 0 };
	struct job job;

	adds(&db, 1, "renew_amt_tls", "corp", "0a");
	assert_rc(cert_request_begin(&db, &request, NOW, &err), RC_OK, &err);
	request.is_pending = true;
	request.next_poll_at = NOW + 1200;
	assert_rc(cert_request_update(&db, &request, &err), RC_OK, &err);
	job = must_claim(&db, &pacing, NOW);
	job = ends(&db, &pacing, &job, 1, rc_text(RC_CA), NOW, BREAKER_AS_BEFORE);
	assert_int_equal(job.state, JOB_QUEUED);
	assert_int_equal(job.n_failed, 0);
	assert_int_equal(job.not_before, NOW + 1200);
	job = must_claim(&db, &pacing, NOW + 1200);
	job = ends(&db, &pacing, &job, 0, "", NOW + 1200, BREAKER_AS_BEFORE);
	assert_int_equal(job.state, JOB_QUEUED);
	assert_int_equal(job.not_before, NOW + 1260);
	cert_request_clear(&request);
	db_close(&db);
}

/* A machine that came back with its clock a year ahead, until somebody set it right. */
static void
what_a_clock_ahead_put_off_is_put_off_no_longer(void **state)
{
	const int64_t ahead = NOW + 365 * (int64_t)DAY_S;
	struct pacing pacing = defaults();
	struct db db = open_in(*state);
	struct err err = { 0 };
	struct job job;

	pacing.n_breaker = 1;
	adds(&db, 2, "sync_amt_clock", "", "");
	adds(&db, 1, "renew_amt_tls", "corp", "0a");
	job = must_claim(&db, &pacing, ahead);
	ends(&db, &pacing, &job, 0, "", ahead, BREAKER_AS_BEFORE);
	job = must_claim(&db, &pacing, ahead);
	ends(&db, &pacing, &job, 1, rc_text(RC_CA), ahead, BREAKER_OPENED);
	/* A clock that was right put off what is to come. */
	assert_rc(job_mend_times(&db, ahead - HOUR_S, &err), RC_OK, &err);
	may_claim_none(&db, &pacing, ahead - HOUR_S);
	may_claim_none(&db, &pacing, NOW);
	assert_rc(job_mend_times(&db, NOW, &err), RC_OK, &err);
	job = must_claim(&db, &pacing, NOW);
	assert_string_equal(job.remedy, "renew_amt_tls");
	/* Nor was it done a moment ago, for a year. */
	assert_int_equal(number(&db, "SELECT max(ended_at) FROM job WHERE state = 3"),
	    NOW);
	db_close(&db);
}

static void
forgets_what_ended_long_ago(void **state)
{
	struct db db = open_in(*state);
	const struct pacing pacing = defaults();
	struct err err = { 0 };
	struct job job;

	adds(&db, 1, "renew_amt_tls", "corp", "0a");
	adds(&db, 2, "renew_amt_tls", "corp", "0a");
	job = must_claim(&db, &pacing, NOW);
	ends(&db, &pacing, &job, 0, "", NOW, BREAKER_AS_BEFORE);
	assert_rc(job_forget_old(&db, NOW + JOB_KEPT_S, &err), RC_OK, &err);
	assert_int_equal(number(&db, "SELECT count(*) FROM job"), 2);
	assert_rc(job_forget_old(&db, NOW + JOB_KEPT_S + 1, &err), RC_OK, &err);
	assert_int_equal(number(&db, "SELECT count(*) FROM job"), 1);
	assert_int_equal(number(&db, "SELECT count(*) FROM job_attempt"), 0);
	db_close(&db);
}

static enum rc
claim_and_finish(void *ctx)
{
	const struct pacing pacing = defaults();
	const struct job_outcome outcome = { .end = JOB_END_EXIT,
		.class = "",
		.text = "" };
	enum breaker_news news;
	struct err err = { 0 };
	struct db db = { 0 };
	struct job job = { 0 };
	enum rc r = db_open(folder_file(ctx, "inventory.db"), &db, &err);

	if (r == RC_OK)
		r = job_claim(&db, &pacing, NOW, &job, &err);
	if (r == RC_OK)
		r = job_finish(&db, &pacing, &job, &outcome, NOW, &job, &news, &err);
	db_close(&db);
	return r;
}

static void
survives_every_lack_of_memory(void **state)
{
	static const char first_uuid[] = "55e3ae13-bfd2-61bb-17a0-000000000001";
	struct db db = open_in(*state);
	struct err err = { 0 };

	adds_run(&db, first_uuid, NOW - DAY_S, DAY_S);
	for (int i = 0; i < 59; i++)
		adds(&db, i, "renew_amt_tls", "corp", "0a");
	assert_rc(db_exec(&db,
		      "UPDATE job SET ends_at = 1 WHERE device_name = 'pc00001'", &err),
	    RC_OK, &err);
	db_close(&db);
	torture(claim_and_finish, *state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(starts_sixty_an_hour_the_most_urgent_first),
		TEST(keeps_the_budget_in_any_hour),
		TEST(all_of_a_thousand_are_renewed_in_the_end),
		TEST(one_ca_does_not_use_up_what_another_may),
		TEST(two_workers_never_take_the_same),
		TEST(one_at_a_time_per_device),
		TEST(keeps_to_its_window_and_its_time),
		TEST(waits_twice_as_long_after_each_failure_and_gives_up),
		TEST(tells_ends_apart),
		TEST(takes_up_a_job_whose_process_is_gone),
		TEST(a_ca_that_fails_three_stops_the_rest),
		TEST(a_probe_that_is_gone_makes_room),
		TEST(what_is_due_at_once_is_renewed_once_in_four_fifths),
		TEST(the_guard_minds_only_the_certificate_that_was_put_there),
		TEST(follows_the_ca_that_has_its_request),
		TEST(what_a_clock_ahead_put_off_is_put_off_no_longer),
		TEST(forgets_what_ended_long_ago),
		TEST(survives_every_lack_of_memory),
	};

	return cmocka_run_group_tests_name("job_run", tests, NULL, NULL);
}
