/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/x509/csr.c and csr_key.c: the request as OpenSSL reads it, and every way in
 * which what comes back may be wrong.
 */
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "make_cert.h"
#include "torture.h"
#include "unit.h"
#include "x509/csr.h"

struct bytes {
	uint8_t *der;
	size_t len;
};

/* What i2d_...() returned, in memory that free() takes. */
static struct bytes
own(unsigned char *der, int len)
{
	struct bytes bytes = { NULL, (size_t)len };

	assert_true(len > 0);
	bytes.der = malloc(bytes.len);
	assert_non_null(bytes.der);
	memcpy(bytes.der, der, bytes.len);
	OPENSSL_free(der);
	return bytes;
}

static struct bytes
spki_of(EVP_PKEY *key)
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(key, &der);

	return own(der, len);
}

/* RSAPublicKey, as older firmware lists it. */
static struct bytes
pkcs1_of(EVP_PKEY *key)
{
	unsigned char *der = NULL;
	int len = i2d_PublicKey(key, &der);

	return own(der, len);
}

static const char *const further_names[] = { "pc1", "PC1.example", "pc1" };

static const struct csr_profile server = {
	.common_name = "pc1.example",
	.dns_names = further_names,
	.n_dns_names = 3,
	.eku = CERT_EKU_SERVER_AUTH,
};

static struct bytes
build(const struct bytes *spki, const char *digest)
{
	struct bytes csr = { NULL, 0 };
	struct err err = { 0 };

	assert_rc(csr_build(&server, spki->der, spki->len, digest, &csr.der, &csr.len,
		      &err),
	    RC_OK, &err);
	return csr;
}

/* What the firmware does: sign the information as it stands with its own key. */
static struct bytes
sign(const struct bytes *sent, EVP_PKEY *key, const char *digest)
{
	const unsigned char *p = sent->der;
	X509_REQ *req = d2i_X509_REQ(NULL, &p, (long)sent->len);
	unsigned char *der = NULL;
	int len;

	assert_non_null(req);
	assert_true(X509_REQ_sign(req, key, EVP_get_digestbyname(digest)) > 0);
	len = i2d_X509_REQ(req, &der);
	X509_REQ_free(req);
	return own(der, len);
}

struct kind_case {
	const char *key;
	const char *digest;
	int digest_nid;
	uint32_t usage;
};

static const struct kind_case kinds[] = {
	{ "rsa2048", "sha256", NID_sha256, KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT },
	{ "p384", "sha384", NID_sha384, KU_DIGITAL_SIGNATURE },
};

static void
assert_names(STACK_OF(X509_EXTENSION) *extensions)
{
	GENERAL_NAMES *names;
	int critical = -1;

	names = X509V3_get_d2i(extensions, NID_subject_alt_name, &critical, NULL);
	assert_int_equal(critical, 0);
	assert_int_equal(sk_GENERAL_NAME_num(names), 2);
	assert_int_equal(sk_GENERAL_NAME_value(names, 0)->type, GEN_DNS);
	assert_string_equal(ASN1_STRING_get0_data(
				sk_GENERAL_NAME_value(names, 0)->d.dNSName),
	    "pc1.example");
	assert_string_equal(ASN1_STRING_get0_data(
				sk_GENERAL_NAME_value(names, 1)->d.dNSName),
	    "pc1");
	GENERAL_NAMES_free(names);
}

static void
assert_usages(STACK_OF(X509_EXTENSION) *extensions, uint32_t usage)
{
	EXTENDED_KEY_USAGE *purposes;
	ASN1_BIT_STRING *bits;
	int critical = -1;

	purposes = X509V3_get_d2i(extensions, NID_ext_key_usage, &critical, NULL);
	assert_int_equal(sk_ASN1_OBJECT_num(purposes), 1);
	assert_int_equal(OBJ_obj2nid(sk_ASN1_OBJECT_value(purposes, 0)),
	    NID_server_auth);
	EXTENDED_KEY_USAGE_free(purposes);
	bits = X509V3_get_d2i(extensions, NID_key_usage, &critical, NULL);
	assert_int_equal(critical, 1);
	assert_int_equal(ASN1_STRING_length(bits), 1);
	assert_int_equal(ASN1_STRING_get0_data(bits)[0], usage);
	ASN1_BIT_STRING_free(bits);
}

