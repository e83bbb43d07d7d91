/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A transaction's messages: OpenSSL makes, protects and verifies them, checks nonces
 * and transaction id; its own HTTP client is never used.
 */
#include "ca/cmp_session.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "base/log.h"

#define MEDIA_TYPE "application/pkixcmp"

static void
message_clear(struct cmp_message *message)
{
	free(message->der);
	*message = (struct cmp_message){ NULL, 0 };
}

static enum rc
message_keep(struct cmp_message *message, const void *der, size_t len)
{
	uint8_t *copy = malloc(len);

	if (copy == NULL)
		return RC_NOMEM;
	memcpy(copy, der, len);
	message_clear(message);
	message->der = copy;
	message->len = len;
	return RC_OK;
}

OSSL_CMP_MSG *
cmp_session_parse(const void *der, size_t len)
{
	const unsigned char *p = der;
	OSSL_CMP_MSG *message;

	if (len == 0 || len > LONG_MAX)
		return NULL;
	message = d2i_OSSL_CMP_MSG(NULL, &p, (long)len);
	if (message != NULL && p != (const unsigned char *)der + len) {
		OSSL_CMP_MSG_free(message);
		return NULL;
	}
	return message;
}

static OSSL_CMP_MSG *
fail(struct cmp_session *session, enum cmp_failure failure, enum rc rc)
{
	session->failure = failure;
	session->rc = rc;
	return NULL;
}

/*
 * The answers of an earlier process stand for those to our first messages: the
 * transaction is theirs, and each seems to answer what we sent.
 */
static OSSL_CMP_MSG *
replay(struct cmp_session *session)
{
	size_t i = session->n_replayed++;
	const uint8_t *der = session->kept.messages[i].der;
	size_t len = session->kept.messages[i].len;
	OSSL_CMP_MSG *message = cmp_session_parse(der, len);
	OSSL_CMP_PKIHEADER *header = NULL;

	if (message != NULL)
		header = OSSL_CMP_MSG_get0_header(message);
	if (header == NULL ||
	    OSSL_CMP_CTX_set1_transactionID(session->ctx,
		OSSL_CMP_HDR_get0_transactionID(header)) != 1 ||
	    OSSL_CMP_CTX_set1_senderNonce(session->ctx,
		OSSL_CMP_HDR_get0_recipNonce(header)) != 1) {
		OSSL_CMP_MSG_free(message);
		(void)err_set(&session->why, RC_FORMAT,
		    "the kept answer: not readable");
		return fail(session, CMP_FAILURE_FORM, RC_FORMAT);
	}
	if (message_keep(i == 0 ? &session->first : &session->last, der, len) !=
	    RC_OK) {
		OSSL_CMP_MSG_free(message);
		(void)err_set(&session->why, RC_NOMEM, "CMP: out of memory");
		return fail(session, CMP_FAILURE_OURS, RC_NOMEM);
	}
	return message;
}

static OSSL_CMP_MSG *
read_answer(struct cmp_session *session)
{
	const struct https_answer *http = &session->http;
	OSSL_CMP_MSG *message;

	if (strcmp(http->type, MEDIA_TYPE) != 0) {
		(void)err_set(&session->why, RC_FORMAT,
		    "content type %s instead of " MEDIA_TYPE,
		    http->type[0] == '\0' ? "missing" : http->type);
		return fail(session, CMP_FAILURE_FORM, RC_FORMAT);
	}
	message = cmp_session_parse(http->body, http->len);
	if (message == NULL) {
		(void)err_set(&session->why, RC_FORMAT,
		    "CMP: RFC 4210 5.1: not one PKIMessage");
		return fail(session, CMP_FAILURE_FORM, RC_FORMAT);
	}
	if (message_keep(session->first.len == 0 ? &session->first : &session->last,
		http->body, http->len) != RC_OK) {
		OSSL_CMP_MSG_free(message);
		(void)err_set(&session->why, RC_NOMEM, "CMP: out of memory");
		return fail(session, CMP_FAILURE_OURS, RC_NOMEM);
	}
	return message;
}

