/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a renewal reads from its device: first everything, then what a step has
 * touched.  Over one session that is made again when it breaks.
 */
#ifndef AMTCERT_RENEW_LOOK_H
#define AMTCERT_RENEW_LOOK_H

#include "renew/renewal.h"
#include "tls/handshake.h"

/*
 * Meet the device: what its TLS port presents, then log in and ask who it is. Sets
 * rn->uuid, and in rn->facts what the handshake and identity give.
 */
enum rc look_meet(struct renewal *rn, struct err *err);

/* The parts of it: one handshake, without a login; whether the device closed it on us
 * for lack of a client certificate that it takes, RC_STATE with the ways out; and the
 * login. */
enum rc look_at_presented(struct renewal *rn, struct err *err);
enum rc look_judge_client(const struct renewal *rn, struct err *err);
enum rc look_log_in(struct renewal *rn, struct err *err);

/* The target as the next session will use it: its port, its pin. Lent. */
const struct target *look_session(struct renewal *rn);

/* Read the rest of the facts: clock, settings, store, usages. */
enum rc look_at_all(struct renewal *rn, struct err *err);

/* Read again what is stale; claims the new key when it has appeared. */
enum rc look_again(struct renewal *rn, struct err *err);

/* A session that is logged in, or one that will be. Has time for one step. */
enum rc look_connect(struct renewal *rn, struct err *err);

/* One handshake with the TLS port: a list of at least one certificate. Clear with
 * presented_clear. */
enum rc look_shake_hands(struct renewal *rn, struct presented *ret_presented,
    struct err *err);

/* The same with the port of serial and disk redirection, which the target must have.
 * RC_CONNECT, RC_TIMEOUT: it is closed, or out of reach. */
enum rc look_shake_redirection(struct renewal *rn, struct presented *ret_presented,
    struct err *err);

/* Take the leaf of a handshake as what is served now. */
void look_take_served(struct renewal *rn, struct presented *presented);

/* Forget the session; the next look makes another. */
void look_disconnect(struct renewal *rn);

/* Could the same look succeed a moment later? */
bool look_is_passing(enum rc r);

#endif
