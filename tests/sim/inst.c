/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Values of instances and their XML.  Prefix b is WS-Addressing and c is
 * WS-Man in every normal envelope of the firmware.
 */
#include "inst.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/codec.h"
#include "mem.h"
#include "soap.h"

enum {
	BASE64_MAX_BYTES = 65536
};

static struct value *
add(struct inst *inst, const char *name, enum value_kind kind)
{
	struct value *value = NULL;

	inst->values = mem_resize(inst->values, inst->n + 1, sizeof(*inst->values));
	value = &inst->values[inst->n];
	*value = (struct value){ .name = name, .kind = kind, .order = inst->added++ };
	inst->n++;
	return value;
}

void
inst_text(struct inst *inst, const char *name, const char *text)
{
	add(inst, name, VALUE_TEXT)->text = mem_dup(text == NULL ? "" : text);
}

void
inst_bool(struct inst *inst, const char *name, bool value)
{
	inst_text(inst, name, value ? "true" : "false");
}

void
inst_int(struct inst *inst, const char *name, int64_t value)
{
	struct buf text = { 0 };

	buf_init(&text, 32);
	buf_addf(&text, "%lld", (long long)value);
	inst_text(inst, name, buf_str(&text));
	buf_clear(&text);
}

void
inst_base64(struct inst *inst, const char *name, const void *bytes, size_t len)
{
	struct buf text = { 0 };

	buf_init(&text, BASE64_MAX_BYTES);
	codec_base64_encode(&text, bytes, len);
	inst_text(inst, name, buf_str(&text));
	buf_clear(&text);
}

void
inst_datetime(struct inst *inst, const char *name, int64_t seconds)
{
	char field[CLOCK_TIME_SIZE];

	add(inst, name, VALUE_DATETIME)->text =
	    mem_dup(clock_format_time(seconds, field));
}

struct epr *
inst_epr(struct inst *inst, const char *name, const char *class, const char *selector,
    const char *value)
{
	struct epr *epr = &add(inst, name, VALUE_EPR)->epr;

	epr->class = class;
	epr_add(epr, selector, value);
	return epr;
}

void
epr_add(struct epr *epr, const char *selector, const char *value)
{
	if (epr->n == EPR_SELECTORS_MAX)
		return;
	epr->selectors[epr->n].name = selector;
	epr->selectors[epr->n].value = mem_dup(value);
	epr->n++;
}

void
inst_placeholder(struct inst *inst, const char *name)
{
	(void)add(inst, name, VALUE_EPR);
}

static int
by_name(const void *a, const void *b)
{
	const struct value *left = a;
	const struct value *right = b;
	int order = strcmp(left->name, right->name);

	if (order != 0)
		return order;
	return left->order < right->order ? -1 : 1;
}

void
inst_sort(struct inst *inst)
{
	if (inst->n > 1)
		qsort(inst->values, inst->n, sizeof(*inst->values), by_name);
}

const struct value *
inst_find(const struct inst *inst, const char *name)
{
	for (size_t i = 0; i < inst->n; i++)
		if (strcmp(inst->values[i].name, name) == 0)
			return &inst->values[i];
	return NULL;
}

void
epr_clear(struct epr *epr)
{
	for (size_t i = 0; i < epr->n; i++)
		free(epr->selectors[i].value);
	epr->n = 0;
}

void
inst_remove(struct inst *inst, const char *name)
{
	size_t left = 0;

	for (size_t i = 0; i < inst->n; i++) {
		if (strcmp(inst->values[i].name, name) == 0) {
			free(inst->values[i].text);
			epr_clear(&inst->values[i].epr);
		} else {
			inst->values[left++] = inst->values[i];
		}
	}
	inst->n = left;
}

void
inst_replace(struct inst *inst, const struct inst *from)
{
	for (size_t i = 0; i < from->n; i++)
		inst_remove(inst, from->values[i].name);
	for (size_t i = 0; i < from->n; i++)
		if (from->values[i].kind == VALUE_TEXT)
			inst_text(inst, from->values[i].name, from->values[i].text);
}

