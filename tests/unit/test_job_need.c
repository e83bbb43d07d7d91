/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/inventory/job_need.c: what an alert has queued, by what the inventory knows of
 * the device.
 */
#include <stdio.h>

#include "inventory/job_need.h"
#include "made_device.h"
#include "stock.h"
#include "unit.h"

#define DAY MAKE_DAY
#define END (MAKE_NB + 365 * DAY)

/* The words, lent until the next call. */
static const char *
wishes(struct db *db, const struct job_wish *wish, int64_t now)
{
	static char words[256];
	struct err err = { 0 };
	struct buf out;

	buf_init(&out, sizeof(words) - 1);
	assert_rc(job_need_enqueue(db, wish, now, &out, &err), RC_OK, &err);
	assert_true(out.len > 0);
	memcpy(words, out.data, out.len + 1);
	buf_clear(&out);
	return words;
}

static const struct job_wish any = { .device_name = "pc1.example", .actor = "unit" };

static void
queues_what_the_reading_calls_for(void **state)
{
	const struct made_device device = { .uuid = MADE_UUID_A, .serial = 0x1ab };
	struct db db = stock_open(*state);

	(void)made_device_put(&db, &device);
	assert_has(wishes(&db, &any, END - 100 * DAY),
	    "not queued: by its last reading");
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM job"), 0);
	assert_string_equal(wishes(&db, &any, END - 41 * DAY),
	    "queued: renew_amt_tls, due, job 1");
	assert_string_equal(stock_text(&db, "SELECT device_uuid FROM job"),
	    MADE_UUID_A);
	assert_string_equal(stock_text(&db, "SELECT serial_number FROM job"), "01ab");
	assert_string_equal(stock_text(&db, "SELECT ca FROM job"), "local");
	assert_int_equal(stock_number(&db, "SELECT due_at FROM job"), END - 42 * DAY);
	assert_int_equal(stock_number(&db, "SELECT ends_at FROM job"), END);
	assert_int_equal(stock_number(&db, "SELECT not_before FROM job"),
	    END - 41 * DAY);
	assert_string_equal(wishes(&db, &any, END - DAY),
	    "queued already: renew_amt_tls, floor, job 1");
	assert_string_equal(wishes(&db, &any, END + 1),
	    "queued already: reprovision_amt_tls, expired, job 1");
	stock_exec(&db, "UPDATE job SET state = 3, ended_at = 4000000000");
	assert_has(wishes(&db, &any, END + 2), "done a moment ago: ");
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM job"), 1);
	db_close(&db);
}

static void
the_uuid_goes_before_the_name(void **state)
{
	const struct made_device device = { .uuid = MADE_UUID_A };
	struct job_wish wish = any;
	struct db db = stock_open(*state);

	(void)made_device_put(&db, &device);
	wish.device_name = "called otherwise";
	assert_has(wishes(&db, &wish, END - DAY), "no reading of it");
	wish.device_uuid = MADE_UUID_A;
	assert_has(wishes(&db, &wish, END - DAY), "queued: renew_amt_tls");
	assert_string_equal(stock_text(&db, "SELECT device_name FROM job"),
	    "pc1.example");
	wish.device_uuid = MADE_UUID_B;
	wish.device_name = "pc1.example";
	assert_has(wishes(&db, &wish, END - DAY), "queued already: ");
	db_close(&db);
}

static void
a_wanted_remedy_is_that_or_none(void **state)
{
	const struct made_device device = { .serial = 7 };
	struct job_wish wish = any;
	struct db db = stock_open(*state);

	wish.wanted = REMEDY_RENEW_TLS;
	assert_string_equal(wishes(&db, &wish, END - DAY),
	    "queued: renew_amt_tls, alert, job 1");
	assert_string_equal(stock_text(&db, "SELECT serial_number FROM job"), "");
	stock_exec(&db, "DELETE FROM job");
	(void)made_device_put(&db, &device);
	assert_has(wishes(&db, &wish, END - 100 * DAY), "it needs nothing");
	assert_has(wishes(&db, &wish, END - DAY), "queued: renew_amt_tls, floor");
	wish.wanted = REMEDY_SYNC_CLOCK;
	assert_has(wishes(&db, &wish, END - DAY), "not queued: run renew_amt_tls");
	db_close(&db);
}

