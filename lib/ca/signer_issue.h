/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The issuing part of the signing process's work; the rest is in signer_work.c.
 */
#ifndef AMTCERT_CA_SIGNER_ISSUE_H
#define AMTCERT_CA_SIGNER_ISSUE_H

#include "ca/issuer.h"
#include "ca/signer.h"

/* Is the CA certificate valid at the time of the request, and its key fit for the
 * digest that is asked for? RC_CONFIG with the reason. */
enum rc signer_check_issuer(const struct issuer *issuer,
    const struct signer_request *request, struct err *err);

/*
 * Answer SIGNER_SUBMIT with a certificate that is stored, or go through the same with
 * a key that nobody keeps; only SIGNER_LOOK opens no table. Sets cert and lifetime_s
 * of the answer. RC_CA for a request that is refused, RC_CONFIG, RC_LOCKED, RC_LIMIT,
 * RC_NOMEM; RC_DB, RC_INTERNAL.
 */
enum rc signer_issue(const struct signer_settings *settings,
    const struct issuer *issuer, const struct signer_request *request,
    struct signer_answer *answer, struct err *err);

#endif
