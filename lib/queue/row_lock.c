/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flock(2) belongs to the open file, which fork(2) and execve(2) hand on.
 */
#include "queue/row_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	ATTEMPTS = 16
};

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

/* The file that was locked may have lost its name to the one before. */
static bool
is_still_named(int fd, const char *path)
{
	struct stat named;
	struct stat ours;

	return fstat(fd, &ours) == 0 && stat(path, &named) == 0 &&
	    ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}

static enum rc
try(const char *path, int *ret_fd, struct err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	enum rc r = RC_OK;

	if (fd < 0)
		return err_system(err, "%s: cannot open", path);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		r = errno == EWOULDBLOCK
		    ? err_set(err, RC_LOCKED, "%s: somebody is at work on it", path)
		    : err_system(err, "%s: cannot lock", path);
	else if (!is_still_named(fd, path))
		r = RC_NOTFOUND;
	if (r != RC_OK)
		close(fd);
	else
		*ret_fd = fd;
	return r;
}

enum rc
row_lock_take(const char *db_path, const char *kind, int64_t id, int *ret_fd,
    struct err *err)
{
	char path[PATH_MAX];
	enum rc r = name_file(path, db_path, kind, id, err);

	if (r != RC_OK)
		return r;
	r = RC_NOTFOUND;
	for (int i = 0; r == RC_NOTFOUND && i < ATTEMPTS; i++)
		r = try(path, ret_fd, err);
	if (r == RC_NOTFOUND)
		r = err_set(err, RC_LOCKED, "%s: others come and go", path);
	return r;
}

void
row_lock_free(const char *db_path, const char *kind, int64_t id, int fd)
{
	char path[PATH_MAX];

	/* The name goes while the lock is held: who locks it after looks again. */
	if (name_file(path, db_path, kind, id, NULL) == RC_OK)
		(void)unlink(path);
	close(fd);
}
