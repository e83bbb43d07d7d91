/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the tables ca_policy, ca_template and ca_template_replaced.
 */
#include "inventory/offer_row.h"

#include <stdio.h>
#include <string.h>

#include "inventory/column.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static enum rc
read_moment(struct db *db, const char *ca, bool *ret_is_row, int64_t *ret_read_at,
    struct err *err)
{
	const struct db_value value = db_text(ca);
	sqlite3_stmt *stmt = NULL;
	enum rc r = db_query(db, "SELECT read_at FROM ca_policy WHERE ca = ?", &value,
	    1, &stmt, err);

	if (r == RC_OK)
		r = db_next(db, stmt, ret_is_row, err);
	if (r == RC_OK && *ret_is_row)
		*ret_read_at = sqlite3_column_int64(stmt, 0);
	(void)sqlite3_finalize(stmt);
	return r;
}

static void
take_template(sqlite3_stmt *stmt, struct offer *offer)
{
	column_text(stmt, 0, offer->name, sizeof(offer->name));
	column_text(stmt, 1, offer->oid, sizeof(offer->oid));
	offer->schema = sqlite3_column_int64(stmt, 2);
	offer->major = sqlite3_column_int64(stmt, 3);
	offer->minor = sqlite3_column_int64(stmt, 4);
	offer->major_since = sqlite3_column_int64(stmt, 5);
	offer->validity_s = sqlite3_column_int64(stmt, 6);
	offer->renewal_s = sqlite3_column_int64(stmt, 7);
	offer->enrolment_flags = sqlite3_column_int64(stmt, 8);
	offer->may_enrol = column_choice(stmt, 9, 1, 0) == 1;
	offer->is_wanted = column_choice(stmt, 10, 1, 0) == 1;
}

static enum rc
read_templates(struct db *db, struct offers *offers, struct err *err)
{
	const struct db_value value = db_text(offers->ca);
	struct offer *offer = NULL;
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r = db_query(db,
	    "SELECT name, oid, schema_version, major, minor, major_since, validity_s,"
	    " renewal_s, enrolment_flags, may_enrol, is_wanted FROM ca_template"
	    " WHERE ca = ? ORDER BY number",
	    &value, 1, &stmt, err);

	if (r == RC_OK)
		r = db_next(db, stmt, &is_row, err);
	while (r == RC_OK && is_row) {
		r = offers_add(offers, &offer, err);
		if (r == RC_OK) {
			take_template(stmt, offer);
			r = db_next(db, stmt, &is_row, err);
		}
	}
	(void)sqlite3_finalize(stmt);
	return r;
}

static enum rc
read_replaced(struct db *db, struct offers *offers, struct err *err)
{
	const struct db_value value = db_text(offers->ca);
	char name[OFFER_NAME_SIZE];
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r = db_query(db,
	    "SELECT by_number, name FROM ca_template_replaced WHERE ca = ?"
	    " ORDER BY number",
	    &value, 1, &stmt, err);

	if (r == RC_OK)
		r = db_next(db, stmt, &is_row, err);
	while (r == RC_OK && is_row) {
		column_text(stmt, 1, name, sizeof(name));
		r = offers_add_replaced(offers, (size_t)sqlite3_column_int64(stmt, 0),
		    name, err);
		if (r == RC_OK)
			r = db_next(db, stmt, &is_row, err);
	}
	(void)sqlite3_finalize(stmt);
	return r;
}

/* Of one moment, whoever writes meanwhile. */
enum rc
offer_read(struct db *db, const char *ca, struct offers *ret_offers, struct err *err)
{
	bool is_own = sqlite3_get_autocommit(db->sqlite) != 0;
	struct offers offers = { .read_at = 0 };
	bool is_row = false;
	enum rc r = is_own ? db_begin_read(db, err) : RC_OK;

	(void)snprintf(offers.ca, sizeof(offers.ca), "%s", ca);
	if (r == RC_OK)
		r = read_moment(db, offers.ca, &is_row, &offers.read_at, err);
	if (r == RC_OK && is_row)
		r = read_templates(db, &offers, err);
	if (r == RC_OK && is_row)
		r = read_replaced(db, &offers, err);
	if (is_own)
		db_rollback(db); /* nothing was written */
	if (r == RC_OK && !is_row)
		r = RC_NOTFOUND;
	if (r != RC_OK) {
		offers_clear(&offers);
		return r;
	}
	*ret_offers = offers;
	return RC_OK;
}

