/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CA certificates, revocation lists, provisioning certificate.  Sources: RFC 5280
 * 5.1.2.5; Intel AMT SDK, "Acquiring an Intel vPro Certificate"; Intel article
 * 000090051 on SHA-1 and short RSA keys.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "policy/authority.h"
#include "policy/judge.h"

enum {
	SUBJECT_SIZE = 64,
	RSA_OUTLOOK_BITS = 3072,
};

/* What is judged and where findings go. */
struct court {
	const struct policy *policy;
	struct verdict *verdict;
	int64_t now;
	struct err *err;
};

static struct about
about_cert(const struct court *c, const struct cert *cert, const char *slot, size_t i)
{
	struct about about = { .cert = cert, .is_path_ca = true, .now = c->now };
	char subject[SUBJECT_SIZE];
	int n;

	text_printable_field(subject, sizeof(subject), cert->subject,
	    strlen(cert->subject));
	if (i == 0)
		n = snprintf(about.slot, sizeof(about.slot), "%s", slot);
	else
		n = snprintf(about.slot, sizeof(about.slot), "%s_%zu", slot, i + 1);
	if (n < 0)
		about.slot[0] = '\0';
	if (snprintf(about.name, sizeof(about.name), "%s %s", slot, subject) < 0)
		about.name[0] = '\0';
	return about;
}

static enum rc
judge_ca(const struct court *c, const struct cert *cert, size_t i)
{
	struct policy for_ca = judge_policy_for_ca(c->policy);
	struct about about = about_cert(c, cert, "ca", i);
	enum rc r = RC_OK;

	about.is_anchor = cert->is_self_issued;
	if (!cert->is_ca)
		r = judge_add(c->verdict, &about, REASON_NOT_A_CA, c->err, "%s",
		    reason_sentence(REASON_NOT_A_CA));
	if (r == RC_OK)
		r = judge_period(c->verdict, &about, &for_ca, c->err);
	return r == RC_OK ? judge_strength(c->verdict, &about, c->err) : r;
}

static enum rc
judge_list(const struct court *c, const struct revocation *list, int64_t warning_s)
{
	struct about about = { .now = c->now };
	int64_t left_s = list->next_update - c->now;
	char issuer[SUBJECT_SIZE], left[CLOCK_DURATION_SIZE], date[CLOCK_DATE_SIZE];

	text_printable_field(issuer, sizeof(issuer), list->issuer,
	    strlen(list->issuer));
	(void)clock_format_duration(left_s, left);
	(void)clock_format_date(list->next_update, date);
	if (!list->has_next_update)
		return judge_add(c->verdict, &about, REASON_CRL_VALID, c->err,
		    "revocation list of %s promises no next one", issuer);
	if (left_s < 0)
		return judge_add(c->verdict, &about, REASON_CRL_ENDED, c->err,
		    "revocation list of %s ended %s ago (%s)", issuer, left, date);
	return judge_add(c->verdict, &about,
	    left_s < warning_s ? REASON_CRL_ENDS : REASON_CRL_VALID, c->err,
	    "revocation list of %s ends in %s (%s)", issuer, left, date);
}

/* A rung for each of the two states, unless the operator has his own. */
static struct policy
policy_for_setup(const struct policy *policy)
{
	struct policy copy = *policy;

	if (policy->has_warning || policy->has_critical)
		return copy;
	copy.has_warning = true;
	copy.has_critical = true;
	copy.warning = (struct time_range){ .range = { .has_start = true } };
	copy.critical = copy.warning;
	copy.warning.range.start = range_value(AUTHORITY_SETUP_WARNING_S);
	copy.critical.range.start = range_value(AUTHORITY_SETUP_CRITICAL_S);
	return copy;
}

static enum rc
judge_setup_purpose(const struct court *c, const struct about *about,
    const struct setup_cert *setup)
{
	const struct cert *leaf = about->cert;
	bool has_server = (leaf->eku & (CERT_EKU_SERVER_AUTH | CERT_EKU_ANY)) != 0;

	if ((leaf->eku & CERT_EKU_AMT_SETUP) != 0 || (setup->has_ou && has_server))
		return RC_OK;
	if (setup->has_ou)
		return judge_add(c->verdict, about, REASON_SETUP_PURPOSE, c->err,
		    "it has the OU for remote configuration, but not the purpose "
		    "serverAuth");
	return judge_add(c->verdict, about, REASON_SETUP_PURPOSE, c->err,
	    "neither the purpose 2.16.840.1.113741.1.2.3 nor the OU for remote "
	    "configuration");
}

