/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whatever the bytes: the XML reader refuses them or hands over a tree that can
 * be walked to its end, and what it holds can be written and read again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wsman/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
write_again(const struct xml_node *node)
{
	size_t len = 0;
	const char *text = xml_text(node, &len);
	struct buf out;
	struct xml *xml = NULL;
	char *copy = NULL;

	if (text == NULL)
		return;
	copy = strndup(text, len);
	if (copy == NULL)
		return;
	buf_init(&out, XML_BYTES_MAX);
	if (xml_write_element(&out, "a", copy) == RC_OK) {
		if (xml_read(buf_str(&out), out.len, &xml, NULL) != RC_OK ||
		    !xml_text_is(xml_root(xml), copy))
			abort();
		xml_free(xml);
	}
	buf_clear(&out);
	free(copy);
}

static void
walk(const struct xml_node *node)
{
	for (; node != NULL; node = xml_next(node)) {
		(void)xml_find(node, xml_ns(node), xml_name(node));
		(void)xml_attribute(node, "Name");
		write_again(node);
		walk(xml_first(node));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct xml *xml = NULL;
	struct err err = { 0 };

	if (xml_read((const char *)data, size, &xml, &err) == RC_OK)
		walk(xml_root(xml));
	else if (xml != NULL || err.text[0] == '\0')
		abort();
	xml_free(xml);
	return 0;
}
