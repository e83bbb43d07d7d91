/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RFC 4180: CRLF, quotes where they are needed.  A field that a spreadsheet would
 * take for a formula begins with an apostrophe.  Source: OWASP, CSV injection; tabs
 * and line ends never come here as such.
 */
#include <string.h>

#include "base/clock.h"
#include "listing/format.h"
#include "listing/row.h"

struct csv {
	const struct listing *listing;
	struct sheet *sheet;
};

/* Begins it like a formula? In full width, too, as some spreadsheets read it. */
static bool
is_formula(const char *text)
{
	static const char *const starts[] = { "=", "+", "-", "@", "\xef\xbc\x9d",
		"\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0" };

	text += strspn(text, " ");
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (strncmp(text, starts[i], strlen(starts[i])) == 0)
			return true;
	return false;
}

static void
add_field(struct buf *out, const char *text, const char *behind)
{
	char line[SHEET_TEXT_SIZE];
	const char *guard = is_formula(sheet_text(text, line)) ? "'" : "";

	if (strpbrk(line, ",\"") == NULL) {
		(void)buf_addf(out, "%s%s%s", guard, line, behind);
		return;
	}
	(void)buf_addf(out, "\"%s", guard);
	for (const char *p = line; *p != '\0'; p++) {
		if (*p == '"')
			(void)buf_add_char(out, '"');
		(void)buf_add_char(out, *p);
	}
	(void)buf_addf(out, "\"%s", behind);
}

static void
add_time(struct buf *out, int64_t at, const char *behind)
{
	char field[CLOCK_TIME_SIZE];

	(void)buf_addf(out, "%s%s", row_time(at, field), behind);
}

static enum rc
add_device(void *ctx, const struct row *row, struct err *err)
{
	const struct csv *csv = ctx;
	const struct fleet_device *device = row->device;
	const struct standing *standing = &device->standing;
	struct buf *out = &csv->sheet->buf;

	(void)buf_addf(out, "%s,%s,", row_state_word(row->state),
	    reason_word(row->reason));
	add_field(out, device->name, ",");
	add_field(out, device->group, ",");
	add_field(out, device->address, ",");
	(void)buf_addf(out, "%lld,", (long long)device->port);
	add_field(out, device->uuid, ",");
	add_field(out, device->version, ",");
	add_field(out, device->policy, ",");
	add_field(out, row->issuer, ",");
	(void)buf_addf(out, "%lld,", (long long)row->member->n_certs);
	add_time(out, row->ends_at, ",");
	add_time(out, row->due_at, ",");
	if (csv->listing->order->what_if.is_asked)
		add_time(out, row->what_if_due_at, ",");
	add_time(out, standing->ok_at, ",");
	add_time(out, standing->tried_at, ",");
	(void)buf_addf(out, "%s,", contact_result_word(standing->last_result));
	add_field(out, standing->error, ",");
	add_field(out, row->phrase, "\r\n");
	return sheet_pass(csv->sheet, err);
}

/* A line per day; what is overdue and what is beyond have one of their own. */
static enum rc
add_forecasts(const struct listing *listing, struct sheet *sheet, struct err *err)
{
	struct buf *out = &sheet->buf;
	int64_t today = forecast_day_start(listing->order->now);

	(void)buf_add_str(out, "day");
	for (size_t i = 0; i < listing->n_forecasts; i++) {
		(void)buf_add_char(out, ',');
		add_field(out, listing->forecasts[i].name, "");
	}
	(void)buf_add_str(out, "\r\noverdue");
	for (size_t i = 0; i < listing->n_forecasts; i++)
		(void)buf_addf(out, ",%lld", (long long)listing->forecasts[i].overdue);
	for (int64_t day = 0; day < FORECAST_DAYS; day++) {
		char field[CLOCK_TIME_SIZE];

		(void)row_time(today + day * CLOCK_DAY_S, field);
		(void)buf_addf(out, "\r\n%.10s", field);
		for (size_t i = 0; i < listing->n_forecasts; i++)
			(void)buf_addf(out, ",%lld",
			    (long long)listing->forecasts[i].days[day]);
	}
	(void)buf_add_str(out, "\r\nbeyond");
	for (size_t i = 0; i < listing->n_forecasts; i++)
		(void)buf_addf(out, ",%lld", (long long)listing->forecasts[i].beyond);
	(void)buf_add_str(out, "\r\n");
	return sheet_pass(sheet, err);
}

enum rc
format_csv(struct db *db, const struct listing *listing, struct sheet *sheet,
    struct err *err)
{
	struct csv csv = { .listing = listing, .sheet = sheet };

	if (listing->order->only_forecast)
		return add_forecasts(listing, sheet, err);
	(void)buf_addf(&sheet->buf,
	    "state,reason,name,group,address,port,uuid,version,policy,issuer,"
	    "certificates,ends_at,due_at,%slast_read_at,last_tried_at,last_result,"
	    "last_error,text\r\n",
	    listing->order->what_if.is_asked ? "what_if_due_at," : "");
	return row_each(db, listing, FLEET_BY_ID, add_device, &csv, err);
}
