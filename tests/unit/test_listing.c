/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/listing/listing.c, forecasts.c, issuers.c: each certificate counts once, on its
 * day and with its issuer, and a what-if moves what it should.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "csv_read.h"
#include "made_listing.h"
#include "stock.h"
#include "unit.h"

#define DAY MADE_DAY
#define T0  MADE_NOW
#define NB  (T0 - 100 * DAY)

enum {
	FIXED_FORECASTS = 5 /* as configured, and the four rules */
};

/* Due as it is, and with 30 days; of each device in turn, by name. */
static void
only_what_lives_longer_than_150_days_moves(void **state)
{
	static const int64_t lifetimes[] = { 100, 149, 150, 151, 180, 209, 210, 211,
		365, 730 };
	struct listing_order order = { .now = T0 };
	struct db db = stock_open(*state);
	struct csv_record *records;
	struct err err = { 0 };
	char *text;
	size_t n = 0;

	for (size_t i = 0; i < UNIT_COUNT(lifetimes); i++) {
		struct made_leaf leaf = { .device = (int64_t)i + 1,
			.issuer = "CN=CA",
			.not_before = NB,
			.not_after = NB + lifetimes[i] * DAY };

		made_listing_device(&db, leaf.device, "pc", "");
		made_listing_leaf(&db, &leaf);
	}
	assert_rc(what_if_take(&order.what_if, "renew-before=30d", &err), RC_OK, &err);
	text = made_listing_text(&db, &order, LISTING_CSV, *state);
	records = csv_read(text, &n);
	assert_int_equal(n, 1 + UNIT_COUNT(lifetimes));
	assert_string_equal(records[0].fields[12], "due_at");
	assert_string_equal(records[0].fields[13], "what_if_due_at");
	for (size_t i = 0; i < UNIT_COUNT(lifetimes); i++) {
		char thirty_left[CLOCK_TIME_SIZE];
		const char *due = records[i + 1].fields[12];
		const char *what_if = records[i + 1].fields[13];

		(void)clock_format_time(NB + (lifetimes[i] - 30) * DAY, thirty_left);
		assert_int_equal(strcmp(due, what_if) != 0, lifetimes[i] > 150);
		if (lifetimes[i] >= 150)
			assert_string_equal(what_if, thirty_left);
	}
	free(records);
	free(text);
	db_close(&db);
}

static void
put_pair(struct db *db)
{
	struct made_leaf leaf = { .device = 1,
		.issuer = "CN=CA 1",
		.not_before = NB,
		.not_after = NB + 365 * DAY };

	made_listing_device(db, 1, "pc1", "berlin");
	made_listing_device(db, 2, "pc2", "");
	made_listing_device(db, 3, "never", "");
	made_listing_leaf(db, &leaf);
	leaf.number = 2; /* the same certificate for 802.1X, renewed with it */
	leaf.role = ROLE_8021X_WIRED;
	leaf.cert = 5;
	made_listing_leaf(db, &leaf);
	leaf.number = 3; /* what nobody renews */
	leaf.cert = 0;
	leaf.role = ROLE_ROOT;
	made_listing_leaf(db, &leaf);
	leaf = (struct made_leaf){ .device = 2,
		.issuer = "CN=CA 2",
		.not_before = NB,
		.not_after = NB + 90 * DAY };
	made_listing_leaf(db, &leaf);
}

static void
each_certificate_counts_once(void **state)
{
	struct listing_order order = { .now = T0 };
	struct db db = stock_open(*state);
	struct listing listing;
	struct err err = { 0 };

	put_pair(&db);
	assert_rc(listing_read(&db, &order, &listing, &err), RC_OK, &err);
	assert_int_equal(listing.n_members, 3);
	assert_int_equal(listing.n_leaves, 2);
	assert_int_equal(listing.n_without, 1);
	assert_int_equal(listing.forecasts[0].n, 2);
	assert_int_equal(listing.forecasts[0].overdue, 1);
	assert_string_equal(listing_issuer(&listing, listing_find(&listing, 2)),
	    "CN=CA 2");
	assert_string_equal(listing_issuer(&listing, listing_find(&listing, 3)), "");
	assert_null(listing_find(&listing, 4));
	listing_clear(&listing);
	order.group = "berlin";
	assert_rc(listing_read(&db, &order, &listing, &err), RC_OK, &err);
	assert_int_equal(listing.n_members, 1);
	assert_int_equal(listing.n_leaves, 1);
	listing_clear(&listing);
	order.group = "bonn";
	assert_rc(listing_read(&db, &order, &listing, &err), RC_NOTFOUND, &err);
	assert_has(err.text, "no device in the inventory of group bonn");
	db_close(&db);
}

static void
more_issuers_than_columns_are_one(void **state)
{
	struct listing_order order = { .now = T0 };
	struct db db = stock_open(*state);
	const struct forecast *last;
	struct listing listing;
	struct err err = { 0 };

	stock_exec(&db, "PRAGMA synchronous = OFF; BEGIN");
	for (int64_t id = 1; id <= ISSUERS_MAX + 50; id++) {
		char issuer[40];
		struct made_leaf leaf = { .device = id,
			.issuer = issuer,
			.not_before = NB,
			.not_after = NB + 365 * DAY };

		(void)snprintf(issuer, sizeof(issuer), "CN=CA %d", (int)(id / 2));
		if (id > 30)
			(void)snprintf(issuer, sizeof(issuer), "CN=CA %d", (int)id);
		made_listing_device(&db, id, "pc", "");
		made_listing_leaf(&db, &leaf);
	}
	stock_exec(&db, "COMMIT");
	assert_rc(listing_read(&db, &order, &listing, &err), RC_OK, &err);
	assert_int_equal(listing.issuers.n, ISSUERS_MAX);
	assert_int_equal(listing.n_forecasts,
	    FIXED_FORECASTS + LISTING_ISSUERS_MAX + 1);
	assert_string_equal(listing.forecasts[FIXED_FORECASTS].name, "CN=CA 1");
	last = &listing.forecasts[listing.n_forecasts - 1];
	assert_int_equal(last->kind, FORECAST_ISSUERS);
	assert_string_equal(last->name, "all other issuers");
	/* The first has 1 device, 14 have 2; one of those comes after, then singles. */
	assert_int_equal(last->n, ISSUERS_MAX + 50 - 14 * 2 - 10);
	listing_clear(&listing);
	db_close(&db);
}

static bool
is_stopped(void)
{
	return true;
}

static void
it_ends_when_it_should(void **state)
{
	struct listing_order order = { .now = T0 };
	struct db db = stock_open(*state);
	struct err err = { 0 };

	put_pair(&db);
	assert_rc(made_listing_write(&db, &order, LISTING_CSV, "/dev/full", &err),
	    RC_SYSTEM, &err);
	assert_has(err.text, "/dev/full: ");
	err_clear(&err);
	order.deadline_ms = 1;
	assert_rc(made_listing_write(&db, &order, LISTING_CSV, "/dev/null", &err),
	    RC_TIMEOUT, &err);
	err_clear(&err);
	order.deadline_ms = 0;
	order.is_stopped = is_stopped;
	assert_rc(made_listing_write(&db, &order, LISTING_CSV, "/dev/null", &err),
	    RC_STATE, &err);
	db_close(&db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STOCK_TEST(only_what_lives_longer_than_150_days_moves),
		STOCK_TEST(each_certificate_counts_once),
		STOCK_TEST(more_issuers_than_columns_are_one),
		STOCK_TEST(it_ends_when_it_should),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
