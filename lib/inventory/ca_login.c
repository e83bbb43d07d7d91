/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the table ca_login.
 */
#include "inventory/ca_login.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
	FRESH_S = 86400, /* that it works still is news once a day */
};

/* One credential at one service, as it stands; zeros for one that is new. */
struct entry {
	uint8_t digest[LOGIN_DIGEST_BYTES];
	int64_t ok_at;
	int64_t refused_at;
	int64_t tried_at;
};

static enum rc
find(struct db *db, const struct ca_login *login, struct entry *entry, struct err *err)
{
	const struct db_value values[] = { db_text(login->service),
		db_text(login->account), db_blob(entry->digest, LOGIN_DIGEST_BYTES) };
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query(db,
	    "SELECT ok_at, refused_at, tried_at FROM ca_login"
	    " WHERE service = ? AND account = ? AND digest = ?",
	    values, COUNT(values), &stmt, err);
	if (r == RC_OK)
		r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row) {
		entry->ok_at = sqlite3_column_int64(stmt, 0);
		entry->refused_at = sqlite3_column_int64(stmt, 1);
		entry->tried_at = sqlite3_column_int64(stmt, 2);
	}
	(void)sqlite3_finalize(stmt);
	return r;
}

static enum rc
begin(struct db *db, const struct ca_login *login, struct entry *entry, struct err *err)
{
	enum rc r;

	*entry = (struct entry){ .ok_at = 0 };
	r = login_digest(db, login->account, login->secret, entry->digest, err);
	return r == RC_OK ? find(db, login, entry, err) : r;
}

static struct ca_login_answer
judge(const struct ca_login *login, const struct entry *entry, int64_t now)
{
	struct ca_login_answer answer = { .standing = CA_LOGIN_MAY };
	bool is_refused = entry->refused_at != 0 && entry->refused_at >= entry->ok_at;

	if (is_refused && login->secret != NULL) {
		answer.standing = CA_LOGIN_RESTS;
	} else if (is_refused &&
	    login_is_within(entry->refused_at, LOGIN_WAIT_S, now)) {
		answer.standing = CA_LOGIN_RESTS;
		answer.next_at = entry->refused_at + LOGIN_WAIT_S;
	} else if (entry->ok_at <= entry->refused_at &&
	    entry->tried_at > entry->refused_at &&
	    login_is_within(entry->tried_at, LOGIN_CLAIM_S, now)) {
		answer.standing = CA_LOGIN_TRIED;
		answer.next_at = entry->tried_at + LOGIN_CLAIM_S;
	}
	if (answer.standing == CA_LOGIN_RESTS)
		answer.refused_at = entry->refused_at;
	return answer;
}

static enum rc
write_entry(struct db *db, const struct ca_login *login, const struct entry *entry,
    struct err *err)
{
	const struct db_value values[] = { db_text(login->service),
		db_text(login->account), db_blob(entry->digest, LOGIN_DIGEST_BYTES),
		db_int(entry->ok_at), db_int(entry->refused_at),
		db_int(entry->tried_at) };
	const struct db_value most[] = { db_text(login->service),
		db_int(CA_LOGIN_ROWS_MAX) };
	enum rc r;

	r = db_run(db,
	    "INSERT OR REPLACE INTO ca_login (service, account, digest, ok_at,"
	    " refused_at, tried_at) VALUES (?, ?, ?, ?, ?, ?)",
	    values, COUNT(values), err);
	if (r != RC_OK)
		return r;
	return db_run(db,
	    "DELETE FROM ca_login WHERE service = ?1 AND (account, digest) IN"
	    " (SELECT account, digest FROM ca_login WHERE service = ?1 ORDER BY"
	    " max(ok_at, refused_at, tried_at) DESC LIMIT -1 OFFSET ?2)",
	    most, COUNT(most), err);
}

/* In a transaction: of two programs that ask at once, one gets the claim. */
static enum rc
claim(struct db *db, const struct ca_login *login, struct entry *entry, int64_t now,
    struct ca_login_answer *answer, struct err *err)
{
	enum rc r = find(db, login, entry, err);

	if (r != RC_OK)
		return r;
	*answer = judge(login, entry, now);
	if (answer->standing != CA_LOGIN_MAY || entry->ok_at > entry->refused_at)
		return RC_OK;
	entry->tried_at = now;
	return write_entry(db, login, entry, err);
}

enum rc
ca_login_ask(struct db *db, const struct ca_login *login, int64_t now,
    struct ca_login_answer *ret_answer, struct err *err)
{
	struct ca_login_answer answer;
	struct entry entry;
	bool is_part = false;
	enum rc r = begin(db, login, &entry, err);

	if (r != RC_OK)
		return r;
	answer = judge(login, &entry, now);
	/* One that works, and one that rests, needs no turn to write. */
	if (answer.standing == CA_LOGIN_MAY && entry.ok_at <= entry.refused_at &&
	    !db->read_only) {
		r = db_enter(db, &is_part, err);
		if (r != RC_OK)
			return r;
		r = claim(db, login, &entry, now, &answer, err);
		r = db_leave(db, is_part, r, err);
	}
	if (r == RC_OK)
		*ret_answer = answer;
	return r;
}

enum rc
ca_login_note(struct db *db, const struct ca_login *login, bool is_refused, int64_t now,
    struct err *err)
{
	struct entry entry;
	bool is_part = false;
	enum rc r = begin(db, login, &entry, err);

	if (r != RC_OK ||
	    (!is_refused && entry.refused_at == 0 &&
		login_is_within(entry.ok_at, FRESH_S, now)))
		return r;
	r = db_enter(db, &is_part, err);
	if (r != RC_OK)
		return r;
	r = find(db, login, &entry, err);
	entry.tried_at = now;
	if (is_refused) {
		entry.refused_at = now;
	} else {
		entry.ok_at = now;
		entry.refused_at = 0;
	}
	if (r == RC_OK)
		r = write_entry(db, login, &entry, err);
	return db_leave(db, is_part, r, err);
}

enum rc
ca_login_withdraw(struct db *db, const struct ca_login *login, struct err *err)
{
	struct entry entry;
	enum rc r = begin(db, login, &entry, err);
	const struct db_value values[] = { db_text(login->service),
		db_text(login->account), db_blob(entry.digest, LOGIN_DIGEST_BYTES) };

	if (r != RC_OK || entry.ok_at > entry.refused_at ||
	    entry.tried_at <= entry.refused_at)
		return r;
	return db_run(db,
	    "UPDATE ca_login SET tried_at = refused_at"
	    " WHERE service = ? AND account = ? AND digest = ?",
	    values, COUNT(values), err);
}

enum rc
ca_login_forget(struct db *db, const char *service, struct err *err)
{
	const struct db_value value = db_text(service);

	return db_run(db, "DELETE FROM ca_login WHERE service = ?", &value, 1, err);
}
