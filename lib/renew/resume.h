/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a run stands, across processes: the journal opened, the device locked, an
 * open run taken up, and the key pair found whose making was not answered.
 */
#ifndef AMTCERT_RENEW_RESUME_H
#define AMTCERT_RENEW_RESUME_H

#include "renew/renewal.h"

/* Open the journal; when only planning it is read, not made. */
enum rc resume_open(struct renewal *rn, struct err *err);

/*
 * Is what the device serves a key that a run of ours made while the pinned one was
 * in the same store? Then the pin's owner vouches for it: rn->heir. Without such a
 * run, or without a pin, nothing is set.
 */
enum rc resume_find_heir(struct renewal *rn, struct err *err);

/*
 * Take the device for this process, take up its open run. When
 * only planning nothing is locked. RC_LOCKED
 * names the process that works on the device; RC_STATE when the open run is
 * another remedy's.
 */
enum rc resume_attach(struct renewal *rn, struct err *err);

/* Begin a run for the certificate that is due by the procedure. */
enum rc resume_begin(struct renewal *rn, struct err *err);

/*
 * After a reading of the store: find the key pair of this run whose bytes are
 * not known yet. By the InstanceID that was answered, else as the one pair
 * without certificate that was not there before; of several none is taken.
 */
enum rc resume_claim_key(struct renewal *rn, struct err *err);

/* Note which keys the store holds before a pair is asked for; once per run. */
enum rc resume_note_keys(struct renewal *rn, struct err *err);

/* Is the request that was signed still one for the run's key and its CA? Sets
 * has_request. */
void resume_judge_request(struct renewal *rn);

/* Archive a certificate of the store that this run replaces or takes back, with who
 * asked and which CA. */
enum rc resume_archive(struct renewal *rn, const struct cert *cert, const char *reason,
    struct err *err);

/* Journal the beginning and end of a step, and the end of the run. */
enum rc resume_step_begin(struct renewal *rn, const char *step, struct err *err);
enum rc resume_step_end(struct renewal *rn, struct err *err);
enum rc resume_close(struct renewal *rn, const char *outcome, const char *text,
    struct err *err);

#endif
