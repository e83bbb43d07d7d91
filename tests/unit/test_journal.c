/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/renew/journal.c, journal_read.c, journal_lock.c: what survives a process,
 * and that a device is taken by one of them at a time.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/sha.h>

#include "folder.h"
#include "renew/journal.h"
#include "torture.h"
#include "unit.h"

#define UUID_A "55e3ae13-bfd2-61bb-17a0-88aedd7037ea"
#define UUID_B "55e3ae13-bfd2-61bb-17a0-88aedd7037eb"

enum {
	NOW = 1760000000,
	BLOB_LEN = 3000,
};

static struct db
open_in(const struct folder *folder)
{
	struct db db = { 0 };
	struct err err = { 0 };

	assert_rc(db_open(folder_file(folder, "inventory.db"), &db, &err), RC_OK, &err);
	return db;
}

static struct journal_run
new_run(const char *uuid)
{
	struct journal_run run = { .remedy = "renew_amt_tls",
		.serial_number = "01ab",
		.old_cert_instance_id = "Intel(r) AMT Certificate: Handle: 0",
		.old_key_instance_id = "Intel(r) AMT Key: Handle: 0" };

	memcpy(run.device_uuid, uuid, sizeof(run.device_uuid));
	memset(run.old_fingerprint, 0x11, sizeof(run.old_fingerprint));
	return run;
}

static uint8_t *
bytes_of(int value, size_t len)
{
	uint8_t *bytes = malloc(len);

	assert_non_null(bytes);
	memset(bytes, value, len);
	return bytes;
}

static void
learn_all(struct journal_run *run)
{
	run->keys_before = bytes_of(1, 64);
	run->keys_before_len = 64;
	run->new_spki = bytes_of(2, BLOB_LEN);
	run->new_spki_len = BLOB_LEN;
	run->csr = bytes_of(3, BLOB_LEN);
	run->csr_len = BLOB_LEN;
	run->signed_csr = bytes_of(4, BLOB_LEN);
	run->signed_csr_len = BLOB_LEN;
	run->new_cert = bytes_of(5, BLOB_LEN);
	run->new_cert_len = BLOB_LEN;
	run->added = bytes_of(6, 32);
	run->added_len = 32;
	memcpy(run->new_cert_instance_id, "Cert 1", sizeof("Cert 1"));
	memcpy(run->new_key_instance_id, "Key 1", sizeof("Key 1"));
	memcpy(run->memo, "tls-off", sizeof("tls-off"));
}

static int64_t
count(struct db *db, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	int64_t n;

	assert_int_equal(db_query(db, sql, NULL, 0, &stmt, NULL), RC_OK);
	assert_int_equal(db_next(db, stmt, &is_row, NULL), RC_OK);
	n = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return n;
}

static void
expect_blob(const uint8_t *bytes, size_t len, const uint8_t *other, size_t other_len)
{
	assert_int_equal(len, other_len);
	assert_memory_equal(bytes, other, len);
}

static void
expect_same(const struct journal_run *a, const struct journal_run *b)
{
	assert_int_equal(a->id, b->id);
	assert_string_equal(a->device_uuid, b->device_uuid);
	assert_string_equal(a->remedy, b->remedy);
	assert_string_equal(a->serial_number, b->serial_number);
	assert_int_equal(a->started_at, b->started_at);
	assert_int_equal(a->open, b->open);
	assert_string_equal(a->step, b->step);
	assert_int_equal(a->step_done, b->step_done);
	assert_memory_equal(a->old_fingerprint, b->old_fingerprint,
	    sizeof(a->old_fingerprint));
	assert_string_equal(a->old_cert_instance_id, b->old_cert_instance_id);
	assert_string_equal(a->old_key_instance_id, b->old_key_instance_id);
	assert_string_equal(a->new_cert_instance_id, b->new_cert_instance_id);
	assert_string_equal(a->new_key_instance_id, b->new_key_instance_id);
	expect_blob(a->keys_before, a->keys_before_len, b->keys_before,
	    b->keys_before_len);
	expect_blob(a->new_spki, a->new_spki_len, b->new_spki, b->new_spki_len);
	expect_blob(a->csr, a->csr_len, b->csr, b->csr_len);
	expect_blob(a->signed_csr, a->signed_csr_len, b->signed_csr, b->signed_csr_len);
	expect_blob(a->new_cert, a->new_cert_len, b->new_cert, b->new_cert_len);
	expect_blob(a->added, a->added_len, b->added, b->added_len);
	assert_string_equal(a->memo, b->memo);
}

