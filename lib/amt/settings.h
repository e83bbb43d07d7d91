/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The TLS settings of a device, network and local.  AMT_TLSSettingData.
 */
#ifndef AMTCERT_AMT_SETTINGS_H
#define AMTCERT_AMT_SETTINGS_H

#include "amt/device.h"
#include "policy/facts.h"

/* Both instances, by name: their order differs (observed). One that this
 * firmware does not have, or that the account may not see, stays unknown. */
enum rc settings_read_tls(struct device *device, struct facts *facts, struct err *err);

#endif
