/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signature first, then the attributes it covers, then the envelope.
 */
#include "ca/scep_reply.h"

#include <limits.h>
#include <string.h>

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/provider.h>

#include "base/text.h"

static const struct {
	const char *name;
	enum ca_outcome outcome;
	enum ca_outcome polled;
	const char *words;
} failures[] = {
	/* by failInfo, RFC 8894 3.2.1.4 */
	{ "badAlg", CA_CONFIG, CA_CONFIG,
	    "the CA takes no AES-128 with SHA-256, or no key of this kind" },
	{ "badMessageCheck", CA_BADANSWER, CA_BADANSWER,
	    "the CA cannot verify our message; one that wants the key of the request to "
	    "sign it, too, is of no use for keys that live in firmware" },
	{ "badRequest", CA_AUTH, CA_REJECTED, "challenge or request refused" },
	{ "badTime", CA_CONFIG, CA_CONFIG,
	    "the clock of this host or of the CA is wrong" },
	{ "badCertId", CA_REJECTED, CA_REJECTED, "the CA knows no such certificate" },
};

void
scep_reply_clear(struct scep_reply *reply)
{
	bag_clear(&reply->bag);
	memset(reply, 0, sizeof(*reply));
}

static enum rc
bad(const char *what, struct err *err)
{
	return err_set(err, RC_FORMAT, "CertRep: %s", what);
}

/* One ContentInfo to the last byte; into *cms, which may hold an empty one. */
static bool
read_cms(const uint8_t *der, size_t len, CMS_ContentInfo **cms)
{
	const unsigned char *p = der;

	return len <= LONG_MAX && d2i_CMS_ContentInfo(cms, &p, (long)len) != NULL &&
	    p == der + len;
}

static CMS_SignerInfo *
only_signer(CMS_ContentInfo *cms)
{
	STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(cms);

	/* OpenSSL takes a message that nobody signed for a verified one. */
	return sk_CMS_SignerInfo_num(signers) == 1 ? sk_CMS_SignerInfo_value(signers, 0)
						   : NULL;
}

static bool
is_good_digest(int nid, bool allow_weak)
{
	return nid == NID_sha256 || nid == NID_sha384 || nid == NID_sha512 ||
	    (allow_weak && nid == NID_sha1);
}

/* An algorithm of signatures may name a digest of its own. */
static enum rc
check_digest(CMS_SignerInfo *signer, bool allow_weak, struct err *err)
{
	X509_ALGOR *digest = NULL;
	X509_ALGOR *signature = NULL;
	int nid = NID_undef;
	int other = NID_undef;

	CMS_SignerInfo_get0_algs(signer, NULL, NULL, &digest, &signature);
	nid = OBJ_obj2nid(digest->algorithm);
	if (OBJ_find_sigid_algs(OBJ_obj2nid(signature->algorithm), &other, NULL) != 1 ||
	    other == NID_undef)
		other = nid;
	if (is_good_digest(nid, allow_weak) && is_good_digest(other, allow_weak))
		return RC_OK;
	if (is_good_digest(nid, true) && is_good_digest(other, true))
		return bad("RFC 8894 2.9: signed with SHA-1: update the CA; "
			   "allow-weak = yes takes it",
		    err);
	return bad("RFC 8894 2.9: not signed with SHA-2", err);
}

/* The content that was signed goes to out. */
static enum rc
verify(CMS_ContentInfo *cms, const struct scep_exchange *exchange, BIO *out,
    struct err *err)
{
	const unsigned int flags =
	    CMS_BINARY | CMS_NOINTERN | CMS_NO_SIGNER_CERT_VERIFY;
	ASN1_OCTET_STRING **content = CMS_get0_content(cms);
	BIO *nothing = NULL;
	enum rc r = RC_OK;

	/* Without an envelope there is no content, and that is what is signed. */
	if (content == NULL || *content == NULL)
		nothing = BIO_new_mem_buf("", 0);
	if (CMS_verify(cms, exchange->signers, NULL, nothing, out, flags) != 1)
		r = bad("not signed by a certificate that we trust for this CA", err);
	BIO_free(nothing);
	return r;
}

/* The one value of an attribute that stands there once; NULL for any other. */
static const ASN1_STRING *
attribute(const CMS_SignerInfo *signer, const char *oid, int type)
{
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
	const ASN1_STRING *value = NULL;

	if (object != NULL)
		value = CMS_signed_get0_data_by_OBJ(signer, object, -3, type);
	ASN1_OBJECT_free(object);
	return value;
}