static void
a_request_says_what_the_profile_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(kinds); i++) {
		EVP_PKEY *key = make_key(kinds[i].key, 0);
		struct bytes spki = spki_of(key);
		struct bytes csr = build(&spki, kinds[i].digest);
		const unsigned char *p = csr.der;
		X509_REQ *req = d2i_X509_REQ(NULL, &p, (long)csr.len);
		STACK_OF(X509_EXTENSION) *extensions;
		char cn[65] = "";
		int digest = NID_undef, kind = NID_undef;

		assert_non_null(req);
		assert_ptr_equal(p, csr.der + csr.len);
		assert_int_equal(X509_REQ_get_version(req), X509_REQ_VERSION_1);
		assert_int_equal(X509_NAME_entry_count(X509_REQ_get_subject_name(req)),
		    1);
		assert_int_equal(X509_NAME_get_text_by_NID(X509_REQ_get_subject_name(
							       req),
				     NID_commonName, cn, sizeof(cn)),
		    11);
		assert_string_equal(cn, "pc1.example");
		assert_int_equal(EVP_PKEY_eq(X509_REQ_get0_pubkey(req), key), 1);
		assert_int_equal(X509_REQ_get_attr_count(req), 1);
		extensions = X509_REQ_get_extensions(req);
		assert_int_equal(sk_X509_EXTENSION_num(extensions), 3);
		assert_names(extensions);
		assert_usages(extensions, kinds[i].usage);
		assert_int_equal(OBJ_find_sigid_algs(X509_REQ_get_signature_nid(req),
				     &digest, &kind),
		    1);
		assert_int_equal(digest, kinds[i].digest_nid);
		/* Signed by a key that is not the device's. */
		assert_int_equal(X509_REQ_verify(req, key), 0);
		ERR_clear_error();
		sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
		X509_REQ_free(req);
		free(csr.der);
		free(spki.der);
	}
}

struct challenge_case {
	const char *text;
	int type; /* of the value; 0: refused */
	enum rc rc;
};

static const struct challenge_case challenges[] = {
	{ "8F2A44 b (x)", V_ASN1_PRINTABLESTRING, RC_OK },
	{ "a_b@c*", V_ASN1_UTF8STRING, RC_OK },
	{ "gr\xc3\xbc\xc3\x9f", V_ASN1_UTF8STRING, RC_OK },
	{ "\xff\xfe", 0, RC_FORMAT },
};

/* The one attribute beside the extensions, with one value. */
static void
assert_challenge(const struct bytes *csr, const struct challenge_case *row)
{
	const unsigned char *p = csr->der;
	X509_REQ *req = d2i_X509_REQ(NULL, &p, (long)csr->len);
	X509_ATTRIBUTE *attribute = NULL;
	const ASN1_TYPE *value = NULL;
	int place = -1;

	assert_non_null(req);
	assert_int_equal(X509_REQ_get_attr_count(req), 2);
	place = X509_REQ_get_attr_by_NID(req, NID_pkcs9_challengePassword, -1);
	attribute = X509_REQ_get_attr(req, place);
	assert_int_equal(X509_ATTRIBUTE_count(attribute), 1);
	value = X509_ATTRIBUTE_get0_type(attribute, 0);
	assert_int_equal(value->type, row->type);
	assert_int_equal(ASN1_STRING_length(value->value.asn1_string),
	    strlen(row->text));
	assert_memory_equal(ASN1_STRING_get0_data(value->value.asn1_string), row->text,
	    strlen(row->text));
	X509_REQ_free(req);
}

