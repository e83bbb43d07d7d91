/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Five small classes, of which old firmware lacks some.  Intel AMT SDK class
 * reference; values observed on AMT 12 to 16.
 */
#include "amt/identity.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "amt/class.h"
#include "base/codec.h"
#include "base/num.h"
#include "base/text.h"
#include "wsman/value.h"
#include "wsman/wsman.h"

enum {
	VERSION_NUMBERS = 3, /* the fourth is a build number */
	NUMBER_SIZE = 8,
};

/* A property as printable text; "" when it is absent. */
static enum rc
take_text(const struct xml_node *instance, const char *name, char *field, size_t size,
    struct err *err)
{
	char raw[FACTS_TEXT_SIZE];
	enum rc r = value_text(instance, name, raw, sizeof(raw), err);

	if (r == RC_NOTFOUND)
		return RC_OK;
	if (r == RC_OK)
		text_printable_field(field, size, raw, strlen(raw));
	return r;
}

enum rc
identity_read_names(struct device *device, struct facts *facts, struct err *err)
{
	char realm[FACTS_TEXT_SIZE] = "";
	struct reply reply = { 0 };
	enum rc r = wsman_get(device_wsman(device), CLASS_GENERAL_SETTINGS, NULL, 0,
	    &reply, err);

	if (r != RC_OK)
		return r;
	r = take_text(reply.body, "HostName", facts->host_name,
	    sizeof(facts->host_name), err);
	if (r == RC_OK)
		r = take_text(reply.body, "DomainName", facts->domain_name,
		    sizeof(facts->domain_name), err);
	if (r == RC_OK)
		r = take_text(reply.body, "DigestRealm", realm, sizeof(realm), err);
	reply_clear(&reply);
	if (r != RC_OK)
		return r;
	(void)snprintf(facts->realm, sizeof(facts->realm), "%s", device_realm(device));
	if (realm[0] != '\0' && strcmp(realm, facts->realm) != 0)
		return err_set(err, RC_FORMAT,
		    "AMT_GeneralSettings: DigestRealm: %s, but the challenge said %s",
		    realm, facts->realm);
	return RC_OK;
}

/* A Get whose failure may only mean that the class is not there: *ret_reply then
 * has no body. */
static enum rc
get_optional(struct device *device, const char *resource_uri,
    const struct selector *selectors, size_t n, struct reply *ret_reply,
    struct err *err)
{
	struct err cause = { 0 };
	enum rc r = wsman_get(device_wsman(device), resource_uri, selectors, n,
	    ret_reply, &cause);

	if (r == RC_OK || device_lacks(device, r) || device_refuses(device, r))
		return RC_OK;
	return err_set(err, r, "%s", cause.text);
}

/* One number of a class that may be missing; fallback when it is. */
static enum rc
read_number(struct device *device, const char *resource_uri, const char *name,
    int64_t max, int64_t fallback, int64_t *ret_value, struct err *err)
{
	struct reply reply = { 0 };
	int64_t value = fallback;
	enum rc r = get_optional(device, resource_uri, NULL, 0, &reply, err);

	if (r == RC_OK)
		r = value_int(reply.body, name, 0, max, &value, err);
	if (r == RC_NOTFOUND)
		r = RC_OK;
	if (r == RC_OK)
		*ret_value = value;
	reply_clear(&reply);
	return r;
}

static enum rc
read_modes(struct device *device, struct facts *facts, struct err *err)
{
	int64_t mode = CONTROL_UNKNOWN;
	enum rc r = RC_OK;

	facts->control_mode = CONTROL_UNKNOWN;
	facts->provisioning_state = -1;
	r = read_number(device, CLASS_HOST_BASED_SETUP, "CurrentControlMode", INT32_MAX,
	    CONTROL_UNKNOWN, &mode, err);
	if (r != RC_OK)
		return r;
	if (mode >= CONTROL_NONE && mode <= CONTROL_ADMIN)
		facts->control_mode = (enum control_mode)mode;
	return read_number(device, CLASS_SETUP, "ProvisioningState", INT32_MAX, -1,
	    &facts->provisioning_state, err);
}

void
identity_format_uuid(const uint8_t guid[IDENTITY_GUID_BYTES], char uuid[37])
{
	static const int order[IDENTITY_GUID_BYTES] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9,
		10, 11, 12, 13, 14, 15 };
	static const char digits[] = "0123456789abcdef";
	char *at = uuid;

	for (int i = 0; i < IDENTITY_GUID_BYTES; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*at++ = '-';
		*at++ = digits[guid[order[i]] >> 4];
		*at++ = digits[guid[order[i]] & 15];
	}
	*at = '\0';
}

/* PlatformGUID: 32 hexadecimal digits. */
static enum rc
read_guid(struct device *device, uint8_t guid[IDENTITY_GUID_BYTES], bool *ret_found,
    struct err *err)
{
	char hex[IDENTITY_GUID_BYTES * 2 + 1] = "";
	struct reply reply = { 0 };
	enum rc r = get_optional(device, CLASS_SYSTEM_PACKAGE, NULL, 0, &reply, err);

