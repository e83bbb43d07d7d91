/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The flow of a remedy: meet the device, take up what was begun, ask the gates and
 * the CA, then print the plan or work it off; and the way back.
 */
#include "renew/procedure.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "amt/pt_status.h"
#include "base/clock.h"
#include "renew/enroll.h"
#include "renew/host.h"
#include "renew/ledger.h"
#include "renew/look.h"
#include "renew/offered.h"
#include "renew/pending.h"
#include "renew/renewal.h"
#include "renew/resume.h"
#include "renew/trial.h"

enum {
	MEET_ATTEMPTS_MAX = 3, /* of the first look: CSME answers 500 now and then */
	MEET_PAUSE_MS = 500,
	WHY_MAX_BYTES = 600,
	WORDS_MAX_BYTES = 200,
};

enum rc
procedure_force_parse(const struct procedure *procedure, const char *word,
    unsigned int *force, struct err *err)
{
	struct buf words;
	enum rc r = RC_OK;

	buf_init(&words, WORDS_MAX_BYTES);
	for (const struct force_word *known = procedure->forces;
	     known != NULL && known->word != NULL; known++) {
		if (strcmp(known->word, word) == 0) {
			*force |= known->bit;
			goto out;
		}
		buf_addf(&words, "%s%s", words.len == 0 ? "" : ", ", known->word);
	}
	r = err_set(err, RC_USAGE, "--force: %s: it overrides one of %s", word,
	    buf_str(&words));
out:
	buf_clear(&words);
	return r;
}

/* A first look that failed once may be made again; a refused login may not. */
static enum rc
try_again(struct renewal *rn, enum rc (*look)(struct renewal *, struct err *),
    struct err *err)
{
	const struct timespec pause = { .tv_nsec = MEET_PAUSE_MS * 1000000L };

	for (int i = 1;; i++) {
		struct err cause = { 0 };
		enum rc r = look(rn, &cause);

		if (r == RC_OK)
			return r;
		look_disconnect(rn);
		if (i == MEET_ATTEMPTS_MAX || renewal_left_ms(rn) <= MEET_PAUSE_MS ||
		    r == RC_TIMEOUT || !look_is_passing(r))
			return err_set(err, r, "%s", cause.text);
		renewal_say(rn, "look", cause.text);
		(void)nanosleep(&pause, NULL);
	}
}

static enum rc
meet(struct renewal *rn, struct err *err)
{
	const struct procedure *procedure = rn->procedure;
	struct target *target = rn->options->target;
	enum rc r = RC_OK;

	if (target->plain && !procedure->may_be_plain)
		return err_set(err, RC_USAGE,
		    "--plain: %s goes over TLS, and is proved there",
		    procedure->program);
	if (procedure->needs_ca)
		r = ca_open(rn->options->conf, rn->options->ca_name, &rn->ca, err);
	if (r == RC_OK && procedure->needs_ca)
		r = ca_keep_logins(rn->ca, rn->options->inventory_file,
		    rn->options->retry_ca_login, err);
	if (r == RC_OK)
		r = target_load_trust(target, err);
	if (r == RC_OK)
		r = target_load_secret(target, err);
	if (r == RC_OK)
		r = resume_open(rn, err);
	if (r == RC_OK && procedure->needs_ca)
		r = offered_recall(rn, err);
	if (r == RC_OK)
		r = try_again(rn, procedure->meet, err);
	if (r == RC_OK)
		r = resume_attach(rn, err);
	if (r == RC_OK)
		r = try_again(rn, procedure->look, err);
	return r;
}

/*
 * The way back, to the end: RC_OK when the device is as it was and the run is
 * closed. cause is why.
 */
static enum rc
go_back(struct renewal *rn, const char *cause, struct err *err)
{
	enum rc r = RC_OK;

	rn->is_undoing = true;
	rn->proved = false;
	rn->stale |= (STALE_ALL & ~(unsigned int)STALE_USAGE) | rn->procedure->watches;
	r = step_run_all(&renewal_host, rn, rn->procedure->steps_back, err);
	if (r == RC_OK)
		r = resume_close(rn, "undone", cause, err);
	return r;
}

/*
 * A run of another process: was it on its way back, or did somebody else change the
 * device meanwhile? Then it is ended first, and the remedy begins anew.
 */
