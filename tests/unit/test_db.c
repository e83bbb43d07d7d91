/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/inventory/db.c, db_open.c, schema.c: which files are made, taken up or
 * refused, and that a refused one stays as it is.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "folder.h"
#include "inventory/db.h"
#include "torture.h"
#include "unit.h"

enum {
	FILE_MAX_BYTES = 1024 * 1024,
	HEADER_APPLICATION_ID = 68, /* sqlite.org/fileformat2.html 1.3 */
	HEADER_USER_VERSION = 60,
	N_RACERS = 6,
};

static int64_t
number(struct db *db, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	struct err err = { 0 };
	bool is_row = false;
	int64_t value;

	assert_rc(db_query(db, sql, NULL, 0, &stmt, &err), RC_OK, &err);
	assert_rc(db_next(db, stmt, &is_row, &err), RC_OK, &err);
	assert_true(is_row);
	value = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return value;
}

static void
add_run(struct db *db, const char *uuid)
{
	const struct db_value values[] = { db_text(uuid), db_text("test"),
		db_text("01"), db_int(1),
		db_blob("0123456789abcdef0123456789abcdef", 32) };
	struct err err = { 0 };

	assert_rc(db_run(db,
		      "INSERT INTO run (device_uuid, remedy, serial_number, started_at,"
		      " old_fingerprint) VALUES (?, ?, ?, ?, ?)",
		      values, UNIT_COUNT(values), &err),
	    RC_OK, &err);
}

static struct db
open_ok(const char *path)
{
	struct db db = { 0 };
	struct err err = { 0 };

	assert_rc(db_open(path, &db, &err), RC_OK, &err);
	return db;
}

