/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/inventory/need.c: the remedy and the certificate that the last reading of a
 * device calls for, as its dates come to be.
 */
#include "inventory/need.h"
#include "made_device.h"
#include "stock.h"
#include "unit.h"

#define DAY MAKE_DAY
#define NB  MAKE_NB
#define END (NB + 365 * DAY)

static struct need
needs(struct db *db, int64_t id, enum remedy wanted, int64_t now)
{
	struct need need = { .name = "" };
	struct err err = { 0 };

	assert_rc(need_find(db, id, wanted, now, &need, &err), RC_OK, &err);
	return need;
}

struct moment_case {
	int64_t now;
	enum reason reason;
	enum remedy remedy;
	enum state state;
};

static const struct moment_case moments[] = {
	{ NB + 100 * DAY, REASON_VALID, REMEDY_NONE, STATE_OK },
	{ END - 41 * DAY, REASON_DUE, REMEDY_RENEW_TLS, STATE_WARNING },
	{ END - 5 * DAY, REASON_FLOOR, REMEDY_RENEW_TLS, STATE_CRITICAL },
	{ END, REASON_FLOOR, REMEDY_RENEW_TLS, STATE_CRITICAL },
	{ END + 1, REASON_EXPIRED, REMEDY_REPROVISION_TLS, STATE_CRITICAL },
};

/* What no program repairs is a person's, but called by its reason. */
static void
the_remedy_follows_the_dates(void **state)
{
	const struct made_device device = { .uuid = MADE_UUID_A, .serial = 0x1ab };
	struct db db = stock_open(*state);
	int64_t id = made_device_put(&db, &device);

	for (size_t i = 0; i < UNIT_COUNT(moments); i++) {
		struct need need = needs(&db, id, REMEDY_NONE, moments[i].now);

		assert_int_equal(need.reason, moments[i].reason);
		assert_int_equal(need.remedy, moments[i].remedy);
		assert_int_equal(need.state, moments[i].state);
		assert_string_equal(need.uuid, MADE_UUID_A);
		assert_string_equal(need.name, "pc1.example");
		if (need.remedy == REMEDY_NONE)
			continue;
		assert_string_equal(need.serial_number, "01ab");
		assert_int_equal(need.ends_at, END);
		assert_int_equal(need.due_at, END - 42 * DAY);
	}
	db_close(&db);
}

static void
a_device_known_by_a_handshake_has_no_uuid(void **state)
{
	const struct made_device device = { .serial = 7 };
	struct db db = stock_open(*state);
	int64_t id = made_device_put(&db, &device);
	struct need need = needs(&db, id, REMEDY_NONE, END - DAY);

	assert_string_equal(need.uuid, "");
	assert_int_equal(need.remedy, REMEDY_RENEW_TLS);
	assert_string_equal(need.serial_number, "07");
	db_close(&db);
}

/* Of the wireless certificates and the one for TLS all end on one day. */
static void
the_certificate_for_tls_goes_first(void **state)
{
	const struct made_device device = { .uuid = MADE_UUID_A, .n_wireless = 2 };
	struct db db = stock_open(*state);
	int64_t id = made_device_put(&db, &device);
	struct need need = needs(&db, id, REMEDY_NONE, END - 20 * DAY);

	assert_int_equal(need.remedy, REMEDY_RENEW_TLS);
	assert_int_equal(need.state, STATE_WARNING);
	db_close(&db);
}

static void
only_what_is_wanted_counts(void **state)
{
	const struct made_device device = { .uuid = MADE_UUID_A };
	struct db db = stock_open(*state);
	int64_t id = made_device_put(&db, &device);
	struct need need = needs(&db, id, REMEDY_RENEW_TLS, END - DAY);

	assert_int_equal(need.remedy, REMEDY_RENEW_TLS);
	need = needs(&db, id, REMEDY_PRUNE_STORE, END - DAY);
	assert_int_equal(need.reason, REASON_FLOOR);
	assert_int_equal(need.remedy, REMEDY_RENEW_TLS);
	db_close(&db);
}

static void
a_wrong_clock_does_not_hide_what_is_due(void **state)
{
	const struct made_device device = { .uuid = MADE_UUID_A, .clock_is_off = true };
	struct db db = stock_open(*state);
	int64_t id = made_device_put(&db, &device);
	struct need need = needs(&db, id, REMEDY_NONE, NB + 100 * DAY);

	assert_int_equal(need.reason, REASON_CLOCK_OFF);
	assert_int_equal(need.remedy, REMEDY_SYNC_CLOCK);
	assert_string_equal(need.serial_number, "");
	need = needs(&db, id, REMEDY_RENEW_TLS, END - 20 * DAY);
	assert_int_equal(need.reason, REASON_DUE);
	need = needs(&db, id, REMEDY_NONE, END - DAY);
	assert_int_equal(need.reason, REASON_FLOOR);
	db_close(&db);
}

static void
who_was_never_read_is_not_judged(void **state)
{
	const struct made_device device = { .name = "pc1.example" };
	struct db db = stock_open(*state);
	int64_t id = made_device_fail(&db, &device, RC_TIMEOUT);
	struct need need = { .name = "untouched" };
	struct err err = { 0 };

	assert_int_equal(need_find(&db, id, REMEDY_NONE, END, &need, &err),
	    RC_NOTFOUND);
	assert_int_equal(need_find(&db, id + 1, REMEDY_NONE, END, &need, &err),
	    RC_NOTFOUND);
	assert_string_equal(need.name, "untouched");
	assert_string_equal(err.text, "");
	db_close(&db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STOCK_TEST(the_remedy_follows_the_dates),
		STOCK_TEST(a_device_known_by_a_handshake_has_no_uuid),
		STOCK_TEST(the_certificate_for_tls_goes_first),
		STOCK_TEST(only_what_is_wanted_counts),
		STOCK_TEST(a_wrong_clock_does_not_hide_what_is_due),
		STOCK_TEST(who_was_never_read_is_not_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