static enum rc
settle_earlier_run(struct renewal *rn, struct err *err)
{
	enum rc r = RC_OK;

	if (!rn->has_run)
		return RC_OK;
	if (rn->procedure->settle != NULL)
		r = rn->procedure->settle(rn, err);
	if (r != RC_OK || !rn->options->apply || (!rn->is_undoing && !rn->is_foreign))
		return r;
	r = go_back(rn, "continued by a later run", err);
	if (r == RC_OK)
		renewal_forget_run(rn);
	return r;
}

static bool
enrols(const struct renewal *rn)
{
	const struct procedure *procedure = rn->procedure;

	return procedure->needs_ca &&
	    (procedure->enrols == NULL || procedure->enrols(rn));
}

/* Would it issue, and is what it issues any good? */
static enum rc
ask_ca(struct renewal *rn, struct err *err)
{
	enum rc r = enroll_preflight(rn, err);

	if (r == RC_OK && !pending_is_at_ca(rn))
		r = trial_judge_due(rn, err);
	if (r == RC_OK && rn->options->apply)
		r = trial_run(rn, err);
	return r;
}

/* Everything that can say no before the first write. */
static enum rc
prepare(struct renewal *rn, bool *ret_nothing, struct err *err)
{
	const struct procedure *procedure = rn->procedure;
	enum rc r = RC_OK;

	if (procedure->needs_ca)
		r = procedure->fill_profile != NULL ? procedure->fill_profile(rn, err)
						    : enroll_fill_profile(rn, err);
	if (r == RC_OK && rn->has_run)
		r = procedure->judge_resumed(rn, err);
	if (r == RC_OK)
		r = settle_earlier_run(rn, err);
	if (r == RC_OK && !rn->has_run)
		r = procedure->judge(rn, ret_nothing, err);
	if (r != RC_OK || *ret_nothing)
		return r;
	if (enrols(rn) && rn->new_cert == NULL)
		r = ask_ca(rn, err);
	if (r == RC_OK && !rn->has_run)
		r = resume_begin(rn, err);
	return r;
}

/* Work the table off. */
static enum rc
work(struct renewal *rn, struct err *err)
{
	enum rc r = step_run_all(&renewal_host, rn, rn->procedure->steps, err);

	if (r != RC_OK)
		return r;
	if (rn->procedure->finish != NULL)
		rn->procedure->finish(rn);
	return resume_close(rn, "done", rn->kept, err);
}

/* Somebody said no, for a reason that another try does not mend. */
static bool
is_refusal(enum rc r)
{
	return r == RC_CA || r == RC_STATE || r == RC_PT_STATUS || r == RC_FORMAT ||
	    r == RC_FAULT || r == RC_LIMIT || r == RC_UNTRUSTED;
}

static bool
can_go_back(const struct renewal *rn, enum rc r)
{
	const struct procedure *procedure = rn->procedure;

	if (rn->stays_open || rn->is_undoing || procedure->steps_back == NULL)
		return false;
	/* What was proved is better than what was before. */
	if (rn->proved ||
	    (procedure->can_go_back != NULL && !procedure->can_go_back(rn)))
		return false;
	return is_refusal(r);
}

/* Without a way back a refusal is the end: another remedy may have its turn. */
static bool
is_final(const struct renewal *rn, enum rc r)
{
	return rn->procedure->steps_back == NULL && !rn->stays_open && is_refusal(r);
}

static void
add_orphans(const struct renewal *rn, struct buf *why)
{
	const struct facts *facts = &rn->facts;

	for (size_t i = 0; i < facts->n_certs; i++)
		if (facts_is_orphan(&facts->certs[i]))
			buf_addf(why, "; nothing uses %s", facts->certs[i].instance_id);
	for (size_t i = 0; i < facts->n_keys; i++)
		if (!facts->keys[i].has_cert)
			buf_addf(why, "; no certificate for %s",
			    facts->keys[i].instance_id);
}

/* The run failed with r: undo what was done, or leave it to the next run. */
static enum rc
fail(struct renewal *rn, enum rc r, const struct err *cause, enum renew_exit *ret_exit,
    struct err *err)
{
	struct err second = { 0 };
	struct buf why;

