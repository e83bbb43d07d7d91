/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who carries out a request that http.c has prepared: libcurl by itself, waiting
 * until it is through, or a loop that has many on their way.
 */
#ifndef AMTCERT_WSMAN_PERFORM_H
#define AMTCERT_WSMAN_PERFORM_H

#include <curl/curl.h>

/* Lent for the life of a session. */
struct perform {
	/* As curl_easy_perform(3): returns when the transfer has ended. May set
	 * options that are of the way and not of the request: where the connection
	 * is kept, addresses already resolved, sizes of buffers. */
	CURLcode (*run)(void *ctx, CURL *curl);
	void *ctx;
};

#endif
