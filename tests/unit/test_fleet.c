/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/inventory/fleet.c, fleet_count.c, standing.c: what is counted by index, what
 * is told of each device and what the judges say are the same.
 */
#include <stdio.h>
#include <stdlib.h>

#include "inventory/fleet.h"
#include "inventory/snapshot.h"
#include "made_device.h"
#include "stock.h"
#include "unit.h"

#define DAY MAKE_DAY
#define NB  MAKE_NB
#define T0  (NB + 100 * DAY)

enum {
	N_FLEET = 120,
	N_MOMENTS = 40,
	N_COPIES = 40,
	SEEN_MAX = 256,
};

static int64_t
any(int64_t below)
{
	return random() % below;
}

/* A device of any kind, read or tried between T0 and 20 days later. */
static void
put_any(struct db *db, int i)
{
	char name[32];
	struct made_device device = { .name = name,
		.address = name,
		.uuid = NULL,
		.read_at = T0 + any(20 * DAY),
		.serial = i + 1,
		.not_after = NB + 100 * DAY + any(400) * DAY };
	char uuid[37];

	(void)snprintf(name, sizeof(name), "pc%d.example", i);
	(void)snprintf(uuid, sizeof(uuid), "00000000-0000-0000-0000-%012d", i);
	if (any(3) != 0)
		device.uuid = uuid;
	device.not_before = any(8) == 0 ? T0 + any(40) * DAY : 0;
	if (device.not_before > device.not_after)
		device.not_after = device.not_before + 90 * DAY;
	device.no_anchor = any(8) == 0;
	device.clock_is_off = any(6) == 0;
	device.n_wireless = (int)any(2);
	device.bound_serial = any(15) == 0 ? 9999 : 0;
	if (any(12) == 0) {
		(void)made_device_fail(db, &device, RC_TIMEOUT);
		return;
	}
	(void)made_device_put(db, &device);
	for (int64_t n = any(9); n > 0; n--) {
		device.read_at += any(30) * DAY;
		if (any(4) == 0)
			(void)made_device_fail(db, &device, RC_CONNECT);
		else
			(void)made_device_put(db, &device);
	}
}

static void
put_fleet(struct db *db)
{
	struct err err = { 0 };

	srandom(3);
	assert_rc(db_relax(db, &err), RC_OK, &err);
	for (int i = 0; i < N_FLEET; i++)
		put_any(db, i);
	assert_rc(db_exec(db, "UPDATE device SET device_group = 'odd' WHERE id % 2 = 1",
		      &err),
	    RC_OK, &err);
}

struct tally {
	struct fleet_counts counts;
	const char *group; /* NULL: all that come */
	int64_t now;
	int64_t max_age_s;
};

static enum rc
count_one(void *ctx, const struct fleet_device *device, struct err *err)
{
	struct tally *tally = ctx;
	struct fleet_counts *n = &tally->counts;
	const struct standing *s = &device->standing;
	int64_t ends_at = s->fold.ends_at;

	(void)err;
	if (tally->group != NULL)
		assert_string_equal(device->group, tally->group);
	n->n_devices++;
	n->n_by_state[standing_state(s, tally->now)]++;
	n->n_never_read += s->ok_at == 0;
	n->n_stale += s->ok_at != 0 && tally->now - s->ok_at > tally->max_age_s;
	n->n_failed += s->last_result > CONTACT_OK;
	n->n_due += tally->now >= s->fold.due_at;
	n->n_expired += tally->now > ends_at;
	n->n_will_miss += tally->now >= standing_miss_at(s);
	if (ends_at >= tally->now && ends_at != AGING_NEVER &&
	    (n->next_end == 0 || ends_at < n->next_end)) {
		n->next_end = ends_at;
		n->next_end_device_id = device->id;
	}
	if (s->ok_at != 0 && (n->oldest_ok_at == 0 || s->ok_at < n->oldest_ok_at))
		n->oldest_ok_at = s->ok_at;
	if (s->ok_at > n->newest_ok_at)
		n->newest_ok_at = s->ok_at;
	return RC_OK;
}

