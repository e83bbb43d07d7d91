/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The output of a plugin: one status line, perfdata at its end, long lines after
 * it.  Holds the promises that Nagios' and Icinga's parsers need whatever is put
 * in: one "|" at most, no control characters but our line feeds, the state's word
 * once, OUTPUT_MAX_BYTES at most.
 * Source: Monitoring Plugins development guidelines, "plugin output".
 */
#ifndef AMTCERT_PLUGIN_OUTPUT_H
#define AMTCERT_PLUGIN_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "plugin/perfdata.h"
#include "policy/state.h"

enum {
	OUTPUT_MAX_BYTES = 4096,
	OUTPUT_LINE_AIM = 79,	/* columns that fit a pager */
	OUTPUT_TEXT_MAX = 1024, /* of the status line, before perfdata */
	OUTPUT_PERFDATA_MAX = 2048,
	OUTPUT_LINE_MAX = 512, /* of a long line */
};

/* Zeroed, then output_init; clear with output_clear. */
struct output {
	const char *service; /* "AMT_TLS" */
	enum state state;
	struct buf text;
	struct buf perfdata;
	struct buf lines;
	size_t n_pairs_left_out;
	size_t n_lines_left_out;
};

void output_init(struct output *output, const char *service);
void output_clear(struct output *output);

/* Append to the information of the status line. Parts that come from outside are
 * made printable; markup in them is escaped by the caller (text_printable). */
void output_add(struct output *output, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The same for a message of struct err: all markup in it is escaped. */
void output_add_message(struct output *output, const char *message);

/* Columns of the status line so far, the service and the longest state in front
 * of it counted, perfdata not. */
size_t output_width(const struct output *output);

/* One long line. One that does not fit any more is counted. */
void output_line(struct output *output, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* One pair of perfdata. One that does not fit, or whose label is there already, is
 * counted. */
void output_perfdata(struct output *output, const struct perfdata *perfdata,
    enum perf_thresholds thresholds);

/* The whole, ending in a line feed. RC_NOMEM. */
enum rc output_format(const struct output *output, struct buf *out);

#endif
