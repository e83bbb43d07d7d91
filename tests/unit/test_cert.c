/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/x509/cert.c, extension.c and pem.c: the facts of good certificates, and
 * what becomes of hostile ones.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "make_cert.h"
#include "torture.h"
#include "unit.h"

/* SEQUENCE { 1.3.6.1.4.1.311.21.8.1.2.3.4, 101, 4 } */
#define TEMPLATE_ID  "\x06\x0d\x2b\x06\x01\x04\x01\x82\x37\x15\x08\x01\x02\x03\x04"
#define TEMPLATE_OID "1.3.6.1.4.1.311.21.7"

#define DER(bytes) bytes, sizeof(bytes) - 1

static void
reads_every_field_of_a_server_certificate(void **state)
{
	static const struct make_extension template[] = {
		{ TEMPLATE_OID, DER("\x30\x15" TEMPLATE_ID "\x02\x01\x65\x02\x01\x04"),
		    false },
		{ "1.3.6.1.4.1.311.20.2",
		    DER("\x1e\x0c\0\x41\0\x4d\0\x54\0\x54\0\x4c\0\x53"), false },
	};
	struct make_cert spec = {
		.san = "DNS:pc1.example,DNS:PC1,IP:127.0.0.1,email:a@b.example",
		.usage = "critical,digitalSignature",
		.key = "p384",
		.digest = "sha384",
		.serial = 0x0abc,
		.extensions = template,
		.n_extensions = 2,
	};
	struct cert *cert = make_facts(&spec);

	(void)state;
	assert_string_equal(cert->subject, "CN=pc1.example,O=Example");
	assert_string_equal(cert->issuer, cert->subject);
	assert_string_equal(cert->common_name, "pc1.example");
	assert_string_equal(cert->serial_number, "0abc");
	assert_int_equal(cert->not_before, MAKE_NB);
	assert_int_equal(cert->not_after, MAKE_NB + 365 * MAKE_DAY);
	assert_int_equal(cert_lifetime_s(cert), 365 * MAKE_DAY);
	assert_true(cert->has_san);
	assert_int_equal(cert->n_san_dns, 2);
	assert_string_equal(cert->san_dns[0], "pc1.example");
	assert_string_equal(cert->san_dns[1], "PC1");
	assert_int_equal(cert->n_san_bad, 0);
	assert_int_equal(cert->key_kind, CERT_KEY_EC);
	assert_int_equal(cert->key_bits, 384);
	assert_string_equal(cert->key_group, "secp384r1");
	assert_string_equal(cert->signature_digest, "sha384");
	assert_int_equal(cert->signature_bits, 192);
	assert_false(cert->is_ca);
	assert_true(cert->is_self_issued);
	assert_true(cert->has_eku);
	assert_int_equal(cert->eku, CERT_EKU_SERVER_AUTH);
	assert_true(cert->has_key_usage);
	assert_true(cert->can_sign_digitally);
	assert_false(cert->can_encipher_keys);
	assert_false(cert->has_unknown_critical);
	assert_true(cert->has_template);
	assert_string_equal(cert->template_oid, "1.3.6.1.4.1.311.21.8.1.2.3.4");
	assert_int_equal(cert->template_major, 101);
	assert_int_equal(cert->template_minor, 4);
	assert_string_equal(cert->template_name, "AMTTLS");
	cert_free(cert);
}

static void
reads_an_rsa_certificate_of_a_ca(void **state)
{
	struct make_cert spec = {
		.cn = "Root",
		.is_ca = true,
		.key = "rsa2048",
		.usage = "critical,keyCertSign,cRLSign",
		.serial = -255,
	};
	struct cert *cert = make_facts(&spec);

	(void)state;
	assert_true(cert->is_ca);
	assert_int_equal(cert->key_kind, CERT_KEY_RSA);
	assert_int_equal(cert->key_bits, 2048);
	assert_string_equal(cert->key_group, "");
	assert_string_equal(cert->signature_digest, "sha256");
	assert_string_equal(cert->serial_number, "-ff");
	assert_false(cert->has_san);
	assert_false(cert->has_eku);
	assert_int_equal(cert->eku, 0);
	assert_false(cert->has_template);
	assert_null(cert->template_name);
	assert_false(cert->can_sign_digitally);
	cert_free(cert);
}

