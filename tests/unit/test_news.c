/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/inventory/news.c, ours.c: a reading that is not written, beside what was known
 * before; and whose certificates those are.
 */
#include <stdio.h>

#include "inventory/news.h"
#include "inventory/ours.h"
#include "inventory/pin.h"
#include "inventory/snapshot.h"
#include "made_device.h"
#include "stock.h"
#include "unit.h"

#define DAY MAKE_DAY
#define NOW (MAKE_NB + 200 * DAY)

/* What is known, and a reading of now beside it. */
struct lab {
	struct db db;
	int64_t id;
	struct facts before;
	struct facts facts;
};

/* The device is written as known, then read again as now. */
static struct lab
set_up(const struct folder *folder, const struct made_device *known,
    const struct made_device *now)
{
	struct lab lab = { .db = stock_open(folder) };
	struct made_device reading = *now;
	struct err err = { 0 };

	reading.read_at = NOW;
	lab.id = made_device_put(&lab.db, known);
	assert_rc(snapshot_read(&lab.db, lab.id, SNAPSHOT_STORE, NOW, &lab.before,
		      &err),
	    RC_OK, &err);
	made_device_read(&reading, &lab.facts);
	return lab;
}

static const struct facts_history *
tell(struct lab *lab)
{
	struct err err = { 0 };

	assert_rc(news_add(&lab->db, lab->id, &lab->before, NOW, &lab->facts, &err),
	    RC_OK, &err);
	return &lab->facts.history;
}

static void
tear_down(struct lab *lab)
{
	facts_clear(&lab->before);
	facts_clear(&lab->facts);
	db_close(&lab->db);
}

/* A run of ours made this key for that device. */
static void
make_ours(struct db *db, const char *uuid, const struct cert *cert)
{
	const struct db_value values[] = { db_text(uuid),
		db_blob(cert->spki_sha256, CERT_FINGERPRINT_BYTES) };
	struct err err = { 0 };

	assert_rc(db_run(db,
		      "INSERT INTO run (device_uuid, remedy, serial_number, started_at,"
		      " closed_at, outcome, old_fingerprint, new_spki, new_spki_sha256)"
		      " VALUES (?1, 'renew_amt_tls', '01', 1, 2, 'done',"
		      " randomblob(32), x'00', ?2)",
		      values, 2, &err),
	    RC_OK, &err);
}

static const struct made_device plain = { .uuid = MADE_UUID_A };

static void
the_same_again_is_no_news_and_ends_a_failure(void **state)
{
	struct lab lab = set_up(*state, &plain, &plain);
	const struct facts_history *history;

	lab.before.history.has_failed = true;
	(void)snprintf(lab.before.history.error, sizeof(lab.before.history.error),
	    "no answer");
	history = tell(&lab);
	assert_true(history->known);
	assert_int_equal(history->ok_at, NOW);
	assert_int_equal(history->tried_at, NOW);
	assert_false(history->has_failed);
	assert_string_equal(history->error, "");
	assert_int_equal(history->realm_changed_at, 0);
	assert_int_equal(history->replaced_at, 0);
	assert_int_equal(history->issuer_changed_at, 0);
	assert_int_equal(history->n_swaps, 0);
	assert_false(history->has_other_key);
	tear_down(&lab);
}

static void
nothing_is_written(void **state)
{
	const struct made_device other = { .uuid = MADE_UUID_B,
		.realm = "Digest:B",
		.ca = 1,
		.key_number = 5 };
	struct lab lab = set_up(*state, &plain, &other);
	int64_t events = stock_number(&lab.db, "SELECT count(*) FROM event");
	int64_t changes = sqlite3_total_changes(lab.db.sqlite);

	(void)tell(&lab);
	assert_int_equal(sqlite3_total_changes(lab.db.sqlite), changes);
	assert_int_equal(stock_number(&lab.db, "SELECT count(*) FROM event"), events);
	tear_down(&lab);
}

