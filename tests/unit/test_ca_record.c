/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/inventory/ca_record.c: what a CA is known for is what was found out last.
 */
#include "inventory/ca_record.h"
#include "stock.h"
#include "unit.h"

#define NOW INT64_C(1767225600)
#define CA  "corp (est)"

static const struct ca_record_entry good = { .ca = CA,
	.standing = CA_STANDING_ACCEPTED,
	.device_uuid = "a" };
static const struct ca_record_entry bad = { .ca = CA,
	.standing = CA_STANDING_REFUSED,
	.device_uuid = "b",
	.text = "C9 time" };

static struct ca_record
read_record(struct db *db, const char *ca)
{
	struct ca_record record = { .id = -1 };
	struct err err = { 0 };

	assert_rc(ca_record_read(db, ca, &record, &err), RC_OK, &err);
	return record;
}

static void
note(struct db *db, const struct ca_record_entry *entry)
{
	struct err err = { 0 };

	assert_rc(ca_record_note(db, entry, NOW, &err), RC_OK, &err);
}

static int64_t
begin_trial(struct db *db)
{
	const struct ca_record_entry begun = { .ca = CA, .text = "begun" };
	struct err err = { 0 };
	int64_t id = 0;

	assert_rc(ca_record_begin_trial(db, &begun, NOW, &id, &err), RC_OK, &err);
	return id;
}

static void
end_trial(struct db *db, int64_t id, enum ca_standing standing)
{
	const struct ca_record_entry entry = { .ca = CA,
		.standing = standing,
		.issuer = "CN=Lab",
		.serial_number = "0a",
		.text = "ended" };
	struct err err = { 0 };

	assert_rc(ca_record_end_trial(db, id, &entry, &err), RC_OK, &err);
}

static void
a_ca_without_a_record_is_unknown(void **state)
{
	struct db db = stock_open(*state);
	struct ca_record record;

	note(&db, &good);
	record = read_record(&db, "other (est)");
	assert_int_equal(record.id, 0);
	assert_int_equal(record.standing, CA_STANDING_NONE);
	assert_false(record.holds_trials);
	db_close(&db);
}

/* A fleet that is renewed does not fill the disk. */
static void
answers_are_noted_when_they_change_something(void **state)
{
	struct db db = stock_open(*state);
	struct ca_record record;

	for (int i = 0; i < 4; i++)
		note(&db, &good);
	assert_int_equal(read_record(&db, CA).standing, CA_STANDING_ACCEPTED);
	for (int i = 0; i < 4; i++)
		note(&db, &bad);
	record = read_record(&db, CA);
	assert_int_equal(record.standing, CA_STANDING_REFUSED);
	assert_false(record.is_trial);
	assert_string_equal(record.text, "C9 time");
	note(&db, &good);
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM ca_record"), 3);
	db_close(&db);
}

static void
a_trial_counts_when_it_has_ended(void **state)
{
	struct db db = stock_open(*state);
	struct ca_record record;
	int64_t killed = begin_trial(&db);
	int64_t id;

	assert_int_equal(read_record(&db, CA).standing, CA_STANDING_NONE);
	note(&db, &bad);
	id = begin_trial(&db);
	assert_int_equal(read_record(&db, CA).standing, CA_STANDING_REFUSED);
	end_trial(&db, id, CA_STANDING_ACCEPTED);
	record = read_record(&db, CA);
	assert_int_equal(record.id, id);
	assert_true(record.is_trial);
	assert_int_equal(record.standing, CA_STANDING_ACCEPTED);
	assert_string_equal(stock_text(&db,
				"SELECT serial_number || issuer FROM ca_record"
				" WHERE standing = 1"),
	    "0aCN=Lab");
	/* Every trial is there, also the one whose process was killed. */
	assert_int_equal(stock_number(&db,
			     "SELECT id FROM ca_record WHERE is_trial AND"
			     " standing = 0 AND text = 'begun'"),
	    killed);
	db_close(&db);
}

static void
that_a_trial_waited_is_never_forgotten(void **state)
{
	struct db db = stock_open(*state);
	struct ca_record record;

	end_trial(&db, begin_trial(&db), CA_STANDING_WAITS);
	assert_true(read_record(&db, CA).holds_trials);
	note(&db, &good);
	note(&db, &bad);
	record = read_record(&db, CA);
	assert_int_equal(record.standing, CA_STANDING_REFUSED);
	assert_true(record.holds_trials);
	db_close(&db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STOCK_TEST(a_ca_without_a_record_is_unknown),
		STOCK_TEST(answers_are_noted_when_they_change_something),
		STOCK_TEST(a_trial_counts_when_it_has_ended),
		STOCK_TEST(that_a_trial_waited_is_never_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
