/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/wsman/failure.c: libcurl's codes are ours, and a handshake that failed says
 * what would have been wanted.
 */
#include <curl/curl.h>

#include "unit.h"
#include "wsman/failure.h"

#define ALERT "error:0A000410:SSL routines::sslv3 alert handshake failure"
#define OLD   "error:0A00042E:SSL routines::tlsv1 alert protocol version"

static void
each_code_has_its_meaning_and_what_is_missing_is_told(void **state)
{
	static const struct {
		CURLcode code;
		const char *text;
		bool asked;
		bool given;
		bool legacy;
		enum rc rc;
		const char *said;
	} cases[] = {
		{ CURLE_OUT_OF_MEMORY, "", false, false, false, RC_NOMEM,
		    "pc1:16993: Out of memory" },
		{ CURLE_COULDNT_RESOLVE_HOST, "no pc1", true, false, false, RC_RESOLVE,
		    "pc1:16993: no pc1" },
		/* Nothing was tried, so the system has nothing to say. */
		{ CURLE_COULDNT_CONNECT, "no way", false, false, false, RC_CONNECT,
		    "pc1:16993: no way" },
		{ CURLE_GOT_NOTHING, "empty", true, false, false, RC_CONNECT,
		    "pc1:16993: empty" },
		{ CURLE_SSL_CONNECT_ERROR, ALERT, false, false, false, RC_TLS,
		    "pc1:16993: " ALERT },
		{ CURLE_SSL_CONNECT_ERROR, ALERT, true, false, false, RC_TLS,
		    "pc1:16993: " ALERT
		    ": it demands a client certificate, and none is given" },
		{ CURLE_SSL_CONNECT_ERROR, ALERT, true, true, false, RC_TLS,
		    "pc1:16993: " ALERT },
		{ CURLE_SSL_CONNECT_ERROR, OLD, false, false, false, RC_TLS,
		    "pc1:16993: " OLD ": a login below TLS 1.2 takes legacy-tls" },
		{ CURLE_SSL_CONNECT_ERROR, OLD, false, false, true, RC_TLS,
		    "pc1:16993: " OLD },
		{ CURLE_SSL_CONNECT_ERROR, "SSL routines::unsupported protocol", false,
		    false, false, RC_TLS,
		    "pc1:16993: SSL routines::unsupported protocol: a login below TLS "
		    "1.2 takes legacy-tls" },
		{ CURLE_TOO_MANY_REDIRECTS, "47", true, false, false, RC_HTTP,
		    "pc1:16993: 47" },
	};
	CURL *curl = curl_easy_init();

	(void)state;
	assert_non_null(curl);
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct trust trust = { .legacy_tls = cases[i].legacy };
		struct peer peer = { .trust = &trust,
			.client_cert_file = cases[i].given ? "console.pem" : NULL,
			.presented.asked_client_cert = cases[i].asked };
		struct failure failure = { .curl = curl,
			.code = cases[i].code,
			.text = cases[i].text,
			.endpoint = "pc1:16993",
			.peer = &peer };
		struct err err = { 0 };

		assert_int_equal(failure_explain(&failure, &err), cases[i].rc);
		assert_int_equal(err.rc, cases[i].rc);
		assert_string_equal(err.text, cases[i].said);
	}
	curl_easy_cleanup(curl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_code_has_its_meaning_and_what_is_missing_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
