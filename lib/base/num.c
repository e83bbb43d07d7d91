/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Decimal text to integers, with a range.  Never octal or hexadecimal, never a
 * blank, never a float: 010 is ten.
 */
#include "base/num.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	FRACTION_MAX = 1000000,
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Value so far with one more digit towards the sign; false past int64_t. */
static bool
shift_in(int64_t *value, char digit, bool negative)
{
	int64_t d = digit - '0';
	int64_t v = *value;

	if (__builtin_mul_overflow(v, 10, &v))
		return false;
	if (negative ? __builtin_sub_overflow(v, d, &v)
		     : __builtin_add_overflow(v, d, &v))
		return false;
	*value = v;
	return true;
}

/*
 * Digits, one at least; *ret_end is the first byte that is none.  fits is false
 * when they pass int64_t.
 */
static bool
scan_digits(const char *text, bool negative, const char **ret_end, int64_t *ret_value,
    bool *ret_fits)
{
	int64_t value = 0;
	bool fits = true;
	const char *p;

	for (p = text; is_digit(*p); p++)
		if (fits)
			fits = shift_in(&value, *p, negative);
	*ret_end = p;
	*ret_value = value;
	*ret_fits = fits;
	return p > text;
}

enum rc
num_parse(const char *text, int64_t min, int64_t max, int64_t *ret_value,
    struct err *err)
{
	bool negative = text[0] == '-';
	bool has_sign = negative || text[0] == '+';
	const char *end;
	int64_t value;
	bool fits;

	if (!scan_digits(text + (has_sign ? 1 : 0), negative, &end, &value, &fits) ||
	    *end != '\0')
		return err_set(err, RC_FORMAT, "%.80s: not a decimal number", text);
	if (!fits || value < min || value > max)
		return err_set(err, RC_LIMIT, "%.80s: not between %lld and %lld", text,
		    (long long)min, (long long)max);
	*ret_value = value;
	return RC_OK;
}

/* Seconds of a unit letter; 0 when it is none. */
static int64_t
unit_seconds(char unit)
{
	static const struct {
		char letter;
		int64_t seconds;
	} units[] = {
		{ 's', 1 },
		{ 'm', 60 },
		{ 'h', 3600 },
		{ 'd', 86400 },
		{ 'w', 604800 },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (units[i].letter == unit)
			return units[i].seconds;
	return 0;
}

enum rc
num_parse_duration(const char *text, int64_t max_s, int64_t *ret_s, struct err *err)
{
	int64_t value, seconds;
	const char *end;
	bool fits;

	if (!scan_digits(text, false, &end, &value, &fits))
		return err_set(err, RC_FORMAT, "%.80s: not a duration such as 30d",
		    text);
	if (*end == '\0')
		return err_set(err, RC_FORMAT,
		    "%.80s: a duration needs a unit: %.80ss, %.80sm, %.80sh, %.80sd or "
		    "%.80sw",
		    text, text, text, text, text, text);
	seconds = unit_seconds(*end);
	if (seconds == 0 || end[1] != '\0')
		return err_set(err, RC_FORMAT,
		    "%.80s: the unit of a duration is one of s m h d w", text);
	if (!fits || __builtin_mul_overflow(value, seconds, &value) || value > max_s)
		return err_set(err, RC_LIMIT, "%.80s: longer than %lld s", text,
		    (long long)max_s);
	*ret_s = value;
	return RC_OK;
}

enum rc
num_parse_fraction(const char *text, int64_t *ret_num, int64_t *ret_den,
    struct err *err)
{
	int64_t num, den = 0;
	const char *end;
	bool num_fits, den_fits = false;

	if (!scan_digits(text, false, &end, &num, &num_fits) || *end != '/' ||
	    !scan_digits(end + 1, false, &end, &den, &den_fits) || *end != '\0')
		return err_set(err, RC_FORMAT, "%.80s: not a fraction such as 1/3",
		    text);
	if (!num_fits || !den_fits || num < 1 || num > den || den > FRACTION_MAX)
		return err_set(err, RC_LIMIT,
		    "%.80s: a fraction is above 0, at most 1, over at most %d", text,
		    FRACTION_MAX);
	*ret_num = num;
	*ret_den = den;
	return RC_OK;
}

int64_t
num_difference(int64_t a, int64_t b)
{
	int64_t d;

	if (__builtin_sub_overflow(a, b, &d))
		return a < 0 ? INT64_MIN : INT64_MAX;
	return d;
}

int64_t
num_sum(int64_t a, int64_t b)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return a < 0 ? INT64_MIN : INT64_MAX;
	return sum;
}

int64_t
num_product(int64_t a, int64_t b)
{
	int64_t product;

	if (__builtin_mul_overflow(a, b, &product))
		return (a < 0) == (b < 0) ? INT64_MAX : INT64_MIN;
	return product;
}
