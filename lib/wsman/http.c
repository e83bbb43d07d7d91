/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libcurl, told what it may do: one scheme, one host, digest only, nothing from
 * the environment, and every request watched before it leaves.  RFC 9112,
 * RFC 7616; the firmware's habits are observed on AMT 11 to 16.
 */
#include "wsman/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "wsman/failure.h"
#include "wsman/head.h"
#include "wsman/peer.h"
#include "wsman/perform.h"

/* What happens between the start and the end of one post. */
struct exchange {
	enum http_effect effect;
	int n_sent;	  /* requests that left or were about to */
	int n_challenges; /* 401 that asked for a (new) nonce */
	bool with_login;  /* the newest request carried Authorization */
	bool login_sent;  /* so did any: what was posted may have been done */
	bool stale_seen;  /* a nonce was called stale once */
	struct err err;	  /* why a callback stopped the transfer */
};

struct http {
	CURL *curl;
	struct curl_slist *headers;
	char endpoint[HEAD_WORD_SIZE * 3]; /* "address:port", for messages */
	char error[CURL_ERROR_SIZE];
	bool plain;
	int64_t deadline_ms;
	const struct perform *perform;
	struct peer peer;
	struct err ended; /* RC_OK, or why nothing may be posted any more */
	bool has_nonce;

	struct buf body;
	struct head head;
	int64_t head_at_ms;
	enum http_login login;
	struct exchange now;
};

/* A new connection's TLS context: ours to judge the peer. */
static CURLcode
on_ssl_ctx(CURL *curl, void *ssl_ctx, void *user)
{
	struct http *http = user;

	(void)curl;
	return peer_attach(&http->peer, ssl_ctx) == RC_OK ? CURLE_OK
							  : CURLE_SSL_CERTPROBLEM;
}

static int
stop(struct http *http, enum rc rc, const char *why)
{
	(void)err_set(&http->now.err, rc, "%s: %s", http->endpoint, why);
	return CURL_PREREQFUNC_ABORT;
}

/*
 * A connection stands, the request has not left: the last moment to say no.
 * libcurl sends a request again by itself when a kept connection turns out to be
 * closed without an answer; the firmware may have acted on it all the same.
 */
static int
on_request(void *user, char *peer_ip, char *own_ip, int peer_port, int own_port)
{
	struct http *http = user;
	struct exchange *now = &http->now;
	struct curl_tlssessioninfo *tls = NULL;

	(void)peer_ip;
	(void)own_ip;
	(void)peer_port;
	(void)own_port;
	if (!http->plain && !http->peer.is_judged)
		return stop(http, RC_INTERNAL, "TLS: the peer was not judged");
	if (now->effect != HTTP_READS && now->login_sent && now->with_login &&
	    now->n_sent > now->n_challenges)
		return stop(http, now->effect == HTTP_WRITES ? RC_LOST : RC_CONNECT,
		    "the connection was closed unanswered");
	if (!http->plain) {
		if (curl_easy_getinfo(http->curl, CURLINFO_TLS_SSL_PTR, &tls) !=
			CURLE_OK ||
		    tls == NULL || tls->internals == NULL)
			return stop(http, RC_INTERNAL, "TLS: no session");
		peer_note(&http->peer, tls->internals);
	}
	now->n_sent++;
	now->with_login = http->has_nonce;
	now->login_sent = now->login_sent || http->has_nonce;
	if (http->has_nonce && http->login == HTTP_LOGIN_NOT_SHOWN)
		http->login = HTTP_LOGIN_SHOWN;
	return CURL_PREREQFUNC_OK;
}

static size_t
on_body(char *bytes, size_t size, size_t n, void *user)
{
	struct http *http = user;
	enum rc r = buf_add(&http->body, bytes, size * n);

	if (r == RC_OK)
		return size * n;
	(void)err_set(&http->now.err, r, "%s: answer of more than %d bytes",
	    http->endpoint, (int)HTTP_ANSWER_MAX_BYTES);
	return 0;
}

/*
 * All headers of an answer are in. A 401 to a request without a login asks for
 * one; a nonce may be called stale once per post. Any other 401 is a refusal:
 * the transfer ends here, because ten of them lock the account.
 */
static bool
may_go_on(struct http *http)
{
	struct exchange *now = &http->now;

	if (http->head.status != 401) {
		if (now->with_login && http->head.status >= 200)
			http->login = HTTP_LOGIN_TAKEN;
		return true;
	}
	if (!http->head.is_challenge) {
		(void)err_set(&http->ended, RC_AUTH,
		    "%s: RFC 7616 3.3: HTTP 401 without a digest challenge",
		    http->endpoint);
		return false;
	}
	now->n_challenges++;
	if (!now->with_login) {
		http->has_nonce = true;
		return now->n_challenges == 1;
	}
	if (http->head.is_stale && !now->stale_seen) {
		now->stale_seen = true;
		return true;
	}
	(void)err_set(&http->ended, RC_AUTH,
	    "%s: RFC 7616 3.4: login refused (HTTP 401): wrong user or password, or "
	    "the account is locked for a while; not tried again",
	    http->endpoint);
	return false;
}

