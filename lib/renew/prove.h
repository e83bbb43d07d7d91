/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Proof that a certificate is in use: a fresh handshake presents it byte for byte,
 * its path and name verify, dates included, and a login over a fresh connection
 * is answered.  So it is on the port of serial and disk redirection, where that is
 * open.
 */
#ifndef AMTCERT_RENEW_PROVE_H
#define AMTCERT_RENEW_PROVE_H

#include "renew/renewal.h"

/* Of the new certificate. RC_STATE with the cause when there is no proof; errors
 * of the connection, which prove nothing. */
enum rc prove_new(struct renewal *rn, struct err *err);

/* Did the look that came last find the new one served, and nothing wrong with it? */
bool prove_is_foreseen(const struct renewal *rn);

/* Of the old one, after the way back: served as before, and a login works. */
enum rc prove_old(struct renewal *rn, struct err *err);

#endif
