/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Set the clock of a device by ours.
 */
#ifndef AMTCERT_RENEW_SYNC_CLOCK_H
#define AMTCERT_RENEW_SYNC_CLOCK_H

#include "renew/procedure.h"

extern const struct procedure sync_clock;

#endif
