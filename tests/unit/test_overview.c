/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/listing/overview.c and phrase.c: thresholds, states of a fleet, and lines that
 * read back whatever an inventory holds.
 */
#include <stdio.h>
#include <stdlib.h>

#include "inventory/scan_log.h"
#include "listing/overview.h"
#include "listing/phrase.h"
#include "made_device.h"
#include "read_back.h"
#include "stock.h"
#include "torture.h"
#include "unit.h"

#define DAY MAKE_DAY
#define NB  MAKE_NB
#define T0  (NB + 100 * DAY) /* when made devices are read */

enum {
	ROUNDS = 60,
	DEVICES_MAX = 40,
	ERROR_MAX = 70000,
};

/* Told of an inventory: the state, and the line where it is asked for. */
static enum state
tell(struct db *db, const struct overview *overview, struct parsed *parsed,
    char text[READ_BACK_ROOM])
{
	struct err err = { 0 };
	struct output output;
	enum state state;
	struct buf out;

	output_init(&output, "AMT_FLEET");
	buf_init(&out, READ_BACK_ROOM);
	assert_rc(overview_tell(db, overview, &output, &err), RC_OK, &err);
	assert_int_equal(output_format(&output, &out), RC_OK);
	read_back("AMT_FLEET", buf_str(&out), out.len, output.state, parsed);
	(void)snprintf(text, READ_BACK_ROOM, "%s", buf_str(&out));
	state = output.state;
	buf_clear(&out);
	output_clear(&output);
	return state;
}

static void
a_share_of_the_fleet_is_a_limit(void **state)
{
	static const struct {
		const char *text;
		int64_t n_fleet;
		const char *range; /* in devices; NULL: refused */
	} rows[] = {
		{ "5", 1000, "5" },
		{ "1%", 1000, "10" },
		{ "1%", 250, "2.5" },
		{ "@0:2.5%", 200, "@5" },
		{ "~:50%", 10, "~:5" },
		{ "1:5", 10, "1:5" },
		{ "%", 10, NULL },
		{ "5%%", 10, NULL },
		{ "5%x", 10, NULL },
		{ "~%:5", 10, NULL },
		{ "5:1", 10, NULL },
		{ "5d", 10, NULL },
		{ "", 10, NULL },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct overview_limit limit;
		struct err err = { 0 };
		struct range range;
		struct buf out;

		if (rows[i].range == NULL) {
			assert_rc(overview_limit_parse(rows[i].text, &limit, &err),
			    RC_USAGE, &err);
			assert_has(err.text, rows[i].text);
			continue;
		}
		assert_rc(overview_limit_parse(rows[i].text, &limit, &err), RC_OK,
		    &err);
		range = overview_limit_resolve(&limit, rows[i].n_fleet);
		buf_init(&out, 100);
		assert_int_equal(range_format(&out, &range), RC_OK);
		assert_string_equal(buf_str(&out), rows[i].range);
		buf_clear(&out);
	}
}

static void
put(struct db *db, const char *name, int64_t left_days)
{
	const struct made_device device = { .name = name,
		.address = name,
		.not_after = T0 + left_days * DAY };

	(void)made_device_put(db, &device);
}

