/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The procedure of a reprovisioning: how the device is met, what an earlier run
 * left, and what people are told.
 */
#include "renew/reprovision.h"

#include "base/clock.h"
#include "renew/enroll.h"
#include "renew/handover.h"
#include "renew/known_device.h"
#include "renew/look.h"
#include "renew/prove.h"
#include "renew/prune.h"
#include "renew/reprovision_gate.h"
#include "renew/reprovision_steps.h"

static const struct force_word forces[] = {
	{ "not-due", REPROVISION_FORCE_NOT_DUE },
	{ NULL, 0 },
};

static bool
enrols(const struct renewal *rn)
{
	return (rn->needs & REPROVISION_CERT) != 0;
}

/*
 * A run of another process: does somebody else's certificate take its place by now,
 * and is what the CA issued still good?
 */
static enum rc
settle(struct renewal *rn, struct err *err)
{
	struct err judged = { 0 };
	enum rc r = RC_OK;

	rn->is_foreign = enrols(rn) && rn->served != NULL && rn->before.is_enabled &&
	    !renewal_serves_old(rn) && !renewal_serves_new(rn);
	if (!enrols(rn) || rn->new_cert == NULL || rn->is_undoing || rn->is_foreign)
		return RC_OK;
	/* What will be proved stays, however little of it is left; and what was proved
	 * is better than what was before, unless it lets us in no more. */
	if (prove_is_foreseen(rn)) {
		rn->proved = !rn->met_plain &&
		    step_is_past(reprovision_steps, "prove", rn->run.step,
			rn->run.step_done);
		return RC_OK;
	}
	r = enroll_judge_again(rn, &judged);
	return r == RC_CA ? renewal_set_new_cert(rn, NULL, err) : RC_OK;
}

/* Where TLS was on, only by the certificate of before. */
static bool
can_go_back(const struct renewal *rn)
{
	return !rn->bound || !rn->before.is_enabled ||
	    renewal_find_old_cert(rn) != NULL;
}

static void
finish(struct renewal *rn)
{
	if (enrols(rn))
		prune_explain(rn);
}

static void
tell_done(const struct renewal *rn, struct buf *out)
{
	char date[CLOCK_DATE_SIZE];
	char left[CLOCK_DURATION_SIZE];
	const struct cert *cert = rn->new_cert;

	buf_addf(out, "%s: reprovisioned:%s%s%s", rn->options->target->name,
	    (rn->needs & REPROVISION_CLOCK) != 0 ? " clock set;" : "",
	    (rn->needs & REPROVISION_ANCHOR) != 0 ? " anchor stored;" : "",
	    (rn->needs & REPROVISION_TLS) != 0 ? " TLS on;" : "");
	if (cert == NULL)
		buf_add_str(out, " TLS is as it was");
	else
		buf_addf(out, " valid to %s (%s)",
		    clock_format_date(cert->not_after, date),
		    clock_format_duration(cert_left_s(cert, renewal_now(rn)), left));
	buf_addf(out, "%s%s\n", rn->kept[0] == '\0' ? "" : "; ", rn->kept);
	enroll_tell(rn, out);
	if (enrols(rn))
		handover_tell(rn, out);
}

static void
tell_nothing(const struct renewal *rn, struct buf *out)
{
	handover_tell_pin(rn->options->target, rn->served, out);
}

const struct procedure reprovision_tls = {
	.program = "reprovision_amt_tls",
	.steps = reprovision_steps,
	.steps_back = reprovision_steps_back,
	.forces = forces,
	.needs_ca = true,
	.may_be_plain = true,
	.watches = STALE_TLS | STALE_CLOCK,
	.meet = known_device_meet,
	.look = look_at_all,
	.due_cert = reprovision_find_current,
	.judge = reprovision_judge,
	.judge_resumed = reprovision_judge_resumed,
	.place = reprovision_place,
	.settle = settle,
	.enrols = enrols,
	.prepare_step = reprovision_prepare,
	.can_go_back = can_go_back,
	.finish = finish,
	.tell_done = tell_done,
	.tell_nothing = tell_nothing,
};
