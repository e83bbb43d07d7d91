/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which of the certificates that a server shows is which is told by their contents:
 * RFC 8894 4.2.1.2 gives no order.
 */
#include "ca/scep_ca.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/codec.h"
#include "base/text.h"

#define PRINT_PREFIX "sha256:"

enum {
	MIN_SIGNATURE_BITS = 112,
	SUBJECT_SIZE = 160,
	HEX_CHARS = 2 * CERT_FINGERPRINT_BYTES,
	CAPABILITY_SIZE = 32,
};

static const struct {
	const char *word;
	unsigned int bits;
} capabilities[] = {
	{ "POSTPKIOperation", SCEP_CAN_POST },
	{ "AES", SCEP_CAN_AES },
	{ "SHA-256", SCEP_CAN_SHA256 },
	{ "SCEPStandard", SCEP_CAN_ALL },
};

/* One fingerprint of len characters; false when it is none. */
static bool
read_print(const char *text, size_t len, uint8_t print[CERT_FINGERPRINT_BYTES])
{
	const size_t prefix = sizeof(PRINT_PREFIX) - 1;
	char hex[HEX_CHARS + 1];
	size_t n = 0;

	if (len < prefix || strncasecmp(text, PRINT_PREFIX, prefix) != 0)
		return false;
	for (size_t i = prefix; i < len; i++) {
		if (text[i] == ':')
			continue;
		if (n == HEX_CHARS)
			return false;
		hex[n++] = text[i];
	}
	hex[n] = '\0';
	return n == HEX_CHARS &&
	    codec_hex_decode(hex, print, CERT_FINGERPRINT_BYTES, NULL) == RC_OK;
}

enum rc
scep_known_add_prints(struct scep_known *known, const char *text, struct err *err)
{
	static const char blanks[] = " \t,";

	for (text += strspn(text, blanks); *text != '\0';
	     text += strspn(text, blanks)) {
		size_t len = strcspn(text, blanks);

		if (known->n_prints == SCEP_PRINTS_MAX)
			return err_set(err, RC_LIMIT, "more than %d fingerprints",
			    SCEP_PRINTS_MAX);
		if (!read_print(text, len, known->prints[known->n_prints]))
			return err_set(err, RC_FORMAT,
			    "not sha256: and 64 hex digits: %.80s", text);
		known->n_prints++;
		text += len;
	}
	return known->n_prints > 0 ? RC_OK : err_set(err, RC_FORMAT, "no fingerprint");
}

void
scep_ca_clear(struct scep_ca *ca)
{
	bag_clear(&ca->bag);
	X509_free(ca->issuer_x509);
	X509_free(ca->recipient);
	sk_X509_pop_free(ca->signers, X509_free);
	memset(ca, 0, sizeof(*ca));
}

static bool
is_known(const struct scep_known *known, const struct cert *cert)
{
	for (size_t i = 0; i < known->n_prints; i++)
		if (memcmp(known->prints[i], cert->fingerprint,
			CERT_FINGERPRINT_BYTES) == 0)
			return true;
	for (size_t list = 0; list < 2; list++)
		for (size_t i = 0; i < known->n_certs[list]; i++)
			if (cert_equals(known->certs[list][i], cert))
				return true;
	return false;
}

static bool
is_issued_by(const struct cert *cert, const struct cert *issuer)
{
	X509 *x = NULL;
	X509 *by = NULL;
	bool is_so = cert_get_x509(cert, &x, NULL) == RC_OK &&
	    cert_get_x509(issuer, &by, NULL) == RC_OK &&
	    X509_check_issued(by, x) == X509_V_OK &&
	    X509_verify(x, X509_get0_pubkey(by)) == 1;

	X509_free(x);
	X509_free(by);
	return is_so;
}

/* The known CA that issued none of the others: a server may show a path. */
static const struct cert *
find_issuer(const struct bag *bag, const struct scep_known *known, int64_t now)
{
	const struct cert *found = NULL;

	for (size_t i = 0; i < bag->n; i++) {
		const struct cert *cert = bag->certs[i];

		if (!cert->is_ca || !is_known(known, cert) || cert->not_after < now)
			continue;
		if (found == NULL || is_issued_by(cert, found))
			found = cert;
	}
	return found;
}

static bool
is_for_tls(const struct cert *cert)
{
	return (cert->eku &
		   (CERT_EKU_SERVER_AUTH | CERT_EKU_CLIENT_AUTH | CERT_EKU_ANY)) != 0;
}

/* May it speak for the CA? */
static bool
is_ra(const struct scep_ca *ca, const struct scep_known *known, const struct cert *cert,
    int64_t now)
{
	if (cert->is_ca || now < cert->not_before || now > cert->not_after)
		return false;
	if (is_known(known, cert))
		return true;
	return !is_for_tls(cert) && cert->signature_bits >= MIN_SIGNATURE_BITS &&
	    is_issued_by(cert, ca->issuer);
}

