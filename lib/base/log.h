/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Diagnosis on standard error, off unless -vvv or a remedy asks for it.
 * The library passes errors up and logs only at debug level.
 */
#ifndef AMTCERT_BASE_LOG_H
#define AMTCERT_BASE_LOG_H

/* 0 quiet, 1..3 as -v; set once by the program. */
void log_set_level(int level);
int log_level(void);

/* One line at that level, sanitised, with a time stamp. Never a secret. */
void log_at(int level, const char *area, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
