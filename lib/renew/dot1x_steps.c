/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Old and new are told apart by their bytes in the store, never by their handles.
 */
#include "renew/dot1x_steps.h"

#include "amt/change_dot1x.h"
#include "renew/cert_steps.h"
#include "renew/leftover.h"
#include "renew/look.h"
#include "renew/prune.h"
#include "renew/resume.h"

static bool
uses(const struct renewal *rn, const struct dot1x_use *use,
    const struct facts_cert *cert)
{
	return cert != NULL && facts_find_cert(&rn->facts, use->client) == cert;
}

static bool
is_in_use(const struct renewal *rn, const struct facts_cert *cert)
{
	for (size_t i = 0; i < rn->dot1x.n; i++)
		if (uses(rn, &rn->dot1x.uses[i], cert))
			return true;
	return false;
}

bool
dot1x_steps_uses_old(const struct renewal *rn)
{
	return is_in_use(rn, renewal_find_old_cert(rn));
}

bool
dot1x_steps_uses_new(const struct renewal *rn)
{
	return is_in_use(rn, renewal_find_new_cert(rn));
}

/*
 * bind
 */
static bool
is_bound(const void *ctx)
{
	return dot1x_steps_uses_new(ctx) && !dot1x_steps_uses_old(ctx);
}

static void
plan_change(const struct renewal *rn, const struct facts_cert *from, struct plan *plan)
{
	static const struct {
		const char *class_name;
		const char *method;
	} writes[] = {
		[DOT1X_WIRED] = { "IPS_IEEE8021xSettings", "SetCertificates" },
		[DOT1X_WIRED_OLD] = { "AMT_8021XProfile", "Put" },
		[DOT1X_WIRELESS] = { "AMT_WiFiPortConfigurationService",
		    "UpdateWiFiSettings" },
	};

	for (size_t i = 0; i < rn->dot1x.n; i++)
		if (uses(rn, &rn->dot1x.uses[i], from))
			plan_add_write(plan, writes[rn->dot1x.uses[i].kind].class_name,
			    writes[rn->dot1x.uses[i].kind].method, NULL);
}

/* Give all settings with one certificate the other. */
static enum rc
change_uses(struct renewal *rn, const struct facts_cert *from,
    const struct facts_cert *to, struct err *err)
{
	enum rc r = RC_OK;

	if (from == NULL || to == NULL)
		return err_set(err, RC_LOST, "the certificate is not in the store");
	r = look_connect(rn, err);
	for (size_t i = 0; r == RC_OK && i < rn->dot1x.n; i++) {
		if (!uses(rn, &rn->dot1x.uses[i], from))
			continue;
		rn->wrote = true;
		rn->bound = true;
		rn->stale |= STALE_DOT1X | STALE_USAGE;
		r = change_bind_dot1x(rn->device, &rn->dot1x.uses[i], to->instance_id,
		    &rn->status, err);
	}
	return r;
}

static void
plan_bind(const void *ctx, struct plan *plan)
{
	plan_change(ctx, renewal_find_old_cert(ctx), plan);
}

static enum rc
run_bind(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;
	enum rc r = cert_steps_await_begin(rn, err);

	if (r != RC_OK)
		return r;
	return change_uses(rn, renewal_find_old_cert(rn), renewal_find_new_cert(rn),
	    err);
}

/*
 * prove
 */
static bool
is_proved(const void *ctx)
{
	const struct renewal *rn = ctx;

	return rn->proved;
}

/* Everything anew, over a session of its own. */
static enum rc
read_back(struct renewal *rn, struct err *err)
{
	look_disconnect(rn);
	rn->stale |= STALE_STORE | STALE_USAGE | STALE_DOT1X;
	return look_again(rn, err);
}

static enum rc
run_prove(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;
	const struct facts_cert *old = NULL;
	struct err untold = { 0 };
	enum rc r = read_back(rn, err);

	if (r == RC_OK && (!is_bound(rn) || !cert_steps_is_stored(rn)))
		r = err_set(err, RC_STATE,
		    "802.1X: read back, and it does not use the new certificate");
	old = renewal_find_old_cert(rn);
	if (r == RC_OK && old != NULL)
		r = resume_archive(rn, old->cert, "replaced", err);
	if (r != RC_OK)
		return r;
	if (old != NULL &&
	    ca_retire(rn->ca, old->cert, renewal_now(rn), rn->options->deadline_ms,
		&untold) != RC_OK)
		renewal_say(rn, "prove", untold.text);
	rn->proved = true;
	return RC_OK;
}

