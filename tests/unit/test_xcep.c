/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/ca/xcep.c, adcs_policy.c: what a policy service offers, hand-written, and what
 * stands in the way of a request.  The values are those of MS-XCEP 4.1's kind.
 */
#include <stdio.h>
#include <stdlib.h>

#include "ca/adcs_policy.h"
#include "ca/xcep.h"
#include "torture.h"
#include "unit.h"

#define CEP    "https://cep.example.test/ADPolicyProvider_CEP_Kerberos/service.svc/CEP"
#define OID    "1.3.6.1.4.1.311.21.8.1.2.3.4"
#define DAY    INT64_C(86400)
#define POLICY "<policyOIDReference>1</policyOIDReference>"

enum {
	DOC_MAX = 16 * 1024
};

/* One template and one CA; each row replaces one piece of it. */
static const char answer_text[] =
    "<GetPoliciesResponse xmlns='" XCEP_NS
    "' xmlns:i='http://www.w3.org/2001/XMLSchema-instance'><response>"
    "<policies><policy>" POLICY "<cAs><cAReference>0</cAReference></cAs><attributes>"
    "<commonName> AMTTLS\n</commonName><policySchema>2</policySchema>"
    "<certificateValidity><validityPeriodSeconds>31536000</validityPeriodSeconds>"
    "<renewalPeriodSeconds>3628800</renewalPeriodSeconds></certificateValidity>"
    "<permission><enroll>true</enroll></permission>"
    "<privateKeyAttributes><minimalKeyLength>2048</minimalKeyLength>"
    "<algorithmOIDReference i:nil='true'/></privateKeyAttributes>"
    "<revision><majorRevision>101</majorRevision><minorRevision>4</minorRevision>"
    "</revision><supersededPolicies><commonName>OLD</commonName></supersededPolicies>"
    "<privateKeyFlags>16842752</privateKeyFlags><subjectNameFlags>65537"
    "</subjectNameFlags><enrollmentFlags>0</enrollmentFlags>"
    "<generalFlags>131649</generalFlags><rARequirements i:nil='true'/>"
    "<extensions><extension><oIDReference>3</oIDReference>"
    "<value>MAoGCCsG&#xD;\nAQUFBwMB</value></extension></extensions>"
    "</attributes></policy><policy><attributes><commonName>Other</commonName>"
    "</attributes></policy></policies></response>"
    "<cAs><cA><uris><cAURI><clientAuthentication>2</clientAuthentication>"
    "<uri>https://ces2.example.test/CES</uri><priority>2</priority></cAURI>"
    "<cAURI><clientAuthentication>2</clientAuthentication>"
    "<uri>https://ces1.example.test/CES</uri><priority>1</priority></cAURI>"
    "<cAURI><clientAuthentication>4</clientAuthentication>"
    "<uri>https://ces4.example.test/CES</uri><priority>0</priority></cAURI></uris>"
    "<certificate>MAA=</certificate><enrollPermission>true</enrollPermission>"
    "<cAReferenceID>0</cAReferenceID></cA></cAs>"
    "<oIDs><oID><value>2.5.29.37</value><oIDReferenceID>3</oIDReferenceID></oID>"
    "<oID><value>" OID "</value><oIDReferenceID>1</oIDReferenceID>"
    "<defaultName>AMT TLS server</defaultName></oID>"
    "<oID><value>1.2.840.113549.1.1.1</value><oIDReferenceID>5</oIDReferenceID></oID>"
    "</oIDs></GetPoliciesResponse>";

/* The document with the first old replaced by new. Static. */
static const char *
edited(const char *old, const char *new)
{
	static char doc[DOC_MAX];
	const char *at = strstr(answer_text, old);

	assert_non_null(at);
	assert_true(snprintf(doc, sizeof(doc), "%.*s%s%s", (int)(at - answer_text),
			answer_text, new, at + strlen(old)) < DOC_MAX);
	return doc;
}

