/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one remedy does, as data: its steps there and back, how it meets the device,
 * what it asks before it begins and what it says in the end.  procedure_run() is the
 * flow that all of them share: meet the device, take up the run that was begun,
 * ask the gates (and the CA), then print the plan or work it off, and go back when
 * it cannot be finished.
 *
 * A new remedy is a file with one struct procedure in it, and a program in
 * remediate/ that hands it to remedy_main().  What it may count on:
 *  - nothing is written to the device but by the run() of a step, and every step
 *    is in the journal before it runs; is_done() of a step reads struct renewal
 *    (renew/renewal.h) only, so set rn->stale to what a step has touched;
 *  - rn->served is what the newest handshake presented, rn->facts what was read,
 *    rn->ours_cert and rn->ours_key what the journal says we installed;
 *  - a step whose answer is lost is looked at, and run again when it is not done:
 *    what it does must bear being done twice;
 *  - rn->wrote has to be set before the first request that changes the device.
 */
#ifndef AMTCERT_RENEW_PROCEDURE_H
#define AMTCERT_RENEW_PROCEDURE_H

#include <stdbool.h>
#include <stdint.h>

#include "amt/target.h"
#include "base/buf.h"
#include "base/conf.h"
#include "policy/policy.h"
#include "renew/step.h"

struct renewal; /* renew/renewal.h */

/* A word of --force, and its bit in struct procedure_options. */
struct force_word {
	const char *word; /* NULL ends a list */
	unsigned int bit;
};

/* Exit status of a remedy. */
enum renew_exit {
	RENEW_EXIT_DONE = 0,	/* or nothing to do, or planned */
	RENEW_EXIT_FAILED = 1,	/* the device is as it was */
	RENEW_EXIT_CHANGED = 2, /* the journal says how far */
	RENEW_EXIT_USAGE = 3,	/* or configuration; nothing was done */
	RENEW_EXIT_NO_CA = 4,	/* the CA cannot renew; the device is as it was */
};

/*
 * Everything is lent. The trust and the secret of the target are read by the run,
 * after the process that signs for a local CA was started: it shall not know them.
 */
struct procedure_options {
	struct target *target;
	const struct policy *policy;
	const struct conf *conf; /* may be NULL */
	const char *ca_name;	 /* NULL: "local" */
	const char *inventory_file;
	const char *actor; /* who asked; NULL: not known */
	const void *args;  /* what the program's own options say; NULL: none */
	bool apply;	   /* else only plan */
	unsigned int force;
	bool retry_ca_login; /* a person says that the CA will take it now */
	int64_t now;
	int64_t past_ms;	  /* of that second, when the run began */
	int64_t deadline_ms;	  /* of clock_monotonic_ms(), of the whole run */
	bool (*is_stopped)(void); /* finish the request, leave the journal; or NULL */
	/* A line of progress; NULL: none. step may be NULL. */
	void (*report)(void *ctx, const char *step, const char *text);
	void *ctx;
};

/* Pointers marked NULL may be NULL. */
struct procedure {
	const char *program; /* "renew_amt_tls"; the journal's word, too */
	const struct step *steps;
	/* The way back; a table without rows when a refused step leaves the device
	 * as it was. NULL: there is none, what was done stays, and a refusal ends
	 * the run. (After a lost connection it stays open for the next, always.) */
	const struct step *steps_back;
	const struct force_word *forces; /* NULL: nothing can be overridden */
	bool needs_ca;			 /* else none is opened, and rn->ca is NULL */
	bool may_be_plain;		 /* --plain is no reason to refuse */
	unsigned int watches; /* STALE_... beside STALE_ALL that its steps change */

	/* Authenticate, log in, and set rn->uuid: look_meet() unless there is a
	 * reason. It is tried again after a passing failure. */
	enum rc (*meet)(struct renewal *rn, struct err *err);
	/* Read the rest of the facts, under the lock of the device: look_at_all(). */
	enum rc (*look)(struct renewal *rn, struct err *err);
	/* The certificate that the run is about: its serial number and fingerprint
	 * tell one run from the next. NULL: a remedy about no certificate; it is
	 * journalled under the serial number "" and a fingerprint of zeros. */
	const struct cert *(*due_cert)(const struct renewal *rn);
	/* What due_cert is used for until the proof, USAGE_...; 0: TLS. */
	unsigned int replaces;
	/* What a certificate is asked for: rn->profile. NULL: enroll_fill_profile(). */
	enum rc (*fill_profile)(struct renewal *rn, struct err *err);

	/* The gates of a run that is new. Sets rn->due; RC_OK with *ret_nothing when
	 * nothing is to be done, RC_STATE with the reason and the way out. */
	enum rc (*judge)(struct renewal *rn, bool *ret_nothing, struct err *err);
	/* The gates of one that was taken up. Sets rn->due. */
	enum rc (*judge_resumed)(struct renewal *rn, struct err *err);
	/* Set what of struct renewal follows from the step that the journal names
	 * (rn->run.step, step_done) of a run that is taken up. NULL: nothing. */
	void (*place)(struct renewal *rn);
	/* Decide about such a run once the device was read: rn->is_undoing or
	 * rn->is_foreign ends it by the way back first. NULL: it goes on. */
	enum rc (*settle)(struct renewal *rn, struct err *err);

	/* What has to be known before a step of either table runs, and goes into
	 * the journal with it. NULL: nothing. */
	enum rc (*prepare_step)(struct renewal *rn, const struct step *step,
	    struct err *err);
	/* Is a certificate asked for in this run, after the gates? NULL: always. */
	bool (*enrols)(const struct renewal *rn);
	/* Is there a way back from here? NULL: always, when there are steps. */
	bool (*can_go_back)(const struct renewal *rn);
	/* All steps are done: what is left to say, in rn->kept. NULL: nothing. */
	void (*finish)(struct renewal *rn);

	/* Whole lines for people: after the deed; and NULL: none, after the plan,
	 * and after "nothing to do". */
	void (*tell_done)(const struct renewal *rn, struct buf *out);
	void (*tell_plan)(const struct renewal *rn, struct buf *out);
	void (*tell_nothing)(const struct renewal *rn, struct buf *out);
};

/* The bit of a word of --force into *force. RC_USAGE names the words. */
enum rc procedure_force_parse(const struct procedure *procedure, const char *word,
    unsigned int *force, struct err *err);

/*
 * Run. *ret_exit is always set; out gets what people read: the plan, or what was
 * done. RC_OK with RENEW_EXIT_DONE; any other error with the reason in err.
 */
enum rc procedure_run(const struct procedure *procedure,
    const struct procedure_options *options, enum renew_exit *ret_exit, struct buf *out,
    struct err *err);

#endif
