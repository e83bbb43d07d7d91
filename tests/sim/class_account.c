/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Accounts.  Only the administrator can log in; others are listed, added and
 * removed.
 * Source: protocol notes 3.13; captures of AMT_AuthorizationService.
 */
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "base/codec.h"
#include "class.h"
#include "device.h"
#include "digest.h"
#include "firmware.h"
#include "mem.h"
#include "pki.h"

enum {
	PASSWORD_B64_MAX = 64,
	SYSTEM_HANDLE = 1, /* "$$uns", which firmware makes itself */
	ACCOUNTS_MAX = 15,
	HANDLES_PER_CALL = 50,
};

/* DigestPassword: base64 of MD5(user:realm:password). */
static bool
read_hash(const struct class_call *call, unsigned char hash[MD5_BYTES])
{
	char text[SOAP_VALUE_SIZE] = "";
	uint8_t *bytes = NULL;
	size_t len = 0;
	bool good =
	    soap_child_text(call->input, "DigestPassword", text, sizeof(text)) &&
	    codec_base64_decode(text, strlen(text), PASSWORD_B64_MAX, &bytes, &len,
		NULL) == RC_OK &&
	    len == MD5_BYTES;

	if (good)
		memcpy(hash, bytes, MD5_BYTES);
	free(bytes);
	return good;
}

static bool
is_valid_name(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len < ACCOUNT_NAME_SIZE && strncmp(name, "$$", 2) != 0 &&
	    strpbrk(name, "(),:;\"&<>") == NULL;
}

static int64_t
set_admin(struct class_call *call)
{
	struct device *dev = call->dev;
	char user[SOAP_VALUE_SIZE] = "";
	unsigned char hash[MD5_BYTES];

	if (!soap_child_text(call->input, "Username", user, sizeof(user))) {
		call->fault = FAULT_SCHEMA;
		return PT_INVALID_PARAMETER;
	}
	if (!is_valid_name(user))
		return PT_INVALID_NAME;
	if (!read_hash(call, hash))
		return PT_INVALID_PASSWORD;
	if (!firmware_write_flash(dev))
		return PT_FLASH_WRITE_LIMIT_EXCEEDED;
	mem_set(&dev->user, user);
	free(dev->password);
	dev->password = NULL;
	memcpy(dev->ha1, hash, MD5_BYTES);
	digest_restart(dev); /* the old nonces are dead */
	audit_add(dev, AUDIT_ACCOUNT_CHANGED, NULL, 0);
	return PT_SUCCESS;
}

static int64_t
get_admin(struct class_call *call)
{
	inst_text(&call->out, "Username", call->dev->user);
	return PT_SUCCESS;
}

/* Has the factory password been changed? */
static int64_t
get_admin_status(struct class_call *call)
{
	inst_bool(&call->out, "IsDefault", false);
	return PT_SUCCESS;
}

static struct account *
find_account(const struct class_call *call, size_t *ret_place)
{
	int64_t handle = 0;

	if (!soap_child_int(call->input, "Handle", &handle))
		return NULL;
	for (size_t i = 0; i < call->dev->accounts_n; i++) {
		if (call->dev->accounts[i].handle != handle)
			continue;
		*ret_place = i;
		return &call->dev->accounts[i];
	}
	return NULL;
}

static bool
means_system(const struct class_call *call)
{
	int64_t handle = 0;

	return soap_child_int(call->input, "Handle", &handle) &&
	    handle == SYSTEM_HANDLE;
}

static int64_t
enumerate(struct class_call *call)
{
	const struct device *dev = call->dev;
	int64_t start = 0;
	int64_t total = (int64_t)dev->accounts_n + 1;
	int64_t n = 0;

	if (!soap_child_int(call->input, "StartIndex", &start)) {
		call->fault = FAULT_SCHEMA;
		return PT_INVALID_PARAMETER;
	}
	if (start < 1 || start > total)
		return PT_INVALID_INDEX;
	n = total - start + 1;
	if (n > HANDLES_PER_CALL)
		n = HANDLES_PER_CALL;
	inst_int(&call->out, "TotalCount", total);
	inst_int(&call->out, "HandlesCount", n);
	for (int64_t i = start; i < start + n; i++)
		inst_int(&call->out, "Handles",
		    i == 1 ? SYSTEM_HANDLE : dev->accounts[i - 2].handle);
	return PT_SUCCESS;
}

static int64_t
get_account(struct class_call *call)
{
	const struct account *account = NULL;
	size_t place = 0;

	if (means_system(call)) {
		inst_text(&call->out, "DigestUsername", "$$uns");
		inst_int(&call->out, "AccessPermission", 0);
		inst_int(&call->out, "Realms", 16);
		return PT_SUCCESS;
	}
	account = find_account(call, &place);
	if (account == NULL)
		return PT_INVALID_HANDLE;
	inst_text(&call->out, "DigestUsername", account->name);
	inst_int(&call->out, "AccessPermission", account->permission);
	for (size_t i = 0; i < ACCOUNT_REALMS; i++)
		if ((account->realms >> i & 1U) != 0)
			inst_int(&call->out, "Realms", (int64_t)i);
	return PT_SUCCESS;
}

