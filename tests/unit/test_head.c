/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lines of an answer's head that matter, in the spellings firmware uses.
 * RFC 9112 4 and 5, RFC 7616 3.3.
 */
#include "unit.h"
#include "wsman/head.h"

static enum head_line
take(struct head *head, const char *line)
{
	return head_take_line(head, line, strlen(line));
}

static void
reads_an_answer_and_forgets_the_last(void **state)
{
	struct head head = { 0 };

	(void)state;
	assert_int_equal(take(&head, "HTTP/1.1 200 OK\r\n"), HEAD_STATUS);
	assert_int_equal(take(&head, "Date: Mon, 31 Jan 2022 10:23:04 GMT\r\n"),
	    HEAD_FIELD);
	(void)take(&head, "server:Intel(R) Active Management Technology 15.0.23\r\n");
	(void)take(&head, "CONTENT-TYPE:  application/soap+xml; charset=UTF-8 \r\n");
	assert_int_equal(take(&head, "\r\n"), HEAD_END);
	assert_int_equal(head.status, 200);
	assert_true(head.has_date);
	assert_int_equal(head.date_s, 1643624584);
	assert_string_equal(head.server,
	    "Intel(R) Active Management Technology 15.0.23");
	assert_has(head.content_type, "application/soap+xml");
	(void)take(&head, "HTTP/1.1 401 Unauthorized");
	assert_int_equal(head.status, 401);
	assert_false(head.has_date);
	assert_string_equal(head.content_type, "");
	assert_has(head.server, "15.0.23");
}

static const struct {
	const char *line;
	const char *realm;
	bool is_challenge;
	bool is_stale;
} challenges[] = {
	{ "WWW-Authenticate: Digest realm=\"Digest:7277\", nonce=\"B9/uA\","
	  "stale=\"false\",qop=\"auth\"",
	    "Digest:7277", true, false },
	{ "WWW-Authenticate: Digest nonce=\"x\",STALE=\"TRUE\",realm=\"r\"", "r", true,
	    true },
	{ "www-authenticate: digest realm=bare,stale=true", "bare", true, true },
	{ "WWW-Authenticate: Digest nonce=\" stale=true, realm=no\",realm=\"yes\"",
	    "yes", true, false },
	{ "WWW-Authenticate: Digest xrealm=\"no\"", "", true, false },
	{ "WWW-Authenticate: Digest realm=\"open", "open", true, false },
	{ "WWW-Authenticate: Negotiate", "", false, false },
	{ "WWW-Authenticate: Basic realm=\"b\"", "", false, false },
	{ "WWW-Authenticate:", "", false, false },
};

static void
reads_digest_challenges_only(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(challenges); i++) {
		struct head head = { 0 };

		(void)take(&head, "HTTP/1.1 401 no");
		(void)take(&head, challenges[i].line);
		assert_string_equal(head.realm, challenges[i].realm);
		assert_int_equal(head.is_challenge, challenges[i].is_challenge);
		assert_int_equal(head.is_stale, challenges[i].is_stale);
	}
}

static void
takes_no_harm_from_nonsense(void **state)
{
	char line[5000];
	struct head head = { 0 };

	(void)state;
	memset(line, 'x', sizeof(line));
	assert_int_equal(head_take_line(&head, line, sizeof(line)), HEAD_FIELD);
	assert_int_equal(take(&head, "HTTP/"), HEAD_STATUS);
	assert_int_equal(take(&head, "HTTP/1.1 abc"), HEAD_STATUS);
	assert_int_equal(head.status, 0);
	(void)take(&head, "Date: yesterday");
	assert_false(head.has_date);
	(void)take(&head, "Server: a|b;\x1b[31m");
	assert_null(strpbrk(head.server, "|;\x1b"));
	assert_int_equal(head_take_line(&head, "", 0), HEAD_END);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_an_answer_and_forgets_the_last),
		cmocka_unit_test(reads_digest_challenges_only),
		cmocka_unit_test(takes_no_harm_from_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
