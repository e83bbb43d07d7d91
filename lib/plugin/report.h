/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A verdict in the words of a plugin: status line, perfdata, long lines by
 * verbosity.
 */
#ifndef AMTCERT_PLUGIN_REPORT_H
#define AMTCERT_PLUGIN_REPORT_H

#include "plugin/output.h"
#include "plugin/rc_state.h"
#include "policy/verdict.h"

struct report {
	const char *name; /* of the device; NULL: about none */
	const struct facts *facts;
	const struct verdict *verdict;
	const struct policy *policy;
	int64_t now;
	int verbosity; /* 0..3 */
	bool explain;
	enum perf_thresholds thresholds;
};

/* Sets the state of output and adds all but the perfdata of the run itself. */
void report_verdict(struct output *output, const struct report *report);

/* What is known in spite of a failure that was told already: how long the
 * certificate that ends first has left, and its perfdata. The state becomes the
 * worse of both. Nothing when the verdict is empty. */
void report_rest(struct output *output, const struct report *report);

/*
 * A reading that came to r, as a check tells it: the verdict, or the failure and what
 * is known in spite of it. choice: what a failure is to the operator.
 */
void report_result(struct output *output, const struct report *report, enum rc r,
    const struct err *err, const struct rc_choice *choice);

/* The pair "time": what the run took, of what it was allowed. */
void report_time(struct output *output, int64_t elapsed_ms, int64_t timeout_s,
    enum perf_thresholds thresholds);

#endif
