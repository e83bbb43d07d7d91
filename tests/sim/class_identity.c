/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who the device is and in which state: setup, clock, versions.
 * Source: protocol notes 3.7, 3.8, 3.10; captures of the same names.
 */
#include <ctype.h>
#include <string.h>

#include <openssl/rand.h>

#include "audit.h"
#include "class.h"
#include "device.h"
#include "firmware.h"
#include "kept.h"
#include "pki.h"

enum {
	VERSION_SIZE = 64,
};

static void
fill_setup(struct device *dev, size_t index, struct inst *inst)
{
	static const unsigned char otp[32] = { 0 };

	(void)index;
	inst_int(inst, "ProvisioningMode", dev->control_mode == 1 ? 4 : 1);
	inst_base64(inst, "ProvisioningServerOTP", otp, sizeof(otp));
	inst_int(inst, "ProvisioningState", dev->provisioned ? 2 : 0);
}

static int64_t
get_uuid(struct class_call *call)
{
	inst_base64(&call->out, "UUID", call->dev->uuid, UUID_BYTES);
	return PT_SUCCESS;
}

static int64_t
commit_changes(struct class_call *call)
{
	return firmware_commit(call->dev);
}

static int64_t
unprovision(struct class_call *call)
{
	firmware_unprovision(call->dev);
	return PT_SUCCESS;
}

/* 8 to 32 characters of every kind; "_" counts as a letter. */
static bool
is_strong(const char *password)
{
	bool has_digit = false;
	bool has_lower = false;
	bool has_upper = false;
	bool has_special = false;

	for (const char *p = password; *p != '\0'; p++) {
		if (*p < 32 || *p > 126 || strchr(":,\"", *p) != NULL)
			return false;
		has_digit = has_digit || (*p >= '0' && *p <= '9');
		has_lower = has_lower || (*p >= 'a' && *p <= 'z');
		has_upper = has_upper || (*p >= 'A' && *p <= 'Z');
		has_special = has_special || (strchr("_", *p) == NULL && ispunct(*p));
	}
	return strlen(password) >= 8 && strlen(password) <= 32 && has_digit &&
	    has_lower && has_upper && has_special;
}

static int64_t
set_mebx_password(struct class_call *call)
{
	char password[SOAP_VALUE_SIZE] = "";

	if (call->dev->control_mode == 1)
		return PT_NOT_PERMITTED;
	(void)soap_child_text(call->input, "Password", password, sizeof(password));
	return is_strong(password) ? PT_SUCCESS : PT_INVALID_PASSWORD;
}

/* Host-based setup is for a PC that is not provisioned, over its local port. */
static int64_t
refuse_setup(struct class_call *call)
{
	(void)call;
	return PT_INVALID_PROVISIONING_STATE;
}

static void
fill_host_setup(struct device *dev, size_t index, struct inst *inst)
{
	unsigned char nonce[20] = { 0 };

	(void)index;
	(void)RAND_bytes(nonce, sizeof(nonce));
	inst_int(inst, "AllowedControlModes", 2);
	inst_int(inst, "AllowedControlModes", 1);
	inst_base64(inst, "ConfigurationNonce", nonce, sizeof(nonce));
	inst_int(inst, "CurrentControlMode", dev->control_mode);
}

static int64_t
get_time(struct class_call *call)
{
	inst_int(&call->out, "Ta0", rtc_now(&call->dev->rtc));
	return PT_SUCCESS;
}