static enum rc
add_signer(struct scep_ca *ca, const struct cert *cert, struct err *err)
{
	X509 *x = NULL;
	enum rc r = cert_get_x509(cert, &x, err);

	if (r != RC_OK)
		return r;
	if (sk_X509_push(ca->signers, x) > 0)
		return RC_OK;
	X509_free(x);
	return err_set(err, RC_NOMEM, "SCEP: out of memory");
}

static enum rc
take_ras(struct scep_ca *ca, const struct scep_known *known, int64_t now,
    struct err *err)
{
	enum rc r = RC_OK;

	for (size_t i = 0; i < ca->bag.n && r == RC_OK; i++) {
		const struct cert *cert = ca->bag.certs[i];

		if (!is_ra(ca, known, cert, now))
			continue;
		if (cert->can_sign_digitally)
			r = add_signer(ca, cert, err);
		if (r == RC_OK && ca->recipient == NULL && cert->can_encipher_keys &&
		    cert->key_kind == CERT_KEY_RSA)
			r = cert_get_x509(cert, &ca->recipient, err);
	}
	return r;
}

/* What the operator can compare, and write down. */
static enum rc
refuse_strangers(const struct bag *bag, struct err *err)
{
	char hex[HEX_CHARS + 1] = "";
	char subject[SUBJECT_SIZE] = "";
	struct buf print;

	for (size_t i = 0; i < bag->n; i++) {
		const struct cert *cert = bag->certs[i];

		if (!cert->is_ca)
			continue;
		buf_init(&print, sizeof(hex));
		(void)codec_hex_encode(&print, cert->fingerprint,
		    CERT_FINGERPRINT_BYTES);
		(void)snprintf(hex, sizeof(hex), "%s", buf_str(&print));
		buf_clear(&print);
		text_line_field(subject, sizeof(subject), cert->subject,
		    strlen(cert->subject));
	}
	if (hex[0] == '\0')
		return err_set(err, RC_CA, "GetCACert: no certificate of a CA in it");
	return err_set(err, RC_CA,
	    "GetCACert: %s, sha256:%s, is not in trust-anchor or chain-file, nor the "
	    "ca-fingerprint, or has ended: compare it with the CA's own, then add it",
	    subject, hex);
}

enum rc
scep_ca_choose(struct scep_ca *ca, const struct scep_known *known, int64_t now,
    struct err *err)
{
	enum rc r = RC_OK;

	ca->issuer = find_issuer(&ca->bag, known, now);
	if (ca->issuer == NULL) {
		ERR_clear_error();
		return refuse_strangers(&ca->bag, err);
	}
	ca->signers = sk_X509_new_null();
	if (ca->signers == NULL)
		return err_set(err, RC_NOMEM, "SCEP: out of memory");
	r = cert_get_x509(ca->issuer, &ca->issuer_x509, err);
	if (r == RC_OK)
		r = add_signer(ca, ca->issuer, err);
	if (r == RC_OK)
		r = take_ras(ca, known, now, err);
	if (r == RC_OK && ca->recipient == NULL && ca->issuer->key_kind == CERT_KEY_RSA)
		r = cert_get_x509(ca->issuer, &ca->recipient, err);
	if (r == RC_OK && ca->recipient == NULL)
		r = err_set(err, RC_CA,
		    "GetCACert: neither the CA nor an RA that we trust has an RSA key: "
		    "nothing can be encrypted for it");
	ERR_clear_error();
	return r;
}

unsigned int
scep_ca_read_caps(const char *text, size_t len)
{
	const char *end = text + len;
	unsigned int caps = 0;

	while (text < end) {
		char word[CAPABILITY_SIZE];
		size_t n = 0;

		while (text < end && isspace((unsigned char)*text))
			text++;
		for (; text < end && !isspace((unsigned char)*text); text++)
			if (n < sizeof(word) - 1)
				word[n++] = *text;
		word[n] = '\0';
		for (size_t i = 0; i < sizeof(capabilities) / sizeof(capabilities[0]);
		     i++)
			if (strcasecmp(word, capabilities[i].word) == 0)
				caps |= capabilities[i].bits;
	}
	return caps;
}

void
scep_ca_name_missing(unsigned int caps, char field[SCEP_CAPS_SIZE])
{
	size_t len = 0;

	field[0] = '\0';
	for (size_t i = 0; i < sizeof(capabilities) / sizeof(capabilities[0]); i++) {
		if (capabilities[i].bits == SCEP_CAN_ALL ||
		    (caps & capabilities[i].bits) != 0)
			continue;
		(void)snprintf(field + len, SCEP_CAPS_SIZE - len, "%s%s",
		    len == 0 ? "" : ", ", capabilities[i].word);
		len = strlen(field);
	}
}
