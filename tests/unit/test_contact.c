/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/inventory/contact.c: days of contact and the silence between them.
 */
#include "inventory/contact.h"
#include "policy/facts.h"
#include "stock.h"
#include "unit.h"

#define DAY INT64_C(86400)
#define NOW (20000 * DAY + 3600)

static struct db
open_with_device(const struct folder *folder)
{
	struct db db = stock_open(folder);

	stock_exec(&db,
	    "INSERT INTO device (id, name, device_group, address, port, first_seen,"
	    " named_at) VALUES (1, 'pc01', '', '', 0, 1, 1)");
	return db;
}

static struct contacts
add(struct db *db, int64_t at, bool is_new)
{
	struct contacts contacts = { 0 };
	struct err err = { 0 };
	bool got_new = !is_new;

	assert_rc(contact_add(db, 1, at, &got_new, &contacts, &err), RC_OK, &err);
	assert_int_equal(got_new, is_new);
	return contacts;
}

static void
the_longest_of_few_gaps_is_their_p95(void **state)
{
	int64_t at[CONTACT_DAYS_MAX] = { 0 };

	(void)state;
	assert_int_equal(contact_gap_p95(at, 0), 0);
	assert_int_equal(contact_gap_p95(at, 1), 0);
	for (int i = 0; i < CONTACT_DAYS_MAX; i++)
		at[i] = (int64_t)i * 7 * DAY;
	assert_int_equal(contact_gap_p95(at, 2), 7 * DAY);
	assert_int_equal(contact_gap_p95(at, CONTACT_DAYS_MAX), 7 * DAY);
	for (int i = 5; i < CONTACT_DAYS_MAX; i++)
		at[i] += 43 * DAY;
	assert_int_equal(contact_gap_p95(at, 20), 50 * DAY); /* one of 19 */
	assert_int_equal(contact_gap_p95(at, 21), 7 * DAY);  /* one of 20 */
	assert_int_equal(contact_gap_p95(at, CONTACT_DAYS_MAX + 1), 0);
}

static void
one_contact_of_a_day_counts(void **state)
{
	struct db db = open_with_device(*state);
	struct contacts contacts;

	assert_int_equal(add(&db, NOW, true).n, 1);
	(void)add(&db, NOW + 7200, false);
	contacts = add(&db, NOW + DAY, true);
	assert_int_equal(contacts.n, 2);
	assert_int_equal(contacts.gap_p95_s, 0); /* too few to tell */
	db_close(&db);
}

static void
five_contacts_tell_something(void **state)
{
	struct db db = open_with_device(*state);
	struct contacts contacts = { 0 };

	for (int i = 0; i < FACTS_CONTACTS_MIN; i++)
		contacts = add(&db, NOW + (int64_t)i * 50 * DAY, true);
	assert_int_equal(contacts.n, FACTS_CONTACTS_MIN);
	assert_int_equal(contacts.gap_p95_s, 50 * DAY);
	db_close(&db);
}

static void
old_days_are_forgotten(void **state)
{
	struct db db = open_with_device(*state);
	struct contacts contacts = { 0 };

	for (int i = 0; i < CONTACT_DAYS_MAX + 10; i++)
		contacts = add(&db, NOW + i * DAY, true);
	assert_int_equal(contacts.n, CONTACT_DAYS_MAX);
	assert_int_equal(stock_number(&db, "SELECT min(at) FROM contact"),
	    NOW + 10 * DAY);
	db_close(&db);
}

static void
results_are_those_of_the_mib(void **state)
{
	(void)state;
	assert_int_equal(contact_result_of(RC_OK), 2);
	assert_int_equal(contact_result_of(RC_TIMEOUT), 3);
	assert_int_equal(contact_result_of(RC_RESOLVE), 3);
	assert_int_equal(contact_result_of(RC_TLS), 4);
	assert_int_equal(contact_result_of(RC_UNTRUSTED), 4);
	assert_int_equal(contact_result_of(RC_AUTH), 5);
	assert_int_equal(contact_result_of(RC_FAULT), 6);
	assert_int_equal(contact_result_of(RC_NOMEM), 8);
	for (int i = CONTACT_NEVER; i <= CONTACT_OTHER; i++)
		for (int j = CONTACT_NEVER; j < i; j++)
			assert_string_not_equal(contact_result_word(
						    (enum contact_result)i),
			    contact_result_word((enum contact_result)j));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_longest_of_few_gaps_is_their_p95),
		STOCK_TEST(one_contact_of_a_day_counts),
		STOCK_TEST(five_contacts_tell_something),
		STOCK_TEST(old_days_are_forgotten),
		cmocka_unit_test(results_are_those_of_the_mib),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
