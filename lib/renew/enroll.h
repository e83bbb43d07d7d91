/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a key pair in the firmware to a certificate that may be loaded: what is
 * asked for, the request signed by the firmware, the CA, and the judgement.
 */
#ifndef AMTCERT_RENEW_ENROLL_H
#define AMTCERT_RENEW_ENROLL_H

#include "renew/renewal.h"

/*
 * Fill rn->profile: the name of the target, and the further names of the
 * certificate that is served, when that verifies. RC_STATE for a target that
 * is no DNS name.
 */
enum rc enroll_fill_profile(struct renewal *rn, struct err *err);

/*
 * Ask the CA whether it can renew at all, before anything is written to the device.
 * RC_CA with the reason, also when what it issues would be due at once.
 */
enum rc enroll_preflight(struct renewal *rn, struct err *err);

/* What is asked of the CA with this signed request. Lent. */
void enroll_fill_request(const struct renewal *rn, const uint8_t *csr, size_t csr_len,
    struct ca_request *ret_request);

/* Judge what it answered to it, by the one acceptance check; nothing is kept. RC_CA
 * with the reason unless it issued what may be loaded. */
enum rc enroll_judge_answer(struct renewal *rn, const struct ca_request *request,
    const struct ca_answer *answer, struct err *err);

/* Have the firmware sign the request for the new key; sets run.signed_csr. */
enum rc enroll_sign(struct renewal *rn, struct err *err);

/*
 * Submit it, judge what comes back, keep it: run.new_cert and rn->issuers. RC_CA
 * for a refusal of the CA or of ours; rn->stays_open when a later run can go on,
 * as with a request that waits for a person (renew/pending.h).
 */
enum rc enroll_submit(struct renewal *rn, struct err *err);

/* A line for people per warning about what was issued and taken all the same. */
void enroll_tell(const struct renewal *rn, struct buf *out);

/* Judge a certificate of an earlier process again. RC_CA as above. */
enum rc enroll_judge_again(struct renewal *rn, struct err *err);

#endif
