/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Wi-Fi: profiles, their 802.1X settings and certificates, the port.
 * Source: protocol notes 3.11; captures of the same names.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "class.h"
#include "device.h"
#include "mem.h"
#include "pki.h"

#define PREFIX_8021X "Intel(r) AMT:IEEE 802.1x Settings "
#define PREFIX	     "Intel(r) AMT:WiFi Endpoint Settings "

/* CIM value map of the methods; a PT_STATUS comes on top of 32768. */
enum {
	WIFI_OK = 0,
	WIFI_FAILED = 2,
	WIFI_INVALID_PARAMETER = 3,
	WIFI_INVALID_REFERENCE = 4,
	WIFI_PT_STATUS = 32768,
};

/* AuthenticationMethod, EncryptionMethod, AuthenticationProtocol. */
enum {
	METHOD_WPA_8021X = 5,
	METHOD_WPA2_8021X = 7,
	METHOD_WPA3_SAE_8021X = 32768,
	METHOD_WPA3_OWE_8021X = 32769,
	PROTOCOL_EAP_TLS = 0,
};

static bool
has_8021x(const struct wifi *wifi)
{
	return wifi->authentication == METHOD_WPA_8021X ||
	    wifi->authentication == METHOD_WPA2_8021X ||
	    wifi->authentication == METHOD_WPA3_SAE_8021X ||
	    wifi->authentication == METHOD_WPA3_OWE_8021X;
}

static const struct wifi *
nth_8021x(const struct device *dev, size_t n)
{
	for (size_t i = 0; i < dev->wifi_n; i++)
		if (has_8021x(&dev->wifi[i]) && n-- == 0)
			return &dev->wifi[i];
	return NULL;
}

static size_t
count_8021x(const struct device *dev)
{
	size_t n = 0;

	while (nth_8021x(dev, n) != NULL)
		n++;
	return n;
}

static char *
prefixed(const char *prefix, const char *name)
{
	struct buf text = { 0 };

	buf_init(&text, 1024);
	buf_addf(&text, "%s%s", prefix, name);
	return buf_take(&text);
}

static void
fill_8021x(struct device *dev, size_t index, struct inst *inst)
{
	const struct wifi *wifi = nth_8021x(dev, index);
	char *id = NULL;

	if (wifi == NULL)
		return;
	id = prefixed(PREFIX_8021X, wifi->name);
	inst_text(inst, "ElementName", wifi->name);
	inst_text(inst, "InstanceID", id);
	eap_fill(&wifi->eap, inst);
	free(id);
}

/* n-th bound certificate of the Wi-Fi profiles. */
static int
nth_cert(const struct device *dev, size_t n, const struct wifi **ret_wifi)
{
	for (size_t i = 0; i < dev->wifi_n; i++) {
		const int handles[] = { dev->wifi[i].client, dev->wifi[i].root };

		for (size_t j = 0; j < 2; j++) {
			if (handles[j] == STORE_NONE || n-- != 0)
				continue;
			*ret_wifi = &dev->wifi[i];
			return handles[j];
		}
	}
	return STORE_NONE;
}

static size_t
count_contexts(const struct device *dev)
{
	const struct wifi *wifi = NULL;
	size_t n = 0;

	while (nth_cert(dev, n, &wifi) != STORE_NONE)
		n++;
	return n;
}

static void
fill_context(struct device *dev, size_t index, struct inst *inst)
{
	const struct wifi *wifi = NULL;
	int handle = nth_cert(dev, index, &wifi);
	char *id = NULL;

	if (wifi == NULL)
		return;
	id = prefixed(PREFIX_8021X, wifi->name);
	class_cert_epr(inst, "ElementInContext", handle);
	(void)inst_epr(inst, "ElementProvidingContext", "CIM_IEEE8021xSettings",
	    "InstanceID", id);
	free(id);
}

static size_t
count_profiles(const struct device *dev)
{
	return dev->wifi_n;
}

static void
fill_profile(struct device *dev, size_t index, struct inst *inst)
{
	const struct wifi *wifi = &dev->wifi[index];
	char *id = prefixed(PREFIX, wifi->name);

	inst_int(inst, "AuthenticationMethod", wifi->authentication);
	inst_int(inst, "EncryptionMethod", wifi->encryption);
	inst_text(inst, "ElementName", wifi->name);
	inst_text(inst, "InstanceID", id);
	inst_int(inst, "Priority", wifi->priority);
	inst_text(inst, "SSID", wifi->ssid);
	free(id);
}

