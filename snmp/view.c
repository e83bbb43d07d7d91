/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Differences of time in a view.
 */
#include "snmp/view.h"

int64_t
view_since_s(const struct view *view, int64_t earlier)
{
	int64_t since_s;

	if (__builtin_sub_overflow(view->now, earlier, &since_s))
		return view->now < 0 ? 0 : INT64_MAX;
	return since_s > 0 ? since_s : 0;
}
