/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reading operations over call_send().  DSP0226 7 (Get), 8 (Enumerate, Pull,
 * Release), 9 (methods).
 */
#include "wsman/wsman.h"

#include <stdio.h>
#include <string.h>

#include "wsman/method.h"
#include "wsman/ns.h"
#include "wsman/value.h"

enum {
	BODY_MAX_BYTES = 4096, /* requests that only look are short */
	ACTION_SIZE = 256,
};

enum rc
wsman_get(struct wsman *wsman, const char *resource_uri,
    const struct selector *selectors, size_t n, struct reply *ret_reply,
    struct err *err)
{
	const struct call call = { .operation = "Get",
		.action = NS_TRANSFER "/Get",
		.resource_uri = resource_uri,
		.selectors = selectors,
		.n_selectors = n };
	const char *class_name = call_class_name(resource_uri);
	struct reply reply = { 0 };
	enum rc r = call_send(wsman, &call, &reply, err);

	if (r != RC_OK)
		return r;
	if (!xml_is(reply.body, resource_uri, class_name)) {
		r = err_set(err, RC_FORMAT, "%s: Get: the reply holds %s", class_name,
		    reply.body == NULL ? "nothing" : xml_name(reply.body));
		reply_clear(&reply);
		return r;
	}
	*ret_reply = reply;
	return RC_OK;
}

/* A message of WS-Enumeration whose body is element, with the context in it. */
static enum rc
send_enumeration(struct wsman *wsman, const char *resource_uri, const char *operation,
    const char *context, struct reply *ret_reply, struct err *err)
{
	char action[ACTION_SIZE];
	char element[WSMAN_WORD_SIZE];
	char wanted[WSMAN_WORD_SIZE];
	struct call call = { .operation = operation,
		.action = action,
		.resource_uri = resource_uri };
	struct reply reply = { 0 };
	struct buf body;
	enum rc r = RC_OK;

	(void)snprintf(action, sizeof(action), "%s/%s", NS_ENUMERATION, operation);
	(void)snprintf(element, sizeof(element), "n:%s", operation);
	(void)snprintf(wanted, sizeof(wanted), "%sResponse", operation);
	buf_init(&body, BODY_MAX_BYTES);
	(void)xml_write_open(&body, element);
	if (context != NULL)
		(void)xml_write_element(&body, "n:EnumerationContext", context);
	/* Firmware takes these as a wish and pages on its own (AMT 16). Without
	 * them it sends one instance at a time, DSP0226 8.4. */
	if (strcmp(operation, "Pull") == 0) {
		call.effect = HTTP_PULLS;
		(void)xml_write_element(&body, "n:MaxElements", "999");
		(void)xml_write_element(&body, "n:MaxCharacters", "99999");
	}
	(void)xml_write_close(&body, element);
	call.body = &body;
	r = call_send(wsman, &call, &reply, err);
	buf_clear(&body);
	if (r != RC_OK)
		return r;
	if (!xml_is(reply.body, NS_ENUMERATION, wanted)) {
		r = err_set(err, RC_FORMAT, "%s: %s: DSP0226 8: no %s",
		    call_class_name(resource_uri), operation, wanted);
		reply_clear(&reply);
		return r;
	}
	*ret_reply = reply;
	return RC_OK;
}

enum rc
wsman_enumerate(struct wsman *wsman, const char *resource_uri,
    char ret_context[WSMAN_CONTEXT_SIZE], struct err *err)
{
	struct reply reply = { 0 };
	enum rc r =
	    send_enumeration(wsman, resource_uri, "Enumerate", NULL, &reply, err);

	if (r != RC_OK)
		return r;
	r = value_exact(reply.body, "EnumerationContext", ret_context,
	    WSMAN_CONTEXT_SIZE, err);
	if (r == RC_NOTFOUND)
		r = err_set(err, RC_FORMAT,
		    "%s: Enumerate: DSP0226 8.2: no EnumerationContext",
		    call_class_name(resource_uri));
	reply_clear(&reply);
	return r;
}

