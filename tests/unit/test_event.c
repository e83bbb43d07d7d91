/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/inventory/event.c: what happened, in order, for readers that remember how
 * far they came.
 */
#include <stdio.h>

#include "inventory/event.h"
#include "stock.h"
#include "unit.h"

#define NOW INT64_C(1767225600)

enum {
	SEEN_MAX = 16
};

struct seen {
	struct event events[SEEN_MAX];
	size_t n;
	enum rc r;
};

static enum rc
note(void *ctx, const struct event *event, struct err *err)
{
	struct seen *seen = ctx;

	assert_true(seen->n < SEEN_MAX);
	seen->events[seen->n++] = *event;
	return seen->r == RC_OK ? RC_OK : err_set(err, seen->r, "enough");
}

static int64_t
last_id(struct db *db)
{
	struct err err = { 0 };
	int64_t id = -1;

	assert_rc(event_last_id(db, &id, &err), RC_OK, &err);
	return id;
}

static void
add(struct db *db, const struct event *event)
{
	struct err err = { 0 };

	assert_rc(event_add(db, event, &err), RC_OK, &err);
}

static void
gives_back_what_was_written_after_an_id(void **state)
{
	struct db db = stock_open(*state);
	struct event event = { .at = NOW,
		.device_id = 3,
		.number = 2,
		.role = ROLE_CIRA,
		.kind = EVENT_RENEWED,
		.has_state = true,
		.old_state = STATE_CRITICAL,
		.new_state = STATE_OK,
		.has_not_after = true,
		.old_not_after = NOW - 1,
		.new_not_after = NOW + 9,
		.new_is_ours = true };
	struct seen seen = { 0 };
	struct err err = { 0 };

	assert_int_equal(last_id(&db), 0);
	add(&db, &event);
	event.kind = EVENT_REALM_CHANGED;
	event.has_state = false;
	event.has_not_after = false;
	(void)snprintf(event.old_text, sizeof(event.old_text), "a");
	(void)snprintf(event.new_text, sizeof(event.new_text), "b\x1b[2J");
	add(&db, &event);
	assert_int_equal(last_id(&db), 2);
	assert_rc(event_each(&db, 0, 100, note, &seen, &err), RC_OK, &err);
	assert_int_equal(seen.n, 2);
	assert_int_equal(seen.events[0].id, 1);
	assert_int_equal(seen.events[0].role, ROLE_CIRA);
	assert_int_equal(seen.events[0].old_state, STATE_CRITICAL);
	assert_int_equal(seen.events[0].new_not_after, NOW + 9);
	assert_true(seen.events[0].new_is_ours);
	assert_string_equal(seen.events[0].new_text, "");
	assert_false(seen.events[1].has_state);
	assert_string_equal(seen.events[1].new_text, "b\\x1b[2J");
	seen.n = 0;
	assert_rc(event_each(&db, 1, 100, note, &seen, &err), RC_OK, &err);
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.events[0].kind, EVENT_REALM_CHANGED);
	db_close(&db);
}

static void
a_walk_ends_at_its_limit_or_when_told(void **state)
{
	struct db db = stock_open(*state);
	const struct event event = { .at = NOW, .kind = EVENT_GONE };
	struct seen seen = { .r = RC_LIMIT };
	struct err err = { 0 };

	for (int i = 0; i < 3; i++)
		add(&db, &event);
	assert_rc(event_each(&db, 0, 100, note, &seen, &err), RC_LIMIT, &err);
	assert_int_equal(seen.n, 1);
	seen = (struct seen){ .n = 0 };
	err_clear(&err);
	assert_rc(event_each(&db, 0, 2, note, &seen, &err), RC_OK, &err);
	assert_int_equal(seen.n, 2);
	db_close(&db);
}

static void
ids_are_not_used_again(void **state)
{
	struct db db = stock_open(*state);
	struct event event = { .at = NOW - EVENT_KEEP_S - 1, .kind = EVENT_GONE };
	struct err err = { 0 };

	add(&db, &event);
	add(&db, &event);
	event.at = NOW;
	add(&db, &event);
	assert_rc(event_trim(&db, NOW, &err), RC_OK, &err);
	assert_int_equal(stock_number(&db, "SELECT min(id) FROM event"), 3);
	stock_exec(&db, "DELETE FROM event");
	assert_int_equal(last_id(&db), 3);
	add(&db, &event);
	assert_int_equal(last_id(&db), 4);
	db_close(&db);
}

static void
a_kind_of_a_newer_program_is_no_error(void **state)
{
	struct db db = stock_open(*state);
	struct seen seen = { 0 };
	struct err err = { 0 };

	stock_exec(&db,
	    "INSERT INTO event (at, device_id, number, role, kind, old_state)"
	    " VALUES (1, 1, 1, 99, 'eclipse', 77)");
	assert_rc(event_each(&db, 0, 1, note, &seen, &err), RC_OK, &err);
	assert_int_equal(seen.events[0].kind, EVENT_N_KINDS);
	assert_int_equal(seen.events[0].role, ROLE_NONE);
	assert_int_equal(seen.events[0].old_state, STATE_UNKNOWN);
	assert_string_equal(event_kind_word(EVENT_N_KINDS), "other");
	db_close(&db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STOCK_TEST(gives_back_what_was_written_after_an_id),
		STOCK_TEST(a_walk_ends_at_its_limit_or_when_told),
		STOCK_TEST(ids_are_not_used_again),
		STOCK_TEST(a_kind_of_a_newer_program_is_no_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
