/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every number behind a verdict, so that a person can work it out again.
 */
#ifndef AMTCERT_PLUGIN_EXPLAIN_H
#define AMTCERT_PLUGIN_EXPLAIN_H

#include "plugin/output.h"
#include "policy/verdict.h"

/* Long lines for one judged certificate: its dates, each number with the sum it
 * comes from, and what follows from them at now. */
void explain_judged(struct output *output, const struct judged *judged,
    const struct policy *policy, int64_t now);

#endif
