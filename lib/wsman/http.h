/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One POST at a time to one device: digest login, TLS trust, a deadline and a
 * largest answer, over one kept connection.  Knows HTTP (RFC 9112, RFC 7616) and
 * how AMT firmware speaks it; knows nothing of what is posted.
 */
#ifndef AMTCERT_WSMAN_HTTP_H
#define AMTCERT_WSMAN_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "base/secret.h"
#include "tls/handshake.h"
#include "tls/trust.h"
#include "wsman/head.h"
#include "wsman/xml.h"

enum {
	HTTP_ANSWER_MAX_BYTES = XML_BYTES_MAX,
	HTTP_IDLE_MAX_S = 20, /* observed: firmware drops an idle connection
			       * after some 28 s */
};

struct perform; /* wsman/perform.h */

/* Where to and as whom. Everything is lent for the life of the session. */
struct http_settings {
	const char *address; /* DNS name or IP literal */
	uint16_t port;
	enum tls_family family;
	bool plain;		   /* http, the operator allowed it; else https */
	const struct trust *trust; /* unused when plain */
	const char *client_cert_file;
	const char *client_key_file;
	const char *logname;
	const struct secret *secret;
	int64_t now; /* for the judgement of dates; seconds since 1970 */
	int64_t deadline_ms;
	const struct perform *perform; /* NULL: curl_easy_perform(3) */
};

/* What becomes of a request whose answer is lost. */
enum http_effect {
	HTTP_READS, /* may be sent again */
	HTTP_PULLS, /* never twice: whoever asks again gets the next page */
	HTTP_WRITES /* never twice; a lost answer is RC_LOST */
};

struct http_answer {
	int status;
	const char *content_type; /* lent, as body */
	const char *body;	  /* lent until the next post or http_free */
	size_t len;
};

struct http;

/* Prepare a session; connects with the first post. libcurl keeps a copy of the
 * secret until http_free. RC_CONFIG for an address that is none, RC_NOMEM. */
enum rc http_new(const struct http_settings *settings, struct http **ret_http,
    struct err *err);
void http_free(struct http *http);

void http_set_deadline(struct http *http, int64_t deadline_ms);

/*
 * Post and read the answer, whatever its status but 401.
 *
 * RC_UNTRUSTED and the other errors of trust_judge(): the handshake was ended
 * before any request. RC_AUTH: the login was refused, once; this and
 * RC_UNTRUSTED end the session, later posts return the same without touching the
 * network. RC_RESOLVE, RC_CONNECT, RC_TIMEOUT, RC_TLS; RC_LIMIT above
 * HTTP_ANSWER_MAX_BYTES; RC_HTTP for what is no HTTP. With HTTP_WRITES any failure
 * after the request may have left is RC_LOST.
 *
 * AMT closes the connection with the 401 that carries the first nonce, so a
 * session costs two connections; after that one is kept, and the nonce with it.
 */
enum rc http_post(struct http *http, const char *body, size_t len,
    enum http_effect effect, struct http_answer *ret_answer, struct err *err);

/* Of the newest connection; NULL when plain or before the first. Lent. */
const struct presented *http_presented(const struct http *http);

/* Head of the newest answer, lent; *ret_at_ms is when it was complete, of
 * clock_monotonic_ms(). */
const struct head *http_head(const struct http *http, int64_t *ret_at_ms);

/* What became of the login so far. */
enum http_login {
	HTTP_LOGIN_NOT_SHOWN, /* nothing was sent that a wrong one could hurt */
	HTTP_LOGIN_SHOWN,     /* and refused, or nobody knows */
	HTTP_LOGIN_TAKEN,     /* some request with it was answered */
};
enum http_login http_login(const struct http *http);

#endif
