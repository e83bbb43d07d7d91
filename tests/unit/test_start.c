/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/tls/start.c: OpenSSL is started with little, and still says what went wrong.
 */
#include <openssl/asn1err.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>

#include "tls/start.h"
#include "unit.h"

static void
words_are_loaded_when_there_is_an_error(void **state)
{
	static const struct {
		int library;
		int reason;
		const char *words;
	} cases[] = {
		{ ERR_LIB_SSL, SSL_R_WRONG_VERSION_NUMBER, "wrong version number" },
		{ ERR_LIB_SSL, SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE,
		    "sslv3 alert handshake failure" },
		{ ERR_LIB_ASN1, ASN1_R_WRONG_TAG, "wrong tag" },
		{ ERR_LIB_COMP, 99, "OpenSSL does not say why" },
	};
	struct err err = { 0 };

	(void)state;
	assert_rc(tls_start(&err), RC_OK, &err);
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		unsigned long code = ERR_PACK(cases[i].library, 0, cases[i].reason);

		assert_string_equal(tls_reason(code), cases[i].words);
	}
	assert_string_equal(tls_reason(0), "OpenSSL does not say why");
}

static void
starting_twice_is_fine(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_rc(tls_start(&err), RC_OK, &err);
	assert_rc(tls_start(&err), RC_OK, &err);
}

static void
what_a_handshake_needs_is_there(void **state)
{
	SSL_CTX *ctx = NULL;

	(void)state;
	assert_int_equal(tls_start(NULL), RC_OK);
	ctx = SSL_CTX_new(TLS_client_method());
	assert_non_null(ctx);
	assert_true(sk_SSL_CIPHER_num(SSL_CTX_get_ciphers(ctx)) > 20);
	SSL_CTX_free(ctx);
	/* X509_verify() asks for digests by their old names. */
	assert_non_null(EVP_get_digestbyname("SHA256"));
	assert_non_null(EVP_get_digestbyname("SHA1"));
	assert_null(EVP_get_cipherbyname("AES-256-CBC"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_loaded_when_there_is_an_error),
		cmocka_unit_test(starting_twice_is_fine),
		cmocka_unit_test(what_a_handshake_needs_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
