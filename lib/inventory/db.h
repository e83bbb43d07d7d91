/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inventory database file: opening it, its schema and its version.  SQLite
 * in WAL mode; a file that is not ours, corrupt, or newer is refused and left
 * as it is.
 */
#ifndef AMTCERT_INVENTORY_DB_H
#define AMTCERT_INVENTORY_DB_H

#include <stdbool.h>

#include <sqlite3.h>

#include "base/rc.h"

#define DB_DEFAULT_PATH "/var/lib/amtcert/inventory.db"

enum {
	DB_APPLICATION_ID = 0x616d7463, /* "amtc" */
	DB_SCHEMA_VERSION = 1,
	DB_BUSY_TIMEOUT_MS = 5000,
};

struct db {
	sqlite3 *sqlite;
	char *path;
	bool read_only;
};

/*
 * Open for writing, creating the file (0600, folder must exist) with the
 * current schema, or migrating an older one in a single transaction.  RC_DB:
 * "path: rule: what" for a foreign, corrupt or newer file; RC_SYSTEM.
 */
enum rc db_open(const char *path, struct db *ret_db, struct err *err);

/* Open for reading; never creates or changes the file. RC_NOTFOUND. */
enum rc db_open_read_only(const char *path, struct db *ret_db, struct err *err);

void db_close(struct db *db);

/* Record SQLite's message. Always returns RC_DB (RC_NOMEM on its own). */
enum rc db_error(struct db *db, const char *what, struct err *err);

/* Run statements without results. */
enum rc db_exec(struct db *db, const char *sql, struct err *err);

#endif