/* What another process would find. */
static void
expect_open(const struct folder *folder, const struct journal_run *wanted)
{
	struct journal_run found = { 0 };
	struct err err = { 0 };
	struct db db = open_in(folder);

	assert_rc(journal_find_open(&db, wanted->device_uuid, &found, &err), RC_OK,
	    &err);
	expect_same(&found, wanted);
	journal_run_clear(&found);
	db_close(&db);
}

static void
a_run_is_found_as_each_call_left_it(void **state)
{
	const struct folder *folder = *state;
	struct journal_run run = new_run(UUID_A);
	struct err err = { 0 };
	struct db db = open_in(folder);

	assert_rc(journal_begin(&db, &run, NOW, &err), RC_OK, &err);
	assert_true(run.id > 0);
	assert_true(run.open);
	assert_int_equal(run.started_at, NOW);
	expect_open(folder, &run);
	assert_rc(journal_step_begin(&db, &run, "key", NOW + 1, &err), RC_OK, &err);
	assert_string_equal(run.step, "key");
	assert_false(run.step_done);
	expect_open(folder, &run);
	learn_all(&run);
	assert_rc(journal_step_end(&db, &run, NOW + 2, &err), RC_OK, &err);
	assert_true(run.step_done);
	expect_open(folder, &run);
	assert_rc(journal_step_begin(&db, &run, "csr", NOW + 3, &err), RC_OK, &err);
	assert_rc(journal_step_begin(&db, &run, "csr", NOW + 4, &err), RC_OK, &err);
	expect_open(folder, &run);
	assert_int_equal(count(&db, "SELECT count(*) FROM step"), 4);
	journal_run_clear(&run);
	db_close(&db);
}

static void
no_open_run_is_not_found_and_not_an_error(void **state)
{
	struct journal_run run = { 0 };
	struct err err = { 0 };
	struct db db = open_in(*state);

	assert_rc(journal_find_open(&db, UUID_A, &run, &err), RC_NOTFOUND, &err);
	assert_string_equal(err.text, "");
	assert_int_equal(run.id, 0);
	db_close(&db);
}

static void
a_device_has_one_open_run(void **state)
{
	struct journal_run run = new_run(UUID_A);
	struct journal_run second = new_run(UUID_A);
	struct journal_run other = new_run(UUID_B);
	struct err err = { 0 };
	struct db db = open_in(*state);

	assert_rc(journal_begin(&db, &run, NOW, &err), RC_OK, &err);
	assert_rc(journal_begin(&db, &other, NOW, &err), RC_OK, &err);
	assert_rc(journal_begin(&db, &second, NOW, &err), RC_STATE, &err);
	assert_has(err.text, UUID_A);
	assert_int_equal(second.id, 0);
	assert_false(second.open);
	err_clear(&err);
	assert_rc(journal_close(&db, &run, "done", NULL, NOW, &err), RC_OK, &err);
	assert_false(run.open);
	assert_rc(journal_begin(&db, &second, NOW, &err), RC_OK, &err);
	assert_true(second.id > other.id);
	db_close(&db);
}

