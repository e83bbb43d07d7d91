/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two tables of the 802.1X renewal: the way there, and the way back.  All settings
 * that use the old certificate are given the new one.
 */
#ifndef AMTCERT_RENEW_DOT1X_STEPS_H
#define AMTCERT_RENEW_DOT1X_STEPS_H

#include "renew/renewal.h"

extern const struct step dot1x_steps[];
extern const struct step dot1x_steps_back[];

/* May the new certificate have been bound once this step was begun? */
bool dot1x_steps_may_have_bound(const char *step);

/* Was it proved, when the journal stands there? */
bool dot1x_steps_has_proved(const char *step, bool is_done);

/* Do settings use the old, the new certificate of the run? */
bool dot1x_steps_uses_old(const struct renewal *rn);
bool dot1x_steps_uses_new(const struct renewal *rn);

#endif
