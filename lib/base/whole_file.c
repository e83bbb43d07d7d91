/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mkostemp, fsync, rename, fsync of the folder.  The name begins with a dot and does
 * not end like the file's: nobody who looks for *.prom takes the half of one.
 */
#include "base/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	RIGHTS = 0777
};

/* Length of the folder's part, with its slash. */
static size_t
folder_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? 0 : (size_t)(slash - path) + 1;
}

/* What open(2) makes of 0666. umask(2) cannot be asked without setting it. */
static mode_t
usual_mode(void)
{
	mode_t mask = umask(S_IRWXG | S_IRWXO);

	(void)umask(mask);
	return (S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH) & ~mask;
}

/* Where it will be, with which rights. */
static enum rc
find_place(struct whole_file *file, const char *path, mode_t *ret_mode, struct err *err)
{
	struct stat st;

	if (strlen(path) >= sizeof(file->path))
		return err_set(err, RC_CONFIG, "%.80s...: a name too long", path);
	if (realpath(path, file->path) == NULL) {
		if (errno != ENOENT)
			return err_system(err, "%s: cannot be found", path);
		memcpy(file->path, path, strlen(path) + 1);
		*ret_mode = usual_mode();
		return RC_OK;
	}
	if (stat(file->path, &st) != 0)
		return err_system(err, "%s: cannot stat", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, RC_CONFIG,
		    "%s: not a regular file, and would be replaced", path);
	*ret_mode = st.st_mode & RIGHTS;
	return RC_OK;
}

static void
name_fresh(struct whole_file *file)
{
	static const char ending[] = ".XXXXXX";
	size_t folder = folder_len(file->path), name = strlen(file->path) - folder;

	memcpy(file->fresh, file->path, folder);
	file->fresh[folder] = '.';
	memcpy(file->fresh + folder + 1, file->path + folder, name);
	memcpy(file->fresh + folder + 1 + name, ending, sizeof(ending));
}

enum rc
whole_file_begin(struct whole_file *file, const char *path, struct err *err)
{
	mode_t mode = 0;
	enum rc r = find_place(file, path, &mode, err);

	if (r != RC_OK)
		return r;
	name_fresh(file);
	file->fd = mkostemp(file->fresh, O_CLOEXEC);
	if (file->fd < 0)
		return err_system(err, "%s: cannot create", path);
	if (fchmod(file->fd, mode) == 0)
		return RC_OK;
	(void)err_system(err, "%s: cannot set its mode", path);
	return whole_file_end(file, RC_SYSTEM, err);
}

/* So that the name survives a power cut, too. */
static enum rc
sync_folder(const struct whole_file *file, struct err *err)
{
	char folder[PATH_MAX] = ".";
	size_t len = folder_len(file->path);
	enum rc r = RC_OK;
	int fd;

	if (len > 0) {
		memcpy(folder, file->path, len);
		folder[len] = '\0';
	}
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0)
		r = err_system(err, "%s: folder: cannot sync", file->path);
	if (fd >= 0)
		(void)close(fd);
	return r;
}

enum rc
whole_file_end(struct whole_file *file, enum rc r, struct err *err)
{
	if (r == RC_OK && fsync(file->fd) != 0)
		r = err_system(err, "%s: cannot write", file->path);
	if (close(file->fd) != 0 && r == RC_OK)
		r = err_system(err, "%s: cannot write", file->path);
	if (r == RC_OK && rename(file->fresh, file->path) != 0)
		r = err_system(err, "%s: cannot replace", file->path);
	if (r != RC_OK) {
		(void)unlink(file->fresh);
		return r;
	}
	return sync_folder(file, err);
}
