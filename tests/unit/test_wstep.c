/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/ca/soap.c, wstep.c, adcs_talk.c: messages as another reader sees them, answers
 * written by hand, right and wrong, and what every error number comes to.
 */
#include <stdio.h>
#include <stdlib.h>

#include "ca/adcs_talk.h"
#include "ca/soap.h"
#include "ca/wstep.h"
#include "torture.h"
#include "unit.h"

#define ID    "urn:uuid:1"
#define WSA   "http://www.w3.org/2005/08/addressing"
#define TRUST "http://docs.oasis-open.org/ws-sx/ws-trust/200512"

enum {
	DOC_MAX = 4096
};

static const struct xml_limits limits = { HTTPS_ANSWER_MAX_BYTES, 4096 };

static const struct xml_node *
child(const struct xml_node *parent, const char *ns, const char *name)
{
	const struct xml_node *node = xml_find(parent, ns, name);

	if (node == NULL)
		fail_msg("no %s", name);
	return node;
}

static void
writes_what_another_reads(void **state)
{
	char password[] = "p<&>\"'\xc3\xa9";
	const struct secret secret = { password, sizeof(password) - 1 };
	struct soap_head head = { .action = WSTEP_ACTION,
		.id = ID,
		.to = "https://ca.test/a%20b?x&y",
		.logname = "LAB\\svc",
		.secret = &secret };
	const struct xml_node *top = NULL;
	const struct xml_node *token = NULL;
	struct xml *xml = NULL;
	struct err err = { 0 };
	struct buf out;

	(void)state;
	buf_init(&out, SOAP_REQUEST_MAX_BYTES);
	soap_write_head(&out, &head);
	wstep_write_issue(&out, (const uint8_t *)"0123", 4);
	soap_write_end(&out);
	assert_rc(xml_read(buf_str(&out), out.len, &xml, &err), RC_OK, &err);
	top = child(xml_root(xml), SOAP_NS, "Header");
	assert_true(xml_text_is(child(top, WSA, "Action"), WSTEP_ACTION));
	assert_true(xml_text_is(child(top, WSA, "MessageID"), ID));
	assert_true(xml_text_is(child(top, WSA, "To"), head.to));
	token = child(child(top, SOAP_WSSE, "Security"), SOAP_WSSE, "UsernameToken");
	assert_true(xml_text_is(child(token, SOAP_WSSE, "Username"), "LAB\\svc"));
	assert_true(xml_text_is(child(token, SOAP_WSSE, "Password"), password));
	top =
	    child(child(xml_root(xml), SOAP_NS, "Body"), TRUST, "RequestSecurityToken");
	assert_true(xml_text_is(child(top, TRUST, "RequestType"), TRUST "/Issue"));
	token = child(top, SOAP_WSSE, "BinarySecurityToken");
	assert_true(xml_text_is(token, "MDEyMw=="));
	assert_string_equal(xml_attribute(token, "ValueType"), SOAP_ENROLL "#PKCS10");
	assert_string_equal(xml_attribute(token, "EncodingType"),
	    SOAP_WSSE "#base64binary");
	assert_true(xml_is_nil(child(top, SOAP_ENROLL, "RequestID")));
	xml_free(xml);
	buf_wipe(&out);
}

static void
writes_no_login_unless_there_is_one(void **state)
{
	const struct soap_head head = { .action = "x",
		.id = ID,
		.to = "https://a.test" };
	struct buf out;

	(void)state;
	buf_init(&out, SOAP_REQUEST_MAX_BYTES);
	soap_write_head(&out, &head);
	wstep_write_query(&out, "17<");
	soap_write_end(&out);
	assert_int_equal(out.rc, RC_OK);
	assert_null(strstr(buf_str(&out), "UsernameToken"));
	assert_non_null(strstr(buf_str(&out), "enrollment/QueryTokenStatus<"));
	assert_non_null(strstr(buf_str(&out), ">17&lt;</e:RequestID>"));
	buf_clear(&out);
}