static void
a_closed_run_takes_nothing_more(void **state)
{
	struct journal_run run = new_run(UUID_A);
	struct err err = { 0 };
	struct db db = open_in(*state);

	assert_rc(journal_begin(&db, &run, NOW, &err), RC_OK, &err);
	assert_rc(journal_step_begin(&db, &run, "csr", NOW, &err), RC_OK, &err);
	assert_rc(journal_close(&db, &run, "done", NULL, NOW, &err), RC_OK, &err);
	assert_rc(journal_step_begin(&db, &run, "key", NOW, &err), RC_STATE, &err);
	assert_has(err.text, "not open");
	assert_string_equal(run.step, "csr");
	assert_int_equal(journal_step_end(&db, &run, NOW, NULL), RC_STATE);
	assert_false(run.step_done);
	assert_int_equal(journal_close(&db, &run, "done", NULL, NOW, NULL), RC_STATE);
	assert_int_equal(count(&db, "SELECT count(*) FROM step"), 2);
	db_close(&db);
}

static void
a_closed_run_says_how_it_ended_on_one_line(void **state)
{
	struct journal_run run = new_run(UUID_A);
	struct journal_run found = { 0 };
	struct err err = { 0 };
	struct db db = open_in(*state);

	assert_rc(journal_begin(&db, &run, NOW, &err), RC_OK, &err);
	assert_rc(journal_close(&db, &run, "undone", "line\nbreak\x1b[31m", NOW, &err),
	    RC_OK, &err);
	assert_rc(journal_find_open(&db, UUID_A, &found, &err), RC_NOTFOUND, &err);
	assert_int_equal(count(&db,
			     "SELECT count(*) FROM run WHERE outcome = 'undone'"
			     " AND text = 'line\\x0abreak\\x1b[31m'"),
	    1);
	db_close(&db);
}

static void
refuses_words_that_mean_nothing(void **state)
{
	struct journal_run run = new_run(UUID_A);
	struct err err = { 0 };
	struct db db = open_in(*state);

	assert_rc(journal_begin(&db, &run, NOW, &err), RC_OK, &err);
	assert_rc(journal_close(&db, &run, "perhaps", NULL, NOW, &err), RC_INTERNAL,
	    &err);
	err_clear(&err);
	assert_rc(journal_step_begin(&db, &run, "a word of thirty-two characters.", NOW,
		      &err),
	    RC_INTERNAL, &err);
	err_clear(&err);
	assert_rc(journal_step_begin(&db, &run, "", NOW, &err), RC_INTERNAL, &err);
	err_clear(&err);
	assert_rc(journal_step_end(&db, &run, NOW, &err), RC_INTERNAL, &err);
	assert_int_equal(count(&db, "SELECT count(*) FROM step"), 0);
	db_close(&db);
}

static void
steps_are_never_changed(void **state)
{
	struct journal_run run = new_run(UUID_A);
	struct err err = { 0 };
	struct db db = open_in(*state);

	assert_rc(journal_begin(&db, &run, NOW, &err), RC_OK, &err);
	assert_rc(journal_step_begin(&db, &run, "key", NOW, &err), RC_OK, &err);
	assert_rc(db_exec(&db, "UPDATE step SET at = 0", &err), RC_DB, &err);
	assert_has(err.text, "never changed");
	db_close(&db);
}

static void
knows_the_keys_that_we_made(void **state)
{
	struct journal_run run = new_run(UUID_A);
	uint8_t digest[SHA256_DIGEST_LENGTH];
	struct err err = { 0 };
	struct db db = open_in(*state);
	bool is_ours = true;

	learn_all(&run);
	SHA256(run.new_spki, run.new_spki_len, digest);
	assert_rc(journal_is_ours(&db, UUID_A, digest, &is_ours, &err), RC_OK, &err);
	assert_false(is_ours);
	assert_rc(journal_begin(&db, &run, NOW, &err), RC_OK, &err);
	assert_rc(journal_close(&db, &run, "undone", NULL, NOW, &err), RC_OK, &err);
	assert_rc(journal_is_ours(&db, UUID_A, digest, &is_ours, &err), RC_OK, &err);
	assert_true(is_ours);
	assert_rc(journal_is_ours(&db, UUID_B, digest, &is_ours, &err), RC_OK, &err);
	assert_false(is_ours);
	digest[0] ^= 1;
	is_ours = true;
	assert_rc(journal_is_ours(&db, UUID_A, digest, &is_ours, &err), RC_OK, &err);
	assert_false(is_ours);
	journal_run_clear(&run);
	db_close(&db);
}

