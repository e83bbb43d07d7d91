/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/inventory/outbox.c: a line is kept once, told in the order of its device, and
 * tried again later and later until somebody has taken it.
 */
#include <stdio.h>

#include "folder.h"
#include "inventory/outbox.h"
#include "unit.h"

enum {
	NOW = 1760000000,
	HOUR_S = 3600,
};

static struct db
open_in(const struct folder *folder)
{
	struct db db = { 0 };
	struct err err = { 0 };

	assert_rc(db_open(folder_file(folder, "inventory.db"), &db, &err), RC_OK, &err);
	for (int i = 1; i <= 4; i++)
		assert_rc(db_exec(&db,
			      "INSERT INTO run (device_uuid, remedy, serial_number,"
			      " started_at, closed_at, outcome, old_fingerprint)"
			      " VALUES ('x', 'renew_amt_tls', '01', 0, 1, 'done',"
			      " zeroblob(32))",
			      &err),
		    RC_OK, &err);
	return db;
}

/* Of "pc1", "pc2"; the line tells the run. */
static void
add(struct db *db, int64_t run_id, const char *name, bool is_undone)
{
	char line[64];
	struct err err = { 0 };
	const struct outbox_note note = { .run_id = run_id,
		.is_undone = is_undone,
		.device_uuid = name,
		.device_name = name,
		.line = line };

	(void)snprintf(line, sizeof(line), "run %lld%s\n", (long long)run_id,
	    is_undone ? " undone" : "");
	assert_rc(outbox_add(db, &note, NOW, &err), RC_OK, &err);
}

/* The next due line of that device, of all for NULL; "" for none. */
static const char *
due(struct db *db, const char *name, int64_t now, struct outbox_entry *entry)
{
	struct err err = { 0 };
	enum rc r = outbox_find_due(db, name, 0, now, entry, &err);

	if (r == RC_NOTFOUND)
		return "";
	assert_rc(r, RC_OK, &err);
	return entry->line;
}

static void
keeps_a_line_once_per_run_and_direction(void **state)
{
	struct db db = open_in(*state);
	struct outbox_counts counts;
	struct outbox_entry entry;
	struct err err = { 0 };
	bool has = true;

	add(&db, 1, "pc1", false);
	add(&db, 1, "pc1", false);
	assert_string_equal(due(&db, NULL, NOW, &entry), "run 1\n");
	assert_rc(outbox_note_taken(&db, entry.id, NOW, &err), RC_OK, &err);
	add(&db, 1, "pc1", false);
	assert_string_equal(due(&db, NULL, NOW, &entry), "");
	assert_rc(outbox_has(&db, 1, false, &has, &err), RC_OK, &err);
	assert_true(has);
	assert_rc(outbox_has(&db, 1, true, &has, &err), RC_OK, &err);
	assert_false(has);
	add(&db, 1, "pc1", true);
	assert_string_equal(due(&db, NULL, NOW, &entry), "run 1 undone\n");
	assert_rc(outbox_count(&db, &counts, &err), RC_OK, &err);
	assert_int_equal(counts.n, 1);
	db_close(&db);
}

static void
refuses_a_line_that_no_pipe_holds_for_sure(void **state)
{
	static char line[OUTBOX_LINE_MAX_BYTES + 2];
	struct db db = open_in(*state);
	const struct outbox_note note = { .run_id = 1,
		.device_uuid = "pc1",
		.device_name = "pc1",
		.line = line };
	struct outbox_entry entry;
	struct err err = { 0 };

	memset(line, 'x', sizeof(line) - 1);
	assert_rc(outbox_add(&db, &note, NOW, &err), RC_LIMIT, &err);
	line[OUTBOX_LINE_MAX_BYTES] = '\0';
	err_clear(&err);
	assert_rc(outbox_add(&db, &note, NOW, &err), RC_OK, &err);
	assert_string_equal(due(&db, NULL, NOW, &entry), line);
	db_close(&db);
}

