/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which certificate TLS serves, and how.  What is read is the pending copy.
 * Source: protocol notes 3.4 to 3.6; captures of the same names.
 */
#include <string.h>

#include "class.h"
#include "device.h"
#include "firmware.h"

#define COLLECTION_CLASS "AMT_TLSProtocolEndpointCollection"
#define COLLECTION_NAME	 "TLSProtocolEndpoint Instances Collection"
#define CERT_CLASS	 "AMT_PublicKeyCertificate"

static const char *const setting_names[TLS_INTERFACES] = {
	"Intel(r) AMT 802.3 TLS Settings",
	"Intel(r) AMT LMS TLS Settings",
};

static size_t
count_context(const struct device *dev)
{
	return dev->pending.context == STORE_NONE ? 0 : 1;
}

static void
fill_context(struct device *dev, size_t index, struct inst *inst)
{
	char id[SOAP_VALUE_SIZE] = "";

	(void)index;
	class_cert_instance_id(id, dev->pending.context);
	(void)inst_epr(inst, "ElementInContext", CERT_CLASS, "InstanceID", id);
	(void)inst_epr(inst, "ElementProvidingContext", COLLECTION_CLASS, "ElementName",
	    COLLECTION_NAME);
}

/* The certificate a context names; FAULT_SCHEMA and the like otherwise. */
static struct outcome
bind_context(struct device *dev, const xmlNode *instance)
{
	struct soap_epr cert = { 0 };
	struct soap_epr collection = { 0 };
	enum pt_status status = PT_SUCCESS;
	int handle = STORE_NONE;

	if (!soap_child_epr(instance, "ElementInContext", &cert) ||
	    !soap_child_epr(instance, "ElementProvidingContext", &collection))
		return OUTCOME_FAULT(FAULT_SCHEMA);
	handle = class_cert_handle(cert.value);
	if (strcmp(cert.class, CERT_CLASS) != 0 || handle < 0 ||
	    strcmp(collection.class, COLLECTION_CLASS) != 0)
		return OUTCOME_STATUS(PT_INVALID_PARAMETER);
	status = firmware_check_bind(dev, handle);
	if (status != PT_SUCCESS)
		return OUTCOME_STATUS(status);
	dev->pending.context = handle;
	return OUTCOME_OK;
}

static struct outcome
create_context(struct device *dev, const xmlNode *instance)
{
	if (dev->pending.context != STORE_NONE)
		return OUTCOME_FAULT(FAULT_ALREADY_EXISTS);
	return bind_context(dev, instance);
}

static struct outcome
put_context(struct device *dev, int index, const xmlNode *instance)
{
	(void)index;
	if (dev->pending.context == STORE_NONE)
		return OUTCOME_FAULT(FAULT_DESTINATION_UNREACHABLE);
	return bind_context(dev, instance);
}

static struct outcome
delete_context(struct device *dev, int index)
{
	(void)index;
	firmware_delete_context(dev);
	return OUTCOME_OK;
}

static size_t
count_settings(const struct device *dev)
{
	(void)dev;
	return TLS_INTERFACES;
}

static void
fill_setting(struct device *dev, size_t index, struct inst *inst)
{
	const struct tls_setting *tls = &dev->pending.tls[index];

	inst_text(inst, "ElementName", setting_names[index]);
	inst_text(inst, "InstanceID", setting_names[index]);
	inst_bool(inst, "AcceptNonSecureConnections", tls->non_secure);
	inst_bool(inst, "Enabled", tls->enabled);
	inst_bool(inst, "MutualAuthentication", tls->mutual);
	if (dev->profile->non_secure_known)
		inst_bool(inst, "NonSecureConnectionsSupported",
		    dev->sw.non_secure_supported);
	for (size_t i = 0; i < tls->trusted_cn_n; i++)
		inst_text(inst, "TrustedCN", tls->trusted_cn[i]);
}

/* A boolean that may be missing but not malformed. */
static bool
take_bool(const xmlNode *instance, const char *name, bool *value)
{
	return soap_child(instance, name, 0) == NULL ||
	    soap_child_bool(instance, name, value);
}

