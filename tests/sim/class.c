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

#define CERT_PREFIX "Intel(r) AMT Certificate: Handle: "
#define KEY_PREFIX  "Intel(r) AMT Key: Handle: "

static const struct class *const parts[] = { class_identity, class_pki, class_tls,
	class_8021x, class_remote, class_log, class_static };

/* n-th class of all parts, NULL past the end. */
static const struct class *
nth(size_t n)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		for (size_t j = 0; parts[i][j].name != NULL; j++)
			if (n-- == 0)
				return &parts[i][j];
	return NULL;
}

static bool
is_known(const struct device *dev, const struct class *class)
{
	return class->exists == NULL || class->exists(dev);
}

const struct class *
class_find(const struct device *dev, const char *name)
{
	const struct class *class = NULL;

	for (size_t i = 0;; i++) {
		class = nth(i);
		if (class == NULL)
			return NULL;
		if (strcmp(class->name, name) == 0)
			return is_known(dev, class) ? class : NULL;
	}
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
	const struct class *other = NULL;

	if (n == 0)
		return class;
	for (size_t i = 0;; i++) {
		other = nth(i);
		if (other == NULL)
			return NULL;
		if (is_known(dev, other) && derives(other, class->name) && --n == 0)
			return other;
	}
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
	inst_sort(inst);
}

size_t
class_none(const struct device *dev)
{
	(void)dev;
	return 0;
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
