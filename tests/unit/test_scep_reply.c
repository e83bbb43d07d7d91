/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/ca/scep_reply.c: CertReps made to measure, good ones and ones that are wrong
 * in a single place; and what each failure means.
 */
#include <stdlib.h>

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/provider.h>

#include "ca/scep_reply.h"
#include "made.h"
#include "unit.h"

#define NOW  INT64_C(1760000000)
#define DAY  INT64_C(86400)
#define HOST "pc01.example"

/* The CA, somebody else, and the one that asks. */
static struct {
	X509 *ca;
	X509 *other;
	X509 *leaf;
	struct scep_key key;
	struct scep_key other_key;
	uint8_t *csr;
	size_t csr_len;
	struct scep_exchange exchange;
	OSSL_LIB_CTX *old; /* that knows single DES */
	OSSL_PROVIDER *legacy;
	OSSL_PROVIDER *standard;
} lab;

/* What a CA puts into an answer. A zeroed member leaves its attribute out. */
struct recipe {
	const char *type;
	const char *id;
	const uint8_t *nonce;
	int nonce_len;
	const char *status;
	const char *fail_info;
	const char *words;
	enum made_kind signing_key;
	X509 *signer; /* NULL: nobody signs */
	X509 *second_signer;
	const EVP_MD *digest;
	X509 *recipient; /* NULL: no content at all */
	const EVP_CIPHER *cipher;
	const uint8_t *content; /* of the envelope; NULL: the leaf and its issuer */
	size_t content_len;
	bool is_bare; /* the content without envelope */
	bool has_two_statuses;
	size_t cut;
	bool has_more; /* bytes behind */
};

static int
lab_setup(void **state)
{
	struct made_recipe ca =
	    made_ca("Lab CA", MADE_RSA3072, NOW - DAY, NOW + 900 * DAY);
	struct made_recipe other =
	    made_ca("Other CA", MADE_RSA2048_OTHER, NOW - DAY, NOW + 900 * DAY);
	struct made_recipe leaf = { .subject = HOST,
		.san = "DNS:" HOST,
		.key = MADE_P384,
		.issuer_key = MADE_RSA3072,
		.version = 2,
		.not_before = NOW - DAY,
		.not_after = NOW + 90 * DAY };
	const struct made_request request = { .subject = HOST,
		.key = MADE_P384,
		.signing_key = MADE_P384 };
	struct err err = { 0 };

	(void)state;
	lab.old = OSSL_LIB_CTX_new();
	lab.legacy = OSSL_PROVIDER_load(lab.old, "legacy");
	lab.standard = OSSL_PROVIDER_load(lab.old, "default");
	assert_non_null(lab.legacy);
	assert_non_null(lab.standard);
	lab.ca = made_x509(&ca);
	lab.other = made_x509(&other);
	leaf.issuer = lab.ca;
	lab.leaf = made_x509(&leaf);
	lab.csr = made_csr(&request, &lab.csr_len);
	assert_rc(scep_key_make(lab.csr, lab.csr_len, NOW, &lab.key, &err), RC_OK,
	    &err);
	assert_rc(scep_key_make(lab.csr, lab.csr_len, NOW, &lab.other_key, &err), RC_OK,
	    &err);
	lab.exchange = (struct scep_exchange){ .type = SCEP_PKCS_REQ,
		.key = &lab.key,
		.recipient = lab.ca,
		.signers = sk_X509_new_null() };
	assert_true(sk_X509_push(lab.exchange.signers, lab.ca) > 0);
	assert_rc(scep_key_name(lab.csr, lab.csr_len, lab.exchange.id, &err), RC_OK,
	    &err);
	assert_rc(scep_exchange_renew(&lab.exchange, &err), RC_OK, &err);
	return 0;
}

static int
lab_teardown(void **state)
{
	assert_int_equal(OSSL_PROVIDER_unload(lab.legacy), 1);
	assert_int_equal(OSSL_PROVIDER_unload(lab.standard), 1);
	OSSL_LIB_CTX_free(lab.old);
	sk_X509_free(lab.exchange.signers);
	scep_key_clear(&lab.key);
	scep_key_clear(&lab.other_key);
	X509_free(lab.ca);
	X509_free(lab.other);
	X509_free(lab.leaf);
	free(lab.csr);
	return made_forget_keys(state);
}

