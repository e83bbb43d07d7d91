/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AMT_RemoteAccessService: one more management presence server, one more policy.
 * Source: protocol notes 3.12; capture AMT_RemoteAccessService.AddMpServer.
 */
#include <string.h>

#include "class_remote.h"
#include "device.h"
#include "firmware.h"
#include "pki.h"
#include "remote.h"

enum {
	AUTH_CERTIFICATE = 1,
	AUTH_PASSWORD = 2,
};

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
	class_remote_sap_epr(&call->out, "MpServer", number);
	return PT_SUCCESS;
}

/* The servers a request names, in their order. */
static bool
read_servers(const struct class_call *call, int servers[REMOTE_PER_POLICY])
{
	for (size_t i = 0;; i++) {
		const xmlNode *node = soap_child(call->input, "MpServer", i);
		char wanted[SOAP_VALUE_SIZE] = "";
		char name[CLASS_REMOTE_NAME_SIZE];

		if (node == NULL)
			return i > 0;
		if (i == REMOTE_PER_POLICY ||
		    !soap_epr_selector(node, "Name", wanted, sizeof(wanted)))
			return false;
		for (int j = 0; j < REMOTE_SERVERS; j++) {
			class_remote_sap_name(name, j);
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
	class_remote_rule_epr(&call->out, "PolicyRule", (int)trigger);
	return PT_SUCCESS;
}

const struct class_method class_remote_methods[] = {
	{ "AddMpServer", add_server,
	    "AccessInfo InfoFormat Port AuthMethod ?&Certificate ?Username ?Password ?CN",
	    "MpServer", false },
	{ "AddRemoteAccessPolicyRule", add_policy,
	    "Trigger TunnelLifeTime ?ExtendedData ?&MpServer ?&InternalMpServer",
	    "PolicyRule", false },
	{ NULL, NULL, NULL, NULL, false },
};
