/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers and durations from outside text, always with a range.  Nothing else
 * in the project turns text into a number.
 */
#ifndef AMTCERT_BASE_NUM_H
#define AMTCERT_BASE_NUM_H

#include <stdint.h>

#include "base/rc.h"

/*
 * A decimal integer, optional sign, nothing before or behind it, in
 * [min, max].  RC_FORMAT or RC_LIMIT; the message quotes the text.
 */
enum rc num_parse(const char *text, int64_t min, int64_t max, int64_t *ret_value,
    struct err *err);

/*
 * A duration in seconds: digits and one unit of s m h d w, "30d".  A bare
 * number is RC_FORMAT with the hint to write a unit.  In [0, max_s].
 */
enum rc num_parse_duration(const char *text, int64_t max_s, int64_t *ret_s,
    struct err *err);

/* A fraction "1/3" with 0 < num <= den <= 1000000. */
enum rc num_parse_fraction(const char *text, int64_t *ret_num, int64_t *ret_den,
    struct err *err);

/* a - b, a + b and a * b, at most and at least what int64_t can hold. For numbers
 * that others wrote. */
int64_t num_difference(int64_t a, int64_t b);
int64_t num_sum(int64_t a, int64_t b);
int64_t num_product(int64_t a, int64_t b);

#endif