	buf_init(&why, WHY_MAX_BYTES);
	buf_add_str(&why, cause->text);
	if (r == RC_PT_STATUS && pt_status_reaction(rn->status) == PT_FULL)
		add_orphans(rn, &why);
	*ret_exit = rn->ca_cannot ? RENEW_EXIT_NO_CA : RENEW_EXIT_FAILED;
	if (r == RC_AUTH)
		ledger_note_refusal(rn);
	if (!rn->has_run) {
		r = err_set(err, r, "%s", buf_str(&why));
	} else if (!rn->wrote) {
		(void)resume_close(rn, "refused", cause->text, NULL);
		r = err_set(err, r, "%s", buf_str(&why));
	} else if (can_go_back(rn, r) && go_back(rn, cause->text, &second) == RC_OK) {
		r = err_set(err, r, "%s; undone: the device is as it was%s",
		    buf_str(&why),
		    rn->clock_was_set ? ", but for its clock, which is right now" : "");
	} else if (is_final(rn, r)) {
		*ret_exit = RENEW_EXIT_CHANGED;
		(void)resume_close(rn, "refused", cause->text, NULL);
		r = err_set(err, r, "%s; what was done before step %s stays",
		    buf_str(&why), rn->run.step);
	} else {
		*ret_exit = RENEW_EXIT_CHANGED;
		r = err_set(err, r,
		    "%s%s%s; stopped in step %s, the next run goes on from there",
		    buf_str(&why),
		    second.text[0] == '\0' ? "" : "; the way back: ", second.text,
		    rn->run.step);
	}
	buf_clear(&why);
	return r;
}

static enum rc
tell_plan(const struct renewal *rn, struct buf *out, struct err *err)
{
	const struct procedure *procedure = rn->procedure;
	const char *name = rn->options->target->name;
	bool back = rn->is_undoing || rn->is_foreign;
	struct plan *plan = calloc(1, sizeof(*plan));
	enum rc r = RC_OK;

	if (plan == NULL)
		return err_set(err, RC_NOMEM, "plan: out of memory");
	if (rn->trial_is_due)
		plan_add_step(plan, "trial",
		    "ask the CA for a certificate with a throw-away key, and judge it");
	step_plan(back ? procedure->steps_back : procedure->steps, rn, plan);
	buf_addf(out, "%s: %s; AMT %s", name, rn->due, rn->facts.version);
	if (procedure->needs_ca)
		buf_addf(out, ", key %s, CA %s", rn->generation->key_text,
		    ca_name(rn->ca));
	buf_add_str(out, "\n");
	r = plan_format(plan, out);
	if (back)
		buf_addf(out, "%s: then it begins anew\n", name);
	if (procedure->tell_plan != NULL)
		procedure->tell_plan(rn, out);
	buf_addf(out, "%s: a plan of %zu writes: nothing is changed without --apply\n",
	    name, plan_count_writes(plan));
	free(plan);
	return r == RC_OK ? out->rc : r;
}

static enum rc
tell_nothing(const struct renewal *rn, struct buf *out)
{
	buf_addf(out, "%s: nothing to do: %s\n", rn->options->target->name, rn->due);
	if (rn->procedure->tell_nothing != NULL)
		rn->procedure->tell_nothing(rn, out);
	return out->rc;
}

/* The last line is what the worker and the core repeat. */
static enum rc
tell_done(const struct renewal *rn, struct buf *out)
{
	if (rn->trial[0] != '\0')
		buf_addf(out, "%s: %s\n", rn->options->target->name, rn->trial);
	rn->procedure->tell_done(rn, out);
	return out->rc;
}

enum rc
procedure_run(const struct procedure *procedure,
    const struct procedure_options *options, enum renew_exit *ret_exit, struct buf *out,
    struct err *err)
{
	struct renewal *rn = calloc(1, sizeof(*rn));
	struct err cause = { 0 };
	bool nothing = false;
	enum rc r = RC_OK;

	*ret_exit = RENEW_EXIT_FAILED;
	if (rn == NULL)
		return err_set(err, RC_NOMEM, "renewal: out of memory");
	rn->procedure = procedure;
	rn->options = options;
	rn->opened_ms = clock_monotonic_ms();
	r = meet(rn, &cause);
	if (r == RC_OK)
		r = prepare(rn, &nothing, &cause);
	if (r == RC_OK && options->apply && !nothing)
		r = work(rn, &cause);
	if (r != RC_OK)
		r = fail(rn, r, &cause, ret_exit, err);
	else if (nothing)
		r = tell_nothing(rn, out);
	else if (options->apply)
		r = tell_done(rn, out);
	else
		r = tell_plan(rn, out, err);
	if (r == RC_OK)
		*ret_exit = RENEW_EXIT_DONE;
	else if (*ret_exit == RENEW_EXIT_FAILED && (r == RC_USAGE || r == RC_CONFIG))
		*ret_exit = RENEW_EXIT_USAGE;
	renewal_clear(rn);
	free(rn);
	return r;
}
