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
	DB_SCHEMA_VERSION = 3,
	DB_BUSY_TIMEOUT_MS = 5000,
	DB_KEPT_MAX = 128,
};

/* A statement that stays prepared, found by the address of its text. */
struct db_kept {
	const char *sql;
	sqlite3_stmt *stmt;
};

struct db {
	sqlite3 *sqlite;
	char *path;
	bool read_only;
	struct db_kept *kept; /* DB_KEPT_MAX of them; NULL before the first */
	size_t n_kept;
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

/*
 * For a program that can do without: a file that is there, and whoever else writes is
 * waited for wait_ms at most, here and later. Else as above; RC_NOTFOUND.
 */
enum rc db_open_existing(const char *path, bool read_only, int wait_ms,
    struct db *ret_db, struct err *err);

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

/*
 * From here on a commit of this connection survives the end of the process, but
 * is on disk only with the next checkpoint or with the commit of a connection
 * that was not told so: a power cut may take the last ones back, in order, and
 * never breaks the file. For what can be read again from the devices. Holds up to
 * 16 MiB of the file in memory, for those who write about many devices.
 * Source: sqlite.org/pragma.html, synchronous = NORMAL in WAL mode.
 */
enum rc db_relax(struct db *db, struct err *err);

/* A transaction that writes: waits up to DB_BUSY_TIMEOUT_MS for its turn. */
enum rc db_begin(struct db *db, struct err *err);
enum rc db_commit(struct db *db, struct err *err);

/* Take back what is not committed; does nothing outside a transaction. */
void db_rollback(struct db *db);

/* A transaction that reads: what it sees stays as it is until db_commit(). */
enum rc db_begin_read(struct db *db, struct err *err);

/*
 * All or nothing, in a transaction that writes or as a part of the one that the
 * caller has begun. db_leave() keeps what was written when r is RC_OK, else takes
 * it back; it returns r, or what went wrong with keeping.
 */
enum rc db_enter(struct db *db, bool *ret_is_part, struct err *err);
enum rc db_leave(struct db *db, bool is_part, enum rc r, struct err *err);

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

/*
 * The same for statements that run again and again: prepared once. sql is a
 * string literal. What db_query_kept() gives is handed back with db_done(), and
 * not asked for a second time before.
 */
enum rc db_run_kept(struct db *db, const char *sql, const struct db_value *values,
    size_t n, struct err *err);
enum rc db_query_kept(struct db *db, const char *sql, const struct db_value *values,
    size_t n, sqlite3_stmt **ret_stmt, struct err *err);
void db_done(sqlite3_stmt *stmt); /* accepts NULL */

#endif
