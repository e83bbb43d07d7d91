/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * References in the shapes that firmware sends, and back again.
 * DSP0226 5.1.2; WS-Addressing 2004/08 section 2.
 */
#include <stdio.h>

#include "torture.h"
#include "unit.h"
#include "wsman/epr.h"
#include "wsman/ns.h"

#define SCOPE	"xmlns:b='" NS_ADDRESSING "' xmlns:c='" NS_WSMAN "'"
#define ADDRESS "<b:Address>" NS_ANONYMOUS "</b:Address>"
#define WITH(uri, set)                                                          \
	ADDRESS "<b:ReferenceParameters><c:ResourceURI>" uri "</c:ResourceURI>" \
		"<c:SelectorSet>" set "</c:SelectorSet></b:ReferenceParameters>"
#define SELECTOR(name, value) "<c:Selector Name='" name "'>" value "</c:Selector>"
#define NESTED                                    \
	"<b:EndpointReference>" WITH("urn:inner", \
	    SELECTOR("InstanceID", "in: 1")) "</b:EndpointReference>"

static enum rc
parse(const char *inner, struct epr **ret_epr, struct err *err)
{
	char doc[8192];
	struct xml *xml = NULL;
	enum rc r = RC_OK;

	(void)snprintf(doc, sizeof(doc), "<r " SCOPE ">%s</r>", inner);
	r = xml_read(doc, strlen(doc), &xml, err);
	if (r == RC_OK)
		r = epr_parse(xml_root(xml), ret_epr, err);
	xml_free(xml);
	return r;
}

static void
reads_class_and_selectors(void **state)
{
	struct epr *epr = NULL;
	struct err err = { 0 };

	(void)state;
	assert_rc(parse(WITH(" urn:x ",
			    SELECTOR("InstanceID", "\n a: 1 \n") SELECTOR("Other", "")),
		      &epr, &err),
	    RC_OK, &err);
	assert_string_equal(epr->resource_uri, "urn:x");
	assert_int_equal(epr->n_selectors, 2);
	assert_string_equal(epr_selector(epr, "InstanceID"), "a: 1");
	assert_string_equal(epr_selector(epr, "Other"), "");
	assert_null(epr_selector(epr, "Absent"));
	epr_free(epr);
}

static void
reads_a_reference_as_a_selector(void **state)
{
	struct epr *epr = NULL;
	struct err err = { 0 };

	(void)state;
	assert_rc(parse(WITH("urn:x", SELECTOR("ElementInContext", NESTED)), &epr,
		      &err),
	    RC_OK, &err);
	assert_null(epr_selector(epr, "ElementInContext"));
	assert_non_null(epr->selectors[0].epr);
	assert_string_equal(epr->selectors[0].epr->resource_uri, "urn:inner");
	assert_string_equal(epr_selector(epr->selectors[0].epr, "InstanceID"), "in: 1");
	epr_free(epr);
}

static void
looks_inside_an_endpoint_reference(void **state)
{
	struct epr *epr = NULL;
	struct err err = { 0 };

	(void)state;
	assert_rc(parse(NESTED, &epr, &err), RC_OK, &err);
	assert_string_equal(epr->resource_uri, "urn:inner");
	epr_free(epr);
}

#define TWICE(x) x x
static const struct {
	const char *what;
	const char *inner;
	enum rc rc;
} refused[] = {
	{ "the placeholder of a failed method",
	    "<b:Address>default</b:Address><b:ReferenceParameters><c:ResourceURI>"
	    "</c:ResourceURI><c:SelectorSet></c:SelectorSet></b:ReferenceParameters>",
	    RC_NOTFOUND },
	{ "nothing", "", RC_FORMAT },
	{ "an address alone", ADDRESS, RC_FORMAT },
	{ "no class", "<b:ReferenceParameters></b:ReferenceParameters>", RC_FORMAT },
	{ "a selector without name", WITH("urn:x", "<c:Selector>1</c:Selector>"),
	    RC_FORMAT },
	{ "a selector with an empty name", WITH("urn:x", SELECTOR("", "1")),
	    RC_FORMAT },
	{ "a selector twice", WITH("urn:x", TWICE(SELECTOR("A", "1"))), RC_FORMAT },
	{ "a selector that is an element", WITH("urn:x", SELECTOR("A", "<b:x/>")),
	    RC_FORMAT },
	{ "a nested reference without class",
	    WITH("urn:x", SELECTOR("A", "<b:EndpointReference/>")), RC_FORMAT },
};

