/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables of PKIStatus and PKIFailureInfo (RFC 4210 5.2.3, RFC 9480 2.4), and just
 * enough of DER to find them in an error message.
 */
#include "ca/cmp_status.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/err.h>

#include "base/text.h"

enum {
	TEXT_SIZE = 1024, /* all bits at once are more, and mean nothing */
	BODY_ERROR = 23,
};

static const struct {
	const char *name;
	enum ca_outcome outcome;
	const char *meaning; /* for the operator; NULL: the name says it */
} fail_table[CMP_FAIL_BITS] = {
	/* clang-format off */
	{ "badAlg", CA_CONFIG, NULL },
	{ "badMessageCheck", CA_AUTH, "our protection does not verify: the secret or its reference is wrong" },
	{ "badRequest", CA_CONFIG, "this kind of request is not taken" },
	{ "badTime", CA_CONFIG, "our clock and the CA's differ" },
	{ "badCertId", CA_REJECTED, NULL },
	{ "badDataFormat", CA_CONFIG, NULL },
	{ "wrongAuthority", CA_AUTH, "the message is for another CA: see recipient-cert" },
	{ "incorrectData", CA_REJECTED, NULL },
	{ "missingTimeStamp", CA_REJECTED, NULL },
	{ "badPOP", CA_REJECTED, "the CA could not verify the request's signature" },
	{ "certRevoked", CA_REJECTED, NULL },
	{ "certConfirmed", CA_REJECTED, NULL },
	{ "wrongIntegrity", CA_CONFIG, "another kind of protection is wanted" },
	{ "badRecipientNonce", CA_REJECTED, NULL },
	{ "timeNotAvailable", CA_REJECTED, NULL },
	{ "unacceptedPolicy", CA_REJECTED, NULL },
	{ "unacceptedExtension", CA_REJECTED, NULL },
	{ "addInfoNotAvailable", CA_REJECTED, NULL },
	{ "badSenderNonce", CA_REJECTED, NULL },
	{ "badCertTemplate", CA_CONFIG, "names, key or extensions are not what the CA's profile allows" },
	{ "signerNotTrusted", CA_AUTH, "the CA does not know the issuer of ra-cert" },
	{ "transactionIdInUse", CA_REJECTED, NULL },
	{ "unsupportedVersion", CA_UNSUPPORTED, NULL },
	{ "notAuthorized", CA_AUTH, "we may not ask for this" },
	{ "systemUnavail", CA_RETRY, NULL },
	{ "systemFailure", CA_RETRY, NULL },
	{ "duplicateCertReq", CA_REJECTED, NULL },
	/* clang-format on */
};

/* Of several reasons: first what could lock us out, last what time may heal. */
static const enum ca_outcome by_care[] = {
	CA_AUTH,
	CA_CONFIG,
	CA_UNSUPPORTED,
	CA_REJECTED,
	CA_RETRY,
};

static const char *const status_names[] = {
	[CMP_ACCEPTED] = "accepted",
	[CMP_GRANTED_WITH_MODS] = "granted with changes",
	[CMP_REJECTION] = "rejection",
	[CMP_WAITING] = "waiting",
	[CMP_REVOCATION_WARNING] = "revocation warning",
	[CMP_REVOCATION_NOTIFICATION] = "revocation notification",
	[CMP_KEY_UPDATE_WARNING] = "key update warning",
};

static bool
has_outcome(uint32_t bits, enum ca_outcome outcome)
{
	for (size_t i = 0; i < CMP_FAIL_BITS; i++)
		if ((bits & UINT32_C(1) << i) != 0 && fail_table[i].outcome == outcome)
			return true;
	return false;
}

static enum ca_outcome
outcome_of_bits(uint32_t bits)
{
	for (size_t i = 0; i < sizeof(by_care) / sizeof(by_care[0]); i++)
		if (has_outcome(bits, by_care[i]))
			return by_care[i];
	return CA_REJECTED;
}

enum ca_outcome
cmp_status_outcome(const struct cmp_status *status)
{
	switch (status->status) {
	case CMP_ACCEPTED:
	case CMP_GRANTED_WITH_MODS:
	case CMP_REVOCATION_WARNING:
	case CMP_REVOCATION_NOTIFICATION:
		return CA_ISSUED;
	case CMP_REJECTION:
		return outcome_of_bits(status->fail_bits);
	case CMP_WAITING:
		return CA_PENDING;
	case CMP_KEY_UPDATE_WARNING:
		return CA_REJECTED;
	default:
		return CA_BADANSWER;
	}
}

/* A line that is being made, without memory of its own; what is too much is cut. */
struct line {
	char text[TEXT_SIZE];
	size_t len;
};

