/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One row per number that was documented for enrolment.
 */
#include "ca/hresult.h"

#include <stddef.h>

/* What is more than an outcome. */
#define NO_REQUEST	     UINT32_C(0x80094002)
#define BAD_REQUESTSTATUS    UINT32_C(0x80094003)
#define BAD_TEMPLATE_VERSION UINT32_C(0x80094807)

enum {
	/* A CA's view of the directory lags behind the policy server's by minutes. */
	TEMPLATE_LAG_S = 3600
};

/* clang-format off */
static const struct hresult rows[] = {
	{ 0x80070005, CA_AUTH, "E_ACCESSDENIED",
	  "the account has no permission, or the service may not delegate" },
	{ 0x800706ba, CA_RETRY, "RPC_S_SERVER_UNAVAILABLE",
	  "the service cannot reach the CA" },
	{ 0x80092012, CA_RETRY, "CRYPT_E_NO_REVOCATION_CHECK",
	  "the CA cannot read a CRL, often its own" },
	{ 0x80092013, CA_RETRY, "CRYPT_E_REVOCATION_OFFLINE",
	  "the CA cannot read a CRL, often its own" },
	{ 0x80094001, CA_CONFIG, "CERTSRV_E_BAD_REQUESTSUBJECT",
	  "the subject is not valid, or too long" },
	{ NO_REQUEST, CA_REJECTED, "CERTSRV_E_NO_REQUEST",
	  "the CA does not know the request any more" },
	{ BAD_REQUESTSTATUS, CA_REJECTED, "CERTSRV_E_BAD_REQUESTSTATUS",
	  "the CA does not know the request any more" },
	{ 0x80094005, CA_CONFIG, "CERTSRV_E_INVALID_CA_CERTIFICATE",
	  "the CA's own certificate has ended or is not trusted there" },
	{ 0x80094006, CA_RETRY, "CERTSRV_E_SERVER_SUSPENDED", "" },
	{ 0x80094009, CA_AUTH, "CERTSRV_E_RESTRICTEDOFFICER", "" },
	{ 0x8009400f, CA_RETRY, "CERTSRV_E_NO_DB_SESSIONS", "" },
	{ 0x80094011, CA_AUTH, "CERTSRV_E_ENROLL_DENIED",
	  "the account may not enroll at this CA" },
	{ 0x80094012, CA_AUTH, "CERTSRV_E_TEMPLATE_DENIED",
	  "the account lacks Enroll on the template" },
	{ 0x80094014, CA_REJECTED, "CERTSRV_E_ADMIN_DENIED_REQUEST",
	  "a CA manager denied it" },
	{ 0x80094800, CA_CONFIG, "CERTSRV_E_UNSUPPORTED_CERT_TYPE",
	  "the template is not published at this CA, or its name is wrong" },
	{ 0x80094801, CA_CONFIG, "CERTSRV_E_NO_CERT_TYPE",
	  "an enterprise CA wants a template: set template" },
	{ 0x80094802, CA_CONFIG, "CERTSRV_E_TEMPLATE_CONFLICT",
	  "request and attribute name different templates" },
	{ 0x80094803, CA_CONFIG, "CERTSRV_E_SUBJECT_ALT_NAME_REQUIRED", "" },
	{ 0x80094806, CA_CONFIG, "CERTSRV_E_BAD_RENEWAL_SUBJECT", "" },
	{ BAD_TEMPLATE_VERSION, CA_RETRY, "CERTSRV_E_BAD_TEMPLATE_VERSION",
	  "the CA does not know this version of the template yet" },
	{ 0x80094808, CA_CONFIG, "CERTSRV_E_TEMPLATE_POLICY_REQUIRED",
	  "the template wants signatures that cannot be given" },
	{ 0x80094809, CA_CONFIG, "CERTSRV_E_SIGNATURE_POLICY_REQUIRED",
	  "the template wants signatures that cannot be given" },
	{ 0x8009480a, CA_CONFIG, "CERTSRV_E_SIGNATURE_COUNT",
	  "the template wants signatures that cannot be given" },
	{ 0x8009480b, CA_CONFIG, "CERTSRV_E_SIGNATURE_REJECTED",
	  "the template wants signatures that cannot be given" },
	{ 0x8009480c, CA_CONFIG, "CERTSRV_E_ISSUANCE_POLICY_REQUIRED",
	  "the template wants signatures that cannot be given" },
	{ 0x8009480d, CA_CONFIG, "CERTSRV_E_SUBJECT_UPN_REQUIRED",
	  "the template takes names from the directory, not from the request" },
	{ 0x8009480e, CA_CONFIG, "CERTSRV_E_SUBJECT_DIRECTORY_GUID_REQUIRED",
	  "the template takes names from the directory, not from the request" },
	{ 0x8009480f, CA_CONFIG, "CERTSRV_E_SUBJECT_DNS_REQUIRED",
	  "the template takes names from the directory, not from the request" },
	{ 0x80094811, CA_CONFIG, "CERTSRV_E_KEY_LENGTH",
	  "the template wants a longer key than the firmware makes" },
};
/* clang-format on */

const struct hresult *
hresult_find(uint32_t number)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].number == number)
			return &rows[i];
	return NULL;
}

void
hresult_explain(uint32_t number, const char *words, enum ca_outcome other,
    struct ca_answer *answer)
{
	const struct hresult *row = hresult_find(number);
	const char *colon = words[0] == '\0' ? "" : ": ";

	if (row == NULL) {
		ca_answer_set(answer, other, "0x%08X%s%s", (unsigned int)number, colon,
		    words);
		return;
	}
	if (row->hint[0] == '\0')
		ca_answer_set(answer, row->outcome, "0x%08X %s%s%s",
		    (unsigned int)number, row->name, colon, words);
	else
		ca_answer_set(answer, row->outcome, "0x%08X %s (%s)%s%s",
		    (unsigned int)number, row->name, row->hint, colon, words);
	answer->patience_s = number == BAD_TEMPLATE_VERSION ? TEMPLATE_LAG_S : 0;
	answer->is_forgotten = number == NO_REQUEST || number == BAD_REQUESTSTATUS;
}