/* clang-format off */
const struct step dot1x_steps[] = {
	{ "clear-store", "delete what earlier runs left behind",
	  NULL, leftover_is_none, leftover_plan, leftover_run, NULL, NULL },
	{ "generate-key", "make a key pair in the firmware",
	  NULL, cert_steps_has_key, cert_steps_plan_key, cert_steps_make_key, NULL, NULL },
	{ "sign-request", "have the firmware sign a certificate request",
	  NULL, cert_steps_has_request, NULL, cert_steps_sign, NULL, NULL },
	{ "enroll", "ask the CA for a client certificate, and judge it",
	  NULL, cert_steps_has_cert, NULL, cert_steps_enroll, NULL, NULL },
	{ "add-issuers", "store the issuers that the device should present",
	  cert_steps_wants_issuers, cert_steps_has_issuers, cert_steps_plan_issuers, cert_steps_add_issuers, NULL, NULL },
	{ "add-certificate", "store the certificate, and read it back",
	  NULL, cert_steps_is_stored, cert_steps_plan_store, cert_steps_store, NULL, NULL },
	{ "bind", "let all 802.1X settings with the old one use it",
	  NULL, is_bound, plan_bind, run_bind, NULL, NULL },
	{ "prove", "prove it: settings and store, read back over a fresh session",
	  NULL, is_proved, NULL, run_prove, NULL, NULL },
	{ "remove-certificate", "delete the replaced certificate",
	  NULL, prune_has_no_certs, prune_plan_certs, prune_certs, NULL, NULL },
	{ "remove-key", "delete its key pair",
	  NULL, prune_has_no_keys, prune_plan_keys, prune_keys, NULL, NULL },
	{ .name = NULL },
};
/* clang-format on */

static bool
was_bound(const void *ctx)
{
	const struct renewal *rn = ctx;

	return rn->bound && !rn->is_foreign;
}

static bool
is_unbound(const void *ctx)
{
	return !dot1x_steps_uses_new(ctx);
}

static void
plan_bind_back(const void *ctx, struct plan *plan)
{
	plan_change(ctx, renewal_find_new_cert(ctx), plan);
}

static enum rc
run_bind_back(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;

	return change_uses(rn, renewal_find_new_cert(rn), renewal_find_old_cert(rn),
	    err);
}

static enum rc
run_prove_back(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;
	enum rc r = read_back(rn, err);

	if (r == RC_OK && !rn->is_foreign && !dot1x_steps_uses_old(rn))
		r = err_set(err, RC_STATE,
		    "802.1X: read back, and it does not use the certificate from before");
	rn->proved = r == RC_OK;
	return r;
}

/* clang-format off */
const struct step dot1x_steps_back[] = {
	{ "bind-back", "let the 802.1X settings use the old certificate again",
	  was_bound, is_unbound, plan_bind_back, run_bind_back, NULL, NULL },
	{ "prove-back", "prove it: settings and store, read back",
	  NULL, is_proved, NULL, run_prove_back, NULL, NULL },
	{ "remove-new-cert", "delete the new certificate",
	  NULL, prune_has_no_certs, prune_plan_certs, prune_certs, NULL, NULL },
	{ "remove-new-key", "delete its key pair",
	  NULL, prune_has_no_keys, prune_plan_keys, prune_keys, NULL, NULL },
	{ .name = NULL },
};
/* clang-format on */

bool
dot1x_steps_may_have_bound(const char *step)
{
	return step_row(dot1x_steps_back, step) >= 0 ||
	    step_row(dot1x_steps, step) >= step_row(dot1x_steps, "bind");
}

bool
dot1x_steps_has_proved(const char *step, bool is_done)
{
	return step_is_past(dot1x_steps, "prove", step, is_done);
}
