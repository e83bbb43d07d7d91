/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Results over the API of Icinga 2: one POST each on one kept connection, from a
 * task of its own, so that a slow core holds up nobody but the scan's start of
 * further devices.  The core is verified before it is told the password.
 * Source: Icinga 2 documentation, "Icinga 2 API", process-check-result.
 */
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/secret.h"
#include "base/text.h"
#include "scan/icinga_body.h"
#include "scan/sink.h"

enum {
	POST_TIMEOUT_MS = 10000,
	FAILURES_MAX = 3, /* in a row; then the core is taken for gone */
	ANSWER_MAX_BYTES = 64 * 1024,
	URL_MAX_BYTES = 1024,
	STATUS_OK = 200,
	STATUS_UNAUTHORIZED = 401,
	STATUS_FORBIDDEN = 403,
	REASON_BYTES = 160
};

#define SCHEME "https://"
#define ACTION "/v1/actions/process-check-result"

/* One result, ready to be posted. */
struct letter {
	char *body;
	struct letter *next;
};

struct icinga {
	struct sink sink;
	struct fetcher *fetcher;
	struct fetch fetch;
	struct task task;
	CURL *curl;
	struct curl_slist *headers;
	struct secret secret;
	char error[CURL_ERROR_SIZE];
	struct buf answer;
	struct letter *first;
	struct letter **last;
	size_t n_waiting;
	int n_failures; /* in a row */
	bool is_gone;
};

static size_t
on_answer(char *bytes, size_t size, size_t n, void *user)
{
	struct icinga *icinga = user;

	return buf_add(&icinga->answer, bytes, size * n) == RC_OK ? size * n : 0;
}

static void
free_letter(struct letter *letter)
{
	free(letter->body);
	free(letter);
}

static struct letter *
take_first(struct icinga *icinga)
{
	struct letter *letter = icinga->first;

	icinga->first = letter->next;
	if (icinga->first == NULL)
		icinga->last = &icinga->first;
	return letter;
}

/* Nothing more is sent: a refused login is not tried twice, and a core that does not
 * answer would cost every result its time. */
static void
drop_all(struct icinga *icinga, enum rc rc, const char *why)
{
	sink_count_untold(&icinga->sink, (int64_t)icinga->n_waiting, rc, why);
	icinga->n_waiting = 0;
	while (icinga->first != NULL)
		free_letter(take_first(icinga));
}

static void
count_failure(struct icinga *icinga, enum rc rc, const char *why, bool is_final)
{
	struct err cause = { 0 };

	(void)err_set(&cause, rc, "Icinga: %s", why);
	sink_count_untold(&icinga->sink, 1, rc, cause.text);
	icinga->n_waiting--;
	icinga->n_failures++;
	icinga->is_gone = is_final || icinga->n_failures == FAILURES_MAX;
	if (icinga->is_gone)
		drop_all(icinga, rc, cause.text);
}

/* An answer of the core that is no success: that one result is not taken, and the
 * next one may be. */
static void
count_refusal(struct icinga *icinga, long status)
{
	char reason[REASON_BYTES];
	struct err cause = { 0 };
	bool is_final = status == STATUS_UNAUTHORIZED || status == STATUS_FORBIDDEN;

	text_line_field(reason, sizeof(reason), buf_str(&icinga->answer),
	    icinga->answer.len);
	(void)err_set(&cause, is_final ? RC_AUTH : RC_HTTP, "HTTP status %ld: %s",
	    status, reason);
	count_failure(icinga, cause.rc, cause.text, is_final);
	if (!icinga->is_gone)
		icinga->n_failures = 0;
}

