/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the table event.
 */
#include "inventory/event.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const char *const words[] = {
#define EVENT_WORD(name, word) word,
	EVENT_MAP(EVENT_WORD)
#undef EVENT_WORD
	    "other",
};

const char *
event_kind_word(enum event_kind kind)
{
	return words[kind];
}

static enum event_kind
find_kind(const unsigned char *word)
{
	size_t kind = 0;

	while (word != NULL && kind < EVENT_N_KINDS &&
	    strcmp((const char *)word, words[kind]) != 0)
		kind++;
	return (enum event_kind)kind;
}

static struct db_value
text_or_null(const char *text)
{
	return db_text(text[0] != '\0' ? text : NULL);
}

enum rc
event_add(struct db *db, const struct event *event, struct err *err)
{
	const struct db_value none = db_text(NULL);
	const struct db_value values[] = { db_int(event->at), db_int(event->device_id),
		db_int(event->number), db_int(event->role),
		db_text(event_kind_word(event->kind)),
		event->has_state ? db_int(event->old_state) : none,
		event->has_state ? db_int(event->new_state) : none,
		event->has_not_after ? db_int(event->old_not_after) : none,
		event->has_not_after ? db_int(event->new_not_after) : none,
		text_or_null(event->old_text), text_or_null(event->new_text),
		db_int(event->old_is_ours), db_int(event->new_is_ours) };

	return db_run_kept(db,
	    "INSERT INTO event (at, device_id, number, role, kind, old_state, new_state,"
	    " old_not_after, new_not_after, old_text, new_text, old_is_ours,"
	    " new_is_ours) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	    values, sizeof(values) / sizeof(values[0]), err);
}

static void
read_text(sqlite3_stmt *stmt, int at, char field[EVENT_TEXT_SIZE])
{
	const void *text = sqlite3_column_text(stmt, at);

	if (text != NULL)
		text_line_field(field, EVENT_TEXT_SIZE, text,
		    (size_t)sqlite3_column_bytes(stmt, at));
}

static enum state
read_state(sqlite3_stmt *stmt, int at)
{
	int state = sqlite3_column_int(stmt, at);

	return state >= STATE_OK && state <= STATE_UNKNOWN ? (enum state)state
							   : STATE_UNKNOWN;
}

static void
read_event(sqlite3_stmt *stmt, struct event *event)
{
	const struct role_info *info = role_find(sqlite3_column_int64(stmt, 4));

	*event = (struct event){ .id = sqlite3_column_int64(stmt, 0),
		.at = sqlite3_column_int64(stmt, 1),
		.device_id = sqlite3_column_int64(stmt, 2),
		.number = sqlite3_column_int64(stmt, 3),
		.role = info != NULL ? info->role : ROLE_NONE,
		.kind = find_kind(sqlite3_column_text(stmt, 5)),
		.has_state = sqlite3_column_type(stmt, 6) != SQLITE_NULL,
		.old_state = read_state(stmt, 6),
		.new_state = read_state(stmt, 7),
		.has_not_after = sqlite3_column_type(stmt, 8) != SQLITE_NULL,
		.old_not_after = sqlite3_column_int64(stmt, 8),
		.new_not_after = sqlite3_column_int64(stmt, 9),
		.old_is_ours = sqlite3_column_int(stmt, 12) != 0,
		.new_is_ours = sqlite3_column_int(stmt, 13) != 0 };
	read_text(stmt, 10, event->old_text);
	read_text(stmt, 11, event->new_text);
}

enum rc
event_each(struct db *db, int64_t after, int64_t limit, event_visit visit, void *ctx,
    struct err *err)
{
	const struct db_value values[] = { db_int(after), db_int(limit) };
	sqlite3_stmt *stmt = NULL;
	bool is_row = true;
	struct event event;
	enum rc r;

	r = db_query(db,
	    "SELECT id, at, device_id, number, role, kind, old_state, new_state,"
	    " old_not_after, new_not_after, old_text, new_text, old_is_ours,"
	    " new_is_ours FROM event WHERE id > ? ORDER BY id LIMIT ?",
	    values, sizeof(values) / sizeof(values[0]), &stmt, err);
	if (r != RC_OK)
		return r;
	while (r == RC_OK && is_row) {
		r = db_next(db, stmt, &is_row, err);
		if (r != RC_OK || !is_row)
			continue;
		read_event(stmt, &event);
		r = visit(ctx, &event, err);
	}
	(void)sqlite3_finalize(stmt);
	return r;
}

enum rc
event_last_id(struct db *db, int64_t *ret_id, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query(db, "SELECT seq FROM sqlite_sequence WHERE name = 'event'", NULL,
	    0, &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK)
		*ret_id = is_row ? sqlite3_column_int64(stmt, 0) : 0;
	(void)sqlite3_finalize(stmt);
	return r;
}

enum rc
event_trim(struct db *db, int64_t now, struct err *err)
{
	const struct db_value value = db_int(now - EVENT_KEEP_S);

	/* Ids ascend with time as far as the clock of this host does. */
	return db_run(db,
	    "DELETE FROM event WHERE id < (SELECT coalesce(min(id), 0) FROM event"
	    " WHERE at >= ?)",
	    &value, 1, err);
}

enum rc
event_accept(struct db *db, int64_t device_id, int64_t now, struct err *err)
{
	const struct event event = { .at = now,
		.device_id = device_id,
		.kind = EVENT_ACCEPTED };

	return event_add(db, &event, err);
}
