/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AMT_TLSCredentialContext and CommitChanges.  Source: Intel AMT SDK; observed:
 * a change rests until the commit, which may restart the firmware's network.
 */
#include "renew/bind.h"

#include <string.h>

#include "amt/change.h"
#include "renew/look.h"

const struct facts_cert *
bind_find(const struct renewal *rn)
{
	return rn->facts.has_tls_context
	    ? facts_find_cert(&rn->facts, rn->facts.tls_context_cert)
	    : NULL;
}

void
bind_forget_commits(struct renewal *rn)
{
	rn->n_commits_lost = 0;
	rn->committed = false;
	rn->committed_back = false;
}

enum rc
bind_to(struct renewal *rn, const struct facts_cert *cert, struct err *err)
{
	char instance_id[FACTS_INSTANCE_SIZE];
	enum rc r = RC_OK;

	if (cert == NULL)
		return err_set(err, RC_LOST, "the certificate is not in the store");
	memcpy(instance_id, cert->instance_id, sizeof(instance_id));
	r = look_connect(rn, err);
	if (r != RC_OK)
		return r;
	rn->wrote = true;
	rn->stale |= STALE_CONTEXT;
	return change_bind_tls(rn->device, rn->facts.has_tls_context, instance_id,
	    &rn->status, err);
}

void
bind_plan(const void *ctx, struct plan *plan)
{
	const struct renewal *rn = ctx;

	plan_add_write(plan, "AMT_TLSCredentialContext",
	    rn->facts.has_tls_context ? "Put" : "Create", NULL);
}

void
bind_plan_commit(const void *ctx, struct plan *plan)
{
	(void)ctx;
	plan_add_write(plan, "AMT_SetupAndConfigurationService", "CommitChanges", NULL);
}

enum rc
bind_commit(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;
	enum rc r = look_connect(rn, err);

	if (r != RC_OK)
		return r;
	rn->wrote = true;
	rn->awaits_commit = true;
	rn->stale |= STALE_CONTEXT | STALE_SERVED;
	r = change_commit(rn->device, &rn->status, err);
	/* Firmware may drop the connection instead of answering. What is served then
	 * tells whether it was done, unless it was that before: then once more. */
	if (r == RC_LOST)
		rn->n_commits_lost++;
	rn->committed = rn->committed || r == RC_OK || rn->n_commits_lost > 0;
	rn->committed_back = rn->committed_back || r == RC_OK || rn->n_commits_lost > 1;
	/* The firmware may close the connection, and serves the next with another
	 * certificate. */
	look_disconnect(rn);
	return r;
}

int64_t
bind_settle_ms(const void *ctx)
{
	int64_t half = renewal_left_ms(ctx) / 2;

	return half < RENEWAL_PROOF_MS ? half : RENEWAL_PROOF_MS;
}
