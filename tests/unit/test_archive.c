/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/inventory/archive.c: what was replaced is kept, once, and not without end.
 */
#include "hand_cert.h"
#include "inventory/archive.h"
#include "stock.h"
#include "unit.h"

#define UUID "55e3ae13-bfd2-61bb-17a0-88aedd7037ea"
#define NOW  HAND_NB

static struct archive_entry
found(const struct hand_cert *hand)
{
	return (struct archive_entry){ .device_id = 1,
		.device_name = "pc01",
		.role = ROLE_TLS,
		.cert = &hand->cert,
		.reason = "replaced",
		.actor = "reading" };
}

static void
add(struct db *db, const struct archive_entry *entry, int64_t since, int64_t now)
{
	struct err err = { 0 };

	assert_rc(archive_add(db, entry, since, now, &err), RC_OK, &err);
}

static void
keeps_who_and_why(void **state)
{
	struct db db = stock_open(*state);
	struct archive_entry entry;
	struct hand_cert hand;

	hand_cert_init(&hand, 1, "CN=pc01", "CN=CA");
	entry = found(&hand);
	entry.device_uuid = UUID;
	entry.next_fingerprint = hand.cert.spki_sha256;
	entry.has_next_is_ours = true;
	entry.ca = "corp";
	entry.ca_request_id = "4711";
	add(&db, &entry, NOW, NOW);
	assert_int_equal(stock_number(&db,
			     "SELECT count(*) FROM archive WHERE device_id = 1 AND"
			     " device_uuid = '" UUID "' AND device_name = 'pc01' AND"
			     " role = 1 AND subject = 'CN=pc01' AND issuer = 'CN=CA'"
			     " AND serial_number = '01' AND reason = 'replaced' AND"
			     " actor = 'reading' AND next_is_ours = 0 AND ca = 'corp'"
			     " AND ca_request_id = '4711' AND der = x'01' AND"
			     " next_fingerprint IS NOT NULL AND run_id IS NULL"),
	    1);
	db_close(&db);
}

static void
a_reading_does_not_repeat_what_is_there(void **state)
{
	struct db db = stock_open(*state);
	struct archive_entry entry;
	struct hand_cert hand;

	hand_cert_init(&hand, 1, "CN=pc01", "CN=CA");
	entry = found(&hand);
	add(&db, &entry, NOW, NOW + 10);
	add(&db, &entry, NOW, NOW + 20);
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM archive"), 1);
	/* It was in use again since then, and is replaced again. */
	add(&db, &entry, NOW + 15, NOW + 20);
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM archive"), 2);
	db_close(&db);
}

static void
a_device_cannot_fill_the_disk(void **state)
{
	struct db db = stock_open(*state);
	struct archive_entry entry;
	struct hand_cert hand;

	for (int i = 0; i < ARCHIVE_READINGS_MAX + 30; i++) {
		hand_cert_init(&hand, (uint8_t)i, "CN=pc01", "CN=CA");
		memset(hand.cert.fingerprint, i, sizeof(hand.cert.fingerprint));
		entry = found(&hand);
		add(&db, &entry, NOW, NOW + i);
	}
	assert_int_equal(stock_number(&db, "SELECT count(*) FROM archive"),
	    ARCHIVE_READINGS_MAX);
	assert_int_equal(stock_number(&db, "SELECT min(archived_at) FROM archive"),
	    NOW + 30);
	db_close(&db);
}

static void
an_entry_finds_its_device_by_uuid(void **state)
{
	struct db db = stock_open(*state);
	struct archive_entry entry;
	struct hand_cert hand;

	stock_exec(&db,
	    "INSERT INTO device (id, uuid, name, device_group, address, port,"
	    " first_seen, named_at) VALUES (7, '" UUID "', 'pc07', '', '', 0, 1, 1)");
	hand_cert_init(&hand, 1, "CN=pc01", "CN=CA");
	entry = found(&hand);
	entry.device_id = 0;
	entry.device_name = NULL;
	entry.device_uuid = UUID;
	add(&db, &entry, NOW, NOW);
	assert_int_equal(stock_number(&db,
			     "SELECT count(*) FROM archive WHERE device_id = 7 AND"
			     " device_name = 'pc07'"),
	    1);
	db_close(&db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STOCK_TEST(keeps_who_and_why),
		STOCK_TEST(a_reading_does_not_repeat_what_is_there),
		STOCK_TEST(a_device_cannot_fill_the_disk),
		STOCK_TEST(an_entry_finds_its_device_by_uuid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