static void
finds_the_run_that_made_a_key(void **state)
{
	static const struct {
		const char *outcome; /* NULL: still open */
		bool is_found;
	} cases[] = { { "undone", false }, { "refused", false }, { "done", true },
		{ NULL, true } };
	struct db db = open_in(*state);
	uint8_t digest[SHA256_DIGEST_LENGTH];

	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct journal_run run = new_run(UUID_A);
		struct journal_run found = { 0 };
		struct err err = { 0 };
		enum rc wanted = cases[i].is_found ? RC_OK : RC_NOTFOUND;

		learn_all(&run);
		run.new_spki[0] = (uint8_t)i;
		SHA256(run.new_spki, run.new_spki_len, digest);
		assert_rc(journal_find_by_new_key(&db, digest, &found, &err),
		    RC_NOTFOUND, &err);
		assert_rc(journal_begin(&db, &run, NOW, &err), RC_OK, &err);
		if (cases[i].outcome != NULL)
			assert_rc(journal_close(&db, &run, cases[i].outcome, NULL, NOW,
				      &err),
			    RC_OK, &err);
		assert_int_equal(journal_find_by_new_key(&db, digest, &found, &err),
		    wanted);
		if (cases[i].is_found)
			expect_same(&found, &run);
		journal_run_clear(&found);
		journal_run_clear(&run);
	}
	db_close(&db);
}

static char serial[] = "01ab";
static char subject[] = "CN=pc01.example";
static char issuer[] = "CN=Lab CA";
static uint8_t der[] = { 0x30, 0x00 };

static void
archives_a_certificate_once_per_run(void **state)
{
	const struct cert cert = { .der = der,
		.der_len = sizeof(der),
		.serial_number = serial,
		.subject = subject,
		.issuer = issuer,
		.not_before = NOW - 1,
		.not_after = NOW + 1 };
	const struct journal_note notes[] = { { .reason = "replaced",
						  .actor = "job 7",
						  .ca = "corp (certsrv)",
						  .ca_request_id = "17" },
		{ .reason = "replaced", .actor = "somebody later" } };
	const struct journal_note bare = { .reason = "replaced", .ca_request_id = "" };
	struct journal_run run = new_run(UUID_A);
	struct err err = { 0 };
	struct db db = open_in(*state);

	assert_rc(journal_begin(&db, &run, NOW, &err), RC_OK, &err);
	for (int i = 0; i < 2; i++)
		assert_rc(journal_archive(&db, &run, &cert, &notes[i], NOW, &err),
		    RC_OK, &err);
	assert_int_equal(count(&db,
			     "SELECT count(*) FROM archive WHERE der = x'3000'"
			     " AND actor = 'job 7' AND ca = 'corp (certsrv)'"
			     " AND ca_request_id = '17'"),
	    1);
	assert_rc(journal_close(&db, &run, "done", NULL, NOW, &err), RC_OK, &err);
	assert_rc(journal_begin(&db, &run, NOW, &err), RC_OK, &err);
	assert_rc(journal_archive(&db, &run, &cert, &bare, NOW, &err), RC_OK, &err);
	assert_int_equal(count(&db,
			     "SELECT count(*) FROM archive WHERE actor ="
			     " 'renew_amt_tls' AND ca_request_id IS NULL"),
	    1);
	db_close(&db);
}

static void
refuses_a_row_that_does_not_fit(void **state)
{
	struct journal_run run = new_run(UUID_A);
	struct journal_run found = { 0 };
	struct err err = { 0 };
	struct db db = open_in(*state);

	learn_all(&run);
	assert_rc(journal_begin(&db, &run, NOW, &err), RC_OK, &err);
	assert_rc(db_exec(&db,
		      "UPDATE run SET new_cert_instance_id = hex(zeroblob(64))", &err),
	    RC_OK, &err);
	assert_rc(journal_find_open(&db, UUID_A, &found, &err), RC_DB, &err);
	assert_has(err.text, "new_cert_instance_id");
	err_clear(&err);
	assert_rc(db_exec(&db,
		      "UPDATE run SET new_cert_instance_id = '',"
		      " new_cert = zeroblob(1048577)",
		      &err),
	    RC_OK, &err);
	assert_rc(journal_find_open(&db, UUID_A, &found, &err), RC_DB, &err);
	assert_has(err.text, "new_cert");
	assert_null(found.csr);
	journal_run_clear(&run);
	db_close(&db);
}

