/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The procedure that prunes a store: certificates, archived first, then key pairs,
 * which firmware keeps as long as their certificates.  What is gone is gone: there is
 * no way back, and none is needed.
 */
#include "renew/prune_store.h"

#include <stdio.h>
#include <string.h>

#include "amt/change.h"
#include "base/clock.h"
#include "base/codec.h"
#include "base/text.h"
#include "renew/look.h"
#include "renew/resume.h"

static const struct choice_names *
names_of(const struct renewal *rn)
{
	return rn->options->args;
}

static size_t
count_certs(const struct renewal *rn)
{
	size_t n = 0;

	for (size_t i = 0; i < rn->facts.n_certs; i++)
		n += choice_is_cert(rn, names_of(rn), i);
	return n;
}

static size_t
count_keys(const struct renewal *rn)
{
	size_t n = 0;

	for (size_t i = 0; i < rn->facts.n_keys; i++)
		n += choice_is_key(rn, names_of(rn), i);
	return n;
}

static bool
has_no_certs(const void *ctx)
{
	return count_certs(ctx) == 0;
}

static bool
has_no_keys(const void *ctx)
{
	return count_keys(ctx) == 0;
}

static void
plan_certs(const void *ctx, struct plan *plan)
{
	const struct renewal *rn = ctx;

	for (size_t i = 0; i < rn->facts.n_certs; i++)
		if (choice_is_cert(rn, names_of(rn), i))
			plan_add_write(plan, "AMT_PublicKeyCertificate", "Delete",
			    rn->facts.certs[i].instance_id);
}

static void
plan_keys(const void *ctx, struct plan *plan)
{
	const struct renewal *rn = ctx;

	for (size_t i = 0; i < rn->facts.n_keys; i++)
		if (choice_is_key(rn, names_of(rn), i))
			plan_add_write(plan, "AMT_PublicPrivateKeyPair", "Delete",
			    rn->facts.keys[i].instance_id);
}

/* A deletion that was refused changed nothing; the one before may have. */
static enum rc
take_answer(struct renewal *rn, enum rc r, bool had_written)
{
	if (r == RC_PT_STATUS || r == RC_FAULT)
		rn->wrote = had_written;
	return r;
}

static enum rc
run_certs(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;
	enum rc r = look_connect(rn, err);

	for (size_t i = 0; r == RC_OK && i < rn->facts.n_certs; i++) {
		const struct facts_cert *cert = &rn->facts.certs[i];
		bool had_written = rn->wrote;

		if (!choice_is_cert(rn, names_of(rn), i))
			continue;
		r = resume_archive(rn, cert->cert, "pruned", err);
		if (r != RC_OK)
			return r;
		rn->wrote = true;
		rn->stale |= STALE_STORE;
		r = change_delete_certificate(rn->device, cert->instance_id,
		    &rn->status, err);
		r = take_answer(rn, r, had_written);
	}
	return r;
}

static enum rc
run_keys(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;
	enum rc r = look_connect(rn, err);

	for (size_t i = 0; r == RC_OK && i < rn->facts.n_keys; i++) {
		bool had_written = rn->wrote;

		if (!choice_is_key(rn, names_of(rn), i))
			continue;
		rn->wrote = true;
		rn->stale |= STALE_STORE;
		r = change_delete_key_pair(rn->device, rn->facts.keys[i].instance_id,
		    &rn->status, err);
		r = take_answer(rn, r, had_written);
	}
	return r;
}

static void
describe(struct renewal *rn)
{
	size_t certs = count_certs(rn);
	size_t keys = count_keys(rn);

	if (certs + keys == 0)
		(void)snprintf(rn->due, sizeof(rn->due), "%s",
		    names_of(rn)->n_certs + names_of(rn)->n_keys > 0
			? "what was named is not in the store"
			: "nothing in the store is ours and unused");
	else
		(void)snprintf(rn->due, sizeof(rn->due),
		    "%zu certificate%s, %zu key pair%s", certs, certs == 1 ? "" : "s",
		    keys, keys == 1 ? "" : "s");
}

static enum rc
judge(struct renewal *rn, bool *ret_nothing, struct err *err)
{
	describe(rn);
	*ret_nothing = count_certs(rn) + count_keys(rn) == 0;
	return choice_judge(rn, names_of(rn), err);
}

static enum rc
judge_resumed(struct renewal *rn, struct err *err)
{
	describe(rn);
	return choice_judge(rn, names_of(rn), err);
}

static void
add_digest(struct buf *out, const uint8_t digest[CERT_FINGERPRINT_BYTES])
{
	buf_add_str(out, "=sha256:");
	(void)codec_hex_encode(out, digest, CERT_FINGERPRINT_BYTES);
}

static void
list_certs(const struct renewal *rn, struct buf *out)
{
	char subject[FACTS_TEXT_SIZE];
	char date[CLOCK_DATE_SIZE];

	for (size_t i = 0; i < rn->facts.n_certs; i++) {
		const struct facts_cert *cert = &rn->facts.certs[i];
		bool goes = choice_is_cert(rn, names_of(rn), i);

		text_printable_field(subject, sizeof(subject), cert->cert->subject,
		    strlen(cert->cert->subject));
		buf_addf(out, "%s cert %lld", goes ? "goes " : "stays",
		    (long long)cert->handle);
		add_digest(out, cert->cert->fingerprint);
		buf_addf(out, " %s, to %s: %s\n", subject,
		    clock_format_date(cert->cert->not_after, date),
		    goes ? "nothing uses it" : choice_cert_stays(rn, i));
	}
}

/* Every entry, so that one which stays can be named the next time. */
static void
tell_plan(const struct renewal *rn, struct buf *out)
{
	list_certs(rn, out);
	for (size_t i = 0; i < rn->facts.n_keys; i++) {
		const struct facts_key *key = &rn->facts.keys[i];
		bool goes = choice_is_key(rn, names_of(rn), i);

		buf_addf(out, "%s key %lld", goes ? "goes " : "stays",
		    (long long)key->handle);
		add_digest(out, key->spki_sha256);
		buf_addf(out, ": %s\n",
		    goes ? "nothing needs it" : choice_key_stays(rn, i));
	}
}

static void
tell_done(const struct renewal *rn, struct buf *out)
{
	buf_addf(out, "%s: removed: %s; certificates are in the archive\n",
	    rn->options->target->name, rn->due);
}

/* clang-format off */
static const struct step steps[] = {
	{ "remove-certificates", "archive and delete certificates",
	  NULL, has_no_certs, plan_certs, run_certs, NULL, NULL },
	{ "remove-keys", "delete key pairs",
	  NULL, has_no_keys, plan_keys, run_keys, NULL, NULL },
	{ .name = NULL },
};
/* clang-format on */

const struct procedure prune_store = {
	.program = "prune_amt_store",
	.steps = steps,
	.meet = look_meet,
	.look = look_at_all,
	.judge = judge,
	.judge_resumed = judge_resumed,
	.tell_done = tell_done,
	.tell_plan = tell_plan,
	.tell_nothing = tell_plan,
};
