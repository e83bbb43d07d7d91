/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/ca/issue.c, issue_check.c, issuer.c: what the local CA demands, what it
 * makes, and which keys it opens.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/x509v3.h>

#include "ca/issue.h"
#include "folder.h"
#include "made.h"
#include "unit.h"

#define NOW  INT64_C(1760000000)
#define HOST "pc01.example"

#define DAY INT64_C(86400)

enum {
	LONG_NAME = 65
};

static const struct csr_profile host_profile = { .common_name = HOST,
	.eku = CERT_EKU_SERVER_AUTH };

/* Files of an issuer in the folder, from a recipe. */
static void
put_issuer(const struct folder *folder, const struct made_recipe *recipe,
    enum made_kind key, const char *pass)
{
	X509 *x = made_x509(recipe);

	made_put_cert(folder_file(folder, "ca.pem"), x);
	made_put_key(folder_file(folder, "ca.key"), made_key(key), pass);
	X509_free(x);
}

static enum rc
open_issuer(const struct folder *folder, const char *secret_file, struct issuer *issuer,
    struct err *err)
{
	return issuer_open(folder_file(folder, "ca.pem"), folder_file(folder, "ca.key"),
	    secret_file, issuer, err);
}

struct good_issuer {
	enum made_kind key;
	const char *digest;
	const char *text;
};

static const struct good_issuer good_issuers[] = {
	{ MADE_RSA2048, "sha256", "RSA 2048" },
	{ MADE_RSA3072, "sha384", "RSA 3072" },
	{ MADE_P256, "sha256", "EC prime256v1" },
	{ MADE_P384, "sha384", "EC secp384r1" },
};

static void
opens_the_keys_that_amt_can_use(void **state)
{
	const struct folder *folder = *state;

	for (size_t i = 0; i < UNIT_COUNT(good_issuers); i++) {
		struct made_recipe ca =
		    made_ca("Lab CA", good_issuers[i].key, NOW - DAY, NOW + 900 * DAY);
		struct issuer issuer = { 0 };
		struct err err = { 0 };

		put_issuer(folder, &ca, ca.key, NULL);
		assert_rc(open_issuer(folder, NULL, &issuer, &err), RC_OK, &err);
		assert_string_equal(issuer.digest, good_issuers[i].digest);
		assert_string_equal(issuer.key_text, good_issuers[i].text);
		assert_int_equal(issuer.not_before, NOW - DAY);
		assert_int_equal(issuer.not_after, NOW + 900 * DAY);
		issuer_clear(&issuer);
	}
}

static void
opens_an_encrypted_key_with_its_pass_phrase_only(void **state)
{
	const struct folder *folder = *state;
	const char *secret = folder_file(folder, "pass");
	struct made_recipe ca = made_ca("Lab CA", MADE_P384, NOW, NOW + DAY);
	struct issuer issuer = { 0 };
	struct err err = { 0 };

	put_issuer(folder, &ca, ca.key, "open sesame");
	assert_rc(open_issuer(folder, NULL, &issuer, &err), RC_CONFIG, &err);
	assert_has(err.text, "encrypted and no pass phrase is configured");
	err_clear(&err);
	folder_put(secret, "open barley\n", 12);
	assert_rc(open_issuer(folder, secret, &issuer, &err), RC_CONFIG, &err);
	assert_has(err.text, "the pass phrase is wrong");
	err_clear(&err);
	folder_put(secret, "open sesame\n", 12);
	assert_rc(open_issuer(folder, secret, &issuer, &err), RC_OK, &err);
	issuer_clear(&issuer);
}

/* A place to go wrong. */
struct bad_issuer {
	struct made_recipe ca;
	enum made_kind key;
	mode_t mode;
	const char *words;
};

static struct made_recipe
not_a_ca(struct made_recipe ca)
{
	ca.constraints = "critical,CA:FALSE";
	ca.key_usage = "critical,digitalSignature";
	return ca;
}

static struct made_recipe
without_cert_sign(struct made_recipe ca)
{
	ca.key_usage = "critical,cRLSign";
	return ca;
}

