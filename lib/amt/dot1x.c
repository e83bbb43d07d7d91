/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From contexts, and from the profile that refers to its certificates itself.
 * Intel AMT SDK, 802.1X classes; observed on AMT 12 to 16.
 */
#include "amt/dot1x.h"

#include <string.h>

#include "amt/class.h"
#include "wsman/epr.h"
#include "wsman/value.h"
#include "wsman/wsman.h"

struct reading {
	const struct facts *facts;
	struct dot1x *dot1x;
	bool has_derived; /* the base class lists contexts of derived classes */
};

static const struct {
	const char *provider;
	enum dot1x_kind kind;
} providers[] = {
	{ CLASS_WIRED_SETTINGS, DOT1X_WIRED },
	{ CLASS_WIRED_PROFILE, DOT1X_WIRED_OLD },
	{ CLASS_WIFI_SETTINGS, DOT1X_WIRELESS },
};

/* The settings of that name, added when they are new. */
static enum rc
find_use(struct dot1x *dot1x, enum dot1x_kind kind, const char *settings,
    struct dot1x_use **ret_use, struct err *err)
{
	struct dot1x_use *use = NULL;

	for (size_t i = 0; i < dot1x->n; i++) {
		use = &dot1x->uses[i];
		if (use->kind == kind && strcmp(use->settings, settings) == 0) {
			*ret_use = use;
			return RC_OK;
		}
	}
	if (dot1x->n == DOT1X_USES_MAX)
		return err_set(err, RC_LIMIT, "802.1X: more than %d settings",
		    DOT1X_USES_MAX);
	if (strlen(settings) >= FACTS_INSTANCE_SIZE)
		return err_set(err, RC_LIMIT, "802.1X: InstanceID of %zu bytes",
		    strlen(settings));
	use = &dot1x->uses[dot1x->n++];
	memset(use, 0, sizeof(*use));
	use->kind = kind;
	memcpy(use->settings, settings, strlen(settings) + 1);
	*ret_use = use;
	return RC_OK;
}

/* Note a certificate as client or root of settings. */
static enum rc
note(struct reading *reading, enum dot1x_kind kind, const char *settings,
    const char *instance_id, struct err *err)
{
	const struct facts_cert *cert = facts_find_cert(reading->facts, instance_id);
	struct dot1x_use *use = NULL;
	enum rc r = RC_OK;

	if (cert == NULL)
		return RC_OK;
	r = find_use(reading->dot1x, kind, settings, &use, err);
	if (r == RC_OK)
		memcpy(cert->is_trusted_root ? use->root : use->client,
		    cert->instance_id, sizeof(cert->instance_id));
	return r;
}

static enum rc
take_pair(struct reading *reading, const struct epr *cert, const struct epr *provider,
    struct err *err)
{
	const char *instance_id = epr_selector(cert, "InstanceID");
	const char *settings = epr_selector(provider, "InstanceID");

	if (strcmp(provider->resource_uri, CLASS_TLS_COLLECTION) == 0)
		reading->has_derived = true;
	if (instance_id == NULL || settings == NULL ||
	    strcmp(cert->resource_uri, CLASS_CERTIFICATE) != 0)
		return RC_OK;
	for (size_t i = 0; i < sizeof(providers) / sizeof(providers[0]); i++)
		if (strcmp(providers[i].provider, provider->resource_uri) == 0)
			return note(reading, providers[i].kind, settings, instance_id,
			    err);
	return RC_OK;
}

static enum rc
take_context(void *ctx, const struct xml_node *item, struct err *err)
{
	struct epr *cert = NULL;
	struct epr *provider = NULL;
	struct err cause = { 0 };
	enum rc r = epr_parse(value_find(item, "ElementInContext"), &cert, &cause);

	if (r == RC_OK)
		r = epr_parse(value_find(item, "ElementProvidingContext"), &provider,
		    &cause);
	if (r == RC_OK)
		r = take_pair(ctx, cert, provider, &cause);
	epr_free(cert);
	epr_free(provider);
	if (r == RC_OK || r == RC_NOTFOUND)
		return RC_OK;
	return err_set(err, r, "%s: %s", xml_name(item), cause.text);
}

static enum rc
read_class(struct device *device, const char *resource_uri, struct reading *reading,
    struct err *err)
{
	struct err cause = { 0 };
	enum rc r = wsman_each(device_wsman(device), resource_uri, take_context,
	    reading, &cause);

	if (r == RC_OK || device_lacks(device, r))
		return RC_OK;
	return err_set(err, r, "%s", cause.text);
}

/* Older firmware has no context for it. */
static enum rc
read_profile(struct device *device, struct reading *reading, struct err *err)
{
	static const char *const names[] = { "ClientCertificate",
		"ServerCertificateIssuer" };
	struct reply reply = { 0 };
	struct err cause = { 0 };
	enum rc r = wsman_get(device_wsman(device), CLASS_WIRED_PROFILE, NULL, 0,
	    &reply, &cause);

	if (device_lacks(device, r) || device_refuses(device, r))
		return RC_OK;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && r == RC_OK; i++) {
		const struct xml_node *reference = value_find(reply.body, names[i]);
		struct epr *epr = NULL;
		const char *instance_id = NULL;

		if (reference == NULL || xml_first(reference) == NULL)
			continue;
		r = epr_parse(reference, &epr, &cause);
		if (r == RC_OK)
			instance_id = epr_selector(epr, "InstanceID");
		if (instance_id != NULL)
			r = note(reading, DOT1X_WIRED_OLD, INSTANCE_WIRED_PROFILE,
			    instance_id, &cause);
		epr_free(epr);
		if (r == RC_NOTFOUND)
			r = RC_OK;
	}
	reply_clear(&reply);
	return r == RC_OK ? RC_OK : err_set(err, r, "%s", cause.text);
}

static bool
has_wired(const struct dot1x *dot1x)
{
	for (size_t i = 0; i < dot1x->n; i++)
		if (dot1x->uses[i].kind != DOT1X_WIRELESS)
			return true;
	return false;
}

enum rc
dot1x_read(struct device *device, const struct facts *facts, struct dot1x *ret,
    struct err *err)
{
	struct dot1x dot1x = { 0 };
	struct reading reading = { .facts = facts, .dot1x = &dot1x };
	enum rc r = read_class(device, CLASS_ANY_CONTEXT, &reading, err);

	if (r == RC_OK && !reading.has_derived)
		r = read_class(device, CLASS_WIRED_CONTEXT_NEW, &reading, err);
	if (r == RC_OK)
		r = read_class(device, CLASS_WIRED_CONTEXT, &reading, err);
	if (r == RC_OK && !has_wired(&dot1x))
		r = read_profile(device, &reading, err);
	if (r == RC_OK)
		*ret = dot1x;
	return r;
}

const char *
dot1x_profile_name(const struct dot1x_use *use)
{
	size_t len = sizeof(INSTANCE_WIFI_8021X) - 1;

	if (use->kind != DOT1X_WIRELESS ||
	    strncmp(use->settings, INSTANCE_WIFI_8021X, len) != 0)
		return "";
	return use->settings + len;
}
