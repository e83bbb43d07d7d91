/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GetPolicies and its answer.  Whatever may be nil may be absent; references lead
 * into the list of OIDs.  MS-XCEP 3.1.4.1.3.
 */
#include "ca/xcep.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/num.h"
#include "ca/ca.h"
#include "ca/xcep_oids.h"
#include "wsman/value.h"
#include "x509/cert.h"

enum {
	PURPOSES_MAX_BYTES = 4096,
	SUPERSEDED_MAX = 256,
	NUMBER_SIZE = 24,
};

#define EKU_OID "2.5.29.37"

void
xcep_write_query(struct buf *out, bool without_versions)
{
	(void)buf_addf(out, "<GetPolicies xmlns=\"%s\">", XCEP_NS);
	(void)buf_add_str(out,
	    "<client><lastUpdate xsi:nil=\"true\"/><preferredLanguage "
	    "xsi:nil=\"true\"/></client>");
	(void)buf_add_str(out,
	    without_versions ? "<requestFilter xsi:nil=\"true\"/>"
			     : "<requestFilter><policyOIDs xsi:nil=\"true\"/>"
			       "<clientVersion>6</clientVersion>"
			       "<serverVersion>6</serverVersion></requestFilter>");
	(void)buf_add_str(out, "</GetPolicies>");
}

/* What is nil or absent leaves the field as it is. */
static enum rc
optional(enum rc r)
{
	return r == RC_NOTFOUND ? RC_OK : r;
}

static enum rc
read_number(const struct xml_node *parent, const char *name, int64_t max,
    int64_t *number, struct err *err)
{
	return optional(value_int(parent, name, 0, max, number, err));
}

static enum rc
read_flags(const struct xml_node *parent, const char *name, uint32_t *flags,
    struct err *err)
{
	int64_t number = 0;
	enum rc r = value_int(parent, name, INT32_MIN, UINT32_MAX, &number, err);

	if (r == RC_OK)
		*flags = (uint32_t)number;
	return optional(r);
}

static enum rc
take_purposes(const uint8_t *der, size_t len, struct xcep_policy *policy,
    struct err *err)
{
	const unsigned char *p = der;
	EXTENDED_KEY_USAGE *list = d2i_EXTENDED_KEY_USAGE(NULL, &p, (long)len);

	if (list == NULL || p != der + len) {
		EXTENDED_KEY_USAGE_free(list);
		ERR_clear_error();
		return err_set(err, RC_FORMAT,
		    "%s: RFC 5280 4.2.1.12: not a list of purposes", policy->name);
	}
	policy->has_purposes = true;
	for (int i = 0; i < sk_ASN1_OBJECT_num(list); i++) {
		switch (OBJ_obj2nid(sk_ASN1_OBJECT_value(list, i))) {
		case NID_server_auth:
			policy->purposes |= CERT_EKU_SERVER_AUTH;
			break;
		case NID_client_auth:
			policy->purposes |= CERT_EKU_CLIENT_AUTH;
			break;
		case NID_anyExtendedKeyUsage:
			policy->purposes |= CERT_EKU_ANY;
			break;
		default:
			break;
		}
	}
	EXTENDED_KEY_USAGE_free(list);
	return RC_OK;
}

/* Of the extensions only the purposes matter before a certificate is there. */
static enum rc
read_purposes(const struct xml_node *attributes, const struct xcep_oids *oids,
    struct xcep_policy *policy, struct err *err)
{
	const struct xml_node *extension =
	    value_find(value_find(attributes, "extensions"), "extension");
	char oid[XCEP_OID_SIZE];
	uint8_t *der = NULL;
	size_t len = 0;
	enum rc r = RC_OK;

	for (; extension != NULL && r == RC_OK; extension = value_next(extension)) {
		r = xcep_oids_read(extension, "oIDReference", oids, NULL, oid, err);
		if (r != RC_OK || strcmp(oid, EKU_OID) != 0)
			continue;
		r = value_bytes(extension, "value", PURPOSES_MAX_BYTES, &der, &len,
		    err);
		if (r == RC_OK)
			r = take_purposes(der, len, policy, err);
		free(der);
		der = NULL;
	}
	return optional(r);
}