static void
says_what_is_wrong_with_an_issuer(void **state)
{
	const struct made_recipe ca = made_ca("Lab CA", MADE_P384, NOW, NOW + DAY);
	const struct bad_issuer bad[] = {
		{ ca, MADE_P384_OTHER, 0600, "its key is not the one in" },
		{ not_a_ca(ca), MADE_P384, 0600, "not a CA certificate" },
		{ without_cert_sign(ca), MADE_P384, 0600, "CA certificate" },
		{ made_ca("x", MADE_RSA1024, NOW, NOW + DAY), MADE_RSA1024, 0600,
		    "RSA key of 1024 bits: under 2048" },
		{ made_ca("x", MADE_P521, NOW, NOW + DAY), MADE_P521, 0600,
		    "EC key on secp521r1: AMT knows P-256 and P-384" },
		{ ca, MADE_ED25519, 0600, "neither an RSA nor an EC key" },
		{ ca, MADE_P384, 0640, "open to group or others, use chmod 600" },
		{ ca, MADE_P384, 0604, "open to group or others, use chmod 600" },
	};
	const struct folder *folder = *state;

	for (size_t i = 0; i < UNIT_COUNT(bad); i++) {
		struct issuer issuer = { 0 };
		struct err err = { 0 };

		put_issuer(folder, &bad[i].ca, bad[i].key, NULL);
		assert_int_equal(chmod(folder_file(folder, "ca.key"), bad[i].mode), 0);
		assert_rc(open_issuer(folder, NULL, &issuer, &err), RC_CONFIG, &err);
		assert_has(err.text, bad[i].words);
		assert_null(issuer.key);
	}
}

static void
expect_refusal(const struct folder *folder, enum rc wanted, const char *words)
{
	struct issuer issuer = { 0 };
	struct err err = { 0 };

	assert_rc(open_issuer(folder, NULL, &issuer, &err), wanted, &err);
	assert_has(err.text, words);
	assert_null(issuer.cert);
}

static void
refuses_files_that_are_none_of_both(void **state)
{
	const struct folder *folder = *state;
	const struct made_recipe ca = made_ca("Lab CA", MADE_P384, NOW, NOW + DAY);

	expect_refusal(folder, RC_SYSTEM, "ca.pem: cannot open: No such file");
	put_issuer(folder, &ca, ca.key, NULL);
	folder_put(folder_file(folder, "ca.key"), "no key", 6);
	expect_refusal(folder, RC_CONFIG, "ca.key: no private key in PEM form");
	assert_int_equal(unlink(folder_file(folder, "ca.key")), 0);
	assert_int_equal(mkfifo(folder_file(folder, "ca.key"), 0600), 0);
	expect_refusal(folder, RC_CONFIG, "not a regular file");
	folder_put(folder_file(folder, "ca.pem"), "no certificate", 14);
	expect_refusal(folder, RC_CONFIG, "ca.pem: no certificate in PEM form");
}

static struct issue_terms
terms_for(const struct csr_profile *profile, const struct made_request *request,
    uint8_t **csr)
{
	struct issue_terms terms = { .profile = profile,
		.not_before = NOW - DAY,
		.not_after = NOW + 365 * DAY };

	*csr = made_csr(request, &terms.csr_len);
	terms.csr = *csr;
	return terms;
}

static void
expect_extension(X509 *x, int nid, int critical)
{
	int at = X509_get_ext_by_NID(x, nid, -1);

	if (at < 0)
		fail_msg("no %s", OBJ_nid2sn(nid));
	assert_int_equal(X509_EXTENSION_get_critical(X509_get_ext(x, at)), critical);
	assert_int_equal(X509_get_ext_by_NID(x, nid, at), -1);
}

