/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The steps of a TLS renewal.  Source: Intel AMT SDK, "Certificate Management",
 * AMT_TLSCredentialContext; the order is the one in which every cut leaves a
 * device that can still be managed.
 */
#include "renew/tls_steps.h"

#include "renew/bind.h"
#include "renew/cert_steps.h"
#include "renew/clock_steps.h"
#include "renew/leftover.h"
#include "renew/prune.h"

static bool
is_committed(const void *ctx)
{
	const struct renewal *rn = ctx;

	return rn->committed && renewal_serves_new(rn);
}

static bool
sets_clock(const void *ctx)
{
	const struct renewal *rn = ctx;

	return rn->sets_clock;
}

/* clang-format off */
const struct step tls_steps[] = {
	{ "set-clock", "set the clock: it would take the certificate for one of the future",
	  sets_clock, clock_steps_is_right, clock_steps_plan, clock_steps_set, NULL,
	  "it was set, and is wrong again: does something else set it?" },
	{ "clear-store", "delete what earlier runs left behind",
	  NULL, leftover_is_none, leftover_plan, leftover_run, NULL, NULL },
	{ "generate-key", "make a key pair in the firmware",
	  NULL, cert_steps_has_key, cert_steps_plan_key, cert_steps_make_key, NULL, NULL },
	{ "sign-request", "have the firmware sign a certificate request",
	  NULL, cert_steps_has_request, NULL, cert_steps_sign, NULL, NULL },
	{ "enroll", "ask the CA for a certificate, and judge it",
	  NULL, cert_steps_has_cert, NULL, cert_steps_enroll, NULL, NULL },
	{ "add-issuers", "store the issuers that the device should present",
	  cert_steps_wants_issuers, cert_steps_has_issuers, cert_steps_plan_issuers, cert_steps_add_issuers, NULL, NULL },
	{ "add-certificate", "store the certificate, and read it back",
	  NULL, cert_steps_is_stored, cert_steps_plan_store, cert_steps_store, NULL, NULL },
	{ "bind", "bind it to TLS",
	  NULL, cert_steps_is_bound, bind_plan, cert_steps_bind, NULL, NULL },
	{ "commit", "commit, and wait until it is served",
	  NULL, is_committed, bind_plan_commit, bind_commit, bind_settle_ms,
	  "renewed, but the old certificate is still served" },
	{ "prove", "prove it: fresh handshake, path, name, dates, login",
	  NULL, cert_steps_is_proved, NULL, cert_steps_prove, NULL, NULL },
	{ "remove-certificate", "delete the replaced certificate",
	  NULL, prune_has_no_certs, prune_plan_certs, prune_certs, NULL, NULL },
	{ "remove-key", "delete its key pair",
	  NULL, prune_has_no_keys, prune_plan_keys, prune_keys, NULL, NULL },
	{ .name = NULL },
};
/* clang-format on */

bool
tls_steps_has_committed(const char *step, bool is_done)
{
	return step_is_past(tls_steps, "commit", step, is_done);
}

bool
tls_steps_has_proved(const char *step, bool is_done)
{
	return step_is_past(tls_steps, "prove", step, is_done);
}

bool
tls_steps_may_have_bound(const char *step)
{
	return step_row(tls_steps_back, step) >= 0 ||
	    step_row(tls_steps, step) >= step_row(tls_steps, "bind");
}
