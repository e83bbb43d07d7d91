/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A context ties a certificate (ElementInContext) to what it serves
 * (ElementProvidingContext); the latter's class tells the usage.  Intel AMT SDK,
 * "Certificate Management"; observed on AMT 12 to 16.
 */
#include "amt/usage.h"

#include <stdio.h>
#include <string.h>

#include "amt/class.h"
#include "wsman/epr.h"
#include "wsman/value.h"
#include "wsman/wsman.h"

/* What a certificate is used for, seen from the other end of its context. A
 * trusted root in a context is there to check the server. */
static const struct {
	const char *provider;
	unsigned int usage;
	unsigned int root_usage;
} providers[] = {
	{ CLASS_TLS_COLLECTION, USAGE_TLS, USAGE_TLS },
	{ CLASS_WIRED_PROFILE, USAGE_8021X_WIRED, USAGE_8021X_WIRED_ROOT },
	{ CLASS_WIRED_SETTINGS, USAGE_8021X_WIRED, USAGE_8021X_WIRED_ROOT },
	{ CLASS_WIFI_SETTINGS, USAGE_8021X_WIRELESS, USAGE_8021X_WIRELESS_ROOT },
	{ CLASS_CIRA_SERVER, USAGE_CIRA, USAGE_CIRA },
};

struct survey {
	struct facts *facts;
	bool has_tls; /* a TLS context was met */
};

/* The entry of that InstanceID, to be changed. */
static struct facts_cert *
find_cert(struct facts *facts, const char *instance_id)
{
	for (size_t i = 0; i < facts->n_certs; i++)
		if (strcmp(facts->certs[i].instance_id, instance_id) == 0)
			return &facts->certs[i];
	return NULL;
}

static unsigned int
usage_of(const char *provider, bool is_root)
{
	for (size_t i = 0; i < sizeof(providers) / sizeof(providers[0]); i++)
		if (strcmp(providers[i].provider, provider) == 0)
			return is_root ? providers[i].root_usage : providers[i].usage;
	return USAGE_OTHER;
}

/* The InstanceID of the certificate that a reference names; "" when it is unset
 * or names something else (an MPS password, for one). */
static enum rc
certificate_of(const struct xml_node *reference, char instance_id[FACTS_INSTANCE_SIZE],
    struct err *err)
{
	struct epr *epr = NULL;
	struct err cause = { 0 };
	const char *id = NULL;
	enum rc r = epr_parse(reference, &epr, &cause);

	instance_id[0] = '\0';
	if (r == RC_NOTFOUND)
		return RC_OK;
	if (r != RC_OK)
		return err_set(err, r, "%s", cause.text);
	if (strcmp(epr->resource_uri, CLASS_CERTIFICATE) == 0)
		id = epr_selector(epr, "InstanceID");
	if (id != NULL && strlen(id) >= FACTS_INSTANCE_SIZE)
		r = err_set(err, RC_LIMIT, "reference: InstanceID of %zu bytes",
		    strlen(id));
	else if (id != NULL)
		memcpy(instance_id, id, strlen(id) + 1);
	epr_free(epr);
	return r;
}

static void
mark(struct facts *facts, const char *instance_id, const char *provider)
{
	struct facts_cert *entry = find_cert(facts, instance_id);

	if (entry != NULL)
		entry->usage |= usage_of(provider, entry->is_trusted_root);
}

/* One instance of a class of contexts. */
static enum rc
take_context(void *ctx, const struct xml_node *item, struct err *err)
{
	struct survey *survey = ctx;
	struct facts *facts = survey->facts;
	char instance_id[FACTS_INSTANCE_SIZE] = "";
	struct epr *provider = NULL;
	struct err cause = { 0 };
	enum rc r =
	    certificate_of(value_find(item, "ElementInContext"), instance_id, &cause);

	if (r == RC_OK)
		r = epr_parse(value_find(item, "ElementProvidingContext"), &provider,
		    &cause);
	if (r == RC_NOTFOUND)
		return RC_OK;
	if (r != RC_OK)
		return err_set(err, r, "%s: %s", xml_name(item), cause.text);
	if (strcmp(provider->resource_uri, CLASS_TLS_COLLECTION) == 0) {
		survey->has_tls = true;
		facts->has_tls_context = true;
		(void)snprintf(facts->tls_context_cert, sizeof(facts->tls_context_cert),
		    "%s", instance_id);
	}
	mark(facts, instance_id, provider->resource_uri);
	epr_free(provider);
	return RC_OK;
}

static enum rc
read_class(struct device *device, const char *resource_uri, struct survey *survey,
    struct err *err)
{
	struct err cause = { 0 };
	enum rc r = wsman_each(device_wsman(device), resource_uri, take_context, survey,
	    &cause);

	if (r == RC_OK || device_lacks(device, r))
		return RC_OK;
	return err_set(err, r, "%s", cause.text);
}

/* The wired profile refers to its certificates directly. */
static enum rc
read_wired_profile(struct device *device, struct facts *facts, struct err *err)
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
		char instance_id[FACTS_INSTANCE_SIZE];
		const struct xml_node *reference = value_find(reply.body, names[i]);

		if (reference == NULL || xml_first(reference) == NULL)
			continue;
		r = certificate_of(reference, instance_id, &cause);
		if (r == RC_OK)
			mark(facts, instance_id, CLASS_WIRED_PROFILE);
	}
	reply_clear(&reply);
	return r == RC_OK ? RC_OK : err_set(err, r, "%s", cause.text);
}

enum rc
usage_read(struct device *device, struct facts *facts, struct err *err)
{
	static const char *const rest[] = { CLASS_WIRED_CONTEXT, CLASS_CIRA_CONTEXT };
	struct survey survey = { .facts = facts };
	bool has_derived = false;
	enum rc r = RC_OK;

	facts->has_tls_context = false;
	facts->tls_context_cert[0] = '\0';
	for (size_t i = 0; i < facts->n_certs; i++)
		facts->certs[i].usage = USAGE_NONE;
	if (facts->n_certs == 0)
		return read_class(device, CLASS_TLS_CONTEXT, &survey, err);
	/* One enumeration of the base class gives TLS, wired and Wi-Fi contexts on
	 * firmware that knows derived classes; a TLS context among them shows that
	 * it does, and saves asking for the first two. */
	r = read_class(device, CLASS_ANY_CONTEXT, &survey, err);
	has_derived = survey.has_tls;
	if (r == RC_OK && !has_derived)
		r = read_class(device, CLASS_TLS_CONTEXT, &survey, err);
	if (r == RC_OK && !has_derived)
		r = read_class(device, CLASS_WIRED_CONTEXT_NEW, &survey, err);
	for (size_t i = 0; i < sizeof(rest) / sizeof(rest[0]) && r == RC_OK; i++)
		r = read_class(device, rest[i], &survey, err);
	if (r == RC_OK)
		r = read_wired_profile(device, facts, err);
	return r;
}
