/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules as tables: what a template must not want, what its administrator should
 * know.  MS-XCEP 3.1.4.1.3, MS-CRTD 2.
 */
#include "ca/adcs_policy.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "ca/url.h"

enum {
	LIST_MAX_BYTES = 200,
	NOTE_MAX_BYTES = 400,
};

#define RSA_OID	 "1.2.840.113549.1.1.1"
#define P256_OID "1.2.840.10045.3.1.7"
#define P384_OID "1.3.132.0.34"
#define P521_OID "1.3.132.0.35"

/* More of a list for people; what has no room is left out. */
static void
add_word(struct buf *list, const char *word, size_t len)
{
	if (list->rc != RC_OK)
		return;
	if (list->len > 0)
		(void)buf_add_str(list, ", ");
	(void)text_printable(list, word, len, XCEP_NAME_SIZE);
}

static void
refuse_unknown(const struct xcep *xcep, const struct adcs_wish *wish,
    struct ca_facts *facts)
{
	struct buf list;

	facts->lacks_template = true;
	if (xcep->n_policies == 0) {
		ca_facts_set(facts, CA_CONFIG,
		    "no template is offered to this account: publish %s at an "
		    "enterprise CA, and give the account Read and Enroll (a stand-alone "
		    "CA has no templates and cannot re-enrol)",
		    wish->template_name);
		return;
	}
	buf_init(&list, LIST_MAX_BYTES);
	for (size_t i = 0; i < xcep->n_policies; i++)
		add_word(&list, xcep->policies[i].name, strlen(xcep->policies[i].name));
	ca_facts_set(facts, CA_CONFIG,
	    "template %s is not offered to this account: publish it at the CA, and give "
	    "the account Read and Enroll (offered: %s%s)",
	    wish->template_name, buf_str(&list),
	    list.rc == RC_OK ? "" : ", and others");
	buf_clear(&list);
}

/* Key of the firmware against what the template wants; what is not known fits. */
static bool
has_wrong_algorithm(const struct xcep_policy *policy, const struct ca_request *request)
{
	static const struct {
		const char *oid;
		int bits;
	} curves[] = {
		{ P256_OID, 256 },
		{ P384_OID, 384 },
		{ P521_OID, 521 },
	};

	if (policy->key_algorithm[0] == '\0' || request->key_bits == 0)
		return false;
	if (request->key_kind == CERT_KEY_RSA)
		return strcmp(policy->key_algorithm, RSA_OID) != 0;
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
		if (strcmp(policy->key_algorithm, curves[i].oid) == 0)
			return curves[i].bits != request->key_bits;
	return strcmp(policy->key_algorithm, RSA_OID) == 0;
}

/* The sizes of RSA and EC do not compare. */
static bool
has_short_key(const struct xcep_policy *policy, const struct ca_request *request)
{
	if (request->key_bits == 0 || policy->key_bits <= request->key_bits)
		return false;
	return request->key_kind == CERT_KEY_RSA || policy->key_algorithm[0] != '\0';
}

static bool
lacks_permission(const struct xcep_policy *policy, const struct ca_request *request)
{
	(void)request;
	return !policy->may_enrol;
}

static bool
takes_names_from_directory(const struct xcep_policy *policy,
    const struct ca_request *request)
{
	(void)request;
	return (policy->subject_flags & XCEP_SUBJECT_SUPPLIED) == 0;
}

static bool
lacks_purpose(const struct xcep_policy *policy, const struct ca_request *request)
{
	return policy->has_purposes &&
	    (policy->purposes & request->profile.eku) != request->profile.eku;
}

static bool
wants_signatures(const struct xcep_policy *policy, const struct ca_request *request)
{
	(void)request;
	return policy->needs_signatures;
}

static bool
archives_keys(const struct xcep_policy *policy, const struct ca_request *request)
{
	(void)request;
	return (policy->key_flags & XCEP_KEY_ARCHIVED) != 0;
}

