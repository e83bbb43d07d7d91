/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/inventory/slot.c, slot_update.c, use.c: the number is that of the use, and
 * what is replaced is kept.
 */
#include <stdio.h>
#include <stdlib.h>

#include "inventory/event.h"
#include "inventory/role.h"
#include "inventory/snapshot.h"
#include "made_device.h"
#include "stock.h"
#include "unit.h"

#define DAY MAKE_DAY
#define T0  (MAKE_NB + 100 * DAY)

enum {
	N_READINGS = 300,
	N_NUMBERS = 2000,
};

static int64_t
number_of(struct db *db, enum role role, const char *subject)
{
	const struct db_value values[] = { db_int(role), db_text(subject) };
	sqlite3_stmt *stmt = NULL;
	struct err err = { 0 };
	bool is_row = false;
	int64_t number;

	assert_rc(
	    db_query(db,
		"SELECT number FROM slot JOIN cert ON cert.id = cert_id"
		" WHERE role = ? AND subject = ? || ',O=Example' AND gone_at IS NULL",
		values, UNIT_COUNT(values), &stmt, &err),
	    RC_OK, &err);
	assert_rc(db_next(db, stmt, &is_row, &err), RC_OK, &err);
	assert_true(is_row);
	number = sqlite3_column_int64(stmt, 0);
	assert_rc(db_next(db, stmt, &is_row, &err), RC_OK, &err);
	assert_false(is_row);
	sqlite3_finalize(stmt);
	return number;
}

static void
a_renewal_keeps_the_number_and_archives(void **state)
{
	struct made_device device = { .uuid = MADE_UUID_A };
	struct db db = stock_open(*state);
	int64_t number;

	(void)made_device_put(&db, &device);
	number = number_of(&db, ROLE_TLS, "CN=pc1.example");
	device.serial = 2;
	device.first_handle = 5;
	device.not_after = MAKE_NB + 700 * DAY;
	device.read_at = T0 + DAY;
	(void)made_device_put(&db, &device);
	assert_int_equal(number_of(&db, ROLE_TLS, "CN=pc1.example"), number);
	assert_int_equal(stock_number(&db, "SELECT since FROM slot WHERE role = 1"),
	    T0 + DAY);
	assert_int_equal(stock_number(&db, "SELECT since FROM slot WHERE role = 9"),
	    T0);
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM slot"), 3);
	assert_int_equal(stock_number(&db,
			     "SELECT count(*) FROM archive WHERE serial_number = '01'"
			     " AND reason = 'replaced' AND actor = 'reading' AND"
			     " next_is_ours = 0 AND role = 1 AND device_id = 1"),
	    1);
	assert_int_equal(stock_number(&db,
			     "SELECT new_not_after - old_not_after FROM event"
			     " WHERE kind = 'renewed'"),
	    335 * DAY);
	assert_int_equal(stock_number(&db,
			     "SELECT count(*) FROM event WHERE number > 0"),
	    1);
	db_close(&db);
}

static void
an_older_successor_is_replaced_not_renewed(void **state)
{
	struct made_device device = { .serial = 1 };
	struct db db = stock_open(*state);

	(void)made_device_put(&db, &device);
	device.serial = 2;
	device.not_after = MAKE_NB + 105 * DAY;
	device.read_at = T0 + DAY;
	(void)made_device_put(&db, &device);
	assert_int_equal(stock_number(&db,
			     "SELECT count(*) FROM event WHERE kind = 'replaced'"),
	    1);
	assert_int_equal(stock_number(&db,
			     "SELECT new_state FROM event WHERE kind = 'state' AND"
			     " number > 0 AND old_state = 0"),
	    STATE_CRITICAL);
	assert_int_equal(stock_number(&db,
			     "SELECT count(*) FROM archive WHERE next_is_ours IS NULL"),
	    1);
	db_close(&db);
}

