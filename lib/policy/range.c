/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ranges of the Monitoring Plugins guidelines, in whole millionths: a number is
 * digits with at most six decimals, never an exponent, inf or nan.
 */
#include "policy/range.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"

enum {
	DECIMALS_MAX = 6,
	DAYS_MAX = 1000000,
	DAYS_TEXT_SIZE = 32,
};

#define DAY_S INT64_C(86400)

/* What is read, and how far. */
struct scan {
	const char *text; /* for messages */
	const char *p;
	bool has_units;
	struct err *err;
};

static enum rc
refuse(const struct scan *scan, const char *what)
{
	return err_set(scan->err, RC_USAGE, "%.80s: %s", scan->text, what);
}

/* Digits before the point; false past RANGE_NUMBER_MAX. */
static bool
scan_whole(struct scan *scan, int64_t *value)
{
	bool fits = true;

	for (; *scan->p >= '0' && *scan->p <= '9'; scan->p++) {
		*value = *value * 10 + (*scan->p - '0');
		fits = fits && *value <= RANGE_NUMBER_MAX;
		if (!fits)
			*value = 0;
	}
	return fits;
}

/* Digits behind the point, in millionths; false when one past the sixth counts. */
static bool
scan_decimals(struct scan *scan, int64_t *value)
{
	int64_t weight = RANGE_SCALE / 10;
	bool fits = true;

	for (; *scan->p >= '0' && *scan->p <= '9'; scan->p++) {
		fits = fits && (weight > 0 || *scan->p == '0');
		*value += (*scan->p - '0') * weight;
		weight /= 10;
	}
	return fits;
}

