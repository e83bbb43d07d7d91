/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/inventory/asset.c, asset_touch.c: which row a device is, by the rules in
 * inventory/snapshot.h.
 */
#include <stdio.h>

#include "inventory/asset.h"
#include "inventory/snapshot.h"
#include "made_device.h"
#include "stock.h"
#include "unit.h"

#define DAY MAKE_DAY
#define T0  (MAKE_NB + 100 * DAY)

static int64_t
find(struct db *db, const char *name)
{
	struct err err = { 0 };
	int64_t id = 0;

	assert_rc(snapshot_find(db, name, &id, &err), RC_OK, &err);
	return id;
}

static int64_t
events(struct db *db, const char *kind)
{
	const struct db_value value = db_text(kind);
	sqlite3_stmt *stmt = NULL;
	struct err err = { 0 };
	bool is_row = false;
	int64_t n;

	assert_rc(db_query(db, "SELECT count(*) FROM event WHERE kind = ?", &value, 1,
		      &stmt, &err),
	    RC_OK, &err);
	assert_rc(db_next(db, stmt, &is_row, &err), RC_OK, &err);
	n = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return n;
}

static void
a_login_gives_the_device_of_a_name_its_uuid_and_keeps_its_id(void **state)
{
	const struct made_device seen = { .name = "pc1.example" };
	const struct made_device login = { .uuid = MADE_UUID_A, .read_at = T0 + DAY };
	struct db db = stock_open(*state);
	int64_t id = made_device_put(&db, &seen);
	struct err err = { 0 };
	int64_t by_uuid = 0;

	assert_string_equal(stock_text(&db, "SELECT uuid FROM device"), "");
	assert_int_equal(made_device_put(&db, &login), id);
	assert_rc(snapshot_find_uuid(&db, MADE_UUID_A, &by_uuid, &err), RC_OK, &err);
	assert_int_equal(by_uuid, id);
	/* From now on a handshake under the name is that device. */
	assert_int_equal(made_device_put(&db, &seen), id);
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM device"), 1);
	db_close(&db);
}

static void
a_name_is_not_a_device_when_addresses_change(void **state)
{
	struct made_device device = { .uuid = MADE_UUID_A };
	struct db db = stock_open(*state);
	int64_t id = made_device_put(&db, &device);

	for (int i = 0; i < 40; i++) {
		char address[32];

		(void)snprintf(address, sizeof(address), "192.0.2.%d", i + 10);
		device.address = address;
		device.read_at = T0 + i * DAY;
		assert_int_equal(made_device_put(&db, &device), id);
	}
	assert_string_equal(stock_text(&db, "SELECT address FROM device"),
	    "192.0.2.49");
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM address"),
	    ASSET_ADDRESSES_MAX);
	assert_int_equal(stock_number(&db,
			     "SELECT last_seen - first_seen FROM address"
			     " WHERE address = '192.0.2.48'"),
	    0);
	device.address = "192.0.2.48";
	device.read_at = T0 + 50 * DAY;
	(void)made_device_put(&db, &device);
	assert_int_equal(stock_number(&db,
			     "SELECT last_seen - first_seen FROM address"
			     " WHERE address = '192.0.2.48'"),
	    12 * DAY);
	assert_int_equal(events(&db, "address_reused"), 0);
	db_close(&db);
}

static void
a_uuid_that_comes_back_under_a_new_name_takes_up_that_row(void **state)
{
	const struct made_device old = { .name = "old.example", .uuid = MADE_UUID_A };
	struct made_device fresh = { .name = "new.example",
		.address = "192.0.2.9",
		.read_at = T0 + 30 * DAY };
	struct db db = stock_open(*state);
	int64_t id = made_device_put(&db, &old);
	int64_t provisional = made_device_put(&db, &fresh);

	assert_int_not_equal(provisional, id);
	fresh.uuid = MADE_UUID_A;
	fresh.read_at += DAY;
	assert_int_equal(made_device_put(&db, &fresh), id);
	assert_int_equal(find(&db, "new.example"), id);
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM device"), 1);
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM standing"), 1);
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM contact"), 3);
	assert_int_equal(events(&db, "merged"), 1);
	assert_int_equal(events(&db, "renamed"), 1);
	/* The id that was given up is not given again. */
	fresh = (struct made_device){ .name = "next.example", .address = "x" };
	assert_true(made_device_put(&db, &fresh) > provisional);
	db_close(&db);
}

