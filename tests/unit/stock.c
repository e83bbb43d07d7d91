/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inventories of unit tests.
 */
#include "stock.h"

#include <stdio.h>

#include "unit.h"

enum {
	TEXT_SIZE = 1024
};

struct db
stock_open(const struct folder *folder)
{
	struct db db = { 0 };
	struct err err = { 0 };

	assert_rc(db_open(folder_file(folder, "inventory.db"), &db, &err), RC_OK, &err);
	return db;
}

struct db
stock_open_read_only(const struct folder *folder)
{
	struct db db = { 0 };
	struct err err = { 0 };

	assert_rc(db_open_read_only(folder_file(folder, "inventory.db"), &db, &err),
	    RC_OK, &err);
	return db;
}

static sqlite3_stmt *
ask(struct db *db, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	struct err err = { 0 };
	bool is_row = false;

	assert_rc(db_query(db, sql, NULL, 0, &stmt, &err), RC_OK, &err);
	assert_rc(db_next(db, stmt, &is_row, &err), RC_OK, &err);
	assert_true(is_row);
	return stmt;
}

int64_t
stock_number(struct db *db, const char *sql)
{
	sqlite3_stmt *stmt = ask(db, sql);
	int64_t number = sqlite3_column_int64(stmt, 0);

	sqlite3_finalize(stmt);
	return number;
}

const char *
stock_text(struct db *db, const char *sql)
{
	static char text[TEXT_SIZE];
	sqlite3_stmt *stmt = ask(db, sql);
	const char *value = (const char *)sqlite3_column_text(stmt, 0);

	(void)snprintf(text, sizeof(text), "%s", value != NULL ? value : "");
	sqlite3_finalize(stmt);
	return text;
}

void
stock_exec(struct db *db, const char *sql)
{
	struct err err = { 0 };

	assert_rc(db_exec(db, sql, &err), RC_OK, &err);
}
