/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The writing operations over call_send(), each sent once.  DSP0226 7 (Put,
 * Create, Delete) and 9 (methods).  What replies carry beyond "done" is not
 * looked at: who wants to be sure reads the instance back.
 */
#include "wsman/write.h"

#include "wsman/ns.h"

static enum rc
send_instance(struct wsman *wsman, struct call call, const struct property *properties,
    size_t n, struct err *err)
{
	struct reply reply = { 0 };
	struct buf body;
	enum rc r = RC_OK;

	buf_init(&body, METHOD_BODY_MAX_BYTES);
	(void)property_write(&body, call.resource_uri,
	    call_class_name(call.resource_uri), properties, n);
	call.body = &body;
	call.effect = HTTP_WRITES;
	r = call_send(wsman, &call, &reply, err);
	buf_wipe(&body);
	reply_clear(&reply);
	return r;
}

enum rc
wsman_put(struct wsman *wsman, const char *resource_uri,
    const struct selector *selectors, size_t n_selectors,
    const struct property *properties, size_t n_properties, struct err *err)
{
	const struct call call = { .operation = "Put",
		.action = NS_TRANSFER "/Put",
		.resource_uri = resource_uri,
		.selectors = selectors,
		.n_selectors = n_selectors };

	return send_instance(wsman, call, properties, n_properties, err);
}

enum rc
wsman_create(struct wsman *wsman, const char *resource_uri,
    const struct property *properties, size_t n_properties, struct err *err)
{
	const struct call call = { .operation = "Create",
		.action = NS_TRANSFER "/Create",
		.resource_uri = resource_uri };

	return send_instance(wsman, call, properties, n_properties, err);
}

enum rc
wsman_delete(struct wsman *wsman, const char *resource_uri,
    const struct selector *selectors, size_t n_selectors, struct err *err)
{
	const struct call call = { .operation = "Delete",
		.action = NS_TRANSFER "/Delete",
		.resource_uri = resource_uri,
		.selectors = selectors,
		.n_selectors = n_selectors,
		.effect = HTTP_WRITES };
	struct reply reply = { 0 };
	enum rc r = call_send(wsman, &call, &reply, err);

	reply_clear(&reply);
	return r;
}

enum rc
wsman_invoke(struct wsman *wsman, const char *resource_uri, const char *method,
    const struct property *arguments, size_t n, struct reply *ret_reply, int *ret_value,
    struct err *err)
{
	return method_call(wsman, resource_uri, method, arguments, n, HTTP_WRITES,
	    ret_reply, ret_value, err);
}
