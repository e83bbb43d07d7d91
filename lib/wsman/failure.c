/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libcurl's codes and texts to ours.  OpenSSL names an alert and not what would
 * have been wanted; what the handshake was like tells that.
 */
#include "wsman/failure.h"

#include <string.h>

enum {
	REASON_SIZE = 128
};

static const struct {
	CURLcode code;
	enum rc rc;
} meanings[] = {
	{ CURLE_OUT_OF_MEMORY, RC_NOMEM },
	{ CURLE_COULDNT_RESOLVE_HOST, RC_RESOLVE },
	{ CURLE_COULDNT_CONNECT, RC_CONNECT },
	{ CURLE_SEND_ERROR, RC_CONNECT },
	{ CURLE_RECV_ERROR, RC_CONNECT },
	{ CURLE_GOT_NOTHING, RC_CONNECT },
	{ CURLE_PARTIAL_FILE, RC_CONNECT },
	{ CURLE_OPERATION_TIMEDOUT, RC_TIMEOUT },
	{ CURLE_SSL_CONNECT_ERROR, RC_TLS },
	{ CURLE_PEER_FAILED_VERIFICATION, RC_TLS },
	{ CURLE_SSL_CERTPROBLEM, RC_TLS },
	{ CURLE_SSL_CIPHER, RC_TLS },
};

static enum rc
rc_of(CURLcode code)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (meanings[i].code == code)
			return meanings[i].rc;
	return RC_HTTP;
}

/* OpenSSL's reasons when the two sides share no protocol: the peer's alert, or its
 * choice of one that is too old. */
static bool
is_too_old(const char *text)
{
	return strstr(text, "alert protocol version") != NULL ||
	    strstr(text, "unsupported protocol") != NULL;
}

static const char *
missing(const struct failure *failure)
{
	const struct peer *peer = failure->peer;

	if (peer->presented.asked_client_cert && peer->client_cert_file == NULL)
		return ": it demands a client certificate, and none is given";
	if (!peer->trust->legacy_tls && is_too_old(failure->text))
		return ": a login below TLS 1.2 takes legacy-tls";
	return "";
}

enum rc
failure_explain(const struct failure *failure, struct err *err)
{
	const char *text = failure->text[0] != '\0' ? failure->text
						    : curl_easy_strerror(failure->code);
	enum rc rc = rc_of(failure->code);
	char reason[REASON_SIZE];
	long error = 0;

	if (failure->code == CURLE_COULDNT_CONNECT &&
	    curl_easy_getinfo(failure->curl, CURLINFO_OS_ERRNO, &error) == CURLE_OK &&
	    error != 0)
		return err_set(err, rc, "%s: connect: %s", failure->endpoint,
		    strerror_r((int)error, reason, sizeof(reason)));
	return err_set(err, rc, "%s: %s%s", failure->endpoint, text,
	    rc == RC_TLS ? missing(failure) : "");
}
