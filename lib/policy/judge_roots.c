/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Judgement of the trust anchors in the firmware.  Nothing in the device tells what
 * one is for (mutual TLS, 802.1X, CIRA), so every one counts.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "policy/judge.h"

enum {
	SUBJECT_SIZE = 64
};

static void
format_subject(char field[SUBJECT_SIZE], const struct cert *cert)
{
	text_printable_field(field, SUBJECT_SIZE, cert->subject, strlen(cert->subject));
}

static enum rc
judge_root(struct verdict *verdict, const struct facts_cert *root,
    const struct policy *policy, int64_t now, struct err *err)
{
	struct about about = { .cert = root->cert,
		.usage = root->usage,
		.is_anchor = true,
		.is_root = true,
		.now = now };
	char subject[SUBJECT_SIZE];
	enum rc r = RC_OK;

	format_subject(subject, root->cert);
	if (snprintf(about.slot, sizeof(about.slot), "root_%lld",
		(long long)root->handle) < 0 ||
	    snprintf(about.name, sizeof(about.name), "root %s", subject) < 0)
		return err_set(err, RC_INTERNAL, "root: cannot be named");
	r = judge_period(verdict, &about, policy, err);
	return r == RC_OK ? judge_strength(verdict, &about, err) : r;
}

static bool
is_there(const struct facts *facts, const struct cert *wanted)
{
	const struct facts_cert *found = facts_find_cert_by_der(facts, wanted);

	return found != NULL && found->is_trusted_root;
}

static enum rc
judge_wanted(struct verdict *verdict, const struct facts *facts,
    struct cert *const *wanted, size_t n_wanted, int64_t now, struct err *err)
{
	struct about device = { .now = now };
	char subject[SUBJECT_SIZE];
	enum rc r = RC_OK;

	for (size_t i = 0; r == RC_OK && i < n_wanted; i++) {
		if (is_there(facts, wanted[i]))
			continue;
		format_subject(subject, wanted[i]);
		r = judge_add(verdict, &device, REASON_ROOT_MISSING, err,
		    "trust anchor %s is not in the firmware", subject);
	}
	return r;
}

enum rc
verdict_judge_roots(const struct facts *facts, const struct policy *policy,
    struct cert *const *wanted, size_t n_wanted, int64_t now, struct verdict *verdict,
    struct err *err)
{
	struct policy for_ca = judge_policy_for_ca(policy);
	struct about device = { .now = now };
	size_t n = 0;
	enum rc r = RC_OK;

	for (size_t i = 0; r == RC_OK && i < facts->n_certs; i++) {
		if (!facts->certs[i].is_trusted_root)
			continue;
		n++;
		r = judge_root(verdict, &facts->certs[i], &for_ca, now, err);
	}
	if (r == RC_OK)
		r = judge_wanted(verdict, facts, wanted, n_wanted, now, err);
	if (r != RC_OK || n > 0)
		return r;
	if (facts->tls_network.known && facts->tls_network.is_mutual)
		return judge_add_state(verdict, &device, REASON_NO_ROOT, STATE_CRITICAL,
		    err, "%s, but it demands client certificates",
		    reason_sentence(REASON_NO_ROOT));
	return judge_add(verdict, &device, REASON_NO_ROOT, err, "%s",
	    reason_sentence(REASON_NO_ROOT));
}