static void
the_first_late_device_alerts_unless_told_otherwise(void **state)
{
	struct db db = stock_open(*state);
	static struct parsed parsed;
	static char text[READ_BACK_ROOM];
	struct overview overview;

	overview_init(&overview);
	overview.now = T0;
	assert_int_equal(tell(&db, &overview, &parsed, text), STATE_UNKNOWN);
	assert_has(text, "there is no device in the inventory\n");
	put(&db, "pc1.example", 300);
	put(&db, "pc2.example", 200);
	assert_int_equal(tell(&db, &overview, &parsed, text), STATE_OK);
	assert_has(text, "all 2 devices are fine; the next end is in 200 d (");
	assert_has(text, "; last reading 0 s ago |");
	put(&db, "pc3.example", 20);
	assert_int_equal(tell(&db, &overview, &parsed, text), STATE_WARNING);
	assert_has(text,
	    "1 of 3 devices need attention: 1 warning; worst: pc3.example "
	    "renewal due, 20 d left; run evaluate_amt_fleet; last");
	put(&db, "pc4.example", -3);
	assert_int_equal(tell(&db, &overview, &parsed, text), STATE_CRITICAL);
	assert_has(text, "worst: pc4.example expired 3 d ago, pc3.example");
	overview.critical.range.end = range_value(1);
	assert_int_equal(tell(&db, &overview, &parsed, text), STATE_WARNING);
	overview.warning.is_percent = true;
	overview.warning.range.end = range_value(50);
	assert_int_equal(tell(&db, &overview, &parsed, text), STATE_OK);
	assert_int_equal(read_back_number(&parsed, "not_ok"), 2);
	overview.warning.range.end = range_value(49);
	assert_int_equal(tell(&db, &overview, &parsed, text), STATE_WARNING);
	overview.group = "nobody";
	assert_int_equal(tell(&db, &overview, &parsed, text), STATE_UNKNOWN);
	assert_has(text, "no device in the inventory of group nobody");
	db_close(&db);
}

static void
an_old_scan_is_a_warning(void **state)
{
	struct scan_record scan = { .started_at = T0 };
	struct db db = stock_open(*state);
	static struct parsed parsed;
	static char text[READ_BACK_ROOM];
	struct overview overview;
	struct err err = { 0 };

	overview_init(&overview);
	put(&db, "pc1.example", 300);
	overview.now = T0 + 2 * DAY;
	assert_int_equal(tell(&db, &overview, &parsed, text), STATE_OK);
	overview.now++;
	assert_int_equal(tell(&db, &overview, &parsed, text), STATE_WARNING);
	assert_has(text,
	    "; last reading 2 d ago, longer than allowed: run scan_amt_fleet |");
	assert_rc(scan_log_begin(&db, &scan, &err), RC_OK, &err);
	assert_int_equal(tell(&db, &overview, &parsed, text), STATE_WARNING);
	scan.finished_at = T0 + DAY;
	assert_rc(scan_log_update(&db, &scan, &err), RC_OK, &err);
	assert_int_equal(tell(&db, &overview, &parsed, text), STATE_OK);
	assert_has(text, "; last scan 1 d ago |");
	assert_int_equal(read_back_number(&parsed, "age"), DAY + 1);
	overview.now = T0 + 20 * DAY;
	overview.max_age_s = 0;
	assert_int_equal(tell(&db, &overview, &parsed, text), STATE_OK);
	overview.now = T0 + 22 * DAY; /* the policy's age of the one reading */
	assert_int_equal(tell(&db, &overview, &parsed, text), STATE_WARNING);
	assert_has(text,
	    "pc1.example not read for longer than allowed, last read 22 d ago");
	db_close(&db);
}

/* Moments that no reading gives, too: others may have written the file. */
static int64_t
any_moment(void)
{
	static const int64_t special[] = { 0, -1, INT64_MAX, INT64_MIN, 1, T0, T0 + 1 };

	if (any(3) == 0)
		return special[any(UNIT_COUNT(special))];
	return T0 + (int64_t)any(UINT64_C(800) * DAY) - 400 * DAY;
}

static void
put_hostile(struct db *db, int64_t id)
{
	static const char *const words[] = { "valid", "wrong_name", "stale", "OK", "" };
	char *name = hostile(400), *group = hostile(100), *error = hostile(ERROR_MAX);
	const struct db_value device[] = { db_int(id), db_text(name), db_text(group) };
	const struct db_value standing[] = { db_int(id), db_int(any_moment()),
		db_int(any_moment()), db_int(any_moment()), db_int(any_moment()),
		db_int(any_moment()), db_int(any_moment()), db_int(any_moment()),
		db_int((int64_t)any(4)), db_int((int64_t)any(2)),
		db_text(words[any(UNIT_COUNT(words))]), db_text(error) };
	struct err err = { 0 };

	assert_rc(db_run(db,
		      "INSERT INTO device (id, name, device_group, address, port,"
		      " first_seen, named_at) VALUES (?, ?, ?, '', 0, 0, 0)",
		      device, 3, &err),
	    RC_OK, &err);
	assert_rc(db_run(db,
		      "INSERT INTO standing (device_id, ok_at, valid_from, due_at,"
		      " warning_at, critical_at, worse_at, ends_at, fixed_state,"
		      " is_unknown, fixed_reason, error)"
		      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		      standing, UNIT_COUNT(standing), &err),
	    RC_OK, &err);
	free(name);
	free(group);
	free(error);
}

