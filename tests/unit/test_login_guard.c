/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/inventory/login_guard.c: the ledger for programs that know a device by its name.
 */
#include "inventory/login_guard.h"
#include "stock.h"
#include "torture.h"
#include "unit.h"

#define NOW INT64_C(1767225600)

static char wrong_text[] = "wrong";
static char other_text[] = "0ther";
static const struct secret wrong = { wrong_text, sizeof(wrong_text) - 1 };
static const struct secret other = { other_text, sizeof(other_text) - 1 };

static struct login_attempt
attempt(const char *name, const struct secret *secret)
{
	return (struct login_attempt){ .device = { .name = name,
					   .address = "192.0.2.1",
					   .port = 16993,
					   .group = "lab" },
		.account = "admin",
		.secret = secret };
}

/* The inventory, so that what one test sees does not hang on chance. */
static struct db
open_stock(const struct folder *folder)
{
	struct db db = stock_open(folder);

	stock_exec(&db, "UPDATE salt SET bytes = zeroblob(32)");
	return db;
}

static enum rc
ask(struct db *db, const struct secret *secret, int64_t now, struct err *err)
{
	const struct login_attempt login = attempt("pc01", secret);

	err_clear(err);
	return login_guard_ask(db, &login, now, err);
}

static void
note(struct db *db, const struct secret *secret, enum login_outcome outcome,
    int64_t now)
{
	const struct login_attempt login = attempt("pc01", secret);
	struct err err = { 0 };

	assert_rc(login_guard_note(db, &login, outcome, now, &err), RC_OK, &err);
}

static void
a_stranger_is_put_there_as_it_was_meant(void **state)
{
	struct db db = open_stock(*state);
	struct err err = { 0 };

	assert_rc(ask(&db, &wrong, NOW, &err), RC_OK, &err);
	assert_string_equal(stock_text(&db,
				"SELECT name || ' ' || address || ' ' || port || ' '"
				" || device_group FROM device"),
	    "pc01 192.0.2.1 16993 lab");
	assert_int_equal(stock_number(&db, "SELECT ok_at FROM standing"), 0);
	db_close(&db);
}

static void
a_refusal_is_told_with_when_it_was_and_when_it_may_be_tried(void **state)
{
	struct db db = open_stock(*state);
	struct err err = { 0 };

	assert_rc(ask(&db, &wrong, NOW, &err), RC_OK, &err);
	note(&db, &wrong, LOGIN_REFUSED, NOW);
	assert_rc(ask(&db, &wrong, NOW + 60, &err), RC_AUTH, &err);
	assert_string_equal(err.text,
	    "pc01: login refused 1 min ago; this password is not tried again before "
	    "2026-01-01T01:00:00Z");
	assert_rc(ask(&db, &wrong, NOW + LOGIN_WAIT_S - 1, &err), RC_AUTH, &err);
	assert_rc(ask(&db, &wrong, NOW + LOGIN_WAIT_S, &err), RC_OK, &err);
	db_close(&db);
}

static void
another_secret_gets_one_attempt_of_its_own(void **state)
{
	struct db db = open_stock(*state);
	struct err err = { 0 };

	assert_rc(ask(&db, &wrong, NOW, &err), RC_OK, &err);
	note(&db, &wrong, LOGIN_REFUSED, NOW);
	assert_rc(ask(&db, &other, NOW + 1, &err), RC_OK, &err);
	note(&db, &other, LOGIN_REFUSED, NOW + 1);
	assert_rc(ask(&db, &other, NOW + 2, &err), RC_AUTH, &err);
	assert_rc(ask(&db, &wrong, NOW + 2, &err), RC_AUTH, &err);
	db_close(&db);
}

static void
changing_secrets_are_stopped_too(void **state)
{
	static char texts[LOGIN_REFUSED_PER_HOUR + 1][4] = { "a", "b", "c", "d" };
	struct db db = open_stock(*state);
	struct err err = { 0 };

	for (int i = 0; i < LOGIN_REFUSED_PER_HOUR; i++) {
		const struct secret secret = { texts[i], 1 };

		assert_rc(ask(&db, &secret, NOW + i, &err), RC_OK, &err);
		note(&db, &secret, LOGIN_REFUSED, NOW + i);
	}
	assert_rc(ask(&db, &(struct secret){ texts[LOGIN_REFUSED_PER_HOUR], 1 },
		      NOW + 9, &err),
	    RC_AUTH, &err);
	assert_string_equal(err.text,
	    "pc01: login: several passwords were refused within the hour; none is tried "
	    "before 2026-01-01T01:00:00Z");
	db_close(&db);
}

