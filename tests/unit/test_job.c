/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/inventory/job.c: one job per device and certificate while it is open,
 * however often it is asked for, and what the file keeps of it.
 */
#include <stddef.h>
#include <stdio.h>

#include "folder.h"
#include "inventory/job.h"
#include "torture.h"
#include "unit.h"

#define UUID_A "55e3ae13-bfd2-61bb-17a0-88aedd7037ea"
#define UUID_B "55e3ae13-bfd2-61bb-17a0-88aedd7037eb"

enum {
	NOW = 1760000000,
	DAY_S = 86400,
	N_MANY = 2000,
};

static struct db
open_in(const struct folder *folder)
{
	struct db db = { 0 };
	struct err err = { 0 };

	assert_rc(db_open(folder_file(folder, "inventory.db"), &db, &err), RC_OK, &err);
	return db;
}

static const struct job_order order_a = {
	.device_uuid = UUID_A,
	.device_name = "pc01.example",
	.remedy = "renew_amt_tls",
	.serial_number = "0a01",
	.reason = "due",
	.actor = "nagios",
	.ca = "corp",
	.due_at = NOW - DAY_S,
	.ends_at = NOW + 30 * DAY_S,
	.not_before = NOW + DAY_S,
};

static struct job
asks(struct db *db, const struct job_order *order, int64_t now, enum job_answer wanted)
{
	enum job_answer answer = JOB_IS_SETTLED;
	struct err err = { 0 };
	struct job job = { 0 };

	assert_rc(job_enqueue(db, order, now, &answer, &job, &err), RC_OK, &err);
	assert_int_equal(answer, wanted);
	assert_true(job.id > 0);
	return job;
}

static void
runs(struct db *db, const char *sql)
{
	struct err err = { 0 };

	assert_rc(db_exec(db, sql, &err), RC_OK, &err);
}

static struct job
finds(struct db *db, int64_t id)
{
	struct err err = { 0 };
	struct job job = { 0 };

	assert_rc(job_find(db, id, &job, &err), RC_OK, &err);
	return job;
}

static void
keeps_what_was_asked_for(void **state)
{
	struct db db = open_in(*state);
	int64_t id = asks(&db, &order_a, NOW, JOB_IS_NEW).id;
	struct job job;

	db_close(&db);
	db = open_in(*state);
	job = finds(&db, id);
	assert_string_equal(job.device_uuid, UUID_A);
	assert_string_equal(job.device_name, "pc01.example");
	assert_string_equal(job.remedy, "renew_amt_tls");
	assert_string_equal(job.serial_number, "0a01");
	assert_string_equal(job.reason, "due");
	assert_string_equal(job.actor, "nagios");
	assert_string_equal(job.ca, "corp");
	assert_false(job.is_forced);
	assert_int_equal(job.due_at, NOW - DAY_S);
	assert_int_equal(job.ends_at, NOW + 30 * DAY_S);
	assert_int_equal(job.not_before, NOW + DAY_S);
	assert_int_equal(job.state, JOB_QUEUED);
	assert_int_equal(job.created_at, NOW);
	assert_int_equal(job.n_attempts, 0);
	assert_int_equal(job.exit_status, -1);
	assert_string_equal(job.text, "");
	db_close(&db);
}

static void
is_one_job_however_many_events(void **state)
{
	struct db db = open_in(*state);
	struct job_order urgent = order_a;
	struct job_order second = order_a;
	int64_t id = asks(&db, &order_a, NOW, JOB_IS_NEW).id;
	struct job job;

	for (int i = 0; i < 50; i++)
		assert_int_equal(asks(&db, &order_a, NOW + i, JOB_IS_OPEN).id, id);
	urgent.actor = "icinga";
	urgent.remedy = "reprovision_amt_tls";
	urgent.reason = "expired";
	urgent.ends_at = NOW;
	urgent.not_before = NOW;
	job = asks(&db, &urgent, NOW, JOB_IS_OPEN);
	assert_int_equal(job.id, id);
	assert_string_equal(job.remedy, "reprovision_amt_tls");
	assert_string_equal(job.reason, "expired");
	assert_string_equal(job.actor, "nagios");
	assert_int_equal(job.ends_at, NOW);
	assert_int_equal(job.not_before, NOW);
	second.serial_number = "0a02";
	assert_true(asks(&db, &second, NOW, JOB_IS_NEW).id != id);
	db_close(&db);
}

