/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way back of a reprovisioning: what was bound and how TLS was set, committed;
 * then what was new deleted.  When somebody else's certificate is served by now, only
 * the latter.
 */
#include <string.h>

#include "amt/change.h"
#include "renew/bind.h"
#include "renew/look.h"
#include "renew/prove.h"
#include "renew/prune.h"
#include "renew/reprovision.h"
#include "renew/reprovision_steps.h"

static bool
was_bound(const void *ctx)
{
	const struct renewal *rn = ctx;

	return rn->bound && !rn->is_foreign;
}

static bool
was_set(const void *ctx)
{
	const struct renewal *rn = ctx;

	return (rn->needs & REPROVISION_TLS) != 0 && !rn->is_foreign;
}

static bool
was_committed(const void *ctx)
{
	return was_bound(ctx) || was_set(ctx);
}

/* Was a certificate bound before this run? */
static bool
had_one(const struct renewal *rn)
{
	static const uint8_t none[CERT_FINGERPRINT_BYTES];

	return memcmp(rn->run.old_fingerprint, none, sizeof(none)) != 0;
}

static bool
is_old_bound(const void *ctx)
{
	const struct renewal *rn = ctx;

	if (!had_one(rn))
		return !rn->facts.has_tls_context;
	return bind_find(rn) != NULL && bind_find(rn) == renewal_find_old_cert(rn);
}

static void
plan_bind(const void *ctx, struct plan *plan)
{
	if (had_one(ctx))
		bind_plan(ctx, plan);
	else
		plan_add_write(plan, "AMT_TLSCredentialContext", "Delete", NULL);
}

static enum rc
bind_back(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;
	enum rc r = RC_OK;

	bind_forget_commits(rn);
	if (had_one(rn))
		return bind_to(rn, renewal_find_old_cert(rn), err);
	r = look_connect(rn, err);
	if (r != RC_OK)
		return r;
	rn->wrote = true;
	rn->stale |= STALE_CONTEXT;
	return change_unbind_tls(rn->device, &rn->status, err);
}

static bool
is_set_back(const void *ctx)
{
	const struct renewal *rn = ctx;
	const struct facts_tls *network = &rn->facts.tls_network;

	return network->is_enabled == rn->before.is_enabled &&
	    network->is_mutual == rn->before.is_mutual &&
	    network->accepts_non_secure == rn->before.accepts_non_secure;
}

static enum rc
set_back(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;

	return reprovision_put_settings(rn, rn->before.is_enabled, rn->before.is_mutual,
	    rn->before.accepts_non_secure, err);
}

static bool
is_back(const void *ctx)
{
	const struct renewal *rn = ctx;

	return rn->committed_back && (!rn->before.is_enabled || renewal_serves_old(rn));
}

static enum rc
commit_back(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;
	enum rc r = bind_commit(rn, err);

	/* Without TLS the plain port is the way in again. */
	if (!rn->before.is_enabled) {
		rn->awaits_commit = false;
		rn->over_tls = false;
	}
	return r;
}

static bool
is_proved(const void *ctx)
{
	const struct renewal *rn = ctx;

	return rn->proved;
}

/* With TLS off the look that came before this is all the proof there can be. */
static enum rc
prove_back(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;
	enum rc r =
	    rn->is_foreign || !rn->before.is_enabled ? RC_OK : prove_old(rn, err);

	if (r != RC_OK)
		return r;
	rn->proved = true;
	rn->awaits_commit = false;
	rn->stale |= STALE_STORE | STALE_USAGE;
	return RC_OK;
}

/* clang-format off */
const struct step reprovision_steps_back[] = {
	{ "settings-back", "set TLS as it was",
	  was_set, is_set_back, reprovision_plan_settings, set_back, NULL, NULL },
	{ "bind-back", "bind to TLS what was bound before",
	  was_bound, is_old_bound, plan_bind, bind_back, NULL, NULL },
	{ "commit-back", "commit, and wait until it is so",
	  was_committed, is_back, bind_plan_commit, commit_back, bind_settle_ms,
	  "the certificate from before is not served again" },
	{ "prove-back", "prove that the device is as it was",
	  NULL, is_proved, NULL, prove_back, NULL, NULL },
	{ "remove-new-cert", "delete the new certificate",
	  NULL, prune_has_no_certs, prune_plan_certs, prune_certs, NULL, NULL },
	{ "remove-new-key", "delete its key pair",
	  NULL, prune_has_no_keys, prune_plan_keys, prune_keys, NULL, NULL },
	{ .name = NULL },
};
/* clang-format on */
