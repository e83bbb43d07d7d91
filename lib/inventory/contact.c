/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Days of contact in the inventory.  One row per day tells all that a renewal
 * window, which is days long, can be compared with.
 */
#include "inventory/contact.h"

#include "policy/facts.h"

enum {
	DAY_S = 86400,
	PERCENT = 95,
};

static const struct {
	enum rc rc;
	enum contact_result result;
} results[] = {
	{ RC_OK, CONTACT_OK },
	{ RC_RESOLVE, CONTACT_UNREACHABLE },
	{ RC_CONNECT, CONTACT_UNREACHABLE },
	{ RC_TIMEOUT, CONTACT_UNREACHABLE },
	{ RC_LOST, CONTACT_UNREACHABLE },
	{ RC_TLS, CONTACT_TLS },
	{ RC_UNTRUSTED, CONTACT_TLS },
	{ RC_AUTH, CONTACT_AUTH },
	{ RC_FORMAT, CONTACT_PROTOCOL },
	{ RC_LIMIT, CONTACT_PROTOCOL },
	{ RC_HTTP, CONTACT_PROTOCOL },
	{ RC_FAULT, CONTACT_PROTOCOL },
	{ RC_PT_STATUS, CONTACT_PROTOCOL },
};

enum contact_result
contact_result_of(enum rc rc)
{
	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++)
		if (results[i].rc == rc)
			return results[i].result;
	return CONTACT_OTHER;
}

const char *
contact_result_word(enum contact_result result)
{
	switch (result) {
	case CONTACT_NEVER:
		return "never";
	case CONTACT_OK:
		return "success";
	case CONTACT_UNREACHABLE:
		return "unreachable";
	case CONTACT_TLS:
		return "tls_failure";
	case CONTACT_AUTH:
		return "auth_failure";
	case CONTACT_PROTOCOL:
		return "protocol_error";
	case CONTACT_NOT_PROVISIONED:
		return "not_provisioned";
	case CONTACT_OTHER:
		break;
	}
	return "other";
}

int64_t
contact_gap_p95(const int64_t *at, size_t n)
{
	int64_t gaps[CONTACT_DAYS_MAX] = { 0 };
	size_t n_gaps = 0;

	if (n < 2 || n > CONTACT_DAYS_MAX)
		return 0;
	for (size_t i = 1; i < n; i++) {
		int64_t gap = at[i] - at[i - 1];
		size_t j = n_gaps++;

		for (; j > 0 && gaps[j - 1] > gap; j--)
			gaps[j] = gaps[j - 1];
		gaps[j] = gap;
	}
	return gaps[(n_gaps * PERCENT + 99) / 100 - 1];
}

static enum rc
insert(struct db *db, int64_t device_id, int64_t now, bool *ret_is_new, struct err *err)
{
	const struct db_value values[] = { db_int(device_id), db_int(now / DAY_S),
		db_int(now) };
	enum rc r;

	r = db_run_kept(db,
	    "INSERT INTO contact (device_id, day, at) VALUES (?, ?, ?)"
	    " ON CONFLICT DO NOTHING",
	    values, sizeof(values) / sizeof(values[0]), err);
	if (r == RC_OK)
		*ret_is_new = sqlite3_changes(db->sqlite) > 0;
	return r;
}

static enum rc
trim(struct db *db, int64_t device_id, struct err *err)
{
	const struct db_value values[] = { db_int(device_id),
		db_int(CONTACT_DAYS_MAX) };

	return db_run_kept(db,
	    "DELETE FROM contact WHERE device_id = ?1 AND day <= (SELECT day FROM contact"
	    " WHERE device_id = ?1 ORDER BY day DESC LIMIT 1 OFFSET ?2)",
	    values, sizeof(values) / sizeof(values[0]), err);
}

static enum rc
read_all(struct db *db, int64_t device_id, struct contacts *ret_contacts,
    struct err *err)
{
	const struct db_value value = db_int(device_id);
	int64_t at[CONTACT_DAYS_MAX];
	sqlite3_stmt *stmt = NULL;
	bool is_row = true;
	size_t n = 0;
	enum rc r;

	r = db_query_kept(db, "SELECT at FROM contact WHERE device_id = ? ORDER BY day",
	    &value, 1, &stmt, err);
	while (r == RC_OK && is_row) {
		r = db_next(db, stmt, &is_row, err);
		if (r == RC_OK && is_row && n < CONTACT_DAYS_MAX)
			at[n++] = sqlite3_column_int64(stmt, 0);
	}
	db_done(stmt);
	if (r != RC_OK)
		return r;
	ret_contacts->n = n;
	ret_contacts->gap_p95_s = n < FACTS_CONTACTS_MIN ? 0 : contact_gap_p95(at, n);
	return RC_OK;
}

enum rc
contact_add(struct db *db, int64_t device_id, int64_t now, bool *ret_is_new,
    struct contacts *ret_contacts, struct err *err)
{
	bool is_new = false;
	enum rc r;

	r = insert(db, device_id, now, &is_new, err);
	if (r == RC_OK && is_new) {
		r = trim(db, device_id, err);
		if (r == RC_OK)
			r = read_all(db, device_id, ret_contacts, err);
	}
	if (r == RC_OK)
		*ret_is_new = is_new;
	return r;
}
