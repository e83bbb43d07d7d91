/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/inventory/job_count.c: what of the queue is open, ready, done and lost, and who
 * was forgotten.
 */
#include <stdio.h>

#include "folder.h"
#include "inventory/job_count.h"
#include "torture.h"
#include "unit.h"

enum {
	NOW = 1760000000,
	DAY_S = 86400,
};

static struct db
open_in(const struct folder *folder)
{
	struct db db = { 0 };
	struct err err = { 0 };

	assert_rc(db_open(folder_file(folder, "inventory.db"), &db, &err), RC_OK, &err);
	return db;
}

static void
adds(struct db *db, int64_t id, enum job_state state, int64_t not_before,
    int64_t ended_at)
{
	const struct db_value values[] = { db_int(id), db_int(state),
		db_int(not_before), db_int(ended_at) };
	struct err err = { 0 };

	assert_rc(db_run(db,
		      "INSERT INTO job (id, device_uuid, device_name, remedy,"
		      " serial_number, reason, actor, ca, is_forced, due_at, ends_at,"
		      " state, not_before, created_at, ended_at) VALUES (?1, '',"
		      " printf('pc%d', ?1), 'renew_amt_tls', '', 'due', 'test', '', 0,"
		      " 0, 0, ?2, ?3, ?3, ?4)",
		      values, UNIT_COUNT(values), &err),
	    RC_OK, &err);
}

static struct job_counts
counts(struct db *db)
{
	struct job_counts counts = { .n_open = -1 };
	struct err err = { 0 };

	assert_rc(job_count(db, NOW, &counts, &err), RC_OK, &err);
	return counts;
}

static void
counts_nothing_in_an_empty_queue(void **state)
{
	const struct job_counts none = { 0 };
	struct db db = open_in(*state);
	struct job_counts got = counts(&db);

	assert_memory_equal(&got, &none, sizeof(none));
	db_close(&db);
}

static void
tells_jobs_apart(void **state)
{
	struct db db = open_in(*state);
	struct err err = { 0 };
	struct job_counts got;

	adds(&db, 1, JOB_QUEUED, NOW, 0);
	adds(&db, 2, JOB_QUEUED, NOW - 50, 0);
	adds(&db, 3, JOB_QUEUED, NOW + 1, 0);
	adds(&db, 4, JOB_FAILED, NOW + 70, 0);
	adds(&db, 5, JOB_FAILED, NOW - 40, 0);
	adds(&db, 6, JOB_RUNNING, NOW - 900, 0);
	adds(&db, 7, JOB_DONE, NOW - 900, NOW - DAY_S + 1);
	adds(&db, 8, JOB_DONE, NOW - 900, NOW - DAY_S);
	adds(&db, 9, JOB_REFUSED, NOW - 900, NOW);
	adds(&db, 10, JOB_GIVEN_UP, NOW - 900, NOW);
	adds(&db, 11, JOB_GIVEN_UP, NOW - 900, NOW - DAY_S);
	assert_rc(db_exec(&db,
		      "INSERT INTO job_attempt (job_id, number, ca, started_at) VALUES"
		      " (1, 1, '', 1760000000), (1, 2, '', 1759996401),"
		      " (1, 3, '', 1759996400), (1, 4, '', 1760000001)",
		      &err),
	    RC_OK, &err);
	got = counts(&db);
	assert_int_equal(got.n_open, 6);
	assert_int_equal(got.n_running, 1);
	assert_int_equal(got.n_failed, 2);
	assert_int_equal(got.n_ready, 3);
	assert_int_equal(got.ready_since, NOW - 50);
	assert_int_equal(got.next_at, NOW + 1);
	assert_int_equal(got.n_hour, 2);
	assert_int_equal(got.n_day, 1);
	assert_int_equal(got.n_lost, 2);
	db_close(&db);
}

