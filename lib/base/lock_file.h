/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file that one at a time holds: flock(2) on the open file, which fork(2) and
 * execve(2) hand on, and which ends with the last process that has it, however that
 * comes.
 */
#ifndef AMTCERT_BASE_LOCK_FILE_H
#define AMTCERT_BASE_LOCK_FILE_H

#include "base/rc.h"

/*
 * Make the file where it is missing, and hold it. Does not wait: RC_LOCKED when
 * somebody else holds it, RC_SYSTEM. *ret_fd closes on exec unless its owner lets it
 * through; give it to lock_file_free, or close it to leave the file where it is.
 */
enum rc lock_file_take(const char *path, int *ret_fd, struct err *err);

/* Remove the file, then let go of it. Copies of the descriptor hold on. */
void lock_file_free(const char *path, int fd);

#endif