static enum rc
read_doc(const char *doc, struct xcep *xcep, struct err *err)
{
	struct xml *xml = NULL;
	enum rc r = xml_read(doc, strlen(doc), &xml, err);

	if (r != RC_OK)
		return r;
	r = xcep_read(xml_root(xml), xcep, err);
	xml_free(xml);
	return r;
}

static void
reads_every_fact_of_a_template(void **state)
{
	struct xcep xcep = { .policies = NULL };
	const struct xcep_policy *policy = NULL;
	struct err err = { 0 };

	(void)state;
	assert_rc(read_doc(answer_text, &xcep, &err), RC_OK, &err);
	assert_int_equal(xcep.n_policies, 2);
	policy = xcep_find(&xcep, "amttls");
	assert_non_null(policy);
	assert_ptr_equal(policy, xcep_find(&xcep, OID));
	assert_ptr_equal(policy, xcep_find(&xcep, "AMT TLS server"));
	assert_null(xcep_find(&xcep, "AMTTL"));
	assert_string_equal(policy->name, "AMTTLS");
	assert_string_equal(policy->oid, OID);
	assert_int_equal(policy->schema, 2);
	assert_int_equal(policy->validity_s, 365 * DAY);
	assert_int_equal(policy->renewal_s, 42 * DAY);
	assert_int_equal(policy->major, 101);
	assert_int_equal(policy->minor, 4);
	assert_true(policy->may_enrol);
	assert_int_equal(policy->key_bits, 2048);
	assert_string_equal(policy->key_algorithm, "");
	assert_int_equal(policy->subject_flags, 0x10001);
	assert_int_equal(policy->key_flags, 16842752);
	assert_false(policy->needs_signatures);
	assert_true(policy->has_purposes);
	assert_int_equal(policy->purposes, CERT_EKU_SERVER_AUTH);
	assert_int_equal(policy->n_superseded, 1);
	assert_string_equal(policy->superseded[0], "OLD");
	assert_int_equal(policy->n_cas, 1);
	assert_int_equal(xcep.n_cas, 1);
	assert_int_equal(xcep.cas[0].n_uris, 3);
	assert_int_equal(xcep.cas[0].cert_len, 2);
	assert_false(xcep_find(&xcep, "Other")->may_enrol);
	assert_null(xcep_find_ca(&xcep, 1));
	xcep_clear(&xcep);
}

static const struct {
	const char *old;
	const char *new;
	const char *words;
} bad[] = {
	{ "<GetPoliciesResponse xmlns='" XCEP_NS "'",
	    "<GetPoliciesResponse xmlns='urn:x'", "not a GetPoliciesResponse" },
	{ "<commonName> AMTTLS\n</commonName>", "", "no commonName" },
	{ POLICY, "<policyOIDReference>9</policyOIDReference>", "not among the OIDs" },
	{ POLICY, "<policyOIDReference>x</policyOIDReference>", "policyOIDReference" },
	{ "<majorRevision>101", "<majorRevision>4294967296", "majorRevision" },
	{ "<majorRevision>101", "<majorRevision>-1", "majorRevision" },
	{ "<renewalPeriodSeconds>3628800", "<renewalPeriodSeconds>1e6",
	    "renewalPeriodSeconds" },
	{ "<enroll>true", "<enroll>yes", "enroll" },
	{ "MAoGCCsG", "*", "value" },
	{ "MAoGCCsG&#xD;\nAQUFBwMB", "MAA=AA==", "value" },
	{ "MAoGCCsG&#xD;\nAQUFBwMB", "BAA=", "not a list of purposes" },
	{ "<cAReference>0", "<cAReference>", "not" },
	{ "<certificate>MAA=", "<certificate>M", "certificate" },
	{ "<cAReferenceID>0</cAReferenceID>", "", "no reference" },
	{ "<oIDReferenceID>3</oIDReferenceID>", "", "no reference" },
	{ "<value>2.5.29.37</value>", "", "no value" },
};

