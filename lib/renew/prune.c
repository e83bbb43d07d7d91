/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One rule for certificates, one for keys, asked of every entry of the store.
 */
#include "renew/prune.h"

#include <stdio.h>
#include <string.h>

#include "amt/change.h"
#include "amt/pt_status.h"
#include "renew/leftover.h"
#include "renew/look.h"
#include "renew/resume.h"

enum {
	PRUNE_ERRORS_MAX = 3 /* deletions that fail for no stated reason */
};

/* The certificate that this run leaves behind in use. */
static bool
is_kept(const struct renewal *rn, const struct cert *cert)
{
	if (rn->proved && rn->served != NULL && cert_equals(cert, rn->served))
		return true;
	if (rn->is_undoing)
		return memcmp(cert->fingerprint, rn->run.old_fingerprint,
			   CERT_FINGERPRINT_BYTES) == 0;
	return rn->new_cert != NULL && cert_equals(cert, rn->new_cert);
}

/* An issuer or an anchor goes only when the run that stored it is undone. */
static bool
is_taken_back(const struct renewal *rn, const struct facts_cert *cert)
{
	if (cert->is_trusted_root &&
	    (rn->anchor == NULL || !cert_equals(cert->cert, rn->anchor)))
		return false;
	return rn->is_undoing && !rn->is_foreign && !cert->has_key &&
	    renewal_is_listed(rn->run.added, rn->run.added_len,
		cert->cert->fingerprint);
}

/* By the proof one loses its use; before, the plan sees it as if it had. */
static unsigned int
usage_after(const struct renewal *rn, const struct facts_cert *cert)
{
	unsigned int replaces = rn->procedure->replaces;

	if (rn->proved)
		return cert->usage;
	if (replaces == 0)
		return cert->usage & ~(unsigned int)USAGE_TLS;
	return memcmp(cert->cert->fingerprint, rn->run.old_fingerprint,
		   CERT_FINGERPRINT_BYTES) == 0
	    ? cert->usage & ~replaces
	    : cert->usage;
}

static bool
is_prunable_cert(const struct renewal *rn, size_t i)
{
	const struct facts_cert *cert = &rn->facts.certs[i];
	unsigned int usage = usage_after(rn, cert);

	if (rn->refusal[0] != '\0' || !rn->usage_known || usage != USAGE_NONE ||
	    cert->is_read_only || is_kept(rn, cert->cert))
		return false;
	return is_taken_back(rn, cert) || (rn->ours_cert[i] && !cert->is_trusted_root);
}

/* A certificate that stays needs its key. */
static bool
is_needed_key(const struct renewal *rn, const struct facts_key *key)
{
	for (size_t i = 0; i < rn->facts.n_certs; i++)
		if (!is_prunable_cert(rn, i) &&
		    memcmp(rn->facts.certs[i].cert->spki_sha256, key->spki_sha256,
			CERT_FINGERPRINT_BYTES) == 0)
			return true;
	return !rn->is_undoing && key == renewal_find_new_key(rn);
}

static bool
is_prunable_key(const struct renewal *rn, size_t i)
{
	return rn->refusal[0] == '\0' && rn->ours_key[i] && !rn->awaited_key[i] &&
	    rn->facts.n_unreadable == 0 && !is_needed_key(rn, &rn->facts.keys[i]);
}

bool
prune_has_no_certs(const void *ctx)
{
	const struct renewal *rn = ctx;

	for (size_t i = 0; i < rn->facts.n_certs; i++)
		if (is_prunable_cert(rn, i))
			return false;
	return true;
}

bool
prune_has_no_keys(const void *ctx)
{
	const struct renewal *rn = ctx;

	for (size_t i = 0; i < rn->facts.n_keys; i++)
		if (is_prunable_key(rn, i))
			return false;
	return true;
}

void
prune_plan_certs(const void *ctx, struct plan *plan)
{
	const struct renewal *rn = ctx;

	for (size_t i = 0; i < rn->facts.n_certs; i++)
		if (is_prunable_cert(rn, i) && !leftover_is_cert(rn, i))
			plan_add_write(plan, "AMT_PublicKeyCertificate", "Delete",
			    rn->facts.certs[i].instance_id);
}

void
prune_plan_keys(const void *ctx, struct plan *plan)
{
	const struct renewal *rn = ctx;

	for (size_t i = 0; i < rn->facts.n_keys; i++)
		if (is_prunable_key(rn, i) && !leftover_is_key(rn, i))
			plan_add_write(plan, "AMT_PublicPrivateKeyPair", "Delete",
			    rn->facts.keys[i].instance_id);
}

