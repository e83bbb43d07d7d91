/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/ca/scep.c, scep_key.c and scep_message.c: what a section may say, and what our
 * messages look like to a CA.
 */
#include <stdlib.h>

#include <openssl/cms.h>
#include <openssl/err.h>

#include "base/buf.h"
#include "ca/ca.h"
#include "ca/scep_message.h"
#include "folder.h"
#include "made.h"
#include "policy/config.h"
#include "unit.h"

#define NOW  INT64_C(1760000000)
#define DAY  INT64_C(86400)
#define HOST "pc01.example"

enum {
	TEXT_MAX = 4096,
};

static uint8_t *
make_request(enum made_kind key, size_t *ret_len)
{
	const struct made_request request = { .subject = HOST,
		.key = key,
		.signing_key = key };

	return made_csr(&request, ret_len);
}

/* The key of one request. */

static void
a_key_has_the_name_of_the_request_and_outlives_it(void **state)
{
	static const enum made_kind kinds[] = { MADE_RSA2048, MADE_P384 };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(kinds); i++) {
		struct scep_key key = { 0 };
		struct err err = { 0 };
		size_t len = 0;
		uint8_t *csr = make_request(kinds[i], &len);
		struct cert *cert = NULL;

		assert_rc(scep_key_make(csr, len, NOW, &key, &err), RC_OK, &err);
		cert = made_parse(key.cert);
		assert_string_equal(cert->subject, "CN=" HOST);
		assert_true(cert->is_self_issued);
		assert_int_equal(cert->key_kind, CERT_KEY_RSA);
		assert_int_equal(cert->key_bits, 2048);
		assert_string_equal(cert->signature_digest, "sha256");
		assert_true(cert->has_key_usage);
		assert_true(cert->can_sign_digitally && cert->can_encipher_keys);
		assert_true(cert->not_before < NOW);
		/* A request that a person forgot is polled for long. */
		assert_true(cert->not_after > NOW + 100 * DAY);
		assert_int_equal(X509_verify(key.cert, key.key), 1);
		cert_free(cert);
		scep_key_clear(&key);
		free(csr);
	}
}

/* The cookie of a new key, which stays the caller's. */
static void
write_key(const struct scep_key *key, struct buf *cookie)
{
	struct err err = { 0 };

	buf_init(cookie, SCEP_COOKIE_MAX_BYTES);
	assert_rc(scep_key_write(key, cookie, &err), RC_OK, &err);
}

static struct scep_key
new_key(void)
{
	struct scep_key key = { 0 };
	struct err err = { 0 };
	size_t len = 0;
	uint8_t *csr = make_request(MADE_P384, &len);

	assert_rc(scep_key_make(csr, len, NOW, &key, &err), RC_OK, &err);
	free(csr);
	return key;
}

static void
assert_lost(const struct buf *cookie, size_t len)
{
	struct scep_key back = { 0 };
	struct err err = { 0 };

	assert_rc(scep_key_read((const uint8_t *)buf_str(cookie), len, &back, &err),
	    RC_INTERNAL, &err);
	assert_has(err.text, "the key of the pending request is lost");
	assert_null(back.key);
	assert_int_equal(ERR_peek_error(), 0);
}

static void
a_key_goes_with_the_cookie(void **state)
{
	struct scep_key key = new_key();
	struct scep_key back = { 0 };
	struct err err = { 0 };
	struct buf cookie;

	(void)state;
	write_key(&key, &cookie);
	assert_rc(scep_key_read((const uint8_t *)buf_str(&cookie), cookie.len, &back,
		      &err),
	    RC_OK, &err);
	assert_int_equal(EVP_PKEY_eq(back.key, key.key), 1);
	assert_int_equal(X509_cmp(back.cert, key.cert), 0);
	for (size_t n = 0; n < cookie.len; n += 97)
		assert_lost(&cookie, n);
	buf_wipe(&cookie);
	scep_key_clear(&back);
	scep_key_clear(&key);
}

static void
a_cookie_is_of_one_key(void **state)
{
	struct scep_key key = new_key();
	struct scep_key other = new_key();
	struct buf cookie;

	(void)state;
	X509_free(other.cert);
	other.cert = X509_dup(key.cert);
	write_key(&other, &cookie);
	assert_lost(&cookie, cookie.len);
	buf_wipe(&cookie);
	scep_key_clear(&other);
	scep_key_clear(&key);
}