static void
waits_out_a_back_off_and_leaves_a_running_job(void **state)
{
	struct db db = open_in(*state);
	struct job_order again = order_a;
	int64_t id = asks(&db, &order_a, NOW, JOB_IS_NEW).id;

	again.remedy = "reprovision_amt_tls";
	again.not_before = NOW;
	runs(&db, "UPDATE job SET state = 2, n_attempts = 1");
	asks(&db, &again, NOW, JOB_IS_OPEN);
	assert_int_equal(finds(&db, id).not_before, NOW + DAY_S);
	assert_string_equal(finds(&db, id).remedy, "reprovision_amt_tls");
	runs(&db, "UPDATE job SET state = 1");
	asks(&db, &order_a, NOW, JOB_IS_OPEN);
	assert_string_equal(finds(&db, id).remedy, "reprovision_amt_tls");
	assert_int_equal(finds(&db, id).state, JOB_RUNNING);
	db_close(&db);
}

static void
answers_old_news_with_the_job_that_did_it(void **state)
{
	struct db db = open_in(*state);
	int64_t id = asks(&db, &order_a, NOW, JOB_IS_NEW).id;

	runs(&db, "UPDATE job SET state = 3, ended_at = 1760000000");
	assert_int_equal(asks(&db, &order_a, NOW + 60, JOB_IS_SETTLED).id, id);
	assert_true(asks(&db, &order_a, NOW + JOB_SETTLE_S, JOB_IS_NEW).id > id);
	runs(&db, "UPDATE job SET state = 4, ended_at = 1760003600");
	asks(&db, &order_a, NOW + JOB_SETTLE_S + 1, JOB_IS_NEW);
	db_close(&db);
}

static void
knows_a_device_by_its_name_until_a_login(void **state)
{
	struct db db = open_in(*state);
	struct job_order nameless = order_a;
	struct err err = { 0 };
	struct job job = { 0 };
	int64_t id;

	nameless.device_uuid = NULL;
	id = asks(&db, &nameless, NOW, JOB_IS_NEW).id;
	assert_int_equal(asks(&db, &nameless, NOW, JOB_IS_OPEN).id, id);
	job = asks(&db, &order_a, NOW, JOB_IS_OPEN);
	assert_int_equal(job.id, id);
	assert_string_equal(job.device_uuid, UUID_A);
	assert_int_equal(asks(&db, &nameless, NOW, JOB_IS_OPEN).id, id);
	assert_rc(job_find_device(&db, "", "pc01.example", &job, &err), RC_OK, &err);
	assert_int_equal(job.id, id);
	assert_rc(job_find_device(&db, UUID_B, "pc02.example", &job, &err), RC_NOTFOUND,
	    &err);
	db_close(&db);
}

static void
takes_the_uuid_from_the_inventory(void **state)
{
	struct db db = open_in(*state);
	struct job_order nameless = order_a;

	runs(&db,
	    "INSERT INTO device (uuid, name, device_group, address, port, first_seen,"
	    " named_at) VALUES ('" UUID_B "', 'pc01.example', '', '', 16993, 1, 1)");
	nameless.device_uuid = "";
	assert_string_equal(asks(&db, &nameless, NOW, JOB_IS_NEW).device_uuid, UUID_B);
	db_close(&db);
}

static void
keeps_remedies_apart_that_are_about_no_certificate(void **state)
{
	struct db db = open_in(*state);
	struct job_order clock = order_a;
	struct job_order roots = order_a;
	int64_t id;

	clock.remedy = "sync_amt_clock";
	clock.serial_number = "";
	roots.remedy = "install_amt_root";
	roots.serial_number = NULL;
	id = asks(&db, &clock, NOW, JOB_IS_NEW).id;
	asks(&db, &roots, NOW, JOB_IS_NEW);
	assert_int_equal(asks(&db, &clock, NOW, JOB_IS_OPEN).id, id);
	db_close(&db);
}

static void
refuses_words_that_are_none(void **state)
{
	struct db db = open_in(*state);
	const struct {
		size_t at;
		const char *value;
		const char *words;
	} rows[] = {
		{ offsetof(struct job_order, device_uuid), "55e3ae13", "device UUID" },
		{ offsetof(struct job_order, device_uuid), "../../etc/passwd",
		    "device UUID" },
		{ offsetof(struct job_order, device_name), "", "device name" },
		{ offsetof(struct job_order, device_name), "pc\n01", "device name" },
		{ offsetof(struct job_order, remedy), "/bin/sh", "remedy" },
		{ offsetof(struct job_order, remedy), NULL, "remedy" },
		{ offsetof(struct job_order, serial_number), "0A", "serial number" },
		{ offsetof(struct job_order, reason), "$SERVICESTATE$", "reason" },
		{ offsetof(struct job_order, actor), "", "actor" },
		{ offsetof(struct job_order, ca), "corp\x1b[2J", "CA" },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct job_order order = order_a;
		enum job_answer answer = JOB_IS_NEW;
		struct err err = { 0 };

		memcpy((char *)&order + rows[i].at, &rows[i].value,
		    sizeof(rows[i].value));
		assert_rc(job_enqueue(&db, &order, NOW, &answer, NULL, &err), RC_FORMAT,
		    &err);
		assert_has(err.text, rows[i].words);
	}
	db_close(&db);
}

