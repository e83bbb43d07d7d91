/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What we say in SCEP (RFC 8894 3): a content, enveloped for the CA and signed with
 * the key of one request.  AES-128-CBC and SHA-256, and nothing older.
 */
#ifndef AMTCERT_CA_SCEP_MESSAGE_H
#define AMTCERT_CA_SCEP_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/x509.h>

#include "base/rc.h"
#include "ca/scep_key.h"

/* Object identifiers of the signed attributes (RFC 8894 3.2.1), and what goes into
 * messageType. */
#define SCEP_OID_MESSAGE_TYPE	 "2.16.840.1.113733.1.9.2"
#define SCEP_OID_PKI_STATUS	 "2.16.840.1.113733.1.9.3"
#define SCEP_OID_FAIL_INFO	 "2.16.840.1.113733.1.9.4"
#define SCEP_OID_SENDER_NONCE	 "2.16.840.1.113733.1.9.5"
#define SCEP_OID_RECIPIENT_NONCE "2.16.840.1.113733.1.9.6"
#define SCEP_OID_TRANSACTION_ID	 "2.16.840.1.113733.1.9.7"
#define SCEP_OID_FAIL_INFO_TEXT	 "1.3.6.1.5.5.7.24.1"

#define SCEP_CERT_REP  "3"
#define SCEP_PKCS_REQ  "19"
#define SCEP_CERT_POLL "20"

/* One message and its answer. Everything is lent. */
struct scep_exchange {
	const char *type; /* SCEP_PKCS_REQ or SCEP_CERT_POLL */
	const struct scep_key *key;
	char id[SCEP_ID_SIZE];		 /* of the transaction */
	uint8_t nonce[SCEP_NONCE_BYTES]; /* ours; of this message only */
	X509 *recipient;		 /* of the envelope: an RSA key */
	STACK_OF(X509) *signers;	 /* of the answer; others are not believed */
	bool allow_weak; /* an answer with SHA-1 or DES; see ca/scep_reply.h */
};

/* A fresh nonce. RC_INTERNAL. */
enum rc scep_exchange_renew(struct scep_exchange *exchange, struct err *err);

/* The DER of a message around content. Caller frees with OPENSSL_free.
 * RC_INTERNAL: OpenSSL refuses, as it does for a recipient that is not RSA. */
enum rc scep_message_build(const struct scep_exchange *exchange, const uint8_t *content,
    size_t len, uint8_t **ret_der, size_t *ret_len, struct err *err);

/* IssuerAndSubject (RFC 8894 3.3.3), the content of a CertPoll. As above. */
enum rc scep_message_names(const X509_NAME *issuer, const X509_NAME *subject,
    uint8_t **ret_der, size_t *ret_len, struct err *err);

#endif
