/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of PT_STATUS: name, sentence, reaction.  Source: Intel LMS,
 * StatusCodeDefinitions.h; the reactions are ours.
 */
#include "amt/pt_status.h"

#include <stddef.h>

enum {
	/* Methods with a value map of DMTF's add it to AMT's own codes.
	 * Source: Intel AMT SDK, "Errors and Return Values". */
	DMTF_OFFSET = 32768
};

struct row {
	int status;
	enum pt_reaction reaction;
	const char *name;
	const char *text;
};

/* clang-format off: columns */
static const struct row rows[] = {
	{ 0, PT_GO_ON, "SUCCESS", "done" },
	{ 1, PT_WAIT, "INTERNAL_ERROR",
	    "the firmware failed for a reason it does not tell" },
	{ 2, PT_WAIT, "NOT_READY", "the firmware is busy" },
	{ 3, PT_OPERATOR, "INVALID_PT_MODE",
	    "not possible in the provisioning mode of the device" },
	{ 12, PT_REFUSED, "INVALID_NAME", "a name was refused" },
	{ 16, PT_OPERATOR, "NOT_PERMITTED",
	    "not permitted for this account or in the present state of the device" },
	{ 23, PT_FULL, "MAX_LIMIT_REACHED",
	    "no room left: look for certificates and keys that nothing uses" },
	{ 24, PT_REFUSED, "INVALID_AUTH_TYPE",
	    "this kind of authentication was refused" },
	{ 25, PT_OPERATOR, "AUTHENTICATION_FAILED", "authentication failed" },
	{ 28, PT_REFUSED, "INVALID_DOMAIN_NAME", "the domain name was refused" },
	{ 30, PT_REFUSED, "REQUEST_UNEXPECTED", "not expected at this point" },
	{ 32, PT_OPERATOR, "INVALID_PROVISIONING_STATE",
	    "not possible in the provisioning state of the device" },
	{ 34, PT_REFUSED, "INVALID_TIME", "the time was refused" },
	{ 35, PT_REFUSED, "INVALID_INDEX", "no such index" },
	{ 36, PT_REFUSED, "INVALID_PARAMETER",
	    "a parameter was refused by this generation of firmware" },
	{ 38, PT_OPERATOR, "FLASH_WRITE_LIMIT_EXCEEDED",
	    "too many writes: wait for 40 minutes before the next change" },
	{ 45, PT_WAIT, "CONNECTION_FAILED", "the firmware could not connect" },
	{ 46, PT_WAIT, "CONNECTION_TOO_MANY", "the firmware has too many connections" },
	{ 47, PT_WAIT, "RNG_GENERATION_IN_PROGRESS", "random numbers are being made" },
	{ 48, PT_WAIT, "RNG_NOT_READY", "random numbers are not ready" },
	{ 49, PT_WAIT, "CERTIFICATE_NOT_READY", "the certificate is not ready" },
	{ 1024, PT_OPERATOR, "DISABLED_BY_POLICY",
	    "disabled by a policy of the device" },
	{ 2053, PT_REFUSED, "INVALID_HANDLE", "no such certificate or key" },
	{ 2054, PT_REFUSED, "INVALID_PASSWORD", "the password was refused" },
	{ 2055, PT_REFUSED, "INVALID_REALM", "the realm was refused" },
	{ 2057, PT_MISSING, "DATA_MISSING",
	    "something else must be set first: clock, key, certificate or root" },
	{ 2058, PT_EXISTS, "DUPLICATE", "it is in the store already" },
	{ 2060, PT_MISSING, "PKI_MISSING_KEYS", "the key pair is not in the store" },
	{ 2061, PT_WAIT, "PKI_GENERATING_KEYS", "a key pair is being made" },
	{ 2062, PT_REFUSED, "INVALID_KEY",
	    "the key was refused by this generation of firmware" },
	{ 2063, PT_REFUSED, "INVALID_CERT",
	    "the certificate was refused by this generation of firmware" },
	{ 2064, PT_REFUSED, "CERT_KEY_NOT_MATCH", "certificate and key do not match" },
	{ 2065, PT_FULL, "MAX_KERB_DOMAIN", "too many Kerberos domains" },
	{ 2066, PT_REFUSED, "UNSUPPORTED",
	    "not supported by this generation of firmware" },
	{ 2067, PT_REFUSED, "INVALID_PRIORITY", "the priority was refused" },
	{ 2068, PT_REFUSED, "NOT_FOUND", "not found in the device" },
	{ 2069, PT_REFUSED, "INVALID_CREDENTIALS", "the credentials were refused" },
	{ 2070, PT_REFUSED, "INVALID_PASSPHRASE", "the passphrase was refused" },
	{ 2072, PT_REFUSED, "NO_ASSOCIATION", "nothing is associated with it" },
	{ 2075, PT_OPERATOR, "AUDIT_FAIL",
	    "the audit log takes no entry, so the change is refused: empty the log" },
	{ 2076, PT_OPERATOR, "BLOCKING_COMPONENT",
	    "a component of the device blocks it" },
	{ 2081, PT_OPERATOR, "USER_CONSENT_REQUIRED",
	    "the user at the device has to consent" },
	{ 2082, PT_WAIT, "OPERATION_IN_PROGRESS", "another operation is in progress" },
};
/* clang-format on */

static const struct row *
find(int status)
{
	if (status >= DMTF_OFFSET)
		status -= DMTF_OFFSET;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].status == status)
			return &rows[i];
	return NULL;
}

const char *
pt_status_name(int status)
{
	const struct row *row = find(status);

	return row == NULL ? "unknown" : row->name;
}

const char *
pt_status_text(int status)
{
	const struct row *row = find(status);

	return row == NULL ? "a code that this program does not know" : row->text;
}

enum pt_reaction
pt_status_reaction(int status)
{
	const struct row *row = find(status);

	return row == NULL ? PT_OPERATOR : row->reaction;
}
