/* SPDX-License-Identifier: BSD-2-Clause */
#include "hand_renewal.h"

#include <stdio.h>
#include <stdlib.h>

#include <openssl/sha.h>

#include "base/clock.h"
#include "renew/renew_tls.h"
#include "unit.h"

struct hand_renewal *
hand_renewal_new(int64_t now)
{
	struct hand_renewal *hand = calloc(1, sizeof(*hand));
	struct renewal *rn = NULL;

	assert_non_null(hand);
	rn = &hand->renewal;
	target_init(&hand->target);
	hand->target.name = strdup(HAND_NAME);
	assert_non_null(hand->target.name);
	policy_init(&hand->policy);
	hand->options = (struct procedure_options){ .target = &hand->target,
		.policy = &hand->policy,
		.apply = true,
		.deadline_ms = clock_monotonic_ms() + 3600000 };
	rn->procedure = &renew_tls;
	rn->options = &hand->options;
	hand_set_time(hand, now);
	rn->usage_known = true;
	memcpy(rn->uuid, HAND_UUID, sizeof(rn->uuid));
	memcpy(rn->facts.name, HAND_NAME, sizeof(HAND_NAME));
	rn->facts.has_store = true;
	rn->facts.version_major = 14;
	rn->facts.control_mode = CONTROL_ADMIN;
	rn->facts.provisioning_state = 2;
	rn->facts.tls_network.known = true;
	rn->facts.tls_network.is_enabled = true;
	return hand;
}

void
hand_set_time(struct hand_renewal *hand, int64_t now)
{
	hand->options.now = now;
	hand->renewal.opened_ms = clock_monotonic_ms();
}

void
hand_renewal_free(struct hand_renewal *hand)
{
	renewal_clear(&hand->renewal);
	target_clear(&hand->target);
	free(hand);
}

size_t
hand_add_cert(struct renewal *rn, const struct make_cert *spec, int64_t handle)
{
	struct cert *cert = make_facts(spec);
	size_t i = hand_add_copy(rn, cert, handle);

	cert_free(cert);
	return i;
}

size_t
hand_add_copy(struct renewal *rn, const struct cert *cert, int64_t handle)
{
	struct facts_cert *added = NULL;
	struct err err = { 0 };

	assert_rc(facts_add_cert(&rn->facts, &added, &err), RC_OK, &err);
	assert_rc(cert_dup(cert, &added->cert, &err), RC_OK, &err);
	added->handle = handle;
	(void)snprintf(added->instance_id, sizeof(added->instance_id), "Cert %lld",
	    (long long)handle);
	return rn->facts.n_certs - 1;
}

size_t
hand_add_key(struct renewal *rn, const char *kind, int number, int64_t handle)
{
	struct facts_key *added = NULL;
	struct err err = { 0 };
	unsigned char *spki = NULL;
	int len = i2d_PUBKEY(make_key(kind, number), &spki);

	assert_true(len > 0);
	assert_rc(facts_add_key(&rn->facts, &added, &err), RC_OK, &err);
	added->spki = malloc((size_t)len);
	assert_non_null(added->spki);
	memcpy(added->spki, spki, (size_t)len);
	added->spki_len = (size_t)len;
	SHA256(spki, (size_t)len, added->spki_sha256);
	OPENSSL_free(spki);
	added->handle = handle;
	(void)snprintf(added->instance_id, sizeof(added->instance_id), "Key %lld",
	    (long long)handle);
	return rn->facts.n_keys - 1;
}

void
hand_serve(struct renewal *rn, size_t i)
{
	struct facts_cert *served = &rn->facts.certs[i];
	struct err err = { 0 };

	cert_free(rn->served);
	rn->served = NULL;
	assert_rc(cert_dup(served->cert, &rn->served, &err), RC_OK, &err);
	for (size_t k = 0; k < rn->facts.n_certs; k++)
		rn->facts.certs[k].usage &= ~(unsigned int)USAGE_TLS;
	served->usage |= USAGE_TLS;
	rn->facts.has_tls_context = true;
	memcpy(rn->facts.tls_context_cert, served->instance_id,
	    sizeof(served->instance_id));
}

void
hand_finish(struct renewal *rn)
{
	const struct make_cert old = { .san = "DNS:" HAND_NAME };
	const struct make_cert new = { .san = "DNS:" HAND_NAME,
		.key_number = 1,
		.not_after = MAKE_NB + 700 * MAKE_DAY };
	struct err err = { 0 };
	struct cert *copy = NULL;
	size_t o = hand_add_cert(rn, &old, 0);
	size_t n = hand_add_cert(rn, &new, 1);
	const struct facts_key *key = NULL;

	(void)hand_add_key(rn, "p256", 0, 0);
	key = &rn->facts.keys[hand_add_key(rn, "p256", 1, 1)];
	facts_match_keys(&rn->facts);
	rn->ours_cert[o] = rn->ours_cert[n] = true;
	rn->ours_key[0] = rn->ours_key[1] = true;
	memcpy(rn->run.old_fingerprint, rn->facts.certs[o].cert->fingerprint,
	    sizeof(rn->run.old_fingerprint));
	assert_rc(renewal_keep_bytes(&rn->run.new_spki, &rn->run.new_spki_len,
		      key->spki, key->spki_len, &err),
	    RC_OK, &err);
	assert_rc(cert_dup(rn->facts.certs[n].cert, &copy, &err), RC_OK, &err);
	assert_rc(renewal_set_new_cert(rn, copy, &err), RC_OK, &err);
	hand_serve(rn, n);
	rn->bound = rn->committed = rn->proved = true;
}
