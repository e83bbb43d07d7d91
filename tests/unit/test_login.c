/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/inventory/login.c: a refused credential rests, whoever asks, and no secret
 * is in the file.
 */
#include <stdio.h>

#include "inventory/login.h"
#include "stock.h"
#include "torture.h"
#include "unit.h"

#define NOW INT64_C(1767225600)

enum {
	N_ROUNDS = 1000,
	ROUND_S = 300,
	FILE_MAX_BYTES = 4 * 1024 * 1024,
};

static char wrong_text[] = "Wr0ng!Passw0rd-in-clear";
static char right_text[] = "R1ght!Passw0rd-in-clear";
static const struct secret wrong = { wrong_text, sizeof(wrong_text) - 1 };
static const struct secret right = { right_text, sizeof(right_text) - 1 };

static struct db
open_with_device(const struct folder *folder)
{
	struct db db = stock_open(folder);

	stock_exec(&db,
	    "INSERT INTO device (id, name, device_group, address, port, first_seen,"
	    " named_at) VALUES (1, 'pc01', '', '', 0, 1, 1), (2, 'pc02', '', '', 0, 1, 1);"
	    /* So that what one test sees does not hang on chance. */
	    "UPDATE salt SET bytes = zeroblob(32)");
	return db;
}

static struct login_answer
ask(struct db *db, int64_t device_id, const struct secret *secret, int64_t now)
{
	struct login_answer answer = { .may = false };
	struct err err = { 0 };

	assert_rc(login_ask(db, device_id, "admin", secret, now, &answer, &err), RC_OK,
	    &err);
	return answer;
}

static void
note(struct db *db, int64_t device_id, const struct secret *secret, bool is_refused,
    int64_t now)
{
	struct err err = { 0 };

	assert_rc(login_note(db, device_id, "admin", secret, is_refused, now, &err),
	    RC_OK, &err);
}

static void
a_wrong_password_is_shown_once_an_hour_at_most(void **state)
{
	struct db db = open_with_device(*state);
	int64_t last = 0, waited = 0;
	int n = 0;

	for (int i = 0; i < N_ROUNDS; i++) {
		int64_t now = NOW + (int64_t)i * ROUND_S;

		if (!ask(&db, 1, &wrong, now).may)
			continue;
		if (last != 0) {
			assert_true(now - last >= LOGIN_WAIT_S);
			assert_true(now - last >= waited || waited >= LOGIN_WAIT_MAX_S);
			waited = now - last;
		}
		note(&db, 1, &wrong, true, now);
		last = now;
		n++;
	}
	/* 83 hours: 1 + 2 + 4 + 8 + 16 + 24 + 24 of waiting */
	assert_int_equal(n, 8);
	db_close(&db);
}

static void
a_changed_configuration_is_tried_at_once(void **state)
{
	struct db db = open_with_device(*state);
	struct login_answer answer;

	assert_true(ask(&db, 1, &wrong, NOW).may);
	note(&db, 1, &wrong, true, NOW);
	answer = ask(&db, 1, &wrong, NOW + 1);
	assert_false(answer.may);
	assert_int_equal(answer.refused_at, NOW);
	assert_int_equal(answer.n_refused, 1);
	assert_int_equal(answer.next_at, NOW + LOGIN_WAIT_S);
	assert_true(ask(&db, 1, &right, NOW + 2).may);
	note(&db, 1, &right, false, NOW + 2);
	assert_true(ask(&db, 1, &right, NOW + 3).may);
	/* The other one, in some other file, still rests. */
	assert_false(ask(&db, 1, &wrong, NOW + 4).may);
	assert_true(ask(&db, 2, &wrong, NOW + 4).may);
	db_close(&db);
}