static enum rc
note_id(void *ctx, const struct job *job, struct err *err)
{
	char *list = ctx;
	size_t len = strlen(list);

	(void)err;
	(void)snprintf(list + len, 64 - len, "%s ", job->device_name);
	return RC_OK;
}

static void
walks_open_jobs_the_most_urgent_first(void **state)
{
	static const char *const names[] = { "c", "a", "d", "b" };
	static const int64_t ends[] = { 30, 10, 40, 20 };
	struct db db = open_in(*state);
	struct err err = { 0 };
	char list[64] = "";

	for (size_t i = 0; i < UNIT_COUNT(names); i++) {
		struct job_order order = order_a;

		order.device_uuid = "";
		order.device_name = names[i];
		order.ends_at = NOW + ends[i];
		asks(&db, &order, NOW, JOB_IS_NEW);
	}
	runs(&db, "UPDATE job SET state = 4, ended_at = 1 WHERE device_name = 'd'");
	runs(&db, "UPDATE job SET state = 3, ended_at = 2 WHERE device_name = 'b'");
	assert_rc(job_each(&db, JOB_CHOICE_OPEN, -1, note_id, list, &err), RC_OK, &err);
	assert_string_equal(list, "a c ");
	list[0] = '\0';
	assert_rc(job_each(&db, JOB_CHOICE_LOST, -1, note_id, list, &err), RC_OK, &err);
	assert_string_equal(list, "d ");
	assert_string_equal(job_state_word(JOB_GIVEN_UP), "given_up");
	db_close(&db);
}

/* Every so many steps of SQLite's machine. */
static int
count_steps(void *ctx)
{
	int *n = ctx;

	(*n)++;
	return 0;
}

/* A handful of steps, where looking at every job would take some per job. */
static void
finds_its_job_by_an_index(void **state)
{
	struct db db = open_in(*state);
	struct job_order order = order_a;
	struct err err = { 0 };
	char name[32];
	int n_steps = 0;

	assert_rc(db_begin(&db, &err), RC_OK, &err);
	order.device_uuid = "";
	for (int i = 0; i < N_MANY; i++) {
		(void)snprintf(name, sizeof(name), "pc%d", i);
		order.device_name = name;
		asks(&db, &order, NOW, JOB_IS_NEW);
	}
	assert_rc(db_commit(&db, &err), RC_OK, &err);
	sqlite3_progress_handler(db.sqlite, 1, count_steps, &n_steps);
	order.device_name = "pc7";
	asks(&db, &order, NOW, JOB_IS_OPEN);
	assert_true(n_steps < N_MANY);
	db_close(&db);
}

static enum rc
enqueue_once(void *ctx)
{
	enum job_answer answer = JOB_IS_NEW;
	struct err err = { 0 };
	struct db db = { 0 };
	enum rc r = db_open(folder_file(ctx, "torture.db"), &db, &err);

	if (r == RC_OK)
		r = job_enqueue(&db, &order_a, NOW, &answer, NULL, &err);
	db_close(&db);
	return r;
}

static void
survives_every_lack_of_memory(void **state)
{
	torture(enqueue_once, *state);
}

/* A file of the version before jobs has no table for them, and gets it. */
static void
an_older_inventory_gets_the_table(void **state)
{
	struct schema before = schema_inventory;
	struct err err = { 0 };
	struct db db = { 0 };

	before.n_migrations = 1;
	assert_rc(db_open_as(folder_file(*state, "inventory.db"), &before, &db, &err),
	    RC_OK, &err);
	assert_rc(db_exec(&db, "SELECT * FROM job", &err), RC_DB, &err);
	db_close(&db);
	db = open_in(*state);
	asks(&db, &order_a, NOW, JOB_IS_NEW);
	db_close(&db);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(keeps_what_was_asked_for),
		TEST(is_one_job_however_many_events),
		TEST(waits_out_a_back_off_and_leaves_a_running_job),
		TEST(answers_old_news_with_the_job_that_did_it),
		TEST(knows_a_device_by_its_name_until_a_login),
		TEST(takes_the_uuid_from_the_inventory),
		TEST(keeps_remedies_apart_that_are_about_no_certificate),
		TEST(refuses_words_that_are_none),
		TEST(walks_open_jobs_the_most_urgent_first),
		TEST(finds_its_job_by_an_index),
		TEST(survives_every_lack_of_memory),
		TEST(an_older_inventory_gets_the_table),
	};

	return cmocka_run_group_tests_name("job", tests, NULL, NULL);
}
