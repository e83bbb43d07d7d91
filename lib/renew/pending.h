/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The request of a run at its CA, across processes: noted before it is sent,
 * asked after when a later run comes by, never submitted twice while the CA has it.
 */
#ifndef AMTCERT_RENEW_PENDING_H
#define AMTCERT_RENEW_PENDING_H

#include "renew/renewal.h"

enum {
	PENDING_FIRST_S = 60, /* after a failure; doubled up to PENDING_BACKOFF_MAX_S */
	PENDING_BACKOFF_MAX_S = 3600,
	PENDING_POLL_S = 3600,		 /* when the CA did not say when to ask again */
	PENDING_LIMIT_S = 7 * 24 * 3600, /* longer, and a person should look */
	PENDING_BAD_ANSWERS_MAX = 2,	 /* one may be an accident */
	PENDING_PAUSE_MAX_S = 30,	 /* between the two, if the CA wants one */
};

/*
 * Take up the open request that rn->run.signed_csr has at this CA, if there is
 * one: sets rn->request. One for another CSR, or at another CA, leads nowhere any
 * more and is closed.
 */
enum rc pending_take_up(struct renewal *rn, struct err *err);

/* Does the CA have the request of this run? */
bool pending_is_at_ca(const struct renewal *rn);

/*
 * Submit, or ask what became of it, or neither when it is too early; once more when the
 * answer makes no sense. Errors are ours; what the CA said is in *ret_answer and in the
 * database, and on the record of the CA unless it issued, which has to be judged
 * (renew/trial.h). rn->stays_open is set when the key pair must wait: the CA has said
 * that it has the request. One that did not answer in time is CA_RETRY.
 */
enum rc pending_ask(struct renewal *rn, struct ca_request *request,
    struct ca_answer *ret_answer, struct err *err);

/* Is the answer one that makes no sense, so that it is worth asking once more within
 * the run? */
bool pending_may_ask_again(const struct ca_answer *answer);

/* As long as the CA said, before it is asked again. RC_TIMEOUT when the run has not the
 * time, RC_STATE when it is stopped. */
enum rc pending_pause(struct renewal *rn, const struct ca_answer *answer,
    struct err *err);

/* The run ends: the request does, too. "done" keeps what was issued; otherwise
 * the CA is told, where it can be told, that nobody will use it. */
enum rc pending_end(struct renewal *rn, const char *outcome, struct err *err);

#endif