static struct outcome
delete_profile(struct device *dev, int index)
{
	device_drop_wifi(dev, (size_t)index);
	return OUTCOME_OK;
}

static int
find_profile(const struct device *dev, const char *instance_id)
{
	for (size_t i = 0; i < dev->wifi_n; i++) {
		char *id = prefixed(PREFIX, dev->wifi[i].name);
		bool same = id != NULL && strcmp(id, instance_id) == 0;

		free(id);
		if (same)
			return (int)i;
	}
	return -1;
}

/* What a request asks a profile to be, before it is one. */
struct wanted {
	char name[SOAP_VALUE_SIZE];
	char ssid[SOAP_VALUE_SIZE];
	struct wifi wifi; /* numbers, handles and what 802.1X needs */
};

/* Parameters that are missing leave what is there. */
static int64_t
read_wanted(const struct class_call *call, struct wanted *wanted)
{
	const xmlNode *settings =
	    soap_child(call->input, "WiFiEndpointSettingsInput", 0);
	const xmlNode *ieee = soap_child(call->input, "IEEE8021xSettingsInput", 0);

	(void)soap_child_text(settings, "SSID", wanted->ssid, sizeof(wanted->ssid));
	(void)soap_child_int(settings, "Priority", &wanted->wifi.priority);
	(void)soap_child_int(settings, "AuthenticationMethod",
	    &wanted->wifi.authentication);
	(void)soap_child_int(settings, "EncryptionMethod", &wanted->wifi.encryption);
	eap_take(&wanted->wifi.eap, ieee, false);
	if (!class_take_cert(call->dev, call->input, "ClientCredential",
		&wanted->wifi.client) ||
	    !class_take_cert(call->dev, call->input, "CACredential",
		&wanted->wifi.root))
		return WIFI_INVALID_REFERENCE;
	if (!has_8021x(&wanted->wifi))
		return WIFI_OK;
	/* EAP-TLS logs in with a certificate and its key. */
	if (wanted->wifi.eap.protocol == PROTOCOL_EAP_TLS &&
	    store_key_of_cert(&call->dev->store, wanted->wifi.client) == STORE_NONE)
		return WIFI_INVALID_REFERENCE;
	return WIFI_OK;
}

static void
write_wanted(struct wifi *wifi, const struct wanted *wanted)
{
	wifi->priority = wanted->wifi.priority;
	wifi->authentication = wanted->wifi.authentication;
	wifi->encryption = wanted->wifi.encryption;
	eap_copy(&wifi->eap, &wanted->wifi.eap);
	wifi->client = wanted->wifi.client;
	wifi->root = wanted->wifi.root;
	mem_set(&wifi->ssid, wanted->ssid);
}

/* Can it be one more profile? */
static int64_t
check_new(const struct class_call *call, struct wanted *wanted)
{
	const xmlNode *settings =
	    soap_child(call->input, "WiFiEndpointSettingsInput", 0);

	if (!soap_child_text(settings, "ElementName", wanted->name,
		sizeof(wanted->name)) ||
	    wanted->name[0] == '\0' || wanted->ssid[0] == '\0' ||
	    wanted->wifi.priority < 1)
		return WIFI_INVALID_PARAMETER;
	for (size_t i = 0; i < call->dev->wifi_n; i++)
		if (strcmp(call->dev->wifi[i].name, wanted->name) == 0 ||
		    call->dev->wifi[i].priority == wanted->wifi.priority)
			return WIFI_PT_STATUS + PT_DUPLICATE;
	if (call->dev->wifi_n == WIFI_MAX)
		return WIFI_PT_STATUS + PT_MAX_LIMIT_REACHED;
	return WIFI_OK;
}

static int64_t
add_profile(struct class_call *call)
{
	struct wanted wanted = { .wifi = { .client = STORE_NONE, .root = STORE_NONE } };
	int64_t result = read_wanted(call, &wanted);

	if (result == WIFI_OK)
		result = check_new(call, &wanted);
	if (result == WIFI_OK)
		write_wanted(device_add_wifi(call->dev, wanted.name), &wanted);
	eap_clear(&wanted.wifi.eap);
	return result;
}

