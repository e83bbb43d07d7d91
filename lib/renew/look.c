/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of the facts that a renewal needs.  Which certificates and keys are
 * ours is asked of the journal with every reading of the store, so that the steps
 * can be judged without a query.
 */
#include "renew/look.h"

#include <string.h>

#include "amt/rtc.h"
#include "amt/settings.h"
#include "amt/store.h"
#include "amt/usage.h"
#include "renew/resume.h"

/* With --plain nothing need be served yet. */
static bool
may_serve_nothing(const struct renewal *rn, enum rc r)
{
	return rn->options->target->plain && !rn->over_tls &&
	    (r == RC_CONNECT || r == RC_LOST || r == RC_TLS);
}

static enum rc
read_served(struct renewal *rn, struct err *err)
{
	struct presented presented = { 0 };
	struct err cause = { 0 };
	enum rc r = look_shake_hands(rn, &presented, &cause);

	if (r == RC_OK) {
		look_take_served(rn, &presented);
	} else if (may_serve_nothing(rn, r)) {
		cert_free(rn->served);
		rn->served = NULL;
		rn->stale &= ~(unsigned int)STALE_SERVED;
		r = RC_OK;
	}
	presented_clear(&presented);
	return r == RC_OK ? r : err_set(err, r, "%s", cause.text);
}

/* Ownership of everything in the store, from the journal. */
static enum rc
mark_ours(struct renewal *rn, struct err *err)
{
	const struct facts *facts = &rn->facts;
	enum rc r = RC_OK;

	memset(rn->ours_cert, 0, sizeof(rn->ours_cert));
	memset(rn->ours_key, 0, sizeof(rn->ours_key));
	memset(rn->awaited_key, 0, sizeof(rn->awaited_key));
	memset(rn->added_cert, 0, sizeof(rn->added_cert));
	if (!rn->has_db)
		return RC_OK;
	for (size_t i = 0; i < facts->n_certs && r == RC_OK; i++)
		r = journal_is_ours(&rn->db, rn->uuid,
		    facts->certs[i].cert->spki_sha256, &rn->ours_cert[i], err);
	for (size_t i = 0; i < facts->n_keys && r == RC_OK; i++)
		r = journal_is_ours(&rn->db, rn->uuid, facts->keys[i].spki_sha256,
		    &rn->ours_key[i], err);
	for (size_t i = 0; i < facts->n_certs && r == RC_OK; i++)
		r = journal_was_added(&rn->db, rn->uuid,
		    facts->certs[i].cert->fingerprint, &rn->added_cert[i], err);
	for (size_t i = 0; i < facts->n_keys && r == RC_OK; i++)
		r = cert_request_awaits_key(&rn->db, rn->uuid,
		    facts->keys[i].spki_sha256, rn->procedure->program,
		    &rn->awaited_key[i], err);
	return r;
}

/* Usages that were read before stay with their certificate. */
static void
carry_usage(const struct facts *before, struct facts *after)
{
	for (size_t i = 0; i < after->n_certs; i++) {
		struct facts_cert *cert = &after->certs[i];
		const struct facts_cert *old =
		    facts_find_cert(before, cert->instance_id);

		if (old != NULL && cert_equals(old->cert, cert->cert))
			cert->usage = old->usage;
	}
}

static enum rc
read_store(struct renewal *rn, struct err *err)
{
	struct facts fresh = { 0 };
	struct facts before = rn->facts;
	enum rc r = store_read(rn->device, &fresh, err);

	if (r != RC_OK)
		return r;
	carry_usage(&before, &fresh);
	rn->facts.certs = fresh.certs;
	rn->facts.n_certs = fresh.n_certs;
	rn->facts.keys = fresh.keys;
	rn->facts.n_keys = fresh.n_keys;
	rn->facts.n_unreadable = fresh.n_unreadable;
	memcpy(rn->facts.unreadable, fresh.unreadable, sizeof(fresh.unreadable));
	fresh = (struct facts){ .certs = before.certs,
		.n_certs = before.n_certs,
		.keys = before.keys,
		.n_keys = before.n_keys };
	facts_clear(&fresh);
	rn->stale &= ~(unsigned int)STALE_STORE;
	return mark_ours(rn, err);
}