enum rc
wsman_pull(struct wsman *wsman, const char *resource_uri,
    char context[WSMAN_CONTEXT_SIZE], struct reply *ret_reply,
    const struct xml_node **ret_items, bool *ret_is_last, struct err *err)
{
	struct reply reply = { 0 };
	const struct xml_node *items = NULL;
	bool is_last = false;
	enum rc r = send_enumeration(wsman, resource_uri, "Pull", context, &reply, err);

	if (r != RC_OK)
		return r;
	items = value_find(reply.body, "Items");
	is_last = value_find(reply.body, "EndOfSequence") != NULL;
	r = value_exact(reply.body, "EnumerationContext", context, WSMAN_CONTEXT_SIZE,
	    err);
	if (r == RC_NOTFOUND)
		r = RC_OK;
	if (r == RC_OK && !is_last && xml_first(items) == NULL)
		r = err_set(err, RC_FORMAT,
		    "%s: Pull: DSP0226 8.4: an empty page that is not the last",
		    call_class_name(resource_uri));
	if (r != RC_OK) {
		reply_clear(&reply);
		return r;
	}
	*ret_reply = reply;
	*ret_items = items;
	*ret_is_last = is_last;
	return RC_OK;
}

/* Is there nothing to pull from any more, or a page that came to nobody? */
static bool
is_page_lost(const struct wsman *wsman, bool has_context, enum rc r)
{
	return (has_context && r == RC_CONNECT) ||
	    (r == RC_FAULT &&
		strcmp(wsman_fault(wsman)->subcode, "InvalidEnumerationContext") == 0);
}

/* Enumerate and take the first page; once more when that was lost. */
static enum rc
first_page(struct wsman *wsman, const char *resource_uri,
    char context[WSMAN_CONTEXT_SIZE], struct reply *ret_reply,
    const struct xml_node **ret_items, bool *ret_is_last, struct err *err)
{
	enum rc r = RC_OK;

	for (int attempt = 0; attempt < 2; attempt++) {
		struct err cause = { 0 };
		bool has_context = false;

		r = wsman_enumerate(wsman, resource_uri, context, &cause);
		if (r == RC_OK) {
			has_context = true;
			r = wsman_pull(wsman, resource_uri, context, ret_reply,
			    ret_items, ret_is_last, &cause);
		}
		if (r == RC_OK)
			return RC_OK;
		if (attempt > 0 || !is_page_lost(wsman, has_context, r))
			return err_set(err, r, "%s", cause.text);
	}
	return r;
}

/* Hand over the instances of one page. */
static enum rc
each_item(const struct xml_node *items, const char *resource_uri, size_t *n_items,
    wsman_item_handler handler, void *ctx, struct err *err)
{
	const struct xml_node *item = NULL;
	enum rc r = RC_OK;

	for (item = xml_first(items); item != NULL && r == RC_OK;
	     item = xml_next(item)) {
		if (++*n_items > WSMAN_ITEMS_MAX)
			return err_set(err, RC_LIMIT, "%s: more than %d instances",
			    call_class_name(resource_uri), (int)WSMAN_ITEMS_MAX);
		r = handler(ctx, item, err);
	}
	return r;
}

enum rc
wsman_each(struct wsman *wsman, const char *resource_uri, wsman_item_handler handler,
    void *ctx, struct err *err)
{
	char context[WSMAN_CONTEXT_SIZE] = "";
	const struct xml_node *items = NULL;
	struct reply reply = { 0 };
	bool is_last = false;
	size_t n_items = 0;
	enum rc r =
	    first_page(wsman, resource_uri, context, &reply, &items, &is_last, err);

	for (int n_pulls = 1; r == RC_OK; n_pulls++) {
		r = each_item(items, resource_uri, &n_items, handler, ctx, err);
		reply_clear(&reply);
		if (r != RC_OK || is_last)
			break;
		if (n_pulls >= WSMAN_PULLS_MAX)
			return err_set(err, RC_LIMIT, "%s: more than %d pages",
			    call_class_name(resource_uri), (int)WSMAN_PULLS_MAX);
		r = wsman_pull(wsman, resource_uri, context, &reply, &items, &is_last,
		    err);
	}
	return r;
}

enum rc
wsman_ask(struct wsman *wsman, const char *resource_uri, const char *method,
    struct reply *ret_reply, int *ret_value, struct err *err)
{
	if (strncmp(method, "Get", 3) != 0)
		return err_set(err, RC_INTERNAL, "%s: %s: not a method that only tells",
		    call_class_name(resource_uri), method);
	return method_call(wsman, resource_uri, method, NULL, 0, HTTP_READS, ret_reply,
	    ret_value, err);
}