static void
a_hostile_inventory_reads_back(void **state)
{
	struct db db = stock_open(*state);
	static struct parsed parsed;
	static char text[READ_BACK_ROOM];
	size_t n_long = 0;

	stock_exec(&db, "PRAGMA synchronous = OFF");
	for (int round = 0; round < ROUNDS; round++) {
		int64_t n = (int64_t)any(DEVICES_MAX);
		struct overview overview;

		stock_exec(&db, "BEGIN; DELETE FROM device");
		for (int64_t id = 1; id <= n; id++)
			put_hostile(&db, id);
		stock_exec(&db, "COMMIT");
		overview_init(&overview);
		overview.now = T0;
		overview.verbosity = (int)any(4);
		overview.explain = any(2) == 0;
		overview.n_worst = (int64_t)any(OVERVIEW_WORST_MAX + 1);
		overview.thresholds = any(2) == 0 ? PERF_PLAIN : PERF_RANGES;
		(void)tell(&db, &overview, &parsed, text);
		n_long += parsed.n_lines > 5;
		if (n == 0)
			continue;
		assert_int_equal(read_back_number(&parsed, "total"), n);
		assert_int_equal(read_back_number(&parsed, "ok") +
			read_back_number(&parsed, "warning") +
			read_back_number(&parsed, "critical") +
			read_back_number(&parsed, "unknown"),
		    n);
	}
	assert_true(n_long > ROUNDS / 10);
	db_close(&db);
}

static void
a_phrase_has_its_time(void **state)
{
	struct standing s = { .ok_at = T0, .max_age_s = 21 * DAY };
	char field[PHRASE_SIZE];

	(void)state;
	aging_init(&s.fold);
	assert_string_equal(phrase_of(&s, T0, field), "valid");
	s.fold.ends_at = T0 + 30 * DAY;
	assert_string_equal(phrase_of(&s, T0, field), "valid, 30 d left");
	s.fold.critical_at = T0;
	assert_string_equal(phrase_of(&s, T0, field), "renewal overdue, 30 d left");
	assert_string_equal(phrase_of(&s, T0 + 31 * DAY, field), "expired 1 d ago");
	aging_init(&s.fold);
	s.fold.fixed = STATE_CRITICAL;
	s.fold.reason = REASON_WRONG_NAME;
	s.fold.ends_at = INT64_MIN;
	(void)phrase_of(&s, INT64_MAX, field);
}

static enum rc
tell_once(void *ctx)
{
	struct overview overview;
	struct err err = { 0 };
	struct output output;
	struct buf out;
	enum rc r;

	overview_init(&overview);
	overview.now = T0;
	overview.explain = true;
	overview.verbosity = 2;
	output_init(&output, "AMT_FLEET");
	buf_init(&out, READ_BACK_ROOM);
	r = overview_tell(ctx, &overview, &output, &err);
	if (r == RC_OK)
		r = output_format(&output, &out);
	buf_clear(&out);
	output_clear(&output);
	return r;
}

static void
memory_may_run_out(void **state)
{
	struct db db = stock_open(*state);

	put(&db, "pc1.example", 3);
	(void)torture(tell_once, &db);
	db_close(&db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_share_of_the_fleet_is_a_limit),
		cmocka_unit_test(a_phrase_has_its_time),
		STOCK_TEST(the_first_late_device_alerts_unless_told_otherwise),
		STOCK_TEST(an_old_scan_is_a_warning),
		STOCK_TEST(a_hostile_inventory_reads_back),
		STOCK_TEST(memory_may_run_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
