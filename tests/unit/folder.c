/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Folders, files and child processes of unit tests.
 */
#include "folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

enum {
	NAMES = 64,
	NAME_SIZE = 160,
	NOBODY = 65534,
	TREE_FDS = 16,
};

int
folder_setup(void **state)
{
	struct folder *folder = calloc(1, sizeof(*folder));

	if (folder == NULL ||
	    snprintf(folder->path, sizeof(folder->path), "/tmp/amtcert-unit-XXXXXX") <
		0 ||
	    mkdtemp(folder->path) == NULL)
		return -1;
	*state = folder;
	return 0;
}

static int
remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

int
folder_teardown(void **state)
{
	struct folder *folder = *state;
	int r = nftw(folder->path, remove_entry, TREE_FDS, FTW_DEPTH | FTW_PHYS);

	free(folder);
	return r;
}

const char *
folder_file(const struct folder *folder, const char *name)
{
	static char names[NAMES][NAME_SIZE];
	static size_t next;
	char *field = names[next++ % NAMES];
	int n = snprintf(field, NAME_SIZE, "%s/%s", folder->path, name);

	assert_in_range(n, 1, NAME_SIZE - 1);
	return field;
}

size_t
folder_count(const struct folder *folder)
{
	size_t n = 0;
	DIR *dir = opendir(folder->path);

	assert_non_null(dir);
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): unit tests have one thread */
	for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir))
		n += e->d_name[0] != '.';
	closedir(dir);
	return n;
}

void
folder_put(const char *path, const void *bytes, size_t len)
{
	int fd;

	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	close(fd);
}

size_t
folder_get(const char *path, void *bytes, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	assert_true(fd >= 0);
	n = read(fd, bytes, size);
	assert_in_range(n, 0, size);
	close(fd);
	return (size_t)n;
}

static void
become_nobody(void)
{
	if (geteuid() == 0 &&
	    (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
		_exit(EXIT_FAILURE);
}

int
folder_run_child(const struct folder *folder, int as_nobody, int (*body)(void *),
    void *ctx)
{
	int status = 0;
	pid_t pid;

	if (as_nobody && geteuid() == 0)
		assert_int_equal(chown(folder->path, NOBODY, NOBODY), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (as_nobody)
			become_nobody();
		_exit(body(ctx));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
