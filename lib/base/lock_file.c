/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A name that its holder removes may come back as another file: who has locked one
 * looks whether it is still the one of that name.
 */
#include "base/lock_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	ATTEMPTS = 16,
};

static bool
is_still_named(int fd, const char *path)
{
	struct stat named;
	struct stat ours;

	return fstat(fd, &ours) == 0 && stat(path, &named) == 0 &&
	    ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}

/* RC_NOTFOUND: it was removed by the one before. */
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
lock_file_take(const char *path, int *ret_fd, struct err *err)
{
	enum rc r = RC_NOTFOUND;

	for (int i = 0; r == RC_NOTFOUND && i < ATTEMPTS; i++)
		r = try(path, ret_fd, err);
	if (r == RC_NOTFOUND)
		r = err_set(err, RC_LOCKED, "%s: others come and go", path);
	return r;
}

void
lock_file_free(const char *path, int fd)
{
	/* The name goes while the lock is held: who locks it after looks again. */
	(void)unlink(path);
	close(fd);
}