void
inst_clear(struct inst *inst)
{
	for (size_t i = 0; i < inst->n; i++) {
		free(inst->values[i].text);
		epr_clear(&inst->values[i].epr);
	}
	free(inst->values);
	*inst = (struct inst){ 0 };
}

void
inst_escape(struct buf *out, const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		switch (*p) {
		case '&':
			buf_add_str(out, "&amp;");
			break;
		case '<':
			buf_add_str(out, "&lt;");
			break;
		case '>':
			buf_add_str(out, "&gt;");
			break;
		default:
			buf_add_char(out, *p);
			break;
		}
	}
}

void
inst_class_uri(struct buf *out, const char *class)
{
	if (strncmp(class, "AMT_", 4) == 0)
		buf_add_str(out, "http://intel.com/wbem/wscim/1/amt-schema/1/");
	else if (strncmp(class, "IPS_", 4) == 0)
		buf_add_str(out, "http://intel.com/wbem/wscim/1/ips-schema/1/");
	else
		buf_add_str(out, "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/");
	buf_add_str(out, class);
}

void
epr_write(const struct epr *epr, struct buf *out)
{
	buf_addf(out, "<b:Address>%s</b:Address><b:ReferenceParameters><c:ResourceURI>",
	    epr->class == NULL ? "default" : WSA_ANONYMOUS);
	if (epr->class != NULL)
		inst_class_uri(out, epr->class);
	buf_add_str(out, "</c:ResourceURI><c:SelectorSet>");
	for (size_t i = 0; i < epr->n; i++) {
		buf_addf(out, "<c:Selector Name=\"%s\">", epr->selectors[i].name);
		inst_escape(out, epr->selectors[i].value);
		buf_add_str(out, "</c:Selector>");
	}
	buf_add_str(out, "</c:SelectorSet></b:ReferenceParameters>");
}

void
inst_write(const struct inst *inst, struct buf *out, char prefix, char common)
{
	for (size_t i = 0; i < inst->n; i++) {
		const struct value *value = &inst->values[i];

		buf_addf(out, "<%c:%s>", prefix, value->name);
		switch (value->kind) {
		case VALUE_TEXT:
			inst_escape(out, value->text);
			break;
		case VALUE_DATETIME:
			buf_addf(out, "<%c:Datetime>%s</%c:Datetime>", common,
			    value->text, common);
			break;
		case VALUE_EPR:
			epr_write(&value->epr, out);
			break;
		}
		buf_addf(out, "</%c:%s>", prefix, value->name);
	}
}

/* InstanceID alone, or all of these that there are. */
static bool
is_key(const struct inst *inst, const struct value *value)
{
	static const char *const keys[] = { "CreationClassName", "DeviceID",
		"InstanceID", "Name", "PolicyRuleName", "SystemCreationClassName",
		"SystemName", "Tag" };

	if (inst_find(inst, "InstanceID") != NULL)
		return strcmp(value->name, "InstanceID") == 0;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(value->name, keys[i]) == 0)
			return true;
	/* An association is known by both its ends, a collection by its name. */
	return value->kind == VALUE_EPR ||
	    (inst->n == 1 && strcmp(value->name, "ElementName") == 0);
}

static void
write_selector(const struct value *value, struct buf *out)
{
	buf_addf(out, "<c:Selector Name=\"%s\">", value->name);
	if (value->kind == VALUE_EPR) {
		buf_add_str(out, "<b:EndpointReference>");
		epr_write(&value->epr, out);
		buf_add_str(out, "</b:EndpointReference>");
	} else {
		inst_escape(out, value->text);
	}
	buf_add_str(out, "</c:Selector>");
}

void
inst_write_reference(const struct inst *inst, const char *class, struct buf *out)
{
	buf_add_str(out,
	    "<b:Address>" WSA_ANONYMOUS "</b:Address>"
	    "<b:ReferenceParameters><c:ResourceURI>");
	inst_class_uri(out, class);
	buf_add_str(out, "</c:ResourceURI><c:SelectorSet>");
	for (size_t i = 0; i < inst->n; i++)
		if (is_key(inst, &inst->values[i]))
			write_selector(&inst->values[i], out);
	buf_add_str(out, "</c:SelectorSet></b:ReferenceParameters>");
}