static bool
read_realms(const struct class_call *call, uint32_t *ret_realms)
{
	uint32_t realms = 0;

	for (size_t i = 0;; i++) {
		const xmlNode *node = soap_child(call->input, "Realms", i);
		int64_t realm = 0;

		if (node == NULL)
			break;
		if (!soap_int(node, &realm) || realm < 0 || realm >= ACCOUNT_REALMS)
			return false;
		realms |= 1U << realm;
	}
	*ret_realms = realms;
	return true;
}

static int64_t
add_account(struct class_call *call)
{
	struct device *dev = call->dev;
	struct account account = { .handle = SYSTEM_HANDLE + 1, .enabled = true };
	char name[SOAP_VALUE_SIZE] = "";
	unsigned char hash[MD5_BYTES];

	if (!soap_child_text(call->input, "DigestUsername", name, sizeof(name)) ||
	    !is_valid_name(name))
		return PT_INVALID_NAME;
	if (!read_hash(call, hash))
		return PT_INVALID_PASSWORD;
	if (!read_realms(call, &account.realms))
		return PT_INVALID_REALM;
	(void)soap_child_int(call->input, "AccessPermission", &account.permission);
	for (size_t i = 0; i < dev->accounts_n; i++) {
		if (strcmp(dev->accounts[i].name, name) == 0)
			return PT_DUPLICATE;
		if (dev->accounts[i].handle >= account.handle)
			account.handle = dev->accounts[i].handle + 1;
	}
	if (dev->accounts_n == ACCOUNTS_MAX)
		return PT_MAX_LIMIT_REACHED;
	memcpy(account.name, name, strlen(name) + 1);
	dev->accounts =
	    mem_resize(dev->accounts, dev->accounts_n + 1, sizeof(*dev->accounts));
	dev->accounts[dev->accounts_n++] = account;
	inst_int(&call->out, "Handle", account.handle);
	return PT_SUCCESS;
}

static int64_t
remove_account(struct class_call *call)
{
	struct device *dev = call->dev;
	size_t place = 0;

	if (means_system(call))
		return PT_NOT_PERMITTED;
	if (find_account(call, &place) == NULL)
		return PT_INVALID_HANDLE;
	dev->accounts_n--;
	for (size_t i = place; i < dev->accounts_n; i++)
		dev->accounts[i] = dev->accounts[i + 1];
	return PT_SUCCESS;
}

static int64_t
set_enabled(struct class_call *call)
{
	size_t place = 0;
	struct account *account = find_account(call, &place);
	bool enabled = false;

	if (!soap_child_bool(call->input, "Enabled", &enabled)) {
		call->fault = FAULT_SCHEMA;
		return PT_INVALID_PARAMETER;
	}
	if (account == NULL)
		return means_system(call) ? PT_NOT_PERMITTED : PT_INVALID_HANDLE;
	account->enabled = enabled;
	return PT_SUCCESS;
}

static int64_t
get_enabled(struct class_call *call)
{
	size_t place = 0;
	const struct account *account = find_account(call, &place);

	if (account == NULL && !means_system(call))
		return PT_INVALID_HANDLE;
	inst_bool(&call->out, "Enabled", account == NULL || account->enabled);
	return PT_SUCCESS;
}

/* clang-format off */
static const struct class_prop authorization_props[] = {
	{ "AllowHttpQopAuthOnly", "1" },
	{ "CreationClassName", "AMT_AuthorizationService" },
	{ "ElementName", "Intel(r) AMT Authorization Service" },
	{ "EnabledState", "5" },
	{ "Name", "Intel(r) AMT Authorization Service" },
	{ "RequestedState", "12" },
	{ "SystemCreationClassName", "CIM_ComputerSystem" },
	{ "SystemName", "Intel(r) AMT" },
	{ NULL, NULL },
};
/* clang-format on */

static const struct class_method authorization_methods[] = {
	{ "SetAdminAclEntryEx", set_admin, "Username DigestPassword", NULL, false },
	{ "GetAdminAclEntry", get_admin, NULL, NULL, true },
	{ "GetAdminAclEntryStatus", get_admin_status, NULL, NULL, true },
	{ "GetAdminNetAclEntryStatus", get_admin_status, NULL, NULL, true },
	{ "EnumerateUserAclEntries", enumerate, "StartIndex", NULL, true },
	{ "GetUserAclEntryEx", get_account, "Handle", NULL, true },
	{ "AddUserAclEntryEx", add_account,
	    "?DigestUsername ?DigestPassword ?KerberosUserSid AccessPermission ?Realms",
	    NULL, false },
	{ "RemoveUserAclEntry", remove_account, "Handle", NULL, false },
	{ "SetAclEnabledState", set_enabled, "Handle Enabled", NULL, false },
	{ "GetAclEnabledState", get_enabled, "Handle", NULL, true },
	{ NULL, NULL, NULL, NULL, false },
};

const struct class class_account[] = {
	{
	    .name = "AMT_AuthorizationService",
	    .bases = "CIM_PrivilegeManagementService CIM_Service",
	    .common = true,
	    .props = authorization_props,
	    .methods = authorization_methods,
	},
	{ .name = NULL },
};
