/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One row per use of a certificate: amtCertTable.
 */
#include "snmp/health.h"
#include "snmp/tables.h"

static const struct mirror_cert *
cert_at(const struct view *view, size_t row)
{
	return &view->mirror->certs[row];
}

static size_t
count(const struct view *view)
{
	return view->mirror->n_certs;
}

static void
index_of(const struct view *view, size_t row, struct index *index)
{
	const struct mirror_cert *cert = cert_at(view, row);

	index->parts[0] = view->mirror->devices[cert->device].index;
	index->parts[1] = cert->index;
	index->n = 2;
}

static void
role(const struct view *view, size_t row, struct value *value)
{
	value_integer(value, tables_role(cert_at(view, row)));
}

static void
state(const struct view *view, size_t row, struct value *value)
{
	value_integer(value, health_cert(view->mirror, cert_at(view, row), view->now));
}

static void
seconds_left(const struct view *view, size_t row, struct value *value)
{
	int64_t end = cert_at(view, row)->not_after;

	tables_left(view, end != MIRROR_NO_TIME, end, value);
}

static void
not_before(const struct view *view, size_t row, struct value *value)
{
	tables_time(cert_at(view, row)->not_before, value);
}

static void
not_after(const struct view *view, size_t row, struct value *value)
{
	tables_time(cert_at(view, row)->not_after, value);
}

static void
last_change(const struct view *view, size_t row, struct value *value)
{
	tables_moment(cert_at(view, row)->changed, value);
}

static void
renewal_due(const struct view *view, size_t row, struct value *value)
{
	const struct mirror_cert *cert = cert_at(view, row);
	bool has = health_is_in_use(cert) && cert->due_at != MIRROR_NEVER;

	value_date(value, has, cert->due_at);
}

static const struct column columns[] = {
	{ CERT_ROLE, role },
	{ CERT_STATE, state },
	{ CERT_SECONDS_LEFT, seconds_left },
	{ 5, not_before },
	{ CERT_NOT_AFTER, not_after },
	{ 7, last_change },
	{ 8, renewal_due },
};

const struct group cert_group = {
	.name = "amtCertTable",
	.base = { 1, 5, 1 },
	.n_base = 3,
	.columns = columns,
	.n_columns = sizeof(columns) / sizeof(columns[0]),
	.count = count,
	.index = index_of,
};
