/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the table standing, and arithmetic on them.  What fleet.c counts by
 * index must be what standing_state() says; a test holds both together.
 */
#include "inventory/standing.h"

#include "inventory/column.h"

enum {
	WORD_SIZE = 64
};

static int64_t
sum(int64_t a, int64_t b)
{
	int64_t s;

	if (__builtin_add_overflow(a, b, &s))
		return AGING_NEVER;
	return s;
}

static int64_t
smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t
standing_stale_at(const struct standing *standing)
{
	if (standing->max_age_s == 0 || standing->ok_at == 0)
		return AGING_NEVER;
	return sum(sum(standing->ok_at, standing->max_age_s), 1);
}

int64_t
standing_miss_at(const struct standing *standing)
{
	int64_t window_s = standing->fold.window_s;

	if (standing->contacts.n < FACTS_CONTACTS_MIN || window_s == 0 ||
	    standing->ok_at == 0)
		return AGING_NEVER;
	if (standing->contacts.gap_p95_s > window_s)
		return AGING_ALWAYS;
	return sum(sum(standing->ok_at, window_s), 1);
}

/* The moment from which on it is in WARNING or worse. */
static int64_t
worse_at(const struct standing *standing)
{
	const struct aging *fold = &standing->fold;
	int64_t at = smaller(standing_stale_at(standing), standing_miss_at(standing));

	if (fold->fixed == STATE_WARNING || fold->fixed == STATE_CRITICAL)
		return AGING_ALWAYS;
	return smaller(at, smaller(fold->warning_at, fold->critical_at));
}

enum state
standing_state(const struct standing *standing, int64_t now)
{
	enum state state = aging_state(&standing->fold, now);

	if (standing->ok_at == 0)
		state = state_worse(state, STATE_UNKNOWN);
	if (now >= standing_stale_at(standing) || now >= standing_miss_at(standing))
		state = state_worse(state, STATE_WARNING);
	return state;
}

enum reason
standing_reason(const struct standing *standing, int64_t now)
{
	const struct aging *fold = &standing->fold;
	enum state state = standing_state(standing, now);

	if (state == aging_state(fold, now))
		return aging_reason(fold, now);
	if (state == STATE_UNKNOWN)
		return REASON_NEVER_READ;
	return now >= standing_stale_at(standing) ? REASON_STALE : REASON_WILL_MISS;
}

static void
take_fixed(sqlite3_stmt *stmt, int at, struct aging *aging)
{
	char reason[WORD_SIZE];

	aging->fixed = column_state(stmt, at);
	column_text(stmt, at + 1, reason, sizeof(reason));
	aging->reason = reason_find(reason);
}

void
standing_take(sqlite3_stmt *stmt, int first, struct standing *standing)
{
	int at = first;

	aging_init(&standing->tls);
	aging_init(&standing->store);
	aging_init(&standing->history);
	aging_init(&standing->fold);
	standing->device_id = sqlite3_column_int64(stmt, at++);
	standing->judged_at = sqlite3_column_int64(stmt, at++);
	standing->tls_read_at = sqlite3_column_int64(stmt, at++);
	standing->store_read_at = sqlite3_column_int64(stmt, at++);
	standing->ok_at = sqlite3_column_int64(stmt, at++);
	standing->tried_at = sqlite3_column_int64(stmt, at++);
	standing->last_result = (enum contact_result)column_choice(stmt, at++,
	    CONTACT_OTHER, CONTACT_OTHER);
	standing->n_ok = sqlite3_column_int64(stmt, at++);
	standing->n_failed = sqlite3_column_int64(stmt, at++);
	standing->n_failed_in_a_row = sqlite3_column_int64(stmt, at++);
	standing->contacts.n =
	    (size_t)column_choice(stmt, at++, CONTACT_DAYS_MAX, CONTACT_DAYS_MAX);
	standing->contacts.gap_p95_s = sqlite3_column_int64(stmt, at++);
	standing->n_slots = sqlite3_column_int64(stmt, at++);
	standing->fold.window_s = sqlite3_column_int64(stmt, at++);
	standing->max_age_s = sqlite3_column_int64(stmt, at++);
	take_fixed(stmt, at, &standing->tls);
	take_fixed(stmt, at + 2, &standing->store);
	take_fixed(stmt, at + 4, &standing->history);
	take_fixed(stmt, at + 6, &standing->fold);
	at += 8;
	standing->fold.valid_from = sqlite3_column_int64(stmt, at++);
	standing->fold.due_at = sqlite3_column_int64(stmt, at++);
	standing->fold.warning_at = sqlite3_column_int64(stmt, at++);
	standing->fold.critical_at = sqlite3_column_int64(stmt, at++);
	standing->fold.ends_at = sqlite3_column_int64(stmt, at++);
	column_text(stmt, at, standing->error, sizeof(standing->error));
}

