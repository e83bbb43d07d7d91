/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Clock reads, and civil time to seconds and back by whole-day arithmetic in
 * the proleptic Gregorian calendar: no time zone and no locale takes part.
 */
#include "base/clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
	DAYS_400_YEARS = 146097,
	EPOCH_DAY = 719468, /* from 0000-03-01 to 1970-01-01 */
	YEAR_MAX = 9999,    /* what four digits can say */
};

/* What the date fields can hold: year 0 to year 99999. */
#define FORMAT_MIN_S INT64_C(-62167219200)
#define FORMAT_MAX_S INT64_C(3093527980799)

#define MS_PER_S  INT64_C(1000)
#define NS_PER_MS 1000000L

#define HOUR_S	 INT64_C(3600)
#define MINUTE_S INT64_C(60)

static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
	"Aug", "Sep", "Oct", "Nov", "Dec" };

int64_t
clock_now_ms(void)
{
	struct timespec ts = { 0 };

	/* Fails only for an unknown clock or a bad pointer. */
	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * MS_PER_S + ts.tv_nsec / NS_PER_MS;
}

int64_t
clock_now(void)
{
	return clock_now_ms() / MS_PER_S;
}

int64_t
clock_monotonic_ms(void)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * MS_PER_S + ts.tv_nsec / NS_PER_MS;
}

static bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
days_in_month(int year, int month)
{
	static const int days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Days from 1970-01-01; year >= 0. Counted from March, so that the leap day is
 * the last of its year. */
static int64_t
days_from_civil(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t month_from_march = (month + 9) % 12;
	int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
	int64_t day_of_era =
	    year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * DAYS_400_YEARS + day_of_era - EPOCH_DAY;
}

enum rc
clock_from_tm(const struct tm *tm, int64_t *ret_s, struct err *err)
{
	int year, month;

	if (tm->tm_year < -1900 || tm->tm_year > YEAR_MAX - 1900)
		return err_set(err, RC_FORMAT, "time: year is not between 0 and 9999");
	if (tm->tm_mon < 0 || tm->tm_mon > 11)
		return err_set(err, RC_FORMAT, "time: no such month");
	year = tm->tm_year + 1900;
	month = tm->tm_mon + 1;
	if (tm->tm_mday < 1 || tm->tm_mday > days_in_month(year, month))
		return err_set(err, RC_FORMAT, "time: no such day");
	if (tm->tm_hour < 0 || tm->tm_hour > 23 || tm->tm_min < 0 || tm->tm_min > 59 ||
	    tm->tm_sec < 0 || tm->tm_sec > 59)
		return err_set(err, RC_FORMAT, "time: no such time of day");
	*ret_s = days_from_civil(year, month, tm->tm_mday) * CLOCK_DAY_S +
	    tm->tm_hour * HOUR_S + tm->tm_min * MINUTE_S + tm->tm_sec;
	return RC_OK;
}

/*
 * Match text to a pattern: '#' is a digit, anything else itself.  Digits go to
 * fields, one per run of '#'.  Where the pattern ends in text, or NULL.
 */
static const char *
match(const char *text, const char *pattern, int *fields)
{
	const char *p = text;
	bool in_run = false;
	int value = 0;

	for (; *pattern != '\0'; pattern++, p++) {
		if (*pattern == '#') {
			if (*p < '0' || *p > '9')
				return NULL;
			value = (in_run ? value * 10 : 0) + (*p - '0');
			in_run = true;
			continue;
		}
		if (in_run)
			*fields++ = value;
		in_run = false;
		if (*p != *pattern)
			return NULL;
	}
	if (in_run)
		*fields = value;
	return p;
}

/* "Z", "+hh:mm" or nothing, which means UTC. */
static bool
parse_zone(const char *text, int64_t *ret_offset_s)
{
	int fields[2] = { 0 };
	const char *end;

	*ret_offset_s = 0;
	if (*text == '\0' || strcmp(text, "Z") == 0)
		return true;
	end = match(text + 1, "##:##", fields);
	if ((*text != '+' && *text != '-') || end == NULL || *end != '\0' ||
	    fields[0] > 23 || fields[1] > 59)
		return false;
	*ret_offset_s = fields[0] * HOUR_S + fields[1] * MINUTE_S;
	if (*text == '-')
		*ret_offset_s = -*ret_offset_s;
	return true;
}

enum rc
clock_parse_datetime(const char *text, int64_t *ret_s, struct err *err)
{
	int fields[6] = { 0 };
	struct tm tm = { 0 };
	int64_t s, offset_s;
	const char *end;
	enum rc r;

	end = match(text, "####-##-##T##:##:##", fields);
	if (end != NULL && *end == '.') {
		size_t n = strspn(end + 1, "0123456789");

		end = n > 0 ? end + 1 + n : NULL;
	}
	if (end == NULL || !parse_zone(end, &offset_s))
		return err_set(err, RC_FORMAT, "%.80s: not an xs:dateTime", text);
	tm.tm_year = fields[0] - 1900;
	tm.tm_mon = fields[1] - 1;
	tm.tm_mday = fields[2];
	tm.tm_hour = fields[3];
	tm.tm_min = fields[4];
	tm.tm_sec = fields[5];
	r = clock_from_tm(&tm, &s, err);
	if (r != RC_OK) {
		err_prefix(err, "%.80s", text);
		return r;
	}
	*ret_s = s - offset_s;
	return RC_OK;
}

/* Index of a three-letter word in a table of them, or -1. */
static int
find_word(const char (*words)[4], int n, const char *text)
{
	for (int i = 0; i < n; i++)
		if (strncmp(words[i], text, 3) == 0)
			return i;
	return -1;
}

enum rc
clock_parse_http_date(const char *text, int64_t *ret_s, struct err *err)
{
	static const char days[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri",
		"Sat" };
	int date[1] = { 0 }, rest[4] = { 0 };
	struct tm tm = { 0 };
	const char *end = NULL;
	int month = -1;
	int64_t s;
	enum rc r;

	if (find_word(days, 7, text) >= 0)
		end = match(text + 3, ", ## ", date);
	if (end != NULL) {
		month = find_word(months, 12, end);
		end = month >= 0 ? match(end + 3, " #### ##:##:## GMT", rest) : NULL;
	}
	if (end == NULL || *end != '\0')
		return err_set(err, RC_FORMAT,
		    "%.80s: not an HTTP date (RFC 9110 5.6.7)", text);
	tm.tm_year = rest[0] - 1900;
	tm.tm_mon = month;
	tm.tm_mday = date[0];
	tm.tm_hour = rest[1];
	tm.tm_min = rest[2];
	tm.tm_sec = rest[3];
	r = clock_from_tm(&tm, &s, err);
	if (r != RC_OK) {
		err_prefix(err, "%.80s", text);
		return r;
	}
	*ret_s = s;
	return RC_OK;
}

struct civil {
	int year, month, day, hour, minute, second;
};

/* The inverse of days_from_civil, for times that the fields can hold. */
static struct civil
civil_from_s(int64_t s)
{
	struct civil c = { 0 };
	int64_t days, of_day, era, day_of_era, year_of_era, day_of_year, month;

	if (s < FORMAT_MIN_S)
		s = FORMAT_MIN_S;
	if (s > FORMAT_MAX_S)
		s = FORMAT_MAX_S;
	of_day = s % CLOCK_DAY_S;
	if (of_day < 0)
		of_day += CLOCK_DAY_S;
	days = (s - of_day) / CLOCK_DAY_S + EPOCH_DAY;
	era = (days >= 0 ? days : days - (DAYS_400_YEARS - 1)) / DAYS_400_YEARS;
	day_of_era = days - era * DAYS_400_YEARS;
	year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
			  day_of_era / (DAYS_400_YEARS - 1)) /
	    365;
	day_of_year =
	    day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	month = (5 * day_of_year + 2) / 153;
	c.day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
	c.month = (int)(month < 10 ? month + 3 : month - 9);
	c.year = (int)(year_of_era + era * 400) + (c.month <= 2 ? 1 : 0);
	c.hour = (int)(of_day / HOUR_S);
	c.minute = (int)(of_day / MINUTE_S % 60);
	c.second = (int)(of_day % 60);
	return c;
}

