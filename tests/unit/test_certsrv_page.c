/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/ca/certsrv_page.c, hresult.c: what is found in pages for people, and what an
 * error number means.
 */
#include "ca/certsrv_page.h"
#include "ca/hresult.h"
#include "unit.h"

struct row {
	const char *html;
	const char *issued_id;
	const char *pending_id;
	const char *message;
	uint32_t hresult;
};

static const struct row rows[] = {
	{ "", "", "", "", 0 },
	{ "<a href=\"certnew.cer?ReqID=12&amp;Enc=b64\">", "12", "", "", 0 },
	{ "<A HREF=\"CERTNEW.CER?REQID=12&Enc=bin\">", "12", "", "", 0 },
	{ "certnew.cer?ReqID=CACert&Renewal=0", "", "", "", 0 },
	{ "certnew.cer?ReqID=12345678901234567890123456", "", "", "", 0 },
	{ "Your Request Id is 17.", "", "17", "", 0 },
	{ "Your Request Id is \r\n 17", "", "17", "", 0 },
	{ "Your Request Id is <b>17</b>", "", "", "", 0 },
	{ "The disposition message is \"Denied by\n policy\".", "", "",
	    "Denied by\\x0a policy", 0 },
	{ "Disposition message: Taken Under Submission<br>LastStatus: 0x00000000", "",
	    "", "Taken Under Submission", 0 },
	{ "LastStatus: 0x80094014 (-2146877420)", "", "", "", 0x80094014 },
	{ "0x0 0x8009 0x1234567z 0x8009480G 0x8009480f", "", "", "", 0x8009480f },
	{ "0x8009480", "", "", "", 0 },
	{ "message is \"x", "", "", "", 0 },
};

static void
finds_numbers_and_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct certsrv_page page;

		certsrv_page_read(rows[i].html, strlen(rows[i].html), &page);
		assert_string_equal(page.issued_id, rows[i].issued_id);
		assert_string_equal(page.pending_id, rows[i].pending_id);
		assert_string_equal(page.message, rows[i].message);
		assert_int_equal(page.hresult, rows[i].hresult);
	}
}

static void
finds_a_template_by_its_whole_name(void **state)
{
	static const char list[] =
	    "<Option Value=\"E;AMTTLS2;0\"><Option Value=\"E;amtTLS;1"
	    "\"><Option>Old AMT<Option>XAMTWEB;";

	(void)state;
	assert_true(certsrv_page_offers(list, sizeof(list) - 1, "AMTTLS"));
	assert_true(certsrv_page_offers(list, sizeof(list) - 1, "AMTTLS2"));
	assert_false(certsrv_page_offers(list, sizeof(list) - 1, "AMTTL"));
	assert_false(certsrv_page_offers(list, sizeof(list) - 1, "AMTWEB"));
	assert_false(certsrv_page_offers(list, sizeof(list) - 1, "Other"));
	assert_false(certsrv_page_offers("", 0, "AMTTLS"));
}

static void
tells_what_an_error_number_means(void **state)
{
	struct ca_answer answer = { 0 };

	(void)state;
	hresult_explain(0x80094012, "No | way\n", CA_REJECTED, &answer);
	assert_int_equal(answer.outcome, CA_AUTH);
	assert_string_equal(answer.text,
	    "0x80094012 CERTSRV_E_TEMPLATE_DENIED (the account lacks Enroll on the "
	    "template): No | way\\x0a");
	hresult_explain(0x80094006, "", CA_REJECTED, &answer);
	assert_int_equal(answer.outcome, CA_RETRY);
	assert_string_equal(answer.text, "0x80094006 CERTSRV_E_SERVER_SUSPENDED");
	hresult_explain(0x80000001, "what", CA_REJECTED, &answer);
	assert_int_equal(answer.outcome, CA_REJECTED);
	assert_string_equal(answer.text, "0x80000001: what");
	assert_null(hresult_find(0));
	ca_answer_clear(&answer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_numbers_and_words),
		cmocka_unit_test(finds_a_template_by_its_whole_name),
		cmocka_unit_test(tells_what_an_error_number_means),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
