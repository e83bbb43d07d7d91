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

static const struct class_prop environment_props[] = {
	{ "DetectionAlgorithm", "0" },
	{ "ElementName", "Intel(r) AMT Environment Detection Settings" },
	{ "InstanceID", "Intel(r) AMT Environment Detection Settings" },
	{ NULL, NULL },
};

static const struct class_prop user_props[] = {
	{ "CreationClassName", "AMT_UserInitiatedConnectionService" },
	{ "ElementName", "Intel(r) AMT User Initiated Connection Service" },
	{ "EnabledState", "32771" },
	{ "Name", "Intel(r) AMT User Initiated Connection Service" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" },
	{ NULL, NULL },
};

static const struct class_prop redirection_props[] = {
	{ "CreationClassName", "AMT_RedirectionService" },
	{ "ElementName", "Intel(r) AMT Redirection Service" },
	{ "EnabledState", "32771" },
	{ "ListenerEnabled", "false" },
	{ "Name", "Intel(r) AMT Redirection Service" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" },
	{ NULL, NULL },
};

static const struct class_prop lan_props[] = {
	{ "CreationClassName", "IPS_LANEndpoint" },
	{ "EnabledState", "2" },
	{ "LANType", "2" },
	{ "MACAddress", "48210b50d8c9" },
	{ "Name", "Intel(r) AMT LAN Endpoint" },
	{ "ProtocolType", "0" },
	{ "RequestedState", "12" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" },
	{ NULL, NULL },
};

static const struct class_prop wired_port_props[] = {
	{ "CreationClassName", "CIM_EthernetPort" },
	{ "Description", "Wired0" },
	{ "DeviceID", "Intel(r) AMT Ethernet Port 0" },
	{ "ElementName", "Intel(r) AMT Ethernet Port" },
	{ "EnabledDefault", "5" },
	{ "EnabledState", "2" },
	{ "LinkTechnology", "2" },
	{ "MaxSpeed", "2500000000" },
	{ "NetworkAddresses", "48210b50d8c9" },
	{ "OperationalStatus", "0" },
	{ "PortType", "53" },
	{ "RequestedState", "12" },
	{ "Speed", "1000000000" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" },
	{ NULL, NULL },
};

static const struct class_prop wifi_port_props[] = {
	{ "CreationClassName", "CIM_WiFiPort" },
	{ "DeviceID", "WiFi Port 0" },
	{ "ElementName", "WiFi Port 0" },
	{ "EnabledState", "3" },
	{ "HealthState", "5" },
	{ "LinkTechnology", "11" },
	{ "PermanentAddress", "000000000000" },
	{ "PortType", "0" },
	{ "RequestedState", "3" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" },
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
	    .name = "AMT_EnvironmentDetectionSettingData",
	    .bases = "CIM_SettingData",
	    .props = environment_props,
	},
	{
	    .name = "AMT_UserInitiatedConnectionService",
	    .bases = "CIM_Service",
	    .common = true,
	    .props = user_props,
	},
	{
	    .name = "AMT_RedirectionService",
	    .bases = "CIM_Service",
	    .common = true,
	    .props = redirection_props,
	},
	{
	    .name = "IPS_LANEndpoint",
	    .common = true,
	    .props = lan_props,
	},
	{
	    .name = "CIM_EthernetPort",
	    .common = true,
	    .props = wired_port_props,
	},
	{
	    .name = "CIM_WiFiPort",
	    .common = true,
	    .props = wifi_port_props,
	},
	{
	    .name = "IPS_ProvisioningRecordLog",
	    .common = true,
	    .props = record_props,
	},
	{ .name = NULL },
};
