/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Make a device manageable again whose TLS is expired, off, or was never set up: clock,
 * key pair and certificate, the anchor of mutual TLS, and the settings in two
 * commits: TLS beside the plain port, and once that is proved, TLS alone.
 * Source: Intel AMT SDK, "Certificate Management", AMT_TLSSettingData.
 */
#ifndef AMTCERT_RENEW_REPROVISION_H
#define AMTCERT_RENEW_REPROVISION_H

#include "renew/procedure.h"

/* What --force may override: "not-due". */
enum reprovision_force {
	REPROVISION_FORCE_NOT_DUE = 1 << 0,
};

/* What has to be done. Bits of needs in struct renewal. */
enum reprovision_need {
	REPROVISION_CLOCK = 1 << 0,
	REPROVISION_CERT = 1 << 1,
	REPROVISION_TLS = 1 << 2,    /* switch it on */
	REPROVISION_ANCHOR = 1 << 3, /* a trusted root for mutual TLS */
};

extern const struct procedure reprovision_tls;

#endif
