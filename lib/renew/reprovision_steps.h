/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two tables of a reprovisioning, and the settings that its steps write.
 */
#ifndef AMTCERT_RENEW_REPROVISION_STEPS_H
#define AMTCERT_RENEW_REPROVISION_STEPS_H

#include "renew/renewal.h"

extern const struct step reprovision_steps[];
extern const struct step reprovision_steps_back[];

/* As prepare_step of struct procedure. */
enum rc reprovision_prepare(struct renewal *rn, const struct step *step,
    struct err *err);

/* bound, committed and closing, as the journal stands. */
void reprovision_place(struct renewal *rn);

/* Callbacks and helpers of both tables; ctx is a struct renewal. */
void reprovision_plan_settings(const void *ctx, struct plan *plan);
enum rc reprovision_put_settings(struct renewal *rn, bool is_enabled, bool is_mutual,
    bool accepts_non_secure, struct err *err);

#endif