static void
makes_fresh_ids(void **state)
{
	char one[SOAP_ID_SIZE];
	char two[SOAP_ID_SIZE];

	(void)state;
	assert_int_equal(soap_make_id(one, NULL), RC_OK);
	assert_int_equal(soap_make_id(two, NULL), RC_OK);
	assert_string_not_equal(one, two);
	assert_int_equal(strlen(one), 45);
	assert_int_equal(one[9 + 14], '4');
	assert_non_null(strchr("89ab", one[9 + 19]));
}

/* An envelope around body; relates NULL: without RelatesTo. */
static enum rc
read_body(const char *relates, const char *body, struct soap_answer *answer,
    struct err *err)
{
	char doc[DOC_MAX];
	int n = snprintf(doc, sizeof(doc),
	    "<q:Envelope xmlns:q='" SOAP_NS "' xmlns:w='" WSA "' xmlns:t='" TRUST
	    "' xmlns:b='" SOAP_WSSE "' xmlns:e='" SOAP_ENROLL
	    "'><q:Header>%s%s%s</q:Header><q:Body>%s</q:Body></q:Envelope>",
	    relates == NULL ? "" : "<w:RelatesTo> ", relates == NULL ? "" : relates,
	    relates == NULL ? "" : "\n</w:RelatesTo>", body);

	assert_true(n > 0 && n < DOC_MAX);
	return soap_read(doc, (size_t)n, &limits, ID, answer, err);
}

static const struct {
	const char *relates;
	const char *body;
	const char *words; /* NULL: read */
} envelopes[] = {
	{ ID, "<t:x/>", NULL },
	{ NULL, "<q:Fault/>", NULL },
	{ ID, "<q:Fault/>", NULL },
	{ NULL, "<t:x/>", "without RelatesTo" },
	{ "urn:uuid:2", "<t:x/>", "another message" },
	{ "urn:uuid:2", "<q:Fault/>", "another message" },
	{ ID, "", "no envelope with a body" },
	{ ID, "<t:x>", "XML 1.0" },
	{ ID, "<?x y?>", "processing instruction" },
};

static void
takes_answers_to_its_own_message_only(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(envelopes); i++) {
		struct soap_answer answer = { .xml = NULL };
		struct err err = { 0 };
		enum rc r =
		    read_body(envelopes[i].relates, envelopes[i].body, &answer, &err);

		if ((r == RC_OK) != (envelopes[i].words == NULL))
			fail_msg("%s: %s", envelopes[i].body, err.text);
		if (r != RC_OK && strstr(err.text, envelopes[i].words) == NULL)
			fail_msg("%s: %s", envelopes[i].body, err.text);
		soap_answer_clear(&answer);
	}
}

enum {
	NO_REQUEST = -2146877438,
	BAD_REQUESTSTATUS = -2146877437,
	BAD_TEMPLATE_VERSION = -2146875385
};

