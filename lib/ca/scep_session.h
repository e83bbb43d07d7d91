/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a session with a SCEP server holds.  Private to scep.c and scep_learn.c; others
 * see ca/ca.h.
 */
#ifndef AMTCERT_CA_SCEP_SESSION_H
#define AMTCERT_CA_SCEP_SESSION_H

#include "base/secret.h"
#include "ca/ca.h"
#include "ca/https.h"
#include "ca/scep_ca.h"
#include "ca/section.h"

struct scep {
	struct section_trust trust;
	struct cert **anchors; /* the certificates of trust-anchor */
	size_t n_anchors;
	struct scep_known known;
	struct https *https;
	struct secret challenge;
	const char *ident; /* that the server is asked for, or NULL */
	bool allow_weak;
	int64_t poll_s;
	struct scep_ca ca; /* once learnt, of this process */
	bool has_ca;
};

/* One operation; the answer is lent until the next. RC_CONFIG, and the errors of
 * https_exchange(). */
enum rc scep_call(struct scep *scep, const char *operation,
    struct https_request *request, struct https_answer *answer, struct err *err);

/*
 * Before anything is sent: can it be asked, and is it who we think? has_ca then; else
 * *answer says why not, which is CA_ISSUED as long as nothing is wrong. RC_NOMEM,
 * RC_INTERNAL.
 */
enum rc scep_learn(struct scep *scep, const struct ca_request *request,
    struct ca_answer *answer, struct err *err);

#endif
