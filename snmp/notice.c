/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each notification carries, as a table: the OBJECTS clauses of the MIB.
 */
#include "snmp/notice.h"

#include <string.h>

#include "snmp/health.h"
#include "snmp/tables.h"

enum {
	SUMMARY = 1,
	NOTIFY_INFO = 3,
	DEVICES = 4,
	CERTS = 5,
	JOBS = 9,
	OBJECTS = 1, /* amtCertObjects */
	ENTRY = 1,
};

/* The table of an object, and its column; of a scalar with index 0. */
struct object {
	uint32_t table;
	uint32_t column;
};

static const struct object objects[][NOTICE_BINDINGS_MAX] = {
	[NOTICE_STATE_CHANGE] = {
		{ NOTIFY_INFO, NOTIFY_SEQUENCE },
		{ DEVICES, DEVICE_NAME },
		{ CERTS, CERT_ROLE },
		{ CERTS, CERT_STATE },
		{ NOTIFY_INFO, NOTIFY_PREVIOUS_STATE },
		{ CERTS, CERT_NOT_AFTER },
		{ CERTS, CERT_SECONDS_LEFT },
	},
	[NOTICE_EXPIRED] = {
		{ NOTIFY_INFO, NOTIFY_SEQUENCE },
		{ DEVICES, DEVICE_NAME },
		{ CERTS, CERT_ROLE },
		{ CERTS, CERT_NOT_AFTER },
	},
	[NOTICE_RENEWED] = {
		{ NOTIFY_INFO, NOTIFY_SEQUENCE },
		{ DEVICES, DEVICE_NAME },
		{ CERTS, CERT_ROLE },
		{ CERTS, CERT_STATE },
		{ CERTS, CERT_NOT_AFTER },
		{ NOTIFY_INFO, NOTIFY_PREVIOUS_NOT_AFTER },
	},
	[NOTICE_RENEWAL_FAILED] = {
		{ NOTIFY_INFO, NOTIFY_SEQUENCE },
		{ DEVICES, DEVICE_NAME },
		{ CERTS, CERT_ROLE },
		{ CERTS, CERT_NOT_AFTER },
		{ CERTS, CERT_SECONDS_LEFT },
		{ JOBS, JOB_ACTION },
		{ JOBS, JOB_ATTEMPTS },
		{ JOBS, JOB_MESSAGE },
	},
	[NOTICE_SCAN_STALLED] = {
		{ NOTIFY_INFO, NOTIFY_SEQUENCE },
		{ SUMMARY, SUMMARY_INVENTORY_STATE },
		{ SUMMARY, SUMMARY_LAST_SCAN_TIME },
		{ SUMMARY, SUMMARY_SECONDS_SINCE_SCAN },
		{ SUMMARY, SUMMARY_DEVICE_STALE_COUNT },
	},
	[NOTICE_SCAN_RESUMED] = {
		{ NOTIFY_INFO, NOTIFY_SEQUENCE },
		{ SUMMARY, SUMMARY_LAST_SCAN_TIME },
		{ SUMMARY, SUMMARY_DEVICE_STALE_COUNT },
	},
	[NOTICE_BULK_CHANGE] = {
		{ NOTIFY_INFO, NOTIFY_SEQUENCE },
		{ SUMMARY, SUMMARY_WORST_STATE },
		{ SUMMARY, SUMMARY_WARNING_COUNT },
		{ SUMMARY, SUMMARY_CRITICAL_COUNT },
		{ SUMMARY, SUMMARY_UNKNOWN_COUNT },
		{ SUMMARY, SUMMARY_EXPIRED_COUNT },
		{ NOTIFY_INFO, NOTIFY_SUPPRESSED },
	},
};

void
notice_of_cert(struct notice *notice, enum notice_kind kind,
    const struct mirror *mirror, size_t place, int64_t now)
{
	const struct mirror_cert *cert = &mirror->certs[place];
	const struct mirror_device *device = &mirror->devices[cert->device];
	const uint8_t *name;

	memset(notice, 0, sizeof(*notice));
	notice->kind = kind;
	notice->device_index = device->index;
	notice->cert_index = cert->index;
	notice->amt_role = tables_role(cert);
	notice->state = health_cert(mirror, cert, now);
	notice->not_after = cert->not_after;
	name = mirror_octets(mirror, device->name, &notice->name_len);
	memcpy(notice->name, name, notice->name_len);
}

static int64_t
seconds_since(int64_t earlier, int64_t now)
{
	if (earlier == MIRROR_NO_TIME)
		return UINT32_MAX;
	return now > earlier ? now - earlier : 0;
}

