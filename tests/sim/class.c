/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finding classes, the members of an enumeration, and the InstanceIDs of store
 * objects.
 */
#include "class.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "device.h"
#include "kept.h"
#include "pki.h"

#define CERT_PREFIX "Intel(r) AMT Certificate: Handle: "
#define KEY_PREFIX  "Intel(r) AMT Key: Handle: "

static const struct class *const parts[] = { class_identity, class_network, class_pki,
	class_tls, class_8021x, class_wifi, class_remote, class_proxy, class_account,
	class_log, class_control, class_hardware, class_static, NULL };

static bool
is_known(const struct device *dev, const struct class *class)
{
	return class->exists == NULL || class->exists(dev);
}

const struct class *
class_find(const struct device *dev, const char *name)
{
	for (size_t i = 0; parts[i] != NULL; i++)
		for (const struct class *class = parts[i]; class->name != NULL;
		     class ++)
			if (strcmp(class->name, name) == 0)
				return is_known(dev, class) ? class : NULL;
	return NULL;
}

static bool
derives(const struct class *class, const char *base)
{
	size_t len = strlen(base);
	const char *p = class->bases;

	while (p != NULL && *p != '\0') {
		size_t word = strcspn(p, " ");

		if (word == len && strncmp(p, base, len) == 0)
			return true;
		p += word;
		p += strspn(p, " ");
	}
	return false;
}

const struct class *
class_family(const struct device *dev, const struct class *class, size_t n)
{
	if (n == 0)
		return class;
	for (size_t i = 0; parts[i] != NULL; i++)
		for (const struct class *other = parts[i]; other->name != NULL; other++)
			if (derives(other, class->name) && is_known(dev, other) &&
			    --n == 0)
				return other;
	return NULL;
}

size_t
class_count(const struct device *dev, const struct class *class)
{
	return class->count == NULL ? 1 : class->count(dev);
}

void
class_fill(struct device *dev, const struct class *class, size_t index,
    struct inst *inst)
{
	for (size_t i = 0; class->props != NULL && class->props[i].name != NULL; i++)
		inst_text(inst, class->props[i].name, class->props[i].text);
	if (class->fill != NULL)
		class->fill(dev, index, inst);
	kept_apply(dev, class, index, inst);
	inst_sort(inst);
}

int64_t
class_request_state(struct class_call *call)
{
	char text[SOAP_VALUE_SIZE] = "";
	int64_t state = 0;

	if (!soap_child_int(call->input, "RequestedState", &state) ||
	    !soap_child_text(call->input, "RequestedState", text, sizeof(text))) {
		call->fault = FAULT_SCHEMA;
		return PT_INVALID_PARAMETER;
	}
	kept_set(call->dev, call->class, call->index, "EnabledState", text);
	return PT_SUCCESS;
}

size_t
class_none(const struct device *dev)
{
	(void)dev;
	return 0;
}

size_t
class_two(const struct device *dev)
{
	(void)dev;
	return 2;
}

static void
make_instance_id(char field[SOAP_VALUE_SIZE], const char *prefix, int handle)
{
	if (snprintf(field, SOAP_VALUE_SIZE, "%s%d", prefix, handle) < 0)
		field[0] = '\0';
}

void
class_cert_instance_id(char field[SOAP_VALUE_SIZE], int handle)
{
	make_instance_id(field, CERT_PREFIX, handle);
}

void
class_key_instance_id(char field[SOAP_VALUE_SIZE], int handle)
{
	make_instance_id(field, KEY_PREFIX, handle);
}

void
class_cert_epr(struct inst *inst, const char *name, int handle)
{
	char id[SOAP_VALUE_SIZE] = "";

	class_cert_instance_id(id, handle);
	(void)inst_epr(inst, name, "AMT_PublicKeyCertificate", "InstanceID", id);
}

bool
class_take_cert(const struct device *dev, const xmlNode *parent, const char *name,
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

static int
parse_handle(const char *instance_id, const char *prefix)
{
	size_t len = strlen(prefix);
	int64_t handle = 0;

	if (strncmp(instance_id, prefix, len) != 0 ||
	    num_parse(instance_id + len, 0, STORE_SLOTS - 1, &handle, NULL) != RC_OK)
		return -1;
	return (int)handle;
}

int
class_cert_handle(const char *instance_id)
{
	return parse_handle(instance_id, CERT_PREFIX);
}

int
class_key_handle(const char *instance_id)
{
	return parse_handle(instance_id, KEY_PREFIX);
}
