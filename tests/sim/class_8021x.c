/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Wired 802.1X: the profile in its old and its new class, and the contexts that
 * bind certificates to it.
 * Source: protocol notes 3.11; captures of the same names.
 */
#include "class.h"
#include "device.h"
#include "pki.h"

#define IPS_SETTINGS "Intel(r) AMT: 8021X Settings"
#define OLD_PROFILE  "Intel(r) AMT 802.1x Profile 0"

/* IPS_IEEE8021xSettings.Enabled */
enum {
	IPS_WITH_CERTIFICATES = 2,
	IPS_DISABLED = 3,
	IPS_WITHOUT_CERTIFICATES = 6,
};

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
	eap_fill(&wired->eap, inst);
	if (wired->client != STORE_NONE)
		class_cert_epr(inst, "ClientCertificate", wired->client);
	if (wired->root != STORE_NONE)
		class_cert_epr(inst, "ServerCertificateIssuer", wired->root);
}

static bool
has_empty_reference(const xmlNode *instance)
{
	static const char *const names[] = { "ClientCertificate",
		"ServerCertificateIssuer" };
	struct soap_epr epr;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (soap_child(instance, names[i], 0) != NULL &&
		    !soap_child_epr(instance, names[i], &epr))
			return true;
	return false;
}

static struct outcome
put_profile(struct device *dev, int index, const xmlNode *instance)
{
	struct wired wired = dev->wired;

	(void)index;
	if (!soap_child_bool(instance, "Enabled", &wired.enabled) ||
	    has_empty_reference(instance))
		return OUTCOME_FAULT(FAULT_SCHEMA);
	(void)soap_child_bool(instance, "ActiveInS0", &wired.in_s0);
	(void)soap_child_int(instance, "PxeTimeout", &wired.pxe_timeout_s);
	if (!class_take_cert(dev, instance, "ClientCertificate", &wired.client) ||
	    !class_take_cert(dev, instance, "ServerCertificateIssuer", &wired.root))
		return OUTCOME_STATUS(PT_INVALID_HANDLE);
	if (!wired.enabled) {
		wired.client = STORE_NONE;
		wired.root = STORE_NONE;
	}
	dev->wired = wired;
	eap_take(&dev->wired.eap, instance, true);
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
	class_cert_epr(inst, "ElementInContext", nth_wired_cert(dev, index));
	(void)inst_epr(inst, "ElementProvidingContext", "IPS_IEEE8021xSettings",
	    "InstanceID", IPS_SETTINGS);
}

static bool
has_ips(const struct device *dev)
{
	return dev->sw.ips_8021x;
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
	if (wired->enabled)
		eap_fill(&wired->eap, inst);
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
	eap_take(&dev->wired.eap, instance, true);
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

	if (!class_take_cert(dev, call->input, "ClientCertificate", &client) ||
	    !class_take_cert(dev, call->input, "ServerCertificateIssuer", &root))
		return PT_INVALID_HANDLE;
	if (client != STORE_NONE &&
	    store_key_of_cert(&dev->store, client) == STORE_NONE)
		return PT_PKI_MISSING_KEYS;
	dev->wired.client = client;
	dev->wired.root = root;
	return PT_SUCCESS;
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
	    "?&ServerCertificateIssuer ?&ClientCertificate", NULL, false },
	{ NULL, NULL, NULL, NULL, false },
};

const struct class class_8021x[] = {
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
	    .exists = has_ips,
	    .fill = fill_ips_settings,
	    .put = put_ips_settings,
	    .methods = ips_methods,
	},
	{
	    .name = "IPS_8021xCredentialContext",
	    .bases = "CIM_CredentialContext",
	    .exists = has_ips,
	    .count = count_wired_contexts,
	    .fill = fill_wired_context,
	},
	{ .name = NULL },
};
