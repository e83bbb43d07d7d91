/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AddTrustedRootCertificate.  Firmware looks at no dates and at no names: what is
 * wrong with a root has to be found here.
 */
#include "renew/root_steps.h"

#include "amt/change.h"
#include "amt/pt_status.h"
#include "base/clock.h"
#include "renew/look.h"

enum {
	LIST_MAX_BYTES = 600
};

bool
root_steps_is_there(const void *ctx)
{
	const struct renewal *rn = ctx;
	const struct facts_cert *found = facts_find_cert_by_der(&rn->facts, rn->anchor);

	return found != NULL && found->is_trusted_root;
}

void
root_steps_plan(const void *ctx, struct plan *plan)
{
	(void)ctx;
	plan_add_write(plan, "AMT_PublicKeyManagementService",
	    "AddTrustedRootCertificate", NULL);
}

enum rc
root_steps_prepare(struct renewal *rn, struct err *err)
{
	return renewal_list(&rn->run.added, &rn->run.added_len, rn->anchor->fingerprint,
	    err);
}

enum rc
root_steps_add(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;
	char instance_id[FACTS_INSTANCE_SIZE] = "";
	struct err cause = { 0 };
	enum rc r = look_connect(rn, err);

	if (r != RC_OK)
		return r;
	rn->wrote = true;
	rn->stale |= STALE_STORE;
	r = change_add_trusted_root(rn->device, rn->anchor->der, rn->anchor->der_len,
	    instance_id, &rn->status, &cause);
	if (r == RC_PT_STATUS && pt_status_reaction(rn->status) == PT_EXISTS) {
		renewal_unlist(rn->run.added, &rn->run.added_len,
		    rn->anchor->fingerprint);
		return RC_OK;
	}
	return r == RC_OK ? RC_OK : err_set(err, r, "%s", cause.text);
}

static enum rc
judge_cert(const struct renewal *rn, struct err *err)
{
	const struct cert *root = rn->anchor;
	const char *name = rn->options->target->name;
	int64_t now = renewal_now(rn);
	char date[CLOCK_DATE_SIZE];

	if (!root->is_ca)
		return err_set(err, RC_STATE,
		    "%s: the certificate is no CA's: nothing can be trusted by it",
		    name);
	if (cert_left_s(root, now) < 0)
		return err_set(err, RC_STATE, "%s: the root ended on %s", name,
		    clock_format_date(root->not_after, date));
	if (root->not_before > now)
		return err_set(err, RC_STATE, "%s: the root begins on %s", name,
		    clock_format_date(root->not_before, date));
	return RC_OK;
}

/* AMT 11.8 began to take intermediates. */
static bool
takes_roots_only(const struct facts *facts)
{
	return facts->version_major < 11 ||
	    (facts->version_major == 11 && facts->version_minor < 8);
}

static void
list_roots(const struct facts *facts, struct buf *list)
{
	for (size_t i = 0; i < facts->n_certs; i++)
		if (facts->certs[i].is_trusted_root)
			buf_addf(list, "%s%s", list->len == 0 ? "" : ", ",
			    facts->certs[i].instance_id);
}

static enum rc
judge_places(const struct renewal *rn, struct err *err)
{
	const struct facts *facts = &rn->facts;
	int64_t n = 0;
	struct buf list;

	for (size_t i = 0; i < facts->n_certs; i++)
		n += facts->certs[i].is_trusted_root;
	if (facts->limits.root_max_count == 0 || n < facts->limits.root_max_count)
		return RC_OK;
	buf_init(&list, LIST_MAX_BYTES);
	list_roots(facts, &list);
	(void)err_set(err, RC_STATE,
	    "%s: all %lld places for trusted roots are taken (%s): prune_amt_store "
	    "removes one that you name",
	    rn->options->target->name, (long long)n, buf_str(&list));
	buf_clear(&list);
	return RC_STATE;
}

enum rc
root_steps_judge(const struct renewal *rn, struct err *err)
{
	const struct facts_limits *limits = &rn->facts.limits;
	const struct facts_cert *found = facts_find_cert_by_der(&rn->facts, rn->anchor);
	const char *name = rn->options->target->name;
	int64_t max_bytes =
	    limits->root_max_bytes > 0 ? limits->root_max_bytes : CERT_STORE_MAX_BYTES;
	enum rc r = judge_cert(rn, err);

	if (r != RC_OK)
		return r;
	if ((int64_t)rn->anchor->der_len > max_bytes)
		return err_set(err, RC_STATE,
		    "%s: a root of %zu bytes, the firmware takes %lld", name,
		    rn->anchor->der_len, (long long)max_bytes);
	if (takes_roots_only(&rn->facts) && !rn->anchor->is_self_issued)
		return err_set(err, RC_STATE, "%s: AMT %s takes self-signed roots only",
		    name, rn->facts.version);
	if (found != NULL && !found->is_trusted_root)
		return err_set(err, RC_STATE,
		    "%s: it is in the store, but not as a trusted root (%s): "
		    "prune_amt_store removes what you name",
		    name, found->instance_id);
	return judge_places(rn, err);
}
