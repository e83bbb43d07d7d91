/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who the device is and in which state: general settings, setup, clock,
 * versions, network ports, accounts.
 * Source: protocol notes 3.7 to 3.10, 3.13; captures of the same names.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "audit.h"
#include "base/codec.h"
#include "class.h"
#include "device.h"
#include "digest.h"
#include "firmware.h"

enum {
	VERSION_SIZE = 64,
	PASSWORD_B64_MAX = 64,
};

static void
fill_general(struct device *dev, size_t index, struct inst *inst)
{
	struct buf fqdn = { 0 };

	(void)index;
	inst_text(inst, "DigestRealm", dev->realm);
	inst_text(inst, "DomainName", dev->domain_name);
	inst_text(inst, "HostName", dev->host_name);
	buf_init(&fqdn, 1024);
	if (dev->host_name[0] != '\0')
		buf_addf(&fqdn, "%s%s%s", dev->host_name,
		    dev->domain_name[0] == '\0' ? "" : ".", dev->domain_name);
	inst_text(inst, "HostOSFQDN", buf_str(&fqdn));
	buf_clear(&fqdn);
}

static struct outcome
put_general(struct device *dev, int index, const xmlNode *instance)
{
	char text[SOAP_VALUE_SIZE] = "";

	(void)dev;
	(void)index;
	/* Names are set by a PC's local software as well; they are the only
	 * settings here that anything of ours reads back. */
	if (soap_child_text(instance, "HostName", text, sizeof(text))) {
		free(dev->host_name);
		dev->host_name = strdup(text);
	}
	if (soap_child_text(instance, "DomainName", text, sizeof(text))) {
		free(dev->domain_name);
		dev->domain_name = strdup(text);
	}
	return OUTCOME_OK;
}

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

static int64_t
set_mebx_password(struct class_call *call)
{
	return call->dev->control_mode == 1 ? PT_NOT_PERMITTED : PT_SUCCESS;
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
	now = (uint32_t)rtc_now(&dev->rtc);
	for (size_t i = 0; i < sizeof(seconds); i++)
		seconds[i] = (unsigned char)(now >> (24 - 8 * i));
	audit_add(dev, AUDIT_TIME_SET, seconds, sizeof(seconds));
	return PT_SUCCESS;
}

