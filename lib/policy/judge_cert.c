/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What else is wrong with one certificate: its key, its digest, its name.
 * Limits: 112 bits of security (NIST SP 800-57) for keys; RFC 9155 for digests.
 */
#include <string.h>

#include "base/text.h"
#include "policy/judge.h"

enum {
	RSA_MIN_BITS = 2048,
	EC_MIN_BITS = 256,
	DESCRIPTION_SIZE = 160,
	HOST_SIZE = 64,
};

static bool
is_weak_digest(const char *digest)
{
	static const char *const weak[] = { "md2", "md4", "md5", "mdc2", "sha1",
		"md5-sha1" };

	for (size_t i = 0; i < sizeof(weak) / sizeof(weak[0]); i++)
		if (strcmp(digest, weak[i]) == 0)
			return true;
	return false;
}

static enum rc
judge_key(struct verdict *verdict, const struct about *about, struct err *err)
{
	const struct cert *cert = about->cert;
	int least = 0;

	if (cert->key_kind == CERT_KEY_RSA)
		least = RSA_MIN_BITS;
	else if (cert->key_kind == CERT_KEY_EC)
		least = EC_MIN_BITS;
	if (cert->key_bits >= least)
		return RC_OK;
	return judge_add(verdict, about, REASON_WEAK_KEY, err,
	    "weak key, %s of %d bit, at least %d",
	    cert->key_kind == CERT_KEY_RSA ? "RSA" : "EC", cert->key_bits, least);
}

enum rc
judge_strength(struct verdict *verdict, const struct about *about, struct err *err)
{
	const struct cert *cert = about->cert;
	enum rc r;

	r = judge_key(verdict, about, err);
	if (r != RC_OK || about->is_anchor || !is_weak_digest(cert->signature_digest))
		return r;
	return judge_add(verdict, about, REASON_WEAK_DIGEST, err,
	    "weak signature digest, %s", cert->signature_digest);
}

enum rc
judge_maker(struct verdict *verdict, const struct about *about, struct err *err)
{
	if (!maker_is_note(about->maker))
		return RC_OK;
	return judge_add(verdict, about, REASON_MAKER, err, "made by %s, renewed by %s",
	    maker_by(about->maker), maker_renewal(about->maker));
}

enum rc
judge_name(struct verdict *verdict, const struct about *about, enum name_match match,
    const char *host, struct err *err)
{
	char description[DESCRIPTION_SIZE], wanted[HOST_SIZE];

	switch (match) {
	case NAME_UNKNOWN:
	case NAME_MATCH_SAN:
		break;
	case NAME_MATCH_CN_ONLY:
		return judge_add(verdict, about, REASON_CN_ONLY, err, "%s",
		    reason_sentence(REASON_CN_ONLY));
	case NAME_ABSENT:
		return judge_add(verdict, about, REASON_NO_NAME, err, "%s",
		    reason_sentence(REASON_NO_NAME));
	case NAME_MISMATCH:
		name_describe(about->cert, description, sizeof(description));
		text_printable_field(wanted, sizeof(wanted), host, strlen(host));
		return judge_add(verdict, about, REASON_WRONG_NAME, err,
		    "wrong name, %s is wanted: %s", wanted, description);
	}
	return RC_OK;
}