static void
refuses_what_is_not_well_formed(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(bad); i++) {
		struct xcep xcep = { .policies = NULL };
		struct err err = { 0 };
		enum rc r = read_doc(edited(bad[i].old, bad[i].new), &xcep, &err);

		if ((r != RC_FORMAT && r != RC_LIMIT) ||
		    strstr(err.text, bad[i].words) == NULL)
			fail_msg("%s: %s: %s", bad[i].new, rc_text(r), err.text);
		assert_null(xcep.policies);
	}
}

/* What a device of today asks for. */
static const struct ca_request tls_request = {
	.profile = { .common_name = "pc1.example.test", .eku = CERT_EKU_SERVER_AUTH },
	.key_kind = CERT_KEY_RSA,
	.key_bits = 2048,
};

static const struct adcs_wish wish = { .template_name = "AMTTLS",
	.auth = XCEP_AUTH_NEGOTIATE,
	.url = CEP };

static const struct {
	const char *old;
	const char *new;
	const char *words; /* NULL: it can be issued from */
	bool lacks_template;
} rules[] = {
	{ "AMTTLS", "AMTTLS", NULL, false },
	{ " AMTTLS\n", "AMTWEB", "not offered to this account", true },
	{ "<enroll>true", "<enroll>false", "may not enrol", false },
	{ "65537", "402653184", "Supply in the request", false },
	{ "<subjectNameFlags>65537</subjectNameFlags>", "", "Supply in the request",
	    false },
	{ "AQUFBwMB", "AQUFBwMC", "purposes (EKU)", false },
	{ "<minimalKeyLength>2048", "<minimalKeyLength>3072", "longer key", false },
	{ "<algorithmOIDReference i:nil='true'/>",
	    "<algorithmOIDReference>5</algorithmOIDReference>", NULL, false },
	{ "<algorithmOIDReference i:nil='true'/>",
	    "<algorithmOIDReference>3</algorithmOIDReference>", "another kind of key",
	    false },
	{ "<rARequirements i:nil='true'/>", "<rARequirements/>",
	    "registration authority", false },
	{ "16842752", "1", "archived", false },
	{ "131649", "131777", "certificates of CAs", false },
	{ "<cAReference>0</cAReference>", "", "no CA offers it", true },
	{ "<enrollPermission>true", "<enrollPermission>false", "certificates of no CA",
	    false },
	{ "<cAReferenceID>0", "<cAReferenceID>8", "certificates of no CA", false },
};

static void
says_what_stands_in_the_way(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rules); i++) {
		struct xcep xcep = { .policies = NULL };
		struct ca_facts facts = { .outcome = CA_BADANSWER };
		struct adcs_choice choice = { .policy = NULL };
		struct err err = { 0 };
		bool is_fine = false;

		assert_rc(read_doc(edited(rules[i].old, rules[i].new), &xcep, &err),
		    RC_OK, &err);
		is_fine =
		    adcs_policy_choose(&xcep, &wish, &tls_request, &facts, &choice);
		if (is_fine != (rules[i].words == NULL))
			fail_msg("%s: %s", rules[i].new, facts.text);
		if (!is_fine) {
			assert_int_equal(facts.outcome, CA_CONFIG);
			if (strstr(facts.text, rules[i].words) == NULL)
				fail_msg("%s: %s", rules[i].new, facts.text);
		}
		assert_int_equal(facts.lacks_template, rules[i].lacks_template);
		xcep_clear(&xcep);
	}
}

static void
fills_the_facts_and_orders_the_places(void **state)
{
	struct xcep xcep = { .policies = NULL };
	struct ca_facts facts = { .outcome = CA_BADANSWER };
	struct adcs_choice choice = { .policy = NULL };
	struct err err = { 0 };

	(void)state;
	assert_rc(read_doc(answer_text, &xcep, &err), RC_OK, &err);
	assert_true(adcs_policy_choose(&xcep, &wish, &tls_request, &facts, &choice));
	assert_int_equal(facts.outcome, CA_ISSUED);
	assert_string_equal(facts.kind, "enterprise");
	assert_string_equal(facts.template_name, "AMTTLS");
	assert_string_equal(facts.template_oid, OID);
	assert_int_equal(facts.template_major, 101);
	assert_int_equal(facts.renew_before_s, 42 * DAY);
	assert_int_equal(facts.lifetime_s, 365 * DAY);
	assert_false(facts.needs_approval);
	assert_string_equal(facts.text, "");
	assert_int_equal(choice.n_urls, 2);
	assert_string_equal(choice.urls[0], "https://ces1.example.test/CES");
	assert_string_equal(choice.urls[1], "https://ces2.example.test/CES");
	assert_ptr_equal(choice.ca, &xcep.cas[0]);
	xcep_clear(&xcep);
}