static struct recipe
good(void)
{
	return (struct recipe){ .type = "3",
		.id = lab.exchange.id,
		.nonce = lab.exchange.nonce,
		.nonce_len = SCEP_NONCE_BYTES,
		.status = "0",
		.signing_key = MADE_RSA3072,
		.signer = lab.ca,
		.digest = EVP_sha256(),
		.recipient = lab.key.cert,
		.cipher = EVP_aes_128_cbc() };
}

/* Certs-only, as an answer carries it. Free with OPENSSL_free. */
static unsigned char *
make_certs(X509 *const *certs, size_t n, int *ret_len)
{
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_PARTIAL);
	unsigned char *der = NULL;

	assert_non_null(cms);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(CMS_add1_cert(cms, certs[i]), 1);
	*ret_len = i2d_CMS_ContentInfo(cms, &der);
	assert_true(*ret_len > 0);
	CMS_ContentInfo_free(cms);
	return der;
}

static BIO *
make_content(const struct recipe *recipe)
{
	X509 *const certs[] = { lab.ca, lab.leaf };
	STACK_OF(X509) *recipients = sk_X509_new_null();
	BIO *out = BIO_new(BIO_s_mem());
	CMS_ContentInfo *envelope = NULL;
	unsigned char *der = NULL;
	BIO *in = NULL;
	int len = 0;

	der = make_certs(certs, UNIT_COUNT(certs), &len);
	in = recipe->content == NULL
	    ? BIO_new_mem_buf(der, len)
	    : BIO_new_mem_buf(recipe->content, (int)recipe->content_len);
	if (recipe->is_bare) {
		assert_int_equal(BIO_write(out, der, len), len);
	} else if (recipe->recipient != NULL) {
		assert_true(sk_X509_push(recipients, recipe->recipient) > 0);
		envelope = CMS_encrypt_ex(recipients, in, recipe->cipher, CMS_BINARY,
		    lab.old, NULL);
		assert_non_null(envelope);
		assert_int_equal(i2d_CMS_bio(out, envelope), 1);
	}
	CMS_ContentInfo_free(envelope);
	sk_X509_free(recipients);
	OPENSSL_free(der);
	BIO_free(in);
	return out;
}

static void
add_attribute(CMS_SignerInfo *signer, const char *oid, int type, const void *bytes,
    size_t len)
{
	if (bytes != NULL)
		assert_int_equal(CMS_signed_add1_attr_by_txt(signer, oid, type, bytes,
				     (int)len),
		    1);
}

static void
add_text(CMS_SignerInfo *signer, const char *oid, int type, const char *text)
{
	add_attribute(signer, oid, type, text, text == NULL ? 0 : strlen(text));
}

static void
add_signer(CMS_ContentInfo *cms, const struct recipe *recipe, X509 *cert, EVP_PKEY *key)
{
	CMS_SignerInfo *signer = CMS_add1_signer(cms, cert, key, recipe->digest,
	    CMS_BINARY | CMS_PARTIAL | CMS_NOSMIMECAP);

	assert_non_null(signer);
	add_text(signer, SCEP_OID_MESSAGE_TYPE, V_ASN1_PRINTABLESTRING, recipe->type);
	add_text(signer, SCEP_OID_TRANSACTION_ID, V_ASN1_PRINTABLESTRING, recipe->id);
	add_text(signer, SCEP_OID_PKI_STATUS, V_ASN1_PRINTABLESTRING, recipe->status);
	if (recipe->has_two_statuses)
		add_text(signer, SCEP_OID_PKI_STATUS, V_ASN1_PRINTABLESTRING, "2");
	add_text(signer, SCEP_OID_FAIL_INFO, V_ASN1_PRINTABLESTRING, recipe->fail_info);
	add_text(signer, SCEP_OID_FAIL_INFO_TEXT, V_ASN1_UTF8STRING, recipe->words);
	add_attribute(signer, SCEP_OID_RECIPIENT_NONCE, V_ASN1_OCTET_STRING,
	    recipe->nonce, (size_t)recipe->nonce_len);
}