static void
names_the_purposes_of_amt(void **state)
{
	struct make_cert spec = {
		.eku = "clientAuth,2.16.840.1.113741.1.2.1,2.16.840.1.113741.1.2.2,"
		       "2.16.840.1.113741.1.2.3,anyExtendedKeyUsage,codeSigning",
	};
	struct cert *cert = make_facts(&spec);

	(void)state;
	assert_int_equal(cert->eku,
	    CERT_EKU_CLIENT_AUTH | CERT_EKU_AMT_REMOTE | CERT_EKU_AMT_LOCAL |
		CERT_EKU_AMT_SETUP | CERT_EKU_ANY | CERT_EKU_OTHER);
	assert_true(cert->can_sign_digitally);
	assert_true(cert->can_encipher_keys);
	cert_free(cert);
}

static void
a_signature_without_digest_has_no_digest(void **state)
{
	struct make_cert spec = { .key = "ed25519", .digest = "" };
	struct cert *cert = make_facts(&spec);

	(void)state;
	assert_int_equal(cert->key_kind, CERT_KEY_OTHER);
	assert_string_equal(cert->signature_digest, "");
	assert_int_equal(cert->signature_bits, 128);
	cert_free(cert);
}

static void
weak_algorithms_are_read_like_others(void **state)
{
	struct make_cert spec = { .key = "rsa1024", .digest = "sha1" };
	struct cert *cert = make_facts(&spec);

	(void)state;
	assert_int_equal(cert->key_bits, 1024);
	assert_string_equal(cert->signature_digest, "sha1");
	cert_free(cert);
	spec.digest = "md5";
	cert = make_facts(&spec);
	assert_string_equal(cert->signature_digest, "md5");
	cert_free(cert);
}

static void
the_end_of_time_does_not_overflow(void **state)
{
	struct make_cert spec = { .not_before = -1, .not_after = CERT_NOT_AFTER_NONE };
	struct cert *cert = make_facts(&spec);

	(void)state;
	assert_int_equal(cert->not_after, CERT_NOT_AFTER_NONE);
	assert_int_equal(cert_lifetime_s(cert), CERT_NOT_AFTER_NONE + 1);
	assert_int_equal(cert_left_s(cert, CERT_NOT_AFTER_NONE), 0);
	assert_int_equal(cert_left_s(cert, INT64_MIN), INT64_MAX);
	assert_true(cert_left_s(cert, INT64_MAX) < 0);
	cert_free(cert);
}

static void
a_reversed_period_has_no_length(void **state)
{
	struct make_cert spec = { .not_before = MAKE_NB, .not_after = MAKE_NB - 5 };
	struct cert *cert = make_facts(&spec);

	(void)state;
	assert_int_equal(cert_lifetime_s(cert), 0);
	assert_int_equal(cert_left_s(cert, MAKE_NB), -5);
	cert_free(cert);
}

static void
an_empty_subject_is_no_fault(void **state)
{
	struct make_cert spec = { .cn = "", .san = "critical,DNS:pc1.example" };
	struct cert *cert = make_facts(&spec);

	(void)state;
	assert_string_equal(cert->subject, "");
	assert_null(cert->common_name);
	assert_false(cert->has_unknown_critical);
	cert_free(cert);
}

struct name_case {
	const char *cn;
	size_t len;
	int type;
	const char *common_name;
	const char *in_subject;
};

/* clang-format off */
static const struct name_case names[] = {
	{ "a|b\n\x1b[31m\"c\"", 0, 0, "a|b\\x0a\\x1b[31m\"c\"", "\\0A\\1B" },
	{ "pc1.example\0.evil", 17, 0, "pc1.example\\x00.evil", "pc1.example\\00.evil" },
	{ "caf\xc3\xa9", 0, 0, "caf\xc3\xa9", "CN=caf\xc3\xa9," },
	{ "caf\xe9", 0, V_ASN1_T61STRING, "caf\xc3\xa9", "CN=caf\xc3\xa9," },
	{ "abc\xe2\x80\xae" "def", 0, 0, "abc\\u{202e}def", "abc\\u{202e}def" },
	{ "\0p\0c\0" "1", 6, V_ASN1_BMPSTRING, "pc1", "CN=pc1," },
};
/* clang-format on */

