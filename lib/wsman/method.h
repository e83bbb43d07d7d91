/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What goes into a body: an instance or the input of a method, property by
 * property; and the call of a method.  DSP0226 9; DSP0230 for the _INPUT and
 * _OUTPUT elements.
 */
#ifndef AMTCERT_WSMAN_METHOD_H
#define AMTCERT_WSMAN_METHOD_H

#include "wsman/call.h"

enum {
	METHOD_BODY_MAX_BYTES = 32 * 1024, /* a request of 4100 bytes, as base64 */
	METHOD_NAME_SIZE = 128,
};

/* One property or parameter to send. Exactly one of text and epr; lent. What is
 * unset is left out of the list: firmware refuses empty references (AMT 16.1). */
struct property {
	const char *name;
	const char *text;
	const struct epr *epr;
};

/* <r:element xmlns:r="resource_uri"> with the properties in their order. Errors
 * stick in out. */
enum rc property_write(struct buf *out, const char *resource_uri, const char *element,
    const struct property *properties, size_t n);

/*
 * Call a method. ret_reply->body is its _OUTPUT element, *ret_value its
 * ReturnValue, whatever that is: a failed method answers in the same shape, with
 * placeholders for references, so look at the value first. RC_FORMAT (RC_LOST
 * with HTTP_WRITES) when the reply is not that output or has no ReturnValue;
 * errors of call_send().
 */
enum rc method_call(struct wsman *wsman, const char *resource_uri, const char *method,
    const struct property *arguments, size_t n, enum http_effect effect,
    struct reply *ret_reply, int *ret_value, struct err *err);

#endif
