/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a remedy is going to do, as a list that can be printed: steps, and under
 * each the writes to the device.  Made by renew/step.h from the very table that
 * is run, so that the dry run's list of writes equals the wet run's.
 */
#ifndef AMTCERT_RENEW_PLAN_H
#define AMTCERT_RENEW_PLAN_H

#include <stddef.h>

#include "base/buf.h"
#include "base/rc.h"
#include "policy/facts.h"

enum {
	PLAN_LINES_MAX = 128
};

/* A step (class_name NULL) or a write below it. */
struct plan_line {
	const char *step; /* name; lent */
	const char *text; /* lent */
	const char *class_name;
	const char *method;
	char selector[FACTS_INSTANCE_SIZE]; /* InstanceID written to; "" none */
};

/* Zeroed is empty. More than PLAN_LINES_MAX lines stick as RC_LIMIT. */
struct plan {
	struct plan_line lines[PLAN_LINES_MAX];
	size_t n;
	enum rc rc;
};

void plan_add_step(struct plan *plan, const char *name, const char *text);

/* A write of the step added last. selector may be NULL. */
void plan_add_write(struct plan *plan, const char *class_name, const char *method,
    const char *selector);

/* How many writes there are. */
size_t plan_count_writes(const struct plan *plan);

/*
 * Append the plan for people, a line each: numbered steps, and
 * "write CLASS METHOD [SELECTOR]" indented below.
 */
enum rc plan_format(const struct plan *plan, struct buf *out);

#endif