static void line_add(struct line *line, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
line_add(struct line *line, const char *fmt, ...)
{
	size_t room = sizeof(line->text) - line->len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line->text + line->len, room, fmt, ap);
	va_end(ap);
	if (n > 0)
		line->len += (size_t)n < room ? (size_t)n : room - 1;
}

void
cmp_status_describe(const struct cmp_status *status, char *field, size_t size)
{
	size_t n_names = sizeof(status_names) / sizeof(status_names[0]);
	const char *separator = ": ";
	struct line line = { .len = 0 };

	if (status->status >= 0 && (uint64_t)status->status < n_names)
		line_add(&line, "%s", status_names[status->status]);
	else
		line_add(&line, "status %lld", (long long)status->status);
	for (size_t i = 0; i < CMP_FAIL_BITS; i++) {
		if ((status->fail_bits & UINT32_C(1) << i) == 0)
			continue;
		line_add(&line, "%s%s", separator, fail_table[i].name);
		if (fail_table[i].meaning != NULL)
			line_add(&line, " (%s)", fail_table[i].meaning);
		separator = ", ";
	}
	if (status->words[0] != '\0')
		line_add(&line, ": %s", status->words);
	text_line_field(field, size, line.text, line.len);
}

/* Bytes that are still to be read. */
struct der {
	const uint8_t *p;
	size_t len;
};

/* The next element when it has this tag and class: its content to *content, which may
 * be in itself, and in goes behind it. false: another, or none. */
static bool
take(struct der *in, int tag, int class, struct der *content)
{
	const uint8_t *p = in->p;
	long len = 0;
	int got_tag = 0;
	int got_class = 0;
	int flags;

	if (in->len == 0)
		return false;
	ERR_set_mark();
	flags = ASN1_get_object(&p, &len, &got_tag, &got_class, (long)in->len);
	ERR_pop_to_mark();
	/* 0x80: broken; 1: of indefinite length, which is not DER. */
	if ((flags & 0x81) != 0 || got_tag != tag || got_class != class)
		return false;
	/* In this order: both may be the same. */
	*in = (struct der){ p + len, in->len - (size_t)(p - in->p) - (size_t)len };
	*content = (struct der){ p, (size_t)len };
	return true;
}

/* The first line of its words. */
static void
read_words(struct der list, char field[CMP_WORDS_SIZE])
{
	struct der line = { NULL, 0 };

	if (take(&list, V_ASN1_UTF8STRING, V_ASN1_UNIVERSAL, &line))
		text_line_field(field, CMP_WORDS_SIZE, line.p, line.len);
}

/* Named bits: the first is the highest of the first byte behind that which counts
 * the unused ones. */
static uint32_t
read_bits(struct der string)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < CMP_FAIL_BITS && 1 + i / 8 < string.len; i++)
		if ((string.p[1 + i / 8] & 0x80 >> i % 8) != 0)
			bits |= UINT32_C(1) << i;
	return bits;
}

/* PKIStatusInfo ::= SEQUENCE { status INTEGER, statusString SEQUENCE OF UTF8String
 * OPTIONAL, failInfo BIT STRING OPTIONAL } */
static bool
read_info(struct der info, struct cmp_status *status)
{
	struct der part = { NULL, 0 };

	if (!take(&info, V_ASN1_INTEGER, V_ASN1_UNIVERSAL, &part) || part.len != 1)
		return false;
	status->status = part.p[0];
	if (take(&info, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL, &part))
		read_words(part, status->words);
	if (take(&info, V_ASN1_BIT_STRING, V_ASN1_UNIVERSAL, &part))
		status->fail_bits = read_bits(part);
	return info.len == 0;
}

enum rc
cmp_status_read_error(const uint8_t *message, size_t len, struct cmp_status *ret_status,
    struct err *err)
{
	struct cmp_status status = { .status = CMP_STATUS_ABSENT };
	struct der in = { message, len };
	struct der whole = { NULL, 0 };
	struct der part = { NULL, 0 };
	struct der info = { NULL, 0 };

	if (!take(&in, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL, &whole) || in.len != 0 ||
	    !take(&whole, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL, &part))
		return err_set(err, RC_FORMAT, "CMP: RFC 4210 5.1: not one PKIMessage");
	if (!take(&whole, BODY_ERROR, V_ASN1_CONTEXT_SPECIFIC, &part))
		return err_set(err, RC_NOTFOUND, "CMP: no error message");
	if (!take(&part, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL, &info) ||
	    !take(&info, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL, &part) ||
	    !read_info(part, &status))
		return err_set(err, RC_FORMAT,
		    "CMP: RFC 4210 5.3.21: an error message without a status");
	*ret_status = status;
	return RC_OK;
}
