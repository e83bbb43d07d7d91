/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One CMP transaction while it runs.  Private to cmp_*.c; others see ca/cmp_talk.h.
 */
#ifndef AMTCERT_CA_CMP_SESSION_H
#define AMTCERT_CA_CMP_SESSION_H

#include <openssl/cmp.h>

#include "ca/cmp_cookie.h"
#include "ca/cmp_talk.h"

/* The DER of one answer. */
struct cmp_message {
	uint8_t *der;
	size_t len;
};

/* Why there was no answer that could be read, if there was none. */
enum cmp_failure {
	CMP_FAILURE_NONE,
	CMP_FAILURE_HTTP, /* rc, why and http say it */
	CMP_FAILURE_FORM, /* why says it */
	CMP_FAILURE_OURS, /* rc and why: memory */
};

struct cmp_session {
	const struct cmp_peer *peer;
	const struct ca_request *request;
	OSSL_CMP_CTX *ctx;
	struct cmp_cookie kept;
	size_t n_replayed;
	size_t n_sent;
	struct cmp_message first; /* answer to the request */
	struct cmp_message last;  /* and to what followed it */
	struct bag bag;		  /* what was issued, and what came with it */
	enum cmp_failure failure;
	enum rc rc;
	struct err why;
	struct https_answer http;
	char refusal[ERR_TEXT_SIZE]; /* why we confirmed nothing; "" */
};

/* An OpenSSL context with keys and carrier; clear with cmp_session_end, whatever
 * came of it. */
enum rc cmp_session_begin(struct cmp_session *session, const struct cmp_peer *peer,
    const struct ca_request *request, struct err *err);
void cmp_session_end(struct cmp_session *session);

/* The message that ends where the bytes end, or NULL. Caller frees. */
OSSL_CMP_MSG *cmp_session_parse(const void *der, size_t len);

/* What the server said under its protection; false when that is no refusal. */
bool cmp_session_is_refused(const struct cmp_session *session,
    struct cmp_status *ret_status);

/* The outcome of a transaction that has failed. RC_NOMEM, RC_INTERNAL. */
enum rc cmp_session_explain(struct cmp_session *session, struct ca_answer *answer,
    struct err *err);

#endif
