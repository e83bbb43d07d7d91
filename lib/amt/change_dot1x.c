/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One way for each generation of classes.  Intel AMT SDK, 802.1X and Wi-Fi classes.
 */
#include "amt/change_dot1x.h"

#include <string.h>

#include "amt/change_call.h"
#include "amt/class.h"
#include "amt/pt_status.h"
#include "base/buf.h"
#include "wsman/value.h"
#include "wsman/wsman.h"

enum {
	PROTOCOL_EAP_TLS = 0,
	VALUE_SIZE = 512,
	INVALID_HANDLE = 2053, /* PT_STATUS */
	CIM_OWN = 32768,       /* PT_STATUS begins there */
};

static enum rc
bind_wired(struct device *device, const struct dot1x_use *use,
    const char *cert_instance_id, int *ret_status, struct err *err)
{
	struct instance root;
	struct instance client;
	struct property arguments[2];
	struct reply reply = { 0 };
	size_t n = 0;
	enum rc r = RC_OK;

	change_name_instance(&root, CLASS_CERTIFICATE, "InstanceID", use->root);
	change_name_instance(&client, CLASS_CERTIFICATE, "InstanceID",
	    cert_instance_id);
	if (use->root[0] != '\0')
		arguments[n++] = (struct property){ .name = "ServerCertificateIssuer",
			.epr = &root.epr };
	arguments[n++] =
	    (struct property){ .name = "ClientCertificate", .epr = &client.epr };
	r = change_invoke(device, CLASS_WIRED_SETTINGS, "SetCertificates", arguments, n,
	    &reply, ret_status, err);
	reply_clear(&reply);
	return r;
}

/* What a Put sends back as it was read; the references come last. */
static const char *const profile_names[] = { "ActiveInS0", "AuthenticationProtocol",
	"Domain", "ElementName", "Enabled", "InstanceID", "PxeTimeout",
	"RoamingIdentity", "ServerCertificateName", "ServerCertificateNameComparison",
	"Username" };

enum {
	PROFILE_N = sizeof(profile_names) / sizeof(profile_names[0])
};

static enum rc
put_profile(struct device *device, const struct xml_node *profile,
    const struct property *references, size_t n_references, int *ret_status,
    struct err *err)
{
	char values[PROFILE_N][VALUE_SIZE];
	struct property list[PROFILE_N + 2];
	struct err cause = { 0 };
	size_t n = 0;
	enum rc r = RC_OK;

	for (size_t i = 0; i < PROFILE_N; i++) {
		r = value_exact(profile, profile_names[i], values[i], VALUE_SIZE, err);
		if (r == RC_OK)
			list[n++] = (struct property){ .name = profile_names[i],
				.text = values[i] };
		else if (r != RC_NOTFOUND)
			return r;
	}
	for (size_t i = 0; i < n_references; i++)
		list[n++] = references[i];
	r = wsman_put(device_wsman(device), CLASS_WIRED_PROFILE, NULL, 0, list, n,
	    &cause);
	return change_take_fault(device, "AMT_8021XProfile", r, &cause, ret_status,
	    err);
}

static enum rc
bind_wired_old(struct device *device, const struct dot1x_use *use,
    const char *cert_instance_id, int *ret_status, struct err *err)
{
	struct instance root;
	struct instance client;
	const struct property references[] = {
		{ .name = "ClientCertificate", .epr = &client.epr },
		{ .name = "ServerCertificateIssuer", .epr = &root.epr },
	};
	struct reply reply = { 0 };
	int64_t protocol = -1;
	enum rc r =
	    wsman_get(device_wsman(device), CLASS_WIRED_PROFILE, NULL, 0, &reply, err);

	if (r != RC_OK)
		return r;
	change_name_instance(&root, CLASS_CERTIFICATE, "InstanceID", use->root);
	change_name_instance(&client, CLASS_CERTIFICATE, "InstanceID",
	    cert_instance_id);
	r = value_int(reply.body, "AuthenticationProtocol", 0, UINT16_MAX, &protocol,
	    err);
	if (r == RC_NOTFOUND)
		r = RC_OK;
	if (r == RC_OK && protocol != PROTOCOL_EAP_TLS)
		r = err_set(err, RC_STATE,
		    "AMT_8021XProfile: AuthenticationProtocol %lld may need a "
		    "password, which cannot be read and would be lost: set the "
		    "certificate from a management console",
		    (long long)protocol);
	if (r == RC_OK)
		r = put_profile(device, reply.body, references,
		    use->root[0] == '\0' ? 1 : 2, ret_status, err);
	reply_clear(&reply);
	return r;
}