static enum rc
read_superseded(const struct xml_node *attributes, struct xcep_policy *policy,
    struct err *err)
{
	const struct xml_node *list = value_find(attributes, "supersededPolicies");
	const struct xml_node *name = NULL;
	size_t n = 0;

	for (name = value_find(list, "commonName"); name != NULL;
	     name = value_next(name))
		n++;
	if (n == 0)
		return RC_OK;
	if (n > SUPERSEDED_MAX)
		return err_set(err, RC_LIMIT, "%s: replaces more than %d templates",
		    policy->name, SUPERSEDED_MAX);
	policy->superseded = calloc(n, sizeof(*policy->superseded));
	if (policy->superseded == NULL)
		return err_set(err, RC_NOMEM, "policies: out of memory");
	for (name = value_find(list, "commonName"); name != NULL;
	     name = value_next(name)) {
		size_t len = 0;
		const char *text = xml_text(name, &len);

		if (text == NULL || len >= XCEP_NAME_SIZE)
			return err_set(err, RC_FORMAT,
			    "%s: supersededPolicies: not a name", policy->name);
		memcpy(policy->superseded[policy->n_superseded++], text, len);
	}
	return RC_OK;
}

/* The number that an element itself is. */
static enum rc
read_own_number(const struct xml_node *node, int64_t *number, struct err *err)
{
	char text[NUMBER_SIZE] = "";
	size_t len = 0;
	const char *found = xml_text(node, &len);

	if (found == NULL || len >= sizeof(text))
		return err_set(err, RC_FORMAT, "%s: not a number", xml_name(node));
	memcpy(text, found, len);
	return num_parse(text, 0, INT32_MAX, number, err);
}

static enum rc
read_offers(const struct xml_node *node, struct xcep_policy *policy, struct err *err)
{
	const struct xml_node *list = value_find(node, "cAs");
	const struct xml_node *reference = value_find(list, "cAReference");
	enum rc r = RC_OK;

	for (; reference != NULL && r == RC_OK; reference = value_next(reference)) {
		if (policy->n_cas == XCEP_OFFERS_MAX)
			return err_set(err, RC_LIMIT, "%s: offered by more than %d CAs",
			    policy->name, XCEP_OFFERS_MAX);
		r = read_own_number(reference, &policy->cas[policy->n_cas++], err);
	}
	return r;
}

static enum rc
read_key(const struct xml_node *attributes, const struct xcep_oids *oids,
    struct xcep_policy *policy, struct err *err)
{
	const struct xml_node *key = value_find(attributes, "privateKeyAttributes");
	enum rc r =
	    read_number(key, "minimalKeyLength", INT32_MAX, &policy->key_bits, err);

	if (r == RC_OK)
		r = xcep_oids_read(key, "algorithmOIDReference", oids, NULL,
		    policy->key_algorithm, err);
	if (r == RC_OK)
		r = read_flags(attributes, "privateKeyFlags", &policy->key_flags, err);
	return r;
}

static enum rc
read_times(const struct xml_node *attributes, struct xcep_policy *policy,
    struct err *err)
{
	const struct xml_node *validity = value_find(attributes, "certificateValidity");
	const struct xml_node *revision = value_find(attributes, "revision");
	enum rc r = read_number(validity, "validityPeriodSeconds", INT64_MAX / 1024,
	    &policy->validity_s, err);

	if (r == RC_OK)
		r = read_number(validity, "renewalPeriodSeconds", INT64_MAX / 1024,
		    &policy->renewal_s, err);
	if (r == RC_OK)
		r = read_number(revision, "majorRevision", UINT32_MAX, &policy->major,
		    err);
	if (r == RC_OK)
		r = read_number(revision, "minorRevision", UINT32_MAX, &policy->minor,
		    err);
	return r;
}

