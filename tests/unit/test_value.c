/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Properties as text, number, truth and bytes.  XML Schema part 2.
 */
#include <stdio.h>
#include <stdlib.h>

#include "unit.h"
#include "wsman/value.h"

static struct xml *
instance(const char *properties)
{
	char doc[1024];
	struct xml *xml = NULL;
	struct err err = { 0 };

	(void)snprintf(doc, sizeof(doc),
	    "<g:X xmlns:g='urn:x' xmlns:h='urn:y' "
	    "xmlns:i='http://www.w3.org/2001/XMLSchema-instance'>%s</g:X>",
	    properties);
	assert_rc(xml_read(doc, strlen(doc), &xml, &err), RC_OK, &err);
	return xml;
}

static const struct {
	const char *text;
	enum rc rc;
	int64_t value;
} numbers[] = {
	{ "<g:N>7</g:N>", RC_OK, 7 },
	{ "<g:N> 4294967295\n</g:N>", RC_OK, 4294967295 },
	{ "<g:N>4294967296</g:N>", RC_LIMIT, 0 },
	{ "<g:N>-1</g:N>", RC_LIMIT, 0 },
	{ "<g:N></g:N>", RC_FORMAT, 0 },
	{ "<g:N>1.5</g:N>", RC_FORMAT, 0 },
	{ "<g:N>0x10</g:N>", RC_FORMAT, 0 },
	{ "<g:N><g:M>1</g:M></g:N>", RC_FORMAT, 0 },
	{ "<h:N>7</h:N>", RC_NOTFOUND, 0 },
	{ "<g:N i:nil='true'/>", RC_NOTFOUND, 0 },
	{ "<g:N i:nil='1'/>", RC_NOTFOUND, 0 },
	{ "<g:N i:nil='false'>7</g:N>", RC_OK, 7 },
	{ "<g:N nil='true'>7</g:N>", RC_OK, 7 },
	{ "", RC_NOTFOUND, 0 },
	{ "<g:N>11111111111111111111111111111111111111</g:N>", RC_LIMIT, 0 },
};

static void
reads_numbers_in_their_range(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(numbers); i++) {
		struct xml *xml = instance(numbers[i].text);
		struct err err = { 0 };
		int64_t value = 0;
		enum rc r = value_int(xml_root(xml), "N", 0, UINT32_MAX, &value, &err);

		if (r != numbers[i].rc)
			fail_msg("%s: %s", numbers[i].text, rc_text(r));
		assert_true(value == numbers[i].value);
		xml_free(xml);
	}
}

static const struct {
	const char *text;
	enum rc rc;
	bool value;
} truths[] = {
	{ "<g:B>true</g:B>", RC_OK, true },
	{ "<g:B> 1 </g:B>", RC_OK, true },
	{ "<g:B>false</g:B>", RC_OK, false },
	{ "<g:B>0</g:B>", RC_OK, false },
	{ "<g:B>True</g:B>", RC_FORMAT, false },
	{ "<g:B></g:B>", RC_FORMAT, false },
	{ "", RC_NOTFOUND, false },
};

static void
reads_truths(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(truths); i++) {
		struct xml *xml = instance(truths[i].text);
		struct err err = { 0 };
		bool value = false;

		assert_int_equal(value_bool(xml_root(xml), "B", &value, &err),
		    truths[i].rc);
		assert_int_equal(value, truths[i].value);
		xml_free(xml);
	}
}

static void
cuts_texts_and_refuses_to_cut_names(void **state)
{
	struct xml *xml = instance("<g:T>\n abcdef </g:T>");
	struct err err = { 0 };
	char field[6];

	(void)state;
	assert_int_equal(value_text(xml_root(xml), "T", field, sizeof(field), &err),
	    RC_OK);
	assert_string_equal(field, "abcde");
	assert_int_equal(value_exact(xml_root(xml), "T", field, sizeof(field), &err),
	    RC_LIMIT);
	assert_has(err.text, "X: T:");
	assert_int_equal(value_text(xml_root(xml), "U", field, sizeof(field), &err),
	    RC_NOTFOUND);
	xml_free(xml);
}

static void
reads_bytes(void **state)
{
	struct xml *xml = instance("<g:A>AQID</g:A><g:B>AQI*</g:B><g:C></g:C>");
	struct err err = { 0 };
	uint8_t *bytes = NULL;
	size_t len = 0;

	(void)state;
	assert_rc(value_bytes(xml_root(xml), "A", 3, &bytes, &len, &err), RC_OK, &err);
	assert_int_equal(len, 3);
	assert_memory_equal(bytes, "\x01\x02\x03", 3);
	free(bytes);
	bytes = NULL;
	assert_int_equal(value_bytes(xml_root(xml), "A", 2, &bytes, &len, &err),
	    RC_LIMIT);
	assert_int_equal(value_bytes(xml_root(xml), "B", 9, &bytes, &len, &err),
	    RC_FORMAT);
	assert_int_equal(value_bytes(xml_root(xml), "D", 9, &bytes, &len, &err),
	    RC_NOTFOUND);
	assert_null(bytes);
	xml_free(xml);
}

static void
walks_an_array_property(void **state)
{
	struct xml *xml = instance("<g:A>1</g:A><g:B/><g:A>2</g:A><h:A>3</h:A>");
	const struct xml_node *value = value_find(xml_root(xml), "A");

	(void)state;
	assert_true(xml_text_is(value, "1"));
	value = value_next(value);
	assert_true(xml_text_is(value, "2"));
	assert_null(value_next(value));
	assert_null(value_find(NULL, "A"));
	xml_free(xml);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_numbers_in_their_range),
		cmocka_unit_test(reads_truths),
		cmocka_unit_test(cuts_texts_and_refuses_to_cut_names),
		cmocka_unit_test(reads_bytes),
		cmocka_unit_test(walks_an_array_property),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