static const struct {
	const char *old;
	const char *new;
	const char *words;
} notes[] = {
	{ "<enrollmentFlags>0", "<enrollmentFlags>2", "must approve each request" },
	{ "<commonName>Other</commonName>",
	    "<commonName>New</commonName><permission><enroll>true</enroll></permission>"
	    "<supersededPolicies><commonName>amttls</commonName></supersededPolicies>",
	    "template New supersedes this one" },
	{ "MAoGCCsG&#xD;\nAQUFBwMB", "MBQGCCsGAQUFBwMBBggrBgEFBQcDAg==",
	    "whoever may enrol can become anybody" },
};

static void
notes_what_a_person_should_know(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(notes); i++) {
		struct xcep xcep = { .policies = NULL };
		struct ca_facts facts = { .outcome = CA_BADANSWER };
		struct adcs_choice choice = { .policy = NULL };
		struct err err = { 0 };

		assert_rc(read_doc(edited(notes[i].old, notes[i].new), &xcep, &err),
		    RC_OK, &err);
		assert_true(
		    adcs_policy_choose(&xcep, &wish, &tls_request, &facts, &choice));
		assert_int_equal(facts.outcome, CA_ISSUED);
		if (strstr(facts.text, notes[i].words) == NULL)
			fail_msg("%s: %s", notes[i].new, facts.text);
		xcep_clear(&xcep);
	}
}

static void
hands_on_what_each_template_says(void **state)
{
	struct offers offers = { .read_at = 0 };
	struct xcep xcep = { .policies = NULL };
	struct err err = { 0 };

	(void)state;
	assert_rc(read_doc(answer_text, &xcep, &err), RC_OK, &err);
	assert_rc(adcs_policy_offers(&xcep, &wish, &offers, &err), RC_OK, &err);
	xcep_clear(&xcep);
	assert_int_equal(offers.n, 2);
	assert_ptr_equal(offers_wanted(&offers), &offers.list[0]);
	assert_string_equal(offers.list[0].name, "AMTTLS");
	assert_string_equal(offers.list[0].oid, OID);
	assert_int_equal(offers.list[0].schema, 2);
	assert_int_equal(offers.list[0].major, 101);
	assert_int_equal(offers.list[0].minor, 4);
	assert_int_equal(offers.list[0].validity_s, 365 * DAY);
	assert_int_equal(offers.list[0].renewal_s, 42 * DAY);
	assert_int_equal(offers.list[0].enrolment_flags, 0);
	assert_true(offers.list[0].may_enrol);
	assert_string_equal(offers.list[1].name, "Other");
	assert_int_equal(offers.list[1].major, 0); /* absent */
	assert_int_equal(offers.list[1].renewal_s, 0);
	assert_ptr_equal(offers_successor(&offers, "old"), &offers.list[0]);
	offers_clear(&offers);
}

/* Numbers from outside: what has no sense refuses the whole answer, so that nothing of
 * it is kept. */
static const struct {
	const char *text;
	bool fits_period;
	bool fits_version;
} numbers[] = {
	{ "0", true, true },
	{ "4294967295", true, true },
	{ "4294967296", true, false },
	{ "9007199254740991", true, false },
	{ "9223372036854775807", false, false },
	{ "9223372036854775808", false, false },
	{ "18446744073709551615", false, false },
	{ "18446744073709551616", false, false },
	{ "-1", false, false },
	{ "-9223372036854775809", false, false },
	{ "1e9", false, false },
	{ "0x10", false, false },
};