static enum rc
read_attributes(const struct xml_node *attributes, const struct xcep_oids *oids,
    struct xcep_policy *policy, struct err *err)
{
	enum rc r = value_exact(attributes, "commonName", policy->name,
	    sizeof(policy->name), err);

	if (r == RC_NOTFOUND)
		r = err_set(err, RC_FORMAT,
		    "MS-XCEP 3.1.4.1.3.1: attributes: no commonName");
	if (r == RC_OK)
		r = read_number(attributes, "policySchema", INT32_MAX, &policy->schema,
		    err);
	if (r == RC_OK)
		r = read_times(attributes, policy, err);
	if (r == RC_OK)
		r = optional(value_bool(value_find(attributes, "permission"), "enroll",
		    &policy->may_enrol, err));
	if (r == RC_OK)
		r = read_key(attributes, oids, policy, err);
	if (r == RC_OK)
		r = read_superseded(attributes, policy, err);
	if (r == RC_OK)
		r = read_flags(attributes, "subjectNameFlags", &policy->subject_flags,
		    err);
	if (r == RC_OK)
		r = read_flags(attributes, "enrollmentFlags", &policy->enrolment_flags,
		    err);
	if (r == RC_OK)
		r = read_flags(attributes, "generalFlags", &policy->general_flags, err);
	policy->needs_signatures = value_find(attributes, "rARequirements") != NULL;
	return r == RC_OK ? read_purposes(attributes, oids, policy, err) : r;
}

static enum rc
read_policy(const struct xml_node *node, const struct xcep_oids *oids,
    struct xcep_policy *policy, struct err *err)
{
	const struct xml_node *oid = NULL;
	enum rc r = read_attributes(value_find(node, "attributes"), oids, policy, err);

	if (r == RC_OK)
		r = xcep_oids_read(node, "policyOIDReference", oids, &oid, policy->oid,
		    err);
	if (r == RC_OK && oid != NULL)
		r = optional(value_text(oid, "defaultName", policy->display_name,
		    sizeof(policy->display_name), err));
	return r == RC_OK ? read_offers(node, policy, err) : r;
}

static enum rc
read_uri(const struct xml_node *node, struct xcep_uri *uri, struct err *err)
{
	enum rc r = value_exact(node, "uri", uri->uri, sizeof(uri->uri), err);

	if (r == RC_OK)
		r = read_number(node, "clientAuthentication", INT32_MAX, &uri->auth,
		    err);
	if (r == RC_OK)
		r = read_number(node, "priority", UINT32_MAX, &uri->priority, err);
	if (r == RC_OK)
		r = value_bool(node, "renewalOnly", &uri->is_renewal_only, err);
	return optional(r);
}

static enum rc
read_ca(const struct xml_node *node, struct xcep_ca *ca, struct err *err)
{
	const struct xml_node *uri = value_find(value_find(node, "uris"), "cAURI");
	enum rc r = value_int(node, "cAReferenceID", 0, INT32_MAX, &ca->reference, err);

	if (r == RC_NOTFOUND)
		r = err_set(err, RC_FORMAT, "MS-XCEP 3.1.4.1.3.3: cA: no reference");
	if (r == RC_OK)
		r = optional(value_bool(node, "enrollPermission", &ca->may_enrol, err));
	if (r == RC_OK)
		r = optional(value_bytes(node, "certificate", CA_CERT_MAX_BYTES,
		    &ca->cert, &ca->cert_len, err));
	for (; uri != NULL && r == RC_OK; uri = value_next(uri)) {
		if (ca->n_uris == XCEP_URIS_MAX)
			return err_set(err, RC_LIMIT, "a CA with more than %d places",
			    XCEP_URIS_MAX);
		r = read_uri(uri, &ca->uris[ca->n_uris++], err);
	}
	return r;
}

static size_t
count(const struct xml_node *list, const char *name)
{
	const struct xml_node *node = value_find(list, name);
	size_t n = 0;

	for (; node != NULL; node = value_next(node))
		n++;
	return n;
}

