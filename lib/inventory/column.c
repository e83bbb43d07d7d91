/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Columns of SQLite rows as values of ours.
 */
#include "inventory/column.h"

#include <string.h>

void
column_text(sqlite3_stmt *stmt, int at, char *field, size_t size)
{
	const void *text = sqlite3_column_text(stmt, at);
	size_t len = 0;

	if (text != NULL)
		len = strnlen(text, size - 1);
	if (len > 0)
		memcpy(field, text, len);
	field[len] = '\0';
}

int
column_choice(sqlite3_stmt *stmt, int at, int most, int other)
{
	int64_t number = sqlite3_column_int64(stmt, at);

	return number >= 0 && number <= most ? (int)number : other;
}

enum state
column_state(sqlite3_stmt *stmt, int at)
{
	return (enum state)column_choice(stmt, at, STATE_UNKNOWN, STATE_UNKNOWN);
}

enum rc
column_digest(struct db *db, sqlite3_stmt *stmt, int at, uint8_t *field, size_t size,
    struct err *err)
{
	const void *bytes = sqlite3_column_blob(stmt, at);

	if (bytes == NULL || (size_t)sqlite3_column_bytes(stmt, at) != size)
		return err_set(err, RC_DB,
		    "%s: column %s: not of the size it must have", db->path,
		    sqlite3_column_name(stmt, at));
	memcpy(field, bytes, size);
	return RC_OK;
}