static void
profiles_keep_their_numbers_whatever_the_order(void **state)
{
	struct made_device device = { .uuid = MADE_UUID_A, .n_wireless = 3 };
	struct db db = stock_open(*state);
	int64_t numbers[3];
	char subject[32];

	(void)made_device_put(&db, &device);
	for (int i = 0; i < 3; i++) {
		(void)snprintf(subject, sizeof(subject), "CN=wifi %d", i);
		numbers[i] = number_of(&db, ROLE_8021X_WIRELESS, subject);
	}
	/* All renewed at once, on other handles. */
	device.serial = 2;
	device.first_handle = 2;
	device.read_at = T0 + DAY;
	(void)made_device_put(&db, &device);
	for (int i = 0; i < 3; i++) {
		(void)snprintf(subject, sizeof(subject), "CN=wifi %d", i);
		assert_int_equal(number_of(&db, ROLE_8021X_WIRELESS, subject),
		    numbers[i]);
	}
	/* One is taken away and comes back, renewed meanwhile. */
	device.n_wireless = 2;
	device.read_at += DAY;
	(void)made_device_put(&db, &device);
	assert_int_equal(stock_number(&db,
			     "SELECT count(*) FROM slot WHERE gone_at IS NOT NULL"),
	    1);
	assert_int_equal(stock_number(&db,
			     "SELECT count(*) FROM event WHERE kind = 'gone'"),
	    1);
	device.n_wireless = 3;
	device.serial = 3;
	device.read_at += DAY;
	(void)made_device_put(&db, &device);
	assert_int_equal(number_of(&db, ROLE_8021X_WIRELESS, "CN=wifi 2"), numbers[2]);
	assert_int_equal(stock_number(&db,
			     "SELECT count(*) FROM slot WHERE gone_at IS NOT NULL"),
	    0);
	db_close(&db);
}

static void
each_root_has_a_number_of_its_own(void **state)
{
	struct made_device device = { .uuid = MADE_UUID_A };
	struct db db = stock_open(*state);
	int64_t root, anchor;

	(void)made_device_put(&db, &device);
	root = number_of(&db, ROLE_ROOT, "CN=Lab CA");
	anchor = number_of(&db, ROLE_ANCHOR, "CN=Lab CA");
	device.ca = 1;
	device.serial = 2;
	device.read_at = T0 + DAY;
	(void)made_device_put(&db, &device);
	assert_int_not_equal(number_of(&db, ROLE_ROOT, "CN=Other CA"), root);
	assert_int_equal(number_of(&db, ROLE_ANCHOR, "CN=Other CA"), anchor);
	assert_int_equal(stock_number(&db,
			     "SELECT count(*) FROM archive WHERE reason = 'removed'"),
	    1);
	db_close(&db);
}

static void
what_nothing_uses_is_listed_and_leaves_without_a_trace(void **state)
{
	struct made_device device = { .uuid = MADE_UUID_A, .has_orphan = true };
	struct db db = stock_open(*state);

	(void)made_device_put(&db, &device);
	assert_int_equal(stock_number(&db, "SELECT n_orphan_certs FROM reading"), 1);
	(void)number_of(&db, ROLE_UNBOUND, "CN=orphan");
	device.has_orphan = false;
	device.read_at = T0 + DAY;
	(void)made_device_put(&db, &device);
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM slot WHERE role = 10"),
	    0);
	assert_int_equal(
	    stock_number(&db,
		"SELECT count(*) FROM cert WHERE subject LIKE 'CN=orphan%'"),
	    0);
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM archive"), 0);
	db_close(&db);
}

/* A run of ours made the key of this device's certificate. */
static void
make_ours(struct db *db, int key_number)
{
	const struct made_device device = { .key_number = key_number };
	struct facts facts = { 0 };
	struct err err = { 0 };
	struct db_value value;

	made_device_read(&device, &facts);
	value = db_blob(facts.presented.certs[0]->spki_sha256, CERT_FINGERPRINT_BYTES);
	assert_rc(db_run(db,
		      "INSERT INTO run (device_uuid, remedy, serial_number, started_at,"
		      " closed_at, outcome, old_fingerprint, new_spki, new_spki_sha256)"
		      " VALUES ('" MADE_UUID_A "', 'renew_amt_tls', '01', 1, 2, 'done',"
		      " randomblob(32), x'00', ?)",
		      &value, 1, &err),
	    RC_OK, &err);
	facts_clear(&facts);
}

static void
our_own_renewal_raises_nothing(void **state)
{
	struct made_device device = { .uuid = MADE_UUID_A };
	struct db db = stock_open(*state);

	make_ours(&db, 1);
	make_ours(&db, 2);
	(void)made_device_put(&db, &device);
	for (int i = 1; i <= 2; i++) {
		device.key_number = i;
		device.ca = i; /* even when it moves to another CA */
		device.serial = i + 1;
		device.read_at = T0 + i * DAY;
		assert_string_equal(made_device_tell(&db, &device,
					REASON_SECOND_MANAGER),
		    "");
		assert_int_equal(stock_number(&db, "SELECT state FROM standing"),
		    STATE_OK);
	}
	assert_int_equal(stock_number(&db,
			     "SELECT count(*) FROM archive WHERE next_is_ours = 1"),
	    2);
	db_close(&db);
}