enum rc
standing_read(struct db *db, int64_t device_id, struct standing *ret_standing,
    struct err *err)
{
	const struct db_value value = db_int(device_id);
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query_kept(db,
	    "SELECT " STANDING_COLUMNS " FROM standing s WHERE s.device_id = ?", &value,
	    1, &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row)
		standing_take(stmt, 0, ret_standing);
	db_done(stmt);
	return r == RC_OK && !is_row ? RC_NOTFOUND : r;
}

static struct db_value
word(const struct aging *aging)
{
	return db_text(aging->fixed == STATE_OK ? "" : reason_word(aging->reason));
}

/*
 * The fixed state goes into the moments, so that an index on them counts it:
 * fleet.c. is_unknown: UNKNOWN unless something worse comes.
 */
enum rc
standing_write(struct db *db, const struct standing *standing, int64_t now,
    struct err *err)
{
	const struct aging *fold = &standing->fold;
	const struct db_value values[] = { db_int(standing->device_id),
		db_int(standing_state(standing, now)), db_int(standing->judged_at),
		db_int(standing->tls_read_at), db_int(standing->store_read_at),
		db_int(standing->ok_at), db_int(standing->tried_at),
		db_int(standing->last_result), db_int(standing->n_ok),
		db_int(standing->n_failed), db_int(standing->n_failed_in_a_row),
		db_int((int64_t)standing->contacts.n),
		db_int(standing->contacts.gap_p95_s), db_int(standing->n_slots),
		db_int(fold->window_s), db_int(standing->max_age_s),
		db_int(standing->tls.fixed), word(&standing->tls),
		db_int(standing->store.fixed), word(&standing->store),
		db_int(standing->history.fixed), word(&standing->history),
		db_int(fold->fixed), word(fold),
		db_int(standing->ok_at == 0 || fold->fixed == STATE_UNKNOWN),
		db_int(fold->valid_from), db_int(fold->due_at),
		db_int(fold->warning_at),
		db_int(
		    fold->fixed == STATE_CRITICAL ? AGING_ALWAYS : fold->critical_at),
		db_int(worse_at(standing)), db_int(standing_miss_at(standing)),
		db_int(fold->ends_at), db_text(standing->error) };

	return db_run_kept(db,
	    "UPDATE standing SET state = ?2, judged_at = ?3, tls_read_at = ?4,"
	    " store_read_at = ?5, ok_at = ?6, tried_at = ?7, last_result = ?8,"
	    " n_ok = ?9, n_failed = ?10, n_failed_in_a_row = ?11, n_contacts = ?12,"
	    " gap_p95_s = ?13, n_slots = ?14, window_s = ?15, max_age_s = ?16,"
	    " tls_state = ?17, tls_reason = ?18, store_state = ?19, store_reason = ?20,"
	    " history_state = ?21, history_reason = ?22, fixed_state = ?23,"
	    " fixed_reason = ?24, is_unknown = ?25, valid_from = ?26, due_at = ?27,"
	    " warning_at = ?28, critical_at = ?29, worse_at = ?30, miss_at = ?31,"
	    " ends_at = ?32, error = ?33 WHERE device_id = ?1",
	    values, sizeof(values) / sizeof(values[0]), err);
}