static void
expect_form(const struct cert *cert, X509 *ca, const uint8_t serial[ISSUE_SERIAL_BYTES])
{
	const unsigned char *p = cert->der;
	X509 *x = d2i_X509(NULL, &p, (long)cert->der_len);
	const ASN1_INTEGER *number = X509_get0_serialNumber(x);

	assert_int_equal(X509_get_version(x), X509_VERSION_3);
	assert_int_equal(ASN1_STRING_length(number), ISSUE_SERIAL_BYTES);
	assert_memory_equal(ASN1_STRING_get0_data(number), serial, ISSUE_SERIAL_BYTES);
	assert_int_equal(serial[0] & 0xc0, 0x40);
	assert_int_equal(X509_check_issued(ca, x), X509_V_OK);
	assert_int_equal(X509_verify(x, X509_get0_pubkey(ca)), 1);
	expect_extension(x, NID_subject_key_identifier, 0);
	expect_extension(x, NID_authority_key_identifier, 0);
	expect_extension(x, NID_basic_constraints, 1);
	expect_extension(x, NID_key_usage, 1);
	expect_extension(x, NID_ext_key_usage, 0);
	expect_extension(x, NID_subject_alt_name, 0);
	assert_int_equal(X509_get_ext_count(x), 6);
	X509_free(x);
}

static struct cert *
issue(const struct folder *folder, const struct issue_terms *terms, X509 *ca)
{
	uint8_t serial[ISSUE_SERIAL_BYTES];
	struct issuer issuer = { 0 };
	struct cert *cert = NULL;
	uint8_t *der = NULL;
	struct err err = { 0 };
	size_t len = 0;

	assert_rc(open_issuer(folder, NULL, &issuer, &err), RC_OK, &err);
	assert_rc(issue_check_request(terms, &err), RC_OK, &err);
	assert_rc(issue_certificate(&issuer, terms, serial, &der, &len, &err), RC_OK,
	    &err);
	assert_rc(cert_parse(der, len, &cert, &err), RC_OK, &err);
	expect_form(cert, ca, serial);
	issuer_clear(&issuer);
	free(der);
	return cert;
}

static void
makes_a_certificate_by_the_profile(void **state)
{
	static const char *const more[] = { "pc01", "PC01.example", "pc01" };
	const struct made_recipe recipe =
	    made_ca("Lab CA", MADE_P384, NOW - DAY, NOW + 900 * DAY);
	const struct csr_profile profile = { .common_name = HOST,
		.dns_names = more,
		.n_dns_names = 3,
		.eku = CERT_EKU_SERVER_AUTH };
	const struct made_request request = { .subject = HOST,
		.san = "DNS:pc01,DNS:" HOST,
		.extra_constraints = "CA:TRUE",
		.key = MADE_RSA2048,
		.signing_key = MADE_RSA2048 };
	X509 *ca = made_x509(&recipe);
	uint8_t *csr = NULL;
	const struct issue_terms terms = terms_for(&profile, &request, &csr);
	struct cert *cert;
	struct cert *again;

	put_issuer(*state, &recipe, MADE_P384, NULL);
	cert = issue(*state, &terms, ca);
	assert_string_equal(cert->subject, "CN=" HOST);
	assert_string_equal(cert->issuer, "CN=Lab CA");
	assert_int_equal(cert->not_before, NOW - DAY);
	assert_int_equal(cert->not_after, NOW + 365 * DAY);
	assert_string_equal(cert->signature_digest, "sha384");
	assert_false(cert->is_ca);
	assert_int_equal(cert->eku, CERT_EKU_SERVER_AUTH);
	assert_true(cert->can_sign_digitally);
	assert_true(cert->can_encipher_keys);
	assert_int_equal(cert->n_san_dns, 2);
	assert_string_equal(cert->san_dns[0], HOST);
	assert_string_equal(cert->san_dns[1], "pc01");
	again = issue(*state, &terms, ca);
	assert_string_not_equal(cert->serial_number, again->serial_number);
	cert_free(again);
	cert_free(cert);
	free(csr);
	X509_free(ca);
}

