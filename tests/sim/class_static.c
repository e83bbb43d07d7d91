/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Classes that clients read on their way and that never change here.
 * Source: captures of the same names.
 */
#include "class.h"

/* clang-format off */
static const struct class_prop crypto_props[] = {
	{ "ElementName", "Intel(r) AMT: Cryptographic Capabilities" },
	{ "HardwareAcceleration", "1" },
	{ "InstanceID", "Intel(r) AMT: Cryptographic Capabilities 0" },
	{ NULL, NULL },
};

static const struct class_prop record_props[] = {
	{ "CurrentNumberOfRecords", "1" },
	{ "ElementName", "Intel(r) AMT Provisioning Record Log" },
	{ "EnabledState", "2" },
	{ "HealthState", "0" },
	{ "InstanceID", "Intel(r) AMT: RecordLog 1" },
	{ "LogState", "4" },
	{ "MaxNumberOfRecords", "1" },
	{ "Name", "Intel(r) AMT Provisioning Record Log" },
	{ "OverwritePolicy", "2" },
	{ "RequestedState", "12" },
	{ NULL, NULL },
};
/* clang-format on */

const struct class class_static[] = {
	{
	    .name = "AMT_CryptographicCapabilities",
	    .bases = "CIM_Capabilities",
	    .props = crypto_props,
	},
	{
	    .name = "IPS_ProvisioningRecordLog",
	    .common = true,
	    .props = record_props,
	},
	/* Base classes: an Enumerate lists what derives from them. */
	{ .name = "CIM_Capabilities", .count = class_none },
	{ .name = "CIM_Credential", .common = true, .count = class_none },
	{ .name = "CIM_LogicalDevice", .common = true, .count = class_none },
	{ .name = "CIM_RedirectionService", .common = true, .count = class_none },
	{ .name = "CIM_RemoteServiceAccessPoint", .common = true, .count = class_none },
	{ .name = "CIM_Service", .common = true, .count = class_none },
	{ .name = "CIM_SettingData", .count = class_none },
	{ .name = NULL },
};
