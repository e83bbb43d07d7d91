/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two tables of the TLS renewal: the way there, and the way back when the
 * new certificate is not proved.  Both are worked off by renew/step.h.
 */
#ifndef AMTCERT_RENEW_TLS_STEPS_H
#define AMTCERT_RENEW_TLS_STEPS_H

#include "renew/renewal.h"

extern const struct step tls_steps[];
extern const struct step tls_steps_back[];

/* Was the new certificate committed for certain, when the journal stands there? */
bool tls_steps_has_committed(const char *step, bool is_done);

/* Was it proved? */
bool tls_steps_has_proved(const char *step, bool is_done);

/* May the new certificate have been bound once this step was begun? */
bool tls_steps_may_have_bound(const char *step);

#endif
