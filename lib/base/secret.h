/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Passwords and keys: read, hold, wipe.  A secret comes from a file that others
 * cannot read or from a descriptor, never from argv or the environment.
 */
#ifndef AMTCERT_BASE_SECRET_H
#define AMTCERT_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/rc.h"

enum {
	SECRET_MAX_BYTES = 1024
};

/* Zeroed is "no secret". Not copied by assignment: one holder wipes. */
struct secret {
	char *text; /* NUL-terminated; NULL when there is none */
	size_t len;
};

/*
 * First line of a file. Refused with RC_CONFIG when it is not a regular file,
 * not ours or root's, readable by group or others (systemd's credential files,
 * mode 0440 of root or 0400, pass), empty, longer than SECRET_MAX_BYTES, or
 * holds a NUL. A missing file is RC_SYSTEM.
 */
enum rc secret_read_file(struct secret *secret, const char *path, struct err *err);

/* First line from a descriptor; the descriptor is closed. */
enum rc secret_read_fd(struct secret *secret, int fd, struct err *err);

bool secret_is_set(const struct secret *secret);

/* Wipe with OPENSSL_cleanse and free. */
void secret_clear(struct secret *secret);

#endif
