/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a database file is recognised and taken up, or refused.  What the
 * pragmas mean: sqlite.org/pragma.html; immutable=1: sqlite.org/uri.html.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "inventory/db.h"
#include "inventory/db_file.h"

/* What a file says of itself. */
struct identity {
	int64_t application_id;
	int64_t version; /* user_version */
};

/* How it is to be opened. */
struct opening {
	const char *path;
	const struct schema *schema;
	int wait_ms;
	bool may_create;
};

static enum rc
read_identity(struct db *db, struct identity *ret_identity, struct err *err)
{
	enum rc r;

	r = db_file_pragma(db, "PRAGMA application_id", &ret_identity->application_id,
	    err);
	if (r == RC_OK)
		r = db_file_pragma(db, "PRAGMA user_version", &ret_identity->version,
		    err);
	return r;
}

static enum rc
judge_identity(const char *path, const struct schema *schema,
    const struct identity *identity, struct err *err)
{
	int64_t newest = (int64_t)schema->n_migrations;

	if (identity->application_id != schema->application_id)
		return err_set(err, RC_DB,
		    "%s: not an %s but another database; it is left as it is", path,
		    schema->noun);
	if (identity->version > newest)
		return err_set(err, RC_DB,
		    "%s: schema version %lld is newer than %lld, the newest this "
		    "program knows; it is left as it is",
		    path, (long long)identity->version, (long long)newest);
	if (identity->version < 1)
		return err_set(err, RC_DB, "%s: schema version %lld does not exist",
		    path, (long long)identity->version);
	return RC_OK;
}

/* Bytes that mean something in a URI are written as %HH. */
static enum rc
add_uri_path(struct buf *uri, const char *path)
{
	for (const char *p = path; *p != '\0'; p++) {
		if (strchr("%?#", *p) != NULL)
			(void)buf_addf(uri, "%%%02X", (unsigned int)*p);
		else
			(void)buf_add_char(uri, *p);
	}
	return uri->rc;
}

/*
 * Look at the main file alone, without locks and without the files that SQLite
 * would create beside it. Read with plain read(2), closing the descriptor would
 * drop the locks of every other connection of this process.
 */
static enum rc
peek_identity(const char *path, const struct schema *schema, bool *ret_suspect,
    struct err *err)
{
	struct identity identity = { 0 };
	struct db db = { 0 };
	struct buf uri;
	struct err why = { 0 };
	int code;
	enum rc r;

	buf_init(&uri, DB_FILE_NAME_MAX_BYTES);
	(void)buf_add_str(&uri, "file:");
	(void)add_uri_path(&uri, path);
	r = buf_add_str(&uri, "?immutable=1");
	if (r != RC_OK) {
		r = err_set(err, r, "%s: file name", path);
		goto out;
	}
	r = db_file_connect(buf_str(&uri), path, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI,
	    &db, err);
	if (r != RC_OK)
		goto out;
	r = read_identity(&db, &identity, &why);
	code = sqlite3_errcode(db.sqlite) & 0xff;
	if (r == RC_OK)
		r = judge_identity(path, schema, &identity, err);
	else if (code == SQLITE_CORRUPT)
		r = RC_OK; /* or a checkpoint that is half done */
	else
		r = err_set(err, r, "%s", why.text);
	if (r == RC_OK)
		*ret_suspect = code == SQLITE_CORRUPT;
out:
	db_close(&db);
	buf_clear(&uri);
	return r;
}

/* *ret_suspect: it may be damaged, which only a look under a lock can tell.
 * RC_NOTFOUND, or what is wrong with the file that is there. */
static enum rc
examine(const char *path, const struct schema *schema, bool *ret_suspect,
    struct err *err)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return errno == ENOENT
		    ? err_set(err, RC_NOTFOUND, "%s: no such file", path)
		    : err_system(err, "%s: cannot stat", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, RC_DB, "%s: not a regular file", path);
	if (st.st_size == 0)
		return err_set(err, RC_DB,
		    "%s: an empty file, not an %s; remove it to have a new one made",
		    path, schema->noun);
	return peek_identity(path, schema, ret_suspect, err);
}

static enum rc
check_switch(struct db *db, int option, int on, struct err *err)
{
	if (sqlite3_db_config(db->sqlite, option, on, NULL) != SQLITE_OK)
		return db_error(db, "cannot configure SQLite", err);
	return RC_OK;
}

/* A file is not believed to be what we wrote. */
static enum rc
harden(struct db *db, int wait_ms, struct err *err)
{
	enum rc r;

	(void)sqlite3_busy_timeout(db->sqlite, wait_ms);
	(void)sqlite3_limit(db->sqlite, SQLITE_LIMIT_ATTACHED, 0);
	r = check_switch(db, SQLITE_DBCONFIG_DEFENSIVE, 1, err);
	if (r == RC_OK)
		r = check_switch(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, err);
	if (r == RC_OK)
		r = check_switch(db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, err);
	if (r == RC_OK)
		r = db_exec(db, "PRAGMA cell_size_check = ON", err);
	return r;
}