static void
changing_credentials_are_not_a_way_round(void **state)
{
	struct db db = open_with_device(*state);
	char text[] = "password 0";
	struct secret secret = { text, sizeof(text) - 1 };
	int n = 0;

	for (int i = 0; i < 8; i++) {
		text[sizeof(text) - 2] = (char)('0' + i);
		if (!ask(&db, 1, &secret, NOW + i).may)
			continue;
		note(&db, 1, &secret, true, NOW + i);
		n++;
	}
	assert_int_equal(n, LOGIN_REFUSED_PER_HOUR);
	assert_int_equal(ask(&db, 1, &secret, NOW + 9).next_at, NOW + 3600);
	assert_true(ask(&db, 1, &secret, NOW + 3601).may);
	db_close(&db);
}

static void
one_program_at_a_time_tries_what_is_not_known_to_work(void **state)
{
	struct db db = open_with_device(*state);
	struct db other = stock_open(*state);
	struct login_answer answer;

	assert_true(ask(&db, 1, &right, NOW).may);
	answer = ask(&other, 1, &right, NOW + 1);
	assert_false(answer.may);
	assert_int_equal(answer.refused_at, 0);
	assert_int_equal(answer.next_at, NOW + LOGIN_CLAIM_S);
	/* The one that had it was killed. */
	assert_true(ask(&other, 1, &right, NOW + LOGIN_CLAIM_S).may);
	note(&other, 1, &right, false, NOW + LOGIN_CLAIM_S + 1);
	assert_true(ask(&db, 1, &right, NOW + LOGIN_CLAIM_S + 2).may);
	assert_true(ask(&other, 1, &right, NOW + LOGIN_CLAIM_S + 2).may);
	db_close(&other);
	db_close(&db);
}

static void
a_password_that_worked_and_fails_rests_as_well(void **state)
{
	struct db db = open_with_device(*state);

	assert_true(ask(&db, 1, &right, NOW).may);
	note(&db, 1, &right, false, NOW);
	note(&db, 1, &right, true, NOW + 100);
	assert_false(ask(&db, 1, &right, NOW + 101).may);
	assert_true(ask(&db, 1, &right, NOW + 100 + LOGIN_WAIT_S).may);
	note(&db, 1, &right, false, NOW + 100 + LOGIN_WAIT_S);
	assert_int_equal(ask(&db, 1, &right, NOW + 9999).n_refused, 0);
	db_close(&db);
}

static void
a_clock_that_was_set_back_blocks_nobody_for_ever(void **state)
{
	struct db db = open_with_device(*state);

	assert_true(ask(&db, 1, &wrong, NOW).may);
	note(&db, 1, &wrong, true, NOW);
	assert_false(ask(&db, 1, &wrong, NOW - 10).may);
	assert_true(ask(&db, 1, &wrong, NOW - 400 * INT64_C(86400)).may);
	db_close(&db);
}

static void
that_it_works_is_written_once_a_day(void **state)
{
	struct db db = open_with_device(*state);
	int before;

	(void)ask(&db, 1, &right, NOW);
	note(&db, 1, &right, false, NOW);
	before = sqlite3_total_changes(db.sqlite);
	(void)ask(&db, 1, &right, NOW + 5);
	note(&db, 1, &right, false, NOW + 5);
	assert_int_equal(sqlite3_total_changes(db.sqlite), before);
	note(&db, 1, &right, false, NOW + 90000);
	assert_true(sqlite3_total_changes(db.sqlite) > before);
	db_close(&db);
}

static void
the_ledger_of_a_device_is_bounded(void **state)
{
	struct db db = open_with_device(*state);
	char text[] = "password 00";
	struct secret secret = { text, sizeof(text) - 1 };

	for (int i = 0; i < 60; i++) {
		text[sizeof(text) - 3] = (char)('0' + i / 10);
		text[sizeof(text) - 2] = (char)('0' + i % 10);
		note(&db, 1, &secret, true, NOW + i);
	}
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM login"),
	    LOGIN_ROWS_MAX);
	assert_int_equal(stock_number(&db, "SELECT max(refused_at) FROM login"),
	    NOW + 59);
	db_close(&db);
}

