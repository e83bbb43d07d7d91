/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The step that sets the device's clock, for every remedy that needs it right: the
 * callbacks of its row; ctx is a struct renewal.  A procedure with it watches
 * STALE_CLOCK.
 * Source: Intel AMT SDK, "Time Synchronization".
 */
#ifndef AMTCERT_RENEW_CLOCK_STEPS_H
#define AMTCERT_RENEW_CLOCK_STEPS_H

#include "renew/renewal.h"

enum {
	CLOCK_RESIDUAL_S = 2,	/* what is left of the difference: both count seconds */
	CLOCK_BEHIND_S = 5 * 60 /* what ca/accept.h grants */
};

/* By the newest reading: off by no more than CLOCK_RESIDUAL_S, or than can be
 * measured over this connection? false when the clock could not be read. */
bool clock_steps_is_right(const void *ctx);

void clock_steps_plan(const void *ctx, struct plan *plan);

/* Ask for the time once more, then set it. Read back by the look that follows. */
enum rc clock_steps_set(void *ctx, struct err *err);

/* Is the device so far behind that it would take a certificate of today for one of
 * the future? Not when its clock is not known. */
bool clock_steps_is_behind(const struct renewal *rn);

#endif
