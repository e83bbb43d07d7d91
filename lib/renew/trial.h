/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trial enrolment: before a run writes to its device, a CA that nobody knows to
 * answer well is asked for a certificate with a key pair that is thrown away at once.
 * What comes back is judged as the device's own would be.  So a CA that issues what
 * cannot be used, or hangs, is found out at no device's cost; nothing of a trial is
 * stored in a device or sent to it.
 */
#ifndef AMTCERT_RENEW_TRIAL_H
#define AMTCERT_RENEW_TRIAL_H

#include "inventory/ca_record.h"
#include "renew/renewal.h"

enum {
	TRIAL_WAIT_MS = 100, /* while another process asks the CA for its trial */
};

/* What decides about a trial. */
struct trial_question {
	bool is_allowed;     /* trial = yes */
	bool needs_approval; /* each request waits for a person, as the CA says */
	bool has_begun;	     /* the run has been at the device */
	struct ca_record record;
};

/*
 * Has the CA no accepted answer since its last refused one, or none at all? And may
 * it be asked? One that once let a trial wait for a person is asked for no other.
 */
bool trial_is_due(const struct trial_question *question);

/* The same for a run after its preflight: sets rn->trial_is_due. RC_DB, RC_LOCKED. */
enum rc trial_judge_due(struct renewal *rn, struct err *err);

/*
 * Make it, when it is due. RC_CA with the reason for which the device's certificate
 * would have been refused; RC_TIMEOUT when the time of the run was over first. RC_OK
 * when what came is good, when the request waits for a person, and when another
 * process found out meanwhile that the CA is good. rn->trial says which, and which
 * certificate of whom it was.
 */
enum rc trial_run(struct renewal *rn, struct err *err);

/* What became of a request with a device's key goes on the CA's record, too. */
enum rc trial_note_answer(struct renewal *rn, bool is_good, const char *text,
    struct err *err);

#endif
