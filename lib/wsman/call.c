/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Puts a request together, sends it, sorts what comes back: a reply, a fault,
 * or no envelope at all.  DSP0226 5, 14 and 17; statuses observed on AMT 12 to 16.
 */
#include "wsman/call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct wsman {
	struct http *http;
	int64_t last_id;
	struct fault fault;
	struct buf message;
};

enum rc
wsman_new(const struct http_settings *settings, struct wsman **ret_wsman,
    struct err *err)
{
	struct wsman *wsman = calloc(1, sizeof(*wsman));
	enum rc r = RC_OK;

	if (wsman == NULL)
		return err_set(err, RC_NOMEM, "WS-Man: out of memory");
	buf_init(&wsman->message, ENVELOPE_MAX_BYTES);
	r = http_new(settings, &wsman->http, err);
	if (r != RC_OK) {
		wsman_free(wsman);
		return r;
	}
	*ret_wsman = wsman;
	return RC_OK;
}

void
wsman_free(struct wsman *wsman)
{
	if (wsman == NULL)
		return;
	http_free(wsman->http);
	buf_clear(&wsman->message);
	free(wsman);
}

struct http *
wsman_http(const struct wsman *wsman)
{
	return wsman->http;
}

const struct fault *
wsman_fault(const struct wsman *wsman)
{
	return &wsman->fault;
}

const char *
call_class_name(const char *resource_uri)
{
	const char *slash = strrchr(resource_uri, '/');

	return slash == NULL ? resource_uri : slash + 1;
}

/* 400 carries a fault of the sender or a page, 500 a fault of the receiver. */
static enum rc
read_answer(struct wsman *wsman, const struct http_answer *answer,
    const char *message_id, struct reply *ret_reply, struct err *err)
{
	bool is_fault_status = answer->status == 400 || answer->status == 500;
	struct reply reply = { 0 };
	enum rc r = RC_OK;

	wsman->fault.http_status = answer->status;
	if (answer->status != 200 && !is_fault_status)
		return err_set(err, RC_HTTP, "HTTP status %d", answer->status);
	if (is_fault_status && strstr(answer->content_type, "xml") == NULL)
		return err_set(err, RC_HTTP, "HTTP status %d and no SOAP fault (%s)",
		    answer->status,
		    answer->content_type[0] == '\0' ? "no content type"
						    : answer->content_type);
	r = reply_parse(answer->body, answer->len, message_id, &reply, &wsman->fault,
	    err);
	wsman->fault.http_status = answer->status;
	if (r != RC_OK)
		return r;
	if (is_fault_status) {
		reply_clear(&reply);
		return err_set(err, RC_HTTP, "HTTP status %d and no SOAP fault",
		    answer->status);
	}
	*ret_reply = reply;
	return RC_OK;
}

/* After a write only a plain refusal leaves no doubt. */
static bool
is_open(enum rc r, int http_status)
{
	if (r == RC_OK || r == RC_FAULT)
		return false;
	return r != RC_HTTP || http_status < 400 || http_status >= 500;
}

static enum rc
post(struct wsman *wsman, const struct buf *message, enum http_effect effect,
    const char *message_id, struct reply *ret_reply, struct err *err)
{
	struct http_answer answer = { 0 };
	struct err cause = { 0 };
	enum rc r = RC_OK;

	memset(&wsman->fault, 0, sizeof(wsman->fault));
	if (message->rc != RC_OK)
		return err_set(err, message->rc, "request: %s", rc_text(message->rc));
	r = http_post(wsman->http, buf_str(message), message->len, effect, &answer,
	    err);
	if (r != RC_OK)
		return r;
	r = read_answer(wsman, &answer, message_id, ret_reply, &cause);
	if (effect == HTTP_WRITES && is_open(r, answer.status))
		r = RC_LOST;
	return r == RC_OK ? RC_OK : err_set(err, r, "%s", cause.text);
}

enum rc
call_send(struct wsman *wsman, const struct call *call, struct reply *ret_reply,
    struct err *err)
{
	struct err cause = { 0 };
	char id[ENVELOPE_ID_SIZE];
	struct envelope envelope = { .action = call->action,
		.resource_uri = call->resource_uri,
		.message_id = id,
		.selectors = call->selectors,
		.n_selectors = call->n_selectors };
	enum rc r = RC_OK;

	wsman->last_id++;
	(void)snprintf(id, sizeof(id), "%lld", (long long)wsman->last_id);
	buf_reset(&wsman->message);
	(void)envelope_open(&wsman->message, &envelope);
	if (call->body != NULL && call->body->rc != RC_OK)
		wsman->message.rc = call->body->rc;
	if (call->body != NULL)
		(void)buf_add(&wsman->message, buf_str(call->body), call->body->len);
	(void)envelope_close(&wsman->message);
	r = post(wsman, &wsman->message, call->effect, id, ret_reply, &cause);
	/* A body may have held a key or a password one day. */
	buf_wipe(&wsman->message);
	if (r == RC_OK)
		return RC_OK;
	return err_set(err, r, "%s: %s: %s", call_class_name(call->resource_uri),
	    call->operation, cause.text);
}