static void
counts_are_those_of_every_single_device(void **state)
{
	struct db db = stock_open(*state);
	struct err err = { 0 };

	put_fleet(&db);
	for (int i = 0; i < N_MOMENTS; i++) {
		struct tally tally = { .now = T0 + any(500 * DAY),
			.group = i % 2 == 0 ? NULL : "odd",
			.max_age_s = any(60) * DAY };
		struct fleet_counts counts = { 0 };

		assert_rc(fleet_each_device(&db, tally.group, FLEET_BY_ID, tally.now,
			      -1, count_one, &tally, &err),
		    RC_OK, &err);
		if (tally.max_age_s == 0)
			tally.counts.n_stale = 0;
		assert_rc(fleet_count(&db, tally.group, tally.now, tally.max_age_s,
			      &counts, &err),
		    RC_OK, &err);
		assert_memory_equal(&counts, &tally.counts, sizeof(counts));
		assert_int_equal(counts.n_devices, i % 2 == 0 ? N_FLEET : N_FLEET / 2);
	}
	db_close(&db);
}

/* What the judges say of a reading at a later moment. */
static enum state
judge_later(struct db *db, int64_t id, bool has_store, const struct policy *policy,
    int64_t now)
{
	enum snapshot_part part = has_store ? SNAPSHOT_STORE : SNAPSHOT_PRESENTED;
	struct verdict verdict = { 0 };
	struct facts facts = { 0 };
	struct err err = { 0 };
	enum state state;

	assert_rc(snapshot_read(db, id, part, now, &facts, &err), RC_OK, &err);
	assert_rc(verdict_judge_presented(&facts, policy, now, &verdict, &err), RC_OK,
	    &err);
	assert_rc(verdict_judge_store(&facts, policy, now, &verdict, &err), RC_OK,
	    &err);
	assert_rc(verdict_judge_history(&facts, policy, now, &verdict, &err), RC_OK,
	    &err);
	state = verdict.state;
	verdict_clear(&verdict);
	facts_clear(&facts);
	return state;
}

static enum rc
compare_one(void *ctx, const struct fleet_device *device, struct err *err)
{
	struct db *db = ctx;
	struct policy policy;

	(void)err;
	policy_init(&policy);
	for (int i = 0; i < 6; i++) {
		int64_t now = device->standing.tried_at + any(300 * DAY);

		assert_int_equal(standing_state(&device->standing, now),
		    judge_later(db, device->id, device->uuid[0] != '\0', &policy, now));
	}
	return RC_OK;
}

static void
a_state_ages_as_the_judges_would_have_it(void **state)
{
	struct db db = stock_open(*state);
	struct err err = { 0 };

	put_fleet(&db);
	assert_rc(fleet_each_device(&db, NULL, FLEET_BY_ID, 0, -1, compare_one, &db,
		      &err),
	    RC_OK, &err);
	db_close(&db);
}

struct seen {
	int64_t ids[SEEN_MAX];
	struct standing standings[SEEN_MAX];
	size_t n;
	enum rc r;
};

static enum rc
note_device(void *ctx, const struct fleet_device *device, struct err *err)
{
	struct seen *seen = ctx;

	assert_true(seen->n < SEEN_MAX);
	seen->ids[seen->n] = device->id;
	seen->standings[seen->n++] = device->standing;
	return seen->r == RC_OK ? RC_OK : err_set(err, seen->r, "enough");
}

static struct seen
see(struct db *db, enum fleet_order order, int64_t now, int64_t limit)
{
	struct seen seen = { .n = 0 };
	struct err err = { 0 };

	assert_rc(fleet_each_device(db, NULL, order, now, limit, note_device, &seen,
		      &err),
	    RC_OK, &err);
	return seen;
}