static size_t
on_header(char *bytes, size_t size, size_t n, void *user)
{
	struct http *http = user;

	switch (head_take_line(&http->head, bytes, size * n)) {
	case HEAD_STATUS:
		buf_reset(&http->body);
		break;
	case HEAD_END:
		http->head_at_ms = clock_monotonic_ms();
		if (!may_go_on(http))
			return 0;
		break;
	case HEAD_FIELD:
		break;
	}
	return size * n;
}

/* Why the transfer failed: what a callback of ours knows goes first. */
static enum rc
explain(struct http *http, CURLcode code, struct err *err)
{
	struct failure failure = { .curl = http->curl,
		.code = code,
		.text = http->error,
		.endpoint = http->endpoint,
		.peer = &http->peer };

	if (http->ended.rc != RC_OK)
		return err_set(err, http->ended.rc, "%s", http->ended.text);
	if (http->now.err.rc != RC_OK)
		return err_set(err, http->now.err.rc, "%s", http->now.err.text);
	if (http->peer.err.rc != RC_OK)
		return err_set(err, http->peer.err.rc, "%s", http->peer.err.text);
	return failure_explain(&failure, err);
}

static enum rc
fail(struct http *http, CURLcode code, struct err *err)
{
	struct err cause = { 0 };
	enum rc r = explain(http, code, &cause);

	if (http->peer.err.rc == RC_UNTRUSTED)
		http->ended = http->peer.err;
	if (http->now.effect == HTTP_WRITES && http->now.login_sent && r != RC_AUTH)
		r = RC_LOST;
	return err_set(err, r, "%s", cause.text);
}

enum rc
http_post(struct http *http, const char *body, size_t len, enum http_effect effect,
    struct http_answer *ret_answer, struct err *err)
{
	int64_t left_ms = http->deadline_ms - clock_monotonic_ms();
	CURLcode code = CURLE_OK;
	bool bad = false;

	if (http->ended.rc != RC_OK)
		return err_set(err, http->ended.rc, "%s", http->ended.text);
	if (left_ms <= 0)
		return err_set(err, RC_TIMEOUT, "%s: no time left", http->endpoint);
	memset(&http->now, 0, sizeof(http->now));
	http->now.effect = effect;
	http->error[0] = '\0';
	buf_reset(&http->body);
	bad |= curl_easy_setopt(http->curl, CURLOPT_POSTFIELDS, body) != CURLE_OK;
	bad |=
	    curl_easy_setopt(http->curl, CURLOPT_POSTFIELDSIZE, (long)len) != CURLE_OK;
	bad |=
	    curl_easy_setopt(http->curl, CURLOPT_TIMEOUT_MS, (long)left_ms) != CURLE_OK;
	bad |= curl_easy_setopt(http->curl, CURLOPT_CONNECTTIMEOUT_MS, (long)left_ms) !=
	    CURLE_OK;
	if (bad)
		return err_set(err, RC_INTERNAL, "%s: libcurl takes no request",
		    http->endpoint);
	code = http->perform == NULL
	    ? curl_easy_perform(http->curl)
	    : http->perform->run(http->perform->ctx, http->curl);
	if (code == CURLE_OK && http->head.status == 401)
		(void)err_set(&http->ended, RC_AUTH,
		    "%s: RFC 7616 3.3: a digest challenge that cannot be answered",
		    http->endpoint);
	log_at(3, "http", "%s: status %d, %zu bytes, %d requests", http->endpoint,
	    http->head.status, http->body.len, http->now.n_sent);
	if (code != CURLE_OK || http->ended.rc != RC_OK)
		return fail(http, code, err);
	ret_answer->status = http->head.status;
	ret_answer->content_type = http->head.content_type;
	ret_answer->body = buf_str(&http->body);
	ret_answer->len = http->body.len;
	return RC_OK;
}

