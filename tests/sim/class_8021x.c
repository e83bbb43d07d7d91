/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 802.1X: the wired profile in its old and its new class, Wi-Fi profiles, and
 * the contexts that bind certificates to them.
 * Source: protocol notes 3.11; captures of the same names.
 */
#include <stdlib.h>
#include <string.h>

#include "class.h"
#include "device.h"
#include "mem.h"
#include "pki.h"

#define CERT_CLASS	  "AMT_PublicKeyCertificate"
#define IPS_SETTINGS	  "Intel(r) AMT: 8021X Settings"
#define OLD_PROFILE	  "Intel(r) AMT 802.1x Profile 0"
#define WIFI_8021X_PREFIX "Intel(r) AMT:IEEE 802.1x Settings "
#define WIFI_PREFIX	  "Intel(r) AMT:WiFi Endpoint Settings "

/* CIM value map of the Wi-Fi methods. */
enum {
	WIFI_OK = 0,
	WIFI_FAILED = 2,
	WIFI_INVALID_REFERENCE = 4,
};

/* IPS_IEEE8021xSettings.Enabled */
enum {
	IPS_WITH_CERTIFICATES = 2,
	IPS_DISABLED = 3,
	IPS_WITHOUT_CERTIFICATES = 6,
};

static void
add_cert_epr(struct inst *inst, const char *name, int handle)
{
	char id[SOAP_VALUE_SIZE] = "";

	class_cert_instance_id(id, handle);
	(void)inst_epr(inst, name, CERT_CLASS, "InstanceID", id);
}

/* A reference to a certificate that exists. Missing: *handle stays. */
static bool
take_cert(const struct device *dev, const xmlNode *parent, const char *name,
    int *handle)
{
	struct soap_epr epr = { 0 };
	int found = STORE_NONE;

	if (soap_child(parent, name, 0) == NULL)
		return true;
	if (!soap_child_epr(parent, name, &epr))
		return false;
	found = class_cert_handle(epr.value);
	if (!store_has_cert(&dev->store, found))
		return false;
	*handle = found;
	return true;
}

static void
fill_profile(struct device *dev, size_t index, struct inst *inst)
{
	const struct wired *wired = &dev->wired;

	(void)index;
	inst_bool(inst, "ActiveInS0", wired->in_s0);
	inst_bool(inst, "Enabled", wired->enabled);
	inst_int(inst, "PxeTimeout", wired->pxe_timeout_s);
	if (!wired->enabled)
		return;
	inst_int(inst, "AuthenticationProtocol", 0);
	inst_text(inst, "Username", wired->username);
	if (wired->client != STORE_NONE)
		add_cert_epr(inst, "ClientCertificate", wired->client);
	if (wired->root != STORE_NONE)
		add_cert_epr(inst, "ServerCertificateIssuer", wired->root);
}

static struct outcome
put_profile(struct device *dev, int index, const xmlNode *instance)
{
	struct wired wired = dev->wired;
	char username[SOAP_VALUE_SIZE] = "";

	(void)index;
	if (!soap_child_bool(instance, "Enabled", &wired.enabled))
		return OUTCOME_FAULT(FAULT_SCHEMA);
	(void)soap_child_bool(instance, "ActiveInS0", &wired.in_s0);
	(void)soap_child_int(instance, "PxeTimeout", &wired.pxe_timeout_s);
	if (!take_cert(dev, instance, "ClientCertificate", &wired.client) ||
	    !take_cert(dev, instance, "ServerCertificateIssuer", &wired.root))
		return OUTCOME_STATUS(PT_INVALID_HANDLE);
	if (!wired.enabled) {
		wired.client = STORE_NONE;
		wired.root = STORE_NONE;
	}
	dev->wired = wired;
	if (soap_child_text(instance, "Username", username, sizeof(username)))
		mem_set(&dev->wired.username, username);
	return OUTCOME_OK;
}

/* Contexts of the wired profile: the client certificate, then the root. */
static int
nth_wired_cert(const struct device *dev, size_t n)
{
	const int handles[] = { dev->wired.client, dev->wired.root };

	for (size_t i = 0; i < 2; i++)
		if (handles[i] != STORE_NONE && n-- == 0)
			return handles[i];
	return STORE_NONE;
}

static size_t
count_wired_contexts(const struct device *dev)
{
	size_t n = 0;

	while (nth_wired_cert(dev, n) != STORE_NONE)
		n++;
	return n;
}

