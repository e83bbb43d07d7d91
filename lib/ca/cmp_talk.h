/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One CMP transaction (RFC 4210, RFC 9483): OpenSSL makes, protects and verifies the
 * messages, and checks nonces and transaction id; ca/https.h carries them.
 */
#ifndef AMTCERT_CA_CMP_TALK_H
#define AMTCERT_CA_CMP_TALK_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/secret.h"
#include "ca/bag.h"
#include "ca/ca.h"
#include "ca/cmp_status.h"
#include "ca/https.h"

enum {
	CMP_ANSWER_MAX_BYTES = 256 * 1024, /* of one message */
	CMP_WAIT_S = 600,		   /* when the CA does not say how long */
	CMP_WAIT_MIN_S = 10,
};

/* How messages are protected: by a secret that we share, or by certificates. */
struct cmp_keys {
	const char *reference; /* which secret; NULL: by certificates */
	struct secret secret;
	X509 *cert; /* of our host, a registration authority */
	EVP_PKEY *key;
	X509 *recipient;	 /* who is written to, and signs the answers */
	STACK_OF(X509) *helpers; /* between those and their anchors */
};

/* Carries a message to the server and lends its answer: https_exchange, or a test. */
typedef enum rc cmp_exchange(void *carrier, const struct https_request *request,
    struct https_answer *ret_answer, struct err *err);

/* Where to, with what. Everything is lent. */
struct cmp_peer {
	cmp_exchange *exchange;
	void *carrier;
	const char *url; /* NULL: that of the carrier */
	const struct cmp_keys *keys;
	const struct anchors *anchors;
};

/*
 * Have the request signed; with request->cookie, go on where an earlier process
 * stopped. What is issued is judged (ca/accept.h) before it is confirmed, since the
 * CA wants to know, and told so when it is refused: CA_BADANSWER then. RC_OK whenever
 * there is an outcome, in *answer. RC_NOMEM, RC_INTERNAL, RC_FORMAT for a cookie that
 * is not ours.
 */
enum rc cmp_talk_enrol(const struct cmp_peer *peer, const struct ca_request *request,
    struct ca_answer *answer, struct err *err);

/*
 * Ask for the CA's certificates: *answer is CA_ISSUED when the server knows us, also
 * when it has no answer to this question; bag takes what came.
 */
enum rc cmp_talk_ask(const struct cmp_peer *peer, const struct ca_request *request,
    struct bag *bag, struct ca_answer *answer, struct err *err);

#endif
