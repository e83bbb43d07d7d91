/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Get, Put, Create, Delete and Invoke; Enumerate and Pull are in pulls.c.
 * Source: DSP0226 7 to 9; protocol notes part 2.
 */
#include "ops.h"

#include <string.h>

#include "class.h"
#include "device.h"
#include "inst.h"
#include "invoke.h"
#include "kept.h"
#include "pulls.h"

static bool
same_without_blanks(const char *a, const char *b)
{
	for (;;) {
		a += strspn(a, " ");
		b += strspn(b, " ");
		if (*a != *b)
			return false;
		if (*a == '\0')
			return true;
		a++;
		b++;
	}
}

/* All selectors that are given must be right; clients may leave some out. */
static bool
epr_matches(const struct soap_epr *wanted, const struct epr *epr)
{
	size_t known = 0;

	if (epr->class == NULL || strcmp(wanted->class, epr->class) != 0)
		return false;
	for (size_t i = 0; i < epr->n; i++) {
		char value[SOAP_VALUE_SIZE] = "";

		if (!soap_epr_selector(wanted->node, epr->selectors[i].name, value,
			sizeof(value)))
			continue;
		/* Clients spell the collection's name without a blank. */
		if (!same_without_blanks(value, epr->selectors[i].value))
			return false;
		known++;
	}
	return known > 0 && known == soap_epr_selectors(wanted->node);
}

static bool
selectors_match(const struct soap_request *request, const struct inst *inst)
{
	for (size_t i = 0; i < request->selectors_n; i++) {
		const struct soap_selector *selector = &request->selectors[i];
		const struct value *value = inst_find(inst, selector->name);
		bool match = false;

		if (value == NULL)
			return false;
		if (value->kind == VALUE_EPR)
			match = selector->is_epr &&
			    epr_matches(&selector->epr, &value->epr);
		else
			match = !selector->is_epr &&
			    strcmp(selector->value, value->text) == 0;
		if (!match)
			return false;
	}
	return true;
}

static enum fault
not_found(const struct device *dev)
{
	return dev->sw.wrong_selector_invalid ? FAULT_INVALID_SELECTORS
					      : FAULT_DESTINATION_UNREACHABLE;
}

/* *ret_index: the instance, or CLASS_ANY when no selector was given. */
static enum fault
find_instance(struct device *dev, const struct class *class,
    const struct soap_request *request, int *ret_index)
{
	size_t n = class_count(dev, class);

	*ret_index = CLASS_ANY;
	if (request->selectors_n == 0)
		return FAULT_NONE;
	for (size_t i = 0; i < n; i++) {
		struct inst inst = { 0 };
		bool match = false;

		class_fill(dev, class, i, &inst);
		match = selectors_match(request, &inst);
		inst_clear(&inst);
		if (match) {
			*ret_index = (int)i;
			return FAULT_NONE;
		}
	}
	return not_found(dev);
}

static void
write_instance(struct device *dev, const struct class *class,
    const struct soap_request *request, int index, const char *action,
    struct reply *reply)
{
	struct answer_ns ns = { .g = class->name };
	struct inst inst = { 0 };

	if (class->common)
		ns.h = NS_COMMON;
	answer_begin(reply, dev, request, action, &ns);
	class_fill(dev, class, (size_t)index, &inst);
	buf_addf(&reply->body, "<g:%s>", class->name);
	inst_write(&inst, &reply->body, 'g', 'h');
	buf_addf(&reply->body, "</g:%s>", class->name);
	answer_end(reply);
	inst_clear(&inst);
}

static void
do_get(struct device *dev, const struct class *class,
    const struct soap_request *request, struct reply *reply)
{
	int index = 0;
	size_t n = class_count(dev, class);
	enum fault fault = find_instance(dev, class, request, &index);

	if (fault == FAULT_NONE && index == CLASS_ANY) {
		index = 0;
		if (n == 0)
			fault = FAULT_DESTINATION_UNREACHABLE;
		else if (n > 1)
			fault = FAULT_INVALID_SELECTORS;
	}
	if (fault != FAULT_NONE) {
		answer_fault(reply, dev, request, fault, -1);
		return;
	}
	write_instance(dev, class, request, index, NS_WXF "/GetResponse", reply);
}

/* The body may have said which one is meant. */
static int
index_in_body(struct device *dev, const struct class *class,
    const struct soap_request *request)
{
	struct soap_request named = *request;
	int index = 0;

	named.selectors_n = 1;
	named.selectors[0] = (struct soap_selector){ .name = "InstanceID" };
	if (!soap_child_text(request->body, "InstanceID", named.selectors[0].value,
		SOAP_VALUE_SIZE) ||
	    find_instance(dev, class, &named, &index) != FAULT_NONE)
		return 0;
	return index == CLASS_ANY ? 0 : index;
}

