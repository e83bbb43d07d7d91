/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a database file comes into being and grows with its schema: whole or not
 * at all.  Source: sqlite.org/pragma.html, sqlite.org/wal.html.
 */
#include "inventory/db_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"

enum {
	SQL_MAX_BYTES = 64
};

enum rc
db_file_connect(const char *name, const char *path, int flags, struct db *ret_db,
    struct err *err)
{
	struct db db = { 0 };
	enum rc r;

	db.path = strdup(path);
	if (db.path == NULL)
		return err_set(err, RC_NOMEM, "%s: out of memory", path);
	/* No lock of its own: a connection is one thread's. */
	if (sqlite3_open_v2(name, &db.sqlite,
		flags | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX,
		NULL) != SQLITE_OK) {
		r = db_error(&db, "cannot open", err);
		db_close(&db);
		return r;
	}
	*ret_db = db;
	return RC_OK;
}

enum rc
db_file_pragma(struct db *db, const char *sql, int64_t *ret_value, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	bool is_row = false;
	enum rc r;

	r = db_query(db, sql, NULL, 0, &stmt, err);
	if (r != RC_OK)
		return r;
	r = db_next(db, stmt, &is_row, err);
	if (r == RC_OK && is_row)
		*ret_value = sqlite3_column_int64(stmt, 0);
	(void)sqlite3_finalize(stmt);
	return r;
}

/* A pragma takes no bound parameter; both parts are ours. */
static enum rc
set_pragma(struct db *db, const char *name, int64_t number, struct err *err)
{
	struct buf sql;
	enum rc r;

	buf_init(&sql, SQL_MAX_BYTES);
	r = buf_addf(&sql, "PRAGMA %s = %lld", name, (long long)number);
	if (r == RC_OK)
		r = db_exec(db, buf_str(&sql), err);
	else
		r = err_set(err, r, "%s: PRAGMA %s", db->path, name);
	buf_clear(&sql);
	return r;
}

static enum rc
run_migration(struct db *db, const struct migration *migration, struct err *err)
{
	enum rc r = RC_OK;

	for (size_t i = 0; i < migration->n_parts && r == RC_OK; i++)
		r = db_exec(db, migration->parts[i], err);
	return r;
}

enum rc
db_file_migrate(struct db *db, const struct schema *schema, struct err *err)
{
	int64_t newest = (int64_t)schema->n_migrations;
	int64_t version = 0;
	enum rc r;

	r = db_begin(db, err);
	if (r != RC_OK)
		return r;
	/* Another process may have been here while we waited. */
	r = db_file_pragma(db, "PRAGMA user_version", &version, err);
	for (int64_t i = version; i < newest && r == RC_OK; i++)
		r = run_migration(db, &schema->migrations[i], err);
	if (r == RC_OK && version < newest)
		r = set_pragma(db, "user_version", newest, err);
	if (r == RC_OK)
		r = set_pragma(db, "application_id", schema->application_id, err);
	if (r == RC_OK)
		r = db_commit(db, err);
	if (r != RC_OK)
		db_rollback(db);
	return r;
}

static enum rc
sync_folder(const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	char *folder;
	enum rc r = RC_OK;
	int fd;

	folder =
	    slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + 1);
	if (folder == NULL)
		return err_set(err, RC_NOMEM, "%s: out of memory", path);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0)
		r = err_system(err, "%s: cannot sync the folder", path);
	if (fd >= 0)
		close(fd);
	free(folder);
	return r;
}

/* An empty file 0600 beside path, for this process alone. Caller frees. */
static enum rc
make_beside(const char *path, char **ret_name, struct err *err)
{
	struct buf name;
	char *text;
	int fd;

	buf_init(&name, DB_FILE_NAME_MAX_BYTES);
	(void)buf_addf(&name, "%s.new-XXXXXX", path);
	text = buf_take(&name);
	buf_clear(&name);
	if (text == NULL)
		return err_set(err, RC_NOMEM, "%s: out of memory", path);
	fd = mkostemp(text, O_CLOEXEC);
	if (fd < 0) {
		err_system(err, "%s: cannot create", path);
		free(text);
		return RC_SYSTEM;
	}
	close(fd);
	*ret_name = text;
	return RC_OK;
}

static enum rc
fill(const char *name, const char *path, const struct schema *schema, struct err *err)
{
	struct db db = { 0 };
	enum rc r;

	r = db_file_connect(name, path, SQLITE_OPEN_READWRITE, &db, err);
	if (r == RC_OK)
		r = db_file_migrate(&db, schema, err);
	/* As the last connection goes, all of it is in the one file. */
	if (r == RC_OK)
		r = db_exec(&db, "PRAGMA synchronous = FULL; PRAGMA journal_mode = WAL",
		    err);
	db_close(&db);
	return r;
}

enum rc
db_file_create(const char *path, const struct schema *schema, struct err *err)
{
	char *name = NULL;
	enum rc r;

	r = make_beside(path, &name, err);
	if (r != RC_OK)
		return r;
	r = fill(name, path, schema, err);
	if (r == RC_OK && link(name, path) != 0 && errno != EEXIST)
		r = err_system(err, "%s: cannot create", path);
	(void)unlink(name);
	free(name);
	if (r == RC_OK)
		r = sync_folder(path, err);
	return r;
}
