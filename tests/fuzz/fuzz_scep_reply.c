/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whatever a SCEP server answers: it is refused with words, or it is signed, of our
 * transaction, and a success brings certificates.  The first byte says where the
 * bytes stand: in the place of the answer, or inside one that is signed as it should
 * be, as the envelope or what the envelope holds.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/cms.h>
#include <openssl/err.h>

#include "ca/scep_reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	FLAGS = CMS_BINARY | CMS_PARTIAL,
};

/* A CA with an EC key, which is quick, and one that asks it. */
static struct {
	EVP_PKEY *key;
	X509 *cert;
	struct scep_key ours;
	struct scep_exchange exchange;
} lab;

static void
insist(int is_so)
{
	if (!is_so)
		abort();
}

static void
make_lab(void)
{
	struct scep_exchange *exchange = &lab.exchange;

	lab.key = EVP_EC_gen("P-256");
	lab.cert = X509_new();
	lab.ours.key = EVP_RSA_gen(2048);
	lab.ours.cert = X509_new();
	insist(lab.key != NULL && lab.cert != NULL && lab.ours.key != NULL &&
	    lab.ours.cert != NULL);
	insist(X509_set_pubkey(lab.cert, lab.key) == 1 &&
	    ASN1_INTEGER_set(X509_get_serialNumber(lab.cert), 1) == 1 &&
	    X509_sign(lab.cert, lab.key, EVP_sha256()) > 0);
	insist(X509_set_pubkey(lab.ours.cert, lab.ours.key) == 1 &&
	    ASN1_INTEGER_set(X509_get_serialNumber(lab.ours.cert), 2) == 1 &&
	    X509_sign(lab.ours.cert, lab.ours.key, EVP_sha256()) > 0);
	exchange->type = SCEP_PKCS_REQ;
	exchange->key = &lab.ours;
	memset(exchange->id, 'A', sizeof(exchange->id) - 1);
	exchange->signers = sk_X509_new_null();
	insist(sk_X509_push(exchange->signers, lab.cert) > 0);
}

static void
add_text(CMS_SignerInfo *signer, const char *oid, const char *text)
{
	insist(CMS_signed_add1_attr_by_txt(signer, oid, V_ASN1_PRINTABLESTRING, text,
		   (int)strlen(text)) == 1);
}

/* An answer as it should be, around content. */
static uint8_t *
sign(BIO *content, size_t *ret_len)
{
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, FLAGS | CMS_STREAM);
	CMS_SignerInfo *signer = NULL;
	unsigned char *der = NULL;
	int len = 0;

	insist(cms != NULL);
	signer = CMS_add1_signer(cms, lab.cert, lab.key, EVP_sha256(),
	    FLAGS | CMS_NOSMIMECAP);
	insist(signer != NULL);
	add_text(signer, SCEP_OID_MESSAGE_TYPE, SCEP_CERT_REP);
	add_text(signer, SCEP_OID_TRANSACTION_ID, lab.exchange.id);
	add_text(signer, SCEP_OID_PKI_STATUS, "0");
	insist(CMS_signed_add1_attr_by_txt(signer, SCEP_OID_RECIPIENT_NONCE,
		   V_ASN1_OCTET_STRING, lab.exchange.nonce, SCEP_NONCE_BYTES) == 1);
	insist(CMS_final(cms, content, NULL, CMS_BINARY) == 1);
	len = i2d_CMS_ContentInfo(cms, &der);
	insist(len > 0);
	CMS_ContentInfo_free(cms);
	*ret_len = (size_t)len;
	return der;
}

/* The bytes in an envelope for us. */
static BIO *
envelop(BIO *content)
{
	STACK_OF(X509) *recipients = sk_X509_new_null();
	BIO *out = BIO_new(BIO_s_mem());
	CMS_ContentInfo *cms = NULL;

	insist(out != NULL && sk_X509_push(recipients, lab.ours.cert) > 0);
	cms = CMS_encrypt(recipients, content, EVP_aes_128_cbc(), CMS_BINARY);
	insist(cms != NULL && i2d_CMS_bio(out, cms) == 1);
	CMS_ContentInfo_free(cms);
	sk_X509_free(recipients);
	return out;
}

static void
read_one(const uint8_t *der, size_t len)
{
	struct scep_reply reply = { 0 };
	struct ca_answer answer = { 0 };
	struct err err = { 0 };
	enum rc r = scep_reply_read(der, len, &lab.exchange, &reply, &err);

	insist((r == RC_OK) == (err.text[0] == '\0'));
	insist(ERR_peek_error() == 0);
	if (r != RC_OK) {
		insist(reply.bag.n == 0);
		return;
	}
	insist((reply.status == SCEP_SUCCESS) == (reply.bag.n > 0));
	if (reply.status == SCEP_FAILURE) {
		scep_reply_explain(&reply, false, &answer);
		insist(answer.outcome != CA_ISSUED && answer.text[0] != '\0');
	}
	ca_answer_clear(&answer);
	scep_reply_clear(&reply);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BIO *content = NULL;
	BIO *envelope = NULL;
	uint8_t *der = NULL;
	size_t len = 0;

	if (lab.key == NULL)
		make_lab();
	if (size == 0)
		return 0;
	if (data[0] % 3 == 0) {
		read_one(data + 1, size - 1);
		return 0;
	}
	content = BIO_new_mem_buf(data + 1, (int)(size - 1));
	insist(content != NULL);
	if (data[0] % 3 == 2)
		envelope = envelop(content);
	der = sign(envelope == NULL ? content : envelope, &len);
	read_one(der, len);
	OPENSSL_free(der);
	BIO_free(envelope);
	BIO_free(content);
	return 0;
}