static void
a_challenge_is_in_the_request(void **state)
{
	struct bytes spki = spki_of(make_key("p384", 0));
	struct bytes without = build(&spki, "sha384");
	char long_one[CSR_CHALLENGE_MAX_BYTES + 2] = "";
	struct csr_profile profile = server;
	struct bytes csr = { NULL, 0 };
	struct err err = { 0 };

	(void)state;
	assert_false(csr_has_challenge(without.der, without.len));
	for (size_t i = 0; i < UNIT_COUNT(challenges); i++) {
		profile.challenge = challenges[i].text;
		err_clear(&err);
		assert_rc(csr_build(&profile, spki.der, spki.len, "sha384", &csr.der,
			      &csr.len, &err),
		    challenges[i].rc, &err);
		if (challenges[i].rc != RC_OK) {
			assert_has(err.text, "challengePassword: RFC 2985");
			continue;
		}
		assert_true(csr_has_challenge(csr.der, csr.len));
		assert_false(csr_has_challenge(csr.der, csr.len - 1));
		assert_challenge(&csr, &challenges[i]);
		free(csr.der);
	}
	memset(long_one, 'x', CSR_CHALLENGE_MAX_BYTES + 1);
	profile.challenge = long_one;
	err_clear(&err);
	assert_rc(csr_build(&profile, spki.der, spki.len, "sha384", &csr.der, &csr.len,
		      &err),
	    RC_LIMIT, &err);
	assert_int_equal(ERR_peek_error(), 0);
	free(without.der);
	free(spki.der);
}

/* The bytes of the signature: as long as any of that key, and of nobody's making. */
static void
a_null_signature_looks_like_one(void **state)
{
	EVP_PKEY *key = make_key("rsa2048", 0);
	struct bytes spki = spki_of(key);
	unsigned char first[256] = { 0 };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct bytes csr = build(&spki, "sha256");
		const unsigned char *p = csr.der;
		X509_REQ *req = d2i_X509_REQ(NULL, &p, (long)csr.len);
		const ASN1_BIT_STRING *signature = NULL;
		const X509_ALGOR *algorithm = NULL;
		int parameter = 0;

		assert_non_null(req);
		X509_REQ_get0_signature(req, &signature, &algorithm);
		X509_ALGOR_get0(NULL, &parameter, NULL, algorithm);
		assert_int_equal(parameter, V_ASN1_NULL);
		assert_int_equal(ASN1_STRING_length(signature), sizeof(first));
		assert_true(ASN1_STRING_get0_data(signature)[0] < 0x80);
		assert_memory_not_equal(ASN1_STRING_get0_data(signature), first,
		    sizeof(first));
		memcpy(first, ASN1_STRING_get0_data(signature), sizeof(first));
		X509_REQ_free(req);
		free(csr.der);
	}
	free(spki.der);
}

static void
takes_what_the_firmware_signed(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(kinds); i++) {
		EVP_PKEY *key = make_key(kinds[i].key, 0);
		struct bytes spki = spki_of(key);
		struct bytes sent = build(&spki, kinds[i].digest);
		struct bytes got = sign(&sent, key, kinds[i].digest);
		struct err err = { 0 };

		assert_rc(csr_verify_signed(got.der, got.len, sent.der, sent.len,
			      spki.der, spki.len, &err),
		    RC_OK, &err);
		free(got.der);
		free(sent.der);
		free(spki.der);
	}
}

static void
assert_refused(const struct bytes *got, const struct bytes *sent,
    const struct bytes *spki, const char *rule)
{
	struct err err = { 0 };

	assert_rc(csr_verify_signed(got->der, got->len, sent->der, sent->len, spki->der,
		      spki->len, &err),
	    RC_FORMAT, &err);
	assert_has(err.text, rule);
	assert_int_equal(ERR_peek_error(), 0);
}