static enum rc
use_wal(struct db *db, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	const char *mode = NULL;
	int keep = 1;
	bool is_row = false;
	enum rc r;

	r = db_query(db, "PRAGMA journal_mode = WAL", NULL, 0, &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row)
		mode = (const char *)sqlite3_column_text(stmt, 0);
	if (r == RC_OK && (mode == NULL || strcmp(mode, "wal") != 0))
		r = err_set(err, RC_DB, "%s: its file system cannot do WAL", db->path);
	(void)sqlite3_finalize(stmt);
	if (r != RC_OK)
		return r;
	/* Who may read but not create files in the folder needs the log to stay. */
	(void)sqlite3_file_control(db->sqlite, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
	return db_exec(db, "PRAGMA journal_size_limit = 0; PRAGMA synchronous = FULL",
	    err);
}

/* Read all of it when it is suspect; else see that its tables can be found. */
static enum rc
check_whole(struct db *db, bool is_suspect, struct err *err)
{
	int64_t n_tables = 0;
	sqlite3_stmt *stmt = NULL;
	const char *words = NULL;
	bool is_row = false;
	enum rc r;

	if (!is_suspect)
		return db_file_pragma(db, "SELECT count(*) FROM sqlite_schema",
		    &n_tables, err);
	r = db_query(db, "PRAGMA quick_check(1)", NULL, 0, &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row)
		words = (const char *)sqlite3_column_text(stmt, 0);
	if (r == RC_OK && (words == NULL || strcmp(words, "ok") != 0))
		r = err_set(err, RC_DB, "%s: malformed: %s; it is left as it is",
		    db->path, words != NULL ? words : "no answer");
	(void)sqlite3_finalize(stmt);
	return r;
}

/* What both kinds of connection have to find. */
static enum rc
check_file(struct db *db, const struct opening *opening, bool is_suspect,
    struct identity *ret_identity, struct err *err)
{
	const struct schema *schema = opening->schema;
	enum rc r;

	r = harden(db, opening->wait_ms, err);
	if (r == RC_OK)
		r = read_identity(db, ret_identity, err);
	if (r == RC_OK)
		r = judge_identity(db->path, schema, ret_identity, err);
	if (r == RC_OK)
		r = check_whole(db, is_suspect, err);
	return r;
}

/* Everything after the connection stands. */
static enum rc
take_up(struct db *db, const struct opening *opening, bool is_suspect, struct err *err)
{
	const struct schema *schema = opening->schema;
	struct identity identity = { 0 };
	enum rc r;

	/* A file that is refused is not even checkpointed. */
	r = check_switch(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, err);
	if (r == RC_OK)
		r = check_file(db, opening, is_suspect, &identity, err);
	if (r == RC_OK && sqlite3_db_readonly(db->sqlite, "main") == 1)
		r = err_set(err, RC_DB, "%s: cannot be written, it is read-only",
		    db->path);
	if (r == RC_OK && identity.version < (int64_t)schema->n_migrations)
		r = db_file_migrate(db, schema, err);
	if (r == RC_OK)
		r = use_wal(db, err);
	if (r == RC_OK)
		r = check_switch(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, err);
	return r;
}

static enum rc
open_to_write(const struct opening *opening, struct db *ret_db, struct err *err)
{
	const char *path = opening->path;
	struct err absent = { 0 };
	struct db db = { 0 };
	bool is_suspect = false;
	enum rc r;

	r = examine(path, opening->schema, &is_suspect, &absent);
	if (r == RC_NOTFOUND && opening->may_create)
		r = db_file_create(path, opening->schema, err);
	else if (r != RC_OK)
		r = err_set(err, r, "%s", absent.text);
	if (r == RC_OK)
		r = db_file_connect(path, path, SQLITE_OPEN_READWRITE, &db, err);
	if (r == RC_OK)
		r = take_up(&db, opening, is_suspect, err);
	if (r != RC_OK) {
		db_close(&db);
		return r;
	}
	*ret_db = db;
	return RC_OK;
}

static enum rc
open_to_read(const struct opening *opening, struct db *ret_db, struct err *err)
{
	int64_t newest = (int64_t)opening->schema->n_migrations;
	const char *path = opening->path;
	struct identity identity = { 0 };
	struct db db = { 0 };
	bool is_suspect = false;
	enum rc r;

	r = examine(path, opening->schema, &is_suspect, err);
	if (r == RC_OK)
		r = db_file_connect(path, path, SQLITE_OPEN_READONLY, &db, err);
	if (r == RC_OK)
		r = check_file(&db, opening, is_suspect, &identity, err);
	if (r == RC_OK && identity.version < newest)
		r = err_set(err, RC_DB,
		    "%s: schema version %lld is older than %lld; a program that "
		    "writes to it, such as a remedy, brings it up to date",
		    path, (long long)identity.version, (long long)newest);
	if (r != RC_OK) {
		db_close(&db);
		return r;
	}
	db.read_only = true;
	*ret_db = db;
	return RC_OK;
}

enum rc
db_open_as(const char *path, const struct schema *schema, struct db *ret_db,
    struct err *err)
{
	const struct opening opening = { path, schema, DB_BUSY_TIMEOUT_MS, true };

	return open_to_write(&opening, ret_db, err);
}

enum rc
db_open(const char *path, struct db *ret_db, struct err *err)
{
	return db_open_as(path, &schema_inventory, ret_db, err);
}

enum rc
db_open_read_only_as(const char *path, const struct schema *schema, struct db *ret_db,
    struct err *err)
{
	const struct opening opening = { path, schema, DB_BUSY_TIMEOUT_MS, false };

	return open_to_read(&opening, ret_db, err);
}

enum rc
db_open_read_only(const char *path, struct db *ret_db, struct err *err)
{
	return db_open_read_only_as(path, &schema_inventory, ret_db, err);
}

enum rc
db_open_existing(const char *path, bool read_only, int wait_ms, struct db *ret_db,
    struct err *err)
{
	const struct opening opening = { path, &schema_inventory, wait_ms, false };

	return read_only ? open_to_read(&opening, ret_db, err)
			 : open_to_write(&opening, ret_db, err);
}
