/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a CA said, as data: outcome, certificates and words.  Its bytes and its
 * words are hostile until judged.
 */
#include <stdio.h>
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
	memset(answer, 0, sizeof(*answer));
}

void
ca_answer_set(struct ca_answer *answer, enum ca_outcome outcome, const char *fmt, ...)
{
	char text[2 * CA_TEXT_SIZE];
	va_list ap;
	int n;

	ca_answer_clear(answer);
	answer->outcome = outcome;
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n > 0)
		text_line_field(answer->text, sizeof(answer->text), text, strlen(text));
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
