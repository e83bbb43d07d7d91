/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One row per device: amtDeviceTable.
 */
#include "snmp/health.h"
#include "snmp/tables.h"

static const struct mirror_device *
device_at(const struct view *view, size_t row)
{
	return &view->mirror->devices[row];
}

static size_t
count(const struct view *view)
{
	return view->mirror->n_devices;
}

static void
index_of(const struct view *view, size_t row, struct index *index)
{
	index->parts[0] = device_at(view, row)->index;
	index->n = 1;
}

static void
name(const struct view *view, size_t row, struct value *value)
{
	tables_text(view->mirror, device_at(view, row)->name, value);
}

static void
state(const struct view *view, size_t row, struct value *value)
{
	value_integer(value, health_device(device_at(view, row), view->now));
}

static void
seconds_left(const struct view *view, size_t row, struct value *value)
{
	int64_t not_after = 0;
	bool has = health_first_end(view->mirror, device_at(view, row), &not_after);

	tables_left(view, has, not_after, value);
}

static void
cert_count(const struct view *view, size_t row, struct value *value)
{
	value_unsigned(value, device_at(view, row)->n_certs);
}

static void
scan_result(const struct view *view, size_t row, struct value *value)
{
	value_integer(value, device_at(view, row)->scan_result);
}

static void
last_scan(const struct view *view, size_t row, struct value *value)
{
	tables_moment(device_at(view, row)->last_scan, value);
}

static void
last_success(const struct view *view, size_t row, struct value *value)
{
	tables_moment(device_at(view, row)->last_success, value);
}

static void
address_type(const struct view *view, size_t row, struct value *value)
{
	value_integer(value, device_at(view, row)->address_type);
}

static void
address(const struct view *view, size_t row, struct value *value)
{
	tables_text(view->mirror, device_at(view, row)->address, value);
}

static void
uuid(const struct view *view, size_t row, struct value *value)
{
	const struct mirror_device *device = device_at(view, row);

	value_octets(value, device->uuid, device->has_uuid ? MIRROR_UUID_BYTES : 0);
}

static void
last_error(const struct view *view, size_t row, struct value *value)
{
	tables_text(view->mirror, device_at(view, row)->last_error, value);
}

static void
seconds_since_success(const struct view *view, size_t row, struct value *value)
{
	uint32_t last = device_at(view, row)->last_success;

	value_unsigned(value, last == 0 ? UINT32_MAX : view_since_s(view, last));
}

static void
policy(const struct view *view, size_t row, struct value *value)
{
	tables_text(view->mirror, device_at(view, row)->policy, value);
}

static const struct column columns[] = {
	{ DEVICE_NAME, name },
	{ 3, state },
	{ 4, seconds_left },
	{ 5, cert_count },
	{ 6, scan_result },
	{ 7, last_scan },
	{ 8, last_success },
	{ 9, address_type },
	{ 10, address },
	{ 11, uuid },
	{ 12, last_error },
	{ 13, seconds_since_success },
	{ 14, policy },
};

const struct group device_group = {
	.name = "amtDeviceTable",
	.base = { 1, 4, 1 },
	.n_base = 3,
	.columns = columns,
	.n_columns = sizeof(columns) / sizeof(columns[0]),
	.count = count,
	.index = index_of,
};