static int
begin_and_die(void *ctx)
{
	struct journal_run run = new_run(UUID_A);
	struct db db = open_in(ctx);

	if (journal_begin(&db, &run, NOW, NULL) != RC_OK ||
	    journal_step_begin(&db, &run, "key", NOW, NULL) != RC_OK)
		return 1;
	return kill(getpid(), SIGKILL);
}

static void
a_step_is_on_disk_before_it_is_sent(void **state)
{
	struct folder *folder = *state;
	struct journal_run found = { 0 };
	struct err err = { 0 };
	struct db db;

	assert_int_equal(folder_run_child(folder, 0, begin_and_die, folder), -1);
	db = open_in(folder);
	assert_rc(journal_find_open(&db, UUID_A, &found, &err), RC_OK, &err);
	assert_string_equal(found.step, "key");
	assert_false(found.step_done);
	journal_run_clear(&found);
	db_close(&db);
}

/* Locks in another process, which says so and then waits to be killed. */
static pid_t
lock_elsewhere(const struct folder *folder, const char *uuid)
{
	int ends[2];
	char said = 0;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct db db = open_in(folder);
		struct journal_lock *lock = NULL;

		if (journal_lock(&db, uuid, &lock, NULL) == RC_OK &&
		    write(ends[1], "y", 1) == 1)
			pause();
		_exit(1);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &said, 1), 1);
	close(ends[0]);
	return pid;
}

static void
one_process_at_a_time_has_a_device(void **state)
{
	const struct folder *folder = *state;
	pid_t pid = lock_elsewhere(folder, UUID_A);
	struct journal_lock *lock = NULL;
	struct journal_lock *other = NULL;
	struct err err = { 0 };
	struct db db = open_in(folder);
	char words[64];

	assert_rc(journal_lock(&db, UUID_A, &lock, &err), RC_LOCKED, &err);
	assert_true(
	    snprintf(words, sizeof(words), "held by process %ld", (long)pid) > 0);
	assert_has(err.text, words);
	assert_null(lock);
	err_clear(&err);
	assert_rc(journal_lock(&db, UUID_B, &other, &err), RC_OK, &err);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_rc(journal_lock(&db, UUID_A, &lock, &err), RC_OK, &err);
	journal_unlock(lock);
	journal_unlock(other);
	journal_unlock(NULL);
	db_close(&db);
}

