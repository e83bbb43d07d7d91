/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counting by day.
 */
#include "listing/forecast.h"

#include "base/clock.h"
#include "base/num.h"

const char *
forecast_kind_word(enum forecast_kind kind)
{
	switch (kind) {
	case FORECAST_STORED:
		return "forecast";
	case FORECAST_WHAT_IF:
		return "what-if";
	case FORECAST_RULE:
		return "rule";
	case FORECAST_ISSUER:
		return "issuer";
	case FORECAST_ISSUERS:
		break;
	}
	return "issuers";
}

int64_t
forecast_day_start(int64_t at)
{
	int64_t rest = at % CLOCK_DAY_S;

	return at - (rest < 0 ? rest + CLOCK_DAY_S : rest);
}

void
forecast_add(struct forecast *forecast, int64_t now, int64_t due_at)
{
	int64_t from_today_s = num_difference(due_at, forecast_day_start(now));

	forecast->n++;
	if (from_today_s < 0)
		forecast->overdue++;
	else if (from_today_s / CLOCK_DAY_S >= FORECAST_DAYS)
		forecast->beyond++;
	else
		forecast->days[from_today_s / CLOCK_DAY_S]++;
}

int64_t
forecast_within(const struct forecast *forecast, int64_t n_days)
{
	int64_t n = forecast->overdue;

	for (int64_t day = 0; day < n_days && day < FORECAST_DAYS; day++)
		n += forecast->days[day];
	return n;
}

int64_t
forecast_peak(const struct forecast *forecast, int64_t *ret_n)
{
	int64_t peak = 0;

	for (int64_t day = 1; day < FORECAST_DAYS; day++)
		if (forecast->days[day] > forecast->days[peak])
			peak = day;
	*ret_n = forecast->days[peak];
	return peak;
}
