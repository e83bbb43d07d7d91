/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OpenMetrics text for the node exporter's textfile collector.
 * Source: OpenMetrics 1.0; HELP, TYPE and UNIT before the samples of a family, no
 * family twice, "# EOF" at the end.
 */
#include "listing/format.h"
#include "listing/row.h"

static void
begin(struct buf *out, const char *name, const char *unit, const char *help)
{
	(void)buf_addf(out, "# TYPE %s gauge\n", name);
	if (unit != NULL)
		(void)buf_addf(out, "# UNIT %s %s\n", name, unit);
	(void)buf_addf(out, "# HELP %s %s\n", name, help);
}

/* A label's value: what would end it is escaped. */
static void
add_label(struct buf *out, const char *name, const char *text)
{
	char line[SHEET_TEXT_SIZE];

	(void)buf_addf(out, "%s=\"", name);
	for (const char *p = sheet_text(text, line); *p != '\0'; p++) {
		if (*p == '\\' || *p == '"')
			(void)buf_add_char(out, '\\');
		(void)buf_add_char(out, *p);
	}
	(void)buf_add_char(out, '"');
}

static void
add_moment(struct buf *out, const char *name, const char *help, int64_t at)
{
	if (at == 0)
		return;
	begin(out, name, "seconds", help);
	(void)buf_addf(out, "%s %lld\n", name, (long long)at);
}

static void
add_number(struct buf *out, const char *name, const char *help, int64_t n)
{
	begin(out, name, NULL, help);
	(void)buf_addf(out, "%s %lld\n", name, (long long)n);
}

static void
add_states(struct buf *out, const struct listing *listing)
{
	const struct fleet_counts *counts = &listing->counts;

	begin(out, "amtcert_devices", NULL, "Devices of the inventory by state.");
	for (int state = STATE_OK; state <= STATE_UNKNOWN; state++)
		(void)buf_addf(out, "amtcert_devices{state=\"%s\"} %lld\n",
		    row_state_word((enum state)state),
		    (long long)counts->n_by_state[state]);
	add_number(out, "amtcert_devices_expired",
	    "Devices with a certificate in use that has ended.", counts->n_expired);
	add_number(out, "amtcert_devices_due",
	    "Devices whose certificate is due for renewal.", counts->n_due);
	add_number(out, "amtcert_devices_will_miss",
	    "Devices seen too rarely for their renewal window.", counts->n_will_miss);
	add_number(out, "amtcert_devices_never_read",
	    "Devices that nobody has read yet.", counts->n_never_read);
	add_number(out, "amtcert_devices_failed",
	    "Devices of which the last attempt read nothing.", counts->n_failed);
	add_number(out, "amtcert_devices_without_certificate",
	    "Devices of which no certificate is known that is renewed.",
	    listing->n_without);
}

static void
add_forecast_labels(struct buf *out, const char *family,
    const struct forecast *forecast)
{
	(void)buf_addf(out, "%s{kind=\"%s\",", family,
	    forecast_kind_word(forecast->kind));
	add_label(out, "name", forecast->name);
}

static void
add_forecasts(struct buf *out, const struct listing *listing)
{
	static const int64_t horizons[] = { 0, 1, 7, 30, 90, FORECAST_DAYS };
	static const char within[] = "amtcert_renewals",
			  later[] = "amtcert_renewals_later";

	begin(out, within, NULL,
	    "Certificates due for renewal within so many days of UTC, today the first, "
	    "those overdue counted; within 0 days these alone.");
	for (size_t i = 0; i < listing->n_forecasts; i++)
		for (size_t k = 0; k < sizeof(horizons) / sizeof(horizons[0]); k++) {
			const struct forecast *forecast = &listing->forecasts[i];

			add_forecast_labels(out, within, forecast);
			(void)buf_addf(out, ",within_days=\"%lld\"} %lld\n",
			    (long long)horizons[k],
			    (long long)forecast_within(forecast, horizons[k]));
		}
	begin(out, later, NULL,
	    "Certificates due for renewal after the last of these days.");
	for (size_t i = 0; i < listing->n_forecasts; i++) {
		add_forecast_labels(out, later, &listing->forecasts[i]);
		(void)buf_addf(out, "} %lld\n",
		    (long long)listing->forecasts[i].beyond);
	}
	begin(out, "amtcert_certificates", NULL, "Certificates that are renewed.");
	(void)buf_addf(out, "amtcert_certificates %zu\n", listing->n_leaves);
}

