/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Handshake, judgement, login.  Serial and disk redirection are a service of their
 * own with the same certificate: where its port is open, it is judged as well.
 */
#include "renew/prove.h"

#include <stdio.h>

#include "amt/identity.h"
#include "base/clock.h"
#include "renew/bind.h"
#include "renew/host.h"
#include "renew/look.h"
#include "tls/handshake.h"
#include "tls/trust.h"

/* The strictest judgement, whatever the target allows for a login. */
static enum rc
judge_chain(const struct renewal *rn, struct cert *const *certs, size_t n,
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

	return trust_judge(&trust, certs, n, renewal_now(rn), err);
}

bool
prove_is_foreseen(const struct renewal *rn)
{
	const struct facts_presented *presented = &rn->facts.presented;

	return renewal_serves_new(rn) && presented->n_certs > 0 &&
	    cert_equals(presented->certs[0], rn->new_cert) &&
	    judge_chain(rn, presented->certs, presented->n_certs, NULL) == RC_OK;
}

static enum rc
judge_presented(const struct renewal *rn, const struct presented *presented,
    struct err *err)
{
	struct err cause = { 0 };
	enum rc r = RC_OK;

	if (presented->n_certs == 0 || !cert_equals(presented->certs[0], rn->new_cert))
		return err_set(err, RC_STATE,
		    "another certificate is served than the new one");
	r = judge_chain(rn, presented->certs, presented->n_certs, &cause);
	if (r == RC_UNTRUSTED)
		return err_set(err, RC_STATE, "%s", cause.text);
	return r == RC_OK ? RC_OK : err_set(err, r, "%s", cause.text);
}

static enum rc
prove_presented(struct renewal *rn, struct err *err)
{
	struct presented presented = { 0 };
	struct err cause = { 0 };
	enum rc r = look_shake_hands(rn, &presented, &cause);

	if (r == RC_OK)
		r = judge_presented(rn, &presented, &cause);
	if (r == RC_OK)
		look_take_served(rn, &presented);
	presented_clear(&presented);
	if (r == RC_OK)
		return r;
	return err_set(err, r, r == RC_STATE ? "no proof: %s" : "%s", cause.text);
}

/* One handshake with an open port. RC_CONNECT, RC_TIMEOUT: it is not open. */
static enum rc
look_at_redirection(struct renewal *rn, struct err *err)
{
	struct presented presented = { 0 };
	enum rc r = look_shake_redirection(rn, &presented, err);

	if (r == RC_OK)
		r = judge_presented(rn, &presented, err);
	presented_clear(&presented);
	return r;
}

/* The service may come to the new certificate later than the rest of the firmware:
 * it gets the time that the commit got. */
static enum rc
prove_redirection(struct renewal *rn, struct err *err)
{
	int64_t end_ms = clock_monotonic_ms() + bind_settle_ms(rn);
	int64_t pause_ms = STEP_PAUSE_FIRST_MS;
	char line[ERR_TEXT_SIZE + 64];

	if (rn->options->target->redirection_port == 0)
		return RC_OK;
	for (;;) {
		struct err cause = { 0 };
		enum rc r = look_at_redirection(rn, &cause);

		if (r == RC_OK)
			return RC_OK;
		(void)snprintf(line, sizeof(line), "redirection port %u: %s",
		    (unsigned int)rn->options->target->redirection_port, cause.text);
		if (r == RC_CONNECT || r == RC_TIMEOUT) {
			renewal_say(rn, "prove", line);
			return RC_OK;
		}
		if (r != RC_STATE && !look_is_passing(r))
			return err_set(err, r, "%s", line);
		if (clock_monotonic_ms() + pause_ms > end_ms)
			return err_set(err, RC_STATE, "no proof: %s", line);
		renewal_say(rn, "prove", line);
		r = renewal_host.pause(rn, pause_ms, err);
		if (r != RC_OK)
			return r;
		pause_ms *= 2;
		if (pause_ms > STEP_PAUSE_MAX_MS)
			pause_ms = STEP_PAUSE_MAX_MS;
	}
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
	enum rc r = prove_presented(rn, err);

	if (r == RC_OK)
		r = prove_redirection(rn, err);
	return r == RC_OK ? log_in(rn, err) : r;
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