static void
refuses_what_is_not_what_was_sent(void **state)
{
	EVP_PKEY *key = make_key("p384", 0), *other = make_key("p384", 1);
	struct bytes spki = spki_of(key), other_spki = spki_of(other);
	struct bytes sent = build(&spki, "sha384"),
		     foreign = build(&other_spki, "sha384");
	struct bytes good = sign(&sent, key, "sha384");
	struct bytes by_other = sign(&sent, other, "sha384");
	struct bytes for_other = sign(&foreign, other, "sha384");
	struct bytes longer = { calloc(1, good.len + 1), good.len + 1 };
	struct bytes shorter = { good.der, good.len - 1 };
	struct bytes none = { good.der, 0 };

	(void)state;
	memcpy(longer.der, good.der, good.len);
	assert_refused(&by_other, &sent, &spki, "signature does not verify");
	assert_refused(&sent, &sent, &spki, "signature does not verify");
	assert_refused(&for_other, &sent, &spki, "not what was sent");
	assert_refused(&good, &sent, &other_spki, "for another key");
	assert_refused(&longer, &sent, &spki, "not one PKCS#10 to its last byte");
	assert_refused(&shorter, &sent, &spki, "not one PKCS#10 to its last byte");
	assert_refused(&none, &sent, &spki, "not one PKCS#10");
	assert_refused(&good, &none, &spki, "sent request");
	free(longer.der);
	free(for_other.der);
	free(by_other.der);
	free(good.der);
	free(foreign.der);
	free(sent.der);
	free(other_spki.der);
	free(spki.der);
}

/* The name of the template as a BMPString; NULL when none is in the request. */
static void
assert_template(const struct bytes *csr, const char *der, int der_len)
{
	const unsigned char *p = csr->der;
	X509_REQ *req = d2i_X509_REQ(NULL, &p, (long)csr->len);
	STACK_OF(X509_EXTENSION) *extensions = X509_REQ_get_extensions(req);
	ASN1_OBJECT *oid = OBJ_txt2obj("1.3.6.1.4.1.311.20.2", 1);
	int at = X509v3_get_ext_by_OBJ(extensions, oid, -1);
	X509_EXTENSION *extension = X509v3_get_ext(extensions, at);

	assert_int_equal(csr_has_template(csr->der, csr->len), der != NULL);
	assert_false(csr_has_template(csr->der, csr->len - 1));
	if (der == NULL) {
		assert_int_equal(at, -1);
	} else {
		assert_int_equal(X509_EXTENSION_get_critical(extension), 0);
		assert_int_equal(ASN1_STRING_length(X509_EXTENSION_get_data(extension)),
		    der_len);
		assert_memory_equal(ASN1_STRING_get0_data(
					X509_EXTENSION_get_data(extension)),
		    der, (size_t)der_len);
	}
	ASN1_OBJECT_free(oid);
	sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
	X509_REQ_free(req);
}

static void
names_the_template_when_there_is_one(void **state)
{
	struct bytes spki = spki_of(make_key("p384", 0));
	struct csr_profile profile = server;
	struct bytes csr = { NULL, 0 };
	struct err err = { 0 };
	uint8_t *none = NULL;

	(void)state;
	assert_rc(csr_build(&profile, spki.der, spki.len, "sha384", &csr.der, &csr.len,
		      &err),
	    RC_OK, &err);
	assert_template(&csr, NULL, 0);
	free(csr.der);
	profile.template_name = "AM\xc3\xa9";
	assert_rc(csr_build(&profile, spki.der, spki.len, "sha384", &csr.der, &csr.len,
		      &err),
	    RC_OK, &err);
	assert_template(&csr, "\x1e\x06\0A\0M\0\xe9", 8);
	free(csr.der);
	profile.template_name = "AM\xff";
	assert_int_equal(csr_build(&profile, spki.der, spki.len, "sha384", &none,
			     &csr.len, &err),
	    RC_FORMAT);
	assert_non_null(strstr(err.text, "template: "));
	free(spki.der);
}

struct profile_case {
	struct csr_profile profile;
	const char *digest;
	enum rc rc;
	const char *message;
};

#define LONG_LABEL "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxy"

static const char *const bad_further[] = { "pc1|2" };
static const char *const no_further[] = { NULL };

