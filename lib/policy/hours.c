/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hours of the day.
 */
#include "policy/hours.h"

#include <string.h>

#include "base/clock.h"

/* "HH:MM", 00:00 to 24:00; NULL when it is none, else what follows. */
static const char *
take_time(const char *text, int64_t *ret_s)
{
	static const char digits[] = "0123456789";
	int64_t hour;
	int64_t minute;

	if (strspn(text, digits) != 2 || text[2] != ':' ||
	    strspn(text + 3, digits) != 2)
		return NULL;
	hour = (text[0] - '0') * 10 + (text[1] - '0');
	minute = (text[3] - '0') * 10 + (text[4] - '0');
	if (minute > 59 || hour * 60 + minute > 1440)
		return NULL;
	*ret_s = (hour * 60 + minute) * 60;
	return text + 5;
}

static const char *
take_range(const char *text, struct hours *hours)
{
	int64_t from = 0;
	int64_t to = 0;

	text = take_time(text + strspn(text, " "), &from);
	if (text == NULL || text[0] != '-')
		return NULL;
	text = take_time(text + 1, &to);
	if (text == NULL || from == to)
		return NULL;
	hours->ranges[hours->n].from_s = from;
	hours->ranges[hours->n].to_s = to;
	hours->n++;
	return text + strspn(text, " ");
}

enum rc
hours_parse(const char *text, struct hours *ret_hours, struct err *err)
{
	struct hours hours = { 0 };
	const char *rest = text;

	while (rest != NULL && hours.n < HOURS_MAX) {
		rest = take_range(rest, &hours);
		if (rest != NULL && rest[0] == '\0') {
			*ret_hours = hours;
			return RC_OK;
		}
		if (rest != NULL)
			rest = rest[0] == ',' ? rest + 1 : NULL;
	}
	if (rest != NULL)
		return err_set(err, RC_LIMIT, "%s: more than %d windows", text,
		    HOURS_MAX);
	return err_set(err, RC_FORMAT,
	    "%s: not a window such as 22:00-06:00, or several with commas", text);
}

/* Seconds until the range holds; 0 when it does. */
static int64_t
wait_for(int64_t from_s, int64_t to_s, int64_t second)
{
	bool holds = from_s < to_s ? second >= from_s && second < to_s
				   : second >= from_s || second < to_s;

	if (holds)
		return 0;
	return (from_s - second + CLOCK_DAY_S) % CLOCK_DAY_S;
}

int64_t
hours_next(const struct hours *hours, int64_t now)
{
	int64_t second = ((now % CLOCK_DAY_S) + CLOCK_DAY_S) % CLOCK_DAY_S;
	int64_t least = hours->n == 0 ? 0 : CLOCK_DAY_S;

	for (size_t i = 0; i < hours->n; i++) {
		int64_t wait =
		    wait_for(hours->ranges[i].from_s, hours->ranges[i].to_s, second);

		if (wait < least)
			least = wait;
	}
	return now + least;
}

bool
hours_hold(const struct hours *hours, int64_t now)
{
	return hours_next(hours, now) == now;
}
