/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the table login.
 */
#include "inventory/login.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/buf.h"
#include "inventory/column.h"

enum {
	SALT_BYTES = 32,
	MESSAGE_MAX_BYTES = 4096,
	DOUBLINGS_MAX = 5,
	HOUR_S = 3600,
	DAY_S = 86400,
};

/* One credential at one device, as it stands. */
struct entry {
	int64_t device_id;
	const char *account;
	uint8_t digest[LOGIN_DIGEST_BYTES];
	bool is_known;
	int64_t ok_at;
	int64_t refused_at;
	int64_t n_refused;
	int64_t tried_at;
};

static enum rc
read_salt(struct db *db, uint8_t salt[SALT_BYTES], struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query_kept(db, "SELECT bytes FROM salt", NULL, 0, &stmt, err);
	if (r == RC_OK)
		r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && !is_row)
		r = err_set(err, RC_DB, "%s: the salt is missing", db->path);
	if (r == RC_OK)
		r = column_digest(db, stmt, 0, salt, SALT_BYTES, err);
	db_done(stmt);
	return r;
}

/* Account and secret, a NUL between them, under the salt of this inventory. */
enum rc
login_digest(struct db *db, const char *account, const struct secret *secret,
    uint8_t ret_digest[LOGIN_DIGEST_BYTES], struct err *err)
{
	uint8_t salt[SALT_BYTES], whole[EVP_MAX_MD_SIZE];
	unsigned int len = 0;
	struct buf message;
	enum rc r;

	r = read_salt(db, salt, err);
	if (r != RC_OK)
		return r;
	buf_init(&message, MESSAGE_MAX_BYTES);
	(void)buf_add(&message, account, strlen(account) + 1);
	if (secret != NULL && secret_is_set(secret))
		(void)buf_add(&message, secret->text, secret->len);
	r = message.rc;
	if (r == RC_OK &&
	    HMAC(EVP_sha256(), salt, sizeof(salt), (const uint8_t *)buf_str(&message),
		message.len, whole, &len) == NULL)
		r = RC_NOMEM;
	if (r == RC_OK)
		memcpy(ret_digest, whole, LOGIN_DIGEST_BYTES);
	else
		r = err_set(err, r, "%s: login of %s", db->path, account);
	buf_wipe(&message);
	OPENSSL_cleanse(whole, sizeof(whole));
	return r;
}

static enum rc
find(struct db *db, struct entry *entry, struct err *err)
{
	const struct db_value values[] = { db_int(entry->device_id),
		db_text(entry->account),
		db_blob(entry->digest, sizeof(entry->digest)) };
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query_kept(db,
	    "SELECT ok_at, refused_at, n_refused, tried_at FROM login"
	    " WHERE device_id = ? AND account = ? AND digest = ?",
	    values, 3, &stmt, err);
	if (r == RC_OK)
		r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row) {
		entry->is_known = true;
		entry->ok_at = sqlite3_column_int64(stmt, 0);
		entry->refused_at = sqlite3_column_int64(stmt, 1);
		entry->n_refused = sqlite3_column_int64(stmt, 2);
		entry->tried_at = sqlite3_column_int64(stmt, 3);
	}
	db_done(stmt);
	return r;
}

static enum rc
begin_entry(struct db *db, int64_t device_id, const char *account,
    const struct secret *secret, struct entry *entry, struct err *err)
{
	enum rc r;

	*entry = (struct entry){ .device_id = device_id, .account = account };
	r = login_digest(db, account, secret, entry->digest, err);
	if (r == RC_OK)
		r = find(db, entry, err);
	return r;
}

static int64_t
wait_s(const struct entry *entry)
{
	int64_t doublings = entry->n_refused - 1;
	int64_t wait;

	if (doublings > DOUBLINGS_MAX)
		doublings = DOUBLINGS_MAX;
	wait = doublings > 0 ? (int64_t)LOGIN_WAIT_S << doublings : LOGIN_WAIT_S;
	return wait < LOGIN_WAIT_MAX_S ? wait : LOGIN_WAIT_MAX_S;
}

bool
login_is_within(int64_t begin, int64_t length_s, int64_t now)
{
	return begin != 0 && now < begin + length_s && begin - now <= length_s;
}

/* How many credentials did the device refuse within the hour, the last when? */
static enum rc
count_refused(struct db *db, int64_t device_id, int64_t now, int64_t *ret_n,
    int64_t *ret_first, struct err *err)
{
	const struct db_value values[] = { db_int(device_id), db_int(now - HOUR_S),
		db_int(now) };
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query_kept(db,
	    "SELECT count(*), min(refused_at) FROM login WHERE device_id = ?1"
	    " AND refused_at > ?2 AND refused_at <= ?3 AND refused_at >= ok_at",
	    values, 3, &stmt, err);
	if (r == RC_OK)
		r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK) {
		*ret_n = sqlite3_column_int64(stmt, 0);
		*ret_first = sqlite3_column_int64(stmt, 1);
	}
	db_done(stmt);
	return r;
}

