/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host of the steps of every remedy; its context is struct renewal.
 */
#ifndef AMTCERT_RENEW_HOST_H
#define AMTCERT_RENEW_HOST_H

#include "renew/renewal.h"

extern const struct step_host renewal_host;

#endif
