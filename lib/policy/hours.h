/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hours of the day, UTC, in which something may be done: "22:00-06:00" and lists
 * of that.  Pure functions.
 */
#ifndef AMTCERT_POLICY_HOURS_H
#define AMTCERT_POLICY_HOURS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

enum {
	HOURS_MAX = 8
};

/* Zeroed: at any hour. */
struct hours {
	size_t n;
	struct {
		int64_t from_s; /* seconds of the day; from the first to before */
		int64_t to_s;	/* the last; up to 24:00. to <= from: over midnight */
	} ranges[HOURS_MAX];
};

/* "HH:MM-HH:MM", several separated by commas. RC_FORMAT, RC_LIMIT. */
enum rc hours_parse(const char *text, struct hours *ret_hours, struct err *err);

bool hours_hold(const struct hours *hours, int64_t now);

/* now, or the next moment that is inside. */
int64_t hours_next(const struct hours *hours, int64_t now);

#endif