/* A version that was there keeps its moment. */
static void
keep_moments(const struct offers *before, struct offers *offers)
{
	for (size_t i = 0; i < offers->n; i++) {
		struct offer *offer = &offers->list[i];

		offer->major_since = offers->read_at;
		for (size_t j = 0; j < before->n; j++) {
			const struct offer *old = &before->list[j];

			if (strcmp(old->oid, offer->oid) == 0 &&
			    strcmp(old->name, offer->name) == 0 &&
			    old->major == offer->major)
				offer->major_since = old->major_since;
		}
	}
}

static enum rc
write_template(struct db *db, const struct offers *offers, size_t i, struct err *err)
{
	const struct offer *offer = &offers->list[i];
	const struct db_value values[] = { db_text(offers->ca), db_int((int64_t)i),
		db_text(offer->name), db_text(offer->oid), db_int(offer->schema),
		db_int(offer->major), db_int(offer->minor), db_int(offer->major_since),
		db_int(offer->validity_s), db_int(offer->renewal_s),
		db_int(offer->enrolment_flags), db_int(offer->may_enrol),
		db_int(offer->is_wanted) };

	return db_run_kept(db,
	    "INSERT INTO ca_template (ca, number, name, oid, schema_version, major,"
	    " minor, major_since, validity_s, renewal_s, enrolment_flags, may_enrol,"
	    " is_wanted) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	    values, COUNT(values), err);
}

static enum rc
write_replaced(struct db *db, const struct offers *offers, size_t i, struct err *err)
{
	const struct offer_replaced *replaced = &offers->replaced[i];
	const struct db_value values[] = { db_text(offers->ca), db_int((int64_t)i),
		db_int((int64_t)replaced->by), db_text(replaced->name) };

	return db_run_kept(db,
	    "INSERT INTO ca_template_replaced (ca, number, by_number, name)"
	    " VALUES (?, ?, ?, ?)",
	    values, COUNT(values), err);
}

static enum rc
write_all(struct db *db, const struct offers *offers, struct err *err)
{
	const struct db_value values[] = { db_text(offers->ca),
		db_int(offers->read_at) };
	enum rc r = db_run(db, "DELETE FROM ca_policy WHERE ca = ?", values, 1, err);

	if (r == RC_OK)
		r = db_run(db, "INSERT INTO ca_policy (ca, read_at) VALUES (?, ?)",
		    values, COUNT(values), err);
	for (size_t i = 0; r == RC_OK && i < offers->n; i++)
		r = write_template(db, offers, i, err);
	for (size_t i = 0; r == RC_OK && i < offers->n_replaced; i++)
		r = write_replaced(db, offers, i, err);
	return r;
}

static bool
is_same_offer(const struct offer *a, const struct offer *b)
{
	return strcmp(a->name, b->name) == 0 && strcmp(a->oid, b->oid) == 0 &&
	    a->schema == b->schema && a->major == b->major && a->minor == b->minor &&
	    a->major_since == b->major_since && a->validity_s == b->validity_s &&
	    a->renewal_s == b->renewal_s && a->enrolment_flags == b->enrolment_flags &&
	    a->may_enrol == b->may_enrol && a->is_wanted == b->is_wanted;
}

/* But for the moment. */
static bool
is_same(const struct offers *a, const struct offers *b)
{
	if (a->n != b->n || a->n_replaced != b->n_replaced)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!is_same_offer(&a->list[i], &b->list[i]))
			return false;
	for (size_t i = 0; i < a->n_replaced; i++)
		if (a->replaced[i].by != b->replaced[i].by ||
		    strcmp(a->replaced[i].name, b->replaced[i].name) != 0)
			return false;
	return true;
}

/* The same answer again is one small row. */
static enum rc
replace(struct db *db, struct offers *offers, struct err *err)
{
	const struct db_value values[] = { db_int(offers->read_at),
		db_text(offers->ca) };
	struct offers before = { .read_at = 0 };
	enum rc r = offer_read(db, offers->ca, &before, err);
	bool is_known = r == RC_OK;

	if (r != RC_OK && r != RC_NOTFOUND)
		return r;
	keep_moments(&before, offers);
	if (is_known && is_same(&before, offers))
		r = db_run(db, "UPDATE ca_policy SET read_at = ? WHERE ca = ?", values,
		    COUNT(values), err);
	else
		r = write_all(db, offers, err);
	offers_clear(&before);
	return r;
}

enum rc
offer_write(struct db *db, struct offers *offers, struct err *err)
{
	bool is_part = false;
	enum rc r = db_enter(db, &is_part, err);

	return r == RC_OK ? db_leave(db, is_part, replace(db, offers, err), err) : r;
}
