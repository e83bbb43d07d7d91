/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names and network ports of a device.
 * Source: protocol notes 3.9, 3.10; captures of the same names.
 */
#include <arpa/inet.h>
#include <string.h>

#include "base/buf.h"
#include "class.h"
#include "device.h"
#include "mem.h"

/* clang-format off */
static const struct class_prop wired_props[] = {
	{ "DefaultGateway", "192.168.6.1" },
	{ "InstanceID", "Intel(r) AMT Ethernet Port Settings 0" },
	{ "IpSyncEnabled", "true" },
	{ "LinkIsUp", "true" },
	{ "LinkPolicy", "1" },
	{ "LinkPolicy", "14" },
	{ "PhysicalConnectionType", "0" },
	{ "PrimaryDNS", "192.168.6.1" },
	{ "SharedDynamicIP", "true" },
	{ "SharedStaticIp", "false" },
	{ "SubnetMask", "255.255.255.0" },
	{ NULL, NULL },
};

static const struct class_prop wireless_props[] = {
	{ "ConsoleTcpMaxRetransmissions", "5" },
	{ "InstanceID", "Intel(r) AMT Ethernet Port Settings 1" },
	{ "LinkControl", "2" },
	{ "LinkIsUp", "false" },
	{ "LinkPreference", "2" },
	{ "MACAddress", "00-00-00-00-00-00" },
	{ "PhysicalConnectionType", "3" },
	{ "WLANLinkProtectionLevel", "1" },
	{ NULL, NULL },
};
/* clang-format on */

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

	(void)index;
	if (soap_child_text(instance, "HostName", text, sizeof(text)))
		mem_set(&dev->host_name, text);
	if (soap_child_text(instance, "DomainName", text, sizeof(text)))
		mem_set(&dev->domain_name, text);
	return OUTCOME_OK;
}

/* Wired, then Wi-Fi, which is there without an address. */
static void
fill_port(struct device *dev, size_t index, struct inst *inst)
{
	char address[INET_ADDRSTRLEN] = "";
	const struct class_prop *props = index == 0 ? wired_props : wireless_props;

	for (size_t i = 0; props[i].name != NULL; i++)
		inst_text(inst, props[i].name, props[i].text);
	if (index != 0)
		return;
	(void)inet_ntop(AF_INET, &dev->address, address, sizeof(address));
	inst_text(inst, "IPAddress", address);
	inst_text(inst, "MACAddress", dev->mac);
}

/* Without the dashes. */
static void
add_mac(const struct device *dev, const char *name, struct inst *inst)
{
	struct buf text = { 0 };

	buf_init(&text, 64);
	for (const char *p = dev->mac; *p != '\0'; p++)
		if (*p != '-' && *p != ':')
			buf_add_char(&text, *p);
	inst_text(inst, name, buf_str(&text));
	buf_clear(&text);
}

static void
fill_lan(struct device *dev, size_t index, struct inst *inst)
{
	(void)index;
	add_mac(dev, "MACAddress", inst);
}

static void
fill_wired_port(struct device *dev, size_t index, struct inst *inst)
{
	(void)index;
	add_mac(dev, "NetworkAddresses", inst);
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

static const struct class_prop port_props[] = {
	{ "DHCPEnabled", "true" },
	{ "ElementName", "Intel(r) AMT Ethernet Port Settings" },
	{ "SharedMAC", "true" },
	{ NULL, NULL },
};

static const struct class_prop lan_props[] = {
	{ "CreationClassName", "IPS_LANEndpoint" },
	{ "EnabledState", "2" },
	{ "LANType", "2" },
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
	{ "OperationalStatus", "0" },
	{ "PortType", "53" },
	{ "RequestedState", "12" },
	{ "Speed", "1000000000" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" },
	{ NULL, NULL },
};
/* clang-format on */

static const char *const general_optional[] = { "DHCPSyncRequiresHostname", "OemID",
	NULL };

static const char *const port_optional[] = { "DefaultGateway", "IPAddress",
	"IpSyncEnabled", "LinkControl", "LinkPolicy", "LinkPreference", "PrimaryDNS",
	"SecondaryDNS", "SharedDynamicIP", "SharedStaticIp", "SubnetMask", "VLANTag",
	"WLANLinkProtectionLevel", NULL };

const struct class class_network[] = {
	{
	    .name = "AMT_GeneralSettings",
	    .bases = "CIM_SettingData",
	    .keeps = true,
	    .optional = general_optional,
	    .props = general_props,
	    .fill = fill_general,
	    .put = put_general,
	},
	{
	    .name = "AMT_EthernetPortSettings",
	    .bases = "CIM_SettingData",
	    .keeps = true,
	    .optional = port_optional,
	    .props = port_props,
	    .count = class_two,
	    .fill = fill_port,
	},
	{
	    .name = "IPS_LANEndpoint",
	    .common = true,
	    .props = lan_props,
	    .fill = fill_lan,
	},
	{
	    .name = "CIM_EthernetPort",
	    .common = true,
	    .props = wired_port_props,
	    .fill = fill_wired_port,
	},
	{ .name = NULL },
};