	*ret_found = false;
	if (r == RC_OK)
		r = value_exact(reply.body, "PlatformGUID", hex, sizeof(hex), err);
	reply_clear(&reply);
	if (r == RC_NOTFOUND)
		return RC_OK;
	if (r != RC_OK)
		return r;
	if (strlen(hex) != sizeof(hex) - 1)
		return err_set(err, RC_FORMAT,
		    "CIM_ComputerSystemPackage: PlatformGUID: %zu digits", strlen(hex));
	r = codec_hex_decode(hex, guid, IDENTITY_GUID_BYTES, err);
	*ret_found = r == RC_OK;
	return r;
}

/* The same from GetUuid, for firmware without the package. */
static enum rc
ask_guid(struct device *device, uint8_t guid[IDENTITY_GUID_BYTES], bool *ret_found,
    struct err *err)
{
	struct reply reply = { 0 };
	struct err cause = { 0 };
	uint8_t *bytes = NULL;
	size_t len = 0;
	int value = 0;
	enum rc r = wsman_ask(device_wsman(device), CLASS_SETUP, "GetUuid", &reply,
	    &value, &cause);

	*ret_found = false;
	if (r == RC_OK && value == 0)
		r = value_bytes(reply.body, "UUID", IDENTITY_GUID_BYTES, &bytes, &len,
		    &cause);
	reply_clear(&reply);
	if (r == RC_OK && len == IDENTITY_GUID_BYTES) {
		memcpy(guid, bytes, IDENTITY_GUID_BYTES);
		*ret_found = true;
	}
	free(bytes);
	if (r == RC_OK || r == RC_NOTFOUND || device_lacks(device, r) ||
	    device_refuses(device, r))
		return RC_OK;
	return err_set(err, r, "%s", cause.text);
}

static enum rc
read_uuid(struct device *device, struct facts *facts, struct err *err)
{
	uint8_t guid[IDENTITY_GUID_BYTES] = { 0 };
	bool found = false;
	enum rc r = read_guid(device, guid, &found, err);

	if (r == RC_OK && !found)
		r = ask_guid(device, guid, &found, err);
	facts->uuid[0] = '\0';
	if (r == RC_OK && found)
		identity_format_uuid(guid, facts->uuid);
	return r;
}

/* One number of a version; *at is moved behind it and a dot that follows. */
static bool
take_number(const char **at, int64_t *ret_value)
{
	char digits[NUMBER_SIZE];
	size_t n = 0;

	while (n + 1 < sizeof(digits) && isdigit((unsigned char)(*at)[n]))
		n++;
	memcpy(digits, *at, n);
	digits[n] = '\0';
	if (num_parse(digits, 0, INT32_MAX, ret_value, NULL) != RC_OK)
		return false;
	*at += n;
	if (**at == '.')
		(*at)++;
	return true;
}

bool
identity_parse_version(const char *text, char version[FACTS_TEXT_SIZE],
    int64_t *ret_major, int64_t *ret_minor)
{
	const char *blank = strrchr(text, ' ');
	const char *at = blank == NULL ? text : blank + 1;
	int64_t numbers[VERSION_NUMBERS] = { 0 };
	size_t n = 0;

	while (n < VERSION_NUMBERS && take_number(&at, &numbers[n]))
		n++;
	if (n < 2)
		return false;
	if (n == 2)
		(void)snprintf(version, FACTS_TEXT_SIZE, "%lld.%lld",
		    (long long)numbers[0], (long long)numbers[1]);
	else
		(void)snprintf(version, FACTS_TEXT_SIZE, "%lld.%lld.%lld",
		    (long long)numbers[0], (long long)numbers[1],
		    (long long)numbers[2]);
	*ret_major = numbers[0];
	*ret_minor = numbers[1];
	return true;
}

/* The Server header says it for free; some AMT 11 says no more than "AMT". */
static enum rc
read_version(struct device *device, struct facts *facts, struct err *err)
{
	const struct selector selector = { .name = "InstanceID",
		.text = INSTANCE_VERSION };
	char text[FACTS_TEXT_SIZE] = "";
	struct reply reply = { 0 };
	enum rc r = RC_OK;

	if (identity_parse_version(device_server(device), facts->version,
		&facts->version_major, &facts->version_minor))
		return RC_OK;
	r = get_optional(device, CLASS_SOFTWARE_IDENTITY, &selector, 1, &reply, err);
	if (r == RC_OK)
		r = take_text(reply.body, "VersionString", text, sizeof(text), err);
	reply_clear(&reply);
	if (r == RC_OK)
		(void)identity_parse_version(text, facts->version,
		    &facts->version_major, &facts->version_minor);
	return r;
}

enum rc
identity_read(struct device *device, struct facts *facts, struct err *err)
{
	enum rc r = read_modes(device, facts, err);

	if (r == RC_OK)
		r = read_uuid(device, facts, err);
	if (r == RC_OK)
		r = read_version(device, facts, err);
	return r;
}
