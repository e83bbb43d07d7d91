/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/base/json.c: well formed, in one line of ASCII, and nothing lost.
 */
#include "base/json.h"
#include "json_read.h"
#include "torture.h"
#include "unit.h"

static void
values_stand_between_their_commas(void **state)
{
	static const uint8_t bytes[] = { 0x00, 0xab, 0xff };
	struct json json;
	struct buf out;

	(void)state;
	buf_init(&out, 1000);
	json_init(&json, &out);
	json_begin_object(&json, NULL);
	json_string(&json, "a", "text");
	json_string(&json, "none", NULL);
	json_begin_array(&json, "list");
	json_number(&json, NULL, -1);
	json_number(&json, NULL, INT64_MIN);
	json_begin_object(&json, NULL);
	json_end_object(&json);
	json_begin_object(&json, NULL);
	json_bool(&json, "yes", true);
	json_end_object(&json);
	json_end_array(&json);
	json_hex(&json, "hex", bytes, sizeof(bytes));
	json_bool(&json, "no", false);
	json_end_object(&json);
	assert_int_equal(out.rc, RC_OK);
	assert_string_equal(buf_str(&out),
	    "{\"a\":\"text\",\"none\":null,\"list\":[-1,-9223372036854775808,{},"
	    "{\"yes\":true}],\"hex\":\"00abff\",\"no\":false}");
	assert_true(json_is_valid(buf_str(&out)));
	buf_clear(&out);
}

static void
text_comes_back_as_it_was(void **state)
{
	static const struct {
		const char *text;
		const char *written;
		const char *read; /* NULL: as it was */
	} cases[] = {
		{ "", "\"\"", NULL },
		{ "plain", "\"plain\"", NULL },
		{ "a\"b\\c/d", "\"a\\u0022b\\u005cc/d\"", NULL },
		{ "a\nb\x01\x7f", "\"a\\u000ab\\u0001\\u007f\"", NULL },
		{ "</script>&'", "\"\\u003c/script\\u003e\\u0026\\u0027\"", NULL },
		{ "\xc3\xa4\xe2\x80\xae\xf0\x9f\x98\x80",
		    "\"\\u00e4\\u202e\\ud83d\\ude00\"", NULL },
		{ "\xff\xc0\x80", "\"\\ufffd\\ufffd\\ufffd\"",
		    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		char field[200];
		struct json json;
		struct buf out;

		buf_init(&out, 1000);
		json_init(&json, &out);
		json_begin_object(&json, NULL);
		json_string(&json, "x", cases[i].text);
		json_end_object(&json);
		assert_has(buf_str(&out), cases[i].written);
		assert_true(json_is_valid(buf_str(&out)));
		assert_true(json_read_string(buf_str(&out), "x", field, sizeof(field)));
		assert_string_equal(field,
		    cases[i].read != NULL ? cases[i].read : cases[i].text);
		buf_clear(&out);
	}
}

static void
too_deep_is_an_error(void **state)
{
	struct json json;
	struct buf out;

	(void)state;
	buf_init(&out, 1000);
	json_init(&json, &out);
	for (int i = 0; i < JSON_DEPTH_MAX + 5; i++)
		json_begin_array(&json, NULL);
	assert_int_equal(out.rc, RC_LIMIT);
	buf_clear(&out);
}

/* The reader is not one that takes everything. */
static void
the_reader_knows_json(void **state)
{
	static const char *const bad[] = { "", "{", "{\"a\"}", "[1,]", "\"\n\"", "01",
		"{}x", "\"\\x\"", "\"\\u12g4\"", "nul", "-" };

	(void)state;
	assert_true(json_is_valid(" { \"a\" : [ 1 , -0 , \"\\n\\u00e4\" ] } \n"));
	for (size_t i = 0; i < UNIT_COUNT(bad); i++)
		if (json_is_valid(bad[i]))
			fail_msg("taken: %s", bad[i]);
}

static enum rc
whole_job(void *ctx)
{
	struct json json;
	struct buf out;
	enum rc r;

	(void)ctx;
	buf_init(&out, 1000);
	json_init(&json, &out);
	json_begin_object(&json, NULL);
	json_string(&json, "a", "text");
	json_end_object(&json);
	r = out.rc;
	buf_clear(&out);
	return r;
}

static void
survives_every_failed_allocation(void **state)
{
	(void)state;
	assert_true(torture(whole_job, NULL) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_stand_between_their_commas),
		cmocka_unit_test(text_comes_back_as_it_was),
		cmocka_unit_test(too_deep_is_an_error),
		cmocka_unit_test(the_reader_knows_json),
		cmocka_unit_test(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
