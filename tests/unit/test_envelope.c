/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Request headers are well formed; replies are believed only when they answer
 * what was asked; faults are taken apart.  DSP0226 5 and 14.
 */
#include <stdio.h>

#include "unit.h"
#include "wsman/envelope.h"
#include "wsman/ns.h"

/* The two families of prefixes that firmware uses: answers and faults. */
#define REPLY(header, body)                                                           \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?><a:Envelope xmlns:a=\"" NS_SOAP    \
	"\" xmlns:b=\"" NS_ADDRESSING "\" xmlns:c=\"" NS_WSMAN "\"><a:Header>" header \
	"</a:Header><a:Body>" body "</a:Body></a:Envelope>"
#define RELATES(id) "<b:RelatesTo>" id "</b:RelatesTo>"
#define FAULT(code, reason, detail)                                         \
	REPLY(RELATES("7"),                                                 \
	    "<a:Fault><a:Code>" code "</a:Code>" reason "<a:Detail>" detail \
	    "</a:Detail></a:Fault>")
#define REASON(text) "<a:Reason><a:Text xml:lang=\"en-US\">" text "</a:Text></a:Reason>"
#define CODE(value, subcode)                                         \
	"<a:Value>a:" value "</a:Value><a:Subcode><a:Value>" subcode \
	"</a:Value></a:Subcode>"

static enum rc
parse(const char *text, const char *id, struct fault *fault, struct err *err)
{
	struct reply reply = { 0 };
	enum rc r = reply_parse(text, strlen(text), id, &reply, fault, err);

	reply_clear(&reply);
	return r;
}

static void
writes_a_request_that_reads_back(void **state)
{
	const struct selector selector = { .name = "InstanceID", .text = "a & b" };
	const struct envelope envelope = { "urn:action", "urn:class", "7", &selector,
		1 };
	struct buf out;
	struct xml *xml = NULL;
	const struct xml_node *header = NULL;
	struct err err = { 0 };

	(void)state;
	buf_init(&out, ENVELOPE_MAX_BYTES);
	(void)envelope_open(&out, &envelope);
	assert_int_equal(envelope_close(&out), RC_OK);
	assert_rc(xml_read(buf_str(&out), out.len, &xml, &err), RC_OK, &err);
	header = xml_find(xml_root(xml), NS_SOAP, "Header");
	assert_true(
	    xml_text_is(xml_find(header, NS_ADDRESSING, "Action"), "urn:action"));
	assert_true(xml_text_is(xml_find(header, NS_ADDRESSING, "MessageID"), "7"));
	assert_true(
	    xml_text_is(xml_find(header, NS_WSMAN, "ResourceURI"), "urn:class"));
	assert_true(xml_text_is(xml_find(xml_find(header, NS_WSMAN, "SelectorSet"),
				    NS_WSMAN, "Selector"),
	    "a & b"));
	assert_non_null(xml_find(xml_root(xml), NS_SOAP, "Body"));
	xml_free(xml);
	buf_clear(&out);
}

static void
hands_over_the_body(void **state)
{
	static const char text[] =
	    REPLY(RELATES(" 7\n"), "\n<x:Thing xmlns:x='urn:x'>1</x:Thing>\n");
	struct reply reply = { 0 };
	struct fault fault = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_rc(reply_parse(text, sizeof(text) - 1, "7", &reply, &fault, &err), RC_OK,
	    &err);
	assert_true(xml_is(reply.body, "urn:x", "Thing"));
	reply_clear(&reply);
	assert_null(reply.xml);
}

static void
takes_an_empty_body(void **state)
{
	static const char *const texts[] = { REPLY(RELATES("7"), ""),
		"<e:Envelope xmlns:e='" NS_SOAP "' xmlns:b='" NS_ADDRESSING
		"'><e:Header><b:RelatesTo>7</b:RelatesTo></e:Header><e:Body/>"
		"</e:Envelope>" };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(texts); i++) {
		struct reply reply = { 0 };
		struct fault fault = { 0 };
		struct err err = { 0 };

		assert_rc(reply_parse(texts[i], strlen(texts[i]), "7", &reply, &fault,
			      &err),
		    RC_OK, &err);
		assert_null(reply.body);
		reply_clear(&reply);
	}
}

