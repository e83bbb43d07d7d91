/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inventory when things go wrong around it: the process is killed at any
 * write, several write and read at once, the disk is full.
 * timeout: 600
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cut_vfs.h"
#include "inventory/snapshot.h"
#include "made_device.h"
#include "stock.h"
#include "unit.h"

#define DAY MAKE_DAY
#define T0  (MAKE_NB + 100 * DAY)

enum {
	N_DEVICES = 3,
	N_SERIALS = 6, /* a survey has certificates of one serial alone */
	N_ROUNDS = 2,  /* surveys per device and child */
	N_CUTS = 200,
	N_WRITERS = 3,
	SMALL_FILE_BYTES = 200 * 1024,
};

/* What a child tells those who look on. */
struct shared {
	struct cut cut;
	int64_t done[N_DEVICES]; /* the last round that was written */
};

/* Surveys are made beforehand: a child only writes. */
struct stage {
	struct facts facts[N_DEVICES][N_SERIALS];
	struct policy policy;
	struct shared *shared;
	const struct folder *folder;
	char path[128];
};

static struct stage stage;

static int
set_stage(void **state)
{
	(void)state;
	policy_init(&stage.policy);
	for (int d = 0; d < N_DEVICES; d++) {
		char name[32], uuid[37];

		(void)snprintf(name, sizeof(name), "pc%d.example", d);
		(void)snprintf(uuid, sizeof(uuid), "00000000-0000-0000-0000-%012d", d);
		for (int s = 0; s < N_SERIALS; s++) {
			const struct made_device device = { .name = name,
				.address = name,
				.uuid = uuid,
				.n_wireless = 2,
				.serial = s + 1 };

			made_device_read(&device, &stage.facts[d][s]);
		}
	}
	stage.shared = mmap(NULL, sizeof(*stage.shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return stage.shared == MAP_FAILED ? -1 : 0;
}

static int
clear_stage(void **state)
{
	(void)state;
	for (int d = 0; d < N_DEVICES; d++)
		for (int s = 0; s < N_SERIALS; s++)
			facts_clear(&stage.facts[d][s]);
	return munmap(stage.shared, sizeof(*stage.shared));
}

/* The survey of a round: its time and its serial tell which. */
static enum rc
write_round(struct db *db, int d, int64_t round, struct err *err)
{
	struct facts *facts = &stage.facts[d][round % N_SERIALS];
	struct verdict verdict = { 0 };
	int64_t id = 0;
	enum rc r;

	facts->read_at = T0 + round;
	r = verdict_judge_presented(facts, &stage.policy, facts->read_at, &verdict,
	    err);
	if (r == RC_OK)
		r = verdict_judge_store(facts, &stage.policy, facts->read_at, &verdict,
		    err);
	if (r == RC_OK)
		r = snapshot_write(db, facts, NULL, &stage.policy, &verdict, &id, err);
	verdict_clear(&verdict);
	return r;
}

static int
write_all(int64_t first)
{
	struct db db = { 0 };
	struct err err = { 0 };
	enum rc r;

	r = db_open(stage.path, &db, &err);
	if (r == RC_OK)
		r = db_relax(&db, &err);
	for (int64_t round = first; r == RC_OK && round < first + N_ROUNDS; round++)
		for (int d = 0; r == RC_OK && d < N_DEVICES; d++) {
			r = write_round(&db, d, round, &err);
			if (r == RC_OK)
				stage.shared->done[d] = round;
		}
	db_close(&db);
	if (r != RC_OK)
		(void)fprintf(stderr, "%s\n", err.text);
	return r == RC_OK ? 0 : 1;
}

/* Which round is in the inventory, as told by time and serials? All parts of a
 * survey must tell the same. 0: none. */
static int64_t
round_of(struct db *db, int d)
{
	struct facts facts = { 0 };
	struct err err = { 0 };
	char name[32], serial[16];
	int64_t id = 0, round;
	enum rc r;

	(void)snprintf(name, sizeof(name), "pc%d.example", d);
	r = snapshot_find(db, name, &id, &err);
	if (r == RC_NOTFOUND)
		return 0;
	assert_rc(r, RC_OK, &err);
	assert_rc(snapshot_read(db, id, SNAPSHOT_STORE, T0, &facts, &err), RC_OK, &err);
	round = facts.read_at - T0;
	(void)snprintf(serial, sizeof(serial), "%02x",
	    (unsigned int)(round % N_SERIALS + 1));
	assert_true(facts.presented.known);
	assert_int_equal(facts.n_certs, 4);
	assert_string_equal(facts.presented.certs[0]->serial_number, serial);
	assert_string_equal(facts.certs[0].cert->serial_number, serial);
	assert_string_equal(facts.certs[2].cert->serial_number, serial);
	assert_string_equal(facts.certs[3].cert->serial_number, serial);
	facts_clear(&facts);
	return round;
}

/* Slots of a device that are not of the survey in reading_cert. */
#define STRAY_SLOTS                                                         \
	"SELECT count(*) FROM slot s WHERE s.role IN (1, 4) AND NOT EXISTS" \
	" (SELECT 1 FROM reading_cert r WHERE r.device_id = s.device_id"    \
	" AND r.cert_id = s.cert_id)"

static void
expect_sound(int64_t rounds[N_DEVICES])
{
	struct db db = { 0 };
	struct err err = { 0 };

	assert_rc(db_open(stage.path, &db, &err), RC_OK, &err);
	assert_string_equal(stock_text(&db, "PRAGMA integrity_check"), "ok");
	assert_int_equal(stock_number(&db,
			     "SELECT count(*) FROM pragma_foreign_key_check"),
	    0);
	assert_int_equal(stock_number(&db, STRAY_SLOTS), 0);
	assert_int_equal(stock_number(&db,
			     "SELECT count(*) FROM cert WHERE id NOT IN (SELECT cert_id"
			     " FROM slot) AND id NOT IN (SELECT cert_id FROM"
			     " reading_cert)"),
	    0);
	for (int d = 0; d < N_DEVICES; d++)
		rounds[d] = round_of(&db, d);
	db_close(&db);
}

/* Run the writer from a round on, to be killed at that write; true if it was. */
static bool
run_writer(int64_t first, int64_t cut_at, bool is_torn)
{
	pid_t pid;
	int status = 0;

	stage.shared->cut = (struct cut){ .at = cut_at, .is_torn = is_torn };
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		cut_vfs_install(&stage.shared->cut);
		_exit(write_all(first));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status)) {
		assert_int_equal(WTERMSIG(status), SIGKILL);
		return true;
	}
	assert_int_equal(WEXITSTATUS(status), 0);
	return false;
}

