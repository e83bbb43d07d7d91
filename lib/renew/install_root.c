/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The procedure that installs a root: one step, proved by reading the store back.
 */
#include "renew/install_root.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/codec.h"
#include "base/text.h"
#include "renew/look.h"
#include "renew/renewal.h"
#include "renew/resume.h"
#include "renew/root_steps.h"

static const struct force_word forces[] = {
	{ "mutual", INSTALL_FORCE_MUTUAL },
	{ NULL, 0 },
};

/* The one certificate that the operator named; a bundle would leave open which. */
static enum rc
read_root(struct renewal *rn, struct err *err)
{
	const struct install_root_args *args = rn->options->args;
	struct cert **certs = NULL;
	struct err cause = { 0 };
	size_t n = 0;
	enum rc r = RC_OK;

	if (args == NULL || args->file == NULL)
		return err_set(err, RC_USAGE,
		    "--root: missing: which certificate shall the device trust?");
	r = cert_read_pem_file(args->file, &certs, &n, &cause);
	if (r != RC_OK)
		return err_set(err, r == RC_NOMEM ? r : RC_USAGE, "--root: %s",
		    cause.text);
	if (n != 1)
		r = err_set(err, RC_USAGE,
		    "--root: %s holds %zu certificates: name one in a file of its own",
		    args->file, n);
	if (r == RC_OK)
		r = cert_dup(certs[0], &rn->anchor, err);
	cert_free_list(certs, n);
	return r;
}

/* Before anybody is met: without it there is nothing to do there. */
static enum rc
meet(struct renewal *rn, struct err *err)
{
	enum rc r = rn->anchor == NULL ? read_root(rn, err) : RC_OK;

	return r == RC_OK ? look_meet(rn, err) : r;
}

static void
describe(struct renewal *rn, const char *what)
{
	char subject[FACTS_TEXT_SIZE / 2];

	text_printable_field(subject, sizeof(subject), rn->anchor->subject,
	    strlen(rn->anchor->subject));
	(void)snprintf(rn->due, sizeof(rn->due), "root %s %s", subject, what);
}

/* Firmware refuses a root while it asks consoles for a certificate. */
static enum rc
judge_mutual(const struct renewal *rn, struct err *err)
{
	if ((rn->options->force & INSTALL_FORCE_MUTUAL) != 0 ||
	    !rn->facts.tls_network.known || !rn->facts.tls_network.is_mutual)
		return RC_OK;
	return err_set(err, RC_STATE,
	    "%s: firmware takes no root while mutual TLS is on: switch that off, install "
	    "the root, switch it on again (--force mutual tries all the same)",
	    rn->options->target->name);
}

static enum rc
judge(struct renewal *rn, bool *ret_nothing, struct err *err)
{
	enum rc r = RC_OK;

	if (root_steps_is_there(rn)) {
		describe(rn, "is a trusted root of the device");
		*ret_nothing = true;
		return RC_OK;
	}
	describe(rn, "is not in the firmware");
	r = root_steps_judge(rn, err);
	return r == RC_OK ? judge_mutual(rn, err) : r;
}

static enum rc
judge_resumed(struct renewal *rn, struct err *err)
{
	char at[CLOCK_TIME_SIZE];

	(void)snprintf(rn->due, sizeof(rn->due), "run %lld of %s goes on",
	    (long long)rn->run.id, clock_format_time(rn->run.started_at, at));
	return root_steps_is_there(rn) ? RC_OK : root_steps_judge(rn, err);
}

/* The run that was begun may have been about another root: that one is over, and what
 * it stored stays: the operator wanted it. */
static enum rc
settle(struct renewal *rn, struct err *err)
{
	enum rc r = RC_OK;

	if (rn->run.added_len == 0 ||
	    renewal_is_listed(rn->run.added, rn->run.added_len,
		rn->anchor->fingerprint))
		return RC_OK;
	if (rn->options->apply)
		r = resume_close(rn, "undone", "another root was asked for", err);
	if (r != RC_OK)
		return r;
	renewal_forget_run(rn);
	rn->has_run = false;
	return RC_OK;
}

static enum rc
prepare_step(struct renewal *rn, const struct step *step, struct err *err)
{
	(void)step;
	return root_steps_prepare(rn, err);
}

/* A refusal that was answered leaves the store as it was. */
static enum rc
add_root(void *ctx, struct err *err)
{
	struct renewal *rn = ctx;
	enum rc r = root_steps_add(ctx, err);

	if (r == RC_PT_STATUS)
		rn->wrote = false;
	return r;
}

static void
add_root_line(const struct renewal *rn, struct buf *out)
{
	char subject[FACTS_TEXT_SIZE];
	char date[CLOCK_DATE_SIZE];

	text_printable_field(subject, sizeof(subject), rn->anchor->subject,
	    strlen(rn->anchor->subject));
	buf_addf(out, "%s, valid to %s, sha256:", subject,
	    clock_format_date(rn->anchor->not_after, date));
	(void)codec_hex_encode(out, rn->anchor->fingerprint, CERT_FINGERPRINT_BYTES);
	buf_add_str(out, "\n");
}

static void
tell_plan(const struct renewal *rn, struct buf *out)
{
	buf_addf(out, "%s: the device will trust ", rn->options->target->name);
	add_root_line(rn, out);
}

static void
tell_done(const struct renewal *rn, struct buf *out)
{
	const struct facts_cert *found = facts_find_cert_by_der(&rn->facts, rn->anchor);

	buf_addf(out,
	    "%s: installed as %s, read back byte for byte: ", rn->options->target->name,
	    found == NULL ? "-" : found->instance_id);
	add_root_line(rn, out);
}

/* clang-format off */
static const struct step steps[] = {
	{ "add-root", "store the trusted root, and read it back",
	  NULL, root_steps_is_there, root_steps_plan, add_root, NULL,
	  "the firmware took it and does not list it as a trusted root" },
	{ .name = NULL },
};
/* clang-format on */

const struct procedure install_root = {
	.program = "install_amt_root",
	.steps = steps,
	.forces = forces,
	.meet = meet,
	.look = look_at_all,
	.judge = judge,
	.judge_resumed = judge_resumed,
	.settle = settle,
	.prepare_step = prepare_step,
	.tell_done = tell_done,
	.tell_plan = tell_plan,
};
