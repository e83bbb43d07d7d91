/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file that is there whole or as it was before: written beside its name, forced to
 * the disk, then given it in one move.
 */
#ifndef AMTCERT_BASE_WHOLE_FILE_H
#define AMTCERT_BASE_WHOLE_FILE_H

#include <limits.h>

#include "base/rc.h"

enum {
	WHOLE_FILE_EXTRA = 16 /* what the name of the new file has more */
};

struct whole_file {
	int fd; /* to write to */
	char path[PATH_MAX];
	char fresh[PATH_MAX + WHOLE_FILE_EXTRA]; /* the name it has meanwhile */
};

/*
 * Make the new file in the folder of the old one, with the rights of that, or those
 * that open(2) would give. Of a symbolic link it is the file behind it that will be
 * replaced. RC_CONFIG for a name too long, and for what is no regular file: a device
 * would be lost. RC_SYSTEM. When it is RC_OK, whole_file_end() is owed.
 */
enum rc whole_file_begin(struct whole_file *file, const char *path, struct err *err);

/* When r is RC_OK, put it in its place, else remove it. Returns r, or what went
 * wrong: RC_SYSTEM, and the old file is as it was. */
enum rc whole_file_end(struct whole_file *file, enum rc r, struct err *err);

#endif
