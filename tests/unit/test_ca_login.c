/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/inventory/ca_login.c: a credential that a CA refused rests, whoever asks.
 */
#include <stdio.h>

#include "inventory/ca_login.h"
#include "stock.h"
#include "torture.h"
#include "unit.h"

#define NOW INT64_C(1767225600)

enum {
	N_JOBS = 1000,
	DAY_S = 86400,
};

static char wrong_text[] = "Wr0ng!Passw0rd-in-clear";
static char right_text[] = "R1ght!Passw0rd-in-clear";
static const struct secret wrong_secret = { wrong_text, sizeof(wrong_text) - 1 };
static const struct secret right_secret = { right_text, sizeof(right_text) - 1 };

static const struct ca_login wrong = { "ca.test:443", "LAB\\svc", &wrong_secret };
static const struct ca_login right = { "ca.test:443", "LAB\\svc", &right_secret };
static const struct ca_login elsewhere = { "ca2.test:443", "LAB\\svc", &wrong_secret };
static const struct ca_login ticket = { "ca.test:443", "", NULL };

static struct db
open_stock(const struct folder *folder)
{
	struct db db = stock_open(folder);

	/* So that what one test sees does not hang on chance. */
	stock_exec(&db, "UPDATE salt SET bytes = zeroblob(32)");
	return db;
}

static enum ca_login_standing
ask(struct db *db, const struct ca_login *login, int64_t now)
{
	struct ca_login_answer answer = { .standing = CA_LOGIN_MAY };
	struct err err = { 0 };

	assert_rc(ca_login_ask(db, login, now, &answer, &err), RC_OK, &err);
	assert_int_equal(answer.refused_at != 0, answer.standing == CA_LOGIN_RESTS);
	return answer.standing;
}

static void
note(struct db *db, const struct ca_login *login, bool is_refused, int64_t now)
{
	struct err err = { 0 };

	assert_rc(ca_login_note(db, login, is_refused, now, &err), RC_OK, &err);
}

static void
a_thousand_jobs_show_a_wrong_password_once(void **state)
{
	struct db db = open_stock(*state);
	int n = 0;

	for (int i = 0; i < N_JOBS; i++) {
		int64_t now = NOW + (int64_t)i * DAY_S;

		if (ask(&db, &wrong, now) != CA_LOGIN_MAY)
			continue;
		note(&db, &wrong, true, now);
		n++;
	}
	assert_int_equal(n, 1);
	assert_int_equal(ask(&db, &elsewhere, NOW), CA_LOGIN_MAY);
	db_close(&db);
}

static void
a_changed_password_is_tried_by_one_at_a_time(void **state)
{
	struct db db = open_stock(*state);

	note(&db, &wrong, true, NOW);
	assert_int_equal(ask(&db, &right, NOW), CA_LOGIN_MAY);
	assert_int_equal(ask(&db, &right, NOW), CA_LOGIN_TRIED);
	assert_int_equal(ask(&db, &right, NOW + LOGIN_CLAIM_S), CA_LOGIN_MAY);
	note(&db, &right, false, NOW + LOGIN_CLAIM_S);
	for (int i = 0; i < N_JOBS; i++)
		assert_int_equal(ask(&db, &right, NOW + LOGIN_CLAIM_S), CA_LOGIN_MAY);
	/* That it worked does not make the other one right. */
	assert_int_equal(ask(&db, &wrong, NOW + DAY_S), CA_LOGIN_RESTS);
	/* What worked and is refused now rests, too. */
	note(&db, &right, true, NOW + DAY_S);
	assert_int_equal(ask(&db, &right, NOW + DAY_S), CA_LOGIN_RESTS);
	db_close(&db);
}

static void
a_claim_that_came_to_nothing_is_free_again(void **state)
{
	struct db db = open_stock(*state);
	struct err err = { 0 };

	assert_int_equal(ask(&db, &right, NOW), CA_LOGIN_MAY);
	assert_rc(ca_login_withdraw(&db, &right, &err), RC_OK, &err);
	assert_int_equal(ask(&db, &right, NOW), CA_LOGIN_MAY);
	note(&db, &right, true, NOW);
	assert_rc(ca_login_withdraw(&db, &right, &err), RC_OK, &err);
	assert_int_equal(ask(&db, &right, NOW), CA_LOGIN_RESTS);
	db_close(&db);
}

static void
a_person_may_say_that_it_will_be_taken(void **state)
{
	struct db db = open_stock(*state);
	struct err err = { 0 };

	note(&db, &wrong, true, NOW);
	note(&db, &elsewhere, true, NOW);
	assert_rc(ca_login_forget(&db, "ca.test:443", &err), RC_OK, &err);
	assert_int_equal(ask(&db, &wrong, NOW), CA_LOGIN_MAY);
	assert_int_equal(ask(&db, &elsewhere, NOW), CA_LOGIN_RESTS);
	db_close(&db);
}

static void
a_ticket_rests_for_an_hour(void **state)
{
	struct db db = open_stock(*state);

	assert_int_equal(ask(&db, &ticket, NOW), CA_LOGIN_MAY);
	note(&db, &ticket, true, NOW);
	assert_int_equal(ask(&db, &ticket, NOW + LOGIN_WAIT_S - 1), CA_LOGIN_RESTS);
	assert_int_equal(ask(&db, &ticket, NOW + LOGIN_WAIT_S), CA_LOGIN_MAY);
	assert_int_equal(ask(&db, &ticket, NOW + LOGIN_WAIT_S), CA_LOGIN_TRIED);
	db_close(&db);
}

static void
keeps_no_more_than_the_newest(void **state)
{
	struct db db = open_stock(*state);
	char account[16];
	struct ca_login login = { "ca.test:443", account, &wrong_secret };

	for (int i = 0; i < 3 * CA_LOGIN_ROWS_MAX; i++) {
		(void)snprintf(account, sizeof(account), "svc%d", i);
		note(&db, &login, true, NOW + i);
	}
	assert_int_equal(ask(&db, &login, NOW + DAY_S), CA_LOGIN_RESTS);
	(void)snprintf(account, sizeof(account), "svc0");
	assert_int_equal(ask(&db, &login, NOW + DAY_S), CA_LOGIN_MAY);
	db_close(&db);
}

static enum rc
ask_and_note(void *ctx)
{
	struct ca_login_answer answer;
	struct db *db = ctx;
	enum rc r = ca_login_ask(db, &right, NOW, &answer, NULL);

	if (r == RC_OK)
		r = ca_login_note(db, &right, false, NOW, NULL);
	return r == RC_OK ? ca_login_forget(db, "ca.test:443", NULL) : r;
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
		STOCK_TEST(a_thousand_jobs_show_a_wrong_password_once),
		STOCK_TEST(a_changed_password_is_tried_by_one_at_a_time),
		STOCK_TEST(a_claim_that_came_to_nothing_is_free_again),
		STOCK_TEST(a_person_may_say_that_it_will_be_taken),
		STOCK_TEST(a_ticket_rests_for_an_hour),
		STOCK_TEST(keeps_no_more_than_the_newest),
		STOCK_TEST(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