/* Seconds of a unit letter. */
static bool
unit_of(char letter, int64_t *ret_seconds)
{
	static const struct {
		char letter;
		int64_t seconds;
	} units[] = {
		{ 's', 1 },
		{ 'm', 60 },
		{ 'h', 3600 },
		{ 'd', DAY_S },
		{ 'w', 7 * DAY_S },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (units[i].letter == letter) {
			*ret_seconds = units[i].seconds;
			return true;
		}
	return false;
}

static enum rc
scan_unit(struct scan *scan, int64_t *value, enum range_unit *ret_unit)
{
	int64_t seconds = DAY_S;

	if (*scan->p == '%') {
		scan->p++;
		*ret_unit = RANGE_UNIT_PERCENT;
		return RC_OK;
	}
	if (unit_of(*scan->p, &seconds))
		scan->p++;
	if (__builtin_mul_overflow(*value, seconds, value))
		return refuse(scan, "number is too large");
	*ret_unit = RANGE_UNIT_S;
	return RC_OK;
}

static enum rc
scan_number(struct scan *scan, int64_t *ret_value, enum range_unit *ret_unit)
{
	bool is_negative = *scan->p == '-';
	int64_t whole = 0, decimals = 0, value;
	const char *digits;
	enum rc r;

	if (*scan->p == '-' || *scan->p == '+')
		scan->p++;
	digits = scan->p;
	if (!scan_whole(scan, &whole))
		return refuse(scan, "number is too large");
	if (scan->p == digits)
		return refuse(scan, "a number is expected");
	if (*scan->p == '.') {
		digits = ++scan->p;
		if (!scan_decimals(scan, &decimals))
			return refuse(scan, "more than six decimals");
		if (scan->p == digits)
			return refuse(scan, "digits are expected after the point");
	}
	value = whole * RANGE_SCALE + decimals;
	if (is_negative)
		value = -value;
	if (scan->has_units) {
		r = scan_unit(scan, &value, ret_unit);
		if (r != RC_OK)
			return r;
	}
	*ret_value = value;
	return RC_OK;
}

/* The part before the colon, with the colon. A number without one is the end. */
static enum rc
scan_start(struct scan *scan, struct time_range *range, bool *ret_is_bare)
{
	enum rc r;

	range->range.has_start = true;
	if (*scan->p == '~') {
		if (scan->p[1] != ':')
			return refuse(scan, "~ stands only before a colon");
		range->range.has_start = false;
		scan->p += 2;
		return RC_OK;
	}
	if (*scan->p == ':') {
		if (scan->p[1] == '\0')
			return refuse(scan, "a number is expected");
		scan->p++;
		return RC_OK;
	}
	r = scan_number(scan, &range->range.start, &range->start_unit);
	if (r != RC_OK)
		return r;
	if (*scan->p == ':') {
		scan->p++;
		return RC_OK;
	}
	range->range.end = range->range.start;
	range->end_unit = range->start_unit;
	range->range.has_end = true;
	range->range.start = 0;
	*ret_is_bare = true;
	return RC_OK;
}

static enum rc
parse(struct scan *scan, struct time_range *range, bool *ret_is_bare)
{
	enum rc r;

	if (*scan->p == '@') {
		range->range.alert_inside = true;
		scan->p++;
	}
	r = scan_start(scan, range, ret_is_bare);
	if (r != RC_OK)
		return r;
	if (*scan->p != '\0' && !range->range.has_end) {
		range->range.has_end = true;
		r = scan_number(scan, &range->range.end, &range->end_unit);
		if (r != RC_OK)
			return r;
	}
	if (*scan->p != '\0')
		return refuse(scan, "what follows the number is not understood");
	if (range->range.has_start && range->range.has_end &&
	    (range->start_unit == range->end_unit || range->range.start == 0) &&
	    range->range.start > range->range.end)
		return refuse(scan, "the start lies above the end");
	return RC_OK;
}

enum rc
range_parse(const char *text, struct range *ret_range, struct err *err)
{
	struct scan scan = { text, text, false, err };
	struct time_range range = { 0 };
	bool is_bare = false;
	enum rc r;

	r = parse(&scan, &range, &is_bare);
	if (r == RC_OK)
		*ret_range = range.range;
	return r;
}

enum rc
time_range_parse(const char *text, struct time_range *ret_range, struct err *err)
{
	struct scan scan = { text, text, true, err };
	struct time_range range = { 0 };
	bool is_bare = false;
	enum rc r;

	r = parse(&scan, &range, &is_bare);
	if (r != RC_OK)
		return r;
	if (is_bare) {
		text += range.range.alert_inside ? 1 : 0;
		return err_set(err, RC_USAGE,
		    "%.80s: a bare number alerts above it: for less than that left, "
		    "write %.80s:",
		    scan.text, text);
	}
	*ret_range = range;
	return RC_OK;
}

int64_t
range_value(int64_t whole)
{
	int64_t value;

	if (__builtin_mul_overflow(whole, RANGE_SCALE, &value))
		return whole < 0 ? INT64_MIN : INT64_MAX;
	return value;
}

bool
range_alerts(const struct range *range, int64_t value)
{
	bool is_inside = (!range->has_start || value >= range->start) &&
	    (!range->has_end || value <= range->end);

	return is_inside == range->alert_inside;
}

static void
format_number(struct buf *out, int64_t value)
{
	int64_t whole = value / RANGE_SCALE;
	int64_t decimals = value % RANGE_SCALE;
	int width = DECIMALS_MAX;

	if (decimals < 0)
		decimals = -decimals;
	(void)buf_addf(out, "%s%lld", value < 0 && whole == 0 ? "-" : "",
	    (long long)whole);
	if (decimals == 0)
		return;
	for (; decimals % 10 == 0; decimals /= 10)
		width--;
	(void)buf_addf(out, ".%0*lld", width, (long long)decimals);
}

enum rc
range_format(struct buf *out, const struct range *range)
{
	if (range->alert_inside)
		(void)buf_add_char(out, '@');
	if (!range->has_start) {
		(void)buf_add_str(out, "~:");
	} else if (range->start != 0 || !range->has_end) {
		format_number(out, range->start);
		(void)buf_add_char(out, ':');
	}
	if (range->has_end)
		format_number(out, range->end);
	return out->rc;
}

/* value / 100 of lifetime_s; the parts are multiplied apart, so that 9999 fits. */
static int64_t
percent_of(int64_t value, int64_t lifetime_s)
{
	int64_t hundreds, rest, sum;

	if (__builtin_mul_overflow(value, lifetime_s / 100, &hundreds) ||
	    __builtin_mul_overflow(value, lifetime_s % 100, &rest) ||
	    __builtin_add_overflow(hundreds, rest / 100, &sum))
		return value < 0 ? INT64_MIN : INT64_MAX;
	return sum;
}

struct range
time_range_resolve(const struct time_range *range, int64_t lifetime_s)
{
	struct range resolved = range->range;

	if (range->start_unit == RANGE_UNIT_PERCENT)
		resolved.start = percent_of(resolved.start, lifetime_s);
	if (range->end_unit == RANGE_UNIT_PERCENT)
		resolved.end = percent_of(resolved.end, lifetime_s);
	return resolved;
}

static struct time_range
days_left(int64_t days)
{
	struct time_range range = { .range = { .has_start = true } };

	range.range.start = range_value(days * DAY_S);
	return range;
}

enum rc
time_range_parse_days(const char *text, struct time_range *ret_warning,
    struct time_range *ret_critical, struct err *err)
{
	const char *comma = strchr(text, ',');
	char first[DAYS_TEXT_SIZE];
	int64_t warning = 0, critical = 0;
	size_t len = comma != NULL ? (size_t)(comma - text) : 0;

	if (comma == NULL || len >= sizeof(first))
		return err_set(err, RC_USAGE, "%.80s: not W,C such as 30,14", text);
	memcpy(first, text, len);
	first[len] = '\0';
	if (num_parse(first, 0, DAYS_MAX, &warning, NULL) != RC_OK ||
	    num_parse(comma + 1, 0, DAYS_MAX, &critical, NULL) != RC_OK)
		return err_set(err, RC_USAGE,
		    "%.80s: not two whole numbers of days such as 30,14", text);
	if (critical > warning)
		return err_set(err, RC_USAGE,
		    "%.80s: the second, critical, is above the first", text);
	*ret_warning = days_left(warning);
	*ret_critical = days_left(critical);
	return RC_OK;
}

/* Is every value below a's start below b's, every one above a's end above b's? */
static bool
is_outside_within(const struct range *a, const struct range *b)
{
	return (!a->has_start || (b->has_start && a->start <= b->start)) &&
	    (!a->has_end || (b->has_end && a->end >= b->end));
}

bool
time_range_warning_is_hidden(const struct time_range *warning,
    const struct time_range *critical)
{
	const struct range *w = &warning->range, *c = &critical->range;

	if (w->alert_inside != c->alert_inside ||
	    (w->has_start && c->has_start &&
		warning->start_unit != critical->start_unit) ||
	    (w->has_end && c->has_end && warning->end_unit != critical->end_unit))
		return false;
	if (w->alert_inside)
		return is_outside_within(c, w) && !is_outside_within(w, c);
	return (w->has_start || w->has_end) && is_outside_within(w, c) &&
	    !is_outside_within(c, w);
}
