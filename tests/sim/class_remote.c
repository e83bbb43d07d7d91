/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Remote access (CIRA): the management presence server and what leads to it.
 * Source: protocol notes 3.12; captures of the same names.
 */
#include <arpa/inet.h>

#include "class.h"
#include "device.h"

#define SAP_CLASS  "AMT_ManagementPresenceRemoteSAP"
#define SAP_NAME   "Intel(r) AMT:Management Presence Server 0"
#define RULE_CLASS "AMT_RemoteAccessPolicyRule"

static size_t
count_mps(const struct device *dev)
{
	return dev->mps.exists ? 1 : 0;
}

static void
fill_sap(struct device *dev, size_t index, struct inst *inst)
{
	struct in_addr address;
	bool is_ipv4 = inet_aton(dev->mps.access_info, &address) == 1;

	(void)index;
	inst_text(inst, "AccessInfo", dev->mps.access_info);
	inst_text(inst, "CN", dev->mps.common_name);
	inst_int(inst, "InfoFormat", is_ipv4 ? 3 : 201);
	inst_int(inst, "Port", dev->mps.port);
}

/* All four keys of a service-like object. */
static void
add_full_epr(struct inst *inst, const char *name, const char *class, const char *key,
    const char *value)
{
	struct epr *epr = inst_epr(inst, name, class, "CreationClassName", class);

	epr_add(epr, key, value);
	epr_add(epr, "SystemCreationClassName", "CIM_ComputerSystem");
	epr_add(epr, "SystemName", "Intel(r) AMT");
}

static void
fill_applies(struct device *dev, size_t index, struct inst *inst)
{
	(void)dev;
	(void)index;
	add_full_epr(inst, "ManagedElement", SAP_CLASS, "Name", SAP_NAME);
	add_full_epr(inst, "PolicySet", RULE_CLASS, "PolicyRuleName", "Periodic");
}

static size_t
count_credential(const struct device *dev)
{
	return dev->mps.client == STORE_NONE ? 0 : 1;
}

static void
fill_credential(struct device *dev, size_t index, struct inst *inst)
{
	char id[SOAP_VALUE_SIZE] = "";

	(void)index;
	class_cert_instance_id(id, dev->mps.client);
	(void)inst_epr(inst, "ElementInContext", "AMT_PublicKeyCertificate",
	    "InstanceID", id);
	add_full_epr(inst, "ElementProvidingContext", SAP_CLASS, "Name", SAP_NAME);
}

/* clang-format off */
static const struct class_prop sap_props[] = {
	{ "CreationClassName", SAP_CLASS },
	{ "ElementName", "Intel(r) AMT:Management Presence Server" },
	{ "Name", SAP_NAME },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" },
	{ NULL, NULL },
};

static const struct class_prop service_props[] = {
	{ "CreationClassName", "AMT_RemoteAccessService" },
	{ "ElementName", "Intel(r) AMT Remote Access Service" },
	{ "IsRemoteTunnelConnected", "false" },
	{ "Name", "Intel(r) AMT Remote Access Service" },
	{ "RemoteTunnelKeepAliveTimeout", "4294967295" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" },
	{ NULL, NULL },
};

/* "Inte(r)" is the firmware's own spelling. */
static const struct class_prop rule_props[] = {
	{ "CreationClassName", RULE_CLASS },
	{ "ElementName", "Inte(r) AMT:Remote Access Policy" },
	{ "ExtendedData", "AAAAAAAAABk=" },
	{ "PolicyRuleName", "Periodic" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" },
	{ "Trigger", "2" },
	{ "TunnelLifeTime", "0" },
	{ NULL, NULL },
};

static const struct class_prop applies_props[] = {
	{ "MpsType", "0" },
	{ "OrderOfAccess", "0" },
	{ NULL, NULL },
};

static const struct class_prop capabilities_props[] = {
	{ "ElementName", "Intel(r) AMT:Remote Access Capabilities" },
	{ "InstanceID", "Intel(r) AMT:Remote Access Capabilities" },
	{ "MaxMpsPerPolicy", "2" },
	{ "MaxTotalMpServers", "6" },
	{ "MaxTotalPolicies", "3" },
	{ "MaxTotalProxyEntryPoints", "15" },
	{ NULL, NULL },
};
/* clang-format on */

const struct class class_remote[] = {
	{
	    .name = SAP_CLASS,
	    .bases = "CIM_RemoteServiceAccessPoint",
	    .common = true,
	    .props = sap_props,
	    .count = count_mps,
	    .fill = fill_sap,
	},
	{
	    .name = "AMT_RemoteAccessService",
	    .bases = "CIM_Service",
	    .common = true,
	    .props = service_props,
	},
	{
	    .name = RULE_CLASS,
	    .props = rule_props,
	    .count = count_mps,
	},
	{
	    .name = "AMT_RemoteAccessPolicyAppliesToMPS",
	    .props = applies_props,
	    .count = count_mps,
	    .fill = fill_applies,
	},
	{
	    .name = "AMT_RemoteAccessCapabilities",
	    .bases = "CIM_Capabilities",
	    .props = capabilities_props,
	},
	{
	    /* Not among what CIM_CredentialContext lists. */
	    .name = "AMT_RemoteAccessCredentialContext",
	    .count = count_credential,
	    .fill = fill_credential,
	},
	{ .name = NULL },
};
