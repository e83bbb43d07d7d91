/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the signing process does with one request: issue or revoke, and see to the
 * list of what is revoked.
 */
#include <string.h>

#include <openssl/sha.h>

#include "ca/crl.h"
#include "ca/issued.h"
#include "ca/signer.h"
#include "ca/signer_issue.h"
#include "x509/revocation.h"

static enum ca_outcome
outcome_of(enum rc r)
{
	switch (r) {
	case RC_OK:
		return CA_ISSUED;
	case RC_CA:
		return CA_REJECTED;
	case RC_LOCKED:
	case RC_NOMEM:
		return CA_RETRY;
	default:
		return CA_CONFIG;
	}
}

/* What was issued is not used, or not any more. Names and dates are not asked. */
static enum rc
revoke(const struct signer_settings *settings, const struct signer_request *request,
    struct err *err)
{
	uint8_t csr_sha256[SHA256_DIGEST_LENGTH];
	struct db db = { 0 };
	enum rc r = issued_open(settings->issued_file, &db, err);

	if (r == RC_OK && request->task == SIGNER_ABANDON) {
		SHA256(request->csr, request->csr_len, csr_sha256);
		r = issued_revoke_request(&db, csr_sha256, request->now, err);
	} else if (r == RC_OK) {
		r = issued_revoke_cert(&db, request->csr, request->csr_len,
		    request->now, err);
	}
	db_close(&db);
	return r;
}

/* A list that cannot be published stops a probe, and no certificate. */
static enum rc
publish(const struct signer_settings *settings, const struct issuer *issuer,
    const struct signer_request *request, struct signer_answer *answer, struct err *err)
{
	struct db db = { 0 };
	enum rc r = issued_open(settings->issued_file, &db, err);

	if (r == RC_OK)
		r = crl_refresh(&db, issuer, settings->crl_file,
		    settings->crl_lifetime_s, request->now, &answer->list, err);
	db_close(&db);
	return request->task == SIGNER_SUBMIT ? RC_OK : r;
}

/* The list that is published; a look renews none. */
static enum rc
read_list(const struct signer_settings *settings, struct signer_answer *answer,
    struct err *err)
{
	struct revocation list = { 0 };
	struct err cause = { 0 };
	enum rc r = revocation_read_file(settings->crl_file, &list, &cause);

	answer->list.this_update = list.this_update;
	if (r == RC_OK && list.has_next_update)
		answer->list.next_update = list.next_update;
	revocation_clear(&list);
	return r == RC_OK
	    ? r
	    : err_set(err, r, "%s (publish_amt_crl publishes one)", cause.text);
}

void
signer_answer_request(const struct signer_settings *settings,
    const struct issuer *issuer, const struct signer_request *request,
    struct signer_answer *answer)
{
	struct err err = { 0 };
	enum rc r;

	memset(answer, 0, sizeof(*answer));
	if (request->csr_len > sizeof(request->csr))
		r = err_set(&err, RC_CONFIG, "request: not as it must be");
	else if (request->task == SIGNER_ABANDON || request->task == SIGNER_RETIRE)
		r = revoke(settings, request, &err);
	else if (request->task == SIGNER_PUBLISH)
		r = signer_check_issuer(issuer, request, &err);
	else
		r = signer_issue(settings, issuer, request, answer, &err);
	if (r == RC_OK && settings->crl_file != NULL && request->task == SIGNER_LOOK)
		r = read_list(settings, answer, &err);
	else if (r == RC_OK && settings->crl_file != NULL)
		r = publish(settings, issuer, request, answer, &err);
	answer->outcome = (int32_t)outcome_of(r);
	answer->not_after = issuer->not_after;
	memcpy(answer->text, err.text, strnlen(err.text, sizeof(answer->text) - 1));
	memcpy(answer->key, issuer->key_text,
	    strnlen(issuer->key_text, sizeof(answer->key) - 1));
}