static void
an_ec_key_does_not_encipher_and_dates_may_pass_2050(void **state)
{
	const int64_t end = INT64_C(2600000000);
	const struct made_recipe recipe = made_ca("Lab CA", MADE_RSA2048, NOW, end);
	const struct csr_profile profile = { .common_name = HOST,
		.eku = CERT_EKU_CLIENT_AUTH };
	const struct made_request request = { .subject = HOST,
		.san = "DNS:" HOST,
		.key = MADE_P384,
		.signing_key = MADE_P384 };
	X509 *ca = made_x509(&recipe);
	uint8_t *csr = NULL;
	struct issue_terms terms = terms_for(&profile, &request, &csr);
	struct cert *cert;

	put_issuer(*state, &recipe, MADE_RSA2048, NULL);
	terms.not_after = end;
	cert = issue(*state, &terms, ca);
	assert_int_equal(cert->not_after, end);
	assert_string_equal(cert->signature_digest, "sha256");
	assert_int_equal(cert->eku, CERT_EKU_CLIENT_AUTH);
	assert_true(cert->can_sign_digitally);
	assert_false(cert->can_encipher_keys);
	assert_true(own_form_has(cert));
	cert_free(cert);
	free(csr);
	X509_free(ca);
}

struct bad_request {
	struct made_request request;
	const char *words;
};

static const struct bad_request bad_requests[] = {
	{ { HOST, "DNS:" HOST, NULL, MADE_RSA2048, MADE_RSA2048_OTHER },
	    "not signed by its own key" },
	{ { HOST, "DNS:" HOST, NULL, MADE_RSA1024, MADE_RSA1024 },
	    "RSA key of 1024 bits" },
	{ { HOST, "DNS:" HOST, NULL, MADE_P521, MADE_P521 }, "another group" },
	{ { "pc02.example", "DNS:" HOST, NULL, MADE_P384, MADE_P384 },
	    "its subject is not CN=pc01.example" },
	{ { "", "DNS:" HOST, NULL, MADE_P384, MADE_P384 }, "its subject is not" },
	{ { HOST, NULL, NULL, MADE_P384, MADE_P384 }, "no subjectAltName" },
	{ { HOST, "DNS:pc02.example", NULL, MADE_P384, MADE_P384 },
	    "a subjectAltName that the profile has not" },
	{ { HOST, "DNS:" HOST ",DNS:pc02", NULL, MADE_P384, MADE_P384 },
	    "a subjectAltName that the profile has not" },
	{ { HOST, "DNS:" HOST ",IP:192.0.2.1", NULL, MADE_P384, MADE_P384 },
	    "a subjectAltName that the profile has not" },
	{ { HOST, "DNS:" HOST ",URI:http://x/", NULL, MADE_P384, MADE_P384 },
	    "a subjectAltName that the profile has not" },
};

static void
refuses_a_request_that_differs_from_the_profile(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(bad_requests); i++) {
		uint8_t *csr = NULL;
		const struct issue_terms terms =
		    terms_for(&host_profile, &bad_requests[i].request, &csr);
		struct err err = { 0 };

		assert_rc(issue_check_request(&terms, &err), RC_CA, &err);
		assert_has(err.text, bad_requests[i].words);
		free(csr);
	}
}

static void
refuses_bytes_that_are_not_one_request(void **state)
{
	const struct made_request request = { HOST, "DNS:" HOST, NULL, MADE_P384,
		MADE_P384 };
	uint8_t *csr = NULL;
	struct issue_terms terms = terms_for(&host_profile, &request, &csr);
	size_t len = terms.csr_len;
	uint8_t *longer;

	(void)state;
	longer = calloc(1, len + 1);
	assert_non_null(longer);
	memcpy(longer, csr, len);
	terms.csr = longer;
	for (size_t n = 0; n <= len + 1; n++) {
		terms.csr_len = n;
		assert_int_equal(issue_check_request(&terms, NULL),
		    n == len ? RC_OK : RC_CA);
	}
	free(longer);
	free(csr);
}