static void
who_replaces_our_certificate_is_named_until_we_take_over(void **state)
{
	struct made_device device = { .uuid = MADE_UUID_A, .key_number = 1 };
	struct db db = stock_open(*state);

	make_ours(&db, 1);
	make_ours(&db, 3);
	(void)made_device_put(&db, &device);
	device.key_number = 2;
	device.ca = 3;
	device.serial = 2;
	device.read_at = T0 + DAY;
	assert_string_equal(made_device_tell(&db, &device, REASON_SECOND_MANAGER),
	    "another manager replaced our certificate by one of CN=MeshCentral Root,O=Example");
	device.read_at = T0 + 60 * DAY;
	assert_has(made_device_tell(&db, &device, REASON_SECOND_MANAGER), "Mesh");
	assert_int_equal(stock_number(&db, "SELECT state FROM standing"),
	    STATE_WARNING);
	device.key_number = 3;
	device.ca = 0;
	device.serial = 3;
	device.read_at += DAY;
	assert_string_equal(made_device_tell(&db, &device, REASON_SECOND_MANAGER), "");
	assert_int_equal(stock_number(&db, "SELECT state FROM standing"), STATE_OK);
	db_close(&db);
}

static void
a_tug_of_war_is_critical_and_can_be_accepted(void **state)
{
	struct made_device device = { .uuid = MADE_UUID_A, .key_number = 1 };
	struct db db = stock_open(*state);
	struct err err = { 0 };

	make_ours(&db, 1);
	(void)made_device_put(&db, &device);
	for (int i = 1; i <= 3; i++) {
		device.key_number = i % 2 == 0 ? 1 : 2;
		device.ca = i % 2 == 0 ? 0 : 3;
		device.serial = i % 2 == 0 ? 1 : 2;
		device.read_at = T0 + i * DAY;
		assert_int_equal(made_device_tell(&db, &device,
				     REASON_MANAGERS_FIGHT)[0] != '\0',
		    i == 3);
	}
	assert_int_equal(stock_number(&db, "SELECT state FROM standing"),
	    STATE_CRITICAL);
	device.read_at = T0 + 9 * DAY;
	assert_string_equal(made_device_tell(&db, &device, REASON_MANAGERS_FIGHT), "");
	assert_has(made_device_tell(&db, &device, REASON_SECOND_MANAGER), "Mesh");
	assert_rc(event_accept(&db, 1, T0 + 9 * DAY, &err), RC_OK, &err);
	assert_string_equal(made_device_tell(&db, &device, REASON_SECOND_MANAGER), "");
	assert_int_equal(stock_number(&db, "SELECT state FROM standing"), STATE_OK);
	db_close(&db);
}

static void
strangers_among_themselves_are_a_note(void **state)
{
	struct made_device device = { .uuid = MADE_UUID_A };
	struct db db = stock_open(*state);

	(void)made_device_put(&db, &device);
	device.ca = 3;
	device.key_number = 2;
	device.serial = 2;
	device.read_at = T0 + DAY;
	assert_string_equal(made_device_tell(&db, &device, REASON_ISSUER_CHANGED),
	    "issuer changed from CN=Lab CA,O=Example to CN=MeshCentral Root,O=Example");
	assert_int_equal(stock_number(&db, "SELECT state FROM standing"), STATE_OK);
	db_close(&db);
}

static void
a_switched_off_context_ends_its_use(void **state)
{
	const struct made_device plain = { .uuid = MADE_UUID_A, .no_presented = true };
	struct made_device device = { .uuid = MADE_UUID_A, .read_at = T0 + DAY };
	struct db db = stock_open(*state);
	int64_t number;

	/* Seen over plain 16992 first: what is bound is the TLS certificate. */
	(void)made_device_put(&db, &plain);
	number = number_of(&db, ROLE_TLS, "CN=pc1.example");
	assert_int_equal(stock_number(&db, "SELECT sources FROM slot WHERE role = 1"),
	    2);
	(void)made_device_put(&db, &device);
	assert_int_equal(number_of(&db, ROLE_TLS, "CN=pc1.example"), number);
	assert_int_equal(stock_number(&db, "SELECT sources FROM slot WHERE role = 1"),
	    3);
	db_close(&db);
}

