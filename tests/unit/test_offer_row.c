/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/inventory/offer_row.c, shelf.c: what a CA said is kept as a whole, and lent to
 * policies; lib/policy/feed.c: of which CA.
 */
#include <stdio.h>

#include "inventory/offer_row.h"
#include "inventory/shelf.h"
#include "policy/config.h"
#include "stock.h"
#include "torture.h"
#include "unit.h"

#define NOW   INT64_C(1767225600)
#define DAY_S INT64_C(86400)

/* Two templates, of which the second replaces two names. */
static struct offers
made(const char *ca, int64_t major, int64_t read_at)
{
	struct offers offers = { .read_at = read_at };
	struct offer *offer = NULL;
	struct err err = { 0 };

	(void)snprintf(offers.ca, sizeof(offers.ca), "%s", ca);
	assert_rc(offers_add(&offers, &offer, &err), RC_OK, &err);
	(void)snprintf(offer->name, sizeof(offer->name), "AMTTLS");
	(void)snprintf(offer->oid, sizeof(offer->oid), "1.2.3");
	offer->schema = 2;
	offer->major = major;
	offer->minor = 4;
	offer->validity_s = INT64_MAX / 1024;
	offer->renewal_s = 50 * DAY_S;
	offer->enrolment_flags = UINT32_MAX;
	offer->may_enrol = true;
	assert_rc(offers_add(&offers, &offer, &err), RC_OK, &err);
	(void)snprintf(offer->name, sizeof(offer->name), "It's; \"new\"|\xc3\xbc");
	offer->is_wanted = true;
	assert_rc(offers_add_replaced(&offers, 1, "amttls", &err), RC_OK, &err);
	assert_rc(offers_add_replaced(&offers, 1, "amttls", &err), RC_OK, &err);
	return offers;
}

static void
keep(struct db *db, const char *ca, int64_t major, int64_t read_at)
{
	struct offers offers = made(ca, major, read_at);
	struct err err = { 0 };

	assert_rc(offer_write(db, &offers, &err), RC_OK, &err);
	offers_clear(&offers);
}

static struct offers
fetched(struct db *db, const char *ca)
{
	struct offers offers = { .read_at = 0 };
	struct err err = { 0 };

	assert_rc(offer_read(db, ca, &offers, &err), RC_OK, &err);
	return offers;
}

static void
gives_back_what_was_said(void **state)
{
	struct db db = stock_open(*state);
	struct offers offers = { .read_at = 0 };
	struct err err = { 0 };

	assert_int_equal(offer_read(&db, "corp", &offers, &err), RC_NOTFOUND);
	assert_string_equal(err.text, "");
	keep(&db, "corp", 101, NOW);
	keep(&db, "net", 7, NOW + 1);
	offers = fetched(&db, "corp");
	assert_string_equal(offers.ca, "corp");
	assert_int_equal(offers.read_at, NOW);
	assert_int_equal(offers.n, 2);
	assert_string_equal(offers.list[0].oid, "1.2.3");
	assert_int_equal(offers.list[0].schema, 2);
	assert_int_equal(offers.list[0].major, 101);
	assert_int_equal(offers.list[0].minor, 4);
	assert_int_equal(offers.list[0].major_since, NOW);
	assert_true(offers.list[0].validity_s == INT64_MAX / 1024);
	assert_int_equal(offers.list[0].renewal_s, 50 * DAY_S);
	assert_int_equal(offers.list[0].enrolment_flags, UINT32_MAX);
	assert_true(offers.list[0].may_enrol && !offers.list[0].is_wanted);
	assert_string_equal(offers.list[1].name, "It's; \"new\"|\xc3\xbc");
	assert_ptr_equal(offers_wanted(&offers), &offers.list[1]);
	assert_int_equal(offers.n_replaced, 2);
	offers_clear(&offers);
	db_close(&db);
}

static void
a_version_keeps_the_moment_it_was_first_read(void **state)
{
	struct db db = stock_open(*state);
	struct offers offers;

	keep(&db, "corp", 101, NOW);
	keep(&db, "corp", 101, NOW + 10);
	offers = fetched(&db, "corp");
	assert_int_equal(offers.read_at, NOW + 10);
	assert_int_equal(offers.list[0].major_since, NOW);
	offers_clear(&offers);
	keep(&db, "corp", 102, NOW + 20);
	offers = fetched(&db, "corp");
	assert_int_equal(offers.list[0].major, 102);
	assert_int_equal(offers.list[0].major_since, NOW + 20);
	assert_int_equal(offers.list[1].major_since, NOW);
	offers_clear(&offers);
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM ca_template"), 2);
	/* A clock that was far ahead once does not hold for ever. */
	keep(&db, "corp", 102, NOW + 1000 * DAY_S);
	keep(&db, "corp", 102, NOW + 30);
	assert_int_equal(stock_number(&db, "SELECT read_at FROM ca_policy"), NOW + 30);
	db_close(&db);
}