/* A device with one TLS certificate that is due. */
static void
adds_device(struct db *db, int64_t id, const char *uuid, int64_t due_at)
{
	const struct db_value values[] = { db_int(id), db_text(uuid), db_int(due_at) };
	static const char *const statements[] = {
		"INSERT INTO device (id, uuid, name, device_group, address, port,"
		" first_seen, named_at) VALUES (?1, iif(?2 = '', NULL, ?2),"
		" printf('dev%d', ?1), '', '', 1, ?3, ?3)",
		"INSERT INTO standing (device_id, ok_at, due_at, warning_at, is_unknown)"
		" VALUES (?1, 1, ?3, ?3, ?2 IS NULL)",
		"INSERT INTO cert (id, fingerprint, spki_sha256, subject, issuer,"
		" serial_number, not_before, not_after, names, key_kind, key_bits,"
		" key_group, signature_digest, is_ca) VALUES (?1, randomblob(32),"
		" zeroblob(32), '', '', '0a', ?3, 9999999999, ?2, 1, 2048, '', '', 0)",
		"INSERT INTO slot (device_id, number, role, cert_id, sources,"
		" instance_id, since, not_before, not_after, fixed_state, fixed_reason,"
		" valid_from, due_at, warning_at, critical_at, window_s) VALUES (?1, 1, 1,"
		" ?1, 1, '', 1, 0, 9999999999, 0, 'valid', 0, ?3, ?3, 9999999999,"
		" ?2 IS NOT NULL)",
	};

	for (size_t i = 0; i < UNIT_COUNT(statements); i++) {
		struct err err = { 0 };

		assert_rc(db_run(db, statements[i], values, UNIT_COUNT(values), &err),
		    RC_OK, &err);
	}
}

static enum rc
note(void *ctx, const struct job_forgotten *forgotten, struct err *err)
{
	char *list = ctx;
	size_t len = strlen(list);

	(void)err;
	(void)snprintf(list + len, 64 - len, "%s:%d ", forgotten->name,
	    (int)(NOW - forgotten->due_at));
	return RC_OK;
}

static void
finds_whom_nobody_asked_for(void **state)
{
	struct db db = open_in(*state);
	struct err err = { 0 };
	char list[64] = "";

	adds_device(&db, 1, "", NOW - 500);   /* nobody asked */
	adds_device(&db, 2, "", NOW - 900);   /* the same, and longer */
	adds_device(&db, 3, "", NOW - 99);    /* not long enough */
	adds_device(&db, 4, "", NOW + DAY_S); /* not due */
	adds_device(&db, 5, "", NOW - 500);   /* asked for by name */
	adds_device(&db, 6, "55e3ae13-bfd2-61bb-17a0-000000000006", NOW - 500);
	adds_device(&db, 7, "", NOW - 500); /* only before it was due */
	adds_device(&db, 8, "", NOW - 500); /* that job is still open */
	adds_device(&db, 9, "", NOW - 500); /* 802.1X of a person */
	assert_rc(
	    db_exec(&db,
		"INSERT INTO job (device_uuid, device_name, remedy,"
		" serial_number, reason, actor, ca, is_forced, due_at, ends_at,"
		" state, not_before, created_at) SELECT '', name, 'x', '', 'due',"
		" 'test', '', 0, 0, 0, iif(id = 8, 0, 3), 0,"
		" iif(id > 6, 1759999000, 1759999900) FROM device"
		" WHERE id IN (5, 7, 8);"
		"INSERT INTO job (device_uuid, device_name, remedy,"
		" serial_number, reason, actor, ca, is_forced, due_at, ends_at,"
		" state, not_before, created_at) VALUES"
		" ('55e3ae13-bfd2-61bb-17a0-000000000006', 'its old name', 'x', '',"
		" 'due', 'test', '', 0, 0, 0, 3, 0, 1759999900);"
		"UPDATE slot SET role = 5 WHERE device_id = 9",
		&err),
	    RC_OK, &err);
	assert_rc(job_each_forgotten(&db, NOW - 100, NOW, note, list, &err), RC_OK,
	    &err);
	assert_string_equal(list, "dev2:900 dev1:500 dev7:500 ");
	db_close(&db);
}

static enum rc
count_once(void *ctx)
{
	struct job_counts got;
	struct err err = { 0 };
	struct db db = { 0 };
	char list[64] = "";
	enum rc r = db_open(folder_file(ctx, "inventory.db"), &db, &err);

	if (r == RC_OK)
		r = job_count(&db, NOW, &got, &err);
	if (r == RC_OK)
		r = job_each_forgotten(&db, NOW, NOW, note, list, &err);
	db_close(&db);
	return r;
}

static void
survives_every_lack_of_memory(void **state)
{
	struct db db = open_in(*state);

	adds_device(&db, 1, "", NOW - 500);
	db_close(&db);
	torture(count_once, *state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(counts_nothing_in_an_empty_queue),
		TEST(tells_jobs_apart),
		TEST(finds_whom_nobody_asked_for),
		TEST(survives_every_lack_of_memory),
	};

	return cmocka_run_group_tests_name("job_count", tests, NULL, NULL);
}
