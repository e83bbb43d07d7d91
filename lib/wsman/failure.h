/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why libcurl brought no answer, in words that tell a person what to do.
 */
#ifndef AMTCERT_WSMAN_FAILURE_H
#define AMTCERT_WSMAN_FAILURE_H

#include <curl/curl.h>

#include "base/rc.h"
#include "wsman/peer.h"

struct failure {
	CURL *curl;
	CURLcode code;
	const char *text; /* of CURLOPT_ERRORBUFFER, may be empty */
	const char *endpoint;
	const struct peer *peer; /* as far as a handshake went */
};

/*
 * Set err to "endpoint: why" and return which: RC_RESOLVE, RC_CONNECT, RC_TIMEOUT,
 * RC_TLS, RC_NOMEM, or RC_HTTP for the rest of libcurl's hundred codes. What nobody
 * answers is told in the system's words. A handshake that fails for want of a client
 * certificate or of legacy-tls says so.
 */
enum rc failure_explain(const struct failure *failure, struct err *err);

#endif