static void
an_answer_without_templates_takes_all_away(void **state)
{
	struct db db = stock_open(*state);
	struct offers none = { .ca = "corp", .read_at = NOW + 1 };
	struct offers offers;
	struct err err = { 0 };

	keep(&db, "corp", 101, NOW);
	assert_rc(offer_write(&db, &none, &err), RC_OK, &err);
	offers = fetched(&db, "corp");
	assert_int_equal(offers.n, 0);
	assert_int_equal(offers.n_replaced, 0);
	offers_clear(&offers);
	db_close(&db);
}

static void
what_cannot_be_kept_leaves_what_was(void **state)
{
	struct db db = stock_open(*state);
	struct offers offers = made("corp", 102, NOW + 1);
	struct err err = { 0 };

	keep(&db, "corp", 101, NOW);
	stock_exec(&db,
	    "CREATE TRIGGER no BEFORE INSERT ON ca_template_replaced"
	    " BEGIN SELECT RAISE(ABORT, 'no room'); END");
	assert_int_equal(offer_write(&db, &offers, &err), RC_DB);
	assert_int_equal(stock_number(&db, "SELECT max(major) FROM ca_template"), 101);
	assert_int_equal(stock_number(&db, "SELECT read_at FROM ca_policy"), NOW);
	offers_clear(&offers);
	db_close(&db);
}

/* A file of the version before has no tables for it, and gets them. */
static void
an_older_inventory_gets_the_tables(void **state)
{
	struct schema before = schema_inventory;
	struct err err = { 0 };
	struct db db = { 0 };

	before.n_migrations = 2;
	assert_rc(db_open_as(folder_file(*state, "inventory.db"), &before, &db, &err),
	    RC_OK, &err);
	stock_exec(&db,
	    "INSERT INTO ca_login VALUES ('a', 'b', zeroblob(32), 1, 2, 3)");
	assert_rc(db_exec(&db, "SELECT * FROM ca_policy", &err), RC_DB, &err);
	db_close(&db);
	err_clear(&err);
	assert_rc(db_open_read_only(folder_file(*state, "inventory.db"), &db, &err),
	    RC_DB, &err);
	assert_has(err.text, "schema version 2 is older than 3");
	db = stock_open(*state);
	keep(&db, "corp", 101, NOW);
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM ca_login"), 1);
	assert_int_equal(stock_number(&db, "PRAGMA user_version"), 3);
	db_close(&db);
}

static enum rc
write_and_read_once(void *ctx)
{
	struct db *db = ctx;
	struct offers offers = { .ca = "corp", .read_at = NOW + 5 };
	struct offer *offer = NULL;
	enum rc r = offers_add(&offers, &offer, NULL);

	if (r == RC_OK)
		r = offers_add_replaced(&offers, 0, "old", NULL);
	if (r == RC_OK)
		r = offer_write(db, &offers, NULL);
	offers_clear(&offers);
	if (r == RC_OK)
		r = offer_read(db, "corp", &offers, NULL);
	offers_clear(&offers);
	return r;
}

static void
survives_every_lack_of_memory(void **state)
{
	struct db db = stock_open(*state);

	keep(&db, "corp", 101, NOW);
	torture(write_and_read_once, &db);
	db_close(&db);
}

static void
each_ca_is_read_once_and_lent_to_all(void **state)
{
	const struct feed feed = { .ca = { "corp", "net" }, .max_age_s = 5 };
	struct db db = stock_open(*state);
	struct policy policy, other;
	struct shelf shelf = { NULL };
	struct offers fresh = made("corp", 103, NOW + 9);
	struct err err = { 0 };

	keep(&db, "corp", 101, NOW);
	policy_init(&policy);
	other = policy;
	assert_rc(shelf_lend(&shelf, &db, &feed, &policy, &err), RC_OK, &err);
	assert_int_equal(policy.offers[POLICY_FOR_TLS]->list[0].major, 101);
	assert_null(policy.offers[POLICY_FOR_8021X]);
	assert_int_equal(policy.offers_max_age_s, 5);
	keep(&db, "corp", 102, NOW + 1);
	assert_rc(shelf_lend(&shelf, NULL, &feed, &other, &err), RC_OK, &err);
	assert_ptr_equal(other.offers[POLICY_FOR_TLS], policy.offers[POLICY_FOR_TLS]);
	assert_rc(shelf_put(&shelf, &fresh, &err), RC_OK, &err);
	assert_rc(shelf_lend(&shelf, NULL, &feed, &other, &err), RC_OK, &err);
	assert_int_equal(other.offers[POLICY_FOR_TLS]->list[0].major, 103);
	assert_int_equal(policy.offers[POLICY_FOR_TLS]->list[0].major, 101);
	assert_int_equal(policy_set_rule(&policy, "scs", NULL), RC_OK);
	memset(policy.offers, 0, sizeof(policy.offers));
	assert_rc(shelf_lend(&shelf, &db, &feed, &policy, &err), RC_OK, &err);
	assert_null(policy.offers[POLICY_FOR_TLS]);
	shelf_clear(&shelf);
	db_close(&db);
}

