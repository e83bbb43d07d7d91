/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which settings of 802.1X use which certificates, in the generations of classes that
 * exist side by side: IPS_IEEE8021xSettings (wired), AMT_8021XProfile (wired, older)
 * and CIM_IEEE8021xSettings (one per Wi-Fi profile).
 */
#ifndef AMTCERT_AMT_DOT1X_H
#define AMTCERT_AMT_DOT1X_H

#include "amt/device.h"
#include "policy/facts.h"

enum {
	DOT1X_USES_MAX = 20 /* firmware holds 16 Wi-Fi profiles */
};

enum dot1x_kind {
	DOT1X_WIRED,
	DOT1X_WIRED_OLD,
	DOT1X_WIRELESS
};

/* Settings that name a certificate. */
struct dot1x_use {
	enum dot1x_kind kind;
	char settings[FACTS_INSTANCE_SIZE]; /* their InstanceID */
	char client[FACTS_INSTANCE_SIZE];   /* InstanceIDs of certificates; "" none */
	char root[FACTS_INSTANCE_SIZE];
};

struct dot1x {
	struct dot1x_use uses[DOT1X_USES_MAX];
	size_t n;
};

/*
 * Read them. facts holds the store, which tells a client certificate from a root.
 * Classes that this firmware does not have name nothing. RC_LIMIT past
 * DOT1X_USES_MAX. *ret is untouched on failure.
 */
enum rc dot1x_read(struct device *device, const struct facts *facts, struct dot1x *ret,
    struct err *err);

/* The name of a Wi-Fi profile, or "" for wired; lent. */
const char *dot1x_profile_name(const struct dot1x_use *use);

#endif
