/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a core tells its event handler, as options: the alert of policy/alert.h, and
 * what is for the log or tells which device it is.
 */
#ifndef AMTCERT_REMEDIATE_EVENT_H
#define AMTCERT_REMEDIATE_EVENT_H

#include <stdint.h>

#include "base/buf.h"
#include "base/opt.h"
#include "plugin/nagios_status.h"
#include "policy/alert.h"

enum {
	EVENT_UUID_SIZE = 37,
};

extern const struct opt event_options[];

/* Zeroed before; texts are lent. */
struct event {
	struct alert alert;
	const char *status_file; /* of Nagios */
	const char *output;	 /* of the check */
	const char *uuid_given;
	char uuid[EVENT_UUID_SIZE]; /* lower case; "" unless given */
	struct nagios_status status;
};

/* RC_NOTFOUND, err as it was, for an option of another table. A value is looked at
 * later: what is wrong with it is a reason not to queue, not wrong usage. */
enum rc event_take(struct event *event, const struct opt *opt, const char *value);

/* Add what Nagios wrote down, at now: errors of nagios_status_read(). */
enum rc event_complete(struct event *event, int64_t now, struct err *err);

/* May a remedy follow? Else why says what is against it, in one printable line. */
bool event_passes(struct event *event, char why[ALERT_WHY_SIZE]);

/* "host service state type attempt" and the output, printable, "-" for what is not
 * there. */
void event_format(struct buf *out, const struct event *event);

#endif