static int64_t
do_nothing(struct class_call *call)
{
	(void)call;
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

/* SetAdminAclEntryEx: DigestPassword is MD5(user:realm:password), 16 bytes. */
static int64_t
set_admin(struct class_call *call)
{
	struct device *dev = call->dev;
	char user[SOAP_VALUE_SIZE] = "";
	char hash[SOAP_VALUE_SIZE] = "";
	uint8_t *bytes = NULL;
	size_t len = 0;

	if (!soap_child_text(call->input, "Username", user, sizeof(user)) ||
	    !soap_child_text(call->input, "DigestPassword", hash, sizeof(hash)) ||
	    codec_base64_decode(hash, strlen(hash), PASSWORD_B64_MAX, &bytes, &len,
		NULL) != RC_OK) {
		call->fault = FAULT_SCHEMA;
		return PT_INVALID_PARAMETER;
	}
	if (len == MD5_BYTES) {
		free(dev->user);
		dev->user = strdup(user);
		free(dev->password);
		dev->password = NULL;
		memcpy(dev->ha1, bytes, MD5_BYTES);
		digest_restart(dev); /* the old nonces are dead */
		audit_add(dev, AUDIT_ACCOUNT_CHANGED, NULL, 0);
	}
	free(bytes);
	return len == MD5_BYTES ? PT_SUCCESS : PT_INVALID_PARAMETER;
}

static int64_t
get_admin(struct class_call *call)
{
	inst_text(&call->out, "Username", call->dev->user);
	return PT_SUCCESS;
}

static void
fill_port(struct device *dev, size_t index, struct inst *inst)
{
	(void)index;
	inst_text(inst, "MACAddress", dev->mac);
}

/* clang-format off */
static const struct class_prop general_props[] = {
	{ "AMTNetworkEnabled", "1" },
	{ "DDNSPeriodicUpdateInterval", "1440" },
	{ "DDNSTTL", "900" },
	{ "DDNSUpdateByDHCPServerEnabled", "true" },
	{ "DDNSUpdateEnabled", "false" },
	{ "DHCPv6ConfigurationTimeout", "0" },
	{ "ElementName", "Intel(r) AMT: General Settings" },
	{ "IdleWakeTimeout", "1" },
	{ "InstanceID", "Intel(r) AMT: General Settings" },
	{ "NetworkInterfaceEnabled", "true" },
	{ "PingResponseEnabled", "true" },
	{ "PowerSource", "0" },
	{ "PreferredAddressFamily", "0" },
	{ "PresenceNotificationInterval", "0" },
	{ "PrivacyLevel", "0" },
	{ "RmcpPingResponseEnabled", "true" },
	{ "SharedFQDN", "true" },
	{ "ThunderboltDockEnabled", "0" },
	{ "WsmanOnlyMode", "false" },
	{ NULL, NULL },
};

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

static const struct class_method time_methods[] = {
	{ "GetLowAccuracyTimeSynch", get_time, NULL, NULL, true },
	{ "SetHighAccuracyTimeSynch", set_time, "Ta0 Tm1 Tm2", NULL, false },
	{ "EnableLocalTimeSync", do_nothing, "Enable", NULL, false },
	{ NULL, NULL, NULL, NULL, false },
};

static const struct class_prop authorization_props[] = {
	{ "AllowHttpQopAuthOnly", "1" },
	{ "CreationClassName", "AMT_AuthorizationService" },
	{ "ElementName", "Intel(r) AMT Authorization Service" },
	{ "EnabledState", "5" },
	{ "Name", "Intel(r) AMT Authorization Service" },
	{ "RequestedState", "12" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" },
	{ NULL, NULL },
};

static const struct class_method authorization_methods[] = {
	{ "SetAdminAclEntryEx", set_admin, "Username DigestPassword", NULL, false },
	{ "GetAdminAclEntry", get_admin, NULL, NULL, true },
	{ NULL, NULL, NULL, NULL, false },
};

static const struct class_prop port_props[] = {
	{ "DHCPEnabled", "true" },
	{ "DefaultGateway", "192.168.6.1" },
	{ "ElementName", "Intel(r) AMT Ethernet Port Settings" },
	{ "InstanceID", "Intel(r) AMT Ethernet Port Settings 0" },
	{ "IpSyncEnabled", "true" },
	{ "LinkIsUp", "true" },
	{ "LinkPolicy", "1" },
	{ "LinkPolicy", "14" },
	{ "PhysicalConnectionType", "0" },
	{ "PrimaryDNS", "192.168.6.1" },
	{ "SharedDynamicIP", "true" },
	{ "SharedMAC", "true" },
	{ "SharedStaticIp", "false" },
	{ "SubnetMask", "255.255.255.0" },
	{ NULL, NULL },
};
/* clang-format on */

const struct class class_identity[] = {
	{
	    .name = "AMT_GeneralSettings",
	    .bases = "CIM_SettingData",
	    .props = general_props,
	    .fill = fill_general,
	    .put = put_general,
	},
	{
	    .name = "AMT_SetupAndConfigurationService",
	    .bases = "CIM_Service",
	    .common = true,
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
	},
	{
	    .name = "AMT_TimeSynchronizationService",
	    .bases = "CIM_Service",
	    .common = true,
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
	{
	    .name = "AMT_AuthorizationService",
	    .bases = "CIM_Service",
	    .common = true,
	    .props = authorization_props,
	    .methods = authorization_methods,
	},
	{
	    .name = "AMT_EthernetPortSettings",
	    .bases = "CIM_SettingData",
	    .props = port_props,
	    .fill = fill_port,
	},
	{ .name = NULL },
};
