/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/inventory/forget.c: what is gone with a device, what stays, and when it is not
 * forgotten; lib/inventory/open_run.c: of any remedy.
 */
#include <stdio.h>

#include "inventory/forget.h"
#include "inventory/job.h"
#include "inventory/job_count.h"
#include "made_device.h"
#include "stock.h"
#include "torture.h"
#include "unit.h"

#define DAY MAKE_DAY
#define T0  (MAKE_NB + 100 * DAY)

static const struct made_device pc1 = { .uuid = MADE_UUID_A, .n_wireless = 1 };
static const struct made_device pc2 = { .name = "pc2.example", .address = "192.0.2.2" };

static struct forget_list
forgets(struct db *db, const char *name)
{
	struct forget_list list = { .n = 0 };
	struct err err = { 0 };

	assert_rc(forget_devices(db, &name, 1, "Ann", T0, &list, &err), RC_OK, &err);
	return list;
}

/* Nothing is changed, and err says it so. */
static void
refuses(struct db *db, const char *name, enum rc rc, const char *text)
{
	const char *const names[] = { "pc2.example", name };
	struct forget_list list = { .n = 77 };
	struct err err = { 0 };

	assert_rc(forget_look(db, names, 2, &list, &err), rc, &err);
	assert_has(err.text, text);
	err = (struct err){ 0 };
	assert_rc(forget_devices(db, names, 2, "Ann", T0, &list, &err), rc, &err);
	assert_has(err.text, text);
	assert_int_equal(list.n, 77);
	assert_int_equal(stock_number(db, "SELECT count(*) FROM device"),
	    stock_number(db, "SELECT max(id) FROM device"));
	assert_int_equal(stock_number(db, "SELECT count(*) FROM job WHERE state = 3"),
	    0);
}

static int64_t
asks(struct db *db, const char *uuid, const char *name, const char *serial)
{
	const struct job_order order = { .device_uuid = uuid,
		.device_name = name,
		.remedy = "renew_amt_tls",
		.serial_number = serial,
		.reason = "due",
		.actor = "unit",
		.not_before = T0 };
	enum job_answer answer = JOB_IS_OPEN;
	struct job job = { 0 };
	struct err err = { 0 };

	assert_rc(job_enqueue(db, &order, T0, &answer, &job, &err), RC_OK, &err);
	assert_int_equal(answer, JOB_IS_NEW);
	return job.id;
}

/* Of every table that refers to a device, as the schema has them. */
static int64_t
rows_of(struct db *db, int64_t id)
{
	char sql[256];
	int64_t n_tables, n = 0;

	n_tables = stock_number(db,
	    "SELECT count(*) FROM sqlite_schema, pragma_foreign_key_list(name) AS f"
	    " WHERE type = 'table' AND f.\"table\" = 'device'");
	for (int64_t i = 0; i < n_tables; i++) {
		const char *table;

		assert_true(
		    snprintf(sql, sizeof(sql),
			"SELECT name FROM sqlite_schema, pragma_foreign_key_list(name)"
			" AS f WHERE type = 'table' AND f.\"table\" = 'device'"
			" ORDER BY name LIMIT 1 OFFSET %lld",
			(long long)i) < (int)sizeof(sql));
		table = stock_text(db, sql);
		assert_true(snprintf(sql, sizeof(sql),
				"SELECT count(*) FROM %s WHERE device_id = %lld", table,
				(long long)id) < (int)sizeof(sql));
		n += stock_number(db, sql);
	}
	assert_true(n_tables > 7);
	return n;
}