static const struct {
	const char *what;
	const char *id;
	const char *text;
	const char *says;
} refused[] = {
	{ "an answer to another request", "7", REPLY(RELATES("8"), ""),
	    "RelatesTo is 8" },
	{ "a longer number", "7", REPLY(RELATES("77"), ""), "RelatesTo" },
	{ "a uuid for a number", "7", REPLY(RELATES("uuid:7"), ""), "RelatesTo" },
	{ "no RelatesTo", "7", REPLY("", ""), "no RelatesTo" },
	{ "no header", "7", "<a:Envelope xmlns:a='" NS_SOAP "'><a:Body/></a:Envelope>",
	    "no RelatesTo" },
	{ "no body", "7", "<a:Envelope xmlns:a='" NS_SOAP "'></a:Envelope>", "5.1" },
	{ "SOAP 1.1", "7",
	    "<a:Envelope xmlns:a='http://schemas.xmlsoap.org/soap/envelope/'>"
	    "<a:Body/></a:Envelope>",
	    "5.1" },
	{ "another document", "7", "<html><body/></html>", "5.1" },
	{ "a wrong answer that is a fault too", "8", FAULT("", "", ""), "RelatesTo" },
};

static void
refuses_what_answers_another_question(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(refused); i++) {
		struct fault fault = { 0 };
		struct err err = { 0 };
		enum rc r = parse(refused[i].text, refused[i].id, &fault, &err);

		if (r != RC_FORMAT)
			fail_msg("%s: %s", refused[i].what, rc_text(r));
		assert_has(err.text, refused[i].says);
	}
}

static void
lets_identify_come_without_a_header(void **state)
{
	struct fault fault = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_rc(parse(REPLY("", "<x/>"), NULL, &fault, &err), RC_OK, &err);
}

static const struct {
	const char *text;
	const char *code;
	const char *subcode;
	const char *detail;
	int status; /* -1: none */
	const char *message;
} faults[] = {
	{ FAULT(CODE("Sender", "e:AlreadyExists"), REASON("It exists."), ""), "Sender",
	    "AlreadyExists", "", -1, "fault Sender AlreadyExists: It exists." },
	{ FAULT(CODE("Receiver", "e:InternalError"), REASON("Not now."),
	      "<a:Text>AMT-STATUS 16</a:Text>"),
	    "Receiver", "InternalError", "AMT-STATUS 16", 16,
	    "fault Receiver InternalError: Not now.: AMT-STATUS 16" },
	{ FAULT(CODE("Receiver", "e:InternalError"), "",
	      "\n<x><y>why</y><y>AMT-STATUS: 2082.</y></x>\n"),
	    "Receiver", "InternalError", "why AMT-STATUS: 2082.", 2082, "no text" },
	{ FAULT(CODE("Receiver", "InternalError"), "", "AMT-STATUS"), "Receiver",
	    "InternalError", "AMT-STATUS", -1, "InternalError" },
	{ FAULT(CODE("Receiver", "x:Y"), "", "AMT-STATUS 99999999999999"), "Receiver",
	    "Y", "AMT-STATUS 99999999999999", -1, "Y" },
	{ FAULT("<a:Value>a:Sender</a:Value>", REASON(" <b:x/> "), ""), "Sender", "",
	    "", -1, "fault Sender: no text" },
	{ REPLY(RELATES("7"), "<a:Fault></a:Fault>"), "", "", "", -1,
	    "fault without code: no text" },
	{ FAULT(CODE("Sender", "e:X"), REASON("a|b\nc&lt;d"), ""), "Sender", "X", "",
	    -1, "fault Sender X: a" },
};

static void
takes_faults_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(faults); i++) {
		struct fault fault = { 0 };
		struct err err = { 0 };

		assert_rc(parse(faults[i].text, "7", &fault, &err), RC_FAULT, &err);
		assert_string_equal(fault.code, faults[i].code);
		assert_string_equal(fault.subcode, faults[i].subcode);
		assert_string_equal(fault.detail, faults[i].detail);
		assert_int_equal(fault.has_status, faults[i].status >= 0);
		if (fault.has_status)
			assert_int_equal(fault.status, faults[i].status);
		assert_has(err.text, faults[i].message);
		assert_null(strpbrk(err.text, "\n\r"));
	}
}

static void
cuts_long_fault_texts(void **state)
{
	char text[4096];
	char reason[1000];
	struct fault fault = { 0 };
	struct err err = { 0 };

	(void)state;
	memset(reason, 'x', sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = '\0';
	(void)snprintf(text, sizeof(text),
	    FAULT(CODE("Sender", "%s"), REASON("%s"), ""), reason, reason);
	assert_rc(parse(text, "7", &fault, &err), RC_FAULT, &err);
	assert_int_equal(strlen(fault.text), FAULT_TEXT_SIZE - 1);
	assert_int_equal(strlen(fault.subcode), FAULT_WORD_SIZE - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_a_request_that_reads_back),
		cmocka_unit_test(hands_over_the_body),
		cmocka_unit_test(takes_an_empty_body),
		cmocka_unit_test(refuses_what_answers_another_question),
		cmocka_unit_test(lets_identify_come_without_a_header),
		cmocka_unit_test(takes_faults_apart),
		cmocka_unit_test(cuts_long_fault_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