static void
a_transaction_is_named_by_the_key_of_the_request(void **state)
{
	char ids[3][SCEP_ID_SIZE];
	struct err err = { 0 };
	struct scep_key key = { 0 };
	size_t len = 0;
	uint8_t *csr = make_request(MADE_P384, &len);
	size_t other_len = 0;
	uint8_t *other = make_request(MADE_P384_OTHER, &other_len);

	(void)state;
	assert_rc(scep_key_name(csr, len, ids[0], &err), RC_OK, &err);
	assert_rc(scep_key_name(csr, len, ids[1], &err), RC_OK, &err);
	assert_rc(scep_key_name(other, other_len, ids[2], &err), RC_OK, &err);
	assert_int_equal(strlen(ids[0]), SCEP_ID_SIZE - 1);
	assert_int_equal(strspn(ids[0], "0123456789ABCDEF"), SCEP_ID_SIZE - 1);
	assert_string_equal(ids[0], ids[1]);
	assert_string_not_equal(ids[0], ids[2]);
	/* It must fit where programs keep it. */
	assert_true(sizeof(ids[0]) <= sizeof(((struct ca_answer *)NULL)->request_id));
	assert_rc(scep_key_name(csr, len - 1, ids[0], &err), RC_INTERNAL, &err);
	err_clear(&err);
	assert_rc(scep_key_make(csr, len - 1, NOW, &key, &err), RC_INTERNAL, &err);
	free(other);
	free(csr);
}

/* Our messages, as a CA reads them. */

static BIO *
bio_of(const void *bytes, size_t len)
{
	BIO *bio = BIO_new_mem_buf(bytes, (int)len);

	assert_non_null(bio);
	return bio;
}

/* The text or bytes of a signed attribute that stands there once. */
static void
assert_attribute(CMS_SignerInfo *signer, const char *oid, int type, const void *bytes,
    size_t len)
{
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
	const ASN1_STRING *value =
	    CMS_signed_get0_data_by_OBJ(signer, object, -3, type);

	assert_non_null(value);
	assert_int_equal(ASN1_STRING_length(value), len);
	assert_memory_equal(ASN1_STRING_get0_data(value), bytes, len);
	ASN1_OBJECT_free(object);
}

static void
a_message_says_what_it_should_to_the_ca_alone(void **state)
{
	struct made_recipe ca = made_ca("Lab CA", MADE_RSA3072, NOW, NOW + DAY);
	struct scep_key key = { 0 };
	struct scep_exchange exchange = { .type = SCEP_PKCS_REQ, .key = &key };
	CMS_ContentInfo *message = NULL, *envelope = NULL;
	CMS_SignerInfo *signer = NULL;
	struct err err = { 0 };
	X509_ALGOR *digest = NULL;
	size_t csr_len = 0, len = 0;
	uint8_t *csr = make_request(MADE_P384, &csr_len);
	uint8_t *der = NULL;
	BIO *in = NULL, *out = BIO_new(BIO_s_mem()), *plain = BIO_new(BIO_s_mem());
	char *bytes = NULL;

	(void)state;
	exchange.recipient = made_x509(&ca);
	assert_rc(scep_key_make(csr, csr_len, NOW, &key, &err), RC_OK, &err);
	assert_rc(scep_key_name(csr, csr_len, exchange.id, &err), RC_OK, &err);
	assert_rc(scep_exchange_renew(&exchange, &err), RC_OK, &err);
	assert_rc(scep_message_build(&exchange, csr, csr_len, &der, &len, &err), RC_OK,
	    &err);
	assert_null(memmem(der, len, csr, csr_len));
	in = bio_of(der, len);
	message = d2i_CMS_bio(in, NULL);
	assert_non_null(message);
	/* The certificate comes with it; it is its own authority. */
	assert_int_equal(CMS_verify(message, NULL, NULL, NULL, out,
			     CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY),
	    1);
	assert_int_equal(sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(message)), 1);
	signer = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(message), 0);
	assert_int_equal(CMS_SignerInfo_cert_cmp(signer, key.cert), 0);
	CMS_SignerInfo_get0_algs(signer, NULL, NULL, &digest, NULL);
	assert_int_equal(OBJ_obj2nid(digest->algorithm), NID_sha256);
	assert_attribute(signer, SCEP_OID_MESSAGE_TYPE, V_ASN1_PRINTABLESTRING, "19",
	    2);
	assert_attribute(signer, SCEP_OID_TRANSACTION_ID, V_ASN1_PRINTABLESTRING,
	    exchange.id, SCEP_ID_SIZE - 1);
	assert_attribute(signer, SCEP_OID_SENDER_NONCE, V_ASN1_OCTET_STRING,
	    exchange.nonce, SCEP_NONCE_BYTES);
	envelope = d2i_CMS_bio(out, NULL);
	assert_non_null(envelope);
	assert_int_equal(CMS_decrypt(envelope, made_key(MADE_RSA3072),
			     exchange.recipient, NULL, plain, CMS_BINARY),
	    1);
	assert_int_equal(BIO_get_mem_data(plain, &bytes), csr_len);
	assert_memory_equal(bytes, csr, csr_len);
	CMS_ContentInfo_free(envelope);
	CMS_ContentInfo_free(message);
	BIO_free(plain);
	BIO_free(out);
	BIO_free(in);
	OPENSSL_free(der);
	X509_free(exchange.recipient);
	scep_key_clear(&key);
	free(csr);
}

