/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Remote access (CIRA): management presence servers, their credentials and the
 * policies that call them.
 * Source: protocol notes 3.12; captures of the same names.
 */
#include <stdio.h>
#include <string.h>

#include "class.h"
#include "device.h"
#include "firmware.h"
#include "pki.h"
#include "remote.h"

#define SAP_CLASS   "AMT_ManagementPresenceRemoteSAP"
#define SAP_PREFIX  "Intel(r) AMT:Management Presence Server "
#define RULE_CLASS  "AMT_RemoteAccessPolicyRule"
#define USER_CLASS  "AMT_MPSUsernamePassword"
#define USER_PREFIX "Intel(r) AMT:MPS Username Password "

enum {
	NAME_SIZE = 64,
	AUTH_CERTIFICATE = 1,
	AUTH_PASSWORD = 2,
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

static void
add_sap_epr(struct inst *inst, const char *name, int number)
{
	char sap[NAME_SIZE];

	numbered(sap, SAP_PREFIX, number);
	add_full_epr(inst, name, SAP_CLASS, "Name", sap);
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
	numbered(name, SAP_PREFIX, number);
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
	add_sap_epr(inst, "ElementProvidingContext", number);
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
	add_sap_epr(inst, "ManagedElement",
	    dev->remote->policies[trigger].servers[order]);
	inst_int(inst, "OrderOfAccess", order);
	add_full_epr(inst, "PolicySet", RULE_CLASS, "PolicyRuleName",
	    rule_names[trigger]);
}

/* AuthMethod 1: a certificate of the store; 2: user and password. */
static enum pt_status
read_credential(struct class_call *call, struct remote_server *server)
{
	struct soap_epr cert = { 0 };
	int64_t method = 0;

	if (!soap_child_int(call->input, "AuthMethod", &method))
		return PT_INVALID_PARAMETER;
	if (method == AUTH_PASSWORD)
		return soap_child_text(call->input, "Username", server->username,
			   sizeof(server->username)) &&
			server->username[0] != '\0'
		    ? PT_SUCCESS
		    : PT_INVALID_PARAMETER;
	if (method != AUTH_CERTIFICATE ||
	    !soap_child_epr(call->input, "Certificate", &cert))
		return PT_INVALID_PARAMETER;
	server->client = class_cert_handle(cert.value);
	if (store_key_of_cert(&call->dev->store, server->client) == STORE_NONE)
		return PT_INVALID_PARAMETER;
	return PT_SUCCESS;
}

static bool
is_known_server(const struct remote *remote, const struct remote_server *server)
{
	for (int i = 0; i < REMOTE_SERVERS; i++)
		if (remote->servers[i].exists &&
		    remote->servers[i].port == server->port &&
		    strcmp(remote->servers[i].access_info, server->access_info) == 0)
			return true;
	return false;
}

static int64_t
add_server(struct class_call *call)
{
	struct remote *remote = remote_of(call->dev);
	struct remote_server server = { .exists = true, .client = STORE_NONE };
	enum pt_status status = PT_SUCCESS;
	int number = remote_free_server(remote);

	if (!soap_child_int(call->input, "InfoFormat", &server.info_format) ||
	    !soap_child_int(call->input, "Port", &server.port)) {
		call->fault = FAULT_SCHEMA;
		return PT_INVALID_PARAMETER;
	}
	if (!soap_child_text(call->input, "AccessInfo", server.access_info,
		sizeof(server.access_info)) ||
	    server.port < 1 || server.port > 65535)
		return PT_INVALID_PARAMETER;
	(void)soap_child_text(call->input, "CN", server.common_name,
	    sizeof(server.common_name));
	status = read_credential(call, &server);
	if (status != PT_SUCCESS)
		return status;
	if (is_known_server(remote, &server))
		return PT_DUPLICATE;
	if (number < 0)
		return PT_MAX_LIMIT_REACHED;
	if (!firmware_write_flash(call->dev))
		return PT_FLASH_WRITE_LIMIT_EXCEEDED;
	remote->servers[number] = server;
	add_sap_epr(&call->out, "MpServer", number);
	return PT_SUCCESS;
}

/* The servers a request names, in their order. */
static bool
read_servers(const struct class_call *call, int servers[REMOTE_PER_POLICY])
{
	for (size_t i = 0;; i++) {
		const xmlNode *node = soap_child(call->input, "MpServer", i);
		char wanted[SOAP_VALUE_SIZE] = "";
		char name[NAME_SIZE];

		if (node == NULL)
			return i > 0;
		if (i == REMOTE_PER_POLICY ||
		    !soap_epr_selector(node, "Name", wanted, sizeof(wanted)))
			return false;
		for (int j = 0; j < REMOTE_SERVERS; j++) {
			numbered(name, SAP_PREFIX, j);
			if (call->dev->remote->servers[j].exists &&
			    strcmp(name, wanted) == 0)
				servers[i] = j;
		}
		if (servers[i] < 0)
			return false;
	}
}

static int64_t
add_policy(struct class_call *call)
{
	struct remote *remote = remote_of(call->dev);
	struct remote_policy policy = { .exists = true, .servers = { -1, -1 } };
	int64_t trigger = 0;

	if (!soap_child_int(call->input, "Trigger", &trigger) ||
	    !soap_child_int(call->input, "TunnelLifeTime", &policy.life_s)) {
		call->fault = FAULT_SCHEMA;
		return PT_INVALID_PARAMETER;
	}
	if (trigger < 0 || trigger >= REMOTE_TRIGGERS ||
	    !read_servers(call, policy.servers))
		return PT_INVALID_PARAMETER;
	(void)soap_child_text(call->input, "ExtendedData", policy.extended,
	    sizeof(policy.extended));
	if (remote->policies[trigger].exists)
		return PT_DUPLICATE;
	if (!firmware_write_flash(call->dev))
		return PT_FLASH_WRITE_LIMIT_EXCEEDED;
	remote->policies[trigger] = policy;
	add_full_epr(&call->out, "PolicyRule", RULE_CLASS, "PolicyRuleName",
	    rule_names[trigger]);
	return PT_SUCCESS;
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

static const struct class_method service_methods[] = {
	{ "AddMpServer", add_server,
	    "AccessInfo InfoFormat Port AuthMethod ?&Certificate ?Username ?Password ?CN",
	    "MpServer", false },
	{ "AddRemoteAccessPolicyRule", add_policy,
	    "Trigger TunnelLifeTime ?ExtendedData ?&MpServer ?&InternalMpServer",
	    "PolicyRule", false },
	{ NULL, NULL, NULL, NULL, false },
};

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
	    .methods = service_methods,
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
