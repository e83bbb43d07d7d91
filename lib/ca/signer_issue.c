/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the signing process issues: dates, certificate, a judgement of its own work,
 * and the table of what was issued before it answers.
 */
#include "ca/signer_issue.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/sha.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/codec.h"
#include "ca/accept.h"
#include "ca/issue.h"
#include "ca/issued.h"

enum {
	MIN_LEFT_S = 30 * CLOCK_DAY_S,	       /* unless half of the lifetime is less */
	CLOCK_BEHIND_MAX_S = 30 * CLOCK_DAY_S, /* of a device; beyond, set it first */
	TRIAL_DER_MAX_BYTES = 256,
};

/* A request as the rest of the code likes it. Lent from the message. */
struct order {
	const char *names[SIGNER_NAMES_MAX];
	struct csr_profile profile;
	struct issue_terms terms;
	int64_t now;
	int64_t device_now;
};

static bool
is_terminated(const char *field, size_t size)
{
	return memchr(field, '\0', size) != NULL;
}

/* The other side is a copy of this program, but one that has met a device. */
static enum rc
read_order(const struct signer_request *request, struct order *order, struct err *err)
{
	if (!is_terminated(request->common_name, sizeof(request->common_name)) ||
	    !is_terminated(request->digest, sizeof(request->digest)) ||
	    request->n_dns_names > SIGNER_NAMES_MAX ||
	    request->csr_len > sizeof(request->csr))
		return err_set(err, RC_CONFIG, "request: not as it must be");
	for (size_t i = 0; i < request->n_dns_names; i++) {
		order->names[i] = request->dns_names[i];
		if (!is_terminated(order->names[i], sizeof(request->dns_names[i])))
			return err_set(err, RC_CONFIG, "request: not as it must be");
	}
	order->profile.common_name = request->common_name;
	order->profile.dns_names = order->names;
	order->profile.n_dns_names = request->n_dns_names;
	order->profile.eku = (unsigned int)request->eku;
	order->terms.profile = &order->profile;
	order->terms.csr = request->csr;
	order->terms.csr_len = request->csr_len;
	order->now = request->now;
	order->device_now = request->not_before_max < request->now
	    ? request->not_before_max
	    : request->now;
	return RC_OK;
}

enum rc
signer_check_issuer(const struct issuer *issuer, const struct signer_request *request,
    struct err *err)
{
	char from[CLOCK_DATE_SIZE];
	char to[CLOCK_DATE_SIZE];

	if (request->now < issuer->not_before || request->now > issuer->not_after)
		return err_set(err, RC_CONFIG,
		    "the CA certificate is valid from %s to %s only",
		    clock_format_date(issuer->not_before, from),
		    clock_format_date(issuer->not_after, to));
	if (strcmp(request->digest, "sha384") == 0 &&
	    strcmp(issuer->digest, "sha384") != 0)
		return err_set(err, RC_CONFIG,
		    "this firmware needs SHA-384, and the CA key (%s) signs with "
		    "SHA-256: it must be RSA from 3072 bits, or P-384",
		    issuer->key_text);
	return RC_OK;
}

static enum rc
set_dates(const struct signer_settings *settings, const struct issuer *issuer,
    const struct signer_request *request, struct order *order, struct err *err)
{
	int64_t lifetime_s = settings->lifetime_s;
	int64_t min_left_s;
	char date[CLOCK_DATE_SIZE];
	char behind[CLOCK_DURATION_SIZE];

	if (order->now - order->device_now > CLOCK_BEHIND_MAX_S)
		return err_set(err, RC_CONFIG,
		    "the device's clock is %s behind: set it first (sync_amt_clock)",
		    clock_format_duration(order->now - order->device_now, behind));
	if (request->lifetime_s > 0 && request->lifetime_s < lifetime_s)
		lifetime_s = request->lifetime_s;
	/* Some hours back: a device whose clock lags must believe it too. */
	order->terms.not_before = order->device_now - settings->backdate_s;
	order->terms.not_after = order->now + lifetime_s;
	if (order->terms.not_after > issuer->not_after)
		order->terms.not_after = issuer->not_after;
	min_left_s = lifetime_s / 2 < MIN_LEFT_S ? lifetime_s / 2 : MIN_LEFT_S;
	if (order->terms.not_after - order->now < min_left_s)
		return err_set(err, RC_CONFIG,
		    "the CA certificate ends on %s, too early to issue from it",
		    clock_format_date(issuer->not_after, date));
	return RC_OK;
}

