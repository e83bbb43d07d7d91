/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The steps of a TLS renewal.  Source: Intel AMT SDK, "Certificate Management",
 * AMT_TLSCredentialContext; the order is the one in which every cut leaves a
 * device that can still be managed.
 */
#include "renew/tls_steps.h"

#include <string.h>

#include "amt/change.h"
#include "amt/pt_status.h"
#include "renew/bind.h"
#include "renew/enroll.h"
#include "renew/look.h"
#include "renew/prove.h"
#include "renew/prune.h"
#include "renew/resume.h"

/*
 * generate-key
 */
static bool
has_key(const void *ctx)
{
	return renewal_find_new_key(ctx) != NULL;
}

static void
plan_key(const void *ctx, struct plan *plan)
{
	(void)ctx;
	plan_add_write(plan, "AMT_PublicKeyManagementService", "GenerateKeyPair", NULL);
}

static enum rc
run_key(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;
	char instance_id[FACTS_INSTANCE_SIZE] = "";
	enum rc r = look_connect(rn, err);

	if (r != RC_OK)
		return r;
	rn->wrote = true;
	rn->stale |= STALE_STORE;
	r = change_generate_key_pair(rn->device, rn->generation->key_kind,
	    rn->generation->key_bits, instance_id, &rn->status, err);
	if (r == RC_OK)
		memcpy(rn->run.new_key_instance_id, instance_id, sizeof(instance_id));
	return r;
}

static enum rc
prepare_key(struct renewal *rn, struct err *err)
{
	/* A pair that we had and that is gone took request and certificate along. */
	if (rn->run.new_spki_len > 0) {
		renewal_forget_request(rn);
		(void)renewal_keep_bytes(&rn->run.new_spki, &rn->run.new_spki_len, NULL,
		    0, NULL);
		(void)renewal_keep_bytes(&rn->run.keys_before, &rn->run.keys_before_len,
		    NULL, 0, NULL);
	}
	rn->run.new_key_instance_id[0] = '\0';
	return resume_note_keys(rn, err);
}

/*
 * sign-request
 */
static bool
has_request(const void *ctx)
{
	const struct renewal *rn = ctx;

	return rn->has_request || rn->new_cert != NULL;
}

static enum rc
run_request(void *ctx, struct err *err)
{
	return enroll_sign(ctx, err);
}

/*
 * enroll
 */
static bool
has_certificate(const void *ctx)
{
	const struct renewal *rn = ctx;

	return rn->new_cert != NULL;
}

static enum rc
run_enroll(void *ctx, struct err *err)
{
	return enroll_submit(ctx, err);
}

/*
 * add-issuers
 */
static const struct cert *
missing_issuer(const struct renewal *rn)
{
	for (size_t i = 0; i < rn->n_issuers; i++)
		if (facts_find_cert_by_der(&rn->facts, rn->issuers[i]) == NULL)
			return rn->issuers[i];
	return NULL;
}

static enum rc
prepare_issuers(struct renewal *rn, struct err *err)
{
	enum rc r = RC_OK;

	for (size_t i = 0; i < rn->n_issuers && r == RC_OK; i++)
		if (facts_find_cert_by_der(&rn->facts, rn->issuers[i]) == NULL)
			r = renewal_list(&rn->run.added, &rn->run.added_len,
			    rn->issuers[i]->fingerprint, err);
	return r;
}

static bool
has_issuers(const void *ctx)
{
	return missing_issuer(ctx) == NULL;
}

static bool
wants_issuers(const void *ctx)
{
	const struct renewal *rn = ctx;

	return rn->n_issuers > 0;
}

static void
plan_issuers(const void *ctx, struct plan *plan)
{
	const struct renewal *rn = ctx;

	for (size_t i = 0; i < rn->n_issuers; i++)
		if (facts_find_cert_by_der(&rn->facts, rn->issuers[i]) == NULL)
			plan_add_write(plan, "AMT_PublicKeyManagementService",
			    "AddCertificate", NULL);
}

/* Already there is as good as added. */
static enum rc
add(struct renewal *rn, const struct cert *cert, char instance_id[FACTS_INSTANCE_SIZE],
    struct err *err)
{
	struct err cause = { 0 };
	enum rc r = look_connect(rn, err);

	if (r != RC_OK)
		return r;
	rn->wrote = true;
	rn->stale |= STALE_STORE;
	r = change_add_certificate(rn->device, cert->der, cert->der_len, instance_id,
	    &rn->status, &cause);
	if (r == RC_PT_STATUS && pt_status_reaction(rn->status) == PT_EXISTS) {
		/* Then it was not us. */
		renewal_unlist(rn->run.added, &rn->run.added_len, cert->fingerprint);
		return RC_OK;
	}
	return r == RC_OK ? RC_OK : err_set(err, r, "%s", cause.text);
}

