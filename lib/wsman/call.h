/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One request and its reply: what every operation has in common.  Numbers the
 * messages, checks that the reply answers, and says in every error which class
 * and which operation it was.
 */
#ifndef AMTCERT_WSMAN_CALL_H
#define AMTCERT_WSMAN_CALL_H

#include "wsman/envelope.h"
#include "wsman/http.h"

struct wsman; /* a session; opaque */

/* Prepare a session; connects with the first call. Errors of http_new(). */
enum rc wsman_new(const struct http_settings *settings, struct wsman **ret_wsman,
    struct err *err);
void wsman_free(struct wsman *wsman);

/* The transport of the session, lent. */
struct http *wsman_http(const struct wsman *wsman);

/* What the newest call met: the fault after RC_FAULT; after RC_HTTP and RC_FAULT
 * its http_status. Lent. */
const struct fault *wsman_fault(const struct wsman *wsman);

/* A request. Lent. */
struct call {
	const char *operation; /* for messages: "Get", "GenerateKeyPair" */
	const char *action;
	const char *resource_uri;
	const struct selector *selectors;
	size_t n_selectors;
	const struct buf *body; /* content of the body, written with xml_write_*;
				 * prefixes as of envelope_open(). NULL: empty */
	enum http_effect effect;
};

/*
 * Send and read the reply. Errors of http_post() and reply_parse(); RC_HTTP
 * with the status for an answer that is no envelope and for a status other than
 * 200, 400, 500. With HTTP_WRITES everything that leaves the outcome open is
 * RC_LOST. Clear *ret_reply with reply_clear.
 */
enum rc call_send(struct wsman *wsman, const struct call *call, struct reply *ret_reply,
    struct err *err);

/* "AMT_TLSSettingData" of ".../AMT_TLSSettingData"; lent. */
const char *call_class_name(const char *resource_uri);

#endif