static void
a_new_machine_under_an_old_name_retires_the_one_before(void **state)
{
	const struct made_device old = { .uuid = MADE_UUID_A };
	const struct made_device fresh = { .uuid = MADE_UUID_B, .read_at = T0 + DAY };
	const struct made_device back = { .name = "spare.example",
		.address = "192.0.2.7",
		.uuid = MADE_UUID_A,
		.read_at = T0 + 2 * DAY };
	struct db db = stock_open(*state);
	int64_t first = made_device_put(&db, &old);
	struct facts facts = { 0 };
	struct err err = { 0 };
	int64_t second;

	assert_string_equal(made_device_tell(&db, &fresh, REASON_REPLACED),
	    "another device answers to this name, " MADE_UUID_A " before");
	second = find(&db, "pc1.example");
	assert_int_not_equal(second, first);
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM standing"), 1);
	assert_int_equal(stock_number(&db,
			     "SELECT replaced_by FROM device"
			     " WHERE retired_at IS NOT NULL"),
	    second);
	assert_rc(snapshot_read(&db, first, SNAPSHOT_STORE, T0, &facts, &err),
	    RC_NOTFOUND, &err);
	/* It turns up elsewhere: the same row, in the fleet again. */
	assert_int_equal(made_device_put(&db, &back), first);
	assert_int_equal(find(&db, "spare.example"), first);
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM standing"), 2);
	assert_int_equal(stock_number(&db, "SELECT state FROM standing LIMIT 1"),
	    STATE_OK);
	db_close(&db);
}

/* pc1 and pc2, each read under its own name. */
static void
put_both(struct db *db, int64_t at, int64_t *ret_first, int64_t *ret_second)
{
	const struct made_device first = { .uuid = MADE_UUID_A, .read_at = at };
	const struct made_device second = { .name = "pc2.example",
		.address = "192.0.2.2",
		.uuid = MADE_UUID_B,
		.read_at = at };

	*ret_first = made_device_put(db, &first);
	*ret_second = made_device_put(db, &second);
}

static void
a_stale_dns_entry_mixes_up_no_devices(void **state)
{
	/* pc1 leads to where pc2 is now. */
	struct made_device wrong = { .address = "192.0.2.2",
		.uuid = MADE_UUID_B,
		.read_at = T0 + DAY,
		.serial = 77 };
	struct db db = stock_open(*state);
	int64_t first, second;

	put_both(&db, T0, &first, &second);
	assert_string_equal(made_device_tell(&db, &wrong, REASON_MISDIRECTED),
	    "the name leads to another device: pc2.example (" MADE_UUID_B ")");
	assert_int_equal(made_device_put(&db, &wrong), first);
	assert_int_equal(events(&db, "misdirected"), 1);
	assert_int_equal(find(&db, "pc2.example"), second);
	assert_int_equal(stock_number(&db,
			     "SELECT count(*) FROM cert WHERE serial_number = '4d'"),
	    0);
	assert_int_equal(stock_number(&db,
			     "SELECT count(*) FROM standing WHERE ok_at = tried_at"),
	    1);
	assert_string_equal(stock_text(&db,
				"SELECT error FROM standing WHERE last_result = 8"),
	    "the name leads to another device");
	/* Both lose their claim to a name that nobody reaches them by. */
	wrong.read_at = T0 + 15 * DAY;
	assert_int_equal(made_device_put(&db, &wrong), second);
	assert_int_equal(find(&db, "pc1.example"), second);
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM standing"), 1);
	db_close(&db);
}

