/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bind a certificate to 802.1X.  Takes effect at once, without a commit.  Errors and
 * ret_status are as amt/change.h says.
 */
#ifndef AMTCERT_AMT_CHANGE_DOT1X_H
#define AMTCERT_AMT_CHANGE_DOT1X_H

#include "amt/device.h"
#include "amt/dot1x.h"

/*
 * Let these settings use that client certificate; their root, and all else, stays. By
 * IPS_IEEE8021xSettings.SetCertificates, Put of AMT_8021XProfile as it was read, or
 * AMT_WiFiPortConfigurationService.UpdateWiFiSettings, whose numbers become those of
 * PT_STATUS. RC_STATE for a profile whose protocol needs a password, which no Get
 * shows and a Put would lose, and for a Wi-Fi profile without a name.
 */
enum rc change_bind_dot1x(struct device *device, const struct dot1x_use *use,
    const char *cert_instance_id, int *ret_status, struct err *err);

#endif
