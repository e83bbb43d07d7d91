/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Renew the client certificate by which a device logs in to an 802.1X network, wired
 * and wireless.  No handshake shows it: the proof is the store and the settings, read
 * back byte for byte over a fresh session.
 */
#ifndef AMTCERT_RENEW_RENEW_8021X_H
#define AMTCERT_RENEW_RENEW_8021X_H

#include "renew/procedure.h"

/* What --force may override. */
enum {
	RENEW_8021X_FORCE_NOT_DUE = 1 << 0,
	RENEW_8021X_FORCE_NAMES = 1 << 1,
};

/* "not-due", "names" */
extern const struct procedure renew_8021x;

#endif
