/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Handshake, judgement, login.
 */
#include "renew/prove.h"

#include "amt/identity.h"
#include "renew/look.h"
#include "tls/handshake.h"
#include "tls/trust.h"

/* The strictest judgement, whatever the target allows for a login. */
static enum rc
judge_presented(const struct renewal *rn, const struct presented *presented,
    struct err *err)
{
	const struct target *target = rn->options->target;
	const struct trust trust = {
		.anchors =
		    target->anchors != NULL ? target->anchors : ca_anchors(rn->ca),
		.name = target->name,
		.time = TRUST_TIME_STRICT,
		.legacy_tls = target->legacy_tls,
	};
	struct err cause = { 0 };
	enum rc r = RC_OK;

	if (presented->n_certs == 0 || !cert_equals(presented->certs[0], rn->new_cert))
		return err_set(err, RC_STATE,
		    "no proof: another certificate is served than the new one");
	r = trust_judge(&trust, presented->certs, presented->n_certs, renewal_now(rn),
	    &cause);
	if (r == RC_UNTRUSTED)
		return err_set(err, RC_STATE, "no proof: %s", cause.text);
	return r == RC_OK ? RC_OK : err_set(err, r, "%s", cause.text);
}

/* A login on a connection of its own, to who holds the new key. */
static enum rc
log_in(struct renewal *rn, struct err *err)
{
	const struct presented *presented = NULL;
	enum rc r = RC_OK;

	look_disconnect(rn);
	r = look_connect(rn, err);
	if (r == RC_OK)
		r = identity_read_names(rn->device, &rn->facts, err);
	if (r != RC_OK) {
		look_disconnect(rn);
		return r;
	}
	presented = device_presented(rn->device);
	if (presented == NULL || presented->n_certs == 0 ||
	    !cert_equals(presented->certs[0], rn->served))
		return err_set(err, RC_STATE,
		    "no proof: the login met another certificate than the handshake");
	return RC_OK;
}

enum rc
prove_new(struct renewal *rn, struct err *err)
{
	struct presented presented = { 0 };
	enum rc r = look_shake_hands(rn, &presented, err);

	if (r == RC_OK)
		r = judge_presented(rn, &presented, err);
	if (r == RC_OK)
		look_take_served(rn, &presented);
	presented_clear(&presented);
	if (r == RC_OK)
		r = log_in(rn, err);
	return r;
}

enum rc
prove_old(struct renewal *rn, struct err *err)
{
	struct presented presented = { 0 };
	enum rc r = look_shake_hands(rn, &presented, err);

	if (r == RC_OK)
		look_take_served(rn, &presented);
	presented_clear(&presented);
	if (r == RC_OK && !renewal_serves_old(rn))
		r = err_set(err, RC_STATE,
		    "the certificate from before is not served again");
	return r == RC_OK ? log_in(rn, err) : r;
}
