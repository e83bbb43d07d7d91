/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What was last done about a certificate: amtCertJobTable.
 */
#include "snmp/tables.h"

static const struct mirror_job *
job_at(const struct view *view, size_t row)
{
	return &view->mirror->jobs[row];
}

static size_t
count(const struct view *view)
{
	return view->mirror->n_jobs;
}

static void
index_of(const struct view *view, size_t row, struct index *index)
{
	const struct mirror_cert *cert = &view->mirror->certs[job_at(view, row)->cert];

	index->parts[0] = view->mirror->devices[cert->device].index;
	index->parts[1] = cert->index;
	index->n = 2;
}

static void
action(const struct view *view, size_t row, struct value *value)
{
	value_integer(value, job_at(view, row)->action);
}

static void
state(const struct view *view, size_t row, struct value *value)
{
	value_integer(value, job_at(view, row)->state);
}

static void
started(const struct view *view, size_t row, struct value *value)
{
	tables_moment(job_at(view, row)->started, value);
}

static void
finished(const struct view *view, size_t row, struct value *value)
{
	tables_moment(job_at(view, row)->finished, value);
}

static void
attempts(const struct view *view, size_t row, struct value *value)
{
	value_unsigned(value, job_at(view, row)->attempts);
}

static void
message(const struct view *view, size_t row, struct value *value)
{
	tables_text(view->mirror, job_at(view, row)->message, value);
}

static const struct column columns[] = {
	{ JOB_ACTION, action },
	{ 2, state },
	{ 3, started },
	{ 4, finished },
	{ JOB_ATTEMPTS, attempts },
	{ JOB_MESSAGE, message },
};

const struct group cert_job_group = {
	.name = "amtCertJobTable",
	.base = { 1, 9, 1 },
	.n_base = 3,
	.columns = columns,
	.n_columns = sizeof(columns) / sizeof(columns[0]),
	.count = count,
	.index = index_of,
};