static bool
is_for_cas(const struct xcep_policy *policy, const struct ca_request *request)
{
	(void)request;
	return (policy->general_flags & XCEP_GENERAL_CA) != 0;
}

static const struct {
	bool (*is_broken)(const struct xcep_policy *policy,
	    const struct ca_request *request);
	const char *words; /* after "template NAME: " */
} rules[] = {
	{ lacks_permission,
	    "this account may not enrol: give it Enroll on the template" },
	{ is_for_cas, "it makes certificates of CAs" },
	{ takes_names_from_directory,
	    "it takes the subject from the directory, so that every device would get the "
	    "name of our account: set \"Supply in the request\"" },
	{ lacks_purpose,
	    "its purposes (EKU) do not have that of the certificate: serverAuth for TLS, "
	    "clientAuth for 802.1X" },
	{ has_short_key, "it wants a longer key than the firmware makes" },
	{ has_wrong_algorithm, "it wants another kind of key than the firmware makes" },
	{ wants_signatures,
	    "it wants signatures of a registration authority, which cannot be given" },
	{ archives_keys,
	    "it wants the private key archived, which never leaves the firmware" },
};

static bool
judge_policy(const struct xcep_policy *policy, const struct ca_request *request,
    struct ca_facts *facts)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (!rules[i].is_broken(policy, request))
			continue;
		ca_facts_set(facts, CA_CONFIG, "template %s: %s", policy->name,
		    rules[i].words);
		return false;
	}
	return true;
}

/* Keep the places of a CA in the order of their priority. */
static void
add_urls(const struct xcep_ca *ca, const struct adcs_wish *wish,
    struct adcs_choice *choice, int64_t priorities[ADCS_URLS_MAX])
{
	for (size_t i = 0; i < ca->n_uris; i++) {
		const struct xcep_uri *uri = &ca->uris[i];
		size_t at = choice->n_urls;

		if (uri->auth != (int64_t)wish->auth || uri->is_renewal_only ||
		    at == ADCS_URLS_MAX ||
		    !url_may_follow(wish->url, uri->uri, wish->hosts))
			continue;
		for (; at > 0 && priorities[at - 1] > uri->priority; at--) {
			choice->urls[at] = choice->urls[at - 1];
			priorities[at] = priorities[at - 1];
		}
		choice->urls[at] = uri->uri;
		priorities[at] = uri->priority;
		choice->n_urls++;
		if (at == 0)
			choice->ca = ca;
	}
}

static void
refuse_places(const struct xcep *xcep, const struct xcep_policy *policy,
    struct ca_facts *facts)
{
	struct buf list;
	size_t n_permitted = 0;

	buf_init(&list, LIST_MAX_BYTES);
	for (size_t i = 0; i < policy->n_cas; i++) {
		const struct xcep_ca *ca = xcep_find_ca(xcep, policy->cas[i]);

		if (ca == NULL || !ca->may_enrol)
			continue;
		n_permitted++;
		for (size_t j = 0; j < ca->n_uris; j++)
			add_word(&list, ca->uris[j].uri, strlen(ca->uris[j].uri));
	}
	if (policy->n_cas == 0)
		ca_facts_set(facts, CA_CONFIG,
		    "template %s: no CA offers it: publish it at an enterprise CA (a "
		    "stand-alone CA has no templates and cannot re-enrol)",
		    policy->name);
	else if (n_permitted == 0)
		ca_facts_set(facts, CA_CONFIG,
		    "template %s: this account may request certificates of no CA that "
		    "offers it",
		    policy->name);
	else
		ca_facts_set(facts, CA_CONFIG,
		    "template %s: no enrolment service with our kind of login on a host "
		    "that may get it: set auth, or enroll-hosts (there are: %s%s)",
		    policy->name, list.len == 0 ? "none" : buf_str(&list),
		    list.rc == RC_OK ? "" : ", and others");
	facts->lacks_template = policy->n_cas == 0;
	buf_clear(&list);
}