static void
all_that_hangs_on_it_is_gone_and_the_records_stay(void **state)
{
	struct made_device other = pc1;
	struct db db = stock_open(*state);
	struct forget_list list;
	int64_t id, kept, n_events;

	id = made_device_put(&db, &pc1);
	other.serial = 2;
	other.read_at = T0 + DAY;
	assert_int_equal(made_device_put(&db, &other), id);
	kept = made_device_put(&db, &pc2);
	assert_true(rows_of(&db, id) > 9);
	n_events = stock_number(&db, "SELECT count(*) FROM event");
	list = forgets(&db, "pc1.example");
	assert_int_equal(list.n, 1);
	assert_int_equal(list.list[0].device_id, id);
	assert_string_equal(list.list[0].uuid, MADE_UUID_A);
	assert_string_equal(list.list[0].name, "pc1.example");
	assert_int_equal(list.list[0].read_at, T0 + DAY);
	assert_true(list.list[0].n_certs > 1);
	assert_int_equal(rows_of(&db, id), 0);
	assert_true(rows_of(&db, kept) > 3);
	/* Two of the other's: no certificate is left that nobody holds. */
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM cert"), 2);
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM cert_der"), 2);
	assert_true(stock_number(&db, "SELECT count(*) FROM archive") > 0);
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM event"), n_events + 1);
	assert_string_equal(stock_text(&db,
				"SELECT new_text FROM event WHERE kind = 'forgotten'"),
	    "pc1.example, by Ann");
	assert_string_equal(stock_text(&db,
				"SELECT old_text FROM event WHERE kind = 'forgotten'"),
	    MADE_UUID_A);
	db_close(&db);
}

static void
its_number_is_given_to_nobody_else(void **state)
{
	struct db db = stock_open(*state);
	int64_t id;

	(void)made_device_put(&db, &pc2);
	id = made_device_put(&db, &pc1);
	(void)forgets(&db, "pc1.example");
	db_close(&db);
	db = stock_open(*state);
	/* Not even to itself, when it comes back. */
	assert_true(made_device_put(&db, &pc1) > id);
	db_close(&db);
}

static void
jobs_that_wait_are_withdrawn_and_not_taken_for_done(void **state)
{
	struct job_counts counts = { 0 };
	struct db db = stock_open(*state);
	struct err err = { 0 };
	struct job job = { 0 };
	struct forget_list list;
	int64_t by_uuid, by_name, others;

	others = asks(&db, "", "pc2.example", "03");
	by_name = asks(&db, "", "pc1.example", "01"); /* before a login showed it */
	(void)made_device_put(&db, &pc1);
	(void)made_device_put(&db, &pc2);
	by_uuid = asks(&db, MADE_UUID_A, "as it was called", "02");
	stock_exec(&db,
	    "UPDATE job SET state = 2, n_attempts = 1, exit_status = 1"
	    " WHERE serial_number = '02'");
	list = forgets(&db, MADE_UUID_A);
	assert_int_equal(list.list[0].n_jobs, 2);
	assert_rc(job_find(&db, by_name, &job, &err), RC_OK, &err);
	assert_int_equal(job.state, JOB_DONE);
	assert_int_equal(job.ended_at, T0);
	assert_has(job.text, "withdrawn: Ann had this device forgotten");
	assert_rc(job_find(&db, by_uuid, &job, &err), RC_OK, &err);
	assert_int_equal(job.state, JOB_DONE);
	assert_int_equal(job.exit_status, -1);
	assert_rc(job_find(&db, others, &job, &err), RC_OK, &err);
	assert_int_equal(job.state, JOB_QUEUED);
	assert_rc(job_count(&db, T0, &counts, &err), RC_OK, &err);
	assert_int_equal(counts.n_open, 1);
	assert_int_equal(counts.n_day, 0);
	assert_int_equal(counts.n_lost, 0);
	/* It comes back: what was withdrawn may be asked for. */
	(void)made_device_put(&db, &pc1);
	assert_true(asks(&db, MADE_UUID_A, "pc1.example", "02") > by_uuid);
	db_close(&db);
}

