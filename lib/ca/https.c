/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libcurl, told what it may do: nothing from the environment, no redirect, no
 * weaker login than the configured one.
 */
#include "ca/https.h"

#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "ca/https_session.h"

static size_t
on_body(char *bytes, size_t size, size_t n, void *user)
{
	struct https *https = user;

	if (buf_add(&https->body, bytes, size * n) == RC_OK)
		return size * n;
	return 0;
}

/*
 * Why there is no Kerberos token is told nowhere but in the log of libcurl, which
 * goes on without. No other line of that is looked at.
 */
static int
on_log(CURL *curl, curl_infotype type, char *bytes, size_t size, void *user)
{
	static const char start[] = "gss_init_sec_context() failed: ";
	const size_t skip = sizeof(start) - 1;
	struct https *https = user;

	(void)curl;
	if (type != CURLINFO_TEXT || size <= skip || memcmp(bytes, start, skip) != 0)
		return 0;
	if (bytes[size - 1] == '\n')
		size--;
	text_line_field(https->kerberos, sizeof(https->kerberos), bytes + skip,
	    size - skip);
	return 0;
}

enum rc
https_set_up(struct https *https, const char *anchor_file, const char *client_cert,
    const char *client_key, struct err *err)
{
	CURL *curl = curl_easy_init();
	bool bad = false;

	https->curl = curl;
	if (curl == NULL)
		return err_set(err, RC_NOMEM, "libcurl cannot start");
#define SET(option, value) bad |= curl_easy_setopt(curl, option, value) != CURLE_OK
	/* Windows binds a login to its connection, and does it with HTTP/1.1 only. */
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_PROTOCOLS_STR, https->is_plain ? "http" : "https");
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	/* This service's anchors, and not the system's, which libcurl would add. */
	SET(CURLOPT_CAINFO, anchor_file);
	SET(CURLOPT_CAPATH, NULL);
	SET(CURLOPT_SSLCERT, client_cert);
	SET(CURLOPT_SSLKEY, client_key);
	SET(CURLOPT_KEYPASSWD, ""); /* else OpenSSL asks at the terminal */
	/* Nothing from the environment, nothing behind our back. */
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_UNRESTRICTED_AUTH, 0L);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_ERRORBUFFER, https->error);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, https);
	if (https->auth == HTTPS_AUTH_NEGOTIATE) {
		SET(CURLOPT_DEBUGFUNCTION, on_log);
		SET(CURLOPT_DEBUGDATA, https);
		SET(CURLOPT_VERBOSE, 1L);
	}
#undef SET
	return bad ? err_set(err, RC_NOMEM, "%s: libcurl takes no options", https->host)
		   : RC_OK;
}

static enum rc
add_header(struct curl_slist **list, const char *line, struct err *err)
{
	struct curl_slist *longer = curl_slist_append(*list, line);

	if (longer == NULL)
		return err_set(err, RC_NOMEM, "HTTPS: out of memory");
	*list = longer;
	return RC_OK;
}

static enum rc
add_field(struct curl_slist **list, const char *name, const char *value,
    struct err *err)
{
	struct buf line;
	enum rc r;

	buf_init(&line, HTTPS_URL_MAX_BYTES);
	r = value == NULL ? buf_addf(&line, "%s:", name)
			  : buf_addf(&line, "%s: %s", name, value);
	if (r == RC_OK)
		r = add_header(list, buf_str(&line), err);
	buf_clear(&line);
	return r;
}

/* "Expect:" is left out: small servers do not answer 100. */
static enum rc
make_headers(const struct https_request *request, struct curl_slist **list,
    struct err *err)
{
	enum rc r = add_field(list, "Expect", NULL, err);

	if (r == RC_OK)
		r = add_field(list, "Accept", request->accept, err);
	if (r == RC_OK && request->body != NULL)
		r = add_field(list, "Content-Type", request->content_type, err);
	if (r == RC_OK && request->header != NULL)
		r = add_header(list, request->header, err);
	return r;
}

static bool
set_login(CURL *curl, const struct https *https, bool without_login)
{
	enum https_auth auth = without_login ? HTTPS_AUTH_NONE : https->auth;
	long scheme = 0;
	const char *user = https->logname;
	const char *password = https->secret.text;

	switch (auth) {
	case HTTPS_AUTH_NONE:
	case HTTPS_AUTH_MESSAGE:
	case HTTPS_AUTH_CERTIFICATE:
		user = NULL;
		password = NULL;
		break;
	case HTTPS_AUTH_BASIC:
		scheme = (long)CURLAUTH_BASIC;
		break;
	case HTTPS_AUTH_DIGEST:
		scheme = (long)CURLAUTH_DIGEST;
		break;
	case HTTPS_AUTH_NEGOTIATE:
		scheme = (long)CURLAUTH_NEGOTIATE;
		user = "";
		password = "";
		break;
	}
	return curl_easy_setopt(curl, CURLOPT_HTTPAUTH, scheme) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_USERNAME, user) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_PASSWORD, password) == CURLE_OK;
}