static enum rc
claim(struct db *db, const struct entry *entry, int64_t now, struct err *err)
{
	const struct db_value values[] = { db_int(entry->device_id),
		db_text(entry->account), db_blob(entry->digest, sizeof(entry->digest)),
		db_int(now) };

	return db_run_kept(db,
	    "INSERT INTO login (device_id, account, digest, ok_at, refused_at,"
	    " n_refused, tried_at) VALUES (?1, ?2, ?3, 0, 0, 0, ?4)"
	    " ON CONFLICT DO UPDATE SET tried_at = ?4",
	    values, 4, err);
}

static enum rc
trim(struct db *db, int64_t device_id, struct err *err)
{
	const struct db_value values[] = { db_int(device_id), db_int(LOGIN_ROWS_MAX) };

	return db_run_kept(db,
	    "DELETE FROM login WHERE device_id = ?1 AND (account, digest) IN"
	    " (SELECT account, digest FROM login WHERE device_id = ?1 ORDER BY"
	    " max(ok_at, refused_at, tried_at) DESC LIMIT -1 OFFSET ?2)",
	    values, 2, err);
}

static enum rc
ask(struct db *db, struct entry *entry, int64_t now, struct login_answer *answer,
    struct err *err)
{
	int64_t n_refused = 0, first_at = 0;
	enum rc r;

	answer->refused_at = entry->refused_at;
	answer->n_refused = entry->n_refused;
	if (entry->ok_at > entry->refused_at) {
		answer->may = true;
		return RC_OK;
	}
	if (login_is_within(entry->refused_at, wait_s(entry), now)) {
		answer->next_at = entry->refused_at + wait_s(entry);
		return RC_OK;
	}
	if (entry->tried_at > entry->refused_at &&
	    login_is_within(entry->tried_at, LOGIN_CLAIM_S, now)) {
		answer->next_at = entry->tried_at + LOGIN_CLAIM_S;
		return RC_OK;
	}
	r = count_refused(db, entry->device_id, now, &n_refused, &first_at, err);
	if (r != RC_OK)
		return r;
	if (n_refused >= LOGIN_REFUSED_PER_HOUR) {
		answer->next_at = first_at + HOUR_S;
		return RC_OK;
	}
	answer->may = true;
	if (db->read_only)
		return RC_OK;
	r = claim(db, entry, now, err);
	return r == RC_OK ? trim(db, entry->device_id, err) : r;
}

enum rc
login_ask(struct db *db, int64_t device_id, const char *account,
    const struct secret *secret, int64_t now, struct login_answer *ret_answer,
    struct err *err)
{
	struct login_answer answer = { .may = false };
	struct entry entry;
	bool is_part = false;
	enum rc r;

	/* One that works needs no turn to write. */
	r = begin_entry(db, device_id, account, secret, &entry, err);
	if (r == RC_OK && (db->read_only || entry.ok_at > entry.refused_at))
		r = ask(db, &entry, now, &answer, err);
	if (r == RC_OK && !answer.may && !db->read_only) {
		r = db_enter(db, &is_part, err);
		if (r != RC_OK)
			return r;
		r = find(db, &entry, err);
		if (r == RC_OK)
			r = ask(db, &entry, now, &answer, err);
		r = db_leave(db, is_part, r, err);
	}
	if (r == RC_OK)
		*ret_answer = answer;
	return r;
}

static enum rc
note(struct db *db, const struct entry *entry, bool is_refused, int64_t now,
    struct err *err)
{
	const struct db_value values[] = { db_int(entry->device_id),
		db_text(entry->account), db_blob(entry->digest, sizeof(entry->digest)),
		db_int(is_refused ? entry->ok_at : now), db_int(is_refused ? now : 0),
		db_int(is_refused ? entry->n_refused + 1 : 0), db_int(now) };

	return db_run_kept(db,
	    "INSERT OR REPLACE INTO login (device_id, account, digest, ok_at, refused_at,"
	    " n_refused, tried_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
	    values, sizeof(values) / sizeof(values[0]), err);
}

enum rc
login_note(struct db *db, int64_t device_id, const char *account,
    const struct secret *secret, bool is_refused, int64_t now, struct err *err)
{
	struct entry entry;
	bool is_part = false;
	enum rc r;

	r = begin_entry(db, device_id, account, secret, &entry, err);
	/* That it works still is news once a day. */
	if (r != RC_OK ||
	    (!is_refused && entry.refused_at == 0 &&
		login_is_within(entry.ok_at, DAY_S, now)))
		return r;
	r = db_enter(db, &is_part, err);
	if (r != RC_OK)
		return r;
	r = find(db, &entry, err);
	if (r == RC_OK)
		r = note(db, &entry, is_refused, now, err);
	if (r == RC_OK)
		r = trim(db, device_id, err);
	return db_leave(db, is_part, r, err);
}

enum rc
login_withdraw(struct db *db, int64_t device_id, const char *account,
    const struct secret *secret, struct err *err)
{
	struct entry entry;
	enum rc r = begin_entry(db, device_id, account, secret, &entry, err);
	const struct db_value values[] = { db_int(device_id), db_text(account),
		db_blob(entry.digest, sizeof(entry.digest)) };

	if (r != RC_OK || !entry.is_known || entry.ok_at > entry.refused_at)
		return r;
	return db_run(db,
	    "UPDATE login SET tried_at = refused_at"
	    " WHERE device_id = ? AND account = ? AND digest = ?",
	    values, sizeof(values) / sizeof(values[0]), err);
}