/* OpenSSL's transfer callback: one message out, one in, over one connection. */
static OSSL_CMP_MSG *
transfer(OSSL_CMP_CTX *ctx, const OSSL_CMP_MSG *message)
{
	struct cmp_session *session = OSSL_CMP_CTX_get_transfer_cb_arg(ctx);
	struct https_request post = { .url = session->peer->url,
		.accept = MEDIA_TYPE,
		.content_type = MEDIA_TYPE,
		.max_bytes = CMP_ANSWER_MAX_BYTES,
		.deadline_ms = session->request->deadline_ms };
	unsigned char *der = NULL;
	int len = 0;
	enum rc r;

	if (session->n_replayed < session->kept.n)
		return replay(session);
	len = i2d_OSSL_CMP_MSG(message, &der);
	if (len <= 0) {
		(void)err_set(&session->why, RC_NOMEM, "CMP: out of memory");
		return fail(session, CMP_FAILURE_OURS, RC_NOMEM);
	}
	post.body = (const char *)der;
	post.len = (size_t)len;
	session->n_sent++;
	r = session->peer->exchange(session->peer->carrier, &post, &session->http,
	    &session->why);
	OPENSSL_free(der);
	if (r != RC_OK || session->http.status != 200)
		return fail(session, CMP_FAILURE_HTTP, r);
	return read_answer(session);
}

static int
note_log(const char *function, const char *file, int line, OSSL_CMP_severity level,
    const char *text)
{
	(void)function;
	(void)file;
	(void)line;
	(void)level;
	log_at(3, "cmp", "%s", text);
	return 1;
}

static bool
set_protection(OSSL_CMP_CTX *ctx, const struct cmp_keys *keys)
{
	const unsigned char *reference = (const unsigned char *)keys->reference;
	const unsigned char *secret = (const unsigned char *)keys->secret.text;

	/* An empty list would not be the one it begins with, but none. */
	if (sk_X509_num(keys->helpers) > 0 &&
	    OSSL_CMP_CTX_set1_untrusted(ctx, keys->helpers) != 1)
		return false;
	if (OSSL_CMP_CTX_set1_recipient(ctx, X509_get_subject_name(keys->recipient)) !=
	    1)
		return false;
	if (reference != NULL)
		/* Its default is SHA-1. */
		return OSSL_CMP_CTX_set_option(ctx, OSSL_CMP_OPT_MAC_ALGNID,
			   NID_hmacWithSHA256) == 1 &&
		    OSSL_CMP_CTX_set1_referenceValue(ctx, reference,
			(int)strlen(keys->reference)) == 1 &&
		    OSSL_CMP_CTX_set1_secretValue(ctx, secret, (int)keys->secret.len) ==
		    1;
	return OSSL_CMP_CTX_set1_cert(ctx, keys->cert) == 1 &&
	    OSSL_CMP_CTX_set1_pkey(ctx, keys->key) == 1 &&
	    OSSL_CMP_CTX_set1_srvCert(ctx, keys->recipient) == 1;
}

enum rc
cmp_session_begin(struct cmp_session *session, const struct cmp_peer *peer,
    const struct ca_request *request, struct err *err)
{
	OSSL_CMP_CTX *ctx;

	*session = (struct cmp_session){ .peer = peer, .request = request };
	ERR_clear_error();
	ctx = OSSL_CMP_CTX_new(NULL, NULL);
	session->ctx = ctx;
	if (ctx == NULL || OSSL_CMP_CTX_set_log_cb(ctx, note_log) != 1 ||
	    OSSL_CMP_CTX_set_transfer_cb(ctx, transfer) != 1 ||
	    OSSL_CMP_CTX_set_transfer_cb_arg(ctx, session) != 1 ||
	    !set_protection(ctx, peer->keys))
		return err_set(err, RC_NOMEM, "CMP: OpenSSL takes no settings");
	return RC_OK;
}

void
cmp_session_end(struct cmp_session *session)
{
	OSSL_CMP_CTX_free(session->ctx);
	message_clear(&session->first);
	message_clear(&session->last);
	bag_clear(&session->bag);
	ERR_clear_error();
}
