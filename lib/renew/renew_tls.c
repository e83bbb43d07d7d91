/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The procedure of a renewal: gates, tables of steps, and what people are told of
 * a certificate that took another's place.
 */
#include "renew/renew_tls.h"

#include "base/clock.h"
#include "renew/cert_steps.h"
#include "renew/enroll.h"
#include "renew/gate.h"
#include "renew/handover.h"
#include "renew/look.h"
#include "renew/prove.h"
#include "renew/prune.h"
#include "renew/renewal.h"
#include "renew/tls_steps.h"

static const struct force_word forces[] = {
	{ "not-due", RENEW_FORCE_NOT_DUE },
	{ "expired", RENEW_FORCE_EXPIRED },
	{ "clock", RENEW_FORCE_CLOCK },
	{ "take-over", RENEW_FORCE_TAKE_OVER },
	{ NULL, 0 },
};

static const struct cert *
due_cert(const struct renewal *rn)
{
	return rn->served;
}

static void
place(struct renewal *rn)
{
	rn->bound = tls_steps_may_have_bound(rn->run.step);
	rn->committed = tls_steps_has_committed(rn->run.step, rn->run.step_done);
}

/*
 * A run of another process: did somebody replace the certificate meanwhile? And is
 * what the CA issued then still good?
 */
static enum rc
settle(struct renewal *rn, struct err *err)
{
	struct err judged = { 0 };
	enum rc r = RC_OK;

	rn->is_foreign = !renewal_serves_old(rn) && !renewal_serves_new(rn);
	if (rn->new_cert == NULL || rn->is_undoing || rn->is_foreign)
		return RC_OK;
	/* What will be proved stays, however little of it is left. What was proved has
	 * had the one of before revoked: there is no way back to that. */
	if (prove_is_foreseen(rn)) {
		rn->proved = tls_steps_has_proved(rn->run.step, rn->run.step_done);
		return RC_OK;
	}
	r = enroll_judge_again(rn, &judged);
	return r == RC_CA ? renewal_set_new_cert(rn, NULL, err) : RC_OK;
}

/* Without the old one there is no way back. */
static bool
can_go_back(const struct renewal *rn)
{
	return !rn->bound || renewal_find_old_cert(rn) != NULL;
}

static void
tell_done(const struct renewal *rn, struct buf *out)
{
	char date[CLOCK_DATE_SIZE];
	char left[CLOCK_DURATION_SIZE];

	buf_addf(out, "%s: renewed: valid to %s (%s)%s%s\n", rn->options->target->name,
	    clock_format_date(rn->new_cert->not_after, date),
	    clock_format_duration(cert_left_s(rn->new_cert, renewal_now(rn)), left),
	    rn->kept[0] == '\0' ? "" : "; ", rn->kept);
	enroll_tell(rn, out);
	handover_tell(rn, out);
}

/* Said again, in case that it was not heard when it was changed. */
static void
tell_nothing(const struct renewal *rn, struct buf *out)
{
	handover_tell_pin(rn->options->target, rn->served, out);
}

const struct procedure renew_tls = {
	.program = "renew_amt_tls",
	.steps = tls_steps,
	.steps_back = tls_steps_back,
	.forces = forces,
	.needs_ca = true,
	.watches = STALE_CLOCK,
	.meet = look_meet,
	.look = look_at_all,
	.due_cert = due_cert,
	.judge = gate_judge,
	.judge_resumed = gate_judge_resumed,
	.place = place,
	.settle = settle,
	.prepare_step = cert_steps_prepare,
	.can_go_back = can_go_back,
	.finish = prune_explain,
	.tell_done = tell_done,
	.tell_nothing = tell_nothing,
};
