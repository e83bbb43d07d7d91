/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files that nobody else may read: passwords and private keys.  One rule for
 * all of them, and what is wrong with a file in the operator's words.
 */
#ifndef AMTCERT_BASE_PRIVATE_FILE_H
#define AMTCERT_BASE_PRIVATE_FILE_H

#include "base/buf.h"
#include "base/rc.h"

/*
 * Open for reading; never waits, not even for the writer of a FIFO. Refused
 * with RC_CONFIG when it is not a regular file, not ours or root's, or readable
 * by group or others (systemd's credential files, mode 0440 of root, pass).
 * RC_SYSTEM when it is not there. Caller closes.
 */
enum rc private_file_open(const char *path, int *ret_fd, struct err *err);

/* The whole of such a file into bytes, whose limit is that of the file:
 * RC_LIMIT above it, RC_NOMEM. Caller wipes bytes, after a failure too. */
enum rc private_file_read(const char *path, struct buf *bytes, struct err *err);

#endif