const char *
clock_format_date(int64_t s, char field[CLOCK_DATE_SIZE])
{
	struct civil c = civil_from_s(s);
	int n;

	n = snprintf(field, CLOCK_DATE_SIZE, "%04d-%02u-%02u", c.year % 100000,
	    (unsigned int)c.month % 100, (unsigned int)c.day % 100);
	if (n < 0)
		field[0] = '\0';
	return field;
}

const char *
clock_format_time(int64_t s, char field[CLOCK_TIME_SIZE])
{
	struct civil c = civil_from_s(s);
	char date[CLOCK_DATE_SIZE];
	int n;

	n = snprintf(field, CLOCK_TIME_SIZE, "%sT%02u:%02u:%02uZ",
	    clock_format_date(s, date), (unsigned int)c.hour % 100,
	    (unsigned int)c.minute % 100, (unsigned int)c.second % 100);
	if (n < 0)
		field[0] = '\0';
	return field;
}

const char *
clock_format_duration(int64_t s, char field[CLOCK_DURATION_SIZE])
{
	static const struct {
		int64_t seconds;
		const char *word;
	} units[] = {
		{ CLOCK_DAY_S, "d" },
		{ HOUR_S, "h" },
		{ MINUTE_S, "min" },
		{ 1, "s" },
	};
	int64_t length_s = s >= 0 ? s : -(s + 1); /* INT64_MIN has no opposite */
	size_t i = 0;
	int n;

	if (s < 0 && length_s < INT64_MAX)
		length_s++;
	while (i < 3 && length_s < units[i].seconds)
		i++;
	n = snprintf(field, CLOCK_DURATION_SIZE, "%lld %s",
	    (long long)(length_s / units[i].seconds), units[i].word);
	if (n < 0)
		field[0] = '\0';
	return field;
}
