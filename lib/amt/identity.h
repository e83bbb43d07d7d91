/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who is this device: names, realm, version, UUID, control mode, provisioning
 * state.  AMT_GeneralSettings, IPS_HostBasedSetupService,
 * AMT_SetupAndConfigurationService, CIM_ComputerSystemPackage,
 * CIM_SoftwareIdentity.
 */
#ifndef AMTCERT_AMT_IDENTITY_H
#define AMTCERT_AMT_IDENTITY_H

#include "amt/device.h"
#include "policy/facts.h"

enum {
	IDENTITY_GUID_BYTES = 16
};

/*
 * Names and realm, first of all: the request that logs in. RC_FORMAT when
 * DigestRealm is not the realm of the challenge: then somebody stands between.
 */
enum rc identity_read_names(struct device *device, struct facts *facts,
    struct err *err);

/* The rest; what this firmware does not have is left unknown. */
enum rc identity_read(struct device *device, struct facts *facts, struct err *err);

/* 16 bytes as the firmware stores them to UUID text: the first three groups are
 * little-endian. Source: observed, PlatformGUID and GetUuid of AMT 12; SMBIOS
 * 7.2.1. */
void identity_format_uuid(const uint8_t guid[IDENTITY_GUID_BYTES], char uuid[37]);

/*
 * "15.0.23", 15 and 0 from "Intel(R) Active Management Technology 15.0.23.1706" or
 * from "15.0.23": at most three numbers of the last word. false, and nothing
 * written, when there are not two numbers.
 */
bool identity_parse_version(const char *text, char version[FACTS_TEXT_SIZE],
    int64_t *ret_major, int64_t *ret_minor);

#endif