static void
fill_wired_context(struct device *dev, size_t index, struct inst *inst)
{
	add_cert_epr(inst, "ElementInContext", nth_wired_cert(dev, index));
	(void)inst_epr(inst, "ElementProvidingContext", "IPS_IEEE8021xSettings",
	    "InstanceID", IPS_SETTINGS);
}

static void
fill_ips_settings(struct device *dev, size_t index, struct inst *inst)
{
	const struct wired *wired = &dev->wired;
	int64_t enabled = IPS_DISABLED;

	(void)index;
	if (wired->enabled)
		enabled = wired->client == STORE_NONE ? IPS_WITHOUT_CERTIFICATES
						      : IPS_WITH_CERTIFICATES;
	inst_bool(inst, "AvailableInS0", wired->in_s0);
	inst_int(inst, "Enabled", enabled);
	inst_int(inst, "PxeTimeout", wired->pxe_timeout_s);
	if (wired->enabled) {
		inst_int(inst, "AuthenticationProtocol", 0);
		inst_text(inst, "Username", wired->username);
	}
}

static struct outcome
put_ips_settings(struct device *dev, int index, const xmlNode *instance)
{
	int64_t enabled = 0;

	(void)index;
	if (!soap_child_int(instance, "Enabled", &enabled))
		return OUTCOME_FAULT(FAULT_SCHEMA);
	dev->wired.enabled = enabled != IPS_DISABLED;
	(void)soap_child_bool(instance, "AvailableInS0", &dev->wired.in_s0);
	(void)soap_child_int(instance, "PxeTimeout", &dev->wired.pxe_timeout_s);
	if (!dev->wired.enabled) {
		dev->wired.client = STORE_NONE;
		dev->wired.root = STORE_NONE;
	}
	return OUTCOME_OK;
}

static int64_t
set_certificates(struct class_call *call)
{
	struct device *dev = call->dev;
	int client = STORE_NONE;
	int root = STORE_NONE;

	if (!take_cert(dev, call->input, "ClientCertificate", &client) ||
	    !take_cert(dev, call->input, "ServerCertificateIssuer", &root))
		return PT_INVALID_HANDLE;
	if (client != STORE_NONE &&
	    store_key_of_cert(&dev->store, client) == STORE_NONE)
		return PT_PKI_MISSING_KEYS;
	dev->wired.client = client;
	dev->wired.root = root;
	return PT_SUCCESS;
}

static bool
has_8021x(const struct wifi *wifi)
{
	return wifi->client != STORE_NONE || wifi->root != STORE_NONE;
}

static const struct wifi *
nth_wifi_8021x(const struct device *dev, size_t n)
{
	for (size_t i = 0; i < dev->wifi_n; i++)
		if (has_8021x(&dev->wifi[i]) && n-- == 0)
			return &dev->wifi[i];
	return NULL;
}