static int64_t
set_time(struct class_call *call)
{
	struct device *dev = call->dev;
	int64_t ta0 = 0;
	int64_t tm1 = 0;
	int64_t tm2 = 0;
	unsigned char seconds[4];
	uint32_t now = 0;

	if (!soap_child_int(call->input, "Ta0", &ta0) ||
	    !soap_child_int(call->input, "Tm1", &tm1) ||
	    !soap_child_int(call->input, "Tm2", &tm2)) {
		call->fault = FAULT_SCHEMA;
		return PT_INVALID_PARAMETER;
	}
	if (!firmware_write_flash(dev))
		return PT_FLASH_WRITE_LIMIT_EXCEEDED;
	if (!rtc_synchronize(&dev->rtc, ta0, tm1, tm2))
		return PT_INVALID_TIME;
	kept_set(dev, call->class, 0, "TimeSource", "1");
	now = (uint32_t)rtc_now(&dev->rtc);
	for (size_t i = 0; i < sizeof(seconds); i++)
		seconds[i] = (unsigned char)(now >> (24 - 8 * i));
	audit_add(dev, AUDIT_TIME_SET, seconds, sizeof(seconds));
	return PT_SUCCESS;
}

/* LocalTimeSyncEnabled: 1 configured true, 2 false. */
static int64_t
set_local_sync(struct class_call *call)
{
	bool enable = false;

	if (!soap_child_bool(call->input, "Enable", &enable)) {
		call->fault = FAULT_SCHEMA;
		return PT_INVALID_PARAMETER;
	}
	kept_set(call->dev, call->class, 0, "LocalTimeSyncEnabled", enable ? "1" : "2");
	return PT_SUCCESS;
}

/* The items of one device, with a fixed text or the version in part. */
enum version_part {
	VERSION_CORE,
	VERSION_BUILD,
	VERSION_FIXED
};

static const struct {
	const char *id;
	enum version_part part;
	const char *text;
} identities[] = {
	{ "Flash", VERSION_CORE, NULL },
	{ "Netstack", VERSION_CORE, NULL },
	{ "AMTApps", VERSION_CORE, NULL },
	{ "AMT", VERSION_CORE, NULL },
	{ "Sku", VERSION_FIXED, "16392" },
	{ "VendorID", VERSION_FIXED, "8086" },
	{ "Build Number", VERSION_BUILD, NULL },
	{ "Recovery Version", VERSION_CORE, NULL },
	{ "Recovery Build Num", VERSION_BUILD, NULL },
	{ "Legacy Mode", VERSION_FIXED, "False" },
	{ "AMT FW Core Version", VERSION_CORE, NULL },
};

static size_t
count_identities(const struct device *dev)
{
	(void)dev;
	return sizeof(identities) / sizeof(identities[0]);
}

static void
fill_identity(struct device *dev, size_t index, struct inst *inst)
{
	char core[VERSION_SIZE] = "";
	char build[VERSION_SIZE] = "";
	const char *text = identities[index].text;

	device_version_parts(dev, core, sizeof(core), build, sizeof(build));
	if (identities[index].part == VERSION_CORE)
		text = core;
	else if (identities[index].part == VERSION_BUILD)
		text = build;
	inst_text(inst, "InstanceID", identities[index].id);
	inst_bool(inst, "IsEntity", true);
	inst_text(inst, "VersionString", text);
}

static void
fill_package(struct device *dev, size_t index, struct inst *inst)
{
	struct buf guid = { 0 };

	(void)index;
	epr_add(inst_epr(inst, "Antecedent", "CIM_Chassis", "CreationClassName",
		    "CIM_Chassis"),
	    "Tag", "CIM_Chassis");
	epr_add(inst_epr(inst, "Dependent", "CIM_ComputerSystem", "CreationClassName",
		    "CIM_ComputerSystem"),
	    "Name", "ManagedSystem");
	buf_init(&guid, 64);
	for (size_t i = 0; i < UUID_BYTES; i++)
		buf_addf(&guid, "%02X", dev->uuid[i]);
	inst_text(inst, "PlatformGUID", buf_str(&guid));
	buf_clear(&guid);
}