/* As the table of MS-WCCE has them, in the decimal form of faults. */
static const struct {
	int64_t code;
	enum ca_outcome outcome;
	const char *words;
} codes[] = {
	{ -2146877439, CA_CONFIG, "0x80094001 CERTSRV_E_BAD_REQUESTSUBJECT" },
	{ NO_REQUEST, CA_REJECTED, "0x80094002 CERTSRV_E_NO_REQUEST" },
	{ BAD_REQUESTSTATUS, CA_REJECTED, "0x80094003 CERTSRV_E_BAD_REQUESTSTATUS" },
	{ -2146877435, CA_CONFIG, "0x80094005 CERTSRV_E_INVALID_CA_CERTIFICATE" },
	{ -2146877434, CA_RETRY, "0x80094006 CERTSRV_E_SERVER_SUSPENDED" },
	{ -2146877431, CA_AUTH, "0x80094009 CERTSRV_E_RESTRICTEDOFFICER" },
	{ -2146877425, CA_RETRY, "0x8009400F CERTSRV_E_NO_DB_SESSIONS" },
	{ -2146877423, CA_AUTH, "0x80094011 CERTSRV_E_ENROLL_DENIED" },
	{ -2146877422, CA_AUTH, "0x80094012 CERTSRV_E_TEMPLATE_DENIED" },
	{ -2146877420, CA_REJECTED, "0x80094014 CERTSRV_E_ADMIN_DENIED_REQUEST" },
	{ -2146875392, CA_CONFIG, "0x80094800 CERTSRV_E_UNSUPPORTED_CERT_TYPE" },
	{ -2146875391, CA_CONFIG, "0x80094801 CERTSRV_E_NO_CERT_TYPE" },
	{ -2146875390, CA_CONFIG, "0x80094802 CERTSRV_E_TEMPLATE_CONFLICT" },
	{ -2146875389, CA_CONFIG, "0x80094803 CERTSRV_E_SUBJECT_ALT_NAME_REQUIRED" },
	{ -2146875386, CA_CONFIG, "0x80094806 CERTSRV_E_BAD_RENEWAL_SUBJECT" },
	{ BAD_TEMPLATE_VERSION, CA_RETRY, "0x80094807 CERTSRV_E_BAD_TEMPLATE_VERSION" },
	{ -2146875384, CA_CONFIG, "0x80094808 CERTSRV_E_TEMPLATE_POLICY_REQUIRED" },
	{ -2146875380, CA_CONFIG, "0x8009480C CERTSRV_E_ISSUANCE_POLICY_REQUIRED" },
	{ -2146875379, CA_CONFIG, "0x8009480D CERTSRV_E_SUBJECT_UPN_REQUIRED" },
	{ -2146875377, CA_CONFIG, "0x8009480F CERTSRV_E_SUBJECT_DNS_REQUIRED" },
	{ -2146875375, CA_CONFIG, "0x80094811 CERTSRV_E_KEY_LENGTH" },
	{ -2146885614, CA_RETRY, "0x80092012 CRYPT_E_NO_REVOCATION_CHECK" },
	{ -2146885613, CA_RETRY, "0x80092013 CRYPT_E_REVOCATION_OFFLINE" },
	{ -2147024891, CA_AUTH, "0x80070005 E_ACCESSDENIED" },
	{ -2147023174, CA_RETRY, "0x800706BA RPC_S_SERVER_UNAVAILABLE" },
	{ -2147024809, CA_REJECTED, "0x80070057: No \\x1b" },
	{ 2147942487, CA_REJECTED, "0x80070057: No \\x1b" },
};

static void
explain(const char *fault, struct ca_answer *outcome)
{
	struct soap_answer answer = { .xml = NULL };
	struct err err = { 0 };

	assert_rc(read_body(ID, fault, &answer, &err), RC_OK, &err);
	assert_null(answer.body);
	soap_explain_fault(&answer.fault, outcome);
	soap_answer_clear(&answer);
}

static void
every_error_number_has_its_outcome(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(codes); i++) {
		struct ca_answer outcome = { .outcome = CA_ISSUED };
		char fault[1024];

		(void)snprintf(fault, sizeof(fault),
		    "<q:Fault><q:Reason><q:Text>No \xc2\x9b</q:Text></q:Reason>"
		    "<q:Detail><e:CertificateEnrollmentWSDetail><e:ErrorCode>%lld"
		    "</e:ErrorCode><e:InvalidRequest>true</e:InvalidRequest>"
		    "</e:CertificateEnrollmentWSDetail></q:Detail></q:Fault>",
		    (long long)codes[i].code);
		explain(fault, &outcome);
		assert_int_equal(outcome.outcome, codes[i].outcome);
		assert_int_equal(outcome.patience_s,
		    codes[i].code == BAD_TEMPLATE_VERSION ? 3600 : 0);
		assert_int_equal(outcome.is_forgotten,
		    codes[i].code == NO_REQUEST || codes[i].code == BAD_REQUESTSTATUS);
		if (strncmp(outcome.text, codes[i].words,
			strcspn(codes[i].words, "\\")) != 0)
			fail_msg("%s", outcome.text);
	}
}

