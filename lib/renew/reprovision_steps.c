/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Clock, key, certificate, anchor, settings.  TLS is opened beside the plain port,
 * proved, and only then is the plain port closed: in between there are always two
 * ways in, or the one there was.
 */
#include "renew/reprovision_steps.h"

#include "amt/change.h"
#include "amt/class.h"
#include "renew/bind.h"
#include "renew/cert_steps.h"
#include "renew/clock_steps.h"
#include "renew/leftover.h"
#include "renew/look.h"
#include "renew/prove.h"
#include "renew/prune.h"
#include "renew/reprovision.h"
#include "renew/reprovision_gate.h"
#include "renew/root_steps.h"

static bool
needs(const struct renewal *rn, unsigned int need)
{
	return (rn->needs & need) != 0;
}

static bool
wants_clock(const void *ctx)
{
	return needs(ctx, REPROVISION_CLOCK);
}

static bool
wants_cert(const void *ctx)
{
	return needs(ctx, REPROVISION_CERT);
}

static bool
wants_issuers(const void *ctx)
{
	return wants_cert(ctx) && cert_steps_wants_issuers(ctx);
}

static bool
wants_anchor(const void *ctx)
{
	return needs(ctx, REPROVISION_ANCHOR);
}

static bool
wants_tls(const void *ctx)
{
	return needs(ctx, REPROVISION_TLS);
}

static bool
wants_service(const void *ctx)
{
	return needs(ctx, REPROVISION_CERT | REPROVISION_TLS);
}

/*
 * Settings of the network interface
 */
void
reprovision_plan_settings(const void *ctx, struct plan *plan)
{
	(void)ctx;
	plan_add_write(plan, "AMT_TLSSettingData", "Put", INSTANCE_TLS_NETWORK);
}

enum rc
reprovision_put_settings(struct renewal *rn, bool is_enabled, bool is_mutual,
    bool accepts_non_secure, struct err *err)
{
	struct facts_tls tls = rn->facts.tls_network;
	enum rc r = look_connect(rn, err);

	if (r != RC_OK)
		return r;
	tls.is_enabled = is_enabled;
	tls.is_mutual = is_mutual;
	tls.accepts_non_secure = accepts_non_secure;
	rn->wrote = true;
	rn->stale |= STALE_TLS;
	bind_forget_commits(rn);
	return change_set_tls(rn->device, &tls, &rn->status, err);
}

/* Where firmware has an opinion about plain ports it is left alone. */
static bool
may_stay_plain(const struct renewal *rn)
{
	const struct facts_tls *network = &rn->facts.tls_network;

	return network->accepts_non_secure || !network->has_non_secure_supported;
}

/*
 * lower-mutual, commit-lowered: no anchor is taken while mutual TLS is on
 */
static bool
is_lowered(const void *ctx)
{
	const struct renewal *rn = ctx;

	return root_steps_is_there(rn) || !rn->facts.tls_network.is_mutual;
}

static enum rc
lower(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;
	const struct facts_tls *network = &rn->facts.tls_network;

	rn->lowered = false;
	return reprovision_put_settings(rn, network->is_enabled, false,
	    network->accepts_non_secure, err);
}

static bool
is_lowering_committed(const void *ctx)
{
	const struct renewal *rn = ctx;

	return root_steps_is_there(rn) || rn->lowered;
}

static enum rc
commit_lowered(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;
	enum rc r = bind_commit(rn, err);

	/* Nothing that can be seen tells: it is repeated until it was answered, or was
	 * sent twice. */
	rn->lowered = rn->committed_back;
	rn->awaits_commit = false;
	return r;
}

/*
 * open-tls, commit, prove
 */
static bool
is_open(const void *ctx)
{
	const struct renewal *rn = ctx;
	const struct facts_tls *network = &rn->facts.tls_network;

	return rn->proved ||
	    (network->is_enabled && network->is_mutual == rn->before.is_mutual &&
		(rn->closing || network->accepts_non_secure || !may_stay_plain(rn)));
}

static enum rc
open_tls(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;

	return reprovision_put_settings(rn, true, rn->before.is_mutual,
	    may_stay_plain(rn), err);
}

/* Does the served certificate tell that a commit was done? */
static bool
is_telling(const struct renewal *rn)
{
	return needs(rn, REPROVISION_CERT) || !rn->before.is_enabled;
}

static bool
is_committed(const void *ctx)
{
	const struct renewal *rn = ctx;

	return rn->proved ||
	    ((is_telling(rn) ? rn->committed : rn->committed_back) &&
		renewal_serves_new(rn));
}

static enum rc
prove(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;

	rn->over_tls = true;
	return cert_steps_prove(rn, err);
}

/*
 * close-plain, commit-closed, prove-closed
 */
static bool
wants_closing(const void *ctx)
{
	const struct renewal *rn = ctx;

	return wants_tls(rn) && !rn->before.accepts_non_secure && may_stay_plain(rn);
}