static void
makes_a_file_that_only_we_can_read(void **state)
{
	const struct folder *folder = *state;
	const char *path = folder_file(folder, "inventory.db");
	mode_t mask = umask(0);
	struct stat st;
	struct db db = open_ok(path);

	umask(mask);
	assert_int_equal(number(&db, "PRAGMA application_id"), DB_APPLICATION_ID);
	assert_int_equal(number(&db, "PRAGMA user_version"), DB_SCHEMA_VERSION);
	assert_int_equal(number(&db, "PRAGMA synchronous"), 2); /* FULL */
	assert_int_equal(number(&db, "PRAGMA foreign_keys"), 1);
	assert_int_equal(number(&db,
			     "SELECT journal_mode = 'wal' FROM pragma_journal_mode"),
	    1);
	add_run(&db, "a");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(folder_file(folder, "inventory.db-wal"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(folder_count(folder), 3); /* itself, -wal, -shm */
	db_close(&db);
	assert_null(db.sqlite);
	db_close(&db);
}

static void
keeps_what_was_written(void **state)
{
	const struct folder *folder = *state;
	const char *path = folder_file(folder, "of % ? # all kinds.db");
	struct db db = open_ok(path);

	add_run(&db, "a");
	db_close(&db);
	db = open_ok(path);
	assert_int_equal(number(&db, "SELECT count(*) FROM run"), 1);
	assert_int_equal(number(&db,
			     "SELECT count(*) FROM pragma_integrity_check"
			     " WHERE integrity_check <> 'ok'"),
	    0);
	db_close(&db);
}

static void
a_missing_folder_is_a_system_error(void **state)
{
	struct db db = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_rc(db_open("/nonexistent/x.db", &db, &err), RC_SYSTEM, &err);
	assert_has(err.text, "/nonexistent/x.db: cannot create");
	assert_null(db.sqlite);
}

/* A database with these header values, made without our code. */
static void
put_database(const char *path, const char *sql)
{
	sqlite3 *sqlite = NULL;

	assert_int_equal(sqlite3_open(path, &sqlite), SQLITE_OK);
	assert_int_equal(sqlite3_exec(sqlite, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(sqlite), SQLITE_OK);
}

static void
put_empty(const char *path)
{
	folder_put(path, "", 0);
}

static void
put_text(const char *path)
{
	folder_put(path, "device,not_after\npc01,2026-01-01\n", 33);
}

static void
put_other_program(const char *path)
{
	put_database(path, "CREATE TABLE t (a); PRAGMA application_id = 252006673");
}

static void
put_no_program(const char *path)
{
	put_database(path, "PRAGMA journal_mode = WAL; CREATE TABLE t (a)");
}

static void
put_newer(const char *path)
{
	put_database(path,
	    "CREATE TABLE t (a); PRAGMA application_id = 0x616d7463;"
	    "PRAGMA user_version = 99");
}

static void
put_versionless(const char *path)
{
	put_database(path, "CREATE TABLE t (a); PRAGMA application_id = 0x616d7463");
}

static void
put_ours(const char *path)
{
	struct db db = open_ok(path);

	add_run(&db, "a");
	db_close(&db);
}

static void
put_truncated(const char *path)
{
	put_ours(path);
	assert_int_equal(truncate(path, 4096 + 100), 0);
}

static void
put_broken_schema(const char *path)
{
	uint8_t bytes[FILE_MAX_BYTES];
	size_t len;

	put_ours(path);
	len = folder_get(path, bytes, sizeof(bytes));
	assert_true(len > 4096);
	memset(bytes + 100, 0xa5, 3900);
	folder_put(path, bytes, len);
}

static void
put_garbage(const char *path)
{
	uint8_t bytes[8192];

	memset(bytes, 0xa5, sizeof(bytes));
	folder_put(path, bytes, sizeof(bytes));
}

struct refused {
	void (*put)(const char *path);
	const char *words;
};

static const struct refused refused[] = {
	{ put_empty, "an empty file, not an amtcert inventory" },
	{ put_text, "file is not a database" },
	{ put_garbage, "file is not a database" },
	{ put_other_program, "not an amtcert inventory but another database" },
	{ put_no_program, "not an amtcert inventory but another database" },
	{ put_newer, "schema version 99 is newer than" },
	{ put_versionless, "schema version 0 does not exist" },
	{ put_truncated, "malformed" },
	{ put_broken_schema, "malformed" },
};

static void
expect_refusal(const char *path, const struct refused *row, bool for_writing)
{
	struct db db = { 0 };
	struct err err = { 0 };

	assert_rc(for_writing ? db_open(path, &db, &err)
			      : db_open_read_only(path, &db, &err),
	    RC_DB, &err);
	assert_has(err.text, row->words);
	assert_has(err.text, path);
	assert_null(db.sqlite);
}

static void
leaves_a_file_that_it_refuses_as_it_is(void **state)
{
	const struct folder *folder = *state;
	static uint8_t before[FILE_MAX_BYTES];
	static uint8_t after[FILE_MAX_BYTES];

	for (size_t i = 0; i < UNIT_COUNT(refused); i++) {
		const char *path = folder_file(folder, "x.db");
		size_t len;

		refused[i].put(path);
		len = folder_get(path, before, sizeof(before));
		expect_refusal(path, &refused[i], true);
		expect_refusal(path, &refused[i], false);
		assert_int_equal(folder_get(path, after, sizeof(after)), len);
		assert_memory_equal(before, after, len);
		assert_int_equal(unlink(path), 0);
		(void)unlink(folder_file(folder, "x.db-wal"));
		(void)unlink(folder_file(folder, "x.db-shm"));
	}
	assert_int_equal(folder_count(folder), 0);
}

static void
refuses_a_folder(void **state)
{
	const struct folder *folder = *state;
	struct db db = { 0 };
	struct err err = { 0 };

	assert_rc(db_open(folder->path, &db, &err), RC_DB, &err);
	assert_has(err.text, "not a regular file");
}

/* The version stands in the log only: the main file still says 1. */
static void
sees_a_newer_schema_in_the_log_and_leaves_both(void **state)
{
	const struct folder *folder = *state;
	const char *path = folder_file(folder, "x.db");
	struct err err = { 0 };
	struct db db = open_ok(path);
	uint8_t header[100];
	struct stat st;

	assert_int_equal(sqlite3_db_config(db.sqlite, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE,
			     1, NULL),
	    SQLITE_OK);
	assert_rc(db_exec(&db, "PRAGMA user_version = 99", &err), RC_OK, &err);
	db_close(&db);
	assert_rc(db_open(path, &db, &err), RC_DB, &err);
	assert_has(err.text, "schema version 99 is newer");
	assert_int_equal(folder_get(path, header, sizeof(header)), sizeof(header));
	assert_int_equal(header[HEADER_USER_VERSION + 3], DB_SCHEMA_VERSION);
	assert_int_equal(header[HEADER_APPLICATION_ID], 'a');
	assert_int_equal(stat(folder_file(folder, "x.db-wal"), &st), 0);
	assert_true(st.st_size > 0);
}

static void
a_broken_page_is_reported_and_not_overwritten(void **state)
{
	const struct folder *folder = *state;
	const char *path = folder_file(folder, "x.db");
	static uint8_t bytes[FILE_MAX_BYTES];
	static uint8_t after[FILE_MAX_BYTES];
	struct err err = { 0 };
	struct db db = open_ok(path);
	int64_t page;
	size_t len;

	page = number(&db, "SELECT rootpage FROM sqlite_schema WHERE name = 'run'");
	db_close(&db);
	len = folder_get(path, bytes, sizeof(bytes));
	memset(bytes + (page - 1) * 4096, 0x5a, 4096);
	folder_put(path, bytes, len);
	db = open_ok(path);
	assert_rc(db_exec(&db, "UPDATE run SET step_done = 1", &err), RC_DB, &err);
	assert_has(err.text, "malformed; it is left as it is");
	db_close(&db);
	assert_int_equal(folder_get(path, after, sizeof(after)), len);
	assert_memory_equal(bytes, after, len);
}

static void
a_reader_creates_nothing_and_writes_nothing(void **state)
{
	const struct folder *folder = *state;
	const char *path = folder_file(folder, "x.db");
	struct db reader = { 0 };
	struct err err = { 0 };
	struct db db;

	assert_rc(db_open_read_only(path, &reader, &err), RC_NOTFOUND, &err);
	assert_has(err.text, "no such file");
	assert_int_equal(folder_count(folder), 0);
	err_clear(&err);
	db = open_ok(path);
	assert_rc(db_open_read_only(path, &reader, &err), RC_OK, &err);
	assert_true(reader.read_only);
	add_run(&db, "a");
	assert_int_equal(number(&reader, "SELECT count(*) FROM run"), 1);
	assert_rc(db_exec(&reader, "DELETE FROM run", &err), RC_DB, &err);
	assert_has(err.text, "readonly");
	db_close(&db);
	db_close(&reader);
}

static int
read_one(void *ctx)
{
	struct db db = { 0 };
	int64_t n;

	if (db_open_read_only(ctx, &db, NULL) != RC_OK)
		return 1;
	n = number(&db, "SELECT count(*) FROM run");
	db_close(&db);
	return n == 1 ? 0 : 2;
}

static int
write_refused(void *ctx)
{
	struct db db = { 0 };
	struct err err = { 0 };

	if (db_open(ctx, &db, &err) != RC_DB)
		return 1;
	return strstr(err.text, "cannot be written, it is read-only") != NULL ? 0 : 2;
}

static void
one_who_may_only_read_does_that(void **state)
{
	const struct folder *folder = *state;
	const char *names[] = { "x.db", "x.db-wal", "x.db-shm" };
	char path[128];

	memcpy(path, folder_file(folder, "x.db"), sizeof(path));
	put_ours(path);
	for (size_t i = 0; i < UNIT_COUNT(names); i++)
		assert_int_equal(chmod(folder_file(folder, names[i]), 0444), 0);
	assert_int_equal(chmod(folder->path, 0555), 0);
	assert_int_equal(folder_run_child(folder, 1, read_one, path), 0);
	assert_int_equal(folder_run_child(folder, 1, write_refused, path), 0);
	assert_int_equal(chmod(folder->path, 0700), 0);
}

static int
open_and_add(void *ctx)
{
	struct db db = { 0 };
	char uuid[16];

	if (db_open(ctx, &db, NULL) != RC_OK)
		return 1;
	if (snprintf(uuid, sizeof(uuid), "%d", (int)getpid()) < 1)
		return 2;
	add_run(&db, uuid);
	db_close(&db);
	return 0;
}

struct race {
	const struct folder *folder;
	char path[128];
};

static int
race(void *ctx)
{
	struct race *all = ctx;
	int bad = 0;
	pid_t pids[N_RACERS];

	for (size_t i = 0; i < N_RACERS; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(open_and_add(all->path));
	}
	for (size_t i = 0; i < N_RACERS; i++) {
		int status = 0;

		bad |= waitpid(pids[i], &status, 0) != pids[i] || status != 0;
	}
	return bad;
}

static void
many_may_create_it_at_the_same_time(void **state)
{
	struct race all = { .folder = *state };
	struct db db;

	memcpy(all.path, folder_file(all.folder, "x.db"), sizeof(all.path));
	assert_int_equal(folder_run_child(all.folder, 0, race, &all), 0);
	db = open_ok(all.path);
	assert_int_equal(number(&db, "SELECT count(*) FROM run"), N_RACERS);
	db_close(&db);
	assert_int_equal(folder_count(all.folder), 3);
}

static int
add_and_die(void *ctx)
{
	struct db db = { 0 };

	if (db_open(ctx, &db, NULL) != RC_OK)
		return 1;
	add_run(&db, "a");
	if (db_begin(&db, NULL) != RC_OK)
		return 2;
	add_run(&db, "b");
	return kill(getpid(), SIGKILL);
}

static void
a_killed_writer_loses_only_what_it_had_not_committed(void **state)
{
	const struct folder *folder = *state;
	char path[128];
	struct db db;

	memcpy(path, folder_file(folder, "x.db"), sizeof(path));
	assert_int_equal(folder_run_child(folder, 0, add_and_die, path), -1);
	db = open_ok(path);
	assert_int_equal(number(&db, "SELECT count(*) FROM run"), 1);
	db_close(&db);
}

static void
a_second_writer_is_told_that_there_is_one(void **state)
{
	const struct folder *folder = *state;
	const char *path = folder_file(folder, "x.db");
	struct err err = { 0 };
	struct db first = open_ok(path);
	struct db second = open_ok(path);

	sqlite3_busy_timeout(second.sqlite, 1);
	assert_rc(db_begin(&first, &err), RC_OK, &err);
	assert_rc(db_begin(&second, &err), RC_LOCKED, &err);
	assert_has(err.text, "another program is writing");
	db_rollback(&second);
	db_rollback(&first);
	err_clear(&err);
	assert_rc(db_begin(&second, &err), RC_OK, &err);
	assert_rc(db_commit(&second, &err), RC_OK, &err);
	db_close(&second);
	db_close(&first);
}

static const char *const to_1[] = { "CREATE TABLE a (x INTEGER) STRICT",
	"INSERT INTO a VALUES (1)" };
static const char *const to_2[] = {
	"ALTER TABLE a ADD COLUMN y INTEGER; UPDATE a SET y = x + 1"
};
static const char *const to_3[] = { "CREATE TABLE b (z INTEGER) STRICT",
	"INSERT INTO nowhere VALUES (1)" };

static const struct migration steps[] = { { to_1, UNIT_COUNT(to_1) },
	{ to_2, UNIT_COUNT(to_2) }, { to_3, UNIT_COUNT(to_3) } };

static struct schema
schema_of(size_t n)
{
	return (struct schema){ .noun = "test file",
		.application_id = 0x74657374,
		.migrations = steps,
		.n_migrations = n };
}

/* Two texts, so that two statements are kept. */
static const char insert_sql[] =
    "INSERT INTO contact (device_id, day, at) VALUES (?, ?, ?)";
static const char select_sql[] = "SELECT at FROM contact WHERE day = ?";

static void
add_contact(struct db *db, int64_t day)
{
	const struct db_value values[] = { db_int(1), db_int(day), db_int(day * 10) };
	struct err err = { 0 };

	assert_rc(db_run_kept(db, insert_sql, values, UNIT_COUNT(values), &err), RC_OK,
	    &err);
}

static void
a_kept_statement_runs_again_after_success_and_failure(void **state)
{
	const struct folder *folder = *state;
	const struct db_value values[] = { db_int(1), db_int(2), db_text("no number") };
	const struct db_value day = db_int(3);
	struct db db = open_ok(folder_file(folder, "x.db"));
	sqlite3_stmt *stmt = NULL;
	struct err err = { 0 };
	bool is_row = false;

	assert_rc(db_exec(&db,
		      "INSERT INTO device (id, name, device_group, address, port,"
		      " first_seen, named_at) VALUES (1, 'pc01', '', '', 0, 1, 1)",
		      &err),
	    RC_OK, &err);
	add_contact(&db, 1);
	assert_rc(db_run_kept(&db, insert_sql, values, UNIT_COUNT(values), &err), RC_DB,
	    &err);
	err_clear(&err);
	add_contact(&db, 3);
	for (int i = 0; i < 2; i++) {
		assert_rc(db_query_kept(&db, select_sql, &day, 1, &stmt, &err), RC_OK,
		    &err);
		assert_rc(db_next(&db, stmt, &is_row, &err), RC_OK, &err);
		assert_true(is_row);
		assert_int_equal(sqlite3_column_int64(stmt, 0), 30);
		db_done(stmt);
	}
	db_done(NULL);
	assert_int_equal(db.n_kept, 2);
	assert_rc(db_run_kept(&db, "NO SQL", NULL, 0, &err), RC_DB, &err);
	db_close(&db);
}

static void
a_relaxed_connection_leaves_the_others_as_they_are(void **state)
{
	const struct folder *folder = *state;
	const char *path = folder_file(folder, "x.db");
	struct db scan = open_ok(path);
	struct db remedy = open_ok(path);
	struct err err = { 0 };

	assert_rc(db_relax(&scan, &err), RC_OK, &err);
	assert_int_equal(number(&scan, "PRAGMA synchronous"), 1);   /* NORMAL */
	assert_int_equal(number(&remedy, "PRAGMA synchronous"), 2); /* FULL */
	db_close(&scan);
	db_close(&remedy);
}

static void
a_reader_sees_one_moment_for_as_long_as_it_likes(void **state)
{
	const struct folder *folder = *state;
	const char *path = folder_file(folder, "x.db");
	struct db writer = open_ok(path);
	struct db reader = { 0 };
	struct err err = { 0 };

	assert_rc(db_open_read_only(path, &reader, &err), RC_OK, &err);
	add_run(&writer, "a");
	assert_rc(db_begin_read(&reader, &err), RC_OK, &err);
	assert_int_equal(number(&reader, "SELECT count(*) FROM run"), 1);
	add_run(&writer, "b");
	assert_int_equal(number(&reader, "SELECT count(*) FROM run"), 1);
	assert_rc(db_commit(&reader, &err), RC_OK, &err);
	assert_int_equal(number(&reader, "SELECT count(*) FROM run"), 2);
	db_close(&reader);
	db_close(&writer);
}

/* What sql says of the file once it was opened with that schema. */
static int64_t
ask(const char *path, const struct schema *schema, const char *sql)
{
	struct err err = { 0 };
	struct db db = { 0 };
	int64_t n;

	assert_rc(db_open_as(path, schema, &db, &err), RC_OK, &err);
	n = number(&db, sql);
	db_close(&db);
	return n;
}

static void
expect_refused(const char *path, const struct schema *schema, const char *words)
{
	struct err err = { 0 };
	struct db db = { 0 };

	assert_rc(db_open_as(path, schema, &db, &err), RC_DB, &err);
	assert_has(err.text, words);
	assert_null(db.sqlite);
}

static void
migrates_in_one_transaction_or_not_at_all(void **state)
{
	const struct folder *folder = *state;
	const char *path = folder_file(folder, "x.db");
	const struct schema one = schema_of(1);
	const struct schema two = schema_of(2);
	const struct schema three = schema_of(3);

	assert_int_equal(ask(path, &one, "PRAGMA user_version"), 1);
	expect_refused(path, &three, "nowhere");
	assert_int_equal(ask(path, &one, "SELECT count(*) FROM pragma_table_info('a')"),
	    1);
	assert_int_equal(ask(path, &two, "SELECT y FROM a"), 2);
	assert_int_equal(ask(path, &two, "PRAGMA user_version"), 2);
	expect_refused(path, &one, "schema version 2 is newer than 1");
	expect_refused(path, &schema_inventory, "not an amtcert inventory");
}

static void
a_new_file_that_cannot_be_filled_leaves_none(void **state)
{
	const struct folder *folder = *state;
	const struct schema three = schema_of(3);
	struct err err = { 0 };
	struct db db = { 0 };

	assert_rc(db_open_as(folder_file(folder, "x.db"), &three, &db, &err), RC_DB,
	    &err);
	assert_int_equal(folder_count(folder), 0);
}

static void
a_reader_does_not_migrate(void **state)
{
	const struct folder *folder = *state;
	const char *path = folder_file(folder, "x.db");
	const struct schema one = schema_of(1);
	const struct schema two = schema_of(2);
	struct err err = { 0 };
	struct db db = { 0 };

	assert_rc(db_open_as(path, &one, &db, &err), RC_OK, &err);
	db_close(&db);
	assert_rc(db_open_read_only_as(path, &two, &db, &err), RC_DB, &err);
	assert_has(err.text, "schema version 1 is older than 2");
	err_clear(&err);
	assert_rc(db_open_read_only_as(path, &one, &db, &err), RC_OK, &err);
	db_close(&db);
}

static enum rc
open_once(void *ctx)
{
	struct db db = { 0 };
	enum rc r;

	(void)unlink(ctx);
	r = db_open(ctx, &db, NULL);
	db_close(&db);
	if (r == RC_OK)
		r = db_open_read_only(ctx, &db, NULL);
	db_close(&db);
	return r;
}

static void
survives_every_failed_allocation(void **state)
{
	const struct folder *folder = *state;
	char path[128];

	memcpy(path, folder_file(folder, "x.db"), sizeof(path));
	assert_true(torture(open_once, path) > 3);
}

#define IN_A_FOLDER(test) \
	cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_FOLDER(a_kept_statement_runs_again_after_success_and_failure),
		IN_A_FOLDER(a_relaxed_connection_leaves_the_others_as_they_are),
		IN_A_FOLDER(a_reader_sees_one_moment_for_as_long_as_it_likes),
		IN_A_FOLDER(makes_a_file_that_only_we_can_read),
		IN_A_FOLDER(keeps_what_was_written),
		cmocka_unit_test(a_missing_folder_is_a_system_error),
		IN_A_FOLDER(leaves_a_file_that_it_refuses_as_it_is),
		IN_A_FOLDER(refuses_a_folder),
		IN_A_FOLDER(sees_a_newer_schema_in_the_log_and_leaves_both),
		IN_A_FOLDER(a_broken_page_is_reported_and_not_overwritten),
		IN_A_FOLDER(a_reader_creates_nothing_and_writes_nothing),
		IN_A_FOLDER(one_who_may_only_read_does_that),
		IN_A_FOLDER(many_may_create_it_at_the_same_time),
		IN_A_FOLDER(a_killed_writer_loses_only_what_it_had_not_committed),
		IN_A_FOLDER(a_second_writer_is_told_that_there_is_one),
		IN_A_FOLDER(migrates_in_one_transaction_or_not_at_all),
		IN_A_FOLDER(a_new_file_that_cannot_be_filled_leaves_none),
		IN_A_FOLDER(a_reader_does_not_migrate),
		IN_A_FOLDER(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