static void
tells_a_device_in_order_and_does_not_wait_for_others(void **state)
{
	struct db db = open_in(*state);
	struct outbox_entry entry;
	struct err err = { 0 };

	add(&db, 1, "pc1", false);
	add(&db, 2, "pc1", false);
	add(&db, 3, "pc2", false);
	assert_string_equal(due(&db, "pc2", NOW, &entry), "run 3\n");
	assert_string_equal(due(&db, "pc3", NOW, &entry), "");
	assert_string_equal(due(&db, NULL, NOW, &entry), "run 1\n");
	assert_rc(outbox_find_due(&db, NULL, entry.id + 1, NOW, &entry, &err), RC_OK,
	    &err);
	assert_string_equal(entry.line, "run 3\n");
	/* While the first fails, its device's second has to wait. */
	(void)due(&db, "pc1", NOW, &entry);
	assert_rc(outbox_note_failed(&db, &entry, "exit status 1", NOW, &err), RC_OK,
	    &err);
	assert_string_equal(due(&db, "pc1", NOW, &entry), "");
	assert_string_equal(due(&db, NULL, NOW, &entry), "run 3\n");
	assert_string_equal(due(&db, "pc1", NOW + HOUR_S, &entry), "run 1\n");
	assert_rc(outbox_note_taken(&db, entry.id, NOW, &err), RC_OK, &err);
	assert_rc(outbox_read_due(&db, entry.id, NOW, &entry, &err), RC_NOTFOUND, &err);
	assert_string_equal(due(&db, "pc1", NOW, &entry), "run 2\n");
	db_close(&db);
}

static const int64_t waits[] = { 60, 120, 240, 480, 960, 1920, 3600, 3600 };

static void
waits_longer_after_each_failure(void **state)
{
	struct db db = open_in(*state);
	struct outbox_counts counts;
	struct outbox_entry entry;
	struct err err = { 0 };
	int64_t now = NOW;

	add(&db, 1, "pc1", false);
	assert_rc(outbox_count(&db, &counts, &err), RC_OK, &err);
	assert_int_equal(counts.n, 1);
	assert_int_equal(counts.n_failed, 0);
	assert_int_equal(counts.bad.id, 0);
	for (size_t i = 0; i < UNIT_COUNT(waits); i++) {
		assert_string_equal(due(&db, NULL, now, &entry), "run 1\n");
		assert_int_equal(entry.n_failed, i);
		assert_rc(outbox_note_failed(&db, &entry, "said\x1b[1m|\nno", now,
			      &err),
		    RC_OK, &err);
		assert_int_equal(entry.not_before, now + waits[i]);
		assert_string_equal(due(&db, NULL, now + waits[i] - 1, &entry), "");
		now += waits[i];
	}
	/* Nor for longer by a clock that was ahead. */
	assert_string_equal(due(&db, NULL, now - HOUR_S, &entry), "");
	assert_string_equal(due(&db, NULL, now - HOUR_S - 1, &entry), "run 1\n");
	assert_rc(outbox_count(&db, &counts, &err), RC_OK, &err);
	assert_int_equal(counts.n_failed, 1);
	assert_int_equal(counts.since, NOW);
	assert_int_equal(counts.bad.n_failed, UNIT_COUNT(waits));
	assert_has(counts.bad.text, "said\\x1b[1m|");
	assert_null(strpbrk(counts.bad.text, "\x1b\n"));
	db_close(&db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keeps_a_line_once_per_run_and_direction,
		    folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(
		    refuses_a_line_that_no_pipe_holds_for_sure, folder_setup,
		    folder_teardown),
		cmocka_unit_test_setup_teardown(
		    tells_a_device_in_order_and_does_not_wait_for_others, folder_setup,
		    folder_teardown),
		cmocka_unit_test_setup_teardown(waits_longer_after_each_failure,
		    folder_setup, folder_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
