/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The flow of a renewal: meet the device, take up what was begun, ask the gates
 * and the CA, then print the plan or work it off; and the way back.
 */
#include "renew/renew_tls.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "amt/pt_status.h"
#include "base/clock.h"
#include "base/codec.h"
#include "renew/enroll.h"
#include "renew/gate.h"
#include "renew/look.h"
#include "renew/prune.h"
#include "renew/renewal.h"
#include "renew/resume.h"
#include "renew/tls_host.h"
#include "renew/tls_steps.h"

enum {
	MEET_ATTEMPTS_MAX = 3, /* of the first look: CSME answers 500 now and then */
	MEET_PAUSE_MS = 500,
	WHY_MAX_BYTES = 600,
};

static const struct {
	const char *word;
	unsigned int bit;
} force_words[] = {
	{ "not-due", RENEW_FORCE_NOT_DUE },
	{ "expired", RENEW_FORCE_EXPIRED },
	{ "clock", RENEW_FORCE_CLOCK },
	{ "take-over", RENEW_FORCE_TAKE_OVER },
};

enum rc
renew_force_parse(const char *word, unsigned int *force, struct err *err)
{
	for (size_t i = 0; i < sizeof(force_words) / sizeof(force_words[0]); i++) {
		if (strcmp(force_words[i].word, word) != 0)
			continue;
		*force |= force_words[i].bit;
		return RC_OK;
	}
	return err_set(err, RC_USAGE,
	    "--force: %s: it overrides one of not-due, expired, clock, take-over",
	    word);
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
	struct target *target = rn->options->target;
	enum rc r = RC_OK;

	if (target->plain)
		return err_set(err, RC_USAGE,
		    "--plain: a renewal goes over TLS, and is proved there");
	r = ca_open(rn->options->conf, rn->options->ca_name, &rn->ca, err);
	if (r == RC_OK)
		r = target_load_trust(target, err);
	if (r == RC_OK)
		r = target_load_secret(target, err);
	if (r == RC_OK)
		r = resume_open(rn, err);
	if (r == RC_OK)
		r = try_again(rn, look_meet, err);
	if (r == RC_OK)
		r = resume_attach(rn, err);
	if (r == RC_OK)
		r = try_again(rn, look_at_all, err);
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
	rn->stale |= STALE_STORE | STALE_CONTEXT | STALE_SERVED;
	r = step_run_all(&tls_host, rn, tls_steps_back, err);
	if (r == RC_OK)
		r = resume_close(rn, "undone", cause, err);
	return r;
}

/*
 * A run of another process: was it on its way back, or did somebody replace the
 * certificate meanwhile? Then it is ended first, and the renewal begins anew.
 */
static enum rc
settle_earlier_run(struct renewal *rn, struct err *err)
{
	struct err judged = { 0 };
	enum rc r = RC_OK;

	if (!rn->has_run)
		return RC_OK;
	rn->is_foreign = !renewal_serves_old(rn) && !renewal_serves_new(rn);
	if (rn->new_cert != NULL && !rn->is_undoing && !rn->is_foreign) {
		r = enroll_judge_again(rn, &judged);
		if (r == RC_CA)
			r = renewal_set_new_cert(rn, NULL, err);
	}
	if (r != RC_OK || !rn->options->apply || (!rn->is_undoing && !rn->is_foreign))
		return r;
	r = go_back(rn, "continued by a later run", err);
	if (r != RC_OK)
		return r;
	journal_run_clear(&rn->run);
	cert_free(rn->new_cert);
	rn->new_cert = NULL;
	rn->has_request = false;
	rn->is_resumed = false;
	rn->is_undoing = false;
	rn->is_foreign = false;
	rn->bound = false;
	rn->proved = false;
	rn->wrote = false;
	return RC_OK;
}

/* Everything that can say no before the first write. */
static enum rc
prepare(struct renewal *rn, bool *ret_nothing, struct err *err)
{
	enum rc r = enroll_fill_profile(rn, err);

	if (r == RC_OK && rn->has_run)
		r = gate_judge_resumed(rn, err);
	if (r == RC_OK)
		r = settle_earlier_run(rn, err);
	if (r == RC_OK && !rn->has_run)
		r = gate_judge(rn, ret_nothing, err);
	if (r != RC_OK || *ret_nothing)
		return r;
	if (rn->new_cert == NULL)
		r = enroll_preflight(rn, err);
	if (r == RC_OK && !rn->has_run)
		r = resume_begin(rn, err);
	return r;
}

/* Work the table off. */
static enum rc
work(struct renewal *rn, struct err *err)
{
	enum rc r = step_run_all(&tls_host, rn, tls_steps, err);

	if (r != RC_OK)
		return r;
	prune_explain(rn);
	return resume_close(rn, "done", rn->kept, err);
}

