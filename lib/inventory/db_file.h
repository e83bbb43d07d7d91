/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What db_open.c needs to make a database file and to bring it up to date.
 * Private to lib/inventory; others see inventory/db.h.
 */
#ifndef AMTCERT_INVENTORY_DB_FILE_H
#define AMTCERT_INVENTORY_DB_FILE_H

#include <stdint.h>

#include "inventory/db.h"

enum {
	DB_FILE_NAME_MAX_BYTES = 8192
};

/* Open name, which may be a URI, as SQLite's flags say; path is for messages. */
enum rc db_file_connect(const char *name, const char *path, int flags,
    struct db *ret_db, struct err *err);

/* The number that a statement without parameters yields. */
enum rc db_file_pragma(struct db *db, const char *sql, int64_t *ret_value,
    struct err *err);

/* Bring the file from its version to the schema's; all of it or nothing. */
enum rc db_file_migrate(struct db *db, const struct schema *schema, struct err *err);

/*
 * Make the file under another name and give it its own in one move, so that a
 * database is there whole or not at all. That someone was faster is no error.
 */
enum rc db_file_create(const char *path, const struct schema *schema, struct err *err);

#endif
