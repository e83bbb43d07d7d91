/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a verdict ages: the moments from which on a certificate, or all of a
 * device, is in a worse state.  With them a state of any later day is told
 * without the certificate, the policy or the judges.  Pure functions.
 */
#ifndef AMTCERT_POLICY_AGING_H
#define AMTCERT_POLICY_AGING_H

#include <stdint.h>

#include "policy/policy.h"
#include "policy/verdict.h"

#define AGING_ALWAYS INT64_C(0)
#define AGING_NEVER  INT64_MAX

/* Moments are seconds since 1970; from one on, until a worse one, the state is
 * as its name says. */
struct aging {
	enum state fixed;   /* what does not change with time */
	enum reason reason; /* of fixed; REASON_VALID while that is OK */
	int64_t valid_from; /* before it CRITICAL; AGING_ALWAYS when it has begun */
	int64_t due_at;	    /* renewal; of leaves only, for a person renews a CA */
	int64_t warning_at;
	int64_t critical_at;
	int64_t ends_at;  /* the earliest notAfter */
	int64_t window_s; /* the shortest renewal window of a leaf; 0: none */
};

/* OK for ever. */
void aging_init(struct aging *aging);

/*
 * Of one judged certificate of a verdict that was made with policy at now: its
 * dates and thresholds as moments, its other findings as the fixed state. A
 * threshold that alerts above a number of seconds counts from now on.
 */
void aging_of_judged(const struct verdict *verdict, const struct judged *judged,
    const struct policy *policy, int64_t now, struct aging *ret_aging);

/* Of the findings that are about no judged certificate; only fixed is set. */
void aging_of_device(const struct verdict *verdict, struct aging *ret_aging);

/* The worse of both at every moment. */
void aging_fold(struct aging *aging, const struct aging *other);

/* The state at now, which is not before the moment of judgement. */
enum state aging_state(const struct aging *aging, int64_t now);

/* Why it is in that state, in the reasons of the policy: the word of a table, not more
 * than one. */
enum reason aging_reason(const struct aging *aging, int64_t now);

/* Is this cause a matter of time? Then it is no fixed state. */
bool aging_is_of_time(enum reason reason);

#endif