static bool
equals(const ASN1_STRING *value, const void *bytes, size_t len)
{
	return value != NULL && (size_t)ASN1_STRING_length(value) == len &&
	    memcmp(ASN1_STRING_get0_data(value), bytes, len) == 0;
}

static bool
is_text(const CMS_SignerInfo *signer, const char *oid, const char *text)
{
	return equals(attribute(signer, oid, V_ASN1_PRINTABLESTRING), text,
	    strlen(text));
}

static void
read_failure(const CMS_SignerInfo *signer, struct scep_reply *reply)
{
	const ASN1_STRING *info =
	    attribute(signer, SCEP_OID_FAIL_INFO, V_ASN1_PRINTABLESTRING);
	const ASN1_STRING *words =
	    attribute(signer, SCEP_OID_FAIL_INFO_TEXT, V_ASN1_UTF8STRING);

	for (int i = 0; i < (int)(sizeof(failures) / sizeof(failures[0])); i++) {
		const char digit = (char)('0' + i);

		if (equals(info, &digit, 1))
			reply->fail_info = i;
	}
	if (words != NULL)
		text_line_field(reply->words, sizeof(reply->words),
		    ASN1_STRING_get0_data(words), (size_t)ASN1_STRING_length(words));
}

static enum rc
read_attributes(const CMS_SignerInfo *signer, const struct scep_exchange *exchange,
    struct scep_reply *reply, struct err *err)
{
	if (!is_text(signer, SCEP_OID_MESSAGE_TYPE, SCEP_CERT_REP))
		return bad("RFC 8894 3.2.1.2: messageType is not CertRep", err);
	if (!is_text(signer, SCEP_OID_TRANSACTION_ID, exchange->id))
		return bad("RFC 8894 3.2.1.1: of another transaction", err);
	if (!equals(attribute(signer, SCEP_OID_RECIPIENT_NONCE, V_ASN1_OCTET_STRING),
		exchange->nonce, sizeof(exchange->nonce)))
		return bad("RFC 8894 3.2.1.5: recipientNonce is not our senderNonce",
		    err);
	if (is_text(signer, SCEP_OID_PKI_STATUS, "0"))
		reply->status = SCEP_SUCCESS;
	else if (is_text(signer, SCEP_OID_PKI_STATUS, "2"))
		reply->status = SCEP_FAILURE;
	else if (is_text(signer, SCEP_OID_PKI_STATUS, "3"))
		reply->status = SCEP_PENDING;
	else
		return bad("RFC 8894 3.2.1.3: pkiStatus is not 0, 2 or 3", err);
	if (reply->status == SCEP_FAILURE)
		read_failure(signer, reply);
	return RC_OK;
}

/* Where OpenSSL keeps single DES: a library of its own, for one envelope. */
struct old_library {
	OSSL_LIB_CTX *ctx; /* NULL: the one of everybody */
	OSSL_PROVIDER *legacy;
	OSSL_PROVIDER *standard;
};

static enum rc
old_library_open(struct old_library *old, struct err *err)
{
	old->ctx = OSSL_LIB_CTX_new();
	if (old->ctx == NULL)
		return err_set(err, RC_NOMEM, "CertRep: out of memory");
	old->legacy = OSSL_PROVIDER_load(old->ctx, "legacy");
	old->standard = OSSL_PROVIDER_load(old->ctx, "default");
	if (old->legacy == NULL || old->standard == NULL)
		return err_set(err, RC_CONFIG,
		    "allow-weak: OpenSSL's legacy provider is not installed");
	return RC_OK;
}

static void
old_library_close(struct old_library *old)
{
	if (old->legacy != NULL)
		(void)OSSL_PROVIDER_unload(old->legacy);
	if (old->standard != NULL)
		(void)OSSL_PROVIDER_unload(old->standard);
	OSSL_LIB_CTX_free(old->ctx);
}

/* Why CMS_decrypt failed, as far as that helps. */
static enum rc
explain_decrypt(bool allow_weak, struct err *err)
{
	bool is_unknown = false;

	for (unsigned long e = ERR_get_error(); e != 0; e = ERR_get_error())
		is_unknown |= ERR_GET_REASON(e) == ERR_R_UNSUPPORTED;
	if (!is_unknown)
		return bad("its envelope is for another key, or broken", err);
	return bad(allow_weak
		? "its envelope has a cipher that OpenSSL does not know"
		: "its envelope has a cipher that OpenSSL has given up, like DES: update "
		  "the CA; allow-weak = yes takes it",
	    err);
}

