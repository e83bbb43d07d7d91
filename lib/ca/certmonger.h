/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The contract of certmonger's enrolment helpers from the helper's side: one operation
 * comes in, one exit status and a text for standard output go out.  The other side is
 * exec.c.
 * Source: certmonger, "Helper" interface documentation; seen from its daemon.
 */
#ifndef AMTCERT_CA_CERTMONGER_H
#define AMTCERT_CA_CERTMONGER_H

#include <stdint.h>

#include "base/buf.h"
#include "base/rc.h"
#include "ca/ca.h"

enum certmonger_exit {
	CERTMONGER_ISSUED = 0,
	CERTMONGER_WAIT = 1, /* output: a cookie */
	CERTMONGER_REJECTED = 2,
	CERTMONGER_UNREACHABLE = 3,  /* the caller tries again */
	CERTMONGER_UNCONFIGURED = 4, /* the caller waits for a person */
	CERTMONGER_WAIT_MORE = 5,    /* output: seconds, line feed, a cookie */
	CERTMONGER_UNSUPPORTED = 6,
};

enum {
	CERTMONGER_OUT_MAX_BYTES = 1024 * 1024,
};

/* What the environment says, each NULL when it does not. Lent. */
struct certmonger_call {
	const char *operation; /* "SUBMIT" */
	const char *csr;       /* PEM */
	const char *cookie;    /* as it was put out */
	int64_t now;
	int64_t deadline_ms; /* of clock_monotonic_ms() */
};

/*
 * Do what is asked and put into out what the caller is to read: a certificate with its
 * chain in PEM, a cookie, a list, or one line that says why not. A request that does
 * not name one host and one purpose, is not signed by its own key, or has a key that
 * AMT would not have, is CERTMONGER_REJECTED before the CA hears of it; so is a
 * certificate that ca/accept.h refuses. A cookie is for the CA that said it. RC_OK
 * whenever there is an answer.
 */
enum rc certmonger_answer(struct ca *ca, const struct certmonger_call *call,
    struct buf *out, enum certmonger_exit *ret_exit, struct err *err);

#endif