static bool
set_request(struct https *https, const struct https_request *request,
    struct curl_slist *headers, int64_t left_ms)
{
	CURL *curl = https->curl;
	const char *url = request->url != NULL ? request->url : https->url;
	int64_t connect_ms = left_ms < HTTPS_CONNECT_MS ? left_ms : HTTPS_CONNECT_MS;
	bool bad = false;

#define SET(option, value) bad |= curl_easy_setopt(curl, option, value) != CURLE_OK
	SET(CURLOPT_URL, url);
	SET(CURLOPT_HTTPHEADER, headers);
	SET(CURLOPT_TIMEOUT_MS, (long)left_ms);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
	if (request->body == NULL) {
		SET(CURLOPT_HTTPGET, 1L);
	} else {
		SET(CURLOPT_POST, 1L);
		SET(CURLOPT_POSTFIELDS, request->body);
		SET(CURLOPT_POSTFIELDSIZE, (long)request->len);
	}
#undef SET
	return !bad && set_login(curl, https, request->without_login);
}

/* What libcurl says, in our words; the rest of its hundred codes is RC_HTTP. */
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
	{ CURLE_PEER_FAILED_VERIFICATION, RC_UNTRUSTED },
	{ CURLE_SSL_ISSUER_ERROR, RC_UNTRUSTED },
	{ CURLE_SSL_CACERT_BADFILE, RC_CONFIG },
	{ CURLE_SSL_CERTPROBLEM, RC_CONFIG },
};

/* An alert about a certificate is about ours: theirs is what we judge. */
static bool
is_our_certificate_refused(const struct https *https, CURLcode code)
{
	return (code == CURLE_SSL_CONNECT_ERROR || code == CURLE_RECV_ERROR ||
		   code == CURLE_SEND_ERROR) &&
	    strstr(https->error, "alert") != NULL &&
	    (strstr(https->error, "certificate") != NULL ||
		strstr(https->error, "unknown ca") != NULL);
}

static enum rc
fail(struct https *https, CURLcode code, struct err *err)
{
	const char *words =
	    https->error[0] == '\0' ? curl_easy_strerror(code) : https->error;
	enum rc rc = RC_HTTP;

	if (https->body.rc == RC_LIMIT)
		return err_set(err, RC_LIMIT, "%s: an answer of more than %zu bytes",
		    https->asked, https->body.max_bytes);
	if (https->body.rc != RC_OK)
		return err_set(err, https->body.rc, "%s: out of memory", https->asked);
	if (is_our_certificate_refused(https, code))
		return err_set(err, RC_CONFIG,
		    "%s: the server refuses %s (it needs clientAuth among its "
		    "purposes, and an issuer that the server knows): %s",
		    https->asked,
		    https->client_not_after != 0
			? "our client certificate"
			: "to go on without a client certificate",
		    words);
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (meanings[i].code == code)
			rc = meanings[i].rc;
	/* TLS 1.3 tells it after the handshake, when the reason may be lost. */
	return err_set(err, rc, "%s: %s%s", https->asked, words,
	    rc == RC_CONNECT && https->client_not_after != 0
		? " (it may have refused our client certificate)"
		: "");
}

