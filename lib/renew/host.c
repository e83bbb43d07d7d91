/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the machine of renew/step.h asks of a remedy: looks, the journal, and what
 * a failure means.  Codes as in Intel LMS, StatusCodeDefinitions.h.
 */
#include "renew/host.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "amt/pt_status.h"
#include "renew/look.h"
#include "renew/resume.h"

static enum rc
host_look(void *ctx, struct err *err)
{
	return look_again(ctx, err);
}

static bool
host_may_look_again(const void *ctx, enum rc r)
{
	(void)ctx;
	return look_is_passing(r);
}

static enum rc
host_begin(void *ctx, const struct step *step, struct err *err)
{
	struct renewal *rn = ctx;
	enum rc r = RC_OK;

	if (rn->procedure->prepare_step != NULL)
		r = rn->procedure->prepare_step(rn, step, err);
	if (r == RC_OK)
		r = resume_step_begin(rn, step->name, err);
	return r;
}

static enum rc
host_end(void *ctx, const struct step *step, struct err *err)
{
	struct renewal *rn = ctx;
	const struct facts_cert *cert = renewal_find_new_cert(rn);

	(void)step;
	if (cert != NULL)
		memcpy(rn->run.new_cert_instance_id, cert->instance_id,
		    sizeof(cert->instance_id));
	return resume_step_end(rn, err);
}

/* By the code that the firmware gave, or by how the answer got lost. */
static enum step_reaction
host_react(void *ctx, enum rc r)
{
	struct renewal *rn = ctx;

	if (r != RC_PT_STATUS) {
		if (!look_is_passing(r))
			return STEP_STOP;
		look_disconnect(rn);
		rn->stale |=
		    (STALE_ALL & ~(unsigned int)STALE_USAGE) | rn->procedure->watches;
		return r == RC_HTTP ? STEP_WAIT : STEP_LOOK_AGAIN;
	}
	rn->stale |= STALE_STORE | STALE_CONTEXT | rn->procedure->watches;
	if (rn->status == PT_STATUS_INTERNAL_ERROR)
		return STEP_LOOK_AGAIN;
	return pt_status_reaction(rn->status) == PT_WAIT ? STEP_WAIT : STEP_STOP;
}

static bool
is_stopped(const struct renewal *rn)
{
	return rn->options->is_stopped != NULL && rn->options->is_stopped();
}

static enum rc
host_pause(void *ctx, int64_t ms, struct err *err)
{
	struct renewal *rn = ctx;
	const struct timespec time = { .tv_sec = ms / 1000,
		.tv_nsec = (ms % 1000) * 1000000 };

	if (!is_stopped(rn) && ms > 0 && renewal_left_ms(rn) > ms)
		(void)nanosleep(&time, NULL);
	if (is_stopped(rn)) {
		rn->stays_open = true;
		return err_set(err, RC_STATE, "stopped by a signal");
	}
	if (renewal_left_ms(rn) <= ms)
		return err_set(err, RC_TIMEOUT, "the time of this run is over");
	return RC_OK;
}

static void
host_report(void *ctx, const struct step *step, enum step_event event, const char *text)
{
	static const char *const events[] = { [STEP_BEGINS] = "begins",
		[STEP_DONE] = "done",
		[STEP_WAITS] = "waits" };
	const struct renewal *rn = ctx;
	char line[FACTS_TEXT_SIZE * 2];

	(void)snprintf(line, sizeof(line), "%s: %s", events[event], text);
	renewal_say(rn, step == NULL ? "look" : step->name, line);
}

const struct step_host renewal_host = {
	.look = host_look,
	.may_look_again = host_may_look_again,
	.begin = host_begin,
	.end = host_end,
	.react = host_react,
	.pause = host_pause,
	.report = host_report,
};
