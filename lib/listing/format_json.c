/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One JSON object; times are seconds since 1970, null where there is none.
 */
#include "base/json.h"
#include "listing/format.h"
#include "listing/row.h"

struct writer {
	const struct listing *listing;
	struct sheet *sheet;
	struct json json;
};

static void
add_moment(struct json *json, const char *key, int64_t at)
{
	if (at == 0)
		json_string(json, key, NULL);
	else
		json_number(json, key, at);
}

static void
add_text(struct json *json, const char *key, const char *text)
{
	char field[SHEET_TEXT_SIZE];

	json_string(json, key, sheet_text(text, field));
}

static void
add_counts(struct json *json, const struct listing *listing)
{
	const struct fleet_counts *counts = &listing->counts;

	json_begin_object(json, "counts");
	json_number(json, "devices", counts->n_devices);
	for (int state = STATE_OK; state <= STATE_UNKNOWN; state++)
		json_number(json, row_state_word((enum state)state),
		    counts->n_by_state[state]);
	json_number(json, "due", counts->n_due);
	json_number(json, "expired", counts->n_expired);
	json_number(json, "will_miss", counts->n_will_miss);
	json_number(json, "never_read", counts->n_never_read);
	json_number(json, "failed", counts->n_failed);
	json_number(json, "without_certificate", listing->n_without);
	json_number(json, "certificates", (int64_t)listing->n_leaves);
	json_end_object(json);
	add_moment(json, "next_end_at", counts->next_end);
	add_moment(json, "oldest_read_at", counts->oldest_ok_at);
	add_moment(json, "scan_finished_at",
	    listing->has_scan ? listing->scan.finished_at : 0);
}

static void
add_forecast(struct json *json, const struct forecast *forecast)
{
	json_begin_object(json, NULL);
	json_string(json, "kind", forecast_kind_word(forecast->kind));
	add_text(json, "name", forecast->name);
	json_number(json, "certificates", forecast->n);
	json_number(json, "overdue", forecast->overdue);
	json_begin_array(json, "days");
	for (int64_t day = 0; day < FORECAST_DAYS; day++)
		json_number(json, NULL, forecast->days[day]);
	json_end_array(json);
	json_number(json, "beyond", forecast->beyond);
	json_end_object(json);
}

static enum rc
add_device(void *ctx, const struct row *row, struct err *err)
{
	struct writer *writer = ctx;
	const struct fleet_device *device = row->device;
	const struct standing *standing = &device->standing;
	struct json *json = &writer->json;

	json_begin_object(json, NULL);
	json_number(json, "id", device->id);
	add_text(json, "name", device->name);
	json_string(json, "state", row_state_word(row->state));
	json_string(json, "reason", reason_word(row->reason));
	json_string(json, "text", row->phrase);
	add_text(json, "group", device->group);
	add_text(json, "address", device->address);
	json_number(json, "port", device->port);
	add_text(json, "uuid", device->uuid);
	add_text(json, "version", device->version);
	add_text(json, "policy", device->policy);
	add_text(json, "issuer", row->issuer);
	json_number(json, "certificates", row->member->n_certs);
	add_moment(json, "ends_at", row->ends_at);
	add_moment(json, "due_at", row->due_at);
	if (writer->listing->order->what_if.is_asked)
		add_moment(json, "what_if_due_at", row->what_if_due_at);
	add_moment(json, "last_read_at", standing->ok_at);
	add_moment(json, "last_tried_at", standing->tried_at);
	json_string(json, "last_result", contact_result_word(standing->last_result));
	add_text(json, "last_error", standing->error);
	json_end_object(json);
	return sheet_pass(writer->sheet, err);
}

void
format_add_summary(struct json *json, const struct listing *listing)
{
	const struct listing_order *order = listing->order;

	json_number(json, "generated_at", order->now);
	json_string(json, "version", AMTCERT_VERSION);
	if (order->group != NULL)
		add_text(json, "group", order->group);
	if (order->what_if.is_asked)
		add_text(json, "what_if", order->what_if.text);
	add_counts(json, listing);
	json_number(json, "first_day_at", forecast_day_start(order->now));
	json_begin_array(json, "forecasts");
	for (size_t i = 0; i < listing->n_forecasts; i++)
		add_forecast(json, &listing->forecasts[i]);
	json_end_array(json);
}

enum rc
format_json(struct db *db, const struct listing *listing, struct sheet *sheet,
    struct err *err)
{
	struct writer writer = { .listing = listing, .sheet = sheet };
	struct json *json = &writer.json;
	enum rc r;

	json_init(json, &sheet->buf);
	json_begin_object(json, NULL);
	format_add_summary(json, listing);
	json_begin_array(json, "devices");
	r = sheet_pass(sheet, err);
	if (r == RC_OK && !listing->order->only_forecast)
		r = row_each(db, listing, FLEET_BY_ID, add_device, &writer, err);
	json_end_array(json);
	json_end_object(json);
	(void)buf_add_char(&sheet->buf, '\n');
	return r;
}