static void
a_kill_at_any_write_leaves_whole_surveys(void **state)
{
	int64_t rounds[N_DEVICES] = { 0 };
	int64_t n_writes, first = 1;
	int n_killed = 0;

	stage.folder = *state;
	memcpy(stage.path, folder_file(*state, "inventory.db"), sizeof(stage.path));
	srandom(11);
	assert_false(run_writer(first, 0, false));
	n_writes = stage.shared->cut.n;
	assert_true(n_writes > 15);
	for (int i = 0; i < N_CUTS; i++) {
		first += N_ROUNDS;
		n_killed += run_writer(first, 1 + random() % n_writes, i % 2 == 0);
		expect_sound(rounds);
		for (int d = 0; d < N_DEVICES; d++) {
			/* What was said to be written is there; at most one more. */
			assert_true(rounds[d] >= stage.shared->done[d]);
			assert_true(rounds[d] <= stage.shared->done[d] + N_ROUNDS);
		}
	}
	assert_true(n_killed > N_CUTS * 3 / 4);
}

static void
a_kill_while_the_file_is_made_leaves_none_or_a_whole_one(void **state)
{
	int64_t rounds[N_DEVICES] = { 0 };
	int64_t n_writes;

	stage.folder = *state;
	memcpy(stage.path, folder_file(*state, "inventory.db"), sizeof(stage.path));
	assert_false(run_writer(1, 0, false));
	n_writes = stage.shared->cut.n;
	for (int64_t at = 1; at < n_writes && at < 80; at += 3) {
		(void)unlink(stage.path);
		(void)unlink(folder_file(*state, "inventory.db-wal"));
		(void)unlink(folder_file(*state, "inventory.db-shm"));
		assert_true(run_writer(1, at, at % 2 == 0));
		expect_sound(rounds);
	}
}