static void
names_come_out_as_one_line_of_utf8(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(names); i++) {
		struct make_cert spec = { .cn = names[i].cn,
			.cn_len = names[i].len,
			.cn_type = names[i].type };
		struct cert *cert = NULL;
		struct err err = { 0 };
		size_t len = 0;
		uint8_t *der = make_der(&spec, &len);

		assert_rc(cert_parse(der, len, &cert, &err), RC_OK, &err);
		free(der);
		assert_string_equal(cert->common_name, names[i].common_name);
		assert_has(cert->subject, names[i].in_subject);
		cert_free(cert);
	}
}

static void
the_last_common_name_is_taken(void **state)
{
	struct make_cert spec = { 0 };
	X509 *x509 = make_x509(&spec);
	struct cert *cert = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN",
			     MBSTRING_ASC, (const unsigned char *)"second", -1, -1, 0),
	    1);
	assert_rc(cert_from_x509(x509, &cert, &err), RC_OK, &err);
	X509_free(x509);
	assert_string_equal(cert->common_name, "second");
	cert_free(cert);
}

static void
a_name_of_64_kb_is_cut(void **state)
{
	size_t n = (size_t)64 * 1024;
	char *cn = malloc(n);
	struct make_cert spec = { .cn = cn, .cn_len = n };
	struct cert *cert;

	(void)state;
	assert_non_null(cn);
	memset(cn, 'a', n);
	/* Itself its issuer, it holds the name twice. */
	spec.issuer = NULL;
	cert = make_facts(&(struct make_cert){ .cn = cn, .cn_len = n / 2 });
	assert_int_equal(strlen(cert->common_name), CERT_NAME_MAX_BYTES);
	assert_int_equal(strlen(cert->subject), CERT_NAME_MAX_BYTES);
	assert_has(cert->subject, "aaa...");
	cert_free(cert);
	spec.issuer = make_x509(&(struct make_cert){ .cn = "Root", .is_ca = true });
	cert = make_facts(&spec);
	assert_int_equal(strlen(cert->subject), CERT_NAME_MAX_BYTES);
	assert_string_equal(cert->issuer, "CN=Root,O=Example");
	cert_free(cert);
	X509_free(spec.issuer);
	free(cn);
}

static void
reads_60_kib_and_refuses_more_than_the_limit(void **state)
{
	size_t n = (size_t)CERT_DER_MAX_BYTES + 1;
	char *filler = calloc(1, n);
	struct make_extension big = { "1.2.3.4.5", filler, (size_t)60 * 1024, false };
	struct make_cert spec = { .extensions = &big, .n_extensions = 1 };
	struct cert *cert = make_facts(&spec);
	struct err err = { 0 };
	size_t len = 0;
	uint8_t *der;

	(void)state;
	assert_true(cert->der_len > (size_t)60 * 1024);
	cert_free(cert);
	cert = NULL;
	/* cppcheck-suppress unreadVariable ; spec points to it */
	big.der_len = n;
	der = make_der(&spec, &len);
	assert_rc(cert_parse(der, len, &cert, &err), RC_LIMIT, &err);
	assert_has(err.text, "at most 131072");
	assert_null(cert);
	free(der);
	free(filler);
}

static void
refuses_bytes_after_the_certificate(void **state)
{
	struct make_cert spec = { 0 };
	struct cert *cert = NULL;
	struct err err = { 0 };
	size_t len = 0;
	uint8_t *der = make_der(&spec, &len);
	uint8_t *longer = calloc(1, len + 3);

	(void)state;
	memcpy(longer, der, len);
	assert_rc(cert_parse(longer, len + 3, &cert, &err), RC_FORMAT, &err);
	assert_string_equal(err.text,
	    "certificate: RFC 5280 4.1: 3 bytes after its end");
	err_clear(&err);
	assert_rc(cert_parse(der, len - 1, &cert, &err), RC_FORMAT, &err);
	err_clear(&err);
	assert_rc(cert_parse(der, 0, &cert, &err), RC_FORMAT, &err);
	assert_null(cert);
	assert_int_equal(ERR_peek_error(), 0);
	free(longer);
	free(der);
}

struct bad_extension {
	const char *what;
	struct make_extension extensions[2];
	size_t n;
	const char *message;
};

#define SAN(bytes)                             \
	{                                      \
		"2.5.29.17", DER(bytes), false \
	}
#define TEMPLATE(bytes)                         \
	{                                       \
		TEMPLATE_OID, DER(bytes), false \
	}