/* The content of an envelope for our key to out. */
static enum rc
open_envelope(const uint8_t *der, size_t len, const struct scep_exchange *exchange,
    const struct old_library *old, BIO *out, struct err *err)
{
	CMS_ContentInfo *cms = CMS_ContentInfo_new_ex(old->ctx, NULL);
	enum rc r = RC_OK;

	if (cms == NULL)
		return err_set(err, RC_NOMEM, "CertRep: out of memory");
	if (!read_cms(der, len, &cms) ||
	    OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_enveloped)
		r = bad("RFC 8894 3.2.2: not one EnvelopedData to the last byte", err);
	/* With the certificate: without, it would try every recipient. */
	else if (CMS_decrypt(cms, exchange->key->key, exchange->key->cert, NULL, out,
		     CMS_BINARY) != 1)
		r = explain_decrypt(exchange->allow_weak, err);
	CMS_ContentInfo_free(cms);
	return r;
}

/* What a BIO in memory holds; lent. */
static const uint8_t *
held(BIO *bio, size_t *ret_len)
{
	char *bytes = NULL;
	long len = BIO_get_mem_data(bio, &bytes);

	*ret_len = len > 0 ? (size_t)len : 0;
	return (const uint8_t *)bytes;
}

static enum rc
read_certificates(BIO *envelope, const struct scep_exchange *exchange, struct bag *bag,
    struct err *err)
{
	struct old_library old = { 0 };
	BIO *out = BIO_new(BIO_s_mem());
	const uint8_t *der = NULL;
	size_t len = 0;
	enum rc r = RC_OK;

	if (out == NULL)
		return err_set(err, RC_NOMEM, "CertRep: out of memory");
	if (exchange->allow_weak)
		r = old_library_open(&old, err);
	der = held(envelope, &len);
	if (r == RC_OK)
		r = open_envelope(der, len, exchange, &old, out, err);
	der = held(out, &len);
	if (r == RC_OK)
		r = bag_add_pkcs7(bag, der, len, err);
	BIO_free(out);
	old_library_close(&old);
	return r;
}

static enum rc
read_signed(CMS_ContentInfo *cms, const struct scep_exchange *exchange,
    struct scep_reply *reply, struct err *err)
{
	CMS_SignerInfo *signer = only_signer(cms);
	BIO *envelope = BIO_new(BIO_s_mem());
	enum rc r = RC_OK;

	if (envelope == NULL)
		r = err_set(err, RC_NOMEM, "CertRep: out of memory");
	else if (signer == NULL)
		r = bad("RFC 8894 3.2: not signed by exactly one", err);
	if (r == RC_OK)
		r = check_digest(signer, exchange->allow_weak, err);
	if (r == RC_OK)
		r = verify(cms, exchange, envelope, err);
	if (r == RC_OK)
		r = read_attributes(signer, exchange, reply, err);
	if (r == RC_OK && reply->status == SCEP_SUCCESS)
		r = read_certificates(envelope, exchange, &reply->bag, err);
	BIO_free(envelope);
	return r;
}

enum rc
scep_reply_read(const uint8_t *der, size_t len, const struct scep_exchange *exchange,
    struct scep_reply *ret_reply, struct err *err)
{
	struct scep_reply reply = { .fail_info = SCEP_NO_FAIL_INFO };
	CMS_ContentInfo *cms = NULL;
	enum rc r;

	if (!read_cms(der, len, &cms))
		r = bad("RFC 5652 3: not one ContentInfo to the last byte", err);
	else if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed)
		r = bad("RFC 8894 3.2: not SignedData", err);
	else
		r = read_signed(cms, exchange, &reply, err);
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
	if (r == RC_OK)
		*ret_reply = reply;
	else
		scep_reply_clear(&reply);
	return r;
}

void
scep_reply_explain(const struct scep_reply *reply, bool is_poll,
    struct ca_answer *answer)
{
	const char *colon = reply->words[0] == '\0' ? "" : ": ";
	int i = reply->fail_info;

	if (i == SCEP_NO_FAIL_INFO) {
		ca_answer_set(answer, CA_REJECTED,
		    "the CA refused and did not say why%s%s", colon, reply->words);
		return;
	}
	ca_answer_set(answer, is_poll ? failures[i].polled : failures[i].outcome,
	    "%s: %s%s%s", failures[i].name,
	    is_poll && failures[i].polled != failures[i].outcome
		? "the CA refused what it had taken"
		: failures[i].words,
	    colon, reply->words);
}
