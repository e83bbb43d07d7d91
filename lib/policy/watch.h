/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A certificate against its template as the CA offers it now: must it be enrolled
 * again though it has time left, and which renewal period holds for it?  The rule of
 * Windows autoenrolment; nothing applies it to firmware but we.
 * Source: MS-XCEP 3.1.4.1.3.8, MS-WCCE 2.2.2.7.7; Microsoft "Certificate Renewal"
 * (cc784923) for "Reenroll All Certificate Holders".
 */
#ifndef AMTCERT_POLICY_WATCH_H
#define AMTCERT_POLICY_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/offer.h"
#include "policy/policy.h"

enum watch_standing {
	WATCH_NOTHING,	  /* no CA said anything that is asked for here */
	WATCH_CURRENT,	  /* the version that is wanted */
	WATCH_SUPERSEDED, /* another template takes its place, a renewal takes that */
	WATCH_OUTDATED, /* the same, but what requests name is the old template, too */
	WATCH_FORCED,	/* of a lower major version than wanted */
	WATCH_LAGGING,	/* the same, though issued after that was wanted */
	WATCH_NEWER, /* of a higher one than the CA says: old news, or another forest */
	WATCH_GONE,  /* its template is not offered */
	WATCH_UNVERSIONED, /* its template has no version to compare */
	WATCH_NONE,	   /* it names no template: nobody can tell */
};

/* Lent from the policy. */
struct watch {
	enum watch_standing standing;
	bool is_stale; /* what is known is too old to act on; standing all the same */
	const struct offers *offers; /* NULL: nothing is known */
	const struct offer *own; /* template of the certificate; NULL: not offered */
	const struct offer *successor; /* that takes its place; NULL: none */
	bool feeds_renewal;	       /* own says R */
};

/*
 * Of an end entity's certificate with that usage (USAGE_...; USAGE_NONE is what the TLS
 * port presents). A wanted major version that was set by hand is not looked at here,
 * and puts the CA's aside.
 */
struct watch watch_cert(const struct policy *policy, const struct cert *cert,
    unsigned int usage, int64_t now);

/* Does it have to be enrolled again at once, whoever says so: the CA, or a version
 * that was set by hand? Never by old news. */
bool watch_wants_anew(const struct policy *policy, const struct cert *cert,
    unsigned int usage, int64_t now);

/* The policy with the renewal period that holds for this certificate. */
struct policy watch_policy(const struct policy *policy, const struct cert *cert,
    unsigned int usage);

/* Is that older than the policy allows, or from a future that is as far? */
bool watch_is_stale(const struct policy *policy, const struct offers *offers,
    int64_t now);

#endif
