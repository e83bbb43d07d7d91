/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Remote access (CIRA): management presence servers, their credentials and the
 * policies that call them, as instances.
 * Source: protocol notes 3.12; captures of the same names.
 */
#include "class_remote.h"

#include <stdio.h>
#include <string.h>

#include "device.h"
#include "pki.h"
#include "remote.h"

#define SAP_CLASS   "AMT_ManagementPresenceRemoteSAP"
#define SAP_PREFIX  "Intel(r) AMT:Management Presence Server "
#define RULE_CLASS  "AMT_RemoteAccessPolicyRule"
#define USER_CLASS  "AMT_MPSUsernamePassword"
#define USER_PREFIX "Intel(r) AMT:MPS Username Password "

enum {
	NAME_SIZE = CLASS_REMOTE_NAME_SIZE
};

/* PolicyRuleName by Trigger. */
static const char *const rule_names[REMOTE_TRIGGERS] = { "User Initiated", "Alert",
	"Periodic" };

static void
numbered(char field[NAME_SIZE], const char *prefix, int number)
{
	if (snprintf(field, NAME_SIZE, "%s%d", prefix, number) < 0)
		field[0] = '\0';
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

void
class_remote_sap_name(char field[CLASS_REMOTE_NAME_SIZE], int number)
{
	numbered(field, SAP_PREFIX, number);
}

void
class_remote_sap_epr(struct inst *inst, const char *name, int number)
{
	char sap[NAME_SIZE];

	class_remote_sap_name(sap, number);
	add_full_epr(inst, name, SAP_CLASS, "Name", sap);
}

void
class_remote_rule_epr(struct inst *inst, const char *name, int trigger)
{
	add_full_epr(inst, name, RULE_CLASS, "PolicyRuleName", rule_names[trigger]);
}

/* The n-th server for which want holds; its number or -1. */
static int
nth_server(const struct device *dev, size_t n,
    bool (*want)(const struct remote_server *server))
{
	for (int i = 0; dev->remote != NULL && i < REMOTE_SERVERS; i++)
		if (dev->remote->servers[i].exists && want(&dev->remote->servers[i]) &&
		    n-- == 0)
			return i;
	return -1;
}

static size_t
count_servers(const struct device *dev,
    bool (*want)(const struct remote_server *server))
{
	size_t n = 0;

	while (nth_server(dev, n, want) >= 0)
		n++;
	return n;
}

static bool
any(const struct remote_server *server)
{
	return server->exists;
}

static bool
has_username(const struct remote_server *server)
{
	return server->username[0] != '\0';
}

static size_t
count_saps(const struct device *dev)
{
	return count_servers(dev, any);
}

static void
fill_sap(struct device *dev, size_t index, struct inst *inst)
{
	int number = nth_server(dev, index, any);
	const struct remote_server *server = NULL;
	char name[NAME_SIZE];

	if (number < 0)
		return;
	server = &dev->remote->servers[number];
	class_remote_sap_name(name, number);
	inst_text(inst, "AccessInfo", server->access_info);
	inst_text(inst, "CN", server->common_name);
	inst_int(inst, "InfoFormat", server->info_format);
	inst_text(inst, "Name", name);
	inst_int(inst, "Port", server->port);
}

static struct outcome
delete_sap(struct device *dev, int index)
{
	remote_drop_server(dev->remote, nth_server(dev, (size_t)index, any));
	return OUTCOME_OK;
}

static size_t
count_users(const struct device *dev)
{
	return count_servers(dev, has_username);
}

static void
fill_user(struct device *dev, size_t index, struct inst *inst)
{
	int number = nth_server(dev, index, has_username);
	char name[NAME_SIZE];

	if (number < 0)
		return;
	numbered(name, USER_PREFIX, number);
	inst_text(inst, "InstanceID", name);
	inst_text(inst, "RemoteID", dev->remote->servers[number].username);
}

/* The password (Secret) is taken and never shown. */
static struct outcome
put_user(struct device *dev, int index, const xmlNode *instance)
{
	int number =
	    nth_server(dev, index == CLASS_ANY ? 0 : (size_t)index, has_username);
	char name[REMOTE_TEXT_SIZE] = "";

	if (number < 0)
		return OUTCOME_FAULT(FAULT_DESTINATION_UNREACHABLE);
	if (soap_child_text(instance, "RemoteID", name, sizeof(name)) &&
	    name[0] != '\0')
		memcpy(dev->remote->servers[number].username, name, sizeof(name));
	return OUTCOME_OK;
}

static void
fill_credential(struct device *dev, size_t index, struct inst *inst)
{
	int number = nth_server(dev, index, any);
	char id[SOAP_VALUE_SIZE] = "";
	char name[NAME_SIZE];

	if (number < 0)
		return;
	if (dev->remote->servers[number].client != STORE_NONE) {
		class_cert_instance_id(id, dev->remote->servers[number].client);
		(void)inst_epr(inst, "ElementInContext", "AMT_PublicKeyCertificate",
		    "InstanceID", id);
	} else {
		numbered(name, USER_PREFIX, number);
		(void)inst_epr(inst, "ElementInContext", USER_CLASS, "InstanceID",
		    name);
	}
	class_remote_sap_epr(inst, "ElementProvidingContext", number);
}

static int
nth_policy(const struct device *dev, size_t n)
{
	for (int i = 0; dev->remote != NULL && i < REMOTE_TRIGGERS; i++)
		if (dev->remote->policies[i].exists && n-- == 0)
			return i;
	return -1;
}

static size_t
count_policies(const struct device *dev)
{
	size_t n = 0;

	while (nth_policy(dev, n) >= 0)
		n++;
	return n;
}

static void
fill_policy(struct device *dev, size_t index, struct inst *inst)
{
	int trigger = nth_policy(dev, index);
	const struct remote_policy *policy = NULL;

	if (trigger < 0)
		return;
	policy = &dev->remote->policies[trigger];
	inst_text(inst, "ExtendedData", policy->extended);
	inst_text(inst, "PolicyRuleName", rule_names[trigger]);
	inst_int(inst, "Trigger", trigger);
	inst_int(inst, "TunnelLifeTime", policy->life_s);
}

static struct outcome
delete_policy(struct device *dev, int index)
{
	struct remote_policy *policy =
	    &dev->remote->policies[nth_policy(dev, (size_t)index)];

	policy->exists = false;
	for (int i = 0; i < REMOTE_PER_POLICY; i++)
		policy->servers[i] = -1;
	return OUTCOME_OK;
}

/* The n-th pair of policy and server, and which of the policy's it is; false past
 * the end. */
static bool
nth_link(const struct device *dev, size_t n, int *ret_trigger, int *ret_order)
{
	for (int i = 0; dev->remote != NULL && i < REMOTE_TRIGGERS; i++) {
		for (int j = 0; j < REMOTE_PER_POLICY; j++) {
			if (!dev->remote->policies[i].exists ||
			    dev->remote->policies[i].servers[j] < 0 || n-- != 0)
				continue;
			*ret_trigger = i;
			*ret_order = j;
			return true;
		}
	}
	return false;
}

static size_t
count_links(const struct device *dev)
{
	size_t n = 0;
	int trigger = 0;
	int order = 0;

	while (nth_link(dev, n, &trigger, &order))
		n++;
	return n;
}

static void
fill_link(struct device *dev, size_t index, struct inst *inst)
{
	int trigger = 0;
	int order = 0;

	if (!nth_link(dev, index, &trigger, &order))
		return;
	class_remote_sap_epr(inst, "ManagedElement",
	    dev->remote->policies[trigger].servers[order]);
	inst_int(inst, "OrderOfAccess", order);
	class_remote_rule_epr(inst, "PolicySet", trigger);
}

/* clang-format off */
static const struct class_prop sap_props[] = {
	{ "CreationClassName", SAP_CLASS },
	{ "ElementName", "Intel(r) AMT:Management Presence Server" },
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
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" },
	{ NULL, NULL },
};

static const struct class_prop applies_props[] = {
	{ "MpsType", "0" },
	{ NULL, NULL },
};
/* clang-format on */

const struct class class_remote[] = {
	{
	    .name = SAP_CLASS,
	    .bases = "CIM_RemoteServiceAccessPoint",
	    .common = true,
	    .props = sap_props,
	    .count = count_saps,
	    .fill = fill_sap,
	    .delete = delete_sap,
	},
	{
	    .name = "AMT_RemoteAccessService",
	    .bases = "CIM_Service",
	    .common = true,
	    .props = service_props,
	    .methods = class_remote_methods,
	},
	{
	    .name = RULE_CLASS,
	    .props = rule_props,
	    .count = count_policies,
	    .fill = fill_policy,
	    .delete = delete_policy,
	},
	{
	    .name = "AMT_RemoteAccessPolicyAppliesToMPS",
	    .put_is_empty = true,
	    .keeps = true,
	    .props = applies_props,
	    .count = count_links,
	    .fill = fill_link,
	},
	{
	    /* Not among what CIM_CredentialContext lists. */
	    .name = "AMT_RemoteAccessCredentialContext",
	    .count = count_saps,
	    .fill = fill_credential,
	},
	{
	    .name = USER_CLASS,
	    .bases = "CIM_Credential",
	    .common = true,
	    .put_is_empty = true,
	    .count = count_users,
	    .fill = fill_user,
	    .put = put_user,
	},
	{ .name = NULL },
};