static void
no_secret_is_in_the_file(void **state)
{
	const struct folder *folder = *state;
	static uint8_t bytes[FILE_MAX_BYTES];
	const char *names[] = { "inventory.db", "inventory.db-wal" };
	struct db db = open_with_device(folder);

	(void)ask(&db, 1, &wrong, NOW);
	note(&db, 1, &wrong, true, NOW);
	assert_int_equal(stock_number(&db, "SELECT length(digest) FROM login"),
	    LOGIN_DIGEST_BYTES);
	for (size_t i = 0; i < UNIT_COUNT(names); i++) {
		size_t len =
		    folder_get(folder_file(folder, names[i]), bytes, sizeof(bytes));

		assert_true(len > 0);
		assert_null(memmem(bytes, len, "in-clear", 8));
	}
	db_close(&db);
}

static void
each_inventory_has_a_salt_of_its_own(void **state)
{
	struct db db = stock_open(*state);
	struct err err = { 0 };
	struct db other = { 0 };
	char salt[65];

	(void)snprintf(salt, sizeof(salt), "%s",
	    stock_text(&db, "SELECT hex(bytes) FROM salt"));
	assert_int_equal(strlen(salt), 64);
	assert_rc(db_open(folder_file(*state, "other.db"), &other, &err), RC_OK, &err);
	assert_string_not_equal(stock_text(&other, "SELECT hex(bytes) FROM salt"),
	    salt);
	db_close(&other);
	db_close(&db);
}

static enum rc
ask_and_note(void *ctx)
{
	struct db *db = ctx;
	struct login_answer answer;
	enum rc r;

	r = login_ask(db, 1, "admin", &right, NOW, &answer, NULL);
	if (r == RC_OK)
		r = login_note(db, 1, "admin", &right, true, NOW, NULL);
	/* As it was, for the next time. */
	if (r == RC_OK)
		r = db_exec(db, "DELETE FROM login", NULL);
	return r;
}

static void
survives_every_failed_allocation(void **state)
{
	struct db db = open_with_device(*state);

	assert_true(torture(ask_and_note, &db) >= 2);
	db_close(&db);
}

static void
what_was_not_shown_claims_nothing(void **state)
{
	struct db db = open_with_device(*state);
	struct err err = { 0 };

	assert_true(ask(&db, 1, &right, NOW).may);
	assert_false(ask(&db, 1, &right, NOW + 1).may);
	assert_rc(login_withdraw(&db, 1, "admin", &right, &err), RC_OK, &err);
	assert_true(ask(&db, 1, &right, NOW + 2).may);
	note(&db, 1, &right, true, NOW + 2);
	assert_rc(login_withdraw(&db, 1, "admin", &right, &err), RC_OK, &err);
	assert_false(ask(&db, 1, &right, NOW + 3).may); /* a refusal stays */
	db_close(&db);
}

static void
a_reader_is_answered_without_a_claim(void **state)
{
	const struct folder *folder = *state;
	struct db db = open_with_device(folder);

	db.read_only = true;
	assert_true(ask(&db, 1, &right, NOW).may);
	assert_true(ask(&db, 1, &right, NOW).may);
	db.read_only = false;
	note(&db, 1, &right, true, NOW);
	db.read_only = true;
	assert_false(ask(&db, 1, &right, NOW + 1).may);
	db_close(&db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STOCK_TEST(a_wrong_password_is_shown_once_an_hour_at_most),
		STOCK_TEST(a_changed_configuration_is_tried_at_once),
		STOCK_TEST(changing_credentials_are_not_a_way_round),
		STOCK_TEST(one_program_at_a_time_tries_what_is_not_known_to_work),
		STOCK_TEST(a_password_that_worked_and_fails_rests_as_well),
		STOCK_TEST(a_clock_that_was_set_back_blocks_nobody_for_ever),
		STOCK_TEST(what_was_not_shown_claims_nothing),
		STOCK_TEST(a_reader_is_answered_without_a_claim),
		STOCK_TEST(that_it_works_is_written_once_a_day),
		STOCK_TEST(the_ledger_of_a_device_is_bounded),
		STOCK_TEST(no_secret_is_in_the_file),
		STOCK_TEST(each_inventory_has_a_salt_of_its_own),
		STOCK_TEST(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