/* The judge of every CA's answers judges ours as well. */
static enum rc
judge(const struct signer_settings *settings, const struct order *order,
    const struct cert *leaf, struct err *err)
{
	const struct accept_input input = {
		.leaf = leaf,
		.chain = settings->chain,
		.n_chain = settings->n_chain,
		.csr = order->terms.csr,
		.csr_len = order->terms.csr_len,
		.profile = &order->profile,
		.anchors = settings->anchors,
		.now = order->now,
		.device_now = order->device_now,
	};
	struct err why = { 0 };
	enum rc r;

	r = accept_judge(&input, NULL, &why);
	if (r == RC_CA)
		return err_set(err, RC_CONFIG, "what it issues is refused: %s",
		    why.text);
	return r == RC_OK ? r : err_set(err, r, "%s", why.text);
}

static enum rc
issue_and_judge(const struct signer_settings *settings, const struct issuer *issuer,
    const struct order *order, uint8_t serial[ISSUE_SERIAL_BYTES],
    struct cert **ret_cert, struct err *err)
{
	struct cert *cert = NULL;
	uint8_t *der = NULL;
	size_t len = 0;
	enum rc r;

	r = issue_certificate(issuer, &order->terms, serial, &der, &len, err);
	if (r == RC_OK)
		r = cert_parse(der, len, &cert, err);
	if (r == RC_OK)
		r = judge(settings, order, cert, err);
	if (r == RC_OK) {
		*ret_cert = cert;
		cert = NULL;
	}
	cert_free(cert);
	free(der);
	return r;
}

/* Everything in the request but the request itself and the time; and by whom: who
 * changes the CA's files wants certificates of the new one. */
static enum rc
digest_profile(const struct signer_request *request, const struct issuer *issuer,
    uint8_t digest[SHA256_DIGEST_LENGTH], struct err *err)
{
	struct {
		struct signer_request request;
		uint8_t issuer[SHA256_DIGEST_LENGTH];
	} bare;

	memset(&bare, 0, sizeof(bare));
	memcpy(&bare.request, request, sizeof(bare.request));
	bare.request.task = SIGNER_PROBE;
	bare.request.now = 0;
	bare.request.not_before_max = 0;
	bare.request.csr_len = 0;
	memset(bare.request.csr, 0, sizeof(bare.request.csr));
	if (X509_digest(issuer->cert, EVP_sha256(), bare.issuer, NULL) != 1)
		return err_set(err, RC_INTERNAL, "the CA certificate has no digest");
	SHA256((const unsigned char *)&bare, sizeof(bare), digest);
	return RC_OK;
}

static enum rc
store(struct db *db, const struct order *order, const uint8_t *csr_sha256,
    const uint8_t *profile_sha256, const uint8_t serial[ISSUE_SERIAL_BYTES],
    const struct cert *cert, struct err *err)
{
	struct issued row = { .csr_sha256 = csr_sha256,
		.profile_sha256 = profile_sha256,
		.subject = cert->subject,
		.not_before = cert->not_before,
		.not_after = cert->not_after,
		.der = cert->der,
		.der_len = cert->der_len,
		.issued_at = order->now };
	struct buf hex;
	enum rc r;

	buf_init(&hex, (size_t)2 * ISSUE_SERIAL_BYTES);
	r = codec_hex_encode(&hex, serial, ISSUE_SERIAL_BYTES);
	if (r == RC_OK) {
		row.serial = buf_str(&hex);
		r = issued_add(db, &row, err);
	} else {
		r = err_set(err, r, "issued: out of memory");
	}
	buf_clear(&hex);
	return r;
}

/* In one transaction: the one of the last hour, or a new one that is stored. */
static enum rc
find_or_issue(const struct signer_settings *settings, const struct issuer *issuer,
    const struct signer_request *request, const struct order *order, struct db *db,
    struct cert **ret_cert, struct err *err)
{
	uint8_t csr_sha256[SHA256_DIGEST_LENGTH];
	uint8_t profile_sha256[SHA256_DIGEST_LENGTH];
	uint8_t serial[ISSUE_SERIAL_BYTES];
	struct cert *cert = NULL;
	uint8_t *der = NULL;
	size_t len = 0;
	enum rc r;

