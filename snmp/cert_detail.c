/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a certificate says of itself: amtCertDetailTable.
 */
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
subject(const struct view *view, size_t row, struct value *value)
{
	tables_text(view->mirror, cert_at(view, row)->subject, value);
}

static void
issuer(const struct view *view, size_t row, struct value *value)
{
	tables_text(view->mirror, cert_at(view, row)->issuer, value);
}

static void
serial(const struct view *view, size_t row, struct value *value)
{
	tables_text(view->mirror, cert_at(view, row)->serial, value);
}

static void
sha256(const struct view *view, size_t row, struct value *value)
{
	const struct mirror_cert *cert = cert_at(view, row);

	value_octets(value, cert->sha256, cert->has_sha256 ? MIRROR_SHA256_BYTES : 0);
}

static const struct column columns[] = {
	{ 1, subject },
	{ 2, issuer },
	{ 3, serial },
	{ 4, sha256 },
};

const struct group cert_detail_group = {
	.name = "amtCertDetailTable",
	.base = { 1, 6, 1 },
	.n_base = 3,
	.columns = columns,
	.n_columns = sizeof(columns) / sizeof(columns[0]),
	.count = count,
	.index = index_of,
};