/* TrustedCN takes effect at once, so both copies change. */
static bool
take_trusted_cn(struct device *dev, enum tls_interface interface,
    const xmlNode *instance)
{
	char names[TRUSTED_CN_MAX][SOAP_VALUE_SIZE];
	const char *list[TRUSTED_CN_MAX] = { NULL };
	const xmlNode *node = NULL;
	size_t n = 0;

	for (;; n++) {
		xmlChar *text = NULL;
		size_t len = 0;

		node = soap_child(instance, "TrustedCN", n);
		if (node == NULL)
			break;
		if (n == TRUSTED_CN_MAX || (int64_t)n >= dev->sw.max_trusted_cn)
			return false;
		text = xmlNodeGetContent(node);
		len = text == NULL ? 0 : strlen((const char *)text);
		if (len < SOAP_VALUE_SIZE && text != NULL)
			memcpy(names[n], text, len + 1);
		else
			names[n][0] = '\0';
		xmlFree(text);
		list[n] = names[n];
	}
	tls_setting_set_cn(&dev->pending.tls[interface], list, n);
	tls_setting_set_cn(&dev->committed.tls[interface], list, n);
	return true;
}

static int
interface_of(int index, const xmlNode *instance)
{
	char id[SOAP_VALUE_SIZE] = "";

	if (index != CLASS_ANY)
		return index;
	if (!soap_child_text(instance, "InstanceID", id, sizeof(id)))
		return CLASS_ANY;
	for (int i = 0; i < TLS_INTERFACES; i++)
		if (strcmp(setting_names[i], id) == 0)
			return i;
	return CLASS_ANY;
}

/* 16.1 and later: no plain text on the network, and TLS cannot be left. */
static bool
is_forbidden(const struct device *dev, int interface, const struct tls_setting *tls)
{
	if (!dev->profile->non_secure_known || dev->sw.non_secure_supported ||
	    interface != TLS_NETWORK)
		return false;
	return tls->non_secure || !tls->enabled;
}

static struct outcome
put_setting(struct device *dev, int index, const xmlNode *instance)
{
	int interface = interface_of(index, instance);
	struct tls_setting tls = { 0 };
	struct tls_setting *pending = NULL;

	if (interface == CLASS_ANY)
		return OUTCOME_FAULT(FAULT_INVALID_SELECTORS);
	pending = &dev->pending.tls[interface];
	tls.enabled = pending->enabled;
	tls.mutual = pending->mutual;
	tls.non_secure = pending->non_secure;
	if (!take_bool(instance, "Enabled", &tls.enabled) ||
	    !take_bool(instance, "MutualAuthentication", &tls.mutual) ||
	    !take_bool(instance, "AcceptNonSecureConnections", &tls.non_secure))
		return OUTCOME_FAULT(FAULT_SCHEMA);
	if (tls.enabled && soap_child(instance, "MutualAuthentication", 0) == NULL)
		return OUTCOME_STATUS(PT_INVALID_PARAMETER);
	if (dev->sw.refuse_read_only &&
	    soap_child(instance, "NonSecureConnectionsSupported", 0) != NULL)
		return OUTCOME_STATUS(PT_INTERNAL_ERROR);
	if (is_forbidden(dev, interface, &tls))
		return OUTCOME_STATUS(PT_NOT_PERMITTED);
	if (!take_trusted_cn(dev, (enum tls_interface)interface, instance))
		return OUTCOME_STATUS(PT_MAX_LIMIT_REACHED);
	pending->enabled = tls.enabled;
	pending->mutual = tls.mutual;
	/* Read-only on the local interface. */
	if (interface == TLS_NETWORK)
		pending->non_secure = tls.non_secure;
	return OUTCOME_OK;
}

static const struct class_prop collection_props[] = {
	{ "ElementName", COLLECTION_NAME },
	{ NULL, NULL },
};

const struct class class_tls[] = {
	{
	    .name = "AMT_TLSCredentialContext",
	    .bases = "CIM_CredentialContext",
	    .count = count_context,
	    .fill = fill_context,
	    .put = put_context,
	    .create = create_context,
	    .delete = delete_context,
	},
	{
	    .name = "AMT_TLSSettingData",
	    .bases = "CIM_SettingData",
	    .count = count_settings,
	    .fill = fill_setting,
	    .put = put_setting,
	},
	{
	    .name = COLLECTION_CLASS,
	    .bases = "CIM_Collection",
	    .props = collection_props,
	},
	{ .name = NULL },
};
