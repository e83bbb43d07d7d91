/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a session holds.  Private to https.c and https_open.c; others see
 * ca/https.h.
 */
#ifndef AMTCERT_CA_HTTPS_SESSION_H
#define AMTCERT_CA_HTTPS_SESSION_H

#include <curl/curl.h>

#include "base/buf.h"
#include "base/secret.h"
#include "ca/https.h"
#include "ca/url.h"

enum {
	HTTPS_KERBEROS_SIZE = 256
};

struct https {
	CURL *curl;
	char *url;
	char host[URL_HOST_SIZE];  /* "host:port" of the url */
	char asked[URL_HOST_SIZE]; /* of the latest request, for messages */
	bool is_plain;		   /* http:// */
	char error[CURL_ERROR_SIZE];
	enum https_auth auth;
	const char *logname; /* lent from the configuration */
	struct secret secret;
	int64_t client_not_after;
	struct buf body;
	/* What GSSAPI said when it had no token for us; "" otherwise. */
	char kerberos[HTTPS_KERBEROS_SIZE];
	enum https_login login;
	struct err ended; /* RC_OK, or why no login is made any more */
};

/* libcurl's part: everything but what changes with each request. anchor_file is NULL
 * for http://. */
enum rc https_set_up(struct https *https, const char *anchor_file,
    const char *client_cert, const char *client_key, struct err *err);

#endif
