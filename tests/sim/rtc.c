/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arithmetic of the simulated clock, in whole seconds.
 * Source: SDK "Time Synchronization"; RFC 9110 5.6.7 for the Date header.
 */
#include "rtc.h"

#include <stdio.h>
#include <time.h>

#include "base/clock.h"

int64_t
rtc_now(const struct rtc *rtc)
{
	int64_t ran_ms = clock_monotonic_ms() - rtc->since_ms;

	return clock_now() + rtc->offset_s + ran_ms * rtc->drift_ppm / 1000000 / 1000;
}

int64_t
rtc_at(const struct rtc *rtc, int64_t monotonic_ms)
{
	return rtc_now(rtc) - (clock_monotonic_ms() - monotonic_ms) / 1000;
}

void
rtc_set(struct rtc *rtc, int64_t now_s)
{
	rtc->offset_s = now_s - clock_now();
	rtc->since_ms = clock_monotonic_ms();
	rtc->is_set = true;
}

void
rtc_reset(struct rtc *rtc)
{
	rtc_set(rtc, RTC_RESET_S);
	rtc->is_set = false;
}

bool
rtc_synchronize(struct rtc *rtc, int64_t ta0, int64_t tm1, int64_t tm2)
{
	int64_t ta3 = rtc_now(rtc);
	int64_t now_s = ta3 + ((tm1 + tm2) - (ta0 + ta3)) / 2;

	if (tm1 < RTC_RESET_S || tm2 < RTC_RESET_S || now_s < RTC_RESET_S)
		return false;
	rtc_set(rtc, now_s);
	return true;
}

const char *
rtc_http_date(int64_t s, char field[RTC_HTTP_DATE_SIZE])
{
	static const char days[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri",
		"Sat" };
	static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
		"Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t t = (time_t)s;
	struct tm tm = { 0 };
	int n = 0;

	if (gmtime_r(&t, &tm) == NULL)
		return "Thu, 01 Jan 1970 00:00:00 GMT";
	n = snprintf(field, RTC_HTTP_DATE_SIZE, "%s, %02u %s %04u %02u:%02u:%02u GMT",
	    days[tm.tm_wday % 7], (unsigned)tm.tm_mday % 100U, months[tm.tm_mon % 12],
	    (unsigned)(tm.tm_year + 1900) % 10000U, (unsigned)tm.tm_hour % 100U,
	    (unsigned)tm.tm_min % 100U, (unsigned)tm.tm_sec % 100U);
	if (n < 0 || n >= RTC_HTTP_DATE_SIZE)
		return "Thu, 01 Jan 1970 00:00:00 GMT";
	return field;
}
