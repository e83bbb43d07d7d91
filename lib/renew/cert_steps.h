/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Steps that every remedy with a new certificate shares: the callbacks of their
 * rows; ctx is a struct renewal.  In the order of this file every cut leaves a
 * device that can still be managed.
 */
#ifndef AMTCERT_RENEW_CERT_STEPS_H
#define AMTCERT_RENEW_CERT_STEPS_H

#include "renew/renewal.h"

/* generate-key: a key pair in the firmware. */
bool cert_steps_has_key(const void *ctx);
void cert_steps_plan_key(const void *ctx, struct plan *plan);
enum rc cert_steps_make_key(void *ctx, struct err *err);

/* sign-request, enroll: nothing is written. */
bool cert_steps_has_request(const void *ctx);
enum rc cert_steps_sign(void *ctx, struct err *err);
bool cert_steps_has_cert(const void *ctx);
enum rc cert_steps_enroll(void *ctx, struct err *err);

/* add-issuers: what the device should present beside it. */
bool cert_steps_wants_issuers(const void *ctx);
bool cert_steps_has_issuers(const void *ctx);
void cert_steps_plan_issuers(const void *ctx, struct plan *plan);
enum rc cert_steps_add_issuers(void *ctx, struct err *err);

/* add-certificate */
bool cert_steps_is_stored(const void *ctx);
void cert_steps_plan_store(const void *ctx, struct plan *plan);
enum rc cert_steps_store(void *ctx, struct err *err);

/*
 * Before it is bound: wait until the new certificate has begun. The clock of a CA may
 * be a little ahead of ours (ca/accept.h), and whoever is served a certificate before
 * it begins refuses it, our own proof first. RC_TIMEOUT when this run has not the time,
 * RC_STATE when it is stopped; the next goes on.
 */
enum rc cert_steps_await_begin(struct renewal *rn, struct err *err);

/* bind: to TLS; plan with bind_plan() of renew/bind.h. */
bool cert_steps_is_bound(const void *ctx);
enum rc cert_steps_bind(void *ctx, struct err *err);

/* prove: fresh handshake, path, name, dates, login; then the old one is archived and
 * the CA told. */
bool cert_steps_is_proved(const void *ctx);
enum rc cert_steps_prove(void *ctx, struct err *err);

/* What has to be known, and journalled, before one of them runs. */
enum rc cert_steps_prepare(struct renewal *rn, const struct step *step,
    struct err *err);

#endif
