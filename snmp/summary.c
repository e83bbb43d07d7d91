/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state of the fleet in a few scalars: amtCertSummary.
 */
#include "snmp/health.h"
#include "snmp/tables.h"

/* The certificate of the fleet that ends next; NULL when there is none. */
static const struct mirror_cert *
find_next(const struct view *view)
{
	const struct mirror *mirror = view->mirror;
	size_t at = health_n_ended(mirror, view->now);

	return at < mirror->n_by_end ? &mirror->certs[mirror->by_end[at]] : NULL;
}

static const struct mirror_device *
device_of(const struct view *view, const struct mirror_cert *cert)
{
	return &view->mirror->devices[cert->device];
}

static void
inventory_state(const struct view *view, size_t row, struct value *value)
{
	(void)row;
	value_integer(value, view->inventory_state);
}

static void
generation(const struct view *view, size_t row, struct value *value)
{
	(void)row;
	value_unsigned(value, view->mirror->generation);
}

static void
inventory_time(const struct view *view, size_t row, struct value *value)
{
	(void)row;
	tables_time(view->mirror->read_at, value);
}

static void
last_scan_time(const struct view *view, size_t row, struct value *value)
{
	(void)row;
	tables_time(view->mirror->last_pass, value);
}

static void
seconds_since_scan(const struct view *view, size_t row, struct value *value)
{
	(void)row;
	value_unsigned(value,
	    view->mirror->last_pass == MIRROR_NO_TIME
		? UINT32_MAX
		: view_since_s(view, view->mirror->last_pass));
}

static void
worst_state(const struct view *view, size_t row, struct value *value)
{
	(void)row;
	value_integer(value, view->totals->worst);
}

static void
device_count(const struct view *view, size_t row, struct value *value)
{
	(void)row;
	value_unsigned(value, (int64_t)view->mirror->n_devices);
}

static void
device_failed_count(const struct view *view, size_t row, struct value *value)
{
	(void)row;
	value_unsigned(value, view->totals->devices_failed);
}

static void
device_stale_count(const struct view *view, size_t row, struct value *value)
{
	(void)row;
	value_unsigned(value, view->totals->devices_stale);
}

static void
cert_count(const struct view *view, size_t row, struct value *value)
{
	(void)row;
	value_unsigned(value, (int64_t)view->mirror->n_certs);
}

static void
ok_count(const struct view *view, size_t row, struct value *value)
{
	(void)row;
	value_unsigned(value, view->totals->certs[STATE_OK]);
}

static void
warning_count(const struct view *view, size_t row, struct value *value)
{
	(void)row;
	value_unsigned(value, view->totals->certs[STATE_WARNING]);
}

static void
critical_count(const struct view *view, size_t row, struct value *value)
{
	(void)row;
	value_unsigned(value, view->totals->certs[STATE_CRITICAL]);
}

static void
unknown_count(const struct view *view, size_t row, struct value *value)
{
	(void)row;
	value_unsigned(value, view->totals->certs[STATE_UNKNOWN]);
}

static void
expired_count(const struct view *view, size_t row, struct value *value)
{
	(void)row;
	value_unsigned(value, view->totals->expired);
}

static void
next_seconds_left(const struct view *view, size_t row, struct value *value)
{
	const struct mirror_cert *next = find_next(view);

	(void)row;
	if (next == NULL)
		value_integer(value, INT32_MAX);
	else
		tables_left(view, true, next->not_after, value);
}

static void
next_not_after(const struct view *view, size_t row, struct value *value)
{
	const struct mirror_cert *next = find_next(view);

	(void)row;
	tables_time(next == NULL ? MIRROR_NO_TIME : next->not_after, value);
}

static void
next_device_name(const struct view *view, size_t row, struct value *value)
{
	const struct mirror_cert *next = find_next(view);

	(void)row;
	tables_text(view->mirror, next == NULL ? 0 : device_of(view, next)->name,
	    value);
}

static void
next_device_index(const struct view *view, size_t row, struct value *value)
{
	const struct mirror_cert *next = find_next(view);

	(void)row;
	value_unsigned(value, next == NULL ? 0 : device_of(view, next)->index);
}

static void
next_cert_index(const struct view *view, size_t row, struct value *value)
{
	const struct mirror_cert *next = find_next(view);

	(void)row;
	value_unsigned(value, next == NULL ? 0 : next->index);
}

static void
job_pending_count(const struct view *view, size_t row, struct value *value)
{
	(void)row;
	value_unsigned(value, view->totals->jobs_pending);
}

static void
job_failed_count(const struct view *view, size_t row, struct value *value)
{
	(void)row;
	value_unsigned(value, view->totals->jobs_failed);
}

static const struct column columns[] = {
	{ SUMMARY_INVENTORY_STATE, inventory_state },
	{ 2, generation },
	{ 3, inventory_time },
	{ SUMMARY_LAST_SCAN_TIME, last_scan_time },
	{ SUMMARY_SECONDS_SINCE_SCAN, seconds_since_scan },
	{ SUMMARY_WORST_STATE, worst_state },
	{ 7, device_count },
	{ 8, device_failed_count },
	{ SUMMARY_DEVICE_STALE_COUNT, device_stale_count },
	{ 10, cert_count },
	{ 11, ok_count },
	{ SUMMARY_WARNING_COUNT, warning_count },
	{ SUMMARY_CRITICAL_COUNT, critical_count },
	{ SUMMARY_UNKNOWN_COUNT, unknown_count },
	{ SUMMARY_EXPIRED_COUNT, expired_count },
	{ 16, next_seconds_left },
	{ 17, next_not_after },
	{ 18, next_device_name },
	{ 19, next_device_index },
	{ 20, next_cert_index },
	{ 21, job_pending_count },
	{ 22, job_failed_count },
};

const struct group summary_group = {
	.name = "amtCertSummary",
	.base = { 1, 1 },
	.n_base = 2,
	.columns = columns,
	.n_columns = sizeof(columns) / sizeof(columns[0]),
	.count = group_count_one,
	.index = group_index_zero,
};
