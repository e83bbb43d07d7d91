/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The policy in force: amtCertPolicy.
 */
#include <string.h>

#include "snmp/tables.h"

enum {
	TRUTH_TRUE = 1, /* TruthValue of RFC 2579 */
	TRUTH_FALSE = 2
};

static const struct policy *
policy_of(const struct view *view)
{
	return &view->settings->policy;
}

static void
warning_seconds(const struct view *view, size_t row, struct value *value)
{
	(void)row;
	value_unsigned(value, settings_warning_s(view->settings));
}

static void
critical_seconds(const struct view *view, size_t row, struct value *value)
{
	(void)row;
	value_unsigned(value, settings_critical_s(view->settings));
}

static void
stale_seconds(const struct view *view, size_t row, struct value *value)
{
	(void)row;
	value_unsigned(value, policy_of(view)->max_age_s);
}

static void
scan_stall_seconds(const struct view *view, size_t row, struct value *value)
{
	(void)row;
	value_unsigned(value, view->settings->stall_s);
}

static void
expiry_horizon_seconds(const struct view *view, size_t row, struct value *value)
{
	(void)row;
	value_unsigned(value, view->settings->horizon_s);
}

static void
expiry_row_limit(const struct view *view, size_t row, struct value *value)
{
	(void)row;
	value_unsigned(value, view->settings->expiry_rows);
}

static void
notify_enable(const struct view *view, size_t row, struct value *value)
{
	(void)row;
	value_integer(value, view->settings->notify ? TRUTH_TRUE : TRUTH_FALSE);
}

static void
notify_max_per_minute(const struct view *view, size_t row, struct value *value)
{
	(void)row;
	value_unsigned(value, view->settings->notify_per_minute);
}

static void
policy_rule(const struct view *view, size_t row, struct value *value)
{
	(void)row;
	value_octets(value, view->settings->policy_name,
	    strlen(view->settings->policy_name));
}

static const struct column columns[] = {
	{ 1, warning_seconds },
	{ 2, critical_seconds },
	{ 3, stale_seconds },
	{ 4, scan_stall_seconds },
	{ 5, expiry_horizon_seconds },
	{ 6, expiry_row_limit },
	{ 7, notify_enable },
	{ 8, notify_max_per_minute },
	{ 9, policy_rule },
};

const struct group policy_group = {
	.name = "amtCertPolicy",
	.base = { 1, 2 },
	.n_base = 2,
	.columns = columns,
	.n_columns = sizeof(columns) / sizeof(columns[0]),
	.count = group_count_one,
	.index = group_index_zero,
};
