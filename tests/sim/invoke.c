/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Methods: what their input must hold, and the shape of their output.
 * Source: DSP0226 9; protocol notes 2.10, captured AddProxyAccessPoint (2058).
 */
#include "invoke.h"

#include <string.h>

#include "class.h"
#include "device.h"
#include "inst.h"

static const struct class_method *
find_method(const struct device *dev, const struct soap_request *request)
{
	const struct class *class =
	    request->class == NULL ? NULL : class_find(dev, request->class);

	if (class == NULL || class->methods == NULL || request->method == NULL)
		return NULL;
	for (size_t i = 0; class->methods[i].name != NULL; i++)
		if (strcmp(class->methods[i].name, request->method) == 0)
			return &class->methods[i];
	return NULL;
}

/* One parameter of a list such as "Port ?&Certificate". */
struct input {
	const char *name; /* not terminated */
	size_t len;
	bool optional;
	bool is_reference;
};

/* The next one of the list; false at its end. */
static bool
next_input(const char **list, struct input *ret_input)
{
	const char *p = *list;

	if (p == NULL)
		return false;
	p += strspn(p, " ");
	ret_input->optional = *p == '?';
	p += ret_input->optional;
	ret_input->is_reference = *p == '&';
	p += ret_input->is_reference;
	ret_input->name = p;
	ret_input->len = strcspn(p, " ");
	*list = p + ret_input->len;
	return ret_input->len > 0;
}

/* A parameter that is known and, when it is a reference, refers to something: an
 * empty one has been seen refused. */
static bool
is_valid(const char *inputs, const xmlNode *node)
{
	const char *name = (const char *)node->name;
	struct soap_epr epr;
	struct input input;

	while (next_input(&inputs, &input))
		if (strlen(name) == input.len &&
		    strncmp(name, input.name, input.len) == 0)
			return !input.is_reference || soap_epr_read(node, &epr);
	return false;
}

/* Every child known, every wanted one there: what the schema asks for. */
static bool
inputs_are_valid(const struct class_method *method, const xmlNode *node)
{
	const char *inputs = method->inputs;
	struct input input;

	for (const xmlNode *child = node->children; child != NULL; child = child->next)
		if (child->type == XML_ELEMENT_NODE && !is_valid(inputs, child))
			return false;
	while (next_input(&inputs, &input)) {
		char wanted[SOAP_NAME_SIZE] = "";

		if (input.optional || input.len >= sizeof(wanted))
			continue;
		memcpy(wanted, input.name, input.len);
		if (soap_child(node, wanted, 0) == NULL)
			return false;
	}
	return true;
}

static void
write_output(struct device *dev, const struct soap_request *request,
    const struct class_method *method, const struct inst *out, int64_t return_value,
    struct reply *reply)
{
	const struct class *class = class_find(dev, request->class);
	const struct answer_ns ns = {
		.g = request->class,
		.h = class->method_common ? NS_COMMON : NULL,
	};
	struct inst placeholder = { 0 };
	struct buf action = { 0 };

	buf_init(&action, 4096);
	buf_addf(&action, "%sResponse", request->action);
	answer_begin(reply, dev, request, buf_str(&action), &ns);
	buf_clear(&action);
	buf_addf(&reply->body, "<g:%s_OUTPUT>", method->name);
	if (out != NULL && (return_value == 0 || method->reference == NULL)) {
		inst_write(out, &reply->body, 'g', 'h');
	} else if (method->reference != NULL) {
		inst_placeholder(&placeholder, method->reference);
		inst_write(&placeholder, &reply->body, 'g', 'h');
		inst_clear(&placeholder);
	}
	buf_addf(&reply->body, "<g:ReturnValue>%lld</g:ReturnValue></g:%s_OUTPUT>",
	    (long long)return_value, method->name);
	answer_end(reply);
	reply->return_value = return_value;
}

void
invoke_method(struct device *dev, const struct soap_request *request, enum fault fault,
    int index, struct reply *reply)
{
	const struct class_method *method = find_method(dev, request);
	struct class_call call = {
		.dev = dev,
		.class =
		    request->class == NULL ? NULL : class_find(dev, request->class),
		.index = (size_t)index,
		.request = request,
	};
	char input[SOAP_NAME_SIZE] = "";
	int64_t return_value = 0;

	if (method == NULL)
		fault = FAULT_ACTION_NOT_SUPPORTED;
	if (fault == FAULT_NONE) {
		memcpy(input, method->name, strlen(method->name));
		memcpy(input + strlen(method->name), "_INPUT", sizeof("_INPUT"));
		if (!soap_body_is(request, input) ||
		    !inputs_are_valid(method, request->body))
			fault = FAULT_SCHEMA;
	}
	if (fault == FAULT_NONE) {
		call.input = request->body;
		return_value = method->call(&call);
		fault = call.fault;
	}
	if (fault == FAULT_NONE)
		write_output(dev, request, method, &call.out, return_value, reply);
	else
		answer_fault(reply, dev, request, fault, -1);
	inst_clear(&call.out);
}

bool
invoke_fail(struct device *dev, const struct soap_request *request,
    int64_t return_value, struct reply *reply)
{
	const struct class_method *method = find_method(dev, request);

	if (request->op != OP_INVOKE || method == NULL)
		return false;
	write_output(dev, request, method, NULL, return_value, reply);
	return true;
}

bool
invoke_is_write(const struct device *dev, const struct soap_request *request)
{
	const struct class_method *method = NULL;

	if (request->op == OP_PUT || request->op == OP_CREATE ||
	    request->op == OP_DELETE)
		return true;
	if (request->op != OP_INVOKE)
		return false;
	method = find_method(dev, request);
	return method != NULL && !method->reads;
}