static void
another_realm_and_another_device_are_told(void **state)
{
	const struct made_device other = { .uuid = MADE_UUID_B, .realm = "Digest:B" };
	struct lab lab = set_up(*state, &plain, &other);
	const struct facts_history *history = tell(&lab);

	assert_int_equal(history->realm_changed_at, NOW);
	assert_string_equal(history->realm_before, "Digest:A");
	assert_int_equal(history->replaced_at, NOW);
	assert_string_equal(history->replaced, MADE_UUID_A);
	tear_down(&lab);
}

static void
a_handshake_alone_says_nothing_of_realm_and_uuid(void **state)
{
	const struct made_device handshake = { .name = NULL };
	struct lab lab = set_up(*state, &plain, &handshake);
	const struct facts_history *history = tell(&lab);

	assert_int_equal(history->realm_changed_at, 0);
	assert_int_equal(history->replaced_at, 0);
	tear_down(&lab);
}

/* Who made the certificate before, who the one now, and what that counts as. */
struct swap {
	bool was_ours;
	bool is_ours;
	size_t n_swaps;
};

static const struct swap swaps[] = {
	{ false, false, 0 }, /* their affair */
	{ true, false, 1 }, { false, true, 1 },
	{ true, true, 0 }, /* our own renewal, at another CA */
};

static void
another_issuer_is_told_with_whose_certificates_they_were(void **state)
{
	const struct made_device other = { .uuid = MADE_UUID_A,
		.ca = 1,
		.key_number = 5 };

	for (size_t i = 0; i < UNIT_COUNT(swaps); i++) {
		struct lab lab = set_up(*state, &plain, &other);
		const struct facts_history *history;

		stock_exec(&lab.db, "DELETE FROM run");
		if (swaps[i].was_ours)
			make_ours(&lab.db, MADE_UUID_A, lab.before.presented.certs[0]);
		if (swaps[i].is_ours)
			make_ours(&lab.db, MADE_UUID_A, lab.facts.presented.certs[0]);
		history = tell(&lab);
		assert_int_equal(history->issuer_changed_at, NOW);
		assert_int_equal(history->issuer_was_ours, swaps[i].was_ours);
		assert_int_equal(history->issuer_is_ours, swaps[i].is_ours);
		assert_int_equal(history->n_swaps, swaps[i].n_swaps);
		assert_string_equal(history->issuer_before,
		    lab.before.presented.certs[0]->issuer);
		assert_string_equal(history->issuer_now,
		    lab.facts.presented.certs[0]->issuer);
		assert_false(history->has_other_key);
		tear_down(&lab);
	}
}

static void
the_swap_just_seen_counts_with_those_before(void **state)
{
	const struct made_device other = { .uuid = MADE_UUID_A,
		.ca = 1,
		.key_number = 5 };
	struct lab lab = set_up(*state, &plain, &other);

	make_ours(&lab.db, MADE_UUID_A, lab.before.presented.certs[0]);
	lab.before.history.n_swaps = 2;
	assert_int_equal(tell(&lab)->n_swaps, 3);
	tear_down(&lab);
}

static void
another_key_of_the_same_issuer_is_told_unless_it_is_ours(void **state)
{
	const struct made_device other = { .uuid = MADE_UUID_A, .key_number = 5 };
	struct lab lab = set_up(*state, &plain, &other);

	assert_true(tell(&lab)->has_other_key);
	assert_int_equal(lab.facts.history.key_seen_at, MAKE_NB + 100 * DAY);
	make_ours(&lab.db, MADE_UUID_B, lab.facts.presented.certs[0]);
	assert_true(tell(&lab)->has_other_key);
	make_ours(&lab.db, MADE_UUID_A, lab.facts.presented.certs[0]);
	assert_false(tell(&lab)->has_other_key);
	tear_down(&lab);
}