static void
look_on(struct db *reader, pid_t *pids, int n)
{
	int64_t before[N_DEVICES] = { 0 };
	int n_left = n;

	while (n_left > 0) {
		for (int d = 0; d < N_DEVICES; d++) {
			int64_t round = round_of(reader, d);

			assert_true(round == 0 || round >= 1);
			before[d] = round;
		}
		for (int i = 0; i < n; i++) {
			int status = 0;

			if (pids[i] == 0 || waitpid(pids[i], &status, WNOHANG) == 0)
				continue;
			assert_true(WIFEXITED(status));
			assert_int_equal(WEXITSTATUS(status), 0);
			pids[i] = 0;
			n_left--;
		}
	}
	assert_true(before[0] > 0);
}

static void
writers_wait_for_each_other_and_readers_for_nobody(void **state)
{
	int64_t rounds[N_DEVICES] = { 0 };
	struct db reader = { 0 };
	struct err err = { 0 };
	pid_t pids[N_WRITERS];

	stage.folder = *state;
	memcpy(stage.path, folder_file(*state, "inventory.db"), sizeof(stage.path));
	assert_int_equal(write_all(1), 0);
	assert_rc(db_open_read_only(stage.path, &reader, &err), RC_OK, &err);
	for (int i = 0; i < N_WRITERS; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0)
			_exit(write_all(1 + i * N_ROUNDS));
	}
	look_on(&reader, pids, N_WRITERS);
	db_close(&reader);
	expect_sound(rounds);
}

static int
write_until_full(void *ctx)
{
	const struct rlimit limit = { SMALL_FILE_BYTES, SMALL_FILE_BYTES };
	struct db db = { 0 };
	struct err err = { 0 };
	enum rc r;

	(void)ctx;
	if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR || setrlimit(RLIMIT_FSIZE, &limit) != 0)
		return 1;
	r = db_open(stage.path, &db, &err);
	for (int64_t round = 1; r == RC_OK && round < 10000; round++)
		r = write_round(&db, 0, round, &err);
	db_close(&db);
	return r == RC_DB && strstr(err.text, "disk") != NULL ? 0 : 2;
}

static void
a_file_that_may_not_grow_stays_as_it_was(void **state)
{
	int64_t rounds[N_DEVICES] = { 0 };

	stage.folder = *state;
	memcpy(stage.path, folder_file(*state, "inventory.db"), sizeof(stage.path));
	assert_int_equal(write_all(1), 0);
	assert_int_equal(folder_run_child(*state, 0, write_until_full, NULL), 0);
	expect_sound(rounds);
	assert_true(rounds[0] > 0);
	assert_int_equal(rounds[1], N_ROUNDS);
}

static void
a_full_disk_is_said_and_survived(void **state)
{
	int64_t rounds[N_DEVICES] = { 0 };
	struct db db = { 0 };
	struct err err = { 0 };
	enum rc r = RC_OK;

	stage.folder = *state;
	memcpy(stage.path, folder_file(*state, "inventory.db"), sizeof(stage.path));
	assert_int_equal(write_all(1), 0);
	assert_rc(db_open(stage.path, &db, &err), RC_OK, &err);
	stock_exec(&db, "PRAGMA max_page_count = 1"); /* no more than there are */
	for (int64_t round = N_ROUNDS + 1; r == RC_OK && round < 1000; round++)
		r = write_round(&db, 0, round, &err);
	assert_int_equal(r, RC_DB);
	assert_has(err.text, "database or disk is full");
	/* Space comes back: the same connection goes on. */
	stock_exec(&db, "PRAGMA max_page_count = 100000");
	err_clear(&err);
	assert_rc(write_round(&db, 0, 5000, &err), RC_OK, &err);
	db_close(&db);
	expect_sound(rounds);
	assert_int_equal(rounds[0], 5000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STOCK_TEST(a_kill_at_any_write_leaves_whole_surveys),
		STOCK_TEST(a_kill_while_the_file_is_made_leaves_none_or_a_whole_one),
		STOCK_TEST(writers_wait_for_each_other_and_readers_for_nobody),
		STOCK_TEST(a_file_that_may_not_grow_stays_as_it_was),
		STOCK_TEST(a_full_disk_is_said_and_survived),
	};

	return cmocka_run_group_tests(tests, set_stage, clear_stage);
}
