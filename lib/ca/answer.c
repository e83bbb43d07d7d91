/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a CA said, as data: outcome, certificates and words.  Its bytes and its
 * words are hostile until judged.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ca/ca.h"

static const char *const outcome_texts[] = {
	[CA_ISSUED] = "issued",
	[CA_PENDING] = "pending",
	[CA_REJECTED] = "rejected",
	[CA_RETRY] = "try again later",
	[CA_AUTH] = "not allowed",
	[CA_CONFIG] = "configuration is wrong",
	[CA_UNSUPPORTED] = "not supported by this CA",
	[CA_BADANSWER] = "answer is not usable",
};

const char *
ca_outcome_text(enum ca_outcome outcome)
{
	size_t i = (size_t)outcome;

	if (i >= sizeof(outcome_texts) / sizeof(outcome_texts[0]))
		return "unknown outcome";
	return outcome_texts[i];
}

void
ca_answer_clear(struct ca_answer *answer)
{
	cert_free(answer->leaf);
	for (size_t i = 0; i < answer->n_chain; i++)
		cert_free(answer->chain[i]);
	free(answer->cookie);
	memset(answer, 0, sizeof(*answer));
}

void
ca_answer_name_request(struct ca_answer *answer, const char *request_id)
{
	text_line_field(answer->request_id, sizeof(answer->request_id), request_id,
	    strlen(request_id));
}

static void format_text(char field[CA_TEXT_SIZE], const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

static void
format_text(char field[CA_TEXT_SIZE], const char *fmt, va_list ap)
{
	char text[2 * CA_TEXT_SIZE];
	int n = vsnprintf(text, sizeof(text), fmt, ap);

	field[0] = '\0';
	if (n > 0)
		text_line_field(field, CA_TEXT_SIZE, text, strlen(text));
}

void
ca_answer_set(struct ca_answer *answer, enum ca_outcome outcome, const char *fmt, ...)
{
	char text[CA_TEXT_SIZE];
	va_list ap;

	/* The words may be those of the answer that goes. */
	va_start(ap, fmt);
	format_text(text, fmt, ap);
	va_end(ap);
	ca_answer_clear(answer);
	answer->outcome = outcome;
	memcpy(answer->text, text, sizeof(text));
}

void
ca_facts_set(struct ca_facts *facts, enum ca_outcome outcome, const char *fmt, ...)
{
	char text[CA_TEXT_SIZE];
	va_list ap;

	va_start(ap, fmt);
	format_text(text, fmt, ap);
	va_end(ap);
	facts->outcome = outcome;
	memcpy(facts->text, text, sizeof(text));
}

enum rc
ca_answer_pend(struct ca_answer *answer, const void *cookie, size_t len,
    int64_t retry_after_s, struct err *err)
{
	uint8_t *copy = NULL;

	if (len > CA_COOKIE_MAX_BYTES) {
		ca_answer_set(answer, CA_BADANSWER,
		    "pending, with a cookie of %zu bytes, more than %d", len,
		    CA_COOKIE_MAX_BYTES);
		return RC_OK;
	}
	if (len > 0) {
		copy = malloc(len);
		if (copy == NULL)
			return err_set(err, RC_NOMEM, "CA answer: out of memory");
		memcpy(copy, cookie, len);
	}
	ca_answer_set(answer, CA_PENDING, "the CA has the request");
	answer->cookie = copy;
	answer->cookie_len = len;
	answer->retry_after_s = retry_after_s;
	return RC_OK;
}

enum rc
ca_answer_issue(struct ca_answer *answer, const uint8_t *der, size_t len,
    struct err *err)
{
	struct cert *leaf = NULL;
	struct err why = { 0 };
	enum rc r;

	if (len == 0) {
		ca_answer_set(answer, CA_BADANSWER, "issued, but no certificate came");
		return RC_OK;
	}
	if (len > CA_CERT_MAX_BYTES) {
		ca_answer_set(answer, CA_BADANSWER,
		    "a certificate of %zu bytes, more than %d", len, CA_CERT_MAX_BYTES);
		return RC_OK;
	}
	r = cert_parse(der, len, &leaf, &why);
	if (r == RC_NOMEM)
		return err_set(err, r, "%s", why.text);
	if (r != RC_OK) {
		ca_answer_set(answer, CA_BADANSWER, "not a certificate: %s", why.text);
		return RC_OK;
	}
	ca_answer_clear(answer);
	answer->outcome = CA_ISSUED;
	answer->leaf = leaf;
	return RC_OK;
}

enum rc
ca_answer_add_chain(struct ca_answer *answer, const struct cert *cert, struct err *err)
{
	enum rc r;

	if (answer->n_chain == CA_CHAIN_MAX)
		return err_set(err, RC_LIMIT, "chain: more than %d certificates",
		    CA_CHAIN_MAX);
	r = cert_dup(cert, &answer->chain[answer->n_chain], err);
	if (r == RC_OK)
		answer->n_chain++;
	return r;
}