/* clang-format off */
static const struct class_prop setup_props[] = {
	{ "CreationClassName", "AMT_SetupAndConfigurationService" },
	{ "ElementName", "Intel(r) AMT Setup and Configuration Service" },
	{ "EnabledState", "5" },
	{ "Name", "Intel(r) AMT Setup and Configuration Service" },
	{ "PasswordModel", "1" },
	{ "RequestedState", "12" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" },
	{ "ZeroTouchConfigurationEnabled", "true" },
	{ NULL, NULL },
};

static const char *const setup_optional[] = { "ConfigurationServerFQDN", NULL };

static const struct class_method setup_methods[] = {
	{ "CommitChanges", commit_changes, NULL, NULL, false },
	{ "GetUuid", get_uuid, NULL, NULL, true },
	{ "Unprovision", unprovision, "ProvisioningMode", NULL, false },
	{ "PartialUnprovision", unprovision, NULL, NULL, false },
	{ "SetMEBxPassword", set_mebx_password, "Password", NULL, false },
	{ NULL, NULL, NULL, NULL, false },
};

static const struct class_prop host_setup_props[] = {
	{ "CertChainStatus", "0" },
	{ "CreationClassName", "IPS_HostBasedSetupService" },
	{ "ElementName", "Intel(r) AMT Host Based Setup Service" },
	{ "Name", "Intel(r) AMT Host Based Setup Service" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" },
	{ NULL, NULL },
};

static const struct class_prop time_props[] = {
	{ "CreationClassName", "AMT_TimeSynchronizationService" },
	{ "ElementName", "Intel(r) AMT Time Synchronization Service" },
	{ "EnabledState", "5" },
	{ "LocalTimeSyncEnabled", "0" },
	{ "Name", "Intel(r) AMT Time Synchronization Service" },
	{ "RequestedState", "12" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" },
	{ "TimeSource", "0" },
	{ NULL, NULL },
};

static const struct class_method host_setup_methods[] = {
	{ "Setup", refuse_setup,
	    "NetAdminPassEncryptionType NetworkAdminPassword ?McNonce ?Certificate "
	    "?SigningAlgorithm ?DigitalSignature",
	    NULL, false },
	{ "AddNextCertInChain", refuse_setup,
	    "NextCertificate ?IsLeafCertificate ?IsRootCertificate", NULL, false },
	{ "AdminSetup", refuse_setup,
	    "NetAdminPassEncryptionType NetworkAdminPassword McNonce SigningAlgorithm "
	    "DigitalSignature",
	    NULL, false },
	{ "UpgradeClientToAdmin", refuse_setup,
	    "McNonce SigningAlgorithm DigitalSignature", NULL, false },
	{ NULL, NULL, NULL, NULL, false },
};

static const struct class_method time_methods[] = {
	{ "GetLowAccuracyTimeSynch", get_time, NULL, NULL, true },
	{ "SetHighAccuracyTimeSynch", set_time, "Ta0 Tm1 Tm2", NULL, false },
	{ "EnableLocalTimeSync", set_local_sync, "Enable", NULL, false },
	{ NULL, NULL, NULL, NULL, false },
};

/* clang-format on */

const struct class class_identity[] = {
	{
	    .name = "AMT_SetupAndConfigurationService",
	    .bases = "CIM_Service",
	    .common = true,
	    .keeps = true,
	    .optional = setup_optional,
	    .props = setup_props,
	    .fill = fill_setup,
	    .methods = setup_methods,
	},
	{
	    .name = "IPS_HostBasedSetupService",
	    .bases = "CIM_Service",
	    .common = true,
	    .props = host_setup_props,
	    .fill = fill_host_setup,
	    .methods = host_setup_methods,
	},
	{
	    .name = "AMT_TimeSynchronizationService",
	    .bases = "CIM_Service",
	    .common = true,
	    .keeps = true,
	    .props = time_props,
	    .methods = time_methods,
	},
	{
	    .name = "CIM_SoftwareIdentity",
	    .common = true,
	    .count = count_identities,
	    .fill = fill_identity,
	},
	{
	    .name = "CIM_ComputerSystemPackage",
	    .bases = "CIM_SystemPackaging",
	    .fill = fill_package,
	},
	{
	    .name = "CIM_SystemPackaging",
	    .count = class_none,
	},
	{ .name = NULL },
};
