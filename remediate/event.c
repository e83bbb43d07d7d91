/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One row per option, and the field of struct event that it goes to.
 */
#include "event.h"

#include <assert.h>
#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum {
	FIELD_SIZE = 128, /* in the line */
	UUID_LEN = EVENT_UUID_SIZE - 1,
};

/* clang-format off */
const struct opt event_options[] = {
	{ "hostname", 'H', "NAME",
	    "Name by which the inventory and the configuration file know the device." },
	{ "service", 0, "NAME", "Name of the service." },
	{ "state", 0, "STATE", "WARNING or CRITICAL lets it pass." },
	{ "state-type", 0, "TYPE", "HARD lets it pass." },
	{ "attempt", 0, "N", "Number of the check attempt; any from 1 lets it pass." },
	{ "host-downtime", 0, "DEPTH", "0 lets it pass." },
	{ "service-downtime", 0, "DEPTH", "0 lets it pass." },
	{ "flapping", 0, "BOOL", "0 or false lets it pass." },
	{ "acknowledged", 0, "BOOL", "0 or false lets it pass." },
	{ "in-window", 0, "BOOL",
	    "1 or true lets it pass: is the core's time period for remedies open?" },
	{ "status-file", 0, "FILE",
	    "Status file of Nagios or Naemon, which have no macro for flapping and "
	    "acknowledgement: both are read there unless given." },
	{ "output", 0, "TEXT", "What the check said, for the log." },
	{ "uuid", 0, "UUID", "Of the device, where the core knows it." },
	{ NULL, 0, NULL, NULL },
};

static const size_t fields[] = {
	offsetof(struct event, alert.host),
	offsetof(struct event, alert.service),
	offsetof(struct event, alert.state),
	offsetof(struct event, alert.state_type),
	offsetof(struct event, alert.attempt),
	offsetof(struct event, alert.host_downtime),
	offsetof(struct event, alert.service_downtime),
	offsetof(struct event, alert.flapping),
	offsetof(struct event, alert.acknowledged),
	offsetof(struct event, alert.in_window),
	offsetof(struct event, status_file),
	offsetof(struct event, output),
	offsetof(struct event, uuid_given),
};
/* clang-format on */

static_assert(sizeof(fields) / sizeof(fields[0]) + 1 ==
	sizeof(event_options) / sizeof(event_options[0]),
    "a field for each option");

enum rc
event_take(struct event *event, const struct opt *opt, const char *value)
{
	int row = opt_row(event_options, opt);

	if (row < 0)
		return RC_NOTFOUND;
	memcpy((char *)event + fields[row], &value, sizeof(value));
	return RC_OK;
}

enum rc
event_complete(struct event *event, int64_t now, struct err *err)
{
	struct alert *alert = &event->alert;
	enum rc r;

	if (event->status_file == NULL || alert->host == NULL || alert->service == NULL)
		return RC_OK;
	r = nagios_status_read(event->status_file, alert->host, alert->service, now,
	    &event->status, err);
	if (r != RC_OK)
		return r;
	if (alert->flapping == NULL)
		alert->flapping = event->status.flapping;
	if (alert->acknowledged == NULL)
		alert->acknowledged = event->status.acknowledged;
	return RC_OK;
}

/* The inventory writes UUIDs in lower case. */
static bool
take_uuid(struct event *event)
{
	const char *text = event->uuid_given;
	size_t len = strlen(text);

	if (len != UUID_LEN || strspn(text, "0123456789abcdefABCDEF-") != len)
		return false;
	for (size_t i = 0; i <= len; i++)
		event->uuid[i] = (char)tolower((unsigned char)text[i]);
	return true;
}

bool
event_passes(struct event *event, char why[ALERT_WHY_SIZE])
{
	if (!alert_passes(&event->alert, why))
		return false;
	if (event->uuid_given == NULL || take_uuid(event))
		return true;
	(void)snprintf(why, ALERT_WHY_SIZE, "UUID: not understood");
	return false;
}

static void
add(struct buf *out, const char *value)
{
	char field[FIELD_SIZE] = "-";

	if (value != NULL && value[0] != '\0')
		text_printable_field(field, sizeof(field), value, strlen(value));
	(void)buf_addf(out, "%s%s", out->len > 0 ? " " : "", field);
}

void
event_format(struct buf *out, const struct event *event)
{
	const struct alert *alert = &event->alert;

	add(out, alert->host);
	add(out, alert->service);
	add(out, alert->state);
	add(out, alert->state_type);
	add(out, alert->attempt);
	if (event->output != NULL)
		add(out, event->output);
}