static enum rc
read_policies(const struct xml_node *list, const struct xcep_oids *oids,
    struct xcep *xcep, struct err *err)
{
	const struct xml_node *node = value_find(list, "policy");
	size_t n = count(list, "policy");
	enum rc r = RC_OK;

	if (n > XCEP_POLICIES_MAX)
		return err_set(err, RC_LIMIT, "more than %d templates",
		    XCEP_POLICIES_MAX);
	if (n == 0)
		return RC_OK;
	xcep->policies = calloc(n, sizeof(*xcep->policies));
	if (xcep->policies == NULL)
		return err_set(err, RC_NOMEM, "policies: out of memory");
	for (; node != NULL && r == RC_OK; node = value_next(node))
		r = read_policy(node, oids, &xcep->policies[xcep->n_policies++], err);
	return r;
}

static enum rc
read_cas(const struct xml_node *list, struct xcep *xcep, struct err *err)
{
	const struct xml_node *node = value_find(list, "cA");
	size_t n = count(list, "cA");
	enum rc r = RC_OK;

	if (n > XCEP_CAS_MAX)
		return err_set(err, RC_LIMIT, "more than %d CAs", XCEP_CAS_MAX);
	if (n == 0)
		return RC_OK;
	xcep->cas = calloc(n, sizeof(*xcep->cas));
	if (xcep->cas == NULL)
		return err_set(err, RC_NOMEM, "policies: out of memory");
	for (; node != NULL && r == RC_OK; node = value_next(node))
		r = read_ca(node, &xcep->cas[xcep->n_cas++], err);
	return r;
}

enum rc
xcep_read(const struct xml_node *body, struct xcep *ret_xcep, struct err *err)
{
	const struct xml_node *response = value_find(body, "response");
	struct xcep_oids oids = { .rows = NULL };
	struct xcep xcep = { .policies = NULL };
	enum rc r;

	if (!xml_is(body, XCEP_NS, "GetPoliciesResponse") || response == NULL)
		return err_set(err, RC_FORMAT,
		    "MS-XCEP 3.1.4.1.1.2: not a GetPoliciesResponse");
	r = xcep_oids_list(value_find(body, "oIDs"), &oids, err);
	if (r == RC_OK)
		r = read_policies(value_find(response, "policies"), &oids, &xcep, err);
	xcep_oids_clear(&oids);
	if (r == RC_OK)
		r = read_cas(value_find(body, "cAs"), &xcep, err);
	if (r != RC_OK) {
		xcep_clear(&xcep);
		return r;
	}
	*ret_xcep = xcep;
	return RC_OK;
}

void
xcep_clear(struct xcep *xcep)
{
	for (size_t i = 0; i < xcep->n_policies; i++)
		free(xcep->policies[i].superseded);
	for (size_t i = 0; i < xcep->n_cas; i++)
		free(xcep->cas[i].cert);
	free(xcep->policies);
	free(xcep->cas);
	memset(xcep, 0, sizeof(*xcep));
}

const struct xcep_policy *
xcep_find(const struct xcep *xcep, const char *name)
{
	const struct xcep_policy *found = NULL;
	size_t n = 0;

	for (size_t i = 0; i < xcep->n_policies; i++)
		if (strcasecmp(xcep->policies[i].name, name) == 0)
			return &xcep->policies[i];
	for (size_t i = 0; i < xcep->n_policies; i++)
		if (strcmp(xcep->policies[i].oid, name) == 0)
			return &xcep->policies[i];
	for (size_t i = 0; i < xcep->n_policies; i++) {
		if (strcmp(xcep->policies[i].display_name, name) != 0)
			continue;
		found = &xcep->policies[i];
		n++;
	}
	return n == 1 ? found : NULL;
}

const struct xcep_ca *
xcep_find_ca(const struct xcep *xcep, int64_t reference)
{
	for (size_t i = 0; i < xcep->n_cas; i++)
		if (xcep->cas[i].reference == reference)
			return &xcep->cas[i];
	return NULL;
}
