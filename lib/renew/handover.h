/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What people, and consoles that pin a certificate, need to know of one that took
 * another's place: both fingerprints, and the pin that follows.
 */
#ifndef AMTCERT_RENEW_HANDOVER_H
#define AMTCERT_RENEW_HANDOVER_H

#include "renew/renewal.h"

/* "fingerprint sha256:OLD -> sha256:NEW" ("none" for no old one), and the line below. */
void handover_tell(const struct renewal *rn, struct buf *out);

/* "pin sha256:OLD -> sha256:NEW" when the configuration names another key than this
 * certificate has by now; else nothing. */
void handover_tell_pin(const struct target *target, const struct cert *cert,
    struct buf *out);

#endif