static const struct {
	const char *fault;
	enum ca_outcome outcome;
	const char *text;
} faults[] = {
	{ "<q:Fault/>", CA_CONFIG, "a SOAP fault" },
	{ "<q:Fault><q:Code><q:Value>q:Sender</q:Value><q:Subcode><q:Value>b:"
	  "FailedAuthentication</q:Value></q:Subcode></q:Code><q:Reason><q:Text>No</q:Text>"
	  "</q:Reason></q:Fault>",
	    CA_AUTH, "FailedAuthentication: No" },
	{ "<q:Fault><q:Code><q:Value>q:Sender</q:Value><q:Subcode><q:Value>w:"
	  "DestinationUnreachable</q:Value></q:Subcode></q:Code></q:Fault>",
	    CA_CONFIG, "DestinationUnreachable" },
	{ "<q:Fault><q:Detail><e:CertificateEnrollmentWSDetail><e:ErrorCode>-2147024809"
	  "</e:ErrorCode></e:CertificateEnrollmentWSDetail></q:Detail></q:Fault>",
	    CA_RETRY, "0x80070057" },
	{ "<q:Fault><q:Detail><e:CertificateEnrollmentWSDetail><e:ErrorCode>x"
	  "</e:ErrorCode></e:CertificateEnrollmentWSDetail></q:Detail></q:Fault>",
	    CA_CONFIG, "a SOAP fault" },
	{ "<q:Fault><q:Detail><e:CertificateEnrollmentWSDetail><e:ErrorCode>0"
	  "</e:ErrorCode></e:CertificateEnrollmentWSDetail></q:Detail></q:Fault>",
	    CA_CONFIG, "a SOAP fault" },
};

static void
a_fault_without_a_number_is_for_an_operator(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(faults); i++) {
		struct ca_answer outcome = { .outcome = CA_ISSUED };

		explain(faults[i].fault, &outcome);
		assert_int_equal(outcome.outcome, faults[i].outcome);
		assert_string_equal(outcome.text, faults[i].text);
	}
}

#define COLLECTION(inner)                            \
	"<t:RequestSecurityTokenResponseCollection>" \
	"<t:RequestSecurityTokenResponse>" inner     \
	"</t:RequestSecurityTokenResponse></t:RequestSecurityTokenResponseCollection>"
#define TOKEN(text) "<b:BinarySecurityToken>" text "</b:BinarySecurityToken>"
#define REQUESTED(inner) \
	"<t:RequestedSecurityToken>" inner "</t:RequestedSecurityToken>"
#define NUMBER "<e:RequestID> 1017 </e:RequestID>"
#define REFERENCE(attribute)                                \
	"<b:SecurityTokenReference><b:Reference " attribute \
	"/></b:SecurityTokenReference>"
#define X32 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static const struct {
	const char *body;
	const char *words; /* NULL: read */
	bool is_pending;
	size_t leaf_len;
	size_t bag_len;
	const char *id;
} answers[] = {
	{ COLLECTION(TOKEN(" MAAw&#xD;\nMAA=\n") REQUESTED(TOKEN("MAA=")) NUMBER), NULL,
	    false, 2, 5, "1017" },
	{ COLLECTION(TOKEN("MAA=") NUMBER), NULL, false, 0, 2, "1017" },
	{ COLLECTION(REQUESTED(TOKEN("MAA="))), NULL, false, 2, 0, "" },
	{ COLLECTION(
	      TOKEN("MAA=") REQUESTED(REFERENCE("URI='https://a.test/'")) NUMBER),
	    NULL, true, 0, 0, "1017" },
	{ COLLECTION(REQUESTED(REFERENCE("")) NUMBER), NULL, true, 0, 0, "1017" },
	{ COLLECTION(REQUESTED(REFERENCE("URI='https://a.test/'"))), "without a number",
	    false, 0, 0, NULL },
	{ COLLECTION(NUMBER), "neither a certificate nor a place", false, 0, 0, NULL },
	{ COLLECTION(REQUESTED("") NUMBER), "neither a certificate nor a place", false,
	    0, 0, NULL },
	{ COLLECTION(REQUESTED(TOKEN("")) NUMBER), "it is empty", false, 0, 0, NULL },
	{ COLLECTION(REQUESTED(TOKEN("M*A=")) NUMBER), "BinarySecurityToken: ", false,
	    0, 0, NULL },
	{ COLLECTION(TOKEN("MAA") NUMBER), "BinarySecurityToken: ", false, 0, 0, NULL },
	{ COLLECTION(TOKEN("<x/>") NUMBER), "it is empty", false, 0, 0, NULL },
	{ COLLECTION(
	      TOKEN("MAA=") "<e:RequestID>" X32 X32 X32 X32 X32 "</e:RequestID>"),
	    "not a short text", false, 0, 0, NULL },
	{ COLLECTION(TOKEN("MAA=") "<e:RequestID>1\n2</e:RequestID>"),
	    "not a short text", false, 0, 0, NULL },
	{ "<t:RequestSecurityTokenResponseCollection/>", "not a collection", false, 0,
	    0, NULL },
	{ "<t:RequestSecurityTokenResponse/>", "not a collection", false, 0, 0, NULL },
	{ "<t:RequestSecurityTokenResponseCollection><t:RequestSecurityTokenResponse/>"
	  "<t:RequestSecurityTokenResponse/></t:RequestSecurityTokenResponseCollection>",
	    "more than one response", false, 0, 0, NULL },
};