static bool
choose_places(const struct xcep *xcep, const struct adcs_wish *wish,
    struct ca_facts *facts, struct adcs_choice *choice)
{
	int64_t priorities[ADCS_URLS_MAX] = { 0 };

	for (size_t i = 0; i < choice->policy->n_cas; i++) {
		const struct xcep_ca *ca = xcep_find_ca(xcep, choice->policy->cas[i]);

		if (ca != NULL && ca->may_enrol)
			add_urls(ca, wish, choice, priorities);
	}
	if (choice->n_urls > 0)
		return true;
	refuse_places(xcep, choice->policy, facts);
	return false;
}

/* Another template that takes the place of this one; NULL. */
static const struct xcep_policy *
find_successor(const struct xcep *xcep, const struct xcep_policy *policy)
{
	for (size_t i = 0; i < xcep->n_policies; i++) {
		const struct xcep_policy *other = &xcep->policies[i];

		for (size_t j = 0; other->may_enrol && j < other->n_superseded; j++)
			if (strcasecmp(other->superseded[j], policy->name) == 0)
				return other;
	}
	return NULL;
}

static void
add_note(struct buf *notes, const char *words)
{
	(void)buf_addf(notes, "%s%s", notes->len == 0 ? "note: " : "; ", words);
}

static void
note(const struct xcep *xcep, const struct xcep_policy *policy,
    const struct ca_request *request, struct ca_facts *facts)
{
	const struct xcep_policy *successor = find_successor(xcep, policy);
	struct buf notes;

	buf_init(&notes, NOTE_MAX_BYTES);
	if (facts->needs_approval)
		add_note(&notes, "a CA manager must approve each request");
	if (successor != NULL) {
		add_note(&notes, "template ");
		(void)text_printable(&notes, successor->name, strlen(successor->name),
		    XCEP_NAME_SIZE);
		(void)buf_add_str(&notes, " supersedes this one");
	}
	if (request->profile.eku == CERT_EKU_SERVER_AUTH &&
	    (policy->purposes & (CERT_EKU_CLIENT_AUTH | CERT_EKU_ANY)) != 0)
		add_note(&notes,
		    "the template also makes client certificates, with names of the "
		    "requester's choice: whoever may enrol can become anybody; leave "
		    "serverAuth only");
	if (notes.len > 0 && facts->text[0] == '\0')
		ca_facts_set(facts, CA_ISSUED, "%s", buf_str(&notes));
	buf_clear(&notes);
}

static void
fill(const struct xcep_policy *policy, struct ca_facts *facts)
{
	text_line_field(facts->template_name, sizeof(facts->template_name),
	    policy->name, strlen(policy->name));
	facts->renew_before_s = policy->renewal_s;
	facts->lifetime_s = policy->validity_s;
	facts->template_validity_s = policy->validity_s;
	facts->needs_approval = (policy->enrolment_flags & XCEP_ENROL_PENDS) != 0;
	/* Those of version 1 leave neither OID nor number in certificates. */
	if (policy->schema == 1)
		return;
	text_line_field(facts->template_oid, sizeof(facts->template_oid), policy->oid,
	    strlen(policy->oid));
	facts->template_major = policy->major;
}

bool
adcs_policy_choose(const struct xcep *xcep, const struct adcs_wish *wish,
    const struct ca_request *request, struct ca_facts *facts,
    struct adcs_choice *ret_choice)
{
	struct adcs_choice choice = { .policy = xcep_find(xcep, wish->template_name) };

	(void)snprintf(facts->kind, sizeof(facts->kind), "enterprise");
	if (choice.policy == NULL) {
		refuse_unknown(xcep, wish, facts);
		return false;
	}
	fill(choice.policy, facts);
	if (!judge_policy(choice.policy, request, facts) ||
	    !choose_places(xcep, wish, facts, &choice))
		return false;
	facts->outcome = CA_ISSUED;
	note(xcep, choice.policy, request, facts);
	*ret_choice = choice;
	return true;
}
