/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way back of a TLS renewal: old certificate bound, committed and proved, then
 * what was new deleted.  When somebody else's certificate is served by now, only
 * the latter.
 */
#include "renew/bind.h"
#include "renew/prove.h"
#include "renew/prune.h"
#include "renew/tls_steps.h"

static bool
is_proved(const void *ctx)
{
	const struct renewal *rn = ctx;

	return rn->proved;
}

static bool
was_bound(const void *ctx)
{
	const struct renewal *rn = ctx;

	return rn->bound && !rn->is_foreign;
}

static bool
is_old_bound(const void *ctx)
{
	const struct renewal *rn = ctx;
	const struct facts_cert *bound = bind_find(rn);

	return bound != NULL && bound == renewal_find_old_cert(rn);
}

static enum rc
run_bind_back(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;

	bind_forget_commits(rn);
	return bind_to(rn, renewal_find_old_cert(rn), err);
}

static bool
is_old_served(const void *ctx)
{
	const struct renewal *rn = ctx;

	return rn->committed_back && renewal_serves_old(rn);
}

static enum rc
run_prove_back(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;
	enum rc r = rn->is_foreign ? RC_OK : prove_old(rn, err);

	if (r != RC_OK)
		return r;
	rn->proved = true;
	rn->awaits_commit = false;
	rn->stale |= STALE_STORE | STALE_USAGE;
	return RC_OK;
}

/* clang-format off */
const struct step tls_steps_back[] = {
	{ "bind-back", "bind the old certificate to TLS again",
	  was_bound, is_old_bound, bind_plan, run_bind_back, NULL, NULL },
	{ "commit-back", "commit, and wait until it is served",
	  was_bound, is_old_served, bind_plan_commit, bind_commit, bind_settle_ms,
	  "the certificate from before is not served again" },
	{ "prove-back", "prove the old certificate: fresh handshake, login",
	  NULL, is_proved, NULL, run_prove_back, NULL, NULL },
	{ "remove-new-cert", "delete the new certificate",
	  NULL, prune_has_no_certs, prune_plan_certs, prune_certs, NULL, NULL },
	{ "remove-new-key", "delete its key pair",
	  NULL, prune_has_no_keys, prune_plan_keys, prune_keys, NULL, NULL },
	{ .name = NULL },
};
/* clang-format on */