static void
numbers_are_read_with_their_ranges(void **state)
{
	static const struct {
		const char *element;
		const char *value;
		bool is_version;
	} places[] = {
		{ "renewalPeriodSeconds", "3628800", false },
		{ "validityPeriodSeconds", "31536000", false },
		{ "majorRevision", "101", true },
		{ "minorRevision", "4", true },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(places) * UNIT_COUNT(numbers); i++) {
		size_t place = i / UNIT_COUNT(numbers),
		       number = i % UNIT_COUNT(numbers);
		bool fits = places[place].is_version ? numbers[number].fits_version
						     : numbers[number].fits_period;
		struct xcep xcep = { .policies = NULL };
		char old[64], new[80];
		struct err err = { 0 };

		(void)snprintf(old, sizeof(old), "<%s>%s<", places[place].element,
		    places[place].value);
		(void)snprintf(new, sizeof(new), "<%s>%s<", places[place].element,
		    numbers[number].text);
		if ((read_doc(edited(old, new), &xcep, &err) == RC_OK) != fits)
			fail_msg("%s: %s", new, err.text);
		xcep_clear(&xcep);
	}
}

static void
a_template_of_version_1_has_no_number(void **state)
{
	struct xcep xcep = { .policies = NULL };
	struct ca_facts facts = { .outcome = CA_BADANSWER };
	struct adcs_choice choice = { .policy = NULL };
	struct err err = { 0 };

	(void)state;
	assert_rc(read_doc(edited("<policySchema>2", "<policySchema>1"), &xcep, &err),
	    RC_OK, &err);
	assert_true(adcs_policy_choose(&xcep, &wish, &tls_request, &facts, &choice));
	assert_string_equal(facts.template_oid, "");
	assert_int_equal(facts.template_major, 0);
	xcep_clear(&xcep);
}

static void
an_account_without_templates_is_told_so(void **state)
{
	static const char nothing[] = "<GetPoliciesResponse xmlns='" XCEP_NS
				      "'><response/></GetPoliciesResponse>";
	struct xcep xcep = { .policies = NULL };
	struct ca_facts facts = { .outcome = CA_BADANSWER };
	struct adcs_choice choice = { .policy = NULL };
	struct err err = { 0 };

	(void)state;
	assert_rc(read_doc(nothing, &xcep, &err), RC_OK, &err);
	assert_false(adcs_policy_choose(&xcep, &wish, &tls_request, &facts, &choice));
	assert_int_equal(facts.outcome, CA_CONFIG);
	assert_true(facts.lacks_template);
	assert_non_null(strstr(facts.text,
	    "a stand-alone CA has no templates and cannot re-enrol"));
	xcep_clear(&xcep);
}

static enum rc
read_once(void *ctx)
{
	struct xcep xcep = { .policies = NULL };
	const struct xml_node *const *body = ctx;
	enum rc r = xcep_read(*body, &xcep, NULL);

	xcep_clear(&xcep);
	return r;
}

static void
survives_every_failed_allocation(void **state)
{
	const struct xml_node *body = NULL;
	struct xml *xml = NULL;
	struct err err = { 0 };

	(void)state;
	assert_rc(xml_read(answer_text, strlen(answer_text), &xml, &err), RC_OK, &err);
	body = xml_root(xml);
	assert_true(torture(read_once, &body) > 3);
	xml_free(xml);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_fact_of_a_template),
		cmocka_unit_test(refuses_what_is_not_well_formed),
		cmocka_unit_test(says_what_stands_in_the_way),
		cmocka_unit_test(fills_the_facts_and_orders_the_places),
		cmocka_unit_test(notes_what_a_person_should_know),
		cmocka_unit_test(hands_on_what_each_template_says),
		cmocka_unit_test(numbers_are_read_with_their_ranges),
		cmocka_unit_test(a_template_of_version_1_has_no_number),
		cmocka_unit_test(an_account_without_templates_is_told_so),
		cmocka_unit_test(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
