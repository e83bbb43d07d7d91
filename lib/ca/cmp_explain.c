/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why a CMP transaction has failed: what the server said under its protection, what
 * it said without, what OpenSSL found wrong, or what the carrier met.
 */
#include <stdio.h>

#include <openssl/err.h>

#include "base/text.h"
#include "ca/cmp_session.h"

enum {
	REASON_SIZE = 256,
};

/* What OpenSSL's queue of errors comes to. */
struct cause {
	enum ca_outcome outcome;
	char text[REASON_SIZE];
};

/* What goes wrong in OpenSSL with a reason that an operator can act on; all other
 * reasons are an answer that is not usable. */
static const struct {
	int reason;
	enum ca_outcome outcome;
	const char *text;
} reasons[] = {
	{ CMP_R_WRONG_PBM_VALUE, CA_AUTH,
	    "the answer is not protected with our shared secret: the secret or its "
	    "reference is wrong, or this is not our CA" },
	{ CMP_R_MISSING_PROTECTION, CA_BADANSWER, "the answer is not protected" },
	{ CMP_R_TRANSACTIONID_UNMATCHED, CA_BADANSWER,
	    "the answer belongs to another transaction" },
	{ CMP_R_RECIPNONCE_UNMATCHED, CA_BADANSWER,
	    "the answer is to another message: its nonce is not ours" },
	{ CMP_R_ERROR_VALIDATING_SIGNATURE, CA_BADANSWER,
	    "the answer is not signed by recipient-cert" },
	{ CMP_R_SRVCERT_DOES_NOT_VALIDATE_MSG, CA_BADANSWER,
	    "the answer is not signed by recipient-cert" },
	{ CMP_R_MISSING_SECRET, CA_BADANSWER,
	    "the answer is protected with a secret, and not signed" },
	{ CMP_R_MISSING_TRUST_ANCHOR, CA_BADANSWER,
	    "the answer is signed, and not protected with our secret" },
};

/* A reason that the table has words for. */
static bool
take_known(unsigned long code, struct cause *cause)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (ERR_GET_LIB(code) != ERR_LIB_CMP ||
		    ERR_GET_REASON(code) != reasons[i].reason)
			continue;
		cause->outcome = reasons[i].outcome;
		(void)snprintf(cause->text, sizeof(cause->text), "%s", reasons[i].text);
		return true;
	}
	return false;
}

/* The first error is the cause; one that the table knows is told better. */
static void
read_errors(struct cause *cause)
{
	const char *data = NULL;
	int flags = 0;
	bool is_known = false;
	unsigned long code;

	*cause = (struct cause){ .outcome = CA_BADANSWER };
	for (code = ERR_get_error_all(NULL, NULL, NULL, &data, &flags); code != 0;
	     code = ERR_get_error_all(NULL, NULL, NULL, &data, &flags)) {
		const char *name = ERR_reason_error_string(code);

		is_known = is_known || take_known(code, cause);
		if (cause->text[0] == '\0' && name != NULL)
			(void)snprintf(cause->text, sizeof(cause->text), "%s%s%s", name,
			    (flags & ERR_TXT_STRING) != 0 ? ": " : "",
			    (flags & ERR_TXT_STRING) != 0 ? data : "");
	}
	/* Of a sender that it does not expect OpenSSL tells its log alone. */
	if (cause->text[0] == '\0')
		(void)snprintf(cause->text, sizeof(cause->text),
		    "the answer is not from recipient-cert");
}

bool
cmp_session_is_refused(const struct cmp_session *session, struct cmp_status *ret_status)
{
	const OSSL_CMP_PKIFREETEXT *lines =
	    OSSL_CMP_CTX_get0_statusString(session->ctx);
	int bits = OSSL_CMP_CTX_get_failInfoCode(session->ctx);
	const ASN1_UTF8STRING *line;

	*ret_status =
	    (struct cmp_status){ .status = OSSL_CMP_CTX_get_status(session->ctx),
		    .fail_bits = bits < 0 ? 0 : (uint32_t)bits };
	line = sk_ASN1_UTF8STRING_value(lines, 0);
	if (line != NULL)
		text_line_field(ret_status->words, sizeof(ret_status->words),
		    ASN1_STRING_get0_data(line), (size_t)ASN1_STRING_length(line));
	return ret_status->status == CMP_REJECTION ||
	    ret_status->status == CMP_KEY_UPDATE_WARNING;
}

/* An error without valid protection proves nothing. What makes us stop or wait is
 * heeded, for it costs nothing; anything else is an answer that is not usable. */
static bool
explain_unprotected(const struct cmp_session *session, struct ca_answer *answer)
{
	const struct cmp_message *last =
	    session->last.len != 0 ? &session->last : &session->first;
	enum ca_outcome outcome = CA_BADANSWER;
	char words[CA_TEXT_SIZE];
	struct cmp_status said;

	if (cmp_status_read_error(last->der, last->len, &said, NULL) != RC_OK)
		return false;
	if (cmp_status_outcome(&said) == CA_AUTH ||
	    cmp_status_outcome(&said) == CA_RETRY)
		outcome = cmp_status_outcome(&said);
	cmp_status_describe(&said, words, sizeof(words));
	ca_answer_set(answer, outcome, "%s, without protection", words);
	return true;
}

/* Without a carrier's failure, and nothing of ours. */
static void
explain_answer(const struct cmp_session *session, struct ca_answer *answer)
{
	char words[CA_TEXT_SIZE];
	struct cmp_status said;
	struct cause cause;

	read_errors(&cause);
	if (session->n_sent == 0) {
		/* With what is configured now it cannot be said, or not gone on. */
		ca_answer_set(answer, CA_CONFIG, "no message can be made: %s",
		    cause.text);
	} else if (cmp_session_is_refused(session, &said)) {
		cmp_status_describe(&said, words, sizeof(words));
		ca_answer_set(answer, cmp_status_outcome(&said), "%s", words);
	} else if (cause.outcome == CA_AUTH || !explain_unprotected(session, answer)) {
		ca_answer_set(answer, cause.outcome, "%s", cause.text);
	}
}

enum rc
cmp_session_explain(struct cmp_session *session, struct ca_answer *answer,
    struct err *err)
{
	if (session->failure == CMP_FAILURE_OURS)
		return err_set(err, session->rc, "%s", session->why.text);
	if (session->refusal[0] != '\0')
		ca_answer_set(answer, CA_BADANSWER, "refused what it issued: %s",
		    session->refusal);
	else if (session->failure == CMP_FAILURE_HTTP)
		return https_explain(session->rc, &session->why, &session->http, answer,
		    err);
	else if (session->failure == CMP_FAILURE_FORM)
		ca_answer_set(answer, CA_BADANSWER, "%s", session->why.text);
	else
		explain_answer(session, answer);
	return RC_OK;
}
