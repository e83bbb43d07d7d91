/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a run holds, and the questions that all its files ask: where in the
 * store are the old and the new certificate, which one is served.
 */
#include "renew/renewal.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include "base/clock.h"

int64_t
renewal_now(const struct renewal *rn)
{
	return rn->options->now +
	    (rn->options->past_ms + clock_monotonic_ms() - rn->opened_ms) / 1000;
}

int64_t
renewal_device_now(const struct renewal *rn)
{
	const struct facts_clock *clock = &rn->facts.clock;

	return renewal_now(rn) +
	    (clock->known && !rn->sets_clock ? clock->offset_s : 0);
}

int64_t
renewal_left_ms(const struct renewal *rn)
{
	return rn->options->deadline_ms - clock_monotonic_ms();
}

static const struct facts_cert *
find_by_fingerprint(const struct facts *facts,
    const uint8_t fingerprint[CERT_FINGERPRINT_BYTES])
{
	for (size_t i = 0; i < facts->n_certs; i++)
		if (memcmp(facts->certs[i].cert->fingerprint, fingerprint,
			CERT_FINGERPRINT_BYTES) == 0)
			return &facts->certs[i];
	return NULL;
}

const struct facts_cert *
renewal_find_new_cert(const struct renewal *rn)
{
	return rn->new_cert == NULL ? NULL
				    : facts_find_cert_by_der(&rn->facts, rn->new_cert);
}

const struct facts_cert *
renewal_find_old_cert(const struct renewal *rn)
{
	return find_by_fingerprint(&rn->facts, rn->run.old_fingerprint);
}

const struct facts_key *
renewal_find_new_key(const struct renewal *rn)
{
	for (size_t i = 0; i < rn->facts.n_keys; i++) {
		const struct facts_key *key = &rn->facts.keys[i];

		if (rn->run.new_spki_len > 0 && key->spki_len == rn->run.new_spki_len &&
		    memcmp(key->spki, rn->run.new_spki, key->spki_len) == 0)
			return key;
	}
	return NULL;
}

bool
renewal_serves_new(const struct renewal *rn)
{
	return rn->served != NULL && rn->new_cert != NULL &&
	    cert_equals(rn->served, rn->new_cert);
}

bool
renewal_serves_old(const struct renewal *rn)
{
	return rn->served != NULL &&
	    memcmp(rn->served->fingerprint, rn->run.old_fingerprint,
		CERT_FINGERPRINT_BYTES) == 0;
}

bool
renewal_new_spki_sha256(const struct renewal *rn,
    uint8_t sha256[CERT_FINGERPRINT_BYTES])
{
	if (rn->run.new_spki_len == 0)
		return false;
	SHA256(rn->run.new_spki, rn->run.new_spki_len, sha256);
	return true;
}

enum rc
renewal_keep_bytes(uint8_t **field, size_t *field_len, const uint8_t *bytes, size_t len,
    struct err *err)
{
	uint8_t *copy = NULL;

	if (len > 0) {
		copy = malloc(len);
		if (copy == NULL)
			return err_set(err, RC_NOMEM, "renewal: out of memory");
		memcpy(copy, bytes, len);
	}
	free(*field);
	*field = copy;
	*field_len = len;
	return RC_OK;
}

/* Where it stands in the list, or len. */
static size_t
find_listed(const uint8_t *list, size_t len,
    const uint8_t sha256[CERT_FINGERPRINT_BYTES])
{
	for (size_t at = 0; at + CERT_FINGERPRINT_BYTES <= len;
	     at += CERT_FINGERPRINT_BYTES)
		if (memcmp(list + at, sha256, CERT_FINGERPRINT_BYTES) == 0)
			return at;
	return len;
}

bool
renewal_is_listed(const uint8_t *list, size_t len,
    const uint8_t sha256[CERT_FINGERPRINT_BYTES])
{
	return find_listed(list, len, sha256) < len;
}

enum rc
renewal_list(uint8_t **list, size_t *len, const uint8_t sha256[CERT_FINGERPRINT_BYTES],
    struct err *err)
{
	uint8_t *longer = NULL;

	if (renewal_is_listed(*list, *len, sha256))
		return RC_OK;
	longer = realloc(*list, *len + CERT_FINGERPRINT_BYTES);
	if (longer == NULL)
		return err_set(err, RC_NOMEM, "renewal: out of memory");
	memcpy(longer + *len, sha256, CERT_FINGERPRINT_BYTES);
	*list = longer;
	*len += CERT_FINGERPRINT_BYTES;
	return RC_OK;
}

void
renewal_unlist(uint8_t *list, size_t *len, const uint8_t sha256[CERT_FINGERPRINT_BYTES])
{
	size_t at = find_listed(list, *len, sha256);

	if (at == *len)
		return;
	*len -= CERT_FINGERPRINT_BYTES;
	memmove(list + at, list + at + CERT_FINGERPRINT_BYTES, *len - at);
}

enum rc
renewal_set_new_cert(struct renewal *rn, struct cert *cert, struct err *err)
{
	enum rc r = renewal_keep_bytes(&rn->run.new_cert, &rn->run.new_cert_len,
	    cert == NULL ? NULL : cert->der, cert == NULL ? 0 : cert->der_len, err);

	if (r != RC_OK)
		return r;
	cert_free(rn->new_cert);
	rn->new_cert = cert;
	return RC_OK;
}

void
renewal_forget_request(struct renewal *rn)
{
	free(rn->run.csr);
	free(rn->run.signed_csr);
	rn->run.csr = NULL;
	rn->run.csr_len = 0;
	rn->run.signed_csr = NULL;
	rn->run.signed_csr_len = 0;
	rn->has_request = false;
	(void)renewal_set_new_cert(rn, NULL, NULL);
	rn->run.new_cert_instance_id[0] = '\0';
}

void
renewal_forget_run(struct renewal *rn)
{
	journal_run_clear(&rn->run);
	cert_free(rn->new_cert);
	rn->new_cert = NULL;
	rn->has_request = false;
	rn->is_resumed = false;
	rn->is_undoing = false;
	rn->is_foreign = false;
	rn->bound = false;
	rn->proved = false;
	rn->wrote = false;
	rn->needs = 0;
	rn->sets_clock = false;
	memset(&rn->before, 0, sizeof(rn->before));
	rn->lowered = rn->closing = rn->closed = rn->proved_closed = false;
}

void
renewal_say(const struct renewal *rn, const char *step, const char *text)
{
	if (rn->options->report != NULL)
		rn->options->report(rn->options->ctx, step, text);
}

void
renewal_clear(struct renewal *rn)
{
	device_close(rn->device);
	facts_clear(&rn->facts);
	cert_free(rn->served);
	cert_free(rn->new_cert);
	cert_free(rn->names_from);
	cert_free(rn->anchor);
	cert_free(rn->client);
	for (size_t i = 0; i < rn->n_issuers; i++)
		cert_free(rn->issuers[i]);
	journal_run_clear(&rn->run);
	cert_request_clear(&rn->request);
	journal_unlock(rn->lock);
	if (rn->has_db)
		db_close(&rn->db);
	shelf_clear(&rn->shelf);
	ca_close(rn->ca);
	memset(rn, 0, sizeof(*rn));
}
