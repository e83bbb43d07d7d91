/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a console does with a PC besides certificates: redirection, user consent,
 * power and boot.  Settings are kept as written; nothing is really switched.
 * Source: the classes of the AMT, CIM and IPS schemas as firmware fills them.
 */
#include "class.h"
#include "device.h"
#include "firmware.h"
#include "kept.h"
#include "pki.h"

#define REDIRECTION_CLASS "AMT_RedirectionService"
#define POWER_CLASS	  "CIM_AssociatedPowerManagementService"

enum {
	KVM_ENABLED = 2,
	POWER_ON = 2,
	POWER_OFF = 8,
};

/* Enabled without a session reads 6. */
static int64_t
request_kvm_state(struct class_call *call)
{
	int64_t state = 0;

	if (!soap_child_int(call->input, "RequestedState", &state)) {
		call->fault = FAULT_SCHEMA;
		return PT_INVALID_PARAMETER;
	}
	kept_set(call->dev, call->class, 0, "EnabledState",
	    state == KVM_ENABLED ? "6" : "3");
	kept_set(call->dev, call->class, 0, "RequestedState",
	    state == KVM_ENABLED ? "2" : "3");
	return PT_SUCCESS;
}

/* The states that end in a PC that is off: 6, 8, 12, 13; all others in one that
 * is on. */
static int64_t
request_power_state(struct class_call *call)
{
	int64_t state = 0;
	struct soap_epr system = { 0 };

	if (!soap_child_int(call->input, "PowerState", &state) ||
	    !soap_child_epr(call->input, "ManagedElement", &system)) {
		call->fault = FAULT_SCHEMA;
		return PT_INVALID_PARAMETER;
	}
	if (state < POWER_ON)
		return 2; /* CIM: cannot complete */
	kept_set(call->dev, class_find(call->dev, POWER_CLASS), 0, "PowerState",
	    state == 6 || state == POWER_OFF || state == 12 || state == 13 ? "8" : "2");
	return PT_SUCCESS;
}

static int64_t
agree(struct class_call *call)
{
	(void)call;
	return PT_SUCCESS;
}

static void
fill_power(struct device *dev, size_t index, struct inst *inst)
{
	struct epr *epr =
	    inst_epr(inst, "ServiceProvided", "CIM_PowerManagementService",
		"CreationClassName", "CIM_PowerManagementService");

	(void)dev;
	(void)index;
	epr_add(epr, "Name", "Intel(r) AMT Power Management Service");
	epr_add(epr, "SystemCreationClassName", "CIM_ComputerSystem");
	epr_add(epr, "SystemName", "Intel(r) AMT");
	epr = inst_epr(inst, "UserOfService", "CIM_ComputerSystem", "CreationClassName",
	    "CIM_ComputerSystem");
	epr_add(epr, "Name", "ManagedSystem");
}

enum {
	BOOT_SOURCES = 3
};

static size_t
count_boot_sources(const struct device *dev)
{
	(void)dev;
	return BOOT_SOURCES;
}

static void
fill_boot_source(struct device *dev, size_t index, struct inst *inst)
{
	static const struct {
		const char *id;
		const char *boot;
	} sources[BOOT_SOURCES] = {
		{ "Intel(r) AMT: Force Hard-drive Boot", "CIM:Hard-Disk:1" },
		{ "Intel(r) AMT: Force PXE Boot", "CIM:Network:1" },
		{ "Intel(r) AMT: Force CD/DVD Boot", "CIM:CD/DVD:1" },
	};

	(void)dev;
	inst_text(inst, "InstanceID", sources[index].id);
	inst_text(inst, "StructuredBootString", sources[index].boot);
}

/* Serial and disk redirection both, and the port open. */
static void
fill_redirection(struct device *dev, size_t index, struct inst *inst)
{
	(void)index;
	if (!dev->sw.redirection)
		return;
	inst_remove(inst, "EnabledState");
	inst_text(inst, "EnabledState", "32771");
	inst_remove(inst, "ListenerEnabled");
	inst_bool(inst, "ListenerEnabled", true);
}

