/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One pair of perfdata as text.  Labels need no quotes, numbers have a point and
 * never a comma, ranges are those of the guideline or bare ends.
 */
#include "plugin/perfdata.h"

#include <string.h>

enum {
	MS_PER_S = 1000,
	FIELD_SIZE = 96
};

bool
perfdata_is_label(const char *label)
{
	size_t len = strspn(label, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return len > 0 && len <= PERFDATA_LABEL_MAX && label[len] == '\0';
}

static void
add_value(struct buf *out, int64_t value_ms, const char *unit)
{
	/* INT64_MIN has no opposite, its parts have. */
	int64_t s = value_ms / MS_PER_S, ms = value_ms % MS_PER_S;

	if (ms == 0) {
		(void)buf_addf(out, "%lld%s", (long long)s, unit);
		return;
	}
	(void)buf_addf(out, "%s%lld.%03lld%s", value_ms < 0 ? "-" : "",
	    (long long)(s < 0 ? -s : s), (long long)(ms < 0 ? -ms : ms), unit);
}

/* The end that a graph can show as a line. */
static struct range
plain_end(const struct range *range)
{
	struct range plain = { .has_start = true, .has_end = true };

	plain.end = range->has_end ? range->end : range->start;
	return plain;
}

/* What RANGE 0:x is written as is x. */
static void
add_threshold(struct buf *out, const struct range *range,
    enum perf_thresholds thresholds)
{
	struct range plain;

	if (range == NULL ||
	    (thresholds == PERF_PLAIN && !range->has_start && !range->has_end))
		return;
	if (thresholds == PERF_RANGES) {
		(void)range_format(out, range);
		return;
	}
	plain = plain_end(range);
	(void)range_format(out, &plain);
}

enum rc
perfdata_format(struct buf *out, const struct perfdata *perfdata,
    enum perf_thresholds thresholds, struct err *err)
{
	size_t end;

	if (!perfdata_is_label(perfdata->label))
		return err_set(err, RC_INTERNAL, "perfdata: %.40s: not a label",
		    perfdata->label);
	(void)buf_addf(out, "%s=", perfdata->label);
	add_value(out, perfdata->value_ms, perfdata->is_count ? "" : "s");
	end = out->len;
	(void)buf_add_char(out, ';');
	add_threshold(out, perfdata->warning, thresholds);
	(void)buf_add_char(out, ';');
	add_threshold(out, perfdata->critical, thresholds);
	(void)buf_add_char(out, ';');
	if (perfdata->has_min)
		(void)buf_addf(out, "%lld", (long long)perfdata->min_s);
	(void)buf_add_char(out, ';');
	if (perfdata->has_max)
		(void)buf_addf(out, "%lld", (long long)perfdata->max_s);
	if (out->rc != RC_OK)
		return err_set(err, out->rc, "perfdata: %s", rc_text(out->rc));
	while (out->len > end && out->data[out->len - 1] == ';')
		buf_truncate(out, out->len - 1);
	return RC_OK;
}