/* Asked twice without an answer in between, as two programs do; then the outcome. */
static void
ask_twice(struct db *db, enum login_outcome outcome, enum rc afterwards)
{
	struct err err = { 0 };

	assert_rc(ask(db, &wrong, NOW, &err), RC_OK, &err);
	assert_rc(ask(db, &wrong, NOW, &err), RC_LOCKED, &err);
	assert_string_equal(err.text,
	    "pc01: login: another program tries this password right now");
	note(db, &wrong, outcome, NOW);
	assert_rc(ask(db, &wrong, NOW + 1, &err), afterwards, &err);
	assert_rc(ask(db, &wrong, NOW + LOGIN_CLAIM_S + 1, &err),
	    afterwards == RC_LOCKED ? RC_OK : afterwards, &err);
}

static void
one_program_at_a_time_tries_a_new_secret(void **state)
{
	static const struct {
		enum login_outcome outcome;
		enum rc rc;
	} cases[] = {
		{ LOGIN_UNKNOWN, RC_LOCKED },
		{ LOGIN_NOT_SHOWN, RC_OK },
		{ LOGIN_TAKEN, RC_OK },
		{ LOGIN_REFUSED, RC_AUTH },
	};
	struct db db = open_stock(*state);

	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		stock_exec(&db, "DELETE FROM login");
		ask_twice(&db, cases[i].outcome, cases[i].rc);
	}
	db_close(&db);
}

static void
who_may_only_read_asks_and_is_told(void **state)
{
	const struct login_attempt login = attempt("pc01", &wrong);
	struct db db = open_stock(*state);
	struct err err = { 0 };
	struct db reader;

	assert_rc(ask(&db, &other, NOW, &err), RC_OK, &err);
	note(&db, &other, LOGIN_REFUSED, NOW);
	db_close(&db);
	reader = stock_open_read_only(*state);
	assert_rc(ask(&reader, &other, NOW + 1, &err), RC_AUTH, &err);
	assert_rc(ask(&reader, &wrong, NOW + 1, &err), RC_OK, &err);
	assert_rc(ask(&reader, &wrong, NOW + 1, &err), RC_OK, &err); /* no claim */
	err_clear(&err);
	assert_rc(login_guard_note(&reader, &login, LOGIN_REFUSED, NOW, &err), RC_DB,
	    &err);
	err_clear(&err);
	assert_rc(login_guard_note(&reader, &login, LOGIN_UNKNOWN, NOW, &err), RC_OK,
	    &err);
	db_close(&reader);
}

static void
a_reader_puts_no_stranger_there(void **state)
{
	struct db db = open_stock(*state);
	struct err err = { 0 };
	struct db reader;

	reader = stock_open_read_only(*state);
	assert_rc(ask(&reader, &wrong, NOW, &err), RC_OK, &err);
	db_close(&reader);
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM device"), 0);
	db_close(&db);
}

static enum rc
ask_and_note(void *ctx)
{
	const struct login_attempt login = attempt("pc01", &wrong);
	struct db *db = ctx;
	enum rc r;

	stock_exec(db, "DELETE FROM login");
	r = login_guard_ask(db, &login, NOW, NULL);
	return r == RC_OK ? login_guard_note(db, &login, LOGIN_REFUSED, NOW, NULL) : r;
}

static void
survives_every_failed_allocation(void **state)
{
	struct db db = open_stock(*state);

	assert_true(torture(ask_and_note, &db) > 0);
	db_close(&db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STOCK_TEST(a_stranger_is_put_there_as_it_was_meant),
		STOCK_TEST(a_refusal_is_told_with_when_it_was_and_when_it_may_be_tried),
		STOCK_TEST(another_secret_gets_one_attempt_of_its_own),
		STOCK_TEST(changing_secrets_are_stopped_too),
		STOCK_TEST(one_program_at_a_time_tries_a_new_secret),
		STOCK_TEST(who_may_only_read_asks_and_is_told),
		STOCK_TEST(a_reader_puts_no_stranger_there),
		STOCK_TEST(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