/* The port follows the setting at once, without a commit. */
static void
open_redirection(struct device *dev)
{
	(void)firmware_listen(dev, NULL);
}

bool
class_is_redirecting(struct device *dev)
{
	struct inst inst = { 0 };
	const struct value *value = NULL;
	bool on = false;

	class_fill(dev, class_find(dev, REDIRECTION_CLASS), 0, &inst);
	value = inst_find(&inst, "ListenerEnabled");
	on = value != NULL && strcmp(value->text, "true") == 0;
	inst_clear(&inst);
	return on;
}

/* clang-format off */
static const struct class_prop redirection_props[] = {
	{ "CreationClassName", REDIRECTION_CLASS },
	{ "ElementName", "Intel(r) AMT Redirection Service" },
	{ "EnabledState", "32768" },
	{ "ListenerEnabled", "false" },
	{ "Name", "Intel(r) AMT Redirection Service" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" },
	{ NULL, NULL },
};

static const struct class_prop kvm_props[] = {
	{ "CreationClassName", "CIM_KVMRedirectionSAP" },
	{ "ElementName", "KVM Redirection Service Access Point" },
	{ "EnabledState", "3" },
	{ "KVMProtocol", "4" },
	{ "Name", "KVM Redirection Service Access Point" },
	{ "RequestedState", "2" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "ManagedSystem" },
	{ NULL, NULL },
};

static const struct class_prop kvm_setting_props[] = {
	{ "BackToBackFbMode", "false" },
	{ "ElementName", "Intel(r) KVM Redirection Settings" },
	{ "EnabledByMEBx", "true" },
	{ "InstanceID", "Intel(r) KVM Redirection Settings" },
	{ "Is5900PortEnabled", "false" },
	{ "OptInPolicy", "false" },
	{ "OptInPolicyTimeout", "300" },
	{ "SessionTimeout", "3" },
	{ NULL, NULL },
};

static const char *const kvm_setting_optional[] = { "DefaultScreen", "RFBPassword",
	"InitialDecimationModeForLowRes", "GreyscalePixelFormatSupported",
	"ZlibControlSupported", "DoubleBufferMode", "DoubleBufferState", NULL };

static const struct class_prop opt_in_props[] = {
	{ "CanModifyOptInPolicy", "1" },
	{ "CreationClassName", "IPS_OptInService" },
	{ "ElementName", "Intel(r) AMT OptIn Service" },
	{ "Name", "Intel(r) AMT OptIn Service" },
	{ "OptInCodeTimeout", "120" },
	{ "OptInDisplayTimeout", "300" },
	{ "OptInRequired", "0" },
	{ "OptInState", "0" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" },
	{ NULL, NULL },
};

static const struct class_prop boot_capability_props[] = {
	{ "BIOSPause", "false" },
	{ "BIOSReflash", "true" },
	{ "BIOSSecureBoot", "true" },
	{ "BIOSSetup", "true" },
	{ "ConfigurationDataReset", "false" },
	{ "ElementName", "Intel(r) AMT: Boot Capabilities" },
	{ "ForceCDorDVDBoot", "true" },
	{ "ForceDiagnosticBoot", "false" },
	{ "ForceHardDriveBoot", "true" },
	{ "ForceHardDriveSafeModeBoot", "false" },
	{ "ForcePXEBoot", "true" },
	{ "ForcedProgressEvents", "true" },
	{ "IDER", "true" },
	{ "InstanceID", "Intel(r) AMT:BootCapabilities 0" },
	{ "KeyboardLock", "true" },
	{ "PowerButtonLock", "false" },
	{ "ResetButtonLock", "false" },
	{ "SOL", "true" },
	{ "SecureErase", "false" },
	{ "SleepButtonLock", "false" },
	{ "UserPasswordBypass", "true" },
	{ "VerbosityQuiet", "false" },
	{ "VerbosityScreenBlank", "false" },
	{ "VerbosityVerbose", "false" },
	{ NULL, NULL },
};

static const struct class_prop boot_setting_props[] = {
	{ "BIOSPause", "false" },
	{ "BIOSSetup", "false" },
	{ "BootMediaIndex", "0" },
	{ "ConfigurationDataReset", "false" },
	{ "ElementName", "Intel(r) AMT Boot Configuration Settings" },
	{ "EnforceSecureBoot", "false" },
	{ "FirmwareVerbosity", "0" },
	{ "ForcedProgressEvents", "false" },
	{ "IDERBootDevice", "0" },
	{ "InstanceID", "Intel(r) AMT:BootSettingData 0" },
	{ "LockKeyboard", "false" },
	{ "LockPowerButton", "false" },
	{ "LockResetButton", "false" },
	{ "LockSleepButton", "false" },
	{ "OptionsCleared", "false" },
	{ "OwningEntity", "Intel(r) AMT" },
	{ "RSEPassword", "" },
	{ "ReflashBIOS", "false" },
	{ "SecureErase", "false" },
	{ "UseIDER", "false" },
	{ "UseSOL", "false" },
	{ "UseSafeMode", "false" },
	{ "UserPasswordBypass", "false" },
	{ NULL, NULL },
};

static const struct class_prop boot_config_props[] = {
	{ "ElementName", "Intel(r) AMT: Boot Configuration" },
	{ "InstanceID", "Intel(r) AMT: Boot Configuration 0" },
	{ NULL, NULL },
};

static const struct class_prop boot_source_props[] = {
	{ "ElementName", "Intel(r) AMT: Boot Source" },
	{ "FailThroughSupported", "2" },
	{ NULL, NULL },
};

static const struct class_prop boot_service_props[] = {
	{ "CreationClassName", "CIM_BootService" },
	{ "ElementName", "Intel(r) AMT Boot Service" },
	{ "EnabledState", "2" },
	{ "Name", "Intel(r) AMT Boot Service" },
	{ "OperationalStatus", "0" },
	{ "RequestedState", "12" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" },
	{ NULL, NULL },
};

static const struct class_prop power_service_props[] = {
	{ "CreationClassName", "CIM_PowerManagementService" },
	{ "ElementName", "Intel(r) AMT Power Management Service" },
	{ "EnabledState", "5" },
	{ "Name", "Intel(r) AMT Power Management Service" },
	{ "RequestedState", "12" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" },
	{ NULL, NULL },
};

static const struct class_prop os_power_props[] = {
	{ "CreationClassName", "IPS_PowerManagementService" },
	{ "ElementName", "Intel(r) AMT Power Management Service" },
	{ "EnabledState", "5" },
	{ "Name", "Intel(r) AMT Power Management Service" },
	{ "OSPowerSavingState", "2" },
	{ "RequestedState", "12" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" },
	{ NULL, NULL },
};

static const struct class_prop power_props[] = {
	{ "AvailableRequestedPowerStates", "10" },
	{ "AvailableRequestedPowerStates", "8" },
	{ "AvailableRequestedPowerStates", "5" },
	{ "AvailableRequestedPowerStates", "11" },
	{ "AvailableRequestedPowerStates", "4" },
	{ "AvailableRequestedPowerStates", "7" },
	{ "AvailableRequestedPowerStates", "14" },
	{ "AvailableRequestedPowerStates", "12" },
	{ "PowerState", "2" },
	{ NULL, NULL },
};
/* clang-format on */

static const struct class_method state_methods[] = {
	{ "RequestStateChange", class_request_state, CLASS_STATE_INPUTS, NULL, false },
	{ NULL, NULL, NULL, NULL, false },
};

static const struct class_method kvm_methods[] = {
	{ "RequestStateChange", request_kvm_state, CLASS_STATE_INPUTS, NULL, false },
	{ NULL, NULL, NULL, NULL, false },
};

static const struct class_method opt_in_methods[] = {
	{ "StartOptIn", agree, NULL, NULL, false },
	{ "CancelOptIn", agree, NULL, NULL, false },
	{ "SendOptInCode", agree, "OptInCode", NULL, false },
	{ NULL, NULL, NULL, NULL, false },
};

static const struct class_method boot_config_methods[] = {
	{ "ChangeBootOrder", agree, "?&Source", NULL, false },
	{ NULL, NULL, NULL, NULL, false },
};

static const struct class_method boot_service_methods[] = {
	{ "SetBootConfigRole", agree, "&BootConfigSetting Role", NULL, false },
	{ "RequestStateChange", class_request_state, CLASS_STATE_INPUTS, NULL, false },
	{ NULL, NULL, NULL, NULL, false },
};

static const struct class_method power_methods[] = {
	{ "RequestPowerStateChange", request_power_state,
	    "PowerState &ManagedElement ?Time ?TimeoutPeriod", NULL, false },
	{ NULL, NULL, NULL, NULL, false },
};

static const struct class_method os_power_methods[] = {
	{ "RequestOSPowerSavingStateChange", agree,
	    "OSPowerSavingState ?&ManagedElement ?Time ?TimeoutPeriod", NULL, false },
	{ NULL, NULL, NULL, NULL, false },
};

const struct class class_control[] = {
	{
	    .name = REDIRECTION_CLASS,
	    .bases = "CIM_RedirectionService CIM_Service",
	    .common = true,
	    .keeps = true,
	    .props = redirection_props,
	    .fill = fill_redirection,
	    .written = open_redirection,
	    .methods = state_methods,
	},
	{
	    .name = "CIM_KVMRedirectionSAP",
	    .bases = "CIM_ServiceAccessPoint",
	    .common = true,
	    .props = kvm_props,
	    .methods = kvm_methods,
	},
	{
	    .name = "IPS_KVMRedirectionSettingData",
	    .bases = "CIM_SettingData",
	    .keeps = true,
	    .optional = kvm_setting_optional,
	    .props = kvm_setting_props,
	},
	{
	    .name = "IPS_OptInService",
	    .bases = "CIM_Service",
	    .common = true,
	    .keeps = true,
	    .props = opt_in_props,
	    .methods = opt_in_methods,
	},
	{
	    .name = "AMT_BootCapabilities",
	    .bases = "CIM_Capabilities",
	    .props = boot_capability_props,
	},
	{
	    .name = "AMT_BootSettingData",
	    .bases = "CIM_BootSettingData CIM_SettingData",
	    .keeps = true,
	    .props = boot_setting_props,
	},
	{
	    .name = "CIM_BootConfigSetting",
	    .props = boot_config_props,
	    .methods = boot_config_methods,
	},
	{
	    .name = "CIM_BootSourceSetting",
	    .props = boot_source_props,
	    .count = count_boot_sources,
	    .fill = fill_boot_source,
	},
	{
	    .name = "CIM_BootService",
	    .bases = "CIM_Service",
	    .common = true,
	    .props = boot_service_props,
	    .methods = boot_service_methods,
	},
	{
	    .name = "CIM_PowerManagementService",
	    .bases = "CIM_Service",
	    .common = true,
	    .props = power_service_props,
	    .methods = power_methods,
	},
	{
	    .name = "IPS_PowerManagementService",
	    .bases = "CIM_Service",
	    .common = true,
	    .props = os_power_props,
	    .methods = os_power_methods,
	},
	{
	    .name = "CIM_ServiceAvailableToElement",
	    .common = true,
	    .count = class_none,
	},
	{
	    .name = POWER_CLASS,
	    .bases = "CIM_ServiceAvailableToElement",
	    .common = true,
	    .props = power_props,
	    .fill = fill_power,
	},
	{ .name = NULL },
};
