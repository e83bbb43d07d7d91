/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How many certificates are due for renewal on which day.  Each is counted once,
 * for the renewal that comes next: the sum over the days is the fleet.
 */
#ifndef AMTCERT_LISTING_FORECAST_H
#define AMTCERT_LISTING_FORECAST_H

#include <stdint.h>

enum {
	FORECAST_DAYS = 400, /* today is the first; days of UTC */
	FORECAST_NAME_SIZE = 256,
};

enum forecast_kind {
	FORECAST_STORED,  /* by the policies that the devices were judged by */
	FORECAST_WHAT_IF, /* by what was asked for */
	FORECAST_RULE,	  /* by one of the named rules with its own numbers */
	FORECAST_ISSUER,  /* the part of FORECAST_STORED that one CA has issued */
	FORECAST_ISSUERS, /* the part that none of those has */
};

struct forecast {
	enum forecast_kind kind;
	char name[FORECAST_NAME_SIZE]; /* as hostile as an issuer's name is */
	int64_t n;		       /* certificates */
	int64_t overdue;	       /* due before today */
	int64_t days[FORECAST_DAYS];
	int64_t beyond; /* after the last of them */
};

/* "forecast", "what-if", "rule", "issuer", "issuers": stable. */
const char *forecast_kind_word(enum forecast_kind kind);

/* The first second of the day. */
int64_t forecast_day_start(int64_t at);

/* Count a certificate that is due at due_at. */
void forecast_add(struct forecast *forecast, int64_t now, int64_t due_at);

/* Due on the days from 0 to before n_days, those overdue counted. */
int64_t forecast_within(const struct forecast *forecast, int64_t n_days);

/* The day with the most, and how many; the first of equals. Overdue is no day. */
int64_t forecast_peak(const struct forecast *forecast, int64_t *ret_n);

#endif
