/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file system that ends the process: SQLite writes through it as always, until
 * at a chosen write, or half of one, SIGKILL comes.  See sqlite.org/vfs.html.
 */
#ifndef AMTCERT_TESTS_CUT_VFS_H
#define AMTCERT_TESTS_CUT_VFS_H

#include <stdbool.h>
#include <stdint.h>

/* Counts what changes a file: writes, truncations, syncs, deletions. */
struct cut {
	int64_t n;    /* so far; may be shared with the process that looks on */
	int64_t at;   /* the one at which to die; 0: never */
	bool is_torn; /* half of a write gets through */
};

/* From now on every database that this process opens. cut is lent for good. */
void cut_vfs_install(struct cut *cut);

#endif
