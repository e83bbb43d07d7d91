/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is anybody at work on a row: a job, a line of the outbox?  A lock that whoever
 * watches a remedy, and the remedy itself, hold through one open descriptor: it is
 * free when the last of them is gone, however that came, a power cut included.  No
 * process id has to be believed.
 */
#ifndef AMTCERT_QUEUE_ROW_LOCK_H
#define AMTCERT_QUEUE_ROW_LOCK_H

#include <stdint.h>

#include "base/rc.h"
#include "inventory/db.h"

/*
 * RC_LOCKED when somebody is. kind is a word for its table, "job". The descriptor
 * closes on exec unless whoever runs the remedy hands it on. The file is in the folder
 * "DATABASE.lock".
 */
enum rc row_lock_take(const char *db_path, const char *kind, int64_t id, int *ret_fd,
    struct err *err);

/* Done with: remove the file, close the descriptor. Copies of it hold on. */
void row_lock_free(const char *db_path, const char *kind, int64_t id, int fd);

#endif
