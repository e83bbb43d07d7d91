/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The clock inside the firmware: the real one plus an offset that may drift.
 * Source: AMT_TimeSynchronizationService; SDK "Time Synchronization".
 */
#ifndef AMTSIM_RTC_H
#define AMTSIM_RTC_H

#include <stdbool.h>
#include <stdint.h>

enum {
	RTC_HTTP_DATE_SIZE = 32
};

/* What a clock shows that has lost its battery: 2004-01-01T00:00:00Z. */
#define RTC_RESET_S INT64_C(1072915200)

struct rtc {
	int64_t offset_s;
	int64_t drift_ppm; /* gained since since_ms */
	int64_t since_ms;  /* monotonic */
	bool is_set;	   /* false after a reset, until it is set */
};

/* Seconds since 1970 by this clock. */
int64_t rtc_now(const struct rtc *rtc);

/* What it showed or will show at a monotonic time. */
int64_t rtc_at(const struct rtc *rtc, int64_t monotonic_ms);

/* Make it show now_s from here on; the drift starts anew. */
void rtc_set(struct rtc *rtc, int64_t now_s);

/* Battery loss. */
void rtc_reset(struct rtc *rtc);

/*
 * SetHighAccuracyTimeSynch: d = ((Tm1 + Tm2) - (Ta0 + Ta3)) / 2 is added,
 * Ta3 being now. False, and nothing changed, for a time before 2004-01-01.
 */
bool rtc_synchronize(struct rtc *rtc, int64_t ta0, int64_t tm1, int64_t tm2);

/* "Mon, 31 Jan 2022 10:23:04 GMT"; field is returned. */
const char *rtc_http_date(int64_t s, char field[RTC_HTTP_DATE_SIZE]);

#endif