static void
read_summary(const struct notice *notice, uint32_t column, int64_t now,
    struct value *value)
{
	const struct totals *totals = &notice->totals;

	switch (column) {
	case SUMMARY_INVENTORY_STATE:
		value_integer(value, notice->inventory_state);
		break;
	case SUMMARY_LAST_SCAN_TIME:
		tables_time(notice->last_pass, value);
		break;
	case SUMMARY_SECONDS_SINCE_SCAN:
		value_unsigned(value, seconds_since(notice->last_pass, now));
		break;
	case SUMMARY_WORST_STATE:
		value_integer(value, totals->worst);
		break;
	case SUMMARY_DEVICE_STALE_COUNT:
		value_unsigned(value, totals->devices_stale);
		break;
	case SUMMARY_WARNING_COUNT:
		value_unsigned(value, totals->certs[STATE_WARNING]);
		break;
	case SUMMARY_CRITICAL_COUNT:
		value_unsigned(value, totals->certs[STATE_CRITICAL]);
		break;
	case SUMMARY_UNKNOWN_COUNT:
		value_unsigned(value, totals->certs[STATE_UNKNOWN]);
		break;
	default:
		value_unsigned(value, totals->expired);
		break;
	}
}

static void
read_notify_info(const struct notice *notice, uint32_t column, uint32_t sequence,
    struct value *value)
{
	switch (column) {
	case NOTIFY_SEQUENCE:
		value_unsigned(value, sequence);
		break;
	case NOTIFY_PREVIOUS_STATE:
		value_integer(value, notice->previous_state);
		break;
	case NOTIFY_PREVIOUS_NOT_AFTER:
		tables_time(notice->previous_not_after, value);
		break;
	default:
		value_counter(value, notice->n_suppressed);
		break;
	}
}

static void
read_cert(const struct notice *notice, uint32_t column, int64_t now,
    struct value *value)
{
	bool has_end = notice->not_after != MIRROR_NO_TIME;
	struct view view = { .now = now };

	switch (column) {
	case CERT_ROLE:
		value_integer(value, notice->amt_role);
		break;
	case CERT_STATE:
		value_integer(value, notice->state);
		break;
	case CERT_NOT_AFTER:
		tables_time(notice->not_after, value);
		break;
	default:
		tables_left(&view, has_end, notice->not_after, value);
		break;
	}
}

static void
read_job(const struct notice *notice, uint32_t column, struct value *value)
{
	if (column == JOB_ACTION)
		value_integer(value, notice->job_action);
	else if (column == JOB_ATTEMPTS)
		value_unsigned(value, notice->job_attempts);
	else
		value_octets(value, notice->message, notice->message_len);
}

static void
add_part(struct binding *binding, uint32_t part)
{
	binding->parts[binding->n++] = part;
}

/* The name of an object: a scalar's, or that of a column with its index. */
static void
name_object(const struct notice *notice, const struct object *object,
    struct binding *binding)
{
	binding->n = 0;
	add_part(binding, OBJECTS);
	add_part(binding, object->table);
	if (object->table == SUMMARY || object->table == NOTIFY_INFO) {
		add_part(binding, object->column);
		add_part(binding, 0);
		return;
	}
	add_part(binding, ENTRY);
	add_part(binding, object->column);
	add_part(binding, notice->device_index);
	if (object->table != DEVICES)
		add_part(binding, notice->cert_index);
}

static void
read_object(const struct notice *notice, const struct object *object, uint32_t sequence,
    int64_t now, struct value *value)
{
	switch (object->table) {
	case SUMMARY:
		read_summary(notice, object->column, now, value);
		break;
	case NOTIFY_INFO:
		read_notify_info(notice, object->column, sequence, value);
		break;
	case DEVICES:
		value_octets(value, notice->name, notice->name_len);
		break;
	case CERTS:
		read_cert(notice, object->column, now, value);
		break;
	default:
		read_job(notice, object->column, value);
		break;
	}
}

size_t
notice_bindings(const struct notice *notice, uint32_t sequence, int64_t now,
    struct binding ret_bindings[NOTICE_BINDINGS_MAX])
{
	const struct object *object = objects[notice->kind];
	size_t n = 0;

	while (n < NOTICE_BINDINGS_MAX && object[n].table != 0) {
		name_object(notice, &object[n], &ret_bindings[n]);
		read_object(notice, &object[n], sequence, now, &ret_bindings[n].value);
		n++;
	}
	return n;
}