static bool
is_closed(const void *ctx)
{
	const struct renewal *rn = ctx;

	/* Before it was opened it may well have been so, too. */
	return rn->closing && !rn->facts.tls_network.accepts_non_secure;
}

static enum rc
close_plain(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;

	rn->closing = true;
	rn->closed = false;
	return reprovision_put_settings(rn, true, rn->before.is_mutual, false, err);
}

static bool
is_closing_committed(const void *ctx)
{
	const struct renewal *rn = ctx;

	return rn->closed && renewal_serves_new(rn);
}

static enum rc
commit_closed(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;
	enum rc r = bind_commit(rn, err);

	rn->closed = rn->committed_back;
	return r;
}

static bool
is_closing_proved(const void *ctx)
{
	const struct renewal *rn = ctx;

	return rn->proved_closed;
}

static enum rc
prove_closed(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;
	enum rc r = prove_new(rn, err);

	if (r != RC_OK)
		return r;
	rn->proved_closed = true;
	rn->awaits_commit = false;
	return RC_OK;
}

/* clang-format off */
const struct step reprovision_steps[] = {
	{ "set-clock", "set the clock, by which certificates are judged",
	  wants_clock, clock_steps_is_right, clock_steps_plan, clock_steps_set, NULL,
	  "it was set, and is wrong again: does something else set it?" },
	{ "clear-store", "delete what earlier runs left behind",
	  wants_cert, leftover_is_none, leftover_plan, leftover_run, NULL, NULL },
	{ "generate-key", "make a key pair in the firmware",
	  wants_cert, cert_steps_has_key, cert_steps_plan_key, cert_steps_make_key, NULL, NULL },
	{ "sign-request", "have the firmware sign a certificate request",
	  wants_cert, cert_steps_has_request, NULL, cert_steps_sign, NULL, NULL },
	{ "enroll", "ask the CA for a certificate, and judge it",
	  wants_cert, cert_steps_has_cert, NULL, cert_steps_enroll, NULL, NULL },
	{ "add-issuers", "store the issuers that the device should present",
	  wants_issuers, cert_steps_has_issuers, cert_steps_plan_issuers, cert_steps_add_issuers, NULL, NULL },
	{ "add-certificate", "store the certificate, and read it back",
	  wants_cert, cert_steps_is_stored, cert_steps_plan_store, cert_steps_store, NULL, NULL },
	{ "lower-mutual", "switch mutual TLS off while it has no anchor",
	  wants_anchor, is_lowered, reprovision_plan_settings, lower, NULL, NULL },
	{ "commit-lowered", "commit that",
	  wants_anchor, is_lowering_committed, bind_plan_commit, commit_lowered, NULL, NULL },
	{ "add-anchor", "store the anchor of mutual TLS",
	  wants_anchor, root_steps_is_there, root_steps_plan, root_steps_add, NULL, NULL },
	{ "bind", "bind it to TLS",
	  wants_cert, cert_steps_is_bound, bind_plan, cert_steps_bind, NULL, NULL },
	{ "open-tls", "switch TLS on, beside the plain port",
	  wants_tls, is_open, reprovision_plan_settings, open_tls, NULL, NULL },
	{ "commit", "commit, and wait until it is served",
	  wants_service, is_committed, bind_plan_commit, bind_commit, bind_settle_ms,
	  "committed, but what should be served is not" },
	{ "prove", "prove it: fresh handshake, path, name, dates, login",
	  wants_service, cert_steps_is_proved, NULL, prove, NULL, NULL },
	{ "close-plain", "close the plain port",
	  wants_closing, is_closed, reprovision_plan_settings, close_plain, NULL, NULL },
	{ "commit-closed", "commit that",
	  wants_closing, is_closing_committed, bind_plan_commit, commit_closed, bind_settle_ms, NULL },
	{ "prove-closed", "prove that TLS alone lets us in",
	  wants_closing, is_closing_proved, NULL, prove_closed, NULL, NULL },
	{ "remove-certificate", "delete the replaced certificate",
	  wants_cert, prune_has_no_certs, prune_plan_certs, prune_certs, NULL, NULL },
	{ "remove-key", "delete its key pair",
	  wants_cert, prune_has_no_keys, prune_plan_keys, prune_keys, NULL, NULL },
	{ .name = NULL },
};
/* clang-format on */

enum rc
reprovision_prepare(struct renewal *rn, const struct step *step, struct err *err)
{
	if (step->run == root_steps_add)
		return root_steps_prepare(rn, err);
	return cert_steps_prepare(rn, step, err);
}

void
reprovision_place(struct renewal *rn)
{
	const char *step = rn->run.step;
	int row = step_row(reprovision_steps, step);

	reprovision_recall(rn);
	rn->bound = needs(rn, REPROVISION_CERT) &&
	    (step_row(reprovision_steps_back, step) >= 0 ||
		row >= step_row(reprovision_steps, "bind"));
	rn->committed =
	    step_is_past(reprovision_steps, "commit", step, rn->run.step_done);
	rn->committed_back = rn->committed;
	rn->closing = row >= step_row(reprovision_steps, "close-plain");
}