static struct made_device
any_device(int i)
{
	struct made_device device = { .uuid = random() % 3 == 0 ? NULL : MADE_UUID_A,
		.serial = 1 + random() % 6,
		.ca = (int)(random() % 3),
		.n_wireless = (int)(random() % 4),
		.first_handle = (int)(1 + random() % 3),
		.has_orphan = random() % 2 == 0,
		.bound_serial = random() % 4 == 0 ? 1 + random() % 6 : 0,
		.read_at = T0 + (int64_t)i * 3600 };

	device.no_presented = device.uuid != NULL && random() % 5 == 0;
	return device;
}

/* A number stays with its role; returns the one of TLS. */
static int64_t
check_numbers(struct db *db, int roles[N_NUMBERS])
{
	sqlite3_stmt *stmt = NULL;
	struct err err = { 0 };
	bool is_row = true;
	int64_t tls = 0;

	assert_rc(db_query(db, "SELECT number, role FROM slot", NULL, 0, &stmt, &err),
	    RC_OK, &err);
	assert_rc(db_next(db, stmt, &is_row, &err), RC_OK, &err);
	while (is_row) {
		int64_t number = sqlite3_column_int64(stmt, 0);
		int role = sqlite3_column_int(stmt, 1);

		assert_in_range(number, 1, N_NUMBERS - 1);
		assert_true(roles[number] == 0 || roles[number] == role);
		roles[number] = role;
		if (role == ROLE_TLS)
			tls = number;
		assert_rc(db_next(db, stmt, &is_row, &err), RC_OK, &err);
	}
	sqlite3_finalize(stmt);
	return tls;
}

/* Whatever comes, a number stays with its role, and TLS with its number. */
static void
numbers_are_never_given_to_another_use(void **state)
{
	static int roles[N_NUMBERS];
	struct db db = stock_open(*state);
	int64_t tls = 0;

	srandom(7);
	for (int i = 0; i < N_READINGS; i++) {
		struct made_device device = any_device(i);
		int64_t now_tls;

		(void)made_device_put(&db, &device);
		now_tls = check_numbers(&db, roles);
		assert_true(now_tls != 0 && (tls == 0 || tls == now_tls));
		tls = now_tls;
		assert_int_equal(stock_number(&db,
				     "SELECT count(*) FROM (SELECT 1 FROM slot WHERE"
				     " gone_at IS NULL AND role IN (1, 2, 12)"
				     " GROUP BY role HAVING count(*) > 1)"),
		    0);
		assert_int_equal(stock_number(&db,
				     "SELECT count(*) FROM cert WHERE id NOT IN"
				     " (SELECT cert_id FROM slot) AND id NOT IN"
				     " (SELECT cert_id FROM reading_cert)"),
		    0);
	}
	db_close(&db);
}

static void
roles_are_numbered_for_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < role_n_infos; i++) {
		assert_int_equal(role_infos[i].role, i + 1);
		assert_ptr_equal(role_find((int)i + 1), &role_infos[i]);
	}
	assert_null(role_find(ROLE_NONE));
	assert_null(role_find((int)role_n_infos + 1));
	assert_null(role_find(-1));
	assert_int_equal(ROLE_ANCHOR, 12);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STOCK_TEST(a_renewal_keeps_the_number_and_archives),
		STOCK_TEST(an_older_successor_is_replaced_not_renewed),
		STOCK_TEST(profiles_keep_their_numbers_whatever_the_order),
		STOCK_TEST(each_root_has_a_number_of_its_own),
		STOCK_TEST(what_nothing_uses_is_listed_and_leaves_without_a_trace),
		STOCK_TEST(our_own_renewal_raises_nothing),
		STOCK_TEST(who_replaces_our_certificate_is_named_until_we_take_over),
		STOCK_TEST(a_tug_of_war_is_critical_and_can_be_accepted),
		STOCK_TEST(strangers_among_themselves_are_a_note),
		STOCK_TEST(a_switched_off_context_ends_its_use),
		STOCK_TEST(numbers_are_never_given_to_another_use),
		cmocka_unit_test(roles_are_numbered_for_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