static size_t
count_wifi_8021x(const struct device *dev)
{
	size_t n = 0;

	while (nth_wifi_8021x(dev, n) != NULL)
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
fill_wifi_8021x(struct device *dev, size_t index, struct inst *inst)
{
	const struct wifi *wifi = nth_wifi_8021x(dev, index);
	char *id = NULL;

	if (wifi == NULL)
		return;
	id = prefixed(WIFI_8021X_PREFIX, wifi->name);
	inst_int(inst, "AuthenticationProtocol", 0);
	inst_text(inst, "ElementName", wifi->name);
	inst_text(inst, "InstanceID", id);
	inst_text(inst, "Username", wifi->username);
	free(id);
}

/* n-th bound certificate of the Wi-Fi profiles. */
static int
nth_wifi_cert(const struct device *dev, size_t n, const struct wifi **ret_wifi)
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
count_wifi_contexts(const struct device *dev)
{
	const struct wifi *wifi = NULL;
	size_t n = 0;

	while (nth_wifi_cert(dev, n, &wifi) != STORE_NONE)
		n++;
	return n;
}

static void
fill_wifi_context(struct device *dev, size_t index, struct inst *inst)
{
	const struct wifi *wifi = NULL;
	int handle = nth_wifi_cert(dev, index, &wifi);
	char *id = NULL;

	if (wifi == NULL)
		return;
	id = prefixed(WIFI_8021X_PREFIX, wifi->name);
	add_cert_epr(inst, "ElementInContext", handle);
	(void)inst_epr(inst, "ElementProvidingContext", "CIM_IEEE8021xSettings",
	    "InstanceID", id);
	free(id);
}

static size_t
count_wifi(const struct device *dev)
{
	return dev->wifi_n;
}

static void
fill_wifi(struct device *dev, size_t index, struct inst *inst)
{
	const struct wifi *wifi = &dev->wifi[index];
	char *id = prefixed(WIFI_PREFIX, wifi->name);

	/* 4 WPA PSK, 7 WPA2 802.1X; 4 CCMP. */
	inst_int(inst, "AuthenticationMethod", has_8021x(wifi) ? 7 : 6);
	inst_int(inst, "EncryptionMethod", 4);
	inst_text(inst, "ElementName", wifi->name);
	inst_text(inst, "InstanceID", id);
	inst_int(inst, "Priority", wifi->priority);
	inst_text(inst, "SSID", wifi->ssid);
	free(id);
}

static struct wifi *
find_wifi(struct device *dev, const char *instance_id)
{
	for (size_t i = 0; i < dev->wifi_n; i++) {
		char *id = prefixed(WIFI_PREFIX, dev->wifi[i].name);
		bool same = id != NULL && strcmp(id, instance_id) == 0;

		free(id);
		if (same)
			return &dev->wifi[i];
	}
	return NULL;
}

static int64_t
update_wifi(struct class_call *call)
{
	struct device *dev = call->dev;
	struct soap_epr epr = { 0 };
	struct wifi *wifi = NULL;
	int client = STORE_NONE;
	int root = STORE_NONE;

	if (!soap_child_epr(call->input, "WiFiEndpointSettings", &epr)) {
		call->fault = FAULT_SCHEMA;
		return WIFI_FAILED;
	}
	wifi = find_wifi(dev, epr.value);
	if (wifi == NULL)
		return WIFI_INVALID_REFERENCE;
	client = wifi->client;
	root = wifi->root;
	if (!take_cert(dev, call->input, "ClientCredential", &client) ||
	    !take_cert(dev, call->input, "CACredential", &root))
		return WIFI_INVALID_REFERENCE;
	wifi->client = client;
	wifi->root = root;
	return WIFI_OK;
}

static const struct class_prop profile_props[] = {
	{ "ElementName", "Intel(r) AMT 802.1x Profile" },
	{ "InstanceID", OLD_PROFILE },
	{ NULL, NULL },
};

static const struct class_prop ips_props[] = {
	{ "ElementName", IPS_SETTINGS },
	{ "InstanceID", IPS_SETTINGS },
	{ NULL, NULL },
};

static const struct class_method ips_methods[] = {
	{ "SetCertificates", set_certificates,
	    "?ServerCertificateIssuer ?ClientCertificate", NULL, false },
	{ NULL, NULL, NULL, NULL, false },
};

static const struct class_prop wifi_props[] = {
	{ "BSSType", "3" },
	{ NULL, NULL },
};

static const struct class_prop wifi_service_props[] = {
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

static const struct class_method wifi_methods[] = {
	{ "UpdateWiFiSettings", update_wifi,
	    "WiFiEndpointSettings ?WiFiEndpointSettingsInput ?IEEE8021xSettingsInput "
	    "?ClientCredential ?CACredential",
	    NULL, false },
	{ NULL, NULL, NULL, NULL, false },
};

const struct class class_8021x[] = {
	{
	    .name = "CIM_CredentialContext",
	    .count = count_wifi_contexts,
	    .fill = fill_wifi_context,
	},
	{
	    .name = "AMT_8021XProfile",
	    .bases = "CIM_SettingData",
	    .props = profile_props,
	    .fill = fill_profile,
	    .put = put_profile,
	},
	{
	    .name = "AMT_8021xCredentialContext",
	    .count = class_none,
	},
	{
	    .name = "IPS_IEEE8021xSettings",
	    .bases = "CIM_IEEE8021xSettings",
	    .props = ips_props,
	    .fill = fill_ips_settings,
	    .put = put_ips_settings,
	    .methods = ips_methods,
	},
	{
	    .name = "IPS_8021xCredentialContext",
	    .bases = "CIM_CredentialContext",
	    .count = count_wired_contexts,
	    .fill = fill_wired_context,
	},
	{
	    .name = "CIM_IEEE8021xSettings",
	    .count = count_wifi_8021x,
	    .fill = fill_wifi_8021x,
	},
	{
	    .name = "CIM_WiFiEndpointSettings",
	    .props = wifi_props,
	    .count = count_wifi,
	    .fill = fill_wifi,
	},
	{
	    .name = "AMT_WiFiPortConfigurationService",
	    .bases = "CIM_Service",
	    .common = true,
	    .props = wifi_service_props,
	    .methods = wifi_methods,
	},
	{ .name = NULL },
};
