/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time: the only two clock reads of the project, and text to seconds and
 * back.  Everything is UTC in seconds since 1970, int64_t; before 1970 is
 * negative.  Only programs read the clock; the library takes now.
 */
#ifndef AMTCERT_BASE_CLOCK_H
#define AMTCERT_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#include "base/rc.h"

enum {
	CLOCK_DATE_SIZE = 16,	  /* "YYYY-MM-DD" and NUL, five digit years too */
	CLOCK_TIME_SIZE = 32,	  /* "YYYY-MM-DDThh:mm:ssZ" and NUL */
	CLOCK_DURATION_SIZE = 32, /* "41 d", "9 h", "12 min", "5 s" */
	CLOCK_DAY_S = 86400,
};

/* Now, seconds since 1970 UTC. */
int64_t clock_now(void);

/* The same in milliseconds, where the rest of the second matters. */
int64_t clock_now_ms(void);

/* Milliseconds of a clock that never steps; for deadlines only. */
int64_t clock_monotonic_ms(void);

/* Broken-down UTC to seconds. RC_FORMAT when a field is out of its range. */
enum rc clock_from_tm(const struct tm *tm, int64_t *ret_s, struct err *err);

/* "YYYY-MM-DDThh:mm:ss[.f](Z|+hh:mm)". Source: XML Schema 1.0 part 2, 3.2.7;
 * RFC 3339. A time without a zone is taken as UTC (observed in captures). */
enum rc clock_parse_datetime(const char *text, int64_t *ret_s, struct err *err);

/* "Mon, 31 Jan 2022 10:23:04 GMT". Source: RFC 9110 5.6.7 (IMF-fixdate). */
enum rc clock_parse_http_date(const char *text, int64_t *ret_s, struct err *err);

/* Seconds to "YYYY-MM-DD" and to "YYYY-MM-DDThh:mm:ssZ"; field is returned. */
const char *clock_format_date(int64_t s, char field[CLOCK_DATE_SIZE]);
const char *clock_format_time(int64_t s, char field[CLOCK_TIME_SIZE]);

/* A length of time for people: the largest fitting unit of d, h, min, s,
 * rounded towards zero; the sign is dropped (the sentence says which side). */
const char *clock_format_duration(int64_t s, char field[CLOCK_DURATION_SIZE]);

#endif
