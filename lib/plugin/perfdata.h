/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One value with its thresholds as Nagios reads it:
 * label=value[uom];warning;critical;min;max.  A value of this suite is a time in
 * seconds, or a number of things.
 * Source: Monitoring Plugins development guidelines, "performance data".
 */
#ifndef AMTCERT_PLUGIN_PERFDATA_H
#define AMTCERT_PLUGIN_PERFDATA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "policy/range.h"

enum {
	PERFDATA_LABEL_MAX = 19 /* what RRD keeps apart */
};

/* How thresholds are written. */
enum perf_thresholds {
	PERF_RANGES, /* as the guideline says: "3628800:" */
	PERF_PLAIN,  /* the bare lower end, or the upper one of a range that has it:
		      * Icinga's metric writers store no ranges */
};

struct perfdata {
	const char *label; /* [a-z0-9_]{1,19} */
	bool is_count;	  /* things, not seconds: no unit, and the fields below count */
	int64_t value_ms; /* thousandths of a second; negative stays negative */
	const struct range *warning; /* in seconds; NULL: none */
	const struct range *critical;
	bool has_min;
	bool has_max;
	int64_t min_s;
	int64_t max_s;
};

bool perfdata_is_label(const char *label);

/* Append one pair; empty fields at its end are left out. RC_INTERNAL for a label
 * that is none. */
enum rc perfdata_format(struct buf *out, const struct perfdata *perfdata,
    enum perf_thresholds thresholds, struct err *err);

#endif