static void
decides_by_structure(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(answers); i++) {
		struct soap_answer soap = { .xml = NULL };
		struct wstep_answer answer = { .is_pending = false };
		struct err err = { 0 };
		enum rc r = read_body(ID, answers[i].body, &soap, &err);

		assert_rc(r, RC_OK, &err);
		r = wstep_read(soap.body, &answer, &err);
		soap_answer_clear(&soap);
		if ((r == RC_OK) != (answers[i].words == NULL))
			fail_msg("%s: %s", answers[i].body, err.text);
		if (r != RC_OK && strstr(err.text, answers[i].words) == NULL)
			fail_msg("%s: %s", answers[i].body, err.text);
		assert_int_equal(answer.is_pending, answers[i].is_pending);
		assert_int_equal(answer.leaf_len, answers[i].leaf_len);
		assert_int_equal(answer.bag_len, answers[i].bag_len);
		if (r == RC_OK)
			assert_string_equal(answer.request_id, answers[i].id);
		wstep_answer_clear(&answer);
	}
}

static void
a_cookie_is_for_one_request(void **state)
{
	struct ca_request request = { .csr = (const uint8_t *)"one", .csr_len = 3 };
	char id[WSTEP_ID_SIZE] = "";
	char url[WSTEP_URI_SIZE] = "";
	struct err err = { 0 };
	struct buf cookie;

	(void)state;
	buf_init(&cookie, CA_COOKIE_MAX_BYTES);
	assert_rc(adcs_talk_make_cookie(&cookie, "1017", "https://a.test/CES", &request,
		      &err),
	    RC_OK, &err);
	request.cookie = (const uint8_t *)buf_str(&cookie);
	request.cookie_len = cookie.len;
	assert_rc(adcs_talk_read_cookie(&request, id, url, &err), RC_OK, &err);
	assert_string_equal(id, "1017");
	assert_string_equal(url, "https://a.test/CES");
	for (size_t len = 0; len < cookie.len; len++) {
		request.cookie_len = len;
		assert_int_equal(adcs_talk_read_cookie(&request, id, url, NULL),
		    RC_INTERNAL);
	}
	request.cookie_len = cookie.len;
	request.csr = (const uint8_t *)"two";
	assert_int_equal(adcs_talk_read_cookie(&request, id, url, &err), RC_INTERNAL);
	assert_non_null(strstr(err.text, "of another request"));
	buf_clear(&cookie);
}

static enum rc
read_once(void *ctx)
{
	struct wstep_answer answer = { .is_pending = false };
	const struct xml_node *const *body = ctx;
	enum rc r = wstep_read(*body, &answer, NULL);

	wstep_answer_clear(&answer);
	return r;
}

static void
survives_every_failed_allocation(void **state)
{
	struct soap_answer soap = { .xml = NULL };
	struct err err = { 0 };

	(void)state;
	assert_rc(read_body(ID, answers[0].body, &soap, &err), RC_OK, &err);
	assert_true(torture(read_once, &soap.body) >= 2);
	soap_answer_clear(&soap);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_what_another_reads),
		cmocka_unit_test(writes_no_login_unless_there_is_one),
		cmocka_unit_test(makes_fresh_ids),
		cmocka_unit_test(takes_answers_to_its_own_message_only),
		cmocka_unit_test(every_error_number_has_its_outcome),
		cmocka_unit_test(a_fault_without_a_number_is_for_an_operator),
		cmocka_unit_test(decides_by_structure),
		cmocka_unit_test(a_cookie_is_for_one_request),
		cmocka_unit_test(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
