/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The certificates that end soonest, soonest first: amtCertExpiryTable.
 */
#include "snmp/health.h"
#include "snmp/tables.h"

static const struct mirror_cert *
cert_at(const struct view *view, size_t row)
{
	return &view->mirror->certs[view->mirror->by_end[row]];
}

/* Within the horizon, and of those the first. */
static size_t
count(const struct view *view)
{
	const struct agent_settings *settings = view->settings;
	size_t n = view->mirror->n_by_end;
	int64_t horizon;

	if (settings->horizon_s > 0 &&
	    !__builtin_add_overflow(view->now, settings->horizon_s, &horizon))
		n = health_n_ended(view->mirror, horizon);
	if (settings->expiry_rows > 0 && (int64_t)n > settings->expiry_rows)
		n = (size_t)settings->expiry_rows;
	return n;
}

static void
index_of(const struct view *view, size_t row, struct index *index)
{
	const struct mirror_cert *cert = cert_at(view, row);

	index->parts[0] = mirror_end_key(cert);
	index->parts[1] = view->mirror->devices[cert->device].index;
	index->parts[2] = cert->index;
	index->n = 3;
}

static void
state(const struct view *view, size_t row, struct value *value)
{
	value_integer(value, health_cert(view->mirror, cert_at(view, row), view->now));
}

static void
seconds_left(const struct view *view, size_t row, struct value *value)
{
	tables_left(view, true, cert_at(view, row)->not_after, value);
}

static void
device_name(const struct view *view, size_t row, struct value *value)
{
	const struct mirror *mirror = view->mirror;

	tables_text(mirror, mirror->devices[cert_at(view, row)->device].name, value);
}

static void
role(const struct view *view, size_t row, struct value *value)
{
	value_integer(value, tables_role(cert_at(view, row)));
}

static const struct column columns[] = {
	{ 2, state },
	{ 3, seconds_left },
	{ 4, device_name },
	{ 5, role },
};

const struct group cert_expiry_group = {
	.name = "amtCertExpiryTable",
	.base = { 1, 7, 1 },
	.n_base = 3,
	.columns = columns,
	.n_columns = sizeof(columns) / sizeof(columns[0]),
	.count = count,
	.index = index_of,
};
