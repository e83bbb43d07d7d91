/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From no key pair to a certificate that is proved.  Source: Intel AMT SDK,
 * "Certificate Management".
 */
#include "renew/cert_steps.h"

#include <string.h>

#include "amt/change.h"
#include "amt/pt_status.h"
#include "base/clock.h"
#include "renew/bind.h"
#include "renew/enroll.h"
#include "renew/host.h"
#include "renew/look.h"
#include "renew/prove.h"
#include "renew/resume.h"

enum {
	MS_PER_S = 1000
};

/*
 * generate-key
 */
bool
cert_steps_has_key(const void *ctx)
{
	return renewal_find_new_key(ctx) != NULL;
}

void
cert_steps_plan_key(const void *ctx, struct plan *plan)
{
	(void)ctx;
	plan_add_write(plan, "AMT_PublicKeyManagementService", "GenerateKeyPair", NULL);
}

enum rc
cert_steps_make_key(void *ctx, struct err *err)
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
bool
cert_steps_has_request(const void *ctx)
{
	const struct renewal *rn = ctx;

	return rn->has_request || rn->new_cert != NULL;
}

enum rc
cert_steps_sign(void *ctx, struct err *err)
{
	return enroll_sign(ctx, err);
}

/*
 * enroll
 */
bool
cert_steps_has_cert(const void *ctx)
{
	const struct renewal *rn = ctx;

	return rn->new_cert != NULL;
}

enum rc
cert_steps_enroll(void *ctx, struct err *err)
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

bool
cert_steps_has_issuers(const void *ctx)
{
	return missing_issuer(ctx) == NULL;
}

bool
cert_steps_wants_issuers(const void *ctx)
{
	const struct renewal *rn = ctx;

	return rn->n_issuers > 0;
}

void
cert_steps_plan_issuers(const void *ctx, struct plan *plan)
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

enum rc
cert_steps_add_issuers(void *ctx, struct err *err)
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
bool
cert_steps_is_stored(const void *ctx)
{
	const struct facts_cert *cert = renewal_find_new_cert(ctx);

	return cert != NULL && cert->has_key;
}

void
cert_steps_plan_store(const void *ctx, struct plan *plan)
{
	(void)ctx;
	plan_add_write(plan, "AMT_PublicKeyManagementService", "AddCertificate", NULL);
}

enum rc
cert_steps_store(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;

	return add(rn, rn->new_cert, rn->run.new_cert_instance_id, err);
}

/*
 * bind
 */
bool
cert_steps_is_bound(const void *ctx)
{
	const struct renewal *rn = ctx;
	const struct facts_cert *bound = bind_find(rn);

	return bound != NULL && bound == renewal_find_new_cert(rn);
}

enum rc
cert_steps_await_begin(struct renewal *rn, struct err *err)
{
	int64_t ahead_s =
	    rn->new_cert == NULL ? 0 : rn->new_cert->not_before - renewal_now(rn);
	char ahead[CLOCK_DURATION_SIZE];
	enum rc r = RC_OK;

	if (ahead_s <= 0)
		return RC_OK;
	renewal_say(rn, "bind", "waits until the new certificate begins");
	r = renewal_host.pause(rn, ahead_s * MS_PER_S, err);
	if (r != RC_OK)
		err_prefix(err, "the new certificate begins in %s",
		    clock_format_duration(ahead_s, ahead));
	return r;
}

enum rc
cert_steps_bind(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;
	enum rc r = cert_steps_await_begin(rn, err);

	if (r != RC_OK)
		return r;
	rn->bound = true;
	bind_forget_commits(rn);
	return bind_to(rn, renewal_find_new_cert(rn), err);
}

/*
 * prove
 */
bool
cert_steps_is_proved(const void *ctx)
{
	const struct renewal *rn = ctx;

	return rn->proved;
}

enum rc
cert_steps_prove(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;
	const struct facts_cert *old = renewal_find_old_cert(rn);
	struct err untold = { 0 };
	enum rc r = prove_new(rn, err);

	if (r == RC_OK && old != NULL)
		r = resume_archive(rn, old->cert, "replaced", err);
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

enum rc
cert_steps_prepare(struct renewal *rn, const struct step *step, struct err *err)
{
	if (step->run == cert_steps_make_key)
		return prepare_key(rn, err);
	return step->run == cert_steps_add_issuers ? prepare_issuers(rn, err) : RC_OK;
}
