/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a name to an index: amtDeviceNameTable.
 */
#include "snmp/tables.h"

static const struct mirror_device *
device_at(const struct view *view, size_t row)
{
	return &view->mirror->devices[view->mirror->by_name[row]];
}

static size_t
count(const struct view *view)
{
	return view->mirror->n_by_name;
}

static void
index_of(const struct view *view, size_t row, struct index *index)
{
	uint8_t key[MIRROR_TEXT_MAX];
	size_t len = mirror_name_key(view->mirror, device_at(view, row), key);

	index->parts[0] = (uint32_t)len;
	for (size_t i = 0; i < len; i++)
		index->parts[1 + i] = key[i];
	index->n = 1 + len;
}

static void
index_value(const struct view *view, size_t row, struct value *value)
{
	value_unsigned(value, device_at(view, row)->index);
}

static const struct column columns[] = {
	{ 2, index_value },
};

const struct group device_name_group = {
	.name = "amtDeviceNameTable",
	.base = { 1, 8, 1 },
	.n_base = 3,
	.columns = columns,
	.n_columns = sizeof(columns) / sizeof(columns[0]),
	.count = count,
	.index = index_of,
};