static void
post(struct icinga *icinga, const struct letter *letter)
{
	long status = 0;
	CURLcode code = CURLE_OUT_OF_MEMORY;

	buf_reset(&icinga->answer);
	icinga->error[0] = '\0';
	if (curl_easy_setopt(icinga->curl, CURLOPT_POSTFIELDS, letter->body) ==
	    CURLE_OK)
		code =
		    icinga->fetch.perform.run(icinga->fetch.perform.ctx, icinga->curl);
	if (code != CURLE_OK) {
		count_failure(icinga, RC_CONNECT,
		    icinga->error[0] != '\0' ? icinga->error : curl_easy_strerror(code),
		    icinga->task.is_stopped);
		return;
	}
	(void)curl_easy_getinfo(icinga->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status != STATUS_OK) {
		count_refusal(icinga, status);
		return;
	}
	icinga->n_failures = 0;
	icinga->n_waiting--;
	icinga->sink.n_told++;
}

/* The body of the task: until there is nothing to post. */
static void
deliver(void *ctx)
{
	struct icinga *icinga = ctx;

	while (icinga->first != NULL) {
		struct letter *letter = take_first(icinga);

		post(icinga, letter);
		free_letter(letter);
	}
}

static void
icinga_put(struct sink *sink, const struct passive_result *result)
{
	struct icinga *icinga = (struct icinga *)sink;
	struct letter *letter = calloc(1, sizeof(*letter));
	struct buf body;

	buf_init(&body, ICINGA_BODY_MAX_BYTES);
	if (letter != NULL && icinga_body_format(&body, result) == RC_OK)
		letter->body = buf_take(&body);
	buf_clear(&body);
	if (letter == NULL || letter->body == NULL || icinga->is_gone) {
		if (letter != NULL)
			free_letter(letter);
		sink_count_untold(sink, 1, RC_NOMEM, "Icinga: no room for the result");
		return;
	}
	*icinga->last = letter;
	icinga->last = &letter->next;
	icinga->n_waiting++;
	if (task_is_idle(&icinga->task))
		task_start(&icinga->task, deliver, icinga);
}

static void
icinga_flush(struct sink *sink)
{
	(void)sink; /* nothing is held back */
}

static size_t
icinga_waiting(const struct sink *sink)
{
	return ((const struct icinga *)sink)->n_waiting;
}

static void
icinga_give_up(struct sink *sink)
{
	task_stop(&((struct icinga *)sink)->task);
}

static void
icinga_free(struct sink *sink)
{
	struct icinga *icinga = (struct icinga *)sink;

	while (icinga->first != NULL)
		free_letter(take_first(icinga));
	curl_easy_cleanup(icinga->curl);
	fetch_clear(&icinga->fetch);
	curl_slist_free_all(icinga->headers);
	task_clear(&icinga->task);
	fetcher_free(icinga->fetcher);
	secret_clear(&icinga->secret);
	buf_clear(&icinga->answer);
	free(icinga);
}

static const struct sink_ops icinga_ops = {
	.put = icinga_put,
	.flush = icinga_flush,
	.n_waiting = icinga_waiting,
	.give_up = icinga_give_up,
	.free = icinga_free,
};

static enum rc
set_up(struct icinga *icinga, const struct passive_settings *settings, const char *url,
    struct err *err)
{
	CURL *curl = icinga->curl;
	bool bad = false;

	icinga->headers = curl_slist_append(NULL, "Accept: application/json");
	if (icinga->headers == NULL)
		return err_set(err, RC_NOMEM, "Icinga: out of memory");
#define SET(option, value) bad |= curl_easy_setopt(curl, option, value) != CURLE_OK
	SET(CURLOPT_URL, url);
	SET(CURLOPT_POST, 1L);
	SET(CURLOPT_HTTPHEADER, icinga->headers);
	SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
	SET(CURLOPT_USERNAME, settings->icinga_user);
	SET(CURLOPT_PASSWORD, icinga->secret.text);
	SET(CURLOPT_CAINFO, settings->icinga_ca);
	SET(CURLOPT_CAPATH, NULL);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_TIMEOUT_MS, (long)POST_TIMEOUT_MS);
	SET(CURLOPT_ERRORBUFFER, icinga->error);
	SET(CURLOPT_WRITEFUNCTION, on_answer);
	SET(CURLOPT_WRITEDATA, icinga);