static void
each_message_has_a_nonce_of_its_own(void **state)
{
	struct scep_exchange a = { 0 }, b = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_rc(scep_exchange_renew(&a, &err), RC_OK, &err);
	assert_rc(scep_exchange_renew(&b, &err), RC_OK, &err);
	assert_memory_not_equal(a.nonce, b.nonce, sizeof(a.nonce));
}

/* SEQUENCE { issuer Name, subject Name }, with a length of one byte and of two. */
static void
a_poll_names_issuer_and_subject(void **state)
{
	static const char *const subjects[] = { HOST,
		"a-rather-long-name-for-a-host.in-a-domain-that-is-long.example" };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(subjects); i++) {
		struct made_recipe ca = made_ca("Lab CA", MADE_P384, NOW, NOW + DAY);
		struct made_recipe leaf =
		    made_ca(subjects[i], MADE_P384, NOW, NOW + DAY);
		X509 *issuer = made_x509(&ca);
		X509 *subject = made_x509(&leaf);
		X509_NAME *first = NULL, *second = NULL;
		struct err err = { 0 };
		uint8_t *der = NULL;
		const unsigned char *p = NULL;
		size_t len = 0;
		long body = 0;
		int tag = 0, class = 0;

		assert_rc(scep_message_names(X509_get_subject_name(issuer),
			      X509_get_subject_name(subject), &der, &len, &err),
		    RC_OK, &err);
		p = der;
		assert_int_equal(ASN1_get_object(&p, &body, &tag, &class, (long)len),
		    V_ASN1_CONSTRUCTED);
		assert_int_equal(tag, V_ASN1_SEQUENCE);
		assert_ptr_equal(p + body, der + len);
		first = d2i_X509_NAME(NULL, &p, der + len - p);
		second = d2i_X509_NAME(NULL, &p, der + len - p);
		assert_ptr_equal(p, der + len);
		assert_int_equal(X509_NAME_cmp(first, X509_get_subject_name(issuer)),
		    0);
		assert_int_equal(X509_NAME_cmp(second, X509_get_subject_name(subject)),
		    0);
		X509_NAME_free(first);
		X509_NAME_free(second);
		OPENSSL_free(der);
		X509_free(issuer);
		X509_free(subject);
	}
}

/* The section. */

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define PLAIN "url = http://a.test/scep\nplain-allowed = yes\n"

static const struct {
	const char *lines;
	const char *words; /* NULL: taken */
} section_rows[] = {
	/* clang-format off */
	{ PLAIN, NULL },
	{ "url = https://a.test/certsrv/mscep/mscep.dll\n", NULL },
	{ "url = https://a.test\nauth = basic\nlogname = x\nsecret-file = SECRET\n", NULL },
	{ PLAIN "allow-weak = yes\nca-ident = Sub%20CA\npoll = 10m\nchallenge-file = SECRET\n", NULL },
	{ PLAIN "ca-fingerprint = sha256:" ZEROS "\n", NULL },
	{ PLAIN "ca-fingerprint = SHA256:" ZEROS ", sha256:" ZEROS "\n", NULL },
	{ "", "no key url" },
	{ "url = http://a.test\n", "only together with plain-allowed = yes" },
	{ PLAIN "auth = basic\n", "no login over http://" },
	{ "url = https://a.test\nauth = negotiate\n", "auth: not one that this backend knows" },
	{ PLAIN "allow-weak = maybe\n", "lab.conf:6: allow-weak: neither yes nor no" },
	{ PLAIN "ca-ident = a b\n", "lab.conf:6: ca-ident: not as it stands in a URL" },
	{ PLAIN "ca-ident = a&b\n", "ca-ident: not as it stands" },
	{ PLAIN "poll = 0s\n", "poll: of no length" },
	{ PLAIN "poll = 2d\n", "poll: " },
	{ PLAIN "ca-fingerprint = ,\n", "ca-fingerprint: no fingerprint" },
	{ PLAIN "ca-fingerprint = " ZEROS "\n", "lab.conf:6: ca-fingerprint: not sha256: and 64" },
	{ PLAIN "ca-fingerprint = sha1:" ZEROS "\n", "not sha256: and 64 hex digits" },
	{ PLAIN "ca-fingerprint = sha256:" ZEROS "0\n", "not sha256: and 64 hex digits" },
	{ PLAIN "ca-fingerprint = sha256:g" ZEROS "\n", "not sha256: and 64 hex digits" },
	{ PLAIN "chain-file = SECRET\n", "secret" },
	{ PLAIN "template = x\n", "lab.conf:6: [ca lab]: unknown key for backend scep: template" },
	/* clang-format on */
};