/* Everything but the secret and what changes per post. */
static enum rc
set_up(struct http *http, const struct http_settings *settings, const char *url,
    struct err *err)
{
	static const long families[] = { [TLS_FAMILY_ANY] = CURL_IPRESOLVE_WHATEVER,
		[TLS_FAMILY_IPV4] = CURL_IPRESOLVE_V4,
		[TLS_FAMILY_IPV6] = CURL_IPRESOLVE_V6 };
	CURL *curl = http->curl;
	bool bad = false;

#define SET(option, value) bad |= curl_easy_setopt(curl, option, value) != CURLE_OK
	SET(CURLOPT_URL, url);
	SET(CURLOPT_IPRESOLVE, families[settings->family]);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_POST, 1L);
	SET(CURLOPT_HTTPHEADER, http->headers);
	SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_DIGEST);
	SET(CURLOPT_USERNAME, settings->logname);
	SET(CURLOPT_PASSWORD, settings->secret->text);
	/* Nothing from the environment, nothing behind our back. */
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_MAXAGE_CONN, (long)HTTP_IDLE_MAX_S);
	SET(CURLOPT_ERRORBUFFER, http->error);
	SET(CURLOPT_PREREQFUNCTION, on_request);
	SET(CURLOPT_PREREQDATA, http);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, http);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, http);
	/*
	 * The peer is judged by peer.c in place of OpenSSL's path check, name
	 * included. VERIFYPEER stays on: with it a handshake fails when the
	 * judge says no. Without CAINFO and CAPATH no system store is read.
	 */
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 0L);
	SET(CURLOPT_CAINFO, NULL);
	SET(CURLOPT_CAPATH, NULL);
	SET(CURLOPT_SSL_SESSIONID_CACHE, 0L);
	SET(CURLOPT_SSL_ENABLE_ALPN, 0L);
	SET(CURLOPT_SSL_CTX_FUNCTION, on_ssl_ctx);
	SET(CURLOPT_SSL_CTX_DATA, http);
#undef SET
	return bad
	    ? err_set(err, RC_NOMEM, "%s: libcurl takes no options", http->endpoint)
	    : RC_OK;
}

static enum rc
make_headers(struct http *http, struct err *err)
{
	static const char *const lines[] = {
		"Content-Type: application/soap+xml;charset=UTF-8",
		"Expect:", /* never: firmware does not answer 100 */
		"Accept:",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct curl_slist *longer = curl_slist_append(http->headers, lines[i]);

		if (longer == NULL)
			return err_set(err, RC_NOMEM, "HTTP: out of memory");
		http->headers = longer;
	}
	return RC_OK;
}

enum rc
http_new(const struct http_settings *settings, struct http **ret_http, struct err *err)
{
	struct http *http = NULL;
	struct buf url;
	bool is_v6 = strchr(settings->address, ':') != NULL;
	enum rc r = RC_OK;

	if (!text_is_hostname(settings->address))
		return err_set(err, RC_CONFIG, "%s: RFC 1123 2.1: not a host name",
		    settings->address);
	buf_init(&url, (size_t)HEAD_WORD_SIZE * 4);
	http = calloc(1, sizeof(*http));
	if (http == NULL || curl_global_init(CURL_GLOBAL_SSL) != CURLE_OK) {
		free(http);
		return err_set(err, RC_NOMEM, "HTTP: out of memory");
	}
	buf_init(&http->body, HTTP_ANSWER_MAX_BYTES);
	http->plain = settings->plain;
	http->deadline_ms = settings->deadline_ms;
	http->perform = settings->perform;
	http->peer.trust = settings->trust;
	http->peer.client_cert_file = settings->client_cert_file;
	http->peer.client_key_file = settings->client_key_file;
	http->peer.now = settings->now;
	(void)snprintf(http->endpoint, sizeof(http->endpoint), "%s:%u",
	    settings->address, (unsigned int)settings->port);
	r = buf_addf(&url, "%s://%s%s%s:%u/wsman", settings->plain ? "http" : "https",
	    is_v6 ? "[" : "", settings->address, is_v6 ? "]" : "",
	    (unsigned int)settings->port);
	http->curl = curl_easy_init();
	if (r != RC_OK || http->curl == NULL)
		r = err_set(err, RC_NOMEM, "HTTP: out of memory");
	if (r == RC_OK)
		r = make_headers(http, err);
	if (r == RC_OK)
		r = set_up(http, settings, buf_str(&url), err);
	buf_clear(&url);
	if (r == RC_OK)
		*ret_http = http;
	else
		http_free(http);
	return r;
}

void
http_free(struct http *http)
{
	if (http == NULL)
		return;
	curl_easy_cleanup(http->curl);
	curl_slist_free_all(http->headers);
	curl_global_cleanup();
	peer_clear(&http->peer);
	buf_clear(&http->body);
	free(http);
}

void
http_set_deadline(struct http *http, int64_t deadline_ms)
{
	http->deadline_ms = deadline_ms;
}

const struct presented *
http_presented(const struct http *http)
{
	return http->peer.presented.n_certs == 0 ? NULL : &http->peer.presented;
}

const struct head *
http_head(const struct http *http, int64_t *ret_at_ms)
{
	*ret_at_ms = http->head_at_ms;
	return &http->head;
}

enum http_login
http_login(const struct http *http)
{
	return http->login;
}
