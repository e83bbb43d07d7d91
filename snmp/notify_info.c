/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the agent counts about its notifications: amtCertNotifyInfo.
 */
#include "snmp/tables.h"

static void
sent(const struct view *view, size_t row, struct value *value)
{
	(void)row;
	value_counter(value, view->n_sent);
}

static void
suppressed(const struct view *view, size_t row, struct value *value)
{
	(void)row;
	value_counter(value, view->n_suppressed);
}

static const struct column columns[] = {
	{ 1, sent },
	{ NOTIFY_SUPPRESSED, suppressed },
};

const struct group notify_group = {
	.name = "amtCertNotifyInfo",
	.base = { 1, 3 },
	.n_base = 2,
	.columns = columns,
	.n_columns = sizeof(columns) / sizeof(columns[0]),
	.count = group_count_one,
	.index = group_index_zero,
};