static void
the_most_urgent_come_first(void **state)
{
	struct db db = stock_open(*state);
	int64_t now = T0 + 60 * DAY;
	struct fleet_counts counts = { 0 };
	struct err err = { 0 };
	struct seen seen;

	put_fleet(&db);
	assert_rc(fleet_count(&db, NULL, now, 0, &counts, &err), RC_OK, &err);
	seen = see(&db, FLEET_BY_URGENCY, now, -1);
	assert_int_equal(seen.n,
	    counts.n_by_state[STATE_CRITICAL] + counts.n_by_state[STATE_WARNING]);
	assert_true(seen.n > 10);
	for (size_t i = 0; i < seen.n; i++) {
		enum state is = standing_state(&seen.standings[i], now);

		assert_int_equal(is,
		    i < (size_t)counts.n_by_state[STATE_CRITICAL] ? STATE_CRITICAL
								  : STATE_WARNING);
		assert_int_not_equal(standing_reason(&seen.standings[i], now),
		    REASON_VALID);
	}
	assert_int_equal(see(&db, FLEET_BY_URGENCY, now, 3).n, 3);
	seen = see(&db, FLEET_DUE, now, -1);
	assert_int_equal(seen.n, counts.n_due);
	for (size_t i = 1; i < seen.n; i++)
		assert_true(seen.standings[i - 1].fold.ends_at <=
		    seen.standings[i].fold.ends_at);
	seen = (struct seen){ .r = RC_LIMIT };
	assert_rc(fleet_each_device(&db, NULL, FLEET_BY_ID, now, -1, note_device, &seen,
		      &err),
	    RC_LIMIT, &err);
	assert_int_equal(seen.n, 1);
	db_close(&db);
}

/* So many that the list is taken along an index instead of sorted. */
static void
multiply_fleet(struct db *db)
{
	stock_exec(db,
	    "CREATE TEMP TABLE many AS SELECT * FROM standing;"
	    "CREATE TEMP TABLE names AS SELECT * FROM device");
	for (int i = 0; i < N_COPIES; i++)
		stock_exec(db,
		    "UPDATE many SET device_id = device_id + 1000,"
		    " ends_at = ends_at + device_id % 7 * 86400 WHERE ends_at < 1 << 40;"
		    "UPDATE many SET device_id = device_id + 1000 WHERE ends_at >= 1 << 40;"
		    "UPDATE names SET id = id + 1000, uuid = NULL, name = name || 'x';"
		    "INSERT INTO device SELECT * FROM names;"
		    "INSERT INTO standing SELECT * FROM many");
}

static void
assert_urgent(struct db *db, const char *group, int64_t now, int64_t limit)
{
	struct seen seen = { .n = 0 };
	struct err err = { 0 };
	char sql[512];

	assert_rc(fleet_each_device(db, group, FLEET_BY_URGENCY, now, limit,
		      note_device, &seen, &err),
	    RC_OK, &err);
	assert_int_equal(seen.n, limit);
	for (size_t i = 0; i < seen.n; i += 1 + i / 4) {
		(void)snprintf(sql, sizeof(sql),
		    "SELECT device_id FROM standing JOIN device d ON d.id = device_id"
		    " WHERE (worse_at <= %lld OR valid_from > %lld)"
		    " AND d.device_group LIKE '%s' ORDER BY"
		    " (critical_at <= %lld OR valid_from > %lld) DESC, ends_at, device_id"
		    " LIMIT 1 OFFSET %zu",
		    (long long)now, (long long)now, group != NULL ? group : "%",
		    (long long)now, (long long)now, i);
		assert_int_equal(seen.ids[i], stock_number(db, sql));
	}
}

static void
the_most_urgent_of_many_are_the_same(void **state)
{
	struct db db = stock_open(*state);
	int64_t now = T0 + 60 * DAY;
	int64_t n_critical;

	put_fleet(&db);
	multiply_fleet(&db);
	assert_true(
	    stock_number(&db,
		"SELECT count(*) FROM standing WHERE worse_at < 1790000000") > 2000);
	assert_urgent(&db, NULL, now, 3);
	assert_urgent(&db, NULL, now, 200);
	assert_urgent(&db, "odd", now, 200);
	/* Where the critical ones are few the others come after them. */
	stock_exec(&db,
	    "UPDATE standing SET critical_at = 9223372036854775807, valid_from = 0"
	    " WHERE device_id % 50 <> 1");
	n_critical = stock_number(&db,
	    "SELECT count(*) FROM standing WHERE critical_at < 1790000000"
	    " OR valid_from > 1790000000");
	assert_in_range(n_critical, 1, 199);
	assert_urgent(&db, NULL, now, 200);
	assert_urgent(&db, "odd", now, 200);
	db_close(&db);
}

