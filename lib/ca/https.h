/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * HTTPS to the service of one CA: one host, its own trust anchors, exactly the
 * login that is configured, bounded answers and time; HTTP only where protocol and
 * operator allow it.  Knows HTTP (RFC 9110) and what its failures mean for a request;
 * knows no enrolment protocol.
 */
#ifndef AMTCERT_CA_HTTPS_H
#define AMTCERT_CA_HTTPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "ca/ca.h"
#include "ca/section.h"

enum {
	HTTPS_ANSWER_MAX_BYTES = 1024 * 1024,
	HTTPS_TYPE_SIZE = 96,
	HTTPS_URL_MAX_BYTES = 1024,
	HTTPS_REQUEST_MS = 60000, /* of one exchange; a CA with an HSM takes seconds */
	HTTPS_CONNECT_MS = 10000,
};

/* How we say who we are. Bits, so that a backend can say which it takes. A client
 * certificate goes with each of them. */
enum https_auth {
	HTTPS_AUTH_NONE = 1 << 0,
	HTTPS_AUTH_BASIC = 1 << 1,
	HTTPS_AUTH_DIGEST = 1 << 2,
	/* Kerberos by GSSAPI, from its keytab or cache */
	HTTPS_AUTH_NEGOTIATE = 1 << 3,
	/* user and password inside the message, whose protocol puts them there */
	HTTPS_AUTH_MESSAGE = 1 << 4,
	/* our client certificate, which must be configured, and nothing else */
	HTTPS_AUTH_CERTIFICATE = 1 << 5,
};

/* The keys that https_open reads, and https_open_plain. */
#define HTTPS_KEYS                                                            \
	"url", "auth", "logname", "secret-file", "client-cert", "client-key", \
	    "server-anchor", "keytab"
#define HTTPS_PLAIN_KEYS HTTPS_KEYS, "plain-allowed"

struct https;

/*
 * A session with the host of "url", of the settings of a section: auth is one of
 * those allowed (the first of none, basic, digest, negotiate, username, certificate
 * that is unless it says), server-anchor is trust-anchor unless it says. Connects
 * with the first request. RC_CONFIG, RC_SYSTEM, RC_NOMEM. Caller frees with
 * https_free.
 *
 * A keytab is told to GSSAPI by the environment of the process, and tickets then
 * stay in its memory.
 */
enum rc https_open(const struct section *section, unsigned int allowed,
    struct https **ret_https, struct err *err);

/*
 * The same for a protocol whose messages protect themselves: the url may be http://
 * where "plain-allowed = yes" says so. It takes no login and no certificate then, in
 * either direction.
 */
enum rc https_open_plain(const struct section *section, unsigned int allowed,
    struct https **ret_https, struct err *err);
void https_free(struct https *https);

/* The configured URL without a slash at its end; lent. */
const char *https_url(const struct https *https);

enum https_auth https_auth_of(const struct https *https);

/* User and password, for a protocol that sends them itself; NULL without. Lent. */
const char *https_logname(const struct https *https);
const struct secret *https_secret(const struct https *https);

/* "host:port" of the configured URL; lent. */
const char *https_host(const struct https *https);

/* What came of the login of this session. */
enum https_login {
	HTTPS_LOGIN_NOT_SHOWN, /* or nobody knows */
	HTTPS_LOGIN_TAKEN,     /* that it permits something is not said */
	HTTPS_LOGIN_REFUSED,   /* 401; it is not shown again */
};

enum https_login https_login_of(const struct https *https);

/* End of our client certificate; 0 without one. */
int64_t https_client_not_after(const struct https *https);

/* The server refused our login in its own words, in an answer that is none of
 * HTTP's: no request with it is made by this session any more. */
void https_end_login(struct https *https, const char *words);

struct https_request {
	const char *url;	  /* NULL: the configured one */
	const char *accept;	  /* or NULL */
	const char *content_type; /* of body */
	const char *header;	  /* one more "Name: value", or NULL */
	const char *body;	  /* NULL: GET */
	size_t len;
	size_t max_bytes;   /* of the answer; 0: HTTPS_ANSWER_MAX_BYTES */
	bool without_login; /* what anybody may ask */
	int64_t deadline_ms;
};

struct https_answer {
	int status;
	char type[HTTPS_TYPE_SIZE]; /* media type, lower case, without parameters */
	const char *body;	    /* lent until the next exchange */
	size_t len;
	int64_t retry_after_s;		    /* 0: not said */
	char location[HTTPS_URL_MAX_BYTES]; /* "" unless it is a redirect */
};

/*
 * One exchange. RC_OK with an answer of whatever status but 401 and 403.
 * RC_UNTRUSTED: the host could not be verified, before any request. RC_AUTH: the
 * login was refused; it is not tried again by this session, whatever is asked.
 * RC_CONFIG: our client certificate was refused. RC_RESOLVE, RC_CONNECT,
 * RC_TIMEOUT, RC_TLS; RC_LIMIT past max_bytes; RC_HTTP for what is no HTTP.
 */
enum rc https_exchange(struct https *https, const struct https_request *request,
    struct https_answer *ret_answer, struct err *err);

/*
 * The outcome of an exchange that brought no answer (r is not RC_OK), or one whose
 * status is no success: set in *answer. Takes the words of a text/plain body.
 * RC_NOMEM and RC_INTERNAL are handed back, otherwise RC_OK.
 */
enum rc https_explain(enum rc r, const struct err *why,
    const struct https_answer *http_answer, struct ca_answer *answer, struct err *err);

#endif
