/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an exchange that was no success means for a request: RFC 9110 15, and what
 * libcurl could not do.
 */
#include <string.h>

#include "base/text.h"
#include "ca/https.h"

enum {
	WORDS_SIZE = 256,
};

static enum ca_outcome
outcome_of_error(enum rc r)
{
	switch (r) {
	case RC_AUTH:
		return CA_AUTH;
	case RC_UNTRUSTED:
	case RC_CONFIG:
	case RC_SYSTEM:
		return CA_CONFIG;
	case RC_LIMIT:
	case RC_HTTP:
	case RC_FORMAT:
		return CA_BADANSWER;
	default:
		return CA_RETRY;
	}
}

/* What each kind of status means for a request. */
static enum ca_outcome
outcome_of_status(int status)
{
	if (status == 429 || status == 408 || status >= 500)
		return CA_RETRY;
	if (status >= 300)
		return CA_CONFIG;
	return CA_BADANSWER;
}

/* ": words" of a body for people, its first line; "" for any other. */
static void
read_words(const struct https_answer *answer, char field[WORDS_SIZE])
{
	size_t len = answer->len;

	field[0] = '\0';
	if (strcmp(answer->type, "text/plain") != 0 || len == 0)
		return;
	len = strcspn(answer->body, "\r\n");
	text_line_field(field, WORDS_SIZE, answer->body, len);
}

enum rc
https_explain(enum rc r, const struct err *why, const struct https_answer *http_answer,
    struct ca_answer *answer, struct err *err)
{
	char words[WORDS_SIZE];

	if (r == RC_NOMEM || r == RC_INTERNAL)
		return err_set(err, r, "%s", why->text);
	if (r != RC_OK) {
		ca_answer_set(answer, outcome_of_error(r), "%s", why->text);
		return RC_OK;
	}
	read_words(http_answer, words);
	if (http_answer->location[0] != '\0')
		ca_answer_set(answer, CA_CONFIG,
		    "HTTP %d: a redirect to %s, which is not followed: correct the url",
		    http_answer->status, http_answer->location);
	else
		ca_answer_set(answer, outcome_of_status(http_answer->status),
		    "HTTP %d%s%s", http_answer->status, words[0] == '\0' ? "" : ": ",
		    words);
	answer->retry_after_s = http_answer->retry_after_s;
	return RC_OK;
}
