/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A shim over SQLite's default VFS; everything but the counted calls is handed
 * through.
 */
#include "cut_vfs.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "unit.h"

/* Behind it the file of the VFS below, in the same allocation. */
struct cut_file {
	sqlite3_file base;
	sqlite3_file *real;
};

static struct cut *the_cut;
static sqlite3_vfs *below;

/* Is this the one? */
static bool
is_due(void)
{
	the_cut->n++;
	return the_cut->at != 0 && the_cut->n == the_cut->at;
}

static void
die(void)
{
	(void)kill(getpid(), SIGKILL);
	for (;;)
		(void)pause();
}

static sqlite3_file *
real_of(sqlite3_file *file)
{
	return ((struct cut_file *)(void *)file)->real;
}

static int
cut_close(sqlite3_file *file)
{
	return real_of(file)->pMethods->xClose(real_of(file));
}

static int
cut_read(sqlite3_file *file, void *bytes, int n, sqlite3_int64 at)
{
	return real_of(file)->pMethods->xRead(real_of(file), bytes, n, at);
}

static int
cut_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
	sqlite3_file *real = real_of(file);

	if (is_due()) {
		if (the_cut->is_torn)
			(void)real->pMethods->xWrite(real, bytes, n / 2, at);
		die();
	}
	return real->pMethods->xWrite(real, bytes, n, at);
}

static int
cut_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	if (is_due())
		die();
	return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int
cut_sync(sqlite3_file *file, int flags)
{
	if (is_due())
		die();
	return real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int
cut_size(sqlite3_file *file, sqlite3_int64 *ret_size)
{
	return real_of(file)->pMethods->xFileSize(real_of(file), ret_size);
}

static int
cut_lock(sqlite3_file *file, int kind)
{
	return real_of(file)->pMethods->xLock(real_of(file), kind);
}

static int
cut_unlock(sqlite3_file *file, int kind)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), kind);
}

static int
cut_check_lock(sqlite3_file *file, int *ret_held)
{
	return real_of(file)->pMethods->xCheckReservedLock(real_of(file), ret_held);
}

static int
cut_control(sqlite3_file *file, int op, void *arg)
{
	return real_of(file)->pMethods->xFileControl(real_of(file), op, arg);
}

static int
cut_sector_size(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int
cut_characteristics(sqlite3_file *file)
{
	return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int
cut_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **ret)
{
	return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, ret);
}

static int
cut_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void
cut_shm_barrier(sqlite3_file *file)
{
	real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int
cut_shm_unmap(sqlite3_file *file, int delete_it)
{
	return real_of(file)->pMethods->xShmUnmap(real_of(file), delete_it);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = cut_close,
	.xRead = cut_read,
	.xWrite = cut_write,
	.xTruncate = cut_truncate,
	.xSync = cut_sync,
	.xFileSize = cut_size,
	.xLock = cut_lock,
	.xUnlock = cut_unlock,
	.xCheckReservedLock = cut_check_lock,
	.xFileControl = cut_control,
	.xSectorSize = cut_sector_size,
	.xDeviceCharacteristics = cut_characteristics,
	.xShmMap = cut_shm_map,
	.xShmLock = cut_shm_lock,
	.xShmBarrier = cut_shm_barrier,
	.xShmUnmap = cut_shm_unmap,
};

static int
cut_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
    int *ret_flags)
{
	struct cut_file *cut = (struct cut_file *)(void *)file;
	int code;

	(void)vfs;
	cut->real = (sqlite3_file *)(void *)(cut + 1);
	code = below->xOpen(below, name, cut->real, flags, ret_flags);
	cut->base.pMethods = cut->real->pMethods != NULL ? &methods : NULL;
	return code;
}

static int
cut_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
	(void)vfs;
	if (is_due())
		die();
	return below->xDelete(below, name, sync_folder);
}

void
cut_vfs_install(struct cut *cut)
{
	static sqlite3_vfs shim;

	below = sqlite3_vfs_find(NULL);
	assert_non_null(below);
	the_cut = cut;
	shim = *below;
	shim.zName = "cut";
	shim.pNext = NULL;
	shim.szOsFile = (int)sizeof(struct cut_file) + below->szOsFile;
	shim.xOpen = cut_open;
	shim.xDelete = cut_delete;
	assert_int_equal(sqlite3_vfs_register(&shim, 1), SQLITE_OK);
}
