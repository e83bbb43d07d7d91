/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host of the steps of a TLS renewal; its context is struct renewal.
 */
#ifndef AMTCERT_RENEW_TLS_HOST_H
#define AMTCERT_RENEW_TLS_HOST_H

#include "renew/renewal.h"

extern const struct step_host tls_host;

#endif