/* clang-format off */
static const struct bad_extension bad_extensions[] = {
	{ "two subjectAltNames", { SAN("\x30\x03\x82\x01" "a"), SAN("\x30\x03\x82\x01" "b") }, 2,
	    "subjectAltName: RFC 5280 4.2: appears twice" },
	{ "subjectAltName of something else", { SAN("\x04\x01" "a") }, 1,
	    "subjectAltName: RFC 5280 4.2.1.6: not a list of names" },
	{ "keyUsage of something else", { { "2.5.29.15", DER("\x04\x01" "a"), false } }, 1,
	    "keyUsage: RFC 5280 4.2.1.3: not a bit string" },
	{ "extKeyUsage of something else", { { "2.5.29.37", DER("\x04\x01" "a"), false } }, 1,
	    "extKeyUsage: RFC 5280 4.2.1.12: not a list of purposes" },
	{ "template without OID", { TEMPLATE("\x30\x00") }, 1, "certificate template: " },
	{ "template of versions only", { TEMPLATE("\x30\x03\x02\x01\x01") }, 1, "certificate template: " },
	{ "template with bytes behind", { TEMPLATE("\x30\x0f" TEMPLATE_ID "\0") }, 1, "certificate template: " },
	{ "template with a negative version", { TEMPLATE("\x30\x12" TEMPLATE_ID "\x02\x01\xff") }, 1,
	    "certificate template: " },
	{ "template with a version of 33 bits",
	    { TEMPLATE("\x30\x16" TEMPLATE_ID "\x02\x05\x01\x00\x00\x00\x00") }, 1, "certificate template: " },
	{ "template with three versions",
	    { TEMPLATE("\x30\x18" TEMPLATE_ID "\x02\x01\x01\x02\x01\x01\x02\x01\x01") }, 1, "certificate template: " },
	{ "template name of a number", { { "1.3.6.1.4.1.311.20.2", DER("\x02\x01\x01"), false } }, 1,
	    "certificate template: MS-WCCE 2.2.2.7.7.1: not a name" },
};
/* clang-format on */

static void
refuses_extensions_that_are_damaged(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(bad_extensions); i++) {
		const struct bad_extension *bad = &bad_extensions[i];
		struct make_cert spec = { .eku = "",
			.extensions = bad->extensions,
			.n_extensions = bad->n };
		struct cert *cert = NULL;
		struct err err = { 0 };
		size_t len = 0;
		uint8_t *der = make_der(&spec, &len);

		if (cert_parse(der, len, &cert, &err) != RC_FORMAT)
			fail_msg("%s: not refused", bad->what);
		assert_has(err.text, bad->message);
		assert_null(cert);
		assert_int_equal(ERR_peek_error(), 0);
		free(der);
	}
}

static void
a_template_may_leave_its_versions_out(void **state)
{
	static const struct make_extension template = TEMPLATE("\x30\x0f" TEMPLATE_ID);
	static const struct make_extension largest =
	    TEMPLATE("\x30\x16" TEMPLATE_ID "\x02\x05\x00\xff\xff\xff\xff");
	struct make_cert spec = { .extensions = &template, .n_extensions = 1 };
	struct cert *cert = make_facts(&spec);

	(void)state;
	assert_true(cert->has_template);
	assert_int_equal(cert->template_major, 0);
	cert_free(cert);
	spec.extensions = &largest;
	cert = make_facts(&spec);
	assert_int_equal(cert->template_major, INT64_C(4294967295));
	cert_free(cert);
}

static void
names_that_cannot_be_dns_names_are_counted(void **state)
{
	static const struct make_extension san =
	    SAN("\x30\x16\x82\x05good1\x82\x03"
		"a\0b\x82\x00\x82\x02 a\x82\x02\xc3\xa9");
	struct make_cert spec = { .extensions = &san, .n_extensions = 1 };
	struct cert *cert = make_facts(&spec);

	(void)state;
	assert_int_equal(cert->n_san_dns, 1);
	assert_string_equal(cert->san_dns[0], "good1");
	assert_int_equal(cert->n_san_bad, 4);
	cert_free(cert);
}