static enum rc
ready(struct renewal *rn, struct err *err)
{
	if (!rn->proved || !rn->usage_known)
		return err_set(err, RC_INTERNAL, "prune: before the proof");
	return look_connect(rn, err);
}

/* Does a deletion that failed like this deserve another try? */
static bool
may_pass(struct renewal *rn, enum rc r)
{
	if (r == RC_PT_STATUS && rn->status != PT_STATUS_INTERNAL_ERROR)
		return pt_status_reaction(rn->status) == PT_WAIT;
	return ++rn->n_prune_errors < PRUNE_ERRORS_MAX;
}

/*
 * Once the new certificate is proved a refused deletion is no reason to go back,
 * nor to fail: what the firmware keeps is left to the next renewal.
 */
static enum rc
take_refusal(struct renewal *rn, enum rc r, const struct err *cause, struct err *err)
{
	if (r == RC_OK)
		return r;
	if (rn->is_undoing || (r != RC_FAULT && r != RC_HTTP && r != RC_PT_STATUS) ||
	    may_pass(rn, r))
		return err_set(err, r, "%s", cause->text);
	(void)snprintf(rn->refusal, sizeof(rn->refusal), "%.*s",
	    (int)sizeof(rn->refusal) - 1, cause->text);
	return RC_OK;
}

enum rc
prune_each_cert(struct renewal *rn, prune_choice is_chosen, const char *reason,
    struct err *err)
{
	enum rc r = RC_OK;

	for (size_t i = 0; r == RC_OK && i < rn->facts.n_certs; i++) {
		const struct facts_cert *cert = &rn->facts.certs[i];
		struct err cause = { 0 };

		if (!is_chosen(rn, i))
			continue;
		r = resume_archive(rn, cert->cert, reason, err);
		rn->stale |= STALE_STORE;
		if (r != RC_OK)
			return r;
		r = change_delete_certificate(rn->device, cert->instance_id,
		    &rn->status, &cause);
		r = take_refusal(rn, r, &cause, err);
	}
	return r;
}

enum rc
prune_each_key(struct renewal *rn, prune_choice is_chosen, struct err *err)
{
	enum rc r = RC_OK;

	for (size_t i = 0; r == RC_OK && i < rn->facts.n_keys; i++) {
		struct err cause = { 0 };

		if (!is_chosen(rn, i))
			continue;
		rn->stale |= STALE_STORE;
		r = change_delete_key_pair(rn->device, rn->facts.keys[i].instance_id,
		    &rn->status, &cause);
		r = take_refusal(rn, r, &cause, err);
	}
	return r;
}

enum rc
prune_certs(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;
	enum rc r = ready(rn, err);

	if (r == RC_OK)
		r = prune_each_cert(rn, is_prunable_cert,
		    rn->is_undoing ? "not proved" : "replaced", err);
	return r;
}

enum rc
prune_keys(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;
	enum rc r = ready(rn, err);

	return r == RC_OK ? prune_each_key(rn, is_prunable_key, err) : r;
}

void
prune_explain(struct renewal *rn)
{
	const struct facts_cert *old = renewal_find_old_cert(rn);
	const char *why = "it was not installed by this program";
	size_t i = 0;

	rn->kept[0] = '\0';
	if (rn->refusal[0] != '\0')
		(void)snprintf(rn->kept, sizeof(rn->kept),
		    "what was replaced stays in the store until the next renewal: %.*s",
		    (int)(sizeof(rn->kept) / 2), rn->refusal);
	if (old == NULL || rn->refusal[0] != '\0')
		return;
	i = (size_t)(old - rn->facts.certs);
	if (is_prunable_cert(rn, i))
		return;
	if (old->is_read_only)
		why = "it is the firmware's own";
	else if (old->is_trusted_root)
		why = "it is a trusted root as well";
	else if (rn->procedure->replaces != 0 && old->usage != USAGE_NONE)
		why = "it is used for more than 802.1X";
	else if ((old->usage & ~(unsigned int)USAGE_TLS) != USAGE_NONE)
		why = "it is used for more than TLS";
	(void)snprintf(rn->kept, sizeof(rn->kept),
	    "the replaced certificate (%s) stays in the store: %s", old->instance_id,
	    why);
}