/* Errors after which the device cannot be asked to go back, or need not. */
static bool
can_go_back(const struct renewal *rn, enum rc r)
{
	if (rn->stays_open || rn->is_undoing || !rn->has_run)
		return false;
	/* What was proved is better than what was before; and without the old one
	 * there is no way back. */
	if (rn->proved || (rn->bound && renewal_find_old_cert(rn) == NULL))
		return false;
	return r == RC_CA || r == RC_STATE || r == RC_PT_STATUS || r == RC_FORMAT ||
	    r == RC_FAULT || r == RC_LIMIT || r == RC_UNTRUSTED;
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
	*ret_exit = RENEW_EXIT_FAILED;
	if (!rn->has_run) {
		r = err_set(err, r, "%s", buf_str(&why));
	} else if (!rn->wrote) {
		(void)resume_close(rn, "refused", cause->text, NULL);
		r = err_set(err, r, "%s", buf_str(&why));
	} else if (can_go_back(rn, r) && go_back(rn, cause->text, &second) == RC_OK) {
		r = err_set(err, r, "%s; undone: the device is as it was",
		    buf_str(&why));
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

static void
add_fingerprint(struct buf *out, const uint8_t fingerprint[CERT_FINGERPRINT_BYTES])
{
	buf_add_str(out, "sha256:");
	(void)codec_hex_encode(out, fingerprint, CERT_FINGERPRINT_BYTES);
}

/* The configuration names another key than the device has by now. */
static void
tell_pin(const struct target *target, const struct cert *cert, struct buf *out)
{
	if (!target->has_pin ||
	    memcmp(target->pin, cert->spki_sha256, sizeof(target->pin)) == 0)
		return;
	buf_add_str(out, "pin ");
	add_fingerprint(out, target->pin);
	buf_add_str(out, " -> ");
	add_fingerprint(out, cert->spki_sha256);
	buf_add_str(out, "\n");
}

/* What people, and consoles that pin a certificate, need to know. */
static enum rc
tell_done(const struct renewal *rn, struct buf *out)
{
	const struct target *target = rn->options->target;
	char date[CLOCK_DATE_SIZE];
	char left[CLOCK_DURATION_SIZE];

	buf_addf(out, "%s: renewed: valid to %s (%s)%s%s\n", target->name,
	    clock_format_date(rn->new_cert->not_after, date),
	    clock_format_duration(cert_left_s(rn->new_cert, renewal_now(rn)), left),
	    rn->kept[0] == '\0' ? "" : "; ", rn->kept);
	buf_add_str(out, "fingerprint ");
	add_fingerprint(out, rn->run.old_fingerprint);
	buf_add_str(out, " -> ");
	add_fingerprint(out, rn->new_cert->fingerprint);
	buf_add_str(out, "\n");
	tell_pin(target, rn->new_cert, out);
	return out->rc;
}

static enum rc
tell_plan(const struct renewal *rn, struct buf *out, struct err *err)
{
	struct plan *plan = calloc(1, sizeof(*plan));
	enum rc r = RC_OK;

	if (plan == NULL)
		return err_set(err, RC_NOMEM, "plan: out of memory");
	step_plan(rn->is_undoing || rn->is_foreign ? tls_steps_back : tls_steps, rn,
	    plan);
	buf_addf(out, "%s: %s; AMT %s, key %s, CA %s\n", rn->options->target->name,
	    rn->due, rn->facts.version, rn->generation->key_text, ca_name(rn->ca));
	r = plan_format(plan, out);
	if (rn->is_undoing || rn->is_foreign)
		buf_addf(out, "%s: then the renewal begins anew\n",
		    rn->options->target->name);
	buf_addf(out, "%s: a plan of %zu writes: nothing is changed without --apply\n",
	    rn->options->target->name, plan_count_writes(plan));
	free(plan);
	return r == RC_OK ? out->rc : r;
}

static enum rc
tell_nothing(const struct renewal *rn, struct buf *out)
{
	buf_addf(out, "%s: nothing to do: %s\n", rn->options->target->name, rn->due);
	/* Said again, in case that it was not heard when it was changed. */
	tell_pin(rn->options->target, rn->served, out);
	return out->rc;
}

enum rc
renew_tls(const struct renew_tls_options *options, enum renew_exit *ret_exit,
    struct buf *out, struct err *err)
{
	struct renewal *rn = calloc(1, sizeof(*rn));
	struct err cause = { 0 };
	bool nothing = false;
	enum rc r = RC_OK;

	*ret_exit = RENEW_EXIT_FAILED;
	if (rn == NULL)
		return err_set(err, RC_NOMEM, "renewal: out of memory");
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