static void
do_put(struct device *dev, const struct class *class,
    const struct soap_request *request, struct reply *reply)
{
	const struct answer_ns ns = {
		.g = class->name,
		.h = class->common ? NS_COMMON : NULL,
	};
	struct outcome outcome;
	int index = 0;

	if (class->put == NULL && !class->keeps)
		outcome = OUTCOME_FAULT(FAULT_ACTION_NOT_SUPPORTED);
	else if (!soap_body_is(request, class->name))
		outcome = OUTCOME_FAULT(FAULT_SCHEMA);
	else
		outcome = OUTCOME_FAULT(find_instance(dev, class, request, &index));
	if (outcome.fault == FAULT_NONE && class->put != NULL)
		outcome = class->put(dev, index, request->body);
	if (outcome.fault != FAULT_NONE) {
		answer_fault(reply, dev, request, outcome.fault, outcome.amt_status);
		return;
	}
	if (index == CLASS_ANY)
		index = index_in_body(dev, class, request);
	if (class->keeps)
		kept_put(dev, class, (size_t)index, request->body);
	if (class->written != NULL)
		class->written(dev);
	if (class->put_is_empty) {
		answer_begin(reply, dev, request, NS_WXF "/PutResponse", &ns);
		answer_end(reply);
		return;
	}
	write_instance(dev, class, request, index, NS_WXF "/PutResponse", reply);
}

/* ResourceCreated refers to the last instance. */
static void
write_created(struct device *dev, const struct class *class,
    const struct soap_request *request, struct reply *reply)
{
	const struct answer_ns ns = { .g = NS_WXF };
	struct inst inst = { 0 };
	struct buf *out = &reply->body;

	answer_begin(reply, dev, request, NS_WXF "/CreateResponse", &ns);
	class_fill(dev, class, class_count(dev, class) - 1, &inst);
	buf_add_str(out, "<g:ResourceCreated>");
	inst_write_reference(&inst, class->name, out);
	buf_add_str(out, "</g:ResourceCreated>");
	answer_end(reply);
	inst_clear(&inst);
}

static void
do_create(struct device *dev, const struct class *class,
    const struct soap_request *request, struct reply *reply)
{
	struct outcome outcome;

	if (class->create == NULL)
		outcome = OUTCOME_FAULT(FAULT_ACTION_NOT_SUPPORTED);
	else if (!soap_body_is(request, class->name))
		outcome = OUTCOME_FAULT(FAULT_SCHEMA);
	else
		outcome = class->create(dev, request->body);
	if (outcome.fault != FAULT_NONE)
		answer_fault(reply, dev, request, outcome.fault, outcome.amt_status);
	else
		write_created(dev, class, request, reply);
}

static void
do_delete(struct device *dev, const struct class *class,
    const struct soap_request *request, struct reply *reply)
{
	const struct answer_ns ns = { 0 };
	struct outcome outcome;
	int index = 0;

	if (class->delete == NULL)
		outcome = OUTCOME_FAULT(FAULT_ACTION_NOT_SUPPORTED);
	else
		outcome = OUTCOME_FAULT(find_instance(dev, class, request, &index));
	if (outcome.fault == FAULT_NONE && index == CLASS_ANY) {
		/* Without selectors the only instance is meant (seen with NOMIS). */
		index = 0;
		if (class_count(dev, class) == 0)
			outcome = OUTCOME_FAULT(FAULT_DESTINATION_UNREACHABLE);
		else if (class_count(dev, class) > 1)
			outcome = OUTCOME_FAULT(FAULT_INVALID_SELECTORS);
	}
	if (outcome.fault == FAULT_NONE)
		outcome = class->delete (dev, index);
	if (outcome.fault != FAULT_NONE) {
		answer_fault(reply, dev, request, outcome.fault, outcome.amt_status);
		return;
	}
	answer_begin(reply, dev, request, NS_WXF "/DeleteResponse", &ns);
	answer_end(reply);
}

void
ops_execute(struct device *dev, const struct soap_request *request, struct reply *reply)
{
	const struct class *class =
	    request->class == NULL ? NULL : class_find(dev, request->class);
	int index = 0;
	enum fault fault = FAULT_NONE;

	if (request->op == OP_IDENTIFY) {
		if (dev->sw.identify)
			answer_identify(reply, dev);
		else
			answer_fault(reply, dev, request, FAULT_ACTION_NOT_SUPPORTED,
			    -1);
		return;
	}
	if (class == NULL) {
		answer_fault(reply, dev, request, FAULT_DESTINATION_UNREACHABLE, -1);
		return;
	}
	switch (request->op) {
	case OP_GET:
		do_get(dev, class, request, reply);
		break;
	case OP_PUT:
		do_put(dev, class, request, reply);
		break;
	case OP_CREATE:
		do_create(dev, class, request, reply);
		break;
	case OP_DELETE:
		do_delete(dev, class, request, reply);
		break;
	case OP_ENUMERATE:
		pulls_enumerate(dev, class, request, reply);
		break;
	case OP_PULL:
		pulls_pull(dev, request, reply);
		break;
	case OP_RELEASE:
		pulls_release(dev, request, reply);
		break;
	case OP_INVOKE:
		fault = find_instance(dev, class, request, &index);
		invoke_method(dev, request, fault, index == CLASS_ANY ? 0 : index,
		    reply);
		break;
	case OP_IDENTIFY:
	case OP_UNKNOWN:
		answer_fault(reply, dev, request, FAULT_ACTION_NOT_SUPPORTED, -1);
		break;
	}
}
