/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/ca/hresult.c: what each number means for a request, written down once more from
 * the documents, so that no row moves unseen.
 */
#include <stdio.h>

#include "ca/hresult.h"
#include "unit.h"

static const struct {
	uint32_t number;
	enum ca_outcome outcome;
	const char *name;
} documented[] = {
	{ 0x80070005, CA_AUTH, "E_ACCESSDENIED" },
	{ 0x800706ba, CA_RETRY, "RPC_S_SERVER_UNAVAILABLE" },
	{ 0x80092012, CA_RETRY, "CRYPT_E_NO_REVOCATION_CHECK" },
	{ 0x80092013, CA_RETRY, "CRYPT_E_REVOCATION_OFFLINE" },
	{ 0x80094001, CA_CONFIG, "CERTSRV_E_BAD_REQUESTSUBJECT" },
	{ 0x80094002, CA_REJECTED, "CERTSRV_E_NO_REQUEST" },
	{ 0x80094003, CA_REJECTED, "CERTSRV_E_BAD_REQUESTSTATUS" },
	{ 0x80094005, CA_CONFIG, "CERTSRV_E_INVALID_CA_CERTIFICATE" },
	{ 0x80094006, CA_RETRY, "CERTSRV_E_SERVER_SUSPENDED" },
	{ 0x80094009, CA_AUTH, "CERTSRV_E_RESTRICTEDOFFICER" },
	{ 0x8009400f, CA_RETRY, "CERTSRV_E_NO_DB_SESSIONS" },
	{ 0x80094011, CA_AUTH, "CERTSRV_E_ENROLL_DENIED" },
	{ 0x80094012, CA_AUTH, "CERTSRV_E_TEMPLATE_DENIED" },
	{ 0x80094014, CA_REJECTED, "CERTSRV_E_ADMIN_DENIED_REQUEST" },
	{ 0x80094800, CA_CONFIG, "CERTSRV_E_UNSUPPORTED_CERT_TYPE" },
	{ 0x80094801, CA_CONFIG, "CERTSRV_E_NO_CERT_TYPE" },
	{ 0x80094802, CA_CONFIG, "CERTSRV_E_TEMPLATE_CONFLICT" },
	{ 0x80094803, CA_CONFIG, "CERTSRV_E_SUBJECT_ALT_NAME_REQUIRED" },
	{ 0x80094806, CA_CONFIG, "CERTSRV_E_BAD_RENEWAL_SUBJECT" },
	{ 0x80094807, CA_RETRY, "CERTSRV_E_BAD_TEMPLATE_VERSION" },
	{ 0x80094808, CA_CONFIG, "CERTSRV_E_TEMPLATE_POLICY_REQUIRED" },
	{ 0x80094809, CA_CONFIG, "CERTSRV_E_SIGNATURE_POLICY_REQUIRED" },
	{ 0x8009480a, CA_CONFIG, "CERTSRV_E_SIGNATURE_COUNT" },
	{ 0x8009480b, CA_CONFIG, "CERTSRV_E_SIGNATURE_REJECTED" },
	{ 0x8009480c, CA_CONFIG, "CERTSRV_E_ISSUANCE_POLICY_REQUIRED" },
	{ 0x8009480d, CA_CONFIG, "CERTSRV_E_SUBJECT_UPN_REQUIRED" },
	{ 0x8009480e, CA_CONFIG, "CERTSRV_E_SUBJECT_DIRECTORY_GUID_REQUIRED" },
	{ 0x8009480f, CA_CONFIG, "CERTSRV_E_SUBJECT_DNS_REQUIRED" },
	{ 0x80094811, CA_CONFIG, "CERTSRV_E_KEY_LENGTH" },
};

static void
every_number_has_its_outcome_and_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(documented); i++) {
		struct ca_answer answer = { .outcome = CA_ISSUED };
		char start[96];
		size_t len;
		int n = snprintf(start, sizeof(start), "0x%08X %s",
		    (unsigned int)documented[i].number, documented[i].name);

		assert_true(n > 0 && (size_t)n < sizeof(start));
		hresult_explain(documented[i].number, "words", CA_BADANSWER, &answer);
		len = strlen(start);
		assert_int_equal(strncmp(answer.text, start, len), 0);
		assert_true(answer.text[len] == ' ' || answer.text[len] == ':');
		assert_has(answer.text + len, ": words");
		assert_int_equal(answer.outcome, documented[i].outcome);
		ca_answer_clear(&answer);
	}
}

/* Nothing between the rows is one. */
static void
no_other_number_is_known(void **state)
{
	size_t n = 0;

	(void)state;
	for (uint32_t number = 0x80094000; number < 0x80094900; number++)
		n += hresult_find(number) != NULL;
	assert_int_equal(n, UNIT_COUNT(documented) - 4);
	assert_null(hresult_find(0x80070000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_number_has_its_outcome_and_name),
		cmocka_unit_test(no_other_number_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
