/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/inventory/scan_log.c: when the fleet was read last, and whether it is now.
 */
#include "inventory/scan_log.h"
#include "stock.h"
#include "unit.h"

#define NOW INT64_C(1767225600)

static void
before_the_first_there_is_none(void **state)
{
	struct scan_record got = { .id = -1 };
	struct db db = stock_open(*state);
	struct err err = { 0 };

	assert_rc(scan_log_last_finished(&db, &got, &err), RC_NOTFOUND, &err);
	assert_int_equal(got.id, -1);
	db_close(&db);
}

static void
put(struct db *db, struct scan_record *record)
{
	struct err err = { 0 };

	assert_rc(scan_log_begin(db, record, &err), RC_OK, &err);
	assert_rc(scan_log_update(db, record, &err), RC_OK, &err);
}

static void
tells_the_last_complete_pass_and_the_one_that_runs(void **state)
{
	struct scan_record first = { .started_at = NOW,
		.finished_at = NOW + 50,
		.n_targets = 10,
		.n_ok = 7,
		.n_failed = 2,
		.n_skipped = 1 };
	struct scan_record second = { .is_store = true,
		.started_at = NOW + 100,
		.n_targets = 20,
		.n_ok = 3 };
	struct scan_record got = { .id = -1 };
	struct db db = stock_open(*state);
	struct err err = { 0 };

	put(&db, &first);
	put(&db, &second);
	assert_rc(scan_log_last_finished(&db, &got, &err), RC_OK, &err);
	assert_int_equal(got.id, first.id);
	assert_false(got.is_store);
	assert_int_equal(got.finished_at, NOW + 50);
	assert_int_equal(got.n_targets, 10);
	assert_int_equal(got.n_ok, 7);
	assert_int_equal(got.n_failed, 2);
	assert_int_equal(got.n_skipped, 1);
	assert_string_equal(stock_text(&db,
				"SELECT id || ' ' || depth || ' ' || n_ok FROM scan"
				" WHERE finished_at IS NULL"),
	    "2 store 3");
	db_close(&db);
}

static void
old_passes_are_forgotten_but_not_the_last_complete_one(void **state)
{
	struct scan_record done = { .started_at = NOW, .finished_at = NOW + 1 };
	struct scan_record got = { .id = -1 };
	struct db db = stock_open(*state);
	struct err err = { 0 };

	assert_rc(db_relax(&db, &err), RC_OK, &err);
	put(&db, &done);
	for (int i = 0; i < 1200; i++) {
		struct scan_record killed = { .started_at = NOW + i };

		assert_rc(scan_log_begin(&db, &killed, &err), RC_OK, &err);
	}
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM scan"), 1001);
	assert_rc(scan_log_last_finished(&db, &got, &err), RC_OK, &err);
	assert_int_equal(got.id, done.id);
	db_close(&db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STOCK_TEST(before_the_first_there_is_none),
		STOCK_TEST(tells_the_last_complete_pass_and_the_one_that_runs),
		STOCK_TEST(old_passes_are_forgotten_but_not_the_last_complete_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