#undef SET
	return bad ? err_set(err, RC_NOMEM, "Icinga: libcurl takes no options") : RC_OK;
}

/* The core's addresses, looked up once, before the scan begins: libcurl would make a
 * thread for it. */
static enum rc
open_way(struct icinga *icinga, const char *url, struct err *err)
{
	struct addresses addresses;
	char *host = NULL, *port = NULL;
	CURLU *parts = curl_url();
	int64_t number = 0;
	enum rc r = RC_OK;

	if (parts == NULL || curl_url_set(parts, CURLUPART_URL, url, 0) != CURLUE_OK ||
	    curl_url_get(parts, CURLUPART_HOST, &host, 0) != CURLUE_OK ||
	    curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) != CURLUE_OK)
		r = err_set(err, RC_CONFIG, "--passive: icinga2: %.80s: not a URL",
		    url);
	if (r == RC_OK)
		r = num_parse(port, 1, UINT16_MAX, &number, err);
	/* An IPv6 literal stands in brackets and needs no look-up. */
	if (r == RC_OK && host[0] != '[')
		r = address_resolve(host, (uint16_t)number, TLS_FAMILY_ANY, &addresses,
		    err);
	if (r == RC_OK)
		r = fetch_init(&icinga->fetch, icinga->fetcher, &icinga->task, host,
		    (uint16_t)number,
		    host[0] == '[' || address_is_literal(host) ? NULL : &addresses,
		    err);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(parts);
	return r;
}

/* URL of the action; the host in it has its port if it needs one. */
static enum rc
make_curl(struct icinga *icinga, const struct passive_settings *settings,
    struct err *err)
{
	struct buf url;
	enum rc r = RC_OK;

	buf_init(&url, URL_MAX_BYTES);
	(void)buf_add_str(&url, settings->icinga_url);
	while (url.len > 0 && buf_str(&url)[url.len - 1] == '/')
		buf_truncate(&url, url.len - 1);
	(void)buf_add_str(&url, ACTION);
	icinga->curl = curl_easy_init();
	if (icinga->curl == NULL || url.rc != RC_OK)
		r = err_set(err, RC_NOMEM, "Icinga: out of memory");
	if (r == RC_OK)
		r = set_up(icinga, settings, buf_str(&url), err);
	buf_clear(&url);
	return r;
}

enum rc
sink_open_icinga(struct loop *loop, const struct passive_settings *settings,
    struct sink **ret_sink, struct err *err)
{
	struct icinga *icinga = NULL;
	enum rc r;

	if (strncmp(settings->icinga_url, SCHEME, sizeof(SCHEME) - 1) != 0)
		return err_set(err, RC_CONFIG,
		    "--passive: icinga2: %.80s: not a URL of https",
		    settings->icinga_url);
	icinga = calloc(1, sizeof(*icinga));
	if (icinga == NULL)
		return err_set(err, RC_NOMEM, "Icinga: out of memory");
	icinga->sink.ops = &icinga_ops;
	icinga->last = &icinga->first;
	buf_init(&icinga->answer, ANSWER_MAX_BYTES);
	r = secret_read_file(&icinga->secret, settings->icinga_secret_file, err);
	if (r == RC_OK)
		r = task_init(&icinga->task, loop, NULL, NULL, err);
	if (r == RC_OK)
		r = fetcher_new(loop, &icinga->fetcher, err);
	if (r == RC_OK)
		r = open_way(icinga, settings->icinga_url, err);
	if (r == RC_OK)
		r = make_curl(icinga, settings, err);
	if (r == RC_OK)
		*ret_sink = &icinga->sink;
	else
		icinga_free(&icinga->sink);
	return r;
}
