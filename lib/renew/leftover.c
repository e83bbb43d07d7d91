/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One rule for certificates, one for keys, and the places that both leave.
 */
#include "renew/leftover.h"

#include <string.h>

#include "renew/look.h"
#include "renew/prune.h"

static bool
is_of_this_run(const struct renewal *rn, const struct cert *cert)
{
	return (rn->new_cert != NULL && cert_equals(cert, rn->new_cert)) ||
	    (rn->served != NULL && cert_equals(cert, rn->served)) ||
	    memcmp(cert->fingerprint, rn->run.old_fingerprint,
		CERT_FINGERPRINT_BYTES) == 0;
}

static bool
may_go(const struct renewal *rn)
{
	return rn->usage_known && rn->refusal[0] == '\0' && !rn->proved &&
	    !rn->is_undoing && !rn->is_foreign;
}

bool
leftover_is_cert(const struct renewal *rn, size_t i)
{
	const struct facts_cert *cert = &rn->facts.certs[i];

	return may_go(rn) && rn->ours_cert[i] && cert->usage == USAGE_NONE &&
	    !cert->is_trusted_root && !cert->is_read_only &&
	    !is_of_this_run(rn, cert->cert);
}

/* A certificate that stays needs its key; one that cannot be read may. */
bool
leftover_is_key(const struct renewal *rn, size_t i)
{
	const struct facts_key *key = &rn->facts.keys[i];

	if (!may_go(rn) || !rn->ours_key[i] || rn->awaited_key[i] ||
	    rn->facts.n_unreadable > 0 || key == renewal_find_new_key(rn))
		return false;
	for (size_t n = 0; n < rn->facts.n_certs; n++)
		if (!leftover_is_cert(rn, n) &&
		    memcmp(rn->facts.certs[n].cert->spki_sha256, key->spki_sha256,
			CERT_FINGERPRINT_BYTES) == 0)
			return false;
	return true;
}

static size_t
count_certs(const struct renewal *rn)
{
	size_t n = 0;

	for (size_t i = 0; i < rn->facts.n_certs; i++)
		if (leftover_is_cert(rn, i))
			n++;
	return n;
}

static size_t
count_keys(const struct renewal *rn)
{
	size_t n = 0;

	for (size_t i = 0; i < rn->facts.n_keys; i++)
		if (leftover_is_key(rn, i))
			n++;
	return n;
}

bool
leftover_is_none(const void *ctx)
{
	return count_certs(ctx) == 0 && count_keys(ctx) == 0;
}

void
leftover_plan(const void *ctx, struct plan *plan)
{
	const struct renewal *rn = ctx;

	for (size_t i = 0; i < rn->facts.n_certs; i++)
		if (leftover_is_cert(rn, i))
			plan_add_write(plan, "AMT_PublicKeyCertificate", "Delete",
			    rn->facts.certs[i].instance_id);
	for (size_t i = 0; i < rn->facts.n_keys; i++)
		if (leftover_is_key(rn, i))
			plan_add_write(plan, "AMT_PublicPrivateKeyPair", "Delete",
			    rn->facts.keys[i].instance_id);
}

enum rc
leftover_run(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;
	enum rc r = look_connect(rn, err);

	rn->wrote = true;
	if (r == RC_OK)
		r = prune_each_cert(rn, leftover_is_cert, "left behind", err);
	if (r == RC_OK)
		r = prune_each_key(rn, leftover_is_key, err);
	return r;
}

static enum rc
judge_places(const struct renewal *rn, const char *what, size_t n, int64_t most,
    struct err *err)
{
	if (most <= 0 || (int64_t)n < most)
		return RC_OK;
	return err_set(err, RC_STATE,
	    "%s: no free place for another %s, %zu of %lld taken: remove what nothing "
	    "uses",
	    rn->facts.name, what, n, (long long)most);
}

enum rc
leftover_judge_room(const struct renewal *rn, struct err *err)
{
	const struct policy *policy = rn->options->policy;
	enum rc r = judge_places(rn, "key pair", rn->facts.n_keys - count_keys(rn),
	    policy->store_keys, err);

	if (r == RC_OK)
		r = judge_places(rn, "certificate", rn->facts.n_certs - count_certs(rn),
		    policy->store_certs, err);
	return r;
}