/* The DER of an answer. Free with free(). */
static uint8_t *
make_reply(const struct recipe *recipe, size_t *ret_len)
{
	const unsigned int flags = CMS_BINARY | CMS_PARTIAL | CMS_STREAM;
	bool is_detached = recipe->recipient == NULL && !recipe->is_bare;
	CMS_ContentInfo *cms =
	    CMS_sign(NULL, NULL, NULL, NULL, flags | (is_detached ? CMS_DETACHED : 0));
	BIO *content = make_content(recipe);
	unsigned char *der = NULL;
	uint8_t *copy = NULL;
	int len = 0;

	assert_non_null(cms);
	if (recipe->signer != NULL)
		add_signer(cms, recipe, recipe->signer, made_key(recipe->signing_key));
	if (recipe->second_signer != NULL)
		add_signer(cms, recipe, recipe->second_signer,
		    made_key(MADE_RSA2048_OTHER));
	/* Certificates only: nobody signs those, nor has OpenSSL them signed. */
	if (recipe->signer != NULL)
		assert_int_equal(CMS_final(cms, content, NULL, CMS_BINARY), 1);
	else
		assert_int_equal(CMS_add1_cert(cms, lab.leaf), 1);
	len = i2d_CMS_ContentInfo(cms, &der);
	assert_true(len > 0);
	copy = calloc(1, (size_t)len + 1);
	memcpy(copy, der, (size_t)len);
	*ret_len = (size_t)len - recipe->cut + (recipe->has_more ? 1 : 0);
	OPENSSL_free(der);
	BIO_free(content);
	CMS_ContentInfo_free(cms);
	return copy;
}

static enum rc
read_reply(const struct recipe *recipe, struct scep_reply *reply, struct err *err)
{
	size_t len = 0;
	uint8_t *der = make_reply(recipe, &len);
	enum rc r = scep_reply_read(der, len, &lab.exchange, reply, err);

	free(der);
	assert_int_equal(ERR_peek_error(), 0);
	return r;
}

static void
a_good_answer_gives_its_certificates(void **state)
{
	const EVP_MD *const digests[] = { EVP_sha256(), EVP_sha384(), EVP_sha512() };
	const EVP_CIPHER *const ciphers[] = { EVP_aes_128_cbc(), EVP_aes_256_cbc(),
		EVP_des_ede3_cbc() };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(digests); i++) {
		struct ca_answer answer = { 0 };
		struct scep_reply reply = { 0 };
		struct recipe recipe = good();
		struct err err = { 0 };

		recipe.digest = digests[i];
		recipe.cipher = ciphers[i];
		assert_rc(read_reply(&recipe, &reply, &err), RC_OK, &err);
		assert_int_equal(reply.status, SCEP_SUCCESS);
		assert_int_equal(reply.bag.n, 2);
		assert_rc(bag_answer(&reply.bag, lab.csr, lab.csr_len, &answer, &err),
		    RC_OK, &err);
		assert_int_equal(answer.outcome, CA_ISSUED);
		assert_string_equal(answer.leaf->subject, "CN=" HOST);
		ca_answer_clear(&answer);
		scep_reply_clear(&reply);
	}
}

/* An answer without certificates has no content, or an empty one. */
static void
an_answer_may_have_no_envelope(void **state)
{
	static const char *const statuses[] = { "2", "3" };

	(void)state;
	for (size_t i = 0; i < 2 * UNIT_COUNT(statuses); i++) {
		struct scep_reply reply = { 0 };
		struct recipe recipe = good();
		struct err err = { 0 };

		recipe.status = statuses[i / 2];
		recipe.fail_info = i / 2 == 0 ? "4" : NULL;
		if (i % 2 == 0)
			recipe.recipient = NULL;
		assert_rc(read_reply(&recipe, &reply, &err), RC_OK, &err);
		assert_int_equal(reply.status,
		    i / 2 == 0 ? SCEP_FAILURE : SCEP_PENDING);
		assert_int_equal(reply.fail_info, i / 2 == 0 ? 4 : SCEP_NO_FAIL_INFO);
		assert_int_equal(reply.bag.n, 0);
		scep_reply_clear(&reply);
	}
}

static void
truncated(struct recipe *recipe)
{
	recipe->cut = 1;
}

static void
halved(struct recipe *recipe)
{
	recipe->cut = 600;
}

static void
with_bytes_behind(struct recipe *recipe)
{
	recipe->has_more = true;
}

static void
signed_by_nobody(struct recipe *recipe)
{
	recipe->signer = NULL;
}

static void
signed_by_two(struct recipe *recipe)
{
	recipe->second_signer = lab.other;
}

