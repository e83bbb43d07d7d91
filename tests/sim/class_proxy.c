/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the firmware tells inside from outside, and the HTTP proxies it may use to
 * call from there (AMT 12 and later).
 * Source: protocol notes 3.12; captures of the same names, AddProxyAccessPoint.
 */
#include <stdio.h>
#include <string.h>

#include "class.h"
#include "device.h"
#include "mem.h"
#include "pki.h"

#define ACCESS_CLASS "IPS_HTTPProxyAccessPoint"
#define NAME_PREFIX  "Intel(r) ME:HTTP Proxy Access Point "

enum {
	PROXIES_MAX = 15,
	NAME_SIZE = 64,
};

static bool
is_known(const struct device *dev)
{
	return dev->profile->http_proxy;
}

static size_t
count_proxies(const struct device *dev)
{
	return dev->proxies_n;
}

static void
make_name(char field[NAME_SIZE], size_t index)
{
	if (snprintf(field, NAME_SIZE, NAME_PREFIX "%zu", index) < 0)
		field[0] = '\0';
}

static void
fill_proxy(struct device *dev, size_t index, struct inst *inst)
{
	const struct proxy *proxy = &dev->proxies[index];
	char name[NAME_SIZE];

	make_name(name, index);
	inst_text(inst, "AccessInfo", proxy->access_info);
	inst_int(inst, "InfoFormat", proxy->info_format);
	inst_text(inst, "Name", name);
	inst_text(inst, "NetworkDnsSuffix", proxy->suffix);
	inst_int(inst, "Port", proxy->port);
}

static struct outcome
delete_proxy(struct device *dev, int index)
{
	dev->proxies_n--;
	for (size_t i = (size_t)index; i < dev->proxies_n; i++)
		dev->proxies[i] = dev->proxies[i + 1];
	return OUTCOME_OK;
}

static int64_t
add_proxy(struct class_call *call)
{
	struct device *dev = call->dev;
	struct proxy proxy = { 0 };
	struct epr *epr = NULL;
	char name[NAME_SIZE];

	if (!soap_child_int(call->input, "InfoFormat", &proxy.info_format) ||
	    !soap_child_int(call->input, "Port", &proxy.port)) {
		call->fault = FAULT_SCHEMA;
		return PT_INVALID_PARAMETER;
	}
	if (!soap_child_text(call->input, "AccessInfo", proxy.access_info,
		sizeof(proxy.access_info)) ||
	    !soap_child_text(call->input, "NetworkDnsSuffix", proxy.suffix,
		sizeof(proxy.suffix)))
		return PT_INVALID_PARAMETER;
	for (size_t i = 0; i < dev->proxies_n; i++)
		if (strcmp(dev->proxies[i].access_info, proxy.access_info) == 0 &&
		    dev->proxies[i].port == proxy.port)
			return PT_DUPLICATE;
	if (dev->proxies_n == PROXIES_MAX)
		return PT_MAX_LIMIT_REACHED;
	dev->proxies =
	    mem_resize(dev->proxies, dev->proxies_n + 1, sizeof(*dev->proxies));
	make_name(name, dev->proxies_n);
	dev->proxies[dev->proxies_n++] = proxy;
	epr = inst_epr(&call->out, "ProxyAccessPoint", ACCESS_CLASS,
	    "CreationClassName", ACCESS_CLASS);
	epr_add(epr, "Name", name);
	epr_add(epr, "SystemCreationClassName", "CIM_ComputerSystem");
	epr_add(epr, "SystemName", "Intel(r) AMT");
	return PT_SUCCESS;
}

/* clang-format off */
static const struct class_prop service_props[] = {
	{ "CreationClassName", "IPS_HTTPProxyService" },
	{ "ElementName", "Intel(r) ME HTTP Proxy Service" },
	{ "Name", "Intel(r) ME HTTP Proxy Service" },
	{ "SyncEnabled", "false" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" },
	{ NULL, NULL },
};

static const struct class_prop access_props[] = {
	{ "CreationClassName", ACCESS_CLASS },
	{ "ElementName", "Intel(r) ME HTTP Proxy Access Point" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" },
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

static const struct class_prop user_initiated_props[] = {
	{ "CreationClassName", "AMT_UserInitiatedConnectionService" },
	{ "ElementName", "Intel(r) AMT User Initiated Connection Service" },
	{ "EnabledState", "32771" },
	{ "Name", "Intel(r) AMT User Initiated Connection Service" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" },
	{ NULL, NULL },
};

static const struct class_prop environment_props[] = {
	{ "DetectionAlgorithm", "0" },
	{ "ElementName", "Intel(r) AMT Environment Detection Settings" },
	{ "InstanceID", "Intel(r) AMT Environment Detection Settings" },
	{ NULL, NULL },
};
/* clang-format on */

static const struct class_method service_methods[] = {
	{ "AddProxyAccessPoint", add_proxy,
	    "AccessInfo InfoFormat Port NetworkDnsSuffix", "ProxyAccessPoint", false },
	{ NULL, NULL, NULL, NULL, false },
};

static const char *const environment_optional[] = { "DetectionStrings",
	"DetectionIPv6LocalPrefixes", NULL };

static const struct class_method user_initiated_methods[] = {
	{ "RequestStateChange", class_request_state, CLASS_STATE_INPUTS, NULL, false },
	{ NULL, NULL, NULL, NULL, false },
};

const struct class class_proxy[] = {
	{
	    .name = "AMT_RemoteAccessCapabilities",
	    .bases = "CIM_Capabilities",
	    .props = capabilities_props,
	},
	{
	    .name = "AMT_UserInitiatedConnectionService",
	    .bases = "CIM_Service",
	    .common = true,
	    .props = user_initiated_props,
	    .methods = user_initiated_methods,
	},
	{
	    .name = "AMT_EnvironmentDetectionSettingData",
	    .bases = "CIM_SettingData",
	    .keeps = true,
	    .optional = environment_optional,
	    .props = environment_props,
	},
	{
	    .name = "IPS_HTTPProxyService",
	    .bases = "CIM_Service",
	    .common = true,
	    .keeps = true,
	    .exists = is_known,
	    .props = service_props,
	    .methods = service_methods,
	},
	{
	    .name = ACCESS_CLASS,
	    .bases = "CIM_RemoteServiceAccessPoint",
	    .common = true,
	    .exists = is_known,
	    .props = access_props,
	    .count = count_proxies,
	    .fill = fill_proxy,
	    .delete = delete_proxy,
	},
	{ .name = NULL },
};
