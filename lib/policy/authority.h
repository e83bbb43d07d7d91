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
};

/*
 * Add a finding for each. CA certificates by the rules for a CA; the provisioning
 * certificate by 60 and 30 days unless the policy has thresholds, its purpose, its
 * key and its path, and what is known to go out of use. RC_NOMEM, RC_LIMIT.
 */
enum rc verdict_judge_authority(const struct authority *authority,
    const struct policy *policy, int64_t now, struct verdict *verdict, struct err *err);

#endif