/* "Text/HTML; charset=x" becomes "text/html". */
static void
read_type(const char *value, char field[HTTPS_TYPE_SIZE])
{
	size_t n = 0;

	field[0] = '\0';
	if (value == NULL)
		return;
	value += strspn(value, " \t");
	n = strcspn(value, "; \t");
	text_line_field(field, HTTPS_TYPE_SIZE, value, n);
	for (char *p = field; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
}

static void
read_answer(struct https *https, struct https_answer *answer)
{
	curl_off_t after = 0;
	char *type = NULL;
	char *location = NULL;
	long status = 0;

	memset(answer, 0, sizeof(*answer));
	(void)curl_easy_getinfo(https->curl, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(https->curl, CURLINFO_CONTENT_TYPE, &type);
	(void)curl_easy_getinfo(https->curl, CURLINFO_RETRY_AFTER, &after);
	(void)curl_easy_getinfo(https->curl, CURLINFO_REDIRECT_URL, &location);
	answer->status = (int)status;
	read_type(type, answer->type);
	answer->body = buf_str(&https->body);
	answer->len = https->body.len;
	answer->retry_after_s = after > 0 ? (int64_t)after : 0;
	if (location != NULL)
		text_line_field(answer->location, sizeof(answer->location), location,
		    strlen(location));
}

/* A refused login locks accounts: it is made once, whatever is asked later. */
static enum rc
refuse_login(struct https *https, int status, bool without_login, struct err *err)
{
	struct err why = { 0 };

	if (without_login || https->auth == HTTPS_AUTH_NONE ||
	    https->auth == HTTPS_AUTH_CERTIFICATE)
		(void)err_set(&why, RC_AUTH, "%s: HTTP %d: %s", https->asked, status,
		    https->client_not_after != 0
			? "our client certificate does not permit this"
			: "it wants a login, and none is configured");
	else if (https->auth == HTTPS_AUTH_NEGOTIATE && https->kerberos[0] != '\0')
		(void)err_set(&why, RC_AUTH,
		    "%s: HTTP %d: no Kerberos ticket could be had (keytab, clock, name "
		    "of the host): %s",
		    https->asked, status, https->kerberos);
	else if (https->auth == HTTPS_AUTH_NEGOTIATE)
		(void)err_set(&why, RC_AUTH,
		    "%s: HTTP %d: Kerberos login refused (permission, name of the host, "
		    "or channel bindings, which are not sent: Extended Protection of "
		    "the server must not be Required); not tried again",
		    https->asked, status);
	else
		(void)err_set(&why, RC_AUTH,
		    status == 401 ? "%s: HTTP %d: login of %s refused; not tried again"
				  : "%s: HTTP %d: %s has no permission for this",
		    https->asked, status, https->logname);
	if (!without_login)
		https->ended = why;
	return err_set(err, RC_AUTH, "%s", why.text);
}

void
https_end_login(struct https *https, const char *words)
{
	https->login = HTTPS_LOGIN_REFUSED;
	(void)err_set(&https->ended, RC_AUTH, "%s: %s; not tried again", https->asked,
	    words);
}

enum rc
https_exchange(struct https *https, const struct https_request *request,
    struct https_answer *ret_answer, struct err *err)
{
	int64_t left_ms = request->deadline_ms - clock_monotonic_ms();
	struct https_answer answer;
	struct curl_slist *headers = NULL;
	CURLcode code = CURLE_OK;
	bool is_plain = false;
	enum rc r;

	if (https->ended.rc != RC_OK && !request->without_login)
		return err_set(err, https->ended.rc, "%s", https->ended.text);
	if (left_ms <= 0)
		return err_set(err, RC_TIMEOUT, "%s: no time left", https->host);
	if (left_ms > HTTPS_REQUEST_MS)
		left_ms = HTTPS_REQUEST_MS;
	buf_clear(&https->body);
	buf_init(&https->body,
	    request->max_bytes != 0 ? request->max_bytes : HTTPS_ANSWER_MAX_BYTES);
	https->error[0] = '\0';
	https->kerberos[0] = '\0';
	if (!url_read_host(request->url != NULL ? request->url : https->url,
		https->asked, &is_plain) ||
	    is_plain != https->is_plain)
		return err_set(err, RC_INTERNAL, "not a URL of the configured scheme");
	r = make_headers(request, &headers, err);
	if (r == RC_OK && !set_request(https, request, headers, left_ms))
		r = err_set(err, RC_NOMEM, "%s: libcurl takes no request",
		    https->asked);
	if (r == RC_OK)
		code = curl_easy_perform(https->curl);
	curl_slist_free_all(headers);
	if (r != RC_OK)
		return r;
	(void)curl_easy_setopt(https->curl, CURLOPT_HTTPHEADER, NULL);
	if (code != CURLE_OK)
		return fail(https, code, err);
	read_answer(https, &answer);
	log_at(3, "https", "%s: %s: status %d, %s, %zu bytes", https->asked,
	    request->body == NULL ? "GET" : "POST", answer.status, answer.type,
	    answer.len);
	if (!request->without_login && https->kerberos[0] == '\0')
		https->login =
		    answer.status == 401 ? HTTPS_LOGIN_REFUSED : HTTPS_LOGIN_TAKEN;
	if (answer.status == 401 || answer.status == 403)
		return refuse_login(https, answer.status, request->without_login, err);
	*ret_answer = answer;
	return RC_OK;
}