static void
a_name_that_is_missing_from_the_request_is_refused(void **state)
{
	static const char *const more[] = { "pc01" };
	const struct csr_profile profile = { .common_name = HOST,
		.dns_names = more,
		.n_dns_names = 1,
		.eku = CERT_EKU_SERVER_AUTH };
	const struct made_request requests[] = {
		{ HOST, "DNS:" HOST, NULL, MADE_P384, MADE_P384 },
		{ HOST, "DNS:pc01", NULL, MADE_P384, MADE_P384 },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(requests); i++) {
		uint8_t *csr = NULL;
		const struct issue_terms terms =
		    terms_for(&profile, &requests[i], &csr);
		struct err err = { 0 };

		assert_rc(issue_check_request(&terms, &err), RC_CA, &err);
		assert_has(err.text, i == 0 ? "no dNSName pc01" : "no dNSName " HOST);
		free(csr);
	}
}

static const char *const no_names[] = {
	"",
	"192.0.2.1",
	"2001:db8::1",
	"*.example",
	"pc01.example,DNS:evil.example",
	"pc01 example",
	"pc01.example\n",
	"pc01.\xc3\xa4.example",
};

static void
takes_host_names_only(void **state)
{
	char too_long[LONG_NAME + 1];
	const char *more[1] = { NULL };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(no_names); i++) {
		const struct csr_profile first = { .common_name = no_names[i],
			.eku = CERT_EKU_SERVER_AUTH };
		const struct csr_profile further = { .common_name = HOST,
			.dns_names = more,
			.n_dns_names = 1,
			.eku = CERT_EKU_SERVER_AUTH };

		more[0] = no_names[i];
		assert_int_equal(issue_check_profile(&first, NULL), RC_CONFIG);
		assert_int_equal(issue_check_profile(&further, NULL), RC_CONFIG);
	}
	for (size_t n = LONG_NAME - 1; n <= LONG_NAME; n++) {
		const struct csr_profile profile = { .common_name = too_long,
			.eku = CERT_EKU_SERVER_AUTH };

		memset(too_long, 'a', n);
		too_long[n] = '\0';
		assert_int_equal(issue_check_profile(&profile, NULL),
		    n < LONG_NAME ? RC_OK : RC_CONFIG);
	}
}

static void
takes_one_purpose_and_few_names(void **state)
{
	const char *more[ISSUE_NAMES_MAX];
	struct csr_profile profile = host_profile;
	struct err err = { 0 };

	(void)state;
	profile.eku = CERT_EKU_SERVER_AUTH | CERT_EKU_CLIENT_AUTH;
	assert_int_equal(issue_check_profile(&profile, NULL), RC_CONFIG);
	profile.eku = CERT_EKU_AMT_SETUP;
	assert_int_equal(issue_check_profile(&profile, NULL), RC_CONFIG);
	profile.eku = CERT_EKU_CLIENT_AUTH;
	for (size_t i = 0; i < ISSUE_NAMES_MAX; i++)
		more[i] = "pc01";
	profile.dns_names = more;
	profile.n_dns_names = ISSUE_NAMES_MAX - 1;
	assert_rc(issue_check_profile(&profile, &err), RC_OK, &err);
	profile.n_dns_names = ISSUE_NAMES_MAX;
	assert_rc(issue_check_profile(&profile, &err), RC_CONFIG, &err);
}

#define IN_A_FOLDER(test) \
	cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_FOLDER(opens_the_keys_that_amt_can_use),
		IN_A_FOLDER(opens_an_encrypted_key_with_its_pass_phrase_only),
		IN_A_FOLDER(says_what_is_wrong_with_an_issuer),
		IN_A_FOLDER(refuses_files_that_are_none_of_both),
		IN_A_FOLDER(makes_a_certificate_by_the_profile),
		IN_A_FOLDER(an_ec_key_does_not_encipher_and_dates_may_pass_2050),
		cmocka_unit_test(refuses_a_request_that_differs_from_the_profile),
		cmocka_unit_test(refuses_bytes_that_are_not_one_request),
		cmocka_unit_test(a_name_that_is_missing_from_the_request_is_refused),
		cmocka_unit_test(takes_host_names_only),
		cmocka_unit_test(takes_one_purpose_and_few_names),
	};

	return cmocka_run_group_tests(tests, NULL, made_forget_keys);
}
