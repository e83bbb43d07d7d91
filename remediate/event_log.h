/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where an event handler writes its line, for neither core keeps what a handler
 * prints: syslog, standard error, or the end of a file.
 */
#ifndef AMTCERT_REMEDIATE_EVENT_LOG_H
#define AMTCERT_REMEDIATE_EVENT_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

/* "syslog", "stderr", or a file by its absolute path. */
bool event_log_is_place(const char *where);

/* One printable line without its end, whole or not at all, in a file with the time
 * before it. RC_SYSTEM. */
enum rc event_log_write(const char *where, const char *line, size_t len, int64_t now,
    struct err *err);

#endif