static void
is_found_by_name_or_uuid_and_forgotten_once(void **state)
{
	const char *const names[] = { "pc2.example",
		"55E3AE13-BFD2-61BB-17A0-88AEDD7037EA", "pc1.example" };
	struct forget_list list = { .n = 0 };
	struct db db = stock_open(*state);
	struct err err = { 0 };

	(void)made_device_put(&db, &pc1);
	(void)made_device_fail(&db, &pc2, RC_TIMEOUT);
	assert_rc(forget_look(&db, names, 3, &list, &err), RC_OK, &err);
	assert_int_equal(list.n, 2);
	assert_string_equal(list.list[0].name, "pc2.example");
	assert_string_equal(list.list[0].uuid, "");
	assert_int_equal(list.list[0].read_at, 0);
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM device"), 2);
	assert_rc(forget_devices(&db, names, 3, "Ann", T0, &list, &err), RC_OK, &err);
	assert_int_equal(list.n, 2);
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM device"), 0);
	db_close(&db);
}

/* A new PC under the name of the one before: which one is gone? */
static void
of_two_of_one_name_the_uuid_tells(void **state)
{
	const struct made_device fresh = { .uuid = MADE_UUID_B, .read_at = T0 + DAY };
	struct db db = stock_open(*state);
	struct forget_list list;
	int64_t nameless;

	(void)made_device_put(&db, &pc2);
	(void)made_device_put(&db, &pc1);
	(void)made_device_put(&db, &fresh);
	refuses(&db, "pc1.example", RC_STATE,
	    "by its UUID: " MADE_UUID_A " (set aside), " MADE_UUID_B);
	nameless = asks(&db, "", "pc1.example", "01");
	stock_exec(&db, "UPDATE job SET device_uuid = ''");
	list = forgets(&db, MADE_UUID_A);
	assert_true(list.list[0].is_set_aside);
	assert_int_equal(list.list[0].read_at, T0);
	assert_int_equal(list.list[0].n_jobs, 0);
	assert_int_equal(stock_number(&db, "SELECT state FROM job"), JOB_QUEUED);
	list = forgets(&db, "pc1.example");
	assert_string_equal(list.list[0].uuid, MADE_UUID_B);
	assert_int_equal(list.list[0].n_jobs, 1);
	assert_int_equal(stock_number(&db, "SELECT max(id) FROM job"), nameless);
	db_close(&db);
}

static void
refuses_what_is_unknown_or_in_the_middle_of_something(void **state)
{
	struct db db = stock_open(*state);

	(void)made_device_put(&db, &pc2);
	(void)made_device_put(&db, &pc1);
	refuses(&db, "pc3.example", RC_NOTFOUND,
	    "pc3.example: no device of the inventory has this name or UUID");
	refuses(&db, "", RC_NOTFOUND, "no device");
	(void)asks(&db, MADE_UUID_A, "pc1.example", "01");
	stock_exec(&db, "UPDATE job SET state = 1");
	refuses(&db, "pc1.example", RC_STATE, "pc1.example: job 1 runs at this moment");
	stock_exec(&db, "UPDATE job SET state = 0");
	/* Whoever may run it, a queue or a person. */
	stock_exec(&db,
	    "INSERT INTO run (device_uuid, remedy, serial_number, started_at,"
	    " old_fingerprint) VALUES ('" MADE_UUID_A "', 'install_amt_root', '', 1,"
	    " zeroblob(32))");
	refuses(&db, "pc1.example", RC_STATE,
	    "a run of install_amt_root is open at this device: run install_amt_root");
	stock_exec(&db, "UPDATE run SET closed_at = 2, outcome = 'done'");
	assert_int_equal(forgets(&db, "pc1.example").n, 1);
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM run"), 1);
	db_close(&db);
}

/* A remedy has logged in, no survey ever did. */
static void
an_open_run_is_known_by_the_certificate_that_it_replaces(void **state)
{
	const struct made_device shown = { .serial = 9 };
	struct db db = stock_open(*state);

	(void)made_device_put(&db, &pc2);
	(void)made_device_put(&db, &shown);
	stock_exec(&db,
	    "INSERT INTO run (device_uuid, remedy, serial_number, started_at,"
	    " old_fingerprint) SELECT '" MADE_UUID_A "', 'renew_amt_tls', '09', 1,"
	    " fingerprint FROM cert WHERE serial_number = '09'");
	refuses(&db, "pc1.example", RC_STATE, "a run of renew_amt_tls is open");
	db_close(&db);
}

