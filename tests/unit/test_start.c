/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/tls/start.c: OpenSSL is started with little, and still says what went wrong.
 */
#include <openssl/asn1err.h>
#include <openssl/err.h>
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_loaded_when_there_is_an_error),
		cmocka_unit_test(starting_twice_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