static const struct profile_case bad_profiles[] = {
	{ { .common_name = "pc1.example", .eku = CERT_EKU_SERVER_AUTH }, "sha1",
	    RC_USAGE, "sha256 or sha384" },
	{ { .common_name = "pc1.example", .eku = 0 }, "sha256", RC_USAGE,
	    "extKeyUsage" },
	{ { .common_name = "pc1.example", .eku = CERT_EKU_SERVER_AUTH | CERT_EKU_ANY },
	    "sha256", RC_USAGE, "extKeyUsage" },
	{ { .common_name = "", .eku = CERT_EKU_SERVER_AUTH }, "sha256", RC_FORMAT,
	    "not the name of a host" },
	{ { .common_name = NULL, .eku = CERT_EKU_SERVER_AUTH }, "sha256", RC_FORMAT,
	    "not the name of a host" },
	{ { .common_name = "*.example", .eku = CERT_EKU_SERVER_AUTH }, "sha256",
	    RC_FORMAT, "not the name of a host" },
	{ { .common_name = "pc1\n.example", .eku = CERT_EKU_SERVER_AUTH }, "sha256",
	    RC_FORMAT, "not the name of a host" },
	{ { .common_name = "192.0.2.1", .eku = CERT_EKU_SERVER_AUTH }, "sha256",
	    RC_FORMAT, "an address is no dNSName" },
	{ { .common_name = "2001:db8::1", .eku = CERT_EKU_SERVER_AUTH }, "sha256",
	    RC_FORMAT, "an address is no dNSName" },
	{ { .common_name = "pc1:16993", .eku = CERT_EKU_SERVER_AUTH }, "sha256",
	    RC_FORMAT, "an address is no dNSName" },
	{ { .common_name = "pc1.example",
	      .dns_names = bad_further,
	      .n_dns_names = 1,
	      .eku = CERT_EKU_SERVER_AUTH },
	    "sha256", RC_FORMAT, "not the name of a host" },
	{ { .common_name = "pc1.example",
	      .dns_names = no_further,
	      .n_dns_names = 1,
	      .eku = CERT_EKU_SERVER_AUTH },
	    "sha256", RC_FORMAT, "not the name of a host" },
	{ { .common_name = LONG_LABEL ".example", .eku = CERT_EKU_SERVER_AUTH },
	    "sha256", RC_LIMIT, "at most 64 characters" },
};

static void
refuses_profiles_that_no_request_can_carry(void **state)
{
	struct bytes spki = spki_of(make_key("p384", 0));

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(bad_profiles); i++) {
		const struct profile_case *c = &bad_profiles[i];
		struct err err = { 0 };
		uint8_t *der = NULL;
		size_t len = 0;

		assert_rc(csr_build(&c->profile, spki.der, spki.len, c->digest, &der,
			      &len, &err),
		    c->rc, &err);
		assert_has(err.text, c->message);
		assert_null(der);
	}
	free(spki.der);
}

static void
refuses_keys_that_firmware_cannot_have(void **state)
{
	struct bytes ed25519 = spki_of(make_key("ed25519", 0));
	struct bytes p384 = spki_of(make_key("p384", 0));
	struct bytes longer = { calloc(1, p384.len + 1), p384.len + 1 };
	const struct bytes *const bad[] = { &ed25519, &longer };

	(void)state;
	memcpy(longer.der, p384.der, p384.len);
	for (size_t i = 0; i < UNIT_COUNT(bad); i++) {
		struct err err = { 0 };
		uint8_t *der = NULL;
		size_t len = 0;

		assert_rc(csr_build(&server, bad[i]->der, bad[i]->len, "sha256", &der,
			      &len, &err),
		    RC_FORMAT, &err);
		assert_null(der);
		assert_int_equal(ERR_peek_error(), 0);
	}
	free(longer.der);
	free(p384.der);
	free(ed25519.der);
}

