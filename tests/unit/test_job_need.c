/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/inventory/job_need.c: what an alert has queued, by what the inventory knows of
 * the device.
 */
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STOCK_TEST(queues_what_the_reading_calls_for),
		STOCK_TEST(the_uuid_goes_before_the_name),
		STOCK_TEST(a_wanted_remedy_is_that_or_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
