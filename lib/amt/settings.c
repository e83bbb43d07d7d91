/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AMT_TLSSettingData to struct facts_tls.  Intel AMT SDK class reference;
 * NonSecureConnectionsSupported is of AMT 16.1 and later.
 */
#include "amt/settings.h"

#include <string.h>

#include "amt/class.h"
#include "base/text.h"
#include "wsman/value.h"
#include "wsman/wsman.h"

/* A truth that may be absent; *ret_found (may be NULL) says whether it is there. */
static enum rc
take_bool(const struct xml_node *instance, const char *name, bool *ret_value,
    bool *ret_found, struct err *err)
{
	enum rc r = value_bool(instance, name, ret_value, err);

	if (ret_found != NULL)
		*ret_found = r == RC_OK;
	return r == RC_NOTFOUND ? RC_OK : r;
}

static void
take_trusted_names(const struct xml_node *instance, struct facts_tls *tls)
{
	const struct xml_node *value = value_find(instance, "TrustedCN");

	for (; value != NULL && tls->n_trusted_cn < FACTS_TRUSTED_CN_MAX;
	     value = value_next(value)) {
		size_t len = 0;
		const char *text = xml_text(value, &len);

		if (text == NULL || len == 0)
			continue;
		text_printable_field(tls->trusted_cn[tls->n_trusted_cn],
		    sizeof(tls->trusted_cn[0]), text, len);
		tls->n_trusted_cn++;
	}
}

static enum rc
take_settings(const struct xml_node *instance, struct facts_tls *tls, struct err *err)
{
	enum rc r = take_bool(instance, "Enabled", &tls->is_enabled, NULL, err);

	if (r == RC_OK)
		r = take_bool(instance, "MutualAuthentication", &tls->is_mutual, NULL,
		    err);
	if (r == RC_OK)
		r = take_bool(instance, "AcceptNonSecureConnections",
		    &tls->accepts_non_secure, NULL, err);
	if (r == RC_OK)
		r = take_bool(instance, "NonSecureConnectionsSupported",
		    &tls->is_non_secure_supported, &tls->has_non_secure_supported, err);
	if (r == RC_OK)
		take_trusted_names(instance, tls);
	tls->known = r == RC_OK;
	return r;
}

static enum rc
read_one(struct device *device, const char *instance_id, struct facts_tls *ret_tls,
    struct err *err)
{
	const struct selector selector = { .name = "InstanceID", .text = instance_id };
	struct reply reply = { 0 };
	struct err cause = { 0 };
	struct facts_tls tls = { 0 };
	enum rc r = wsman_get(device_wsman(device), CLASS_TLS_SETTINGS, &selector, 1,
	    &reply, &cause);

	if (r == RC_OK)
		r = take_settings(reply.body, &tls, &cause);
	else if (device_lacks(device, r) || device_refuses(device, r))
		r = RC_OK;
	reply_clear(&reply);
	if (r != RC_OK)
		return err_set(err, r, "%s", cause.text);
	*ret_tls = tls;
	return RC_OK;
}

enum rc
settings_read_tls(struct device *device, struct facts *facts, struct err *err)
{
	enum rc r = read_one(device, INSTANCE_TLS_NETWORK, &facts->tls_network, err);

	if (r == RC_OK)
		r = read_one(device, INSTANCE_TLS_LOCAL, &facts->tls_local, err);
	return r;
}
