/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the two dates of a certificate mean at one moment, without the certificate:
 * for who has the dates only, such as a reader of the inventory.
 */
#ifndef AMTCERT_POLICY_PERIOD_H
#define AMTCERT_POLICY_PERIOD_H

#include <stdint.h>

#include "policy/policy.h"
#include "policy/verdict.h"

/*
 * REASON_PERIOD_REVERSED, REASON_EXPIRED or REASON_NOT_YET_VALID outside the
 * period, whatever the thresholds say; by thresholds when the policy has some:
 * REASON_THRESHOLD_CRITICAL, REASON_THRESHOLD_WARNING, REASON_VALID; else by its
 * rule: REASON_FLOOR, REASON_DUE, REASON_IN_GRACE, REASON_VALID.
 * Source: RFC 5280 4.1.2.5, notAfter itself is still valid.
 */
enum reason period_reason(const struct policy *policy, int64_t not_before,
    int64_t not_after, int64_t now);

/* The state that goes with it: OK, WARNING or CRITICAL. */
enum state period_state(const struct policy *policy, int64_t not_before,
    int64_t not_after, int64_t now);

#endif
