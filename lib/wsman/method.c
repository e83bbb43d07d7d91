/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bodies with properties, and method calls.  DSP0226 9, DSP0230.
 */
#include "wsman/method.h"

#include <stdio.h>
#include <string.h>

#include "wsman/value.h"

enum rc
property_write(struct buf *out, const char *resource_uri, const char *element,
    const struct property *properties, size_t n)
{
	char qname[METHOD_NAME_SIZE];

	(void)snprintf(qname, sizeof(qname), "r:%s", element);
	(void)xml_write_open_attr(out, qname, "xmlns:r", resource_uri);
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(qname, sizeof(qname), "r:%s", properties[i].name);
		(void)xml_write_open(out, qname);
		if (properties[i].epr != NULL)
			(void)epr_write(out, properties[i].epr);
		else
			(void)xml_write_text(out, properties[i].text);
		(void)xml_write_close(out, qname);
	}
	(void)snprintf(qname, sizeof(qname), "r:%s", element);
	return xml_write_close(out, qname);
}

static enum rc
read_output(const struct reply *reply, const char *resource_uri, const char *method,
    int *ret_value, struct err *err)
{
	char wanted[METHOD_NAME_SIZE];
	int64_t value = 0;
	enum rc r = RC_OK;

	(void)snprintf(wanted, sizeof(wanted), "%s_OUTPUT", method);
	if (!xml_is(reply->body, resource_uri, wanted))
		return err_set(err, RC_FORMAT, "%s: %s: DSP0226 9: no %s",
		    call_class_name(resource_uri), method, wanted);
	r = value_int(reply->body, "ReturnValue", 0, INT32_MAX, &value, err);
	if (r == RC_NOTFOUND)
		return err_set(err, RC_FORMAT, "%s: %s: no ReturnValue",
		    call_class_name(resource_uri), method);
	if (r == RC_OK)
		*ret_value = (int)value;
	return r;
}

enum rc
method_call(struct wsman *wsman, const char *resource_uri, const char *method,
    const struct property *arguments, size_t n, enum http_effect effect,
    struct reply *ret_reply, int *ret_value, struct err *err)
{
	char action[METHOD_NAME_SIZE * 2];
	char input[METHOD_NAME_SIZE];
	struct call call = { .operation = method,
		.action = action,
		.resource_uri = resource_uri,
		.effect = effect };
	struct reply reply = { 0 };
	struct err cause = { 0 };
	struct buf body;
	enum rc r = RC_OK;

	(void)snprintf(action, sizeof(action), "%s/%s", resource_uri, method);
	(void)snprintf(input, sizeof(input), "%s_INPUT", method);
	buf_init(&body, METHOD_BODY_MAX_BYTES);
	(void)property_write(&body, resource_uri, input, arguments, n);
	call.body = &body;
	r = call_send(wsman, &call, &reply, err);
	buf_wipe(&body);
	if (r != RC_OK)
		return r;
	r = read_output(&reply, resource_uri, method, ret_value, &cause);
	if (r != RC_OK) {
		reply_clear(&reply);
		return err_set(err, effect == HTTP_WRITES ? RC_LOST : r, "%s",
		    cause.text);
	}
	*ret_reply = reply;
	return RC_OK;
}