static void
too_many_names_are_refused(void **state)
{
	size_t n = 5 + (size_t)3 * (CERT_SAN_MAX + 1);
	char *list = malloc(n);
	struct make_extension san = { "2.5.29.17", list, n, false };
	struct make_cert spec = { .extensions = &san, .n_extensions = 1 };
	struct cert *cert = NULL;
	struct err err = { 0 };
	size_t len = 0;
	uint8_t *der;

	(void)state;
	assert_non_null(list);
	memcpy(list, "\x30\x83\x00\xc0\x03", 5);
	for (size_t i = 5; i < n; i += 3)
		memcpy(list + i, "\x82\x01z", 3);
	der = make_der(&spec, &len);
	assert_rc(cert_parse(der, len, &cert, &err), RC_LIMIT, &err);
	free(der);
	memcpy(list, "\x30\x83\x00\xc0\x00", 5);
	/* cppcheck-suppress unreadVariable ; spec points to it */
	san.der_len = n - 3;
	cert = make_facts(&spec);
	assert_int_equal(cert->n_san_dns, CERT_SAN_MAX);
	cert_free(cert);
	free(list);
}

static void
a_critical_extension_that_nobody_knows_is_told(void **state)
{
	static const struct make_extension unknown = { "1.2.3.4.5", DER("\x05\x00"),
		true };
	struct make_cert spec = { .extensions = &unknown, .n_extensions = 1 };
	struct cert *cert = make_facts(&spec);

	(void)state;
	assert_true(cert->has_unknown_critical);
	cert_free(cert);
}

static void
digests_are_those_of_openssl(void **state)
{
	struct make_cert spec = { .key = "rsa2048" };
	X509 *x509 = make_x509(&spec);
	unsigned char wanted[CERT_FINGERPRINT_BYTES], *spki = NULL;
	struct cert *cert = NULL;
	struct err err = { 0 };
	int len;

	(void)state;
	assert_rc(cert_from_x509(x509, &cert, &err), RC_OK, &err);
	assert_int_equal(X509_digest(x509, EVP_sha256(), wanted, NULL), 1);
	assert_memory_equal(cert->fingerprint, wanted, sizeof(wanted));
	len = i2d_PUBKEY(X509_get0_pubkey(x509), &spki);
	assert_true(len > 0);
	assert_int_equal(EVP_Digest(spki, (size_t)len, wanted, NULL, EVP_sha256(),
			     NULL),
	    1);
	assert_memory_equal(cert->spki_sha256, wanted, sizeof(wanted));
	OPENSSL_free(spki);
	cert_free(cert);
	X509_free(x509);
}

static void
a_copy_stands_alone(void **state)
{
	struct make_cert spec = { .san = "DNS:a.example,DNS:b.example" };
	struct cert *cert = make_facts(&spec);
	struct cert *copy = NULL;
	X509 *x509 = NULL;
	struct err err = { 0 };

	(void)state;
	assert_rc(cert_dup(cert, &copy, &err), RC_OK, &err);
	assert_true(cert_equals(cert, copy));
	cert_free(cert);
	assert_string_equal(copy->san_dns[1], "b.example");
	assert_string_equal(copy->subject, "CN=pc1.example,O=Example");
	assert_rc(cert_get_x509(copy, &x509, &err), RC_OK, &err);
	X509_free(x509);
	X509_free(copy->x509);
	copy->x509 = NULL; /* as if made by hand */
	assert_rc(cert_get_x509(copy, &x509, &err), RC_OK, &err);
	X509_free(x509);
	cert_free(copy);
}

