/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's side of HTTP digest authentication, with its lock-out.
 * Source: captured challenge of AMT 15; RFC 2617 3.2; Intel community thread
 * 284855 for the lock-out.
 */
#ifndef AMTSIM_DIGEST_H
#define AMTSIM_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct device;

enum digest_result {
	DIGEST_OK,
	DIGEST_NONE,  /* no Authorization header */
	DIGEST_WRONG, /* counts as a failure */
	DIGEST_STALE, /* right password, nonce no longer good */
	DIGEST_LOCKED /* too many failures; not even looked at */
};

/* What is being authorised. */
struct digest_subject {
	const char *method;
	const char *uri;
	const char *body; /* counts with qop=auth-int only */
	size_t body_bytes;
};

/* Judge an Authorization header (NULL: none) and count it. */
enum digest_result digest_check(struct device *dev, const char *header,
    const struct digest_subject *subject);

/* Append the value of a WWW-Authenticate header with a fresh nonce. */
void digest_challenge(const struct device *dev, struct buf *out, bool stale);

/* Forget what came before: nonces die with a restart. */
void digest_restart(struct device *dev);

#endif
