/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A page never mixes classes: that is how an AMT 16 came to send one page of
 * CIM_IEEE8021xSettings and a context although 999 items were allowed.
 * Source: captures CIM_IEEE8021xSettings.Pull, *.Enumerate; DSP0226 8.
 */
#include "pulls.h"

#include <stdio.h>
#include <string.h>

#include "device.h"
#include "inst.h"

enum {
	CONTEXT_SIZE = 40
};

/* "CB000000-0000-...": the counter, little-endian, in the first group. */
static void
format_context(char field[CONTEXT_SIZE], uint32_t id)
{
	if (snprintf(field, CONTEXT_SIZE, "%02X%02X%02X%02X-0000-0000-0000-%012X",
		id & 0xffU, (id >> 8) & 0xffU, (id >> 16) & 0xffU, id >> 24, 0U) < 0)
		field[0] = '\0';
}

static struct pull *
find_context(struct device *dev, const xmlNode *body)
{
	char text[SOAP_VALUE_SIZE] = "";
	char id[CONTEXT_SIZE] = "";

	if (!soap_child_text(body, "EnumerationContext", text, sizeof(text)))
		return NULL;
	for (size_t i = 0; i < PULLS_MAX; i++) {
		format_context(id, dev->pulls[i].id);
		if (dev->pulls[i].id != 0 && strcasecmp(id, text) == 0)
			return &dev->pulls[i];
	}
	return NULL;
}

/* A free place, or that of the oldest enumeration, which is then lost. */
static struct pull *
take_place(struct device *dev)
{
	struct pull *oldest = &dev->pulls[0];

	for (size_t i = 0; i < PULLS_MAX; i++)
		if (dev->pulls[i].id < oldest->id)
			oldest = &dev->pulls[i];
	return oldest;
}

/* EnumerationMode in the request; objects unless it says otherwise. */
static bool
read_mode(const xmlNode *body, enum pull_mode *ret_mode)
{
	static const char *const words[] = { "EnumerateEPR", "EnumerateObjectAndEPR" };
	static const enum pull_mode modes[] = { PULL_REFERENCES, PULL_BOTH };
	char text[SOAP_NAME_SIZE] = "";

	*ret_mode = PULL_OBJECTS;
	if (soap_child(body, "EnumerationMode", 0) == NULL)
		return true;
	(void)soap_child_text(body, "EnumerationMode", text, sizeof(text));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(text, words[i]) != 0)
			continue;
		*ret_mode = modes[i];
		return true;
	}
	return false;
}

void
pulls_enumerate(struct device *dev, const struct class *class,
    const struct soap_request *request, struct reply *reply)
{
	const struct answer_ns ns = { .g = NS_WSEN };
	struct pull *pull = NULL;
	enum pull_mode mode = PULL_OBJECTS;
	char id[CONTEXT_SIZE] = "";

	if (request->body == NULL ||
	    strcmp((const char *)request->body->name, "Enumerate") != 0 ||
	    !read_mode(request->body, &mode)) {
		answer_fault(reply, dev, request, FAULT_SCHEMA, -1);
		return;
	}
	pull = take_place(dev);
	dev->count.pull_id++;
	*pull = (struct pull){ .id = (uint32_t)dev->count.pull_id,
		.mode = mode,
		.class = class };
	format_context(id, pull->id);
	answer_begin(reply, dev, request, NS_WSEN "/EnumerateResponse", &ns);
	buf_addf(&reply->body,
	    "<g:EnumerateResponse><g:EnumerationContext>%s</g:EnumerationContext>"
	    "</g:EnumerateResponse>",
	    id);
	answer_end(reply);
}

/* Step over classes that have nothing left; false at the end of all. */
static bool
has_next(const struct device *dev, struct pull *pull)
{
	for (;;) {
		const struct class *class =
		    class_family(dev, pull->class, pull->family);

		if (class == NULL)
			return false;
		if (pull->index < class_count(dev, class))
			return true;
		pull->family++;
		pull->index = 0;
	}
}

static void
write_item(struct device *dev, const struct class *class, const struct pull *pull,
    struct buf *out)
{
	struct inst inst = { 0 };

	class_fill(dev, class, pull->index, &inst);
	if (pull->mode == PULL_BOTH)
		buf_add_str(out, "<c:Item>");
	if (pull->mode != PULL_REFERENCES) {
		buf_addf(out, "<h:%s>", class->name);
		inst_write(&inst, out, 'h', 'i');
		buf_addf(out, "</h:%s>", class->name);
	}
	if (pull->mode != PULL_OBJECTS) {
		buf_add_str(out, "<b:EndpointReference>");
		inst_write_reference(&inst, class->name, out);
		buf_add_str(out, "</b:EndpointReference>");
	}
	if (pull->mode == PULL_BOTH)
		buf_add_str(out, "</c:Item>");
	inst_clear(&inst);
}

/* What the client allows and what the firmware is set to. */
static int64_t
page_items(const struct device *dev, const xmlNode *body)
{
	int64_t items = 0;

	if (!soap_child_int(body, "MaxElements", &items) || items < 1)
		items = 1;
	if (dev->sw.page_size > 0 && items > dev->sw.page_size)
		items = dev->sw.page_size;
	return items;
}

void
pulls_pull(struct device *dev, const struct soap_request *request, struct reply *reply)
{
	struct answer_ns ns = { .g = NS_WSEN };
	struct pull *pull = find_context(dev, request->body);
	const struct class *class = NULL;
	struct buf items = { 0 };
	int64_t left = page_items(dev, request->body);
	char id[CONTEXT_SIZE] = "";

	if (pull == NULL) {
		answer_fault(reply, dev, request, FAULT_INVALID_CONTEXT, -1);
		return;
	}
	buf_init(&items, ANSWER_MAX_BYTES);
	if (has_next(dev, pull)) {
		class = class_family(dev, pull->class, pull->family);
		ns.h = class->name;
		ns.i = class->common ? NS_COMMON : NULL;
		for (; left > 0 && pull->index < class_count(dev, class); left--) {
			write_item(dev, class, pull, &items);
			pull->index++;
		}
	}
	answer_begin(reply, dev, request, NS_WSEN "/PullResponse", &ns);
	buf_add_str(&reply->body, "<g:PullResponse>");
	if (has_next(dev, pull)) {
		format_context(id, pull->id);
		buf_addf(&reply->body,
		    "<g:EnumerationContext>%s</g:EnumerationContext>", id);
	}
	buf_addf(&reply->body, "<g:Items>%s</g:Items>", buf_str(&items));
	if (id[0] == '\0') {
		buf_add_str(&reply->body, "<g:EndOfSequence></g:EndOfSequence>");
		*pull = (struct pull){ 0 };
	}
	buf_add_str(&reply->body, "</g:PullResponse>");
	answer_end(reply);
	buf_clear(&items);
}

void
pulls_release(struct device *dev, const struct soap_request *request,
    struct reply *reply)
{
	const struct answer_ns ns = { 0 };
	struct pull *pull = find_context(dev, request->body);

	if (pull == NULL) {
		answer_fault(reply, dev, request, FAULT_INVALID_CONTEXT, -1);
		return;
	}
	*pull = (struct pull){ 0 };
	answer_begin(reply, dev, request, NS_WSEN "/ReleaseResponse", &ns);
	answer_end(reply);
}

void
pulls_restart(struct device *dev)
{
	memset(dev->pulls, 0, sizeof(dev->pulls));
}