/* A file with those certificates and a text around them; its path in path. */
static void
write_pem(char path[], X509 *const *list, size_t n, const char *tail)
{
	int fd = mkstemp(path);
	FILE *f;

	assert_true(fd >= 0);
	f = fdopen(fd, "w");
	assert_non_null(f);
	assert_true(fputs("Our anchors\n", f) >= 0);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(PEM_write_X509(f, list[i]), 1);
	assert_true(fputs(tail, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void
reads_all_certificates_of_a_file(void **state)
{
	char path[] = "/tmp/test_cert.XXXXXX";
	X509 *list[2] = { make_x509(&(struct make_cert){ .cn = "A" }),
		make_x509(&(struct make_cert){ .cn = "B" }) };
	struct cert **certs = NULL;
	struct err err = { 0 };
	size_t n = 0;

	(void)state;
	write_pem(path, list, 2,
	    "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
	assert_rc(cert_read_pem_file(path, &certs, &n, &err), RC_OK, &err);
	assert_int_equal(n, 2);
	assert_string_equal(certs[1]->common_name, "B");
	cert_free_list(certs, n);
	assert_int_equal(unlink(path), 0);
	X509_free(list[0]);
	X509_free(list[1]);
}

static void
a_file_without_or_with_a_damaged_certificate_is_refused(void **state)
{
	char empty[] = "/tmp/test_cert.XXXXXX", damaged[] = "/tmp/test_cert.XXXXXX";
	X509 *x509 = make_x509(&(struct make_cert){ 0 });
	struct cert **certs = NULL;
	struct err err = { 0 };
	size_t n = 0;

	(void)state;
	write_pem(empty, NULL, 0, "");
	assert_rc(cert_read_pem_file(empty, &certs, &n, &err), RC_FORMAT, &err);
	assert_has(err.text, "holds no certificate");
	err_clear(&err);
	write_pem(damaged, &x509, 1,
	    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
	assert_rc(cert_read_pem_file(damaged, &certs, &n, &err), RC_FORMAT, &err);
	assert_has(err.text, "certificate 2 cannot be read");
	err_clear(&err);
	assert_int_equal(unlink(damaged), 0);
	assert_rc(cert_read_pem_file(damaged, &certs, &n, &err), RC_SYSTEM, &err);
	assert_null(certs);
	assert_int_equal(ERR_peek_error(), 0);
	assert_int_equal(unlink(empty), 0);
	X509_free(x509);
}

struct input {
	uint8_t *der;
	size_t len;
	char *path;
};

static enum rc
parse_and_copy(void *ctx)
{
	const struct input *input = ctx;
	struct cert *cert = NULL, *copy = NULL, **certs = NULL;
	size_t n = 0;
	enum rc r;

	r = cert_parse(input->der, input->len, &cert, NULL);
	if (r == RC_OK)
		r = cert_dup(cert, &copy, NULL);
	if (r == RC_OK)
		r = cert_read_pem_file(input->path, &certs, &n, NULL);
	cert_free(cert);
	cert_free(copy);
	cert_free_list(certs, n);
	return r;
}

static void
survives_every_failed_allocation(void **state)
{
	static const struct make_extension name = { "1.3.6.1.4.1.311.20.2",
		DER("\x0c\x01\x41"), false };
	struct make_cert spec = { .san = "DNS:a.example,DNS:b.example",
		.extensions = &name,
		.n_extensions = 1 };
	char path[] = "/tmp/test_cert.XXXXXX";
	struct input input = { .path = path };
	X509 *x509 = make_x509(&spec);

	(void)state;
	input.der = make_der(&spec, &input.len);
	write_pem(path, &x509, 1, "");
	assert_true(torture(parse_and_copy, &input) > 10);
	assert_int_equal(unlink(path), 0);
	X509_free(x509);
	free(input.der);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_field_of_a_server_certificate),
		cmocka_unit_test(reads_an_rsa_certificate_of_a_ca),
		cmocka_unit_test(names_the_purposes_of_amt),
		cmocka_unit_test(a_signature_without_digest_has_no_digest),
		cmocka_unit_test(weak_algorithms_are_read_like_others),
		cmocka_unit_test(the_end_of_time_does_not_overflow),
		cmocka_unit_test(a_reversed_period_has_no_length),
		cmocka_unit_test(an_empty_subject_is_no_fault),
		cmocka_unit_test(names_come_out_as_one_line_of_utf8),
		cmocka_unit_test(the_last_common_name_is_taken),
		cmocka_unit_test(a_name_of_64_kb_is_cut),
		cmocka_unit_test(reads_60_kib_and_refuses_more_than_the_limit),
		cmocka_unit_test(refuses_bytes_after_the_certificate),
		cmocka_unit_test(refuses_extensions_that_are_damaged),
		cmocka_unit_test(a_template_may_leave_its_versions_out),
		cmocka_unit_test(names_that_cannot_be_dns_names_are_counted),
		cmocka_unit_test(too_many_names_are_refused),
		cmocka_unit_test(a_critical_extension_that_nobody_knows_is_told),
		cmocka_unit_test(digests_are_those_of_openssl),
		cmocka_unit_test(a_copy_stands_alone),
		cmocka_unit_test(reads_all_certificates_of_a_file),
		cmocka_unit_test(
		    a_file_without_or_with_a_damaged_certificate_is_refused),
		cmocka_unit_test(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