static void
signed_by_another(struct recipe *recipe)
{
	recipe->signer = lab.other;
	recipe->signing_key = MADE_RSA2048_OTHER;
}

static void
signed_by_ourselves(struct recipe *recipe)
{
	recipe->signer = lab.leaf;
	recipe->signing_key = MADE_P384;
}

static void
of_md5(struct recipe *recipe)
{
	recipe->digest = EVP_md5();
}

static void
of_sha1(struct recipe *recipe)
{
	recipe->digest = EVP_sha1();
}

static void
of_des(struct recipe *recipe)
{
	recipe->cipher = EVP_des_cbc();
}

static void
a_request(struct recipe *recipe)
{
	recipe->type = "19";
}

static void
without_type(struct recipe *recipe)
{
	recipe->type = NULL;
}

static void
of_another_transaction(struct recipe *recipe)
{
	recipe->id = "0000000000000000000000000000000000000000";
}

static void
of_part_of_the_transaction(struct recipe *recipe)
{
	recipe->id = "0";
}

static void
without_transaction(struct recipe *recipe)
{
	recipe->id = NULL;
}

static void
to_another_message(struct recipe *recipe)
{
	static const uint8_t nonce[SCEP_NONCE_BYTES];

	recipe->nonce = nonce;
}

static void
with_half_a_nonce(struct recipe *recipe)
{
	recipe->nonce_len = SCEP_NONCE_BYTES / 2;
}

static void
without_nonce(struct recipe *recipe)
{
	recipe->nonce = NULL;
}

static void
of_no_status(struct recipe *recipe)
{
	recipe->status = "1";
}

static void
of_two_statuses(struct recipe *recipe)
{
	recipe->has_two_statuses = true;
}

static void
without_status(struct recipe *recipe)
{
	recipe->status = NULL;
}

static void
for_another(struct recipe *recipe)
{
	recipe->recipient = lab.other_key.cert;
}

static void
without_envelope(struct recipe *recipe)
{
	recipe->recipient = NULL;
}

static void
in_the_open(struct recipe *recipe)
{
	recipe->is_bare = true;
}

static void
of_junk(struct recipe *recipe)
{
	recipe->content = (const uint8_t *)"\x30\x03junk";
	recipe->content_len = 6;
}

static void
of_nothing(struct recipe *recipe)
{
	recipe->content = (const uint8_t *)"";
	recipe->content_len = 0;
}

static const struct {
	const char *what;
	void (*spoil)(struct recipe *recipe);
	const char *words;
} bad[] = {
	{ "truncated", truncated, "not one ContentInfo to the last byte" },
	{ "halved", halved, "not one ContentInfo to the last byte" },
	{ "bytes behind", with_bytes_behind, "not one ContentInfo to the last byte" },
	{ "signed by nobody", signed_by_nobody, "not signed by exactly one" },
	{ "signed by two", signed_by_two, "not signed by exactly one" },
	{ "signed by another", signed_by_another, "not signed by a certificate" },
	{ "signed by the new key", signed_by_ourselves, "not signed by a certificate" },
	{ "MD5", of_md5, "not signed with SHA-2" },
	{ "SHA-1", of_sha1, "signed with SHA-1: update the CA" },
	{ "DES", of_des, "a cipher that OpenSSL has given up" },
	{ "a request", a_request, "messageType is not CertRep" },
	{ "no type", without_type, "messageType is not CertRep" },
	{ "another transaction", of_another_transaction, "of another transaction" },
	{ "half a transaction", of_part_of_the_transaction, "of another transaction" },
	{ "no transaction", without_transaction, "of another transaction" },
	{ "another nonce", to_another_message, "is not our senderNonce" },
	{ "half a nonce", with_half_a_nonce, "is not our senderNonce" },
	{ "no nonce", without_nonce, "is not our senderNonce" },
	{ "status 1", of_no_status, "pkiStatus is not 0, 2 or 3" },
	{ "two statuses", of_two_statuses, "pkiStatus is not 0, 2 or 3" },
	{ "no status", without_status, "pkiStatus is not 0, 2 or 3" },
	{ "for another", for_another, "for another key, or broken" },
	{ "no envelope", without_envelope, "not one EnvelopedData" },
	{ "in the open", in_the_open, "not one EnvelopedData" },
	{ "junk", of_junk, "PKCS#7: not one ContentInfo" },
	{ "nothing", of_nothing, "PKCS#7: not one ContentInfo" },
};

