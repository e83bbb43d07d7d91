/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The same result for programs: one JSON object in one line, in place of all that a
 * plugin prints for people.  Its names are an interface: they change only with a
 * major version.
 */
#ifndef AMTCERT_PLUGIN_REPORT_JSON_H
#define AMTCERT_PLUGIN_REPORT_JSON_H

#include "plugin/report.h"

enum {
	REPORT_JSON_MAX_BYTES = 8 * 1024 * 1024 /* 4096 findings fit */
};

/*
 * Append the object and a line feed. output has the state and the text of the status
 * line; rc is RC_OK, or what kept us from a verdict, whose findings then hold what is
 * known in spite of it. RC_NOMEM, RC_LIMIT.
 */
enum rc report_json(struct buf *out, const struct output *output,
    const struct report *report, enum rc rc);

#endif
