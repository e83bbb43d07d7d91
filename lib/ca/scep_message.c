/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CMS in CMS (RFC 5652), made by OpenSSL.
 */
#include "ca/scep_message.h"

#include <limits.h>
#include <string.h>

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/rand.h>

static enum rc
fail(const char *what, struct err *err)
{
	ERR_clear_error();
	return err_set(err, RC_INTERNAL, "SCEP: %s", what);
}

enum rc
scep_exchange_renew(struct scep_exchange *exchange, struct err *err)
{
	if (RAND_bytes(exchange->nonce, sizeof(exchange->nonce)) != 1)
		return fail("no nonce could be made", err);
	return RC_OK;
}

/* content for the recipient alone; NULL when OpenSSL refuses. */
static CMS_ContentInfo *
envelop(X509 *recipient, const uint8_t *content, size_t len)
{
	STACK_OF(X509) *recipients = sk_X509_new_null();
	BIO *in = len <= INT_MAX ? BIO_new_mem_buf(content, (int)len) : NULL;
	CMS_ContentInfo *envelope = NULL;

	if (recipients != NULL && in != NULL && sk_X509_push(recipients, recipient) > 0)
		envelope = CMS_encrypt(recipients, in, EVP_aes_128_cbc(), CMS_BINARY);
	BIO_free(in);
	sk_X509_free(recipients);
	return envelope;
}

/* The length is always told: without one OpenSSL takes text for an object. */
static bool
add_text(CMS_SignerInfo *signer, const char *oid, const char *text)
{
	return CMS_signed_add1_attr_by_txt(signer, oid, V_ASN1_PRINTABLESTRING, text,
		   (int)strlen(text)) == 1;
}

static bool
add_attributes(CMS_SignerInfo *signer, const struct scep_exchange *exchange)
{
	return add_text(signer, SCEP_OID_MESSAGE_TYPE, exchange->type) &&
	    add_text(signer, SCEP_OID_TRANSACTION_ID, exchange->id) &&
	    CMS_signed_add1_attr_by_txt(signer, SCEP_OID_SENDER_NONCE,
		V_ASN1_OCTET_STRING, exchange->nonce, SCEP_NONCE_BYTES) == 1;
}

/* NULL when OpenSSL refuses. */
static CMS_ContentInfo *
sign(const struct scep_exchange *exchange, CMS_ContentInfo *envelope)
{
	const unsigned int flags = CMS_BINARY | CMS_PARTIAL;
	CMS_ContentInfo *message = CMS_sign(NULL, NULL, NULL, NULL, flags | CMS_STREAM);
	BIO *content = BIO_new(BIO_s_mem());
	CMS_SignerInfo *signer = NULL;
	bool is_fine = false;

	if (message != NULL)
		signer = CMS_add1_signer(message, exchange->key->cert,
		    exchange->key->key, EVP_sha256(), flags | CMS_NOSMIMECAP);
	is_fine = signer != NULL && content != NULL &&
	    add_attributes(signer, exchange) && i2d_CMS_bio(content, envelope) == 1 &&
	    CMS_final(message, content, NULL, CMS_BINARY) == 1;
	BIO_free(content);
	if (is_fine)
		return message;
	CMS_ContentInfo_free(message);
	return NULL;
}

enum rc
scep_message_build(const struct scep_exchange *exchange, const uint8_t *content,
    size_t len, uint8_t **ret_der, size_t *ret_len, struct err *err)
{
	CMS_ContentInfo *envelope = envelop(exchange->recipient, content, len);
	CMS_ContentInfo *message = NULL;
	unsigned char *der = NULL;
	int der_len = -1;

	if (envelope != NULL)
		message = sign(exchange, envelope);
	CMS_ContentInfo_free(envelope);
	if (message == NULL)
		return fail("OpenSSL makes no message for this CA", err);
	der_len = i2d_CMS_ContentInfo(message, &der);
	CMS_ContentInfo_free(message);
	if (der_len <= 0)
		return fail("a message cannot be encoded", err);
	*ret_der = der;
	*ret_len = (size_t)der_len;
	return RC_OK;
}

enum rc
scep_message_names(const X509_NAME *issuer, const X509_NAME *subject, uint8_t **ret_der,
    size_t *ret_len, struct err *err)
{
	int issuer_len = i2d_X509_NAME(issuer, NULL);
	int subject_len = i2d_X509_NAME(subject, NULL);
	unsigned char *der = NULL;
	unsigned char *p = NULL;
	int len = -1;

	if (issuer_len > 0 && subject_len > 0)
		len = ASN1_object_size(1, issuer_len + subject_len, V_ASN1_SEQUENCE);
	if (len > 0)
		der = OPENSSL_malloc((size_t)len);
	if (der == NULL)
		return fail("two names cannot be encoded", err);
	p = der;
	ASN1_put_object(&p, 1, issuer_len + subject_len, V_ASN1_SEQUENCE,
	    V_ASN1_UNIVERSAL);
	(void)i2d_X509_NAME(issuer, &p);
	(void)i2d_X509_NAME(subject, &p);
	*ret_der = der;
	*ret_len = (size_t)len;
	return RC_OK;
}