static void
more_than_a_hundred_are_too_many(void **state)
{
	const char *names[FORGET_MAX + 1];
	struct forget_list list = { .n = 77 };
	struct db db = stock_open(*state);
	struct err err = { 0 };

	for (size_t i = 0; i < UNIT_COUNT(names); i++)
		names[i] = "pc2.example";
	(void)made_device_put(&db, &pc2);
	assert_rc(forget_devices(&db, names, FORGET_MAX + 1, "Ann", T0, &list, &err),
	    RC_LIMIT, &err);
	assert_int_equal(list.n, 77);
	err = (struct err){ 0 };
	assert_rc(forget_devices(&db, names, FORGET_MAX, "Ann", T0, &list, &err), RC_OK,
	    &err);
	assert_int_equal(list.n, 1);
	db_close(&db);
}

static void
it_is_all_of_them_or_none(void **state)
{
	static const char *const triggers[] = {
		"CREATE TRIGGER boom BEFORE DELETE ON device WHEN old.uuid IS NULL"
		" BEGIN SELECT RAISE(ABORT, 'boom'); END",
		"CREATE TRIGGER boom BEFORE DELETE ON cert"
		" BEGIN SELECT RAISE(ABORT, 'boom'); END",
	};
	const char *const names[] = { "pc1.example", "pc2.example" };
	struct forget_list list = { .n = 77 };
	struct db db = stock_open(*state);

	(void)made_device_put(&db, &pc1);
	(void)made_device_put(&db, &pc2);
	(void)asks(&db, MADE_UUID_A, "pc1.example", "01");
	for (size_t i = 0; i < UNIT_COUNT(triggers); i++) {
		struct err err = { 0 };

		stock_exec(&db, triggers[i]);
		assert_rc(forget_devices(&db, names, 2, "Ann", T0, &list, &err), RC_DB,
		    &err);
		assert_has(err.text, "boom");
		assert_int_equal(list.n, 77);
		assert_int_equal(stock_number(&db, "SELECT count(*) FROM device"), 2);
		assert_int_equal(stock_number(&db, "SELECT state FROM job"), 0);
		stock_exec(&db, "DROP TRIGGER boom");
	}
	db_close(&db);
}

static enum rc
refuse_namesakes(void *ctx)
{
	static const char *const names[] = { "pc1.example" };
	struct forget_list list = { .n = 0 };
	enum rc r = forget_look(ctx, names, 1, &list, NULL);

	return r == RC_STATE ? RC_OK : r;
}

static void
survives_every_failed_allocation(void **state)
{
	const struct made_device fresh = { .uuid = MADE_UUID_B, .read_at = T0 + DAY };
	struct db db = stock_open(*state);

	(void)made_device_put(&db, &pc1);
	(void)made_device_put(&db, &fresh);
	assert_true(torture(refuse_namesakes, &db) > 0);
	db_close(&db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STOCK_TEST(all_that_hangs_on_it_is_gone_and_the_records_stay),
		STOCK_TEST(its_number_is_given_to_nobody_else),
		STOCK_TEST(jobs_that_wait_are_withdrawn_and_not_taken_for_done),
		STOCK_TEST(is_found_by_name_or_uuid_and_forgotten_once),
		STOCK_TEST(of_two_of_one_name_the_uuid_tells),
		STOCK_TEST(refuses_what_is_unknown_or_in_the_middle_of_something),
		STOCK_TEST(an_open_run_is_known_by_the_certificate_that_it_replaces),
		STOCK_TEST(more_than_a_hundred_are_too_many),
		STOCK_TEST(it_is_all_of_them_or_none),
		STOCK_TEST(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
