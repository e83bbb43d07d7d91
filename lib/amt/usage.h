/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Credential contexts: which certificate serves what.  AMT_TLSCredentialContext
 * and its kin for 802.1X, Wi-Fi and CIRA, and AMT_8021XProfile, which refers to
 * certificates without a context.
 */
#ifndef AMTCERT_AMT_USAGE_H
#define AMTCERT_AMT_USAGE_H

#include "amt/device.h"
#include "policy/facts.h"

/*
 * Set usage of every certificate in facts, has_tls_context and tls_context_cert.
 * Classes that this firmware does not have name nothing; any other failure is an
 * error, since a usage that was missed makes a certificate look unused. With no
 * certificate in facts only the TLS context is read.
 */
enum rc usage_read(struct device *device, struct facts *facts, struct err *err);

#endif