/* A section with a good trust-anchor and these lines; SECRET is a file. */
static enum rc
open_lines(const struct folder *folder, const char *lines, struct err *err)
{
	const char *mark = strstr(lines, "SECRET");
	struct conf *conf = NULL;
	struct ca *ca = NULL;
	struct buf text;
	enum rc r;

	buf_init(&text, TEXT_MAX);
	(void)buf_addf(&text, "[ca lab]\nbackend = scep\ntrust-anchor = %s\n",
	    folder_file(folder, "root.pem"));
	(void)buf_add(&text, lines,
	    mark == NULL ? strlen(lines) : (size_t)(mark - lines));
	if (mark != NULL)
		(void)buf_addf(&text, "%s%s", folder_file(folder, "secret"),
		    mark + strlen("SECRET"));
	assert_rc(conf_parse("lab.conf", buf_str(&text), text.len, config_rules, &conf,
		      err),
	    RC_OK, err);
	r = ca_open(conf, "lab", &ca, err);
	ca_close(ca);
	conf_free(conf);
	buf_clear(&text);
	return r;
}

static void
put_files(const struct folder *folder, const char *secret)
{
	struct made_recipe recipe = made_ca("Lab CA", MADE_P384, NOW - DAY, NOW + DAY);
	X509 *root = made_x509(&recipe);

	made_put_cert(folder_file(folder, "root.pem"), root);
	folder_put(folder_file(folder, "secret"), secret, strlen(secret));
	X509_free(root);
}

static void
a_section_is_read_to_the_last_key(void **state)
{
	put_files(*state, "s3cret\n");
	for (size_t i = 0; i < UNIT_COUNT(section_rows); i++) {
		struct err err = { 0 };
		enum rc r = open_lines(*state, section_rows[i].lines, &err);

		if (r != (section_rows[i].words == NULL ? RC_OK : RC_CONFIG))
			fail_msg("row %zu: %s: %s", i, rc_text(r), err.text);
		assert_has(err.text,
		    section_rows[i].words == NULL ? "" : section_rows[i].words);
	}
}

static void
a_challenge_is_not_longer_than_a_request_takes(void **state)
{
	char challenge[CSR_CHALLENGE_MAX_BYTES + 2] = "";
	struct err err = { 0 };

	memset(challenge, 'x', CSR_CHALLENGE_MAX_BYTES);
	put_files(*state, challenge);
	assert_rc(open_lines(*state, PLAIN "challenge-file = SECRET\n", &err), RC_OK,
	    &err);
	challenge[CSR_CHALLENGE_MAX_BYTES] = 'x';
	put_files(*state, challenge);
	assert_rc(open_lines(*state, PLAIN "challenge-file = SECRET\n", &err),
	    RC_CONFIG, &err);
	assert_has(err.text, "challenge-file: a challenge has at most 255 bytes");
	assert_null(strstr(err.text, "xxx"));
}

int
main(void)
{
#define IN_FOLDER(test) \
	cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_has_the_name_of_the_request_and_outlives_it),
		cmocka_unit_test(a_key_goes_with_the_cookie),
		cmocka_unit_test(a_cookie_is_of_one_key),
		cmocka_unit_test(a_transaction_is_named_by_the_key_of_the_request),
		cmocka_unit_test(a_message_says_what_it_should_to_the_ca_alone),
		cmocka_unit_test(each_message_has_a_nonce_of_its_own),
		cmocka_unit_test(a_poll_names_issuer_and_subject),
		IN_FOLDER(a_section_is_read_to_the_last_key),
		IN_FOLDER(a_challenge_is_not_longer_than_a_request_takes),
	};

	return cmocka_run_group_tests(tests, NULL, made_forget_keys);
}