static void
an_answer_that_is_wrong_in_one_place_is_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(bad); i++) {
		struct scep_reply reply = { 0 };
		struct recipe recipe = good();
		struct err err = { 0 };

		bad[i].spoil(&recipe);
		if (read_reply(&recipe, &reply, &err) != RC_FORMAT)
			fail_msg("%s: %s", bad[i].what, err.text);
		assert_has(err.text, bad[i].words);
		assert_int_equal(reply.bag.n, 0);
	}
}

/* What an operator allows for an old server, and what not. */
static void
weak_answers_pass_where_they_may(void **state)
{
	struct scep_reply reply = { 0 };
	struct recipe recipe = good();
	struct err err = { 0 };

	(void)state;
	lab.exchange.allow_weak = true;
	of_sha1(&recipe);
	of_des(&recipe);
	assert_rc(read_reply(&recipe, &reply, &err), RC_OK, &err);
	assert_int_equal(reply.bag.n, 2);
	scep_reply_clear(&reply);
	of_md5(&recipe);
	assert_rc(read_reply(&recipe, &reply, &err), RC_FORMAT, &err);
	lab.exchange.allow_weak = false;
}

static void
other_bytes_are_no_answer(void **state)
{
	static const uint8_t data[] = { 0x30, 0x0f, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
		0xf7, 0x0d, 0x01, 0x07, 0x01, 0xa0, 0x02, 0x04, 0x00 };
	struct scep_reply reply = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_rc(scep_reply_read(data, 0, &lab.exchange, &reply, &err), RC_FORMAT,
	    &err);
	err_clear(&err);
	assert_rc(scep_reply_read(data, sizeof(data), &lab.exchange, &reply, &err),
	    RC_FORMAT, &err);
	assert_has(err.text, "not SignedData");
}

static const struct {
	const char *fail_info;
	const char *words;
	enum ca_outcome outcome;
	enum ca_outcome polled;
	const char *text;
} failures[] = {
	{ "0", NULL, CA_CONFIG, CA_CONFIG, "badAlg: the CA takes no AES-128" },
	{ "1", NULL, CA_BADANSWER, CA_BADANSWER, "badMessageCheck: the CA cannot" },
	{ "2", NULL, CA_AUTH, CA_REJECTED, "badRequest: " },
	{ "2", "by \n| policy", CA_AUTH, CA_REJECTED, ": by \\x0a| policy" },
	{ "3", NULL, CA_CONFIG, CA_CONFIG, "badTime: the clock" },
	{ "4", NULL, CA_REJECTED, CA_REJECTED, "badCertId: " },
	{ "5", NULL, CA_REJECTED, CA_REJECTED, "did not say why" },
	{ "22", "x", CA_REJECTED, CA_REJECTED, "did not say why: x" },
	{ NULL, NULL, CA_REJECTED, CA_REJECTED, "did not say why" },
};

static void
each_failure_has_an_outcome(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(failures); i++) {
		struct ca_answer answer = { 0 };
		struct scep_reply reply = { 0 };
		struct recipe recipe = good();
		struct err err = { 0 };

		recipe.status = "2";
		recipe.recipient = NULL;
		recipe.fail_info = failures[i].fail_info;
		recipe.words = failures[i].words;
		assert_rc(read_reply(&recipe, &reply, &err), RC_OK, &err);
		scep_reply_explain(&reply, false, &answer);
		assert_int_equal(answer.outcome, failures[i].outcome);
		assert_has(answer.text, failures[i].text);
		scep_reply_explain(&reply, true, &answer);
		assert_int_equal(answer.outcome, failures[i].polled);
		assert_has(answer.text,
		    failures[i].words == NULL ? "" : failures[i].text);
		scep_reply_clear(&reply);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_answer_gives_its_certificates),
		cmocka_unit_test(an_answer_may_have_no_envelope),
		cmocka_unit_test(an_answer_that_is_wrong_in_one_place_is_none),
		cmocka_unit_test(weak_answers_pass_where_they_may),
		cmocka_unit_test(other_bytes_are_no_answer),
		cmocka_unit_test(each_failure_has_an_outcome),
	};

	return cmocka_run_group_tests(tests, lab_setup, lab_teardown);
}