/* Only which certificate TLS is bound to: with no certificates in the facts
 * nothing else is read. */
static enum rc
read_context(struct renewal *rn, struct err *err)
{
	struct facts context = { 0 };
	enum rc r = usage_read(rn->device, &context, err);

	if (r != RC_OK)
		return r;
	rn->facts.has_tls_context = context.has_tls_context;
	memcpy(rn->facts.tls_context_cert, context.tls_context_cert,
	    sizeof(context.tls_context_cert));
	facts_clear(&context);
	rn->stale &= ~(unsigned int)STALE_CONTEXT;
	return RC_OK;
}

static enum rc
read_usage(struct renewal *rn, struct err *err)
{
	enum rc r = usage_read(rn->device, &rn->facts, err);

	if (r != RC_OK)
		return r;
	rn->usage_known = true;
	rn->stale &= ~(unsigned int)(STALE_USAGE | STALE_CONTEXT);
	return RC_OK;
}

static enum rc
read_tls(struct renewal *rn, struct err *err)
{
	enum rc r = settings_read_tls(rn->device, &rn->facts, err);

	if (r == RC_OK)
		rn->stale &= ~(unsigned int)STALE_TLS;
	return r;
}

static enum rc
read_clock(struct renewal *rn, struct err *err)
{
	enum rc r = rtc_read(rn->device, &rn->facts.clock, err);

	if (r == RC_OK)
		rn->stale &= ~(unsigned int)STALE_CLOCK;
	return r;
}

static enum rc
read_dot1x(struct renewal *rn, struct err *err)
{
	enum rc r = dot1x_read(rn->device, &rn->facts, &rn->dot1x, err);

	if (r == RC_OK)
		rn->stale &= ~(unsigned int)STALE_DOT1X;
	return r;
}

enum rc
look_again(struct renewal *rn, struct err *err)
{
	enum rc r = RC_OK;

	if ((rn->stale & STALE_SERVED) != 0 || rn->awaits_commit)
		r = read_served(rn, err);
	if (r == RC_OK && (rn->stale & ~(unsigned int)STALE_SERVED) != 0)
		r = look_connect(rn, err);
	if (r == RC_OK && (rn->stale & STALE_STORE) != 0)
		r = read_store(rn, err);
	if (r == RC_OK && (rn->stale & STALE_USAGE) != 0)
		r = read_usage(rn, err);
	if (r == RC_OK && (rn->stale & STALE_CONTEXT) != 0)
		r = read_context(rn, err);
	if (r == RC_OK && (rn->stale & STALE_TLS) != 0)
		r = read_tls(rn, err);
	if (r == RC_OK && (rn->stale & STALE_CLOCK) != 0)
		r = read_clock(rn, err);
	if (r == RC_OK && (rn->stale & STALE_DOT1X) != 0)
		r = read_dot1x(rn, err);
	if (r == RC_OK)
		r = resume_claim_key(rn, err);
	if (r != RC_OK)
		look_disconnect(rn);
	return r;
}

enum rc
look_at_all(struct renewal *rn, struct err *err)
{
	enum rc r = look_connect(rn, err);

	if (r == RC_OK)
		r = read_clock(rn, err);
	if (r == RC_OK)
		r = read_tls(rn, err);
	if (r == RC_OK)
		r = store_read_limits(rn->device, &rn->facts.limits, err);
	if (r == RC_OK) {
		rn->stale |= STALE_STORE | STALE_USAGE;
		r = look_again(rn, err);
	}
	if (r == RC_OK)
		rn->facts.has_store = true;
	return r;
}