static enum rc
run_issuers(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;
	char instance_id[FACTS_INSTANCE_SIZE] = "";
	enum rc r = RC_OK;

	for (size_t i = 0; i < rn->n_issuers && r == RC_OK; i++)
		if (facts_find_cert_by_der(&rn->facts, rn->issuers[i]) == NULL)
			r = add(rn, rn->issuers[i], instance_id, err);
	return r;
}

/*
 * add-certificate
 */
static bool
has_stored(const void *ctx)
{
	const struct facts_cert *cert = renewal_find_new_cert(ctx);

	return cert != NULL && cert->has_key;
}

static void
plan_store(const void *ctx, struct plan *plan)
{
	(void)ctx;
	plan_add_write(plan, "AMT_PublicKeyManagementService", "AddCertificate", NULL);
}

static enum rc
run_store(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;

	return add(rn, rn->new_cert, rn->run.new_cert_instance_id, err);
}

/*
 * bind
 */
static bool
is_bound(const void *ctx)
{
	const struct renewal *rn = ctx;
	const struct facts_cert *bound = bind_find(rn);

	return bound != NULL && bound == renewal_find_new_cert(rn);
}

static enum rc
run_bind(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;

	rn->bound = true;
	bind_forget_commits(rn);
	return bind_to(rn, renewal_find_new_cert(rn), err);
}

/*
 * commit
 */
static bool
is_committed(const void *ctx)
{
	const struct renewal *rn = ctx;

	return rn->committed && renewal_serves_new(rn);
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

static enum rc
run_prove(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;
	const struct facts_cert *old = renewal_find_old_cert(rn);
	struct err untold = { 0 };
	enum rc r = prove_new(rn, err);

	if (r == RC_OK && old != NULL)
		r = journal_archive(&rn->db, &rn->run, old->cert, "replaced",
		    rn->options->actor, renewal_now(rn), err);
	if (r != RC_OK)
		return r;
	if (old != NULL &&
	    ca_retire(rn->ca, old->cert, renewal_now(rn), rn->options->deadline_ms,
		&untold) != RC_OK)
		renewal_say(rn, "prove", untold.text);
	rn->proved = true;
	rn->awaits_commit = false;
	/* What is deleted next must not be in use anywhere: ask once more. */
	rn->stale |= STALE_STORE | STALE_USAGE;
	return RC_OK;
}

/* clang-format off */
const struct step tls_steps[] = {
	{ "generate-key", "make a key pair in the firmware",
	  NULL, has_key, plan_key, run_key, NULL, NULL },
	{ "sign-request", "have the firmware sign a certificate request",
	  NULL, has_request, NULL, run_request, NULL, NULL },
	{ "enroll", "ask the CA for a certificate, and judge it",
	  NULL, has_certificate, NULL, run_enroll, NULL, NULL },
	{ "add-issuers", "store the issuers that the device should present",
	  wants_issuers, has_issuers, plan_issuers, run_issuers, NULL, NULL },
	{ "add-certificate", "store the certificate, and read it back",
	  NULL, has_stored, plan_store, run_store, NULL, NULL },
	{ "bind", "bind it to TLS",
	  NULL, is_bound, bind_plan, run_bind, NULL, NULL },
	{ "commit", "commit, and wait until it is served",
	  NULL, is_committed, bind_plan_commit, bind_commit, bind_settle_ms,
	  "renewed, but the old certificate is still served" },
	{ "prove", "prove it: fresh handshake, path, name, dates, login",
	  NULL, is_proved, NULL, run_prove, NULL, NULL },
	{ "remove-certificate", "delete the replaced certificate",
	  NULL, prune_has_no_certs, prune_plan_certs, prune_certs, NULL, NULL },
	{ "remove-key", "delete its key pair",
	  NULL, prune_has_no_keys, prune_plan_keys, prune_keys, NULL, NULL },
	{ .name = NULL },
};
/* clang-format on */

enum rc
tls_steps_prepare(struct renewal *rn, const struct step *step, struct err *err)
{
	if (step->run == run_key)
		return prepare_key(rn, err);
	return step->run == run_issuers ? prepare_issuers(rn, err) : RC_OK;
}

bool
tls_steps_has_committed(const char *step, bool is_done)
{
	int commit = step_row(tls_steps, "commit");
	int row = step_row(tls_steps, step);

	return row > commit || (row == commit && is_done);
}

bool
tls_steps_may_have_bound(const char *step)
{
	return step_row(tls_steps_back, step) >= 0 ||
	    step_row(tls_steps, step) >= step_row(tls_steps, "bind");
}
