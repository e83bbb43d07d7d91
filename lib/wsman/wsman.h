/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The operations that look: get, enumerate with all its pages, and
 * methods that only tell.  DSP0226 7, 8 and 9.  What writes is in write.h.
 */
#ifndef AMTCERT_WSMAN_WSMAN_H
#define AMTCERT_WSMAN_WSMAN_H

#include "wsman/call.h"

enum {
	WSMAN_CONTEXT_SIZE = 128,
	WSMAN_PULLS_MAX = 128,	/* pages of one enumeration */
	WSMAN_ITEMS_MAX = 1024, /* instances of one class */
	WSMAN_WORD_SIZE = 128,
};

/* One instance: ret_reply->body is its element, of class resource_uri. n may be
 * 0 where the class has one instance. RC_FORMAT when the reply is another. */
enum rc wsman_get(struct wsman *wsman, const char *resource_uri,
    const struct selector *selectors, size_t n, struct reply *ret_reply,
    struct err *err);

/* Called for each instance, lent; it may be of a derived class. Anything but
 * RC_OK ends the enumeration. */
typedef enum rc (
    *wsman_item_handler)(void *ctx, const struct xml_node *item, struct err *err);

/*
 * Every instance of a class, page by page. RC_LIMIT past WSMAN_..._MAX,
 * RC_FORMAT for a page that is neither full nor the last. An enumeration context
 * that the device has lost before the first page is asked for once more
 * (observed, AMT 16: InvalidEnumerationContext while it is busy), and so is a first
 * page that came to nobody; a later one that did is RC_CONNECT, for asking again
 * would bring the page behind it.
 */
enum rc wsman_each(struct wsman *wsman, const char *resource_uri,
    wsman_item_handler handler, void *ctx, struct err *err);

/* The parts of it. *ret_context names the open enumeration. */
enum rc wsman_enumerate(struct wsman *wsman, const char *resource_uri,
    char ret_context[WSMAN_CONTEXT_SIZE], struct err *err);

/* One page. *ret_reply owns what *ret_items (may be NULL) points into; context
 * is replaced when the page brings another, *ret_is_last says whether the
 * enumeration is over. */
enum rc wsman_pull(struct wsman *wsman, const char *resource_uri,
    char context[WSMAN_CONTEXT_SIZE], struct reply *ret_reply,
    const struct xml_node **ret_items, bool *ret_is_last, struct err *err);

/*
 * Call a method that takes nothing and changes nothing: its name must begin
 * with "Get", RC_INTERNAL otherwise. ret_reply->body is its _OUTPUT element and
 * *ret_value its ReturnValue, whatever that is.
 */
enum rc wsman_ask(struct wsman *wsman, const char *resource_uri, const char *method,
    struct reply *ret_reply, int *ret_value, struct err *err);

#endif
