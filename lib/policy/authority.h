/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Judgement of what renewals rest on: CA certificates, revocation lists and the
 * provisioning certificate, read from files of the operator.
 */
#ifndef AMTCERT_POLICY_AUTHORITY_H
#define AMTCERT_POLICY_AUTHORITY_H

#include "policy/verdict.h"
#include "x509/revocation.h"
#include "x509/setup_cert.h"

enum {
	AUTHORITY_CAS_MAX = 256,
	AUTHORITY_LISTS_MAX = 64,
	/* For the provisioning certificate; a new one takes a CA and a purchase. */
	AUTHORITY_SETUP_WARNING_S = 60 * 86400,
	AUTHORITY_SETUP_CRITICAL_S = 30 * 86400,
	AUTHORITY_LIST_WARNING_S = 7 * 86400,
	/* For a request that waits at a CA, as check_amt_queue has it. */
	AUTHORITY_PENDING_WARNING_S = 86400,
	AUTHORITY_PENDING_CRITICAL_S = 3 * 86400,
};

/* What a CA answered when it was asked whether it can renew. */
enum authority_answer {
	AUTHORITY_READY,
	AUTHORITY_STAND_ALONE, /* and nobody has accepted what that means */
	AUTHORITY_UNREACHABLE,
	AUTHORITY_NOT_PERMITTED,
	AUTHORITY_NO_TEMPLATE, /* the wanted one is not published, or not to us */
	AUTHORITY_NOT_SET_UP,
	AUTHORITY_SENSELESS, /* no answer that means anything */
};

/* A CA that was asked, and what the inventory says of requests that it has.
 * Numbers are 0 and texts "" where nobody knows; everything is lent. */
struct authority_service {
	const char *name; /* "corp (est)" */
	enum authority_answer answer;
	enum state unreachable; /* state of that answer */
	const char *kind;	/* "enterprise" */
	const char *text;	/* its words, or a backend's, with what to do */
	const char *template_name;
	bool needs_approval;
	int64_t not_after;  /* of the CA that ends first */
	int64_t lifetime_s; /* of what it issues */
	int64_t list_from; /* of its revocation list */
	int64_t list_to;
	const char *publisher; /* our program that publishes it; NULL: not ours */
	struct cert *const *chain; /* of these the dates are judged, not not_after */
	size_t n_chain;
	int64_t n_pending; /* requests that wait at this CA */
	int64_t pending_since;
	const char *pending_text; /* what the CA said of the oldest */
	int64_t pending_warning_s;
	int64_t pending_critical_s;
	const struct offers *offers; /* of its policy service, just now; NULL: none */
	const struct offers *kept;   /* of the inventory; NULL: none */
	int64_t offers_max_age_s;    /* of what is kept */
};

/* Everything is lent. */
struct authority {
	struct cert *const *cas;
	size_t n_cas;
	const struct revocation *lists;
	size_t n_lists;
	int64_t list_warning_s;		/* this long before nextUpdate */
	const struct setup_cert *setup; /* NULL: none was given */
	enum path_state
	    setup_path; /* to the root in its file; PATH_UNCHECKED without */
	const struct authority_service *service; /* NULL: none was asked */
};

/*
 * Add a finding for each. CA certificates by the rules for a CA; the provisioning
 * certificate by 60 and 30 days unless the policy has thresholds, its purpose, its
 * key and its path, and what is known to go out of use. A CA that was asked: its
 * answer, its end and that of its list, requests that wait there by their age.
 * RC_NOMEM, RC_LIMIT.
 */
enum rc verdict_judge_authority(const struct authority *authority,
    const struct policy *policy, int64_t now, struct verdict *verdict, struct err *err);

#endif