static void
both_forms_of_a_key_become_one(void **state)
{
	static const struct {
		const char *key;
		bool is_pkcs1;
		enum cert_key_kind kind;
		int bits;
	} cases[] = {
		{ "rsa2048", true, CERT_KEY_RSA, 2048 },
		{ "rsa2048", false, CERT_KEY_RSA, 2048 },
		{ "rsa1024", true, CERT_KEY_RSA, 1024 },
		{ "p256", false, CERT_KEY_EC, 256 },
		{ "p384", false, CERT_KEY_EC, 384 },
		{ "p224", false, CERT_KEY_EC, 0 },
		{ "ed25519", false, CERT_KEY_OTHER, 0 },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		EVP_PKEY *key = make_key(cases[i].key, 0);
		struct bytes wanted = spki_of(key);
		struct bytes given = cases[i].is_pkcs1 ? pkcs1_of(key) : spki_of(key);
		enum cert_key_kind kind = CERT_KEY_OTHER;
		struct err err = { 0 };
		uint8_t *spki = NULL;
		size_t len = 0;
		int bits = -1;

		assert_rc(csr_key_to_spki(given.der, given.len, &spki, &len, &kind,
			      &bits, &err),
		    RC_OK, &err);
		assert_int_equal(len, wanted.len);
		assert_memory_equal(spki, wanted.der, len);
		assert_int_equal(kind, cases[i].kind);
		assert_int_equal(bits, cases[i].bits);
		free(spki);
		free(given.der);
		free(wanted.der);
	}
}

struct bad_key {
	const char *der;
	size_t len;
};

#define KEY(bytes)                       \
	{                                \
		bytes, sizeof(bytes) - 1 \
	}

/* clang-format off */
static const struct bad_key bad_keys[] = {
	KEY(""),
	KEY("\x30"),
	KEY("\x30\x00"),
	KEY("\x02\x01\x05"),
	KEY("\x30\x06\x02\x01\x00\x02\x01\x03"), /* modulus 0 */
	KEY("\x30\x06\x02\x01\xff\x02\x01\x03"), /* negative */
	KEY("\x30\x06\x02\x01\x7f\x02\x01\x01"), /* exponent 1 */
	KEY("\x30\x03\x02\x01\x7f"),
	KEY("\x30\x09\x02\x01\x7f\x02\x01\x03\x02\x01\x03"),
	KEY("\x30\x06\x02\x01\x7f\x02\x01\x03\x00"), /* a byte behind */
	KEY("\x30\x81\x06\x02\x01\x7f\x02\x01\x03"), /* BER */
	KEY("\x30\x80\x02\x01\x7f\x02\x01\x03\x00\x00"),
	KEY("\x30\x07\x02\x02\x00\x7f\x02\x01\x03"),
	/* rsaEncryption around something else */
	KEY("\x30\x13\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x03\x02\x00\x30"),
	KEY("\x30\x08\x30\x04\x05\x00\x05\x00\x03\x00"),
};
/* clang-format on */

static void
refuses_bytes_that_are_no_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(bad_keys); i++) {
		enum cert_key_kind kind = CERT_KEY_EC;
		struct err err = { 0 };
		uint8_t *spki = NULL;
		size_t len = 0;
		int bits = -1;

		if (csr_key_to_spki((const uint8_t *)bad_keys[i].der, bad_keys[i].len,
			&spki, &len, &kind, &bits, &err) != RC_FORMAT)
			fail_msg("row %zu is taken", i);
		assert_null(spki);
		assert_int_equal(bits, -1);
		assert_int_equal(ERR_peek_error(), 0);
	}
}

static enum rc
build_and_list(void *ctx)
{
	const struct bytes *keys = ctx; /* SPKI of EC, PKCS#1 of RSA */
	enum cert_key_kind kind = CERT_KEY_OTHER;
	uint8_t *der = NULL, *spki = NULL;
	size_t len = 0;
	int bits = 0;
	enum rc r;

	r = csr_build(&server, keys[0].der, keys[0].len, "sha256", &der, &len, NULL);
	if (r == RC_OK)
		r = csr_key_to_spki(keys[1].der, keys[1].len, &spki, &len, &kind, &bits,
		    NULL);
	free(der);
	free(spki);
	return r;
}