/* That of remedy, open at MADE_UUID_A. */
static void
open_run(struct db *db, const char *remedy, const char *serial_number)
{
	char sql[256];

	stock_exec(db, "DELETE FROM job");
	stock_exec(db, "DELETE FROM run");
	assert_true(
	    snprintf(sql, sizeof(sql),
		"INSERT INTO run (device_uuid, remedy, serial_number, started_at,"
		" old_fingerprint) VALUES ('" MADE_UUID_A "', '%s', '%s', 1,"
		" zeroblob(32))",
		remedy, serial_number) < (int)sizeof(sql));
	stock_exec(db, sql);
}

/* A device that was off from the middle of its renewal until its certificate ended:
 * any other remedy would be refused for ever. */
static void
what_was_begun_goes_on_first(void **state)
{
	const struct made_device device = { .uuid = MADE_UUID_A, .serial = 0x1ab };
	struct job_wish wish = any;
	struct db db = stock_open(*state);

	(void)made_device_put(&db, &device);
	open_run(&db, "renew_amt_tls", "01ab");
	assert_string_equal(wishes(&db, &any, END + 1),
	    "queued: renew_amt_tls, expired, job 1");
	/* As for a job that was queued for the other remedy. */
	stock_exec(&db, "UPDATE job SET remedy = 'reprovision_amt_tls', state = 2");
	assert_string_equal(wishes(&db, &any, END + 1),
	    "queued already: renew_amt_tls, expired, job 1");
	/* That of another certificate, by another remedy. */
	open_run(&db, "renew_amt_8021x", "0c");
	assert_has(wishes(&db, &any, END - DAY),
	    "queued: renew_amt_8021x, unfinished, job ");
	assert_string_equal(stock_text(&db, "SELECT serial_number FROM job"), "0c");
	/* The same remedy takes it up by itself, whatever it was begun with. */
	open_run(&db, "renew_amt_tls", "0c");
	assert_has(wishes(&db, &any, END - DAY), "queued: renew_amt_tls, floor, job ");
	assert_string_equal(stock_text(&db, "SELECT serial_number FROM job"), "01ab");
	/* No queue runs what a person has to say more about, nor what was not asked
	 * for. */
	open_run(&db, "install_amt_root", "");
	assert_has(wishes(&db, &any, END - DAY), "queued: renew_amt_tls, floor, job ");
	open_run(&db, "renew_amt_8021x", "0c");
	wish.wanted = REMEDY_RENEW_TLS;
	assert_has(wishes(&db, &wish, END - DAY), "queued: renew_amt_tls, floor, job ");
	db_close(&db);
}

/* One that no login has shown is known by what it presents. */
static void
what_was_begun_is_found_without_a_uuid(void **state)
{
	const struct made_device device = { .uuid = MADE_UUID_A, .serial = 0x1ab };
	struct db db = stock_open(*state);

	(void)made_device_put(&db, &device);
	stock_exec(&db, "UPDATE device SET uuid = NULL");
	open_run(&db, "renew_amt_tls", "01ab");
	assert_has(wishes(&db, &any, END + 1), "queued: reprovision_amt_tls, ");
	stock_exec(&db,
	    "UPDATE run SET old_fingerprint = (SELECT fingerprint FROM cert"
	    " WHERE serial_number = '01ab')");
	assert_has(wishes(&db, &any, END + 1), "queued already: renew_amt_tls, ");
	open_run(&db, "renew_amt_tls", "0c");
	stock_exec(&db,
	    "UPDATE run SET new_spki = x'00', new_spki_sha256 = (SELECT spki_sha256"
	    " FROM cert WHERE serial_number = '01ab')");
	assert_has(wishes(&db, &any, END + 1),
	    "queued: renew_amt_tls, unfinished, job ");
	open_run(&db, "renew_amt_8021x", "0c");
	stock_exec(&db, "UPDATE run SET closed_at = 2, outcome = 'done'");
	assert_has(wishes(&db, &any, END - DAY), "queued: renew_amt_tls, floor, job ");
	db_close(&db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STOCK_TEST(queues_what_the_reading_calls_for),
		STOCK_TEST(the_uuid_goes_before_the_name),
		STOCK_TEST(a_wanted_remedy_is_that_or_none),
		STOCK_TEST(what_was_begun_goes_on_first),
		STOCK_TEST(what_was_begun_is_found_without_a_uuid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