static void
refuses_what_names_no_instance(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(refused); i++) {
		struct epr *epr = NULL;
		struct err err = { 0 };
		enum rc r = parse(refused[i].inner, &epr, &err);

		if (r != refused[i].rc)
			fail_msg("%s: %s", refused[i].what, rc_text(r));
		assert_null(epr);
	}
}

static void
bounds_number_depth_and_length(void **state)
{
	struct epr *epr = NULL;
	struct err err = { 0 };
	struct buf out;

	(void)state;
	buf_init(&out, 8000);
	for (int i = 0; i <= EPR_SELECTORS_MAX; i++)
		(void)buf_addf(&out, SELECTOR("n%d", "v"), i);
	{
		char doc[8192];

		(void)snprintf(doc, sizeof(doc), WITH("urn:x", "%s"), buf_str(&out));
		assert_rc(parse(doc, &epr, &err), RC_LIMIT, &err);
	}
	err_clear(&err);
	buf_reset(&out);
	for (int i = 0; i <= EPR_DEPTH_MAX; i++)
		(void)buf_add_str(&out,
		    "<b:EndpointReference><b:ReferenceParameters><c:ResourceURI>u"
		    "</c:ResourceURI><c:SelectorSet><c:Selector Name='n'>");
	for (int i = 0; i <= EPR_DEPTH_MAX; i++)
		(void)buf_add_str(&out,
		    "</c:Selector></c:SelectorSet></b:ReferenceParameters>"
		    "</b:EndpointReference>");
	assert_rc(parse(buf_str(&out), &epr, &err), RC_LIMIT, &err);
	err_clear(&err);
	buf_reset(&out);
	(void)buf_add_str(&out, "<b:ReferenceParameters><c:ResourceURI>");
	for (int i = 0; i <= EPR_TEXT_MAX; i++)
		(void)buf_add_char(&out, 'u');
	(void)buf_add_str(&out, "</c:ResourceURI></b:ReferenceParameters>");
	assert_rc(parse(buf_str(&out), &epr, &err), RC_LIMIT, &err);
	assert_null(epr);
	buf_clear(&out);
}

static void
writes_what_it_reads(void **state)
{
	const struct selector inner_selector = { .name = "InstanceID",
		.text = "a <b> & \"c\"" };
	const struct epr inner = { "urn:inner", &inner_selector, 1 };
	const struct selector selectors[] = { { .name = "One", .text = "1" },
		{ .name = "Two", .epr = &inner } };
	const struct epr outer = { "urn:outer", selectors, 2 };
	struct buf out;
	char doc[4096];
	struct xml *xml = NULL;
	struct epr *epr = NULL;
	struct err err = { 0 };

	(void)state;
	buf_init(&out, 4000);
	assert_int_equal(epr_write(&out, &outer), RC_OK);
	(void)snprintf(doc, sizeof(doc),
	    "<r xmlns:a='" NS_ADDRESSING "' xmlns:w='" NS_WSMAN "'>%s</r>",
	    buf_str(&out));
	assert_rc(xml_read(doc, strlen(doc), &xml, &err), RC_OK, &err);
	assert_rc(epr_parse(xml_root(xml), &epr, &err), RC_OK, &err);
	assert_string_equal(epr->resource_uri, "urn:outer");
	assert_string_equal(epr_selector(epr, "One"), "1");
	assert_string_equal(epr_selector(epr->selectors[1].epr, "InstanceID"),
	    "a <b> & \"c\"");
	epr_free(epr);
	xml_free(xml);
	buf_clear(&out);
}

static enum rc
parse_once(void *ctx)
{
	struct epr *epr = NULL;
	struct err err = { 0 };
	enum rc r = parse(WITH("urn:x", SELECTOR("One", "1") SELECTOR("Two", NESTED)),
	    &epr, &err);

	(void)ctx;
	epr_free(epr);
	return r;
}

static void
survives_every_failed_allocation(void **state)
{
	(void)state;
	assert_true(torture(parse_once, NULL) >= 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_class_and_selectors),
		cmocka_unit_test(reads_a_reference_as_a_selector),
		cmocka_unit_test(looks_inside_an_endpoint_reference),
		cmocka_unit_test(refuses_what_names_no_instance),
		cmocka_unit_test(bounds_number_depth_and_length),
		cmocka_unit_test(writes_what_it_reads),
		cmocka_unit_test(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