static enum rc
lend_once(void *ctx)
{
	const struct feed feed = { .ca = { "corp", "net" } };
	struct shelf shelf = { NULL };
	struct policy policy;
	enum rc r;

	policy_init(&policy);
	r = shelf_lend(&shelf, ctx, &feed, &policy, NULL);
	assert_int_equal(policy.offers[POLICY_FOR_TLS] != NULL, r == RC_OK);
	shelf_clear(&shelf);
	return r;
}

static void
lends_all_or_nothing(void **state)
{
	struct db db = stock_open(*state);

	keep(&db, "corp", 101, NOW);
	torture(lend_once, &db);
	db_close(&db);
}

/* What a configuration says of device pc1: the CAs, or the words that refuse it. */
static const struct {
	const char *lines;
	const char *tls;
	const char *dot1x;
	int64_t max_age_s;
	const char *refusal;
} feeds[] = {
	{ "", "local", "local", POLICY_OFFERS_MAX_AGE_S, NULL },
	{ "[device pc1]\nca = corp\n", "corp", "corp", POLICY_OFFERS_MAX_AGE_S, NULL },
	{ "[defaults]\nca = corp\n8021x-ca = net\npolicy-max-age = 2d\n", "corp", "net",
	    2 * DAY_S, NULL },
	{ "[defaults]\nca = corp\npolicy-from = net\n[ca net]\nbackend = adcs\n", "net",
	    "net", POLICY_OFFERS_MAX_AGE_S, NULL },
	{ "[defaults]\npolicy-from = none\n", "", "", POLICY_OFFERS_MAX_AGE_S, NULL },
	{ "[group g]\npolicy-from = none\n[defaults]\nca = corp\n[device pc1]\ngroup = g\n",
	    "", "", POLICY_OFFERS_MAX_AGE_S, NULL },
	{ "[defaults]\npolicy-from = nowhere\n", NULL, NULL, 0,
	    ":2: [defaults]: policy-from: there is no [ca nowhere]" },
	{ "[device pc1]\npolicy-max-age = -1d\n", NULL, NULL, 0,
	    ":2: [device pc1]: policy-max-age: " },
};

static void
the_configuration_says_whose_word_counts(void **state)
{
	const char *path = folder_file(*state, "amtcert.conf");

	for (size_t i = 0; i < UNIT_COUNT(feeds); i++) {
		struct conf *conf = NULL;
		struct feed feed = { .max_age_s = 0 };
		struct err err = { 0 };

		folder_put(path, feeds[i].lines, strlen(feeds[i].lines));
		assert_rc(config_read(path, &conf, &err), RC_OK, &err);
		if (feeds[i].refusal != NULL) {
			assert_int_equal(feed_choose(conf, "pc1", &feed, &err),
			    RC_CONFIG);
			assert_has(err.text, feeds[i].refusal);
		} else {
			assert_rc(feed_choose(conf, "pc1", &feed, &err), RC_OK, &err);
			assert_string_equal(feed.ca[POLICY_FOR_TLS], feeds[i].tls);
			assert_string_equal(feed.ca[POLICY_FOR_8021X], feeds[i].dot1x);
			assert_int_equal(feed.max_age_s, feeds[i].max_age_s);
		}
		conf_free(conf);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STOCK_TEST(gives_back_what_was_said),
		STOCK_TEST(a_version_keeps_the_moment_it_was_first_read),
		STOCK_TEST(an_answer_without_templates_takes_all_away),
		STOCK_TEST(what_cannot_be_kept_leaves_what_was),
		STOCK_TEST(an_older_inventory_gets_the_tables),
		STOCK_TEST(survives_every_lack_of_memory),
		STOCK_TEST(each_ca_is_read_once_and_lent_to_all),
		STOCK_TEST(lends_all_or_nothing),
		STOCK_TEST(the_configuration_says_whose_word_counts),
	};

	return cmocka_run_group_tests_name("offer_row", tests, NULL, NULL);
}
