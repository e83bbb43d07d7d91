/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A database file of ours: opening it, its schema version, transactions and
 * bound statements.  SQLite in WAL mode; a file that is not ours, corrupt, or
 * newer is refused and left as it is.
 */
#ifndef AMTCERT_INVENTORY_DB_H
#define AMTCERT_INVENTORY_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

#include "base/rc.h"
#include "inventory/schema.h"

#define DB_DEFAULT_PATH "/var/lib/amtcert/inventory.db"

enum {
	DB_APPLICATION_ID = 0x616d7463, /* "amtc" */
	DB_SCHEMA_VERSION = 2,
	DB_BUSY_TIMEOUT_MS = 5000,
};

struct db {
	sqlite3 *sqlite;
	char *path;
	bool read_only;
};

/*
 * Open the inventory for writing, creating the file (0600, folder must exist)
 * with the current schema, or migrating an older one in a single transaction.
 * The new file appears whole or not at all.  What is committed is on disk.
 * RC_DB: "path: what" for an empty, foreign, corrupt, newer or read-only file;
 * RC_SYSTEM.  Close with db_close.
 */
enum rc db_open(const char *path, struct db *ret_db, struct err *err);

/*
 * Open the inventory for reading; never creates or changes the file.
 * RC_NOTFOUND; RC_DB as above, and for a schema that is older than ours.
 */
enum rc db_open_read_only(const char *path, struct db *ret_db, struct err *err);

/* The same for a file of another kind, such as what a CA has issued. */
enum rc db_open_as(const char *path, const struct schema *schema, struct db *ret_db,
    struct err *err);
enum rc db_open_read_only_as(const char *path, const struct schema *schema,
    struct db *ret_db, struct err *err);

/* Accepts a zeroed struct. */
void db_close(struct db *db);

/* Record SQLite's message. Returns RC_DB; RC_LOCKED when another process has been
 * writing for longer than DB_BUSY_TIMEOUT_MS; RC_NOMEM on its own. */
enum rc db_error(struct db *db, const char *what, struct err *err);

/* Run statements without parameters and without results. */
enum rc db_exec(struct db *db, const char *sql, struct err *err);

/* A transaction that writes: waits up to DB_BUSY_TIMEOUT_MS for its turn. */
enum rc db_begin(struct db *db, struct err *err);
enum rc db_commit(struct db *db, struct err *err);

/* Take back what is not committed; does nothing outside a transaction. */
void db_rollback(struct db *db);

/* A value for a parameter. Lent bytes. */
enum db_kind {
	DB_NULL,
	DB_INT,
	DB_TEXT,
	DB_BLOB
};

struct db_value {
	enum db_kind kind;
	int64_t number;
	const void *bytes;
	size_t len;
};

struct db_value db_int(int64_t number);
struct db_value db_text(const char *text);		/* NULL is NULL */
struct db_value db_blob(const void *bytes, size_t len); /* NULL is NULL */

/* One statement without a result, its parameters bound in order. */
enum rc db_run(struct db *db, const char *sql, const struct db_value *values, size_t n,
    struct err *err);

/*
 * One statement with results. values must live until sqlite3_finalize(), which
 * the caller owes. Then db_next() per row.
 */
enum rc db_query(struct db *db, const char *sql, const struct db_value *values,
    size_t n, sqlite3_stmt **ret_stmt, struct err *err);
enum rc db_next(struct db *db, sqlite3_stmt *stmt, bool *ret_row, struct err *err);

#endif
