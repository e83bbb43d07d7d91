/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A result as the JSON that Icinga's process-check-result takes.  Private to this
 * room.
 */
#ifndef AMTCERT_SCAN_ICINGA_BODY_H
#define AMTCERT_SCAN_ICINGA_BODY_H

#include "base/buf.h"
#include "scan/passive.h"

enum {
	ICINGA_BODY_MAX_BYTES = 32 * 1024
};

/*
 * Append the object: service, exit_status, plugin_output without perfdata,
 * performance_data as a list of pairs. No moment is given: the core takes its own,
 * and drops what it thinks older than what it has. RC_NOMEM, RC_LIMIT.
 */
enum rc icinga_body_format(struct buf *out, const struct passive_result *result);

#endif