/* Families one after another: each is a walk of its own. */
struct series {
	struct sheet *sheet;
	const char *name;
	int64_t (*value)(const struct row *row);
};

static int64_t
state_of(const struct row *row)
{
	return (int64_t)row->state;
}

static int64_t
end_of(const struct row *row)
{
	return row->ends_at;
}

static int64_t
due_of(const struct row *row)
{
	return row->due_at;
}

static int64_t
read_of(const struct row *row)
{
	return row->device->standing.ok_at;
}

static enum rc
add_sample(void *ctx, const struct row *row, struct err *err)
{
	const struct series *series = ctx;
	struct buf *out = &series->sheet->buf;
	int64_t value = series->value(row);

	if (value == 0 && series->value != state_of)
		return RC_OK;
	(void)buf_addf(out, "%s{id=\"%lld\",", series->name,
	    (long long)row->device->id);
	add_label(out, "name", row->device->name);
	(void)buf_add_char(out, ',');
	add_label(out, "group", row->device->group);
	(void)buf_addf(out, "} %lld\n", (long long)value);
	return sheet_pass(series->sheet, err);
}

static enum rc
add_devices(struct db *db, const struct listing *listing, struct sheet *sheet,
    struct err *err)
{
	static const struct {
		const char *name;
		const char *unit;
		const char *help;
		int64_t (*value)(const struct row *row);
	} families[] = {
		{ "amtcert_device_state", NULL,
		    "0 ok, 1 warning, 2 critical, 3 unknown.", state_of },
		{ "amtcert_device_end_timestamp_seconds", "seconds",
		    "End of the certificate in use that ends first.", end_of },
		{ "amtcert_device_due_timestamp_seconds", "seconds",
		    "When the first renewal is due.", due_of },
		{ "amtcert_device_read_timestamp_seconds", "seconds", "Last reading.",
		    read_of },
	};
	enum rc r = RC_OK;

	for (size_t i = 0; r == RC_OK && i < sizeof(families) / sizeof(families[0]);
	     i++) {
		struct series series = { .sheet = sheet,
			.name = families[i].name,
			.value = families[i].value };

		begin(&sheet->buf, families[i].name, families[i].unit,
		    families[i].help);
		r = row_each(db, listing, FLEET_BY_ID, add_sample, &series, err);
	}
	return r;
}

enum rc
format_openmetrics(struct db *db, const struct listing *listing, struct sheet *sheet,
    struct err *err)
{
	const struct fleet_counts *counts = &listing->counts;
	struct buf *out = &sheet->buf;
	enum rc r = RC_OK;

	add_states(out, listing);
	add_moment(out, "amtcert_next_end_timestamp_seconds",
	    "End of the certificate in use that ends next.", counts->next_end);
	add_moment(out, "amtcert_oldest_read_timestamp_seconds",
	    "The oldest reading that a device is judged by.", counts->oldest_ok_at);
	add_moment(out, "amtcert_scan_timestamp_seconds", "End of the last scan.",
	    listing->has_scan ? listing->scan.finished_at : 0);
	add_moment(out, "amtcert_report_timestamp_seconds", "When this was written.",
	    listing->order->now);
	add_forecasts(out, listing);
	if (listing->order->per_device)
		r = add_devices(db, listing, sheet, err);
	(void)buf_add_str(out, "# EOF\n");
	return r;
}
