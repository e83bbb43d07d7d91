/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a device has to trust so that mutual TLS lets us in: the trusted root that our
 * client certificate ends at.
 */
#ifndef AMTCERT_RENEW_CLIENT_ANCHOR_H
#define AMTCERT_RENEW_CLIENT_ANCHOR_H

#include "renew/renewal.h"

/*
 * Of the operator's anchors, else the self-signed one in the client certificate's own
 * file. RC_CONFIG when there is no client certificate, or no path from it. Caller
 * frees.
 */
enum rc client_anchor_find(const struct renewal *rn, struct cert **ret_anchor,
    struct err *err);

#endif