static enum rc
judge_setup_path(const struct court *c, const struct about *about, enum path_state path)
{
	switch (path) {
	case PATH_OK:
	case PATH_TIME:
	case PATH_PURPOSE: /* it is no purpose of a TLS server's path */
		return RC_OK;
	case PATH_BAD_SIGNATURE:
		return judge_add(c->verdict, about, REASON_BAD_SIGNATURE, c->err, "%s",
		    reason_sentence(REASON_BAD_SIGNATURE));
	case PATH_UNCHECKED:
	case PATH_UNKNOWN_ISSUER:
	case PATH_SELF_SIGNED:
	case PATH_WEAK:
	case PATH_OTHER:
		break;
	}
	return judge_add(c->verdict, about, REASON_SETUP_PATH, c->err, "%s",
	    reason_sentence(REASON_SETUP_PATH));
}

static enum rc
note_outlook(const struct court *c, const struct about *about)
{
	const struct cert *leaf = about->cert;
	bool is_short =
	    leaf->key_kind == CERT_KEY_RSA && leaf->key_bits < RSA_OUTLOOK_BITS;
	enum rc r = RC_OK;

	if (is_short || strcmp(leaf->signature_digest, "sha256") == 0)
		r = judge_add(c->verdict, about, REASON_SETUP_OUTLOOK, c->err,
		    "AMT 22 asks for SHA-384, and RSA 3072 or P-384");
	if (r == RC_OK && (leaf->eku & CERT_EKU_CLIENT_AUTH) != 0)
		r = judge_add(c->verdict, about, REASON_SETUP_OUTLOOK, c->err,
		    "public CAs stop issuing the purpose clientAuth that it has");
	return r;
}

static enum rc
judge_setup(const struct court *c, const struct setup_cert *setup, enum path_state path)
{
	struct policy policy = policy_for_setup(c->policy);
	struct about leaf = about_cert(c, setup->certs[0], "setup", 0);
	enum rc r = judge_setup_purpose(c, &leaf, setup);

	if (r == RC_OK && !setup->has_key)
		r = judge_add(c->verdict, &leaf, REASON_SETUP_KEY, c->err, "%s",
		    reason_sentence(REASON_SETUP_KEY));
	if (r == RC_OK)
		r = judge_setup_path(c, &leaf, path);
	for (size_t i = 0; r == RC_OK && i < setup->n_certs; i++) {
		/* From AMT 15 on no SHA-1 passes anywhere, the root's own included. */
		struct about about = about_cert(c, setup->certs[i],
		    i == 0 ? "setup" : "setup_issuer", i == 0 ? 0 : i - 1);

		r = judge_period(c->verdict, &about, &policy, c->err);
		if (r == RC_OK)
			r = judge_strength(c->verdict, &about, c->err);
	}
	return r == RC_OK ? note_outlook(c, &leaf) : r;
}

enum rc
verdict_judge_authority(const struct authority *authority, const struct policy *policy,
    int64_t now, struct verdict *verdict, struct err *err)
{
	const struct court c = { policy, verdict, now, err };
	const struct authority_service *service = authority->service;
	size_t n_chain = service != NULL ? service->n_chain : 0;
	enum rc r = RC_OK;

	if (service != NULL)
		r = judge_service(verdict, service, policy, authority->list_warning_s,
		    now, err);
	for (size_t i = 0; r == RC_OK && i < authority->n_cas; i++)
		r = judge_ca(&c, authority->cas[i], i);
	for (size_t i = 0; r == RC_OK && i < n_chain; i++)
		r = judge_ca(&c, service->chain[i], authority->n_cas + i);
	for (size_t i = 0; r == RC_OK && i < authority->n_lists; i++)
		r = judge_list(&c, &authority->lists[i], authority->list_warning_s);
	if (r == RC_OK && authority->setup != NULL)
		r = judge_setup(&c, authority->setup, authority->setup_path);
	return r;
}