static void
the_same_process_is_locked_out_too(void **state)
{
	const struct folder *folder = *state;
	struct journal_lock *lock = NULL;
	struct journal_lock *second = NULL;
	struct err err = { 0 };
	struct db db = open_in(folder);
	struct stat st;

	assert_rc(journal_lock(&db, UUID_A, &lock, &err), RC_OK, &err);
	assert_int_equal(stat(folder_file(folder, "inventory.db.lock"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_rc(journal_lock(&db, UUID_A, &second, &err), RC_LOCKED, &err);
	journal_unlock(lock);
	assert_int_equal(stat(folder_file(folder, "inventory.db.lock/" UUID_A), &st),
	    -1);
	err_clear(&err);
	assert_rc(journal_lock(&db, UUID_A, &second, &err), RC_OK, &err);
	journal_unlock(second);
	db_close(&db);
}

enum {
	N_CONTENDERS = 6,
	N_ROUNDS = 200,
};

/* Adds one to a number in a file, many times, with nothing but the lock. */
static int
contend(void *ctx)
{
	struct db db = open_in(ctx);
	const char *file = folder_file(ctx, "number");

	for (int i = 0; i < N_ROUNDS;) {
		struct journal_lock *lock = NULL;
		int n = 0;

		if (journal_lock(&db, UUID_A, &lock, NULL) != RC_OK)
			continue;
		(void)folder_get(file, &n, sizeof(n));
		n++;
		folder_put(file, &n, sizeof(n));
		journal_unlock(lock);
		i++;
	}
	db_close(&db);
	return 0;
}

static void
the_lock_holds_while_its_file_comes_and_goes(void **state)
{
	struct folder *folder = *state;
	pid_t pids[N_CONTENDERS];
	int n = 0;

	folder_put(folder_file(folder, "number"), &n, sizeof(n));
	for (size_t i = 0; i < N_CONTENDERS; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(contend(folder));
	}
	for (size_t i = 0; i < N_CONTENDERS; i++) {
		int status = 1;

		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	(void)folder_get(folder_file(folder, "number"), &n, sizeof(n));
	assert_int_equal(n, N_CONTENDERS * N_ROUNDS);
}

static const char *const no_uuids[] = {
	"",
	"../../../../etc/cron.d/x",
	"55E3AE13-BFD2-61BB-17A0-88AEDD7037EA",
	"55e3ae13-bfd2-61bb-17a0-88aedd7037e",
	"55e3ae13-bfd2-61bb-17a0-88aedd7037eaa",
	"55e3ae13bbfd2-61bb-17a0-88aedd7037ea",
	"55e3ae13-bfd2-61bb-17a0-88aedd7037e/",
};

static void
locks_nothing_but_a_uuid(void **state)
{
	struct db db = open_in(*state);
	struct journal_lock *lock = NULL;

	for (size_t i = 0; i < UNIT_COUNT(no_uuids); i++) {
		struct err err = { 0 };

		assert_rc(journal_lock(&db, no_uuids[i], &lock, &err), RC_FORMAT, &err);
	}
	db_close(&db);
}

/* What opening allocates fails in test_db: here it has to succeed. */
static enum rc
use_opened(void *ctx)
{
	struct db *db = ctx;
	struct journal_run found = { 0 };
	struct journal_lock *lock = NULL;
	enum rc r;

	r = journal_lock(db, UUID_A, &lock, NULL);
	if (r == RC_OK)
		r = journal_find_open(db, UUID_A, &found, NULL);
	journal_run_clear(&found);
	journal_unlock(lock);
	return r;
}

static void
survives_every_failed_allocation(void **state)
{
	struct journal_run run = new_run(UUID_A);
	struct db db = open_in(*state);
	struct err err = { 0 };

	learn_all(&run);
	assert_rc(journal_begin(&db, &run, NOW, &err), RC_OK, &err);
	journal_run_clear(&run);
	assert_true(torture(use_opened, &db) >= 7);
	db_close(&db);
}

#define IN_A_FOLDER(test) \
	cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_FOLDER(a_run_is_found_as_each_call_left_it),
		IN_A_FOLDER(no_open_run_is_not_found_and_not_an_error),
		IN_A_FOLDER(a_device_has_one_open_run),
		IN_A_FOLDER(a_closed_run_takes_nothing_more),
		IN_A_FOLDER(a_closed_run_says_how_it_ended_on_one_line),
		IN_A_FOLDER(refuses_words_that_mean_nothing),
		IN_A_FOLDER(steps_are_never_changed),
		IN_A_FOLDER(knows_the_keys_that_we_made),
		IN_A_FOLDER(finds_the_run_that_made_a_key),
		IN_A_FOLDER(archives_a_certificate_once_per_run),
		IN_A_FOLDER(refuses_a_row_that_does_not_fit),
		IN_A_FOLDER(a_step_is_on_disk_before_it_is_sent),
		IN_A_FOLDER(one_process_at_a_time_has_a_device),
		IN_A_FOLDER(the_same_process_is_locked_out_too),
		IN_A_FOLDER(the_lock_holds_while_its_file_comes_and_goes),
		IN_A_FOLDER(locks_nothing_but_a_uuid),
		IN_A_FOLDER(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