static void
two_machines_that_swapped_names_end_up_right(void **state)
{
	struct made_device one = { .uuid = MADE_UUID_B };
	struct made_device two = { .name = "pc2.example",
		.address = "192.0.2.2",
		.uuid = MADE_UUID_A };
	struct db db = stock_open(*state);
	int64_t first, second;

	put_both(&db, T0, &first, &second);
	for (int day = 1; day <= 16; day++) {
		one.read_at = T0 + day * DAY;
		two.read_at = one.read_at + 60;
		(void)made_device_put(&db, &one);
		(void)made_device_put(&db, &two);
	}
	assert_int_equal(find(&db, "pc1.example"), second);
	assert_int_equal(find(&db, "pc2.example"), first);
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM standing"), 2);
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM device"), 2);
	db_close(&db);
}

static void
an_address_that_was_another_s_is_noticed(void **state)
{
	const struct made_device one = { .uuid = MADE_UUID_A };
	const struct made_device two = { .name = "pc2.example",
		.address = "192.0.2.2",
		.uuid = MADE_UUID_B };
	const struct made_device moved = { .name = "pc2.example",
		.uuid = MADE_UUID_B,
		.read_at = T0 + DAY };
	const struct made_device beside = { .name = "pc3.example", .port = 26993 };
	struct db db = stock_open(*state);

	(void)made_device_put(&db, &one);
	(void)made_device_put(&db, &two);
	(void)made_device_put(&db, &beside); /* another port is another place */
	assert_string_equal(made_device_tell(&db, &moved, REASON_ADDRESS_REUSED),
	    "its address was that of pc1.example (" MADE_UUID_A ")");
	(void)made_device_put(&db, &moved);
	assert_int_equal(events(&db, "address_reused"), 1);
	db_close(&db);
}

static void
a_group_is_kept_until_another_is_given(void **state)
{
	const struct snapshot_target target = { "pc1.example", "192.0.2.1", 16993,
		"floor 3" };
	const struct made_device device = { .uuid = MADE_UUID_A };
	struct db db = stock_open(*state);
	struct err err = { 0 };
	int64_t id = 0;

	assert_rc(snapshot_write_failure(&db, &target, RC_TIMEOUT, "", T0, &id, &err),
	    RC_OK, &err);
	assert_int_equal(made_device_put(&db, &device), id);
	assert_string_equal(stock_text(&db, "SELECT device_group FROM device"),
	    "floor 3");
	db_close(&db);
}

static void
a_realm_that_changed_is_a_finding_of_its_own(void **state)
{
	struct made_device device = { .uuid = MADE_UUID_A };
	struct db db = stock_open(*state);

	assert_string_equal(made_device_tell(&db, &device, REASON_REALM_CHANGED), "");
	device.realm = "Digest:B";
	device.read_at = T0 + DAY;
	assert_string_equal(made_device_tell(&db, &device, REASON_REALM_CHANGED),
	    "realm changed from Digest:A to Digest:B: the device was unprovisioned or "
	    "replaced");
	assert_int_equal(stock_number(&db, "SELECT state FROM standing"),
	    STATE_WARNING);
	device.read_at = T0 + 7 * DAY;
	assert_has(made_device_tell(&db, &device, REASON_REALM_CHANGED), "Digest:A");
	device.read_at = T0 + 9 * DAY;
	assert_string_equal(made_device_tell(&db, &device, REASON_REALM_CHANGED), "");
	assert_int_equal(stock_number(&db, "SELECT state FROM standing"), STATE_OK);
	assert_int_equal(events(&db, "realm_changed"), 1);
	db_close(&db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STOCK_TEST(
		    a_login_gives_the_device_of_a_name_its_uuid_and_keeps_its_id),
		STOCK_TEST(a_name_is_not_a_device_when_addresses_change),
		STOCK_TEST(a_uuid_that_comes_back_under_a_new_name_takes_up_that_row),
		STOCK_TEST(a_new_machine_under_an_old_name_retires_the_one_before),
		STOCK_TEST(a_stale_dns_entry_mixes_up_no_devices),
		STOCK_TEST(two_machines_that_swapped_names_end_up_right),
		STOCK_TEST(an_address_that_was_another_s_is_noticed),
		STOCK_TEST(a_group_is_kept_until_another_is_given),
		STOCK_TEST(a_realm_that_changed_is_a_finding_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
