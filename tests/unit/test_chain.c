/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/inventory/chain.c: what the journal wrote is whole, and whatever is done to it
 * afterwards shows.
 */
#include <stdio.h>
#include <string.h>

#include "folder.h"
#include "inventory/chain.h"
#include "make_cert.h"
#include "renew/journal.h"
#include "unit.h"

#define NOW 1800000000

enum {
	RUNS = 3,
	ENTRIES = RUNS * 5 /* two steps, the closing one, the run, its archive */
};

/* The renewal of that number; its archive is asked for twice, and is one. */
static void
renew(struct db *db, int number)
{
	const struct journal_note note = { .reason = "replaced", .actor = "job 7" };
	const struct make_cert spec = { .serial = number + 1 };
	struct cert *cert = make_facts(&spec);
	struct journal_run run = { .remedy = "renew_amt_tls",
		.device_uuid = "55e3ae13-bfd2-61bb-17a0-88aedd7037ea",
		.serial_number = "01" };
	int64_t now = NOW + number;

	memcpy(run.old_fingerprint, cert->fingerprint, sizeof(run.old_fingerprint));
	assert_int_equal(journal_begin(db, &run, NOW, NULL), RC_OK);
	assert_int_equal(journal_step_begin(db, &run, "prove", now, NULL), RC_OK);
	assert_int_equal(journal_archive(db, &run, cert, &note, now, NULL), RC_OK);
	assert_int_equal(journal_archive(db, &run, cert, &note, now, NULL), RC_OK);
	assert_int_equal(journal_step_end(db, &run, now, NULL), RC_OK);
	assert_int_equal(journal_close(db, &run, "done", NULL, now, NULL), RC_OK);
	journal_run_clear(&run);
	cert_free(cert);
}

/* Three renewals, with what each replaced. */
static struct db
three_renewals(const struct folder *folder)
{
	struct err err = { 0 };
	struct db db = { 0 };

	assert_rc(db_open(folder_file(folder, "inventory.db"), &db, &err), RC_OK, &err);
	for (int i = 0; i < RUNS; i++)
		renew(&db, i);
	return db;
}

static struct chain_state
verify(struct db *db)
{
	struct chain_state state = { 0 };
	struct err err = { 0 };

	assert_rc(chain_verify(db, &state, &err), RC_OK, &err);
	return state;
}

static void
what_was_written_is_whole(void **state)
{
	static const uint8_t zeros[CHAIN_DIGEST_BYTES];
	struct db db = three_renewals(*state);
	struct chain_state chain = verify(&db);

	assert_true(chain.is_whole);
	assert_string_equal(chain.text, "");
	assert_int_equal(chain.n_entries, ENTRIES);
	assert_int_equal(chain.n_of[CHAIN_STEP], 3 * RUNS);
	assert_int_equal(chain.n_of[CHAIN_RUN], RUNS);
	assert_int_equal(chain.n_of[CHAIN_ARCHIVE], RUNS);
	assert_memory_not_equal(chain.digest, zeros, sizeof(zeros));
	db_close(&db);
}

static void
an_empty_journal_is_whole(void **state)
{
	struct err err = { 0 };
	struct db db = { 0 };
	struct chain_state chain;

	assert_rc(db_open(folder_file(*state, "empty.db"), &db, &err), RC_OK, &err);
	chain = verify(&db);
	assert_true(chain.is_whole);
	assert_int_equal(chain.n_entries, 0);
	db_close(&db);
}

static const struct {
	const char *sql;
	const char *says;
} forgeries[] = {
	{ "UPDATE archive SET der = CAST(x'31' || substr(der, 2) AS BLOB) WHERE run_id = 2",
	    "archived certificate" },
	{ "UPDATE archive SET actor = 'job 8' WHERE run_id = 1",
	    "archived certificate 1 was changed" },
	{ "UPDATE archive SET archived_at = archived_at + 1 WHERE run_id = 3",
	    "was changed" },
	{ "UPDATE run SET outcome = 'undone' WHERE id = 2", "run 2 was changed" },
	{ "UPDATE run SET text = NULL WHERE id = 1", "run 1 was changed" },
	{ "DROP TRIGGER step_stays; UPDATE step SET at = at + 1 WHERE id = 4",
	    "step 4 was changed" },
	{ "DELETE FROM step WHERE id = 5", "step 5 is gone" },
	{ "DELETE FROM archive WHERE run_id = 1", "archived certificate 1 is gone" },
	{ "DELETE FROM step WHERE id = 5; DELETE FROM chain WHERE kind = 0 AND row_id = 5",
	    "was changed, or what comes before it" },
	{ "INSERT INTO step (run_id, name, event, at) VALUES (1, 'bind', 'end', 1)",
	    "step 10 has no entry" },
	{ "DELETE FROM chain WHERE id = (SELECT max(id) FROM chain)",
	    "run 3 has no entry" },
	{ "DROP TRIGGER chain_stays; UPDATE chain SET digest = zeroblob(32) WHERE id = 3",
	    "was changed" },
};

static void
every_forgery_shows(void **state)
{
	for (size_t i = 0; i < UNIT_COUNT(forgeries); i++) {
		struct db db = three_renewals(*state);
		struct err err = { 0 };
		struct chain_state chain;

		assert_rc(db_exec(&db, "BEGIN", &err), RC_OK, &err);
		assert_rc(db_exec(&db, forgeries[i].sql, &err), RC_OK, &err);
		chain = verify(&db);
		if (chain.is_whole)
			fail_msg("%s: does not show", forgeries[i].sql);
		assert_has(chain.text, forgeries[i].says);
		db_close(&db);
		(void)remove(folder_file(*state, "inventory.db"));
		(void)remove(folder_file(*state, "inventory.db-wal"));
		(void)remove(folder_file(*state, "inventory.db-shm"));
	}
}

/* The end cut off, rows and entries alike, leaves a chain that is whole: only its newest
 * digest tells. */
static void
a_cut_end_shows_in_the_newest_digest(void **state)
{
	struct db db = three_renewals(*state);
	struct chain_state before = verify(&db);
	struct chain_state after;
	struct err err = { 0 };

	assert_rc(
	    db_exec(&db,
		"DELETE FROM chain WHERE id > 10; DELETE FROM archive WHERE run_id = 3;"
		"DELETE FROM step WHERE run_id = 3; DELETE FROM run WHERE id = 3",
		&err),
	    RC_OK, &err);
	after = verify(&db);
	assert_true(after.is_whole);
	assert_memory_not_equal(after.digest, before.digest, sizeof(before.digest));
	db_close(&db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_written_is_whole, folder_setup,
		    folder_teardown),
		cmocka_unit_test_setup_teardown(an_empty_journal_is_whole, folder_setup,
		    folder_teardown),
		cmocka_unit_test_setup_teardown(every_forgery_shows, folder_setup,
		    folder_teardown),
		cmocka_unit_test_setup_teardown(a_cut_end_shows_in_the_newest_digest,
		    folder_setup, folder_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
