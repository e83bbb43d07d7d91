/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For a terminal: the most urgent first, those that are fine last, and a summary.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "listing/format.h"
#include "listing/row.h"

enum {
	NAME_WIDTH = 40,
	GROUP_WIDTH = 16,
	BAR_WIDTH = 50,
	WEEK_DAYS = 7,
};

struct table {
	const struct listing *listing;
	struct sheet *sheet;
	bool *is_there; /* of the members, whose row is written */
};

/* A cell of so many columns; what is longer keeps its beginning. */
static void
add_cell(struct buf *out, const char *text, size_t width)
{
	char line[SHEET_TEXT_SIZE];
	size_t n = 0;

	for (const char *p = sheet_text(text, line); *p != '\0'; p++) {
		if (((unsigned char)*p & 0xc0) != 0x80 && n++ == width)
			break;
		(void)buf_add_char(out, *p);
	}
	for (; n < width + 2; n++)
		(void)buf_add_char(out, ' ');
}

static void
add_date(struct buf *out, int64_t at)
{
	char field[CLOCK_TIME_SIZE];

	(void)buf_addf(out, "%-10.10s  ", at != 0 ? row_time(at, field) : "-");
}

static enum rc
add_device(void *ctx, const struct row *row, struct err *err)
{
	const struct table *table = ctx;
	struct buf *out = &table->sheet->buf;
	bool *is_there = &table->is_there[row->member - table->listing->members];

	if (*is_there)
		return RC_OK;
	*is_there = true;
	(void)buf_addf(out, "%-8s  ", state_text(row->state));
	add_cell(out, row->device->name, NAME_WIDTH);
	add_cell(out, row->device->group, GROUP_WIDTH);
	add_date(out, row->ends_at);
	add_date(out, row->due_at);
	if (table->listing->order->what_if.is_asked)
		add_date(out, row->what_if_due_at);
	add_date(out, row->device->standing.ok_at);
	(void)buf_addf(out, "%s\n", row->phrase);
	return sheet_pass(table->sheet, err);
}

static enum rc
add_devices(struct db *db, struct table *table, struct err *err)
{
	struct buf *out = &table->sheet->buf;
	enum rc r;

	(void)buf_addf(out, "%-8s  %-*s  %-*s  %-10s  %-10s  %s%-10s  %s\n", "STATE",
	    (int)NAME_WIDTH, "NAME", (int)GROUP_WIDTH, "GROUP", "ENDS", "DUE",
	    table->listing->order->what_if.is_asked ? "WHAT IF     " : "", "READ",
	    "WHY");
	table->is_there = calloc(table->listing->n_members + 1, sizeof(bool));
	if (table->is_there == NULL)
		return err_set(err, RC_NOMEM, "listing: %s", rc_text(RC_NOMEM));
	r = row_each(db, table->listing, FLEET_BY_URGENCY, add_device, table, err);
	if (r == RC_OK)
		r = row_each(db, table->listing, FLEET_BY_ID, add_device, table, err);
	free(table->is_there);
	return r;
}

static void
add_summary(struct buf *out, const struct listing *listing)
{
	const struct fleet_counts *counts = &listing->counts;
	char field[CLOCK_TIME_SIZE];

	(void)buf_addf(out,
	    "\n%lld devices at %s: %lld critical, %lld warning, %lld unknown, %lld ok\n",
	    (long long)counts->n_devices, clock_format_time(listing->order->now, field),
	    (long long)counts->n_by_state[STATE_CRITICAL],
	    (long long)counts->n_by_state[STATE_WARNING],
	    (long long)counts->n_by_state[STATE_UNKNOWN],
	    (long long)counts->n_by_state[STATE_OK]);
	if (listing->n_without > 0)
		(void)buf_addf(out,
		    "%lld of them have no certificate that is renewed, or none is known\n",
		    (long long)listing->n_without);
	if (listing->has_scan)
		(void)buf_addf(out, "last scan ended at %s\n",
		    clock_format_time(listing->scan.finished_at, field));
}

/* Renewals within so many days, and the day with the most. */
static void
add_outlook(struct buf *out, const struct listing *listing,
    const struct forecast *forecast)
{
	static const int64_t horizons[] = { 7, 30, 90, FORECAST_DAYS };
	char name[SHEET_TEXT_SIZE], date[CLOCK_DATE_SIZE];
	int64_t n_peak = 0, peak = forecast_peak(forecast, &n_peak);

	(void)buf_addf(out, "renewals, %s: %lld overdue",
	    sheet_text(forecast->name, name), (long long)forecast->overdue);
	for (size_t i = 0; i < sizeof(horizons) / sizeof(horizons[0]); i++)
		(void)buf_addf(out, ", %lld within %lld d",
		    (long long)forecast_within(forecast, horizons[i]),
		    (long long)horizons[i]);
	(void)buf_addf(out, ", %lld later; most on %s: %lld\n",
	    (long long)forecast->beyond,
	    clock_format_date(forecast_day_start(listing->order->now) +
		    peak * CLOCK_DAY_S,
		date),
	    (long long)n_peak);
}

static int64_t
week_of(const struct forecast *forecast, int64_t first_day)
{
	int64_t n = 0;

	for (int64_t day = first_day; day < first_day + WEEK_DAYS; day++)
		n += day < FORECAST_DAYS ? forecast->days[day] : 0;
	return n;
}

/* A bar a week. */
static void
add_bars(struct buf *out, const struct listing *listing,
    const struct forecast *forecast)
{
	static const char bar[BAR_WIDTH + 1] =
	    "##################################################";
	int64_t most = 1, today = forecast_day_start(listing->order->now);
	char date[CLOCK_DATE_SIZE];

	for (int64_t day = 0; day < FORECAST_DAYS; day += WEEK_DAYS)
		if (week_of(forecast, day) > most)
			most = week_of(forecast, day);
	(void)buf_addf(out, "\n%-10s %8s\n", "WEEK FROM", "RENEWALS");
	(void)buf_addf(out, "%-10s %8lld\n", "overdue", (long long)forecast->overdue);
	for (int64_t day = 0; day < FORECAST_DAYS; day += WEEK_DAYS) {
		int64_t n = week_of(forecast, day);

		(void)buf_addf(out, "%-10s %8lld %.*s\n",
		    clock_format_date(today + day * CLOCK_DAY_S, date), (long long)n,
		    (int)((n * BAR_WIDTH + most - 1) / most), bar);
	}
	(void)buf_addf(out, "%-10s %8lld\n", "later", (long long)forecast->beyond);
}

enum rc
format_table(struct db *db, const struct listing *listing, struct sheet *sheet,
    struct err *err)
{
	struct table table = { .listing = listing, .sheet = sheet };
	enum rc r = RC_OK;

	if (!listing->order->only_forecast)
		r = add_devices(db, &table, err);
	if (r != RC_OK)
		return r;
	add_summary(&sheet->buf, listing);
	for (size_t i = 0; i < listing->n_forecasts; i++)
		if (listing->forecasts[i].kind <= FORECAST_WHAT_IF ||
		    listing->order->only_forecast)
			add_outlook(&sheet->buf, listing, &listing->forecasts[i]);
	if (listing->order->only_forecast)
		for (size_t i = 0; i <= (listing->order->what_if.is_asked ? 1U : 0U);
		     i++)
			add_bars(&sheet->buf, listing, &listing->forecasts[i]);
	return RC_OK;
}
