/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A lock file named by table and row, in a folder beside the database.
 */
#include "queue/row_lock.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/lock_file.h"

static enum rc
name_file(char path[PATH_MAX], const char *db_path, const char *kind, int64_t id,
    struct err *err)
{
	int n = snprintf(path, PATH_MAX, "%s.lock", db_path);

	if (n > 0 && n < PATH_MAX && mkdir(path, 0700) != 0 && errno != EEXIST)
		return err_system(err, "%s: cannot create the folder", path);
	n = snprintf(path, PATH_MAX, "%s.lock/%s-%lld", db_path, kind, (long long)id);
	if (n <= 0 || n >= PATH_MAX)
		return err_set(err, RC_LIMIT, "%s: too long for a lock file", db_path);
	return RC_OK;
}

enum rc
row_lock_take(const char *db_path, const char *kind, int64_t id, int *ret_fd,
    struct err *err)
{
	char path[PATH_MAX];
	enum rc r = name_file(path, db_path, kind, id, err);

	return r == RC_OK ? lock_file_take(path, ret_fd, err) : r;
}

void
row_lock_free(const char *db_path, const char *kind, int64_t id, int fd)
{
	char path[PATH_MAX];

	/* It was taken by this name. */
	if (name_file(path, db_path, kind, id, NULL) == RC_OK)
		lock_file_free(path, fd);
}