static void
survives_every_failed_allocation(void **state)
{
	struct bytes keys[2] = { spki_of(make_key("p256", 0)),
		pkcs1_of(make_key("rsa2048", 0)) };

	(void)state;
	assert_true(torture(build_and_list, keys) > 1);
	free(keys[0].der);
	free(keys[1].der);
}

/* A request with a key of its own is one of the firmware, but for the key. */
static void
a_request_made_once_proves_its_key(void **state)
{
	static const struct {
		const char *key;
		enum cert_key_kind kind;
		int bits;
		const char *digest;
		enum rc r;
	} rows[] = {
		{ "rsa2048", CERT_KEY_RSA, 2048, "sha256", RC_OK },
		{ "p384", CERT_KEY_EC, 384, "sha384", RC_OK },
		{ "p256", CERT_KEY_EC, 256, "sha256", RC_OK },
		{ NULL, CERT_KEY_RSA, 512, "sha256", RC_USAGE },
		{ NULL, CERT_KEY_RSA, 8192, "sha256", RC_USAGE },
		{ NULL, CERT_KEY_EC, 2048, "sha256", RC_USAGE },
		{ NULL, CERT_KEY_OTHER, 384, "sha256", RC_USAGE },
		{ NULL, CERT_KEY_EC, 384, "sha1", RC_USAGE },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct bytes spki = { NULL, 0 };
		struct bytes like = { NULL, 0 };
		struct bytes csr = { NULL, 0 };
		const unsigned char *p = NULL;
		struct err err = { 0 };
		X509_REQ *reqs[2];

		assert_rc(csr_build_once(&server, rows[i].kind, rows[i].bits,
			      rows[i].digest, &csr.der, &csr.len, &err),
		    rows[i].r, &err);
		if (rows[i].r != RC_OK)
			continue;
		spki = spki_of(make_key(rows[i].key, 0));
		like = build(&spki, rows[i].digest);
		p = csr.der;
		reqs[0] = d2i_X509_REQ(NULL, &p, (long)csr.len);
		p = like.der;
		reqs[1] = d2i_X509_REQ(NULL, &p, (long)like.len);
		assert_int_equal(X509_REQ_verify(reqs[0],
				     X509_REQ_get0_pubkey(reqs[0])),
		    1);
		assert_int_equal(EVP_PKEY_get_bits(X509_REQ_get0_pubkey(reqs[0])),
		    rows[i].bits);
		assert_int_equal(X509_REQ_get_signature_nid(reqs[0]),
		    X509_REQ_get_signature_nid(reqs[1]));
		/* With the key of the other the rest is the same, byte for byte. */
		assert_int_equal(X509_REQ_set_pubkey(reqs[0],
				     X509_REQ_get0_pubkey(reqs[1])),
		    1);
		for (int k = 0; k < 2; k++) {
			unsigned char *der = NULL;
			int len = i2d_re_X509_REQ_tbs(reqs[k], &der);
			struct bytes *tbs = k == 0 ? &spki : &like;

			free(tbs->der);
			*tbs = own(der, len);
			X509_REQ_free(reqs[k]);
		}
		assert_int_equal(spki.len, like.len);
		assert_memory_equal(spki.der, like.der, like.len);
		free(spki.der);
		free(like.der);
		free(csr.der);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_says_what_the_profile_says),
		cmocka_unit_test(a_challenge_is_in_the_request),
		cmocka_unit_test(a_null_signature_looks_like_one),
		cmocka_unit_test(takes_what_the_firmware_signed),
		cmocka_unit_test(refuses_what_is_not_what_was_sent),
		cmocka_unit_test(names_the_template_when_there_is_one),
		cmocka_unit_test(refuses_profiles_that_no_request_can_carry),
		cmocka_unit_test(refuses_keys_that_firmware_cannot_have),
		cmocka_unit_test(both_forms_of_a_key_become_one),
		cmocka_unit_test(refuses_bytes_that_are_no_key),
		cmocka_unit_test(a_request_made_once_proves_its_key),
		cmocka_unit_test(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
