/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A list per device, empty until something is written: ten thousand devices
 * must not pay for it.
 */
#include "kept.h"

#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "mem.h"

enum {
	TEXT_SIZE = 4096,
	VALUES_MAX = 64,
};

struct kept {
	struct kept *next;
	const struct class *class;
	size_t index;
	struct inst values;
};

static struct kept *
find(const struct device *dev, const struct class *class, size_t index)
{
	for (struct kept *kept = dev->kept; kept != NULL; kept = kept->next)
		if (kept->class == class && kept->index == index)
			return kept;
	return NULL;
}

static struct kept *
find_or_add(struct device *dev, const struct class *class, size_t index)
{
	struct kept *kept = find(dev, class, index);

	if (kept != NULL)
		return kept;
	kept = mem_new(1, sizeof(*kept));
	kept->class = class;
	kept->index = index;
	kept->next = dev->kept;
	dev->kept = kept;
	return kept;
}

static bool
is_key(const char *name)
{
	static const char *const keys[] = { "CreationClassName", "DeviceID",
		"InstanceID", "Name", "SystemCreationClassName", "SystemName" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(keys[i], name) == 0)
			return true;
	return false;
}

/* The static name of a property that can be written, or NULL. */
static const char *
writable_name(const struct class *class, const char *name)
{
	if (is_key(name))
		return NULL;
	for (size_t i = 0; class->props != NULL && class->props[i].name != NULL; i++)
		if (strcmp(class->props[i].name, name) == 0)
			return class->props[i].name;
	for (size_t i = 0; class->optional != NULL && class->optional[i] != NULL; i++)
		if (strcmp(class->optional[i], name) == 0)
			return class->optional[i];
	return NULL;
}

static bool
has_elements(const xmlNode *node)
{
	for (const xmlNode *child = node->children; child != NULL; child = child->next)
		if (child->type == XML_ELEMENT_NODE)
			return true;
	return false;
}

void
kept_put(struct device *dev, const struct class *class, size_t index,
    const xmlNode *instance)
{
	struct kept *kept = find_or_add(dev, class, index);
	struct inst sent = { 0 };

	for (const xmlNode *node = instance->children; node != NULL;
	     node = node->next) {
		char text[TEXT_SIZE] = "";
		const char *name = NULL;

		if (node->type != XML_ELEMENT_NODE || has_elements(node) ||
		    sent.n == VALUES_MAX)
			continue;
		name = writable_name(class, (const char *)node->name);
		if (name != NULL && soap_text(node, text, sizeof(text)))
			inst_text(&sent, name, text);
	}
	for (size_t i = 0; class->optional != NULL && class->optional[i] != NULL; i++)
		inst_remove(&kept->values, class->optional[i]);
	inst_replace(&kept->values, &sent);
	inst_clear(&sent);
}

void
kept_set(struct device *dev, const struct class *class, size_t index, const char *name,
    const char *text)
{
	struct kept *kept = find_or_add(dev, class, index);

	inst_remove(&kept->values, name);
	inst_text(&kept->values, name, text);
}

void
kept_apply(const struct device *dev, const struct class *class, size_t index,
    struct inst *inst)
{
	const struct kept *kept = find(dev, class, index);

	if (kept != NULL)
		inst_replace(inst, &kept->values);
}

void
kept_clear(struct device *dev)
{
	while (dev->kept != NULL) {
		struct kept *kept = dev->kept;

		dev->kept = kept->next;
		inst_clear(&kept->values);
		free(kept);
	}
}