static int64_t
update_profile(struct class_call *call)
{
	struct device *dev = call->dev;
	struct soap_epr epr = { 0 };
	struct wanted wanted = { 0 };
	int64_t result = WIFI_OK;
	int n = -1;

	if (!soap_child_epr(call->input, "WiFiEndpointSettings", &epr)) {
		call->fault = FAULT_SCHEMA;
		return WIFI_FAILED;
	}
	n = find_profile(dev, epr.value);
	if (n < 0)
		return WIFI_INVALID_REFERENCE;
	wanted.wifi = dev->wifi[n];
	wanted.wifi.eap = (struct eap){ 0 };
	eap_copy(&wanted.wifi.eap, &dev->wifi[n].eap);
	memcpy(wanted.ssid, dev->wifi[n].ssid, strlen(dev->wifi[n].ssid) + 1);
	result = read_wanted(call, &wanted);
	if (result == WIFI_OK)
		write_wanted(&dev->wifi[n], &wanted);
	eap_clear(&wanted.wifi.eap);
	return result;
}

static int64_t
delete_all(struct class_call *call)
{
	while (call->dev->wifi_n > 0)
		device_drop_wifi(call->dev, call->dev->wifi_n - 1);
	return WIFI_OK;
}

/* Profiles of the operating system's user; none is simulated. */
static int64_t
delete_users(struct class_call *call)
{
	(void)call;
	return WIFI_OK;
}

/* clang-format off */
static const struct class_prop profile_props[] = {
	{ "BSSType", "3" },
	{ NULL, NULL },
};

static const struct class_prop service_props[] = {
	{ "CreationClassName", "AMT_WiFiPortConfigurationService" },
	{ "ElementName", "Intel(r) AMT WiFiPort Configuration Service" },
	{ "EnabledState", "5" },
	{ "HealthState", "5" },
	{ "LastConnectedSsidUnderMeControl", "" },
	{ "Name", "Intel(r) AMT WiFi Port Configuration Service" },
	{ "NoHostCsmeSoftwarePolicy", "0" },
	{ "RequestedState", "12" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" },
	{ "UEFIWiFiProfileShareEnabled", "false" },
	{ "localProfileSynchronizationEnabled", "0" },
	{ NULL, NULL },
};

static const struct class_prop port_props[] = {
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
/* clang-format on */

static const struct class_method service_methods[] = {
	{ "AddWiFiSettings", add_profile,
	    "&WiFiEndpoint WiFiEndpointSettingsInput ?IEEE8021xSettingsInput "
	    "?&ClientCredential ?&CACredential",
	    NULL, false },
	{ "UpdateWiFiSettings", update_profile,
	    "&WiFiEndpointSettings ?WiFiEndpointSettingsInput "
	    "?IEEE8021xSettingsInput ?&ClientCredential ?&CACredential",
	    NULL, false },
	{ "DeleteAllITProfiles", delete_all, NULL, NULL, false },
	{ "DeleteAllUserProfiles", delete_users, NULL, NULL, false },
	{ NULL, NULL, NULL, NULL, false },
};

static const struct class_method port_methods[] = {
	{ "RequestStateChange", class_request_state, CLASS_STATE_INPUTS, NULL, false },
	{ NULL, NULL, NULL, NULL, false },
};

const struct class class_wifi[] = {
	{
	    .name = "CIM_CredentialContext",
	    .count = count_contexts,
	    .fill = fill_context,
	},
	{
	    .name = "CIM_IEEE8021xSettings",
	    .count = count_8021x,
	    .fill = fill_8021x,
	},
	{
	    .name = "CIM_WiFiEndpointSettings",
	    .props = profile_props,
	    .count = count_profiles,
	    .fill = fill_profile,
	    .delete = delete_profile,
	},
	{
	    .name = "AMT_WiFiPortConfigurationService",
	    .bases = "CIM_Service",
	    .common = true,
	    .method_common = true,
	    .keeps = true,
	    .props = service_props,
	    .methods = service_methods,
	},
	{
	    .name = "CIM_WiFiPort",
	    .common = true,
	    .props = port_props,
	    .methods = port_methods,
	},
	{ .name = NULL },
};