static void
a_pin_that_a_person_set_is_judged_elsewhere(void **state)
{
	const struct made_device other = { .uuid = MADE_UUID_A, .key_number = 5 };
	struct lab lab = set_up(*state, &plain, &other);
	struct err err = { 0 };

	assert_rc(pin_set(&lab.db, lab.id, lab.before.presented.certs[0]->spki_sha256,
		      NOW, &err),
	    RC_OK, &err);
	assert_false(tell(&lab)->has_other_key);
	tear_down(&lab);
}

static void
a_broken_inventory_leaves_the_facts_alone(void **state)
{
	const struct made_device other = { .uuid = MADE_UUID_A, .ca = 1 };
	struct lab lab = set_up(*state, &plain, &other);

	stock_exec(&lab.db, "DROP TABLE step; DROP TABLE archive; DROP TABLE run");
	assert_int_equal(news_add(&lab.db, lab.id, &lab.before, NOW, &lab.facts, NULL),
	    RC_DB);
	assert_false(lab.facts.history.known);
	tear_down(&lab);
}

static void
marks_what_a_remedy_of_ours_made(void **state)
{
	struct lab lab = set_up(*state, &plain, &plain);
	struct err err = { 0 };

	make_ours(&lab.db, MADE_UUID_B, lab.facts.presented.certs[0]);
	assert_rc(ours_mark(&lab.db, MADE_UUID_B, &lab.facts, &err), RC_OK, &err);
	assert_false(lab.facts.presented.is_ours); /* it has a UUID of its own */
	make_ours(&lab.db, MADE_UUID_A, lab.facts.presented.certs[0]);
	assert_rc(ours_mark(&lab.db, "", &lab.facts, &err), RC_OK, &err);
	assert_true(lab.facts.presented.is_ours);
	assert_true(lab.facts.certs[0].is_ours);
	assert_false(lab.facts.certs[1].is_ours);
	facts_clear(&lab.before);
	assert_rc(snapshot_read(&lab.db, lab.id, SNAPSHOT_PRESENTED, NOW, &lab.before,
		      &err),
	    RC_OK, &err);
	assert_true(lab.before.presented.is_ours); /* and what is recalled */
	tear_down(&lab);
}

/* A handshake shows no UUID: the remedy's login may have been the first. */
static void
knows_a_key_of_ours_where_no_uuid_is_known(void **state)
{
	const struct made_device other = { .uuid = MADE_UUID_A, .key_number = 5 };
	struct lab lab = set_up(*state, &plain, &other);
	struct err err = { 0 };

	lab.before.uuid[0] = '\0';
	lab.facts.uuid[0] = '\0';
	assert_true(tell(&lab)->has_other_key);
	make_ours(&lab.db, MADE_UUID_A, lab.facts.presented.certs[0]);
	lab.facts.history.has_other_key = false;
	assert_false(tell(&lab)->has_other_key);
	assert_rc(ours_mark(&lab.db, "", &lab.facts, &err), RC_OK, &err);
	assert_true(lab.facts.presented.is_ours);
	tear_down(&lab);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STOCK_TEST(the_same_again_is_no_news_and_ends_a_failure),
		STOCK_TEST(nothing_is_written),
		STOCK_TEST(another_realm_and_another_device_are_told),
		STOCK_TEST(a_handshake_alone_says_nothing_of_realm_and_uuid),
		STOCK_TEST(another_issuer_is_told_with_whose_certificates_they_were),
		STOCK_TEST(the_swap_just_seen_counts_with_those_before),
		STOCK_TEST(another_key_of_the_same_issuer_is_told_unless_it_is_ours),
		STOCK_TEST(a_pin_that_a_person_set_is_judged_elsewhere),
		STOCK_TEST(a_broken_inventory_leaves_the_facts_alone),
		STOCK_TEST(marks_what_a_remedy_of_ours_made),
		STOCK_TEST(knows_a_key_of_ours_where_no_uuid_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