/* CIM's value map: 1 not supported, 2 failed, 3 invalid parameter, 4 invalid
 * reference; a PT_STATUS comes on top of CIM_OWN. */
static int
pt_status_of_cim(int value)
{
	static const int statuses[] = { PT_STATUS_SUCCESS, PT_STATUS_UNSUPPORTED,
		PT_STATUS_INTERNAL_ERROR, PT_STATUS_INVALID_PARAMETER, INVALID_HANDLE };

	if (value >= CIM_OWN)
		return value - CIM_OWN;
	return value >= 0 && (size_t)value < sizeof(statuses) / sizeof(statuses[0])
	    ? statuses[value]
	    : value;
}

static enum rc
update_wireless(struct device *device, const struct property *arguments, size_t n,
    int *ret_status, struct err *err)
{
	static const char method[] = "UpdateWiFiSettings";
	struct reply reply = { 0 };
	struct err cause = { 0 };
	int value = 0;
	enum rc r = wsman_invoke(device_wsman(device), CLASS_WIFI_PORT, method,
	    arguments, n, &reply, &value, &cause);

	if (r != RC_OK)
		return change_take_fault(device, method, r, &cause, ret_status, err);
	reply_clear(&reply);
	return change_take_status(method, pt_status_of_cim(value), ret_status, err);
}

/* The settings of 802.1X and those of the network bear the profile's name, both. */
static enum rc
bind_wireless(struct device *device, const struct dot1x_use *use,
    const char *cert_instance_id, int *ret_status, struct err *err)
{
	const char *name = dot1x_profile_name(use);
	struct instance endpoint;
	struct instance client;
	struct instance root;
	struct property arguments[3];
	struct buf settings;
	size_t n = 0;
	enum rc r = RC_OK;

	if (name[0] == '\0')
		return err_set(err, RC_STATE,
		    "%s: names no Wi-Fi profile: set the certificate from a management "
		    "console",
		    use->settings);
	buf_init(&settings, VALUE_SIZE);
	buf_addf(&settings, "%s%s", INSTANCE_WIFI_ENDPOINT, name);
	change_name_instance(&endpoint, CLASS_WIFI_ENDPOINT, "InstanceID",
	    buf_str(&settings));
	change_name_instance(&client, CLASS_CERTIFICATE, "InstanceID",
	    cert_instance_id);
	change_name_instance(&root, CLASS_CERTIFICATE, "InstanceID", use->root);
	arguments[n++] =
	    (struct property){ .name = "WiFiEndpointSettings", .epr = &endpoint.epr };
	arguments[n++] =
	    (struct property){ .name = "ClientCredential", .epr = &client.epr };
	if (use->root[0] != '\0')
		arguments[n++] =
		    (struct property){ .name = "CACredential", .epr = &root.epr };
	r = settings.rc;
	if (r == RC_OK)
		r = update_wireless(device, arguments, n, ret_status, err);
	else
		r = err_set(err, r, "UpdateWiFiSettings: %s", rc_text(r));
	buf_clear(&settings);
	return r;
}

enum rc
change_bind_dot1x(struct device *device, const struct dot1x_use *use,
    const char *cert_instance_id, int *ret_status, struct err *err)
{
	*ret_status = 0;
	switch (use->kind) {
	case DOT1X_WIRED:
		return bind_wired(device, use, cert_instance_id, ret_status, err);
	case DOT1X_WIRED_OLD:
		return bind_wired_old(device, use, cert_instance_id, ret_status, err);
	case DOT1X_WIRELESS:
		return bind_wireless(device, use, cert_instance_id, ret_status, err);
	}
	return err_set(err, RC_INTERNAL, "802.1X: no such settings");
}