	SHA256(request->csr, request->csr_len, csr_sha256);
	r = digest_profile(request, issuer, profile_sha256, err);
	if (r == RC_OK)
		r = issued_find(db, csr_sha256, profile_sha256, order->now, &der, &len,
		    err);
	if (r == RC_OK) {
		r = cert_parse(der, len, ret_cert, err);
		free(der);
		return r;
	}
	if (r != RC_NOTFOUND)
		return r;
	r = issue_and_judge(settings, issuer, order, serial, &cert, err);
	if (r == RC_OK)
		r = store(db, order, csr_sha256, profile_sha256, serial, cert, err);
	if (r == RC_OK) {
		*ret_cert = cert;
		cert = NULL;
	}
	cert_free(cert);
	return r;
}

static enum rc
submit(const struct signer_settings *settings, const struct issuer *issuer,
    const struct signer_request *request, const struct order *order,
    struct signer_answer *answer, struct err *err)
{
	struct cert *cert = NULL;
	struct db db = { 0 };
	enum rc r;

	r = issue_check_request(&order->terms, err);
	if (r == RC_OK)
		r = issued_open(settings->issued_file, &db, err);
	if (r == RC_OK)
		r = db_begin(&db, err);
	if (r == RC_OK)
		r = find_or_issue(settings, issuer, request, order, &db, &cert, err);
	if (r == RC_OK && cert->der_len > sizeof(answer->cert))
		r = err_set(err, RC_LIMIT, "issued: %zu bytes", cert->der_len);
	if (r == RC_OK)
		r = db_commit(&db, err);
	if (r == RC_OK) {
		memcpy(answer->cert, cert->der, cert->der_len);
		answer->cert_len = cert->der_len;
	}
	if (db.sqlite != NULL)
		db_rollback(&db);
	cert_free(cert);
	db_close(&db);
	return r;
}

/* SubjectPublicKeyInfo of a key that nobody keeps. Caller frees. */
static enum rc
make_trial_key(uint8_t **ret_spki, size_t *ret_len, struct err *err)
{
	EVP_PKEY *key = EVP_EC_gen("P-384");
	unsigned char *spki = NULL;
	uint8_t *copy;
	int len;

	len = key != NULL ? i2d_PUBKEY(key, &spki) : -1;
	EVP_PKEY_free(key);
	if (len <= 0 || len > TRIAL_DER_MAX_BYTES)
		return err_set(err, RC_INTERNAL, "trial: no key");
	copy = malloc((size_t)len);
	if (copy != NULL)
		memcpy(copy, spki, (size_t)len);
	OPENSSL_free(spki);
	if (copy == NULL)
		return err_set(err, RC_NOMEM, "trial: out of memory");
	*ret_spki = copy;
	*ret_len = (size_t)len;
	return RC_OK;
}

/*
 * Go through all of it with a key that is thrown away: what would stop the real
 * request must be known before a device makes a key. The certificate stays here.
 */
static enum rc
try_out(const struct signer_settings *settings, const struct issuer *issuer,
    struct order *order, bool may_write, struct err *err)
{
	uint8_t serial[ISSUE_SERIAL_BYTES];
	struct cert *cert = NULL;
	struct db db = { 0 };
	uint8_t *spki = NULL;
	uint8_t *csr = NULL;
	size_t spki_len = 0;
	size_t csr_len = 0;
	enum rc r;

	r = issue_check_profile(&order->profile, err);
	if (r == RC_OK)
		r = make_trial_key(&spki, &spki_len, err);
	if (r == RC_OK)
		r = csr_build(&order->profile, spki, spki_len, "sha384", &csr, &csr_len,
		    err);
	if (r == RC_OK) {
		order->terms.csr = csr;
		order->terms.csr_len = csr_len;
		r = issue_and_judge(settings, issuer, order, serial, &cert, err);
	}
	if (r == RC_OK && may_write)
		r = issued_open(settings->issued_file, &db, err);
	db_close(&db);
	cert_free(cert);
	free(csr);
	free(spki);
	return r;
}

enum rc
signer_issue(const struct signer_settings *settings, const struct issuer *issuer,
    const struct signer_request *request, struct signer_answer *answer, struct err *err)
{
	struct order order = { 0 };
	enum rc r;

	r = read_order(request, &order, err);
	if (r == RC_OK)
		r = signer_check_issuer(issuer, request, err);
	if (r == RC_OK)
		r = set_dates(settings, issuer, request, &order, err);
	if (r == RC_OK && request->task == SIGNER_SUBMIT)
		r = submit(settings, issuer, request, &order, answer, err);
	else if (r == RC_OK)
		r = try_out(settings, issuer, &order, request->task != SIGNER_LOOK,
		    err);
	answer->lifetime_s = order.terms.not_after - order.now;
	return r;
}