static enum rc
note_slot(void *ctx, const struct fleet_slot *slot, struct err *err)
{
	int64_t *n = ctx;

	(void)err;
	(*n)++;
	if (slot->role != ROLE_TLS)
		return RC_OK;
	assert_true(slot->is_presented);
	assert_true(slot->is_stored);
	assert_string_equal(slot->subject, "CN=pc1.example,O=Example");
	assert_string_equal(slot->issuer, "CN=Lab CA,O=Example");
	assert_string_equal(slot->serial_number, "01");
	assert_string_equal(slot->names, "pc1.example");
	assert_string_equal(slot->template_oid, "");
	assert_int_equal(slot->key_kind, CERT_KEY_EC);
	assert_int_equal(slot->key_bits, 256);
	assert_int_equal(slot->not_after, NB + 365 * DAY);
	assert_int_equal(slot->aging.due_at, NB + 323 * DAY);
	assert_int_equal(slot->aging.window_s, 42 * DAY);
	assert_int_equal(slot->since, T0);
	return RC_OK;
}

static void
certificates_are_listed_by_use(void **state)
{
	const struct made_device one = { .uuid = MADE_UUID_A, .n_wireless = 1 };
	const struct made_device two = { .name = "pc2.example", .address = "x" };
	struct db db = stock_open(*state);
	int64_t id = made_device_put(&db, &one);
	struct err err = { 0 };
	int64_t n = 0;

	assert_rc(fleet_each_slot(&db, id, note_slot, &n, &err), RC_OK, &err);
	assert_int_equal(n, 4); /* TLS, anchor, root, wireless */
	(void)made_device_put(&db, &two);
	assert_int_equal(stock_number(&db, "SELECT n_slots FROM standing"), 4);
	n = 0;
	assert_rc(fleet_each_slot(&db, id, note_slot, &n, &err), RC_OK, &err);
	assert_int_equal(n, 4);
	db_close(&db);
}

static void
an_empty_inventory_has_nothing(void **state)
{
	struct fleet_counts counts = { .n_devices = 7 };
	struct db db = stock_open(*state);
	struct err err = { 0 };

	assert_rc(fleet_count(&db, NULL, T0, DAY, &counts, &err), RC_OK, &err);
	assert_int_equal(counts.n_devices, 0);
	assert_int_equal(counts.next_end, 0);
	assert_int_equal(counts.n_by_state[STATE_OK], 0);
	assert_int_equal(see(&db, FLEET_BY_ID, T0, -1).n, 0);
	db_close(&db);
}

static void
reasons_are_those_of_the_state(void **state)
{
	struct standing s = { .ok_at = T0, .max_age_s = 21 * DAY };

	(void)state;
	aging_init(&s.fold);
	assert_int_equal(standing_reason(&s, T0), REASON_VALID);
	assert_int_equal(standing_reason(&s, T0 + 22 * DAY), REASON_STALE);
	s.fold.due_at = T0;
	assert_int_equal(standing_reason(&s, T0), REASON_IN_GRACE);
	s.fold.warning_at = T0 + 1;
	assert_int_equal(standing_reason(&s, T0 + 1), REASON_DUE);
	s.fold.critical_at = T0 + 2;
	assert_int_equal(standing_reason(&s, T0 + 2), REASON_FLOOR);
	s.fold.ends_at = T0 + 3;
	assert_int_equal(standing_reason(&s, T0 + 4), REASON_EXPIRED);
	s.fold.valid_from = T0 + 9;
	assert_int_equal(standing_reason(&s, T0 + 4), REASON_NOT_YET_VALID);
	aging_init(&s.fold);
	s.fold.window_s = DAY;
	s.contacts.n = FACTS_CONTACTS_MIN;
	assert_int_equal(standing_reason(&s, T0 + 2 * DAY), REASON_WILL_MISS);
	s.fold.fixed = STATE_CRITICAL;
	s.fold.reason = REASON_TLS_OFF;
	assert_int_equal(standing_reason(&s, T0), REASON_TLS_OFF);
	s.fold.fixed = STATE_OK;
	s.ok_at = 0;
	assert_int_equal(standing_reason(&s, T0), REASON_NEVER_READ);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STOCK_TEST(counts_are_those_of_every_single_device),
		STOCK_TEST(a_state_ages_as_the_judges_would_have_it),
		STOCK_TEST(the_most_urgent_come_first),
		STOCK_TEST(the_most_urgent_of_many_are_the_same),
		STOCK_TEST(certificates_are_listed_by_use),
		STOCK_TEST(an_empty_inventory_has_nothing),
		cmocka_unit_test(reasons_are_those_of_the_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
