/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/base/text.c: hostile bytes in, one harmless line out.
 */
#include <stdio.h>

#include "base/text.h"
#include "torture.h"
#include "unit.h"

struct row {
	const char *in;
	const char *out;
};

static const struct row rows[] = {
	{ "", "" },
	{ "pc01.example", "pc01.example" },
	{ "a b/c=d,e#f:g(h)*~^%@!?{}[]_+-", "a b/c=d,e#f:g(h)*~^%@!?{}[]_+-" },
	{ "a|b", "a\\x7cb" },
	{ "a;b`c$d<e>f&g", "a\\x3bb\\x60c\\x24d\\x3ce\\x3ef\\x26g" },
	{ "\"'\\", "\\x22\\x27\\x5c" },
	{ "a\nb\r\tc", "a\\x0ab\\x0d\\x09c" },
	{ "\x1b[31m", "\\x1b[31m" },
	{ "\x7f", "\\x7f" },
	{ "\xc2\x85", "\\x85" },    /* C1: next line */
	{ "\xc2\xa0", "\xc2\xa0" }, /* no-break space can be seen */
	{ "\xc3\xa4\xe2\x82\xac", "\xc3\xa4\xe2\x82\xac" },
	{ "\xf0\x9f\x94\x91", "\xf0\x9f\x94\x91" },
	{ "\xe2\x80\xa8\xe2\x80\xa9", "\\u{2028}\\u{2029}" },
	{ "\xe2\x80\xae", "\\u{202e}" }, /* right-to-left override */
	{ "\xe2\x81\xa6", "\\u{2066}" }, /* isolate */
	{ "\xe2\x80\x8b", "\\u{200b}" }, /* zero width space */
	{ "\xef\xbb\xbf", "\\u{feff}" },
	{ "\xd8\x9c", "\\u{061c}" },
	{ "\xf3\xa0\x80\x81", "\\u{e0001}" }, /* tag */
	{ "\xf4\x8f\xbf\xbf", "\\u{10ffff}" },
	{ "\xef\xbf\xbd", "\xef\xbf\xbd" }, /* the replacement character */
	{ "\xff\xfe", "\\xff\\xfe" },
	{ "\xc0\xaf", "\\xc0\\xaf" }, /* overlong */
	{ "\xc1\xbf", "\\xc1\\xbf" },
	{ "\xe0\x80\xaf", "\\xe0\\x80\\xaf" }, /* overlong */
	{ "\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf" },
	{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },		/* surrogate */
	{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" }, /* past U+10FFFF */
	{ "\xe2\x82", "\\xe2\\x82" },			/* cut off */
	{ "\xe2\x82|", "\\xe2\\x82\\x7c" },		/* cut off, then markup */
	{ "\x80", "\\x80" },
};

static void
every_row_comes_out_as_written(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 1000);
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		buf_reset(&out);
		assert_int_equal(text_printable(&out, rows[i].in, strlen(rows[i].in),
				     500),
		    RC_OK);
		assert_string_equal(buf_str(&out), rows[i].out);
	}
	buf_clear(&out);
}

static void
no_byte_and_no_pair_of_bytes_is_dangerous(void **state)
{
	char field[64];
	uint8_t in[2];

	(void)state;
	for (unsigned int i = 0; i < 65536; i++) {
		in[0] = (uint8_t)(i >> 8);
		in[1] = (uint8_t)i;
		text_printable_field(field, sizeof(field), in, sizeof(in));
		for (const char *p = field; *p != '\0'; p++)
			if ((unsigned char)*p < 0x20 || *p == 0x7f ||
			    strchr("|;`$<>&\"'", *p) != NULL)
				fail_msg("%02x %02x: %s", in[0], in[1], field);
		/* Plain is all of ASCII that stays. */
		if (text_is_plain(in, sizeof(in)) !=
		    ((in[0] | in[1]) < 0x80 && strlen(field) == sizeof(in)))
			fail_msg("%02x %02x: plain or not?", in[0], in[1]);
	}
	assert_true(text_is_plain("", 0));
}

static void
a_nul_byte_does_not_end_the_text(void **state)
{
	char field[32];

	(void)state;
	text_printable_field(field, sizeof(field), "a\0b", 3);
	assert_string_equal(field, "a\\x00b");
}

struct cut {
	size_t max;
	const char *in;
	const char *out;
};

static const struct cut cuts[] = {
	{ 5, "abcde", "abcde" },
	{ 5, "abcdef", "ab..." },
	{ 4, "abcdef", "a..." },
	{ 3, "abcdef", "..." },
	{ 2, "abcdef", ".." },
	{ 0, "abcdef", "" },
	{ 0, "", "" },
	{ 6, "ab\nef", "ab..." }, /* an escape is not cut */
	{ 7, "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac", "\xe2\x82\xac..." },
	{ 9, "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac",
	    "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac" },
};

static void
a_cut_is_marked_and_splits_no_character(void **state)
{
	struct buf out;
	char field[32];

	(void)state;
	buf_init(&out, 1000);
	for (size_t i = 0; i < UNIT_COUNT(cuts); i++) {
		buf_reset(&out);
		(void)buf_add_str(&out, "<");
		assert_int_equal(text_printable(&out, cuts[i].in, strlen(cuts[i].in),
				     cuts[i].max),
		    RC_OK);
		assert_string_equal(buf_str(&out) + 1, cuts[i].out);
		text_printable_field(field, cuts[i].max + 1, cuts[i].in,
		    strlen(cuts[i].in));
		assert_string_equal(field, cuts[i].out);
	}
	buf_clear(&out);
}

static void
a_field_without_room_is_left_alone(void **state)
{
	char field[2] = "x";

	(void)state;
	text_printable_field(field, 0, "abc", 3);
	assert_string_equal(field, "x");
	text_printable_field(field, 1, "abc", 3);
	assert_string_equal(field, "");
}

static void
a_full_buffer_gets_nothing(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 6);
	(void)buf_add_str(&out, "ab");
	assert_int_equal(text_printable(&out, "cdefgh", 6, 100), RC_LIMIT);
	assert_string_equal(buf_str(&out), "ab");
	buf_clear(&out);
}

static void
a_message_keeps_its_punctuation(void **state)
{
	char field[32];

	(void)state;
	text_line_field(field, sizeof(field), "a 'b' <c>\n\xff", 11);
	assert_string_equal(field, "a 'b' <c>\\x0a\\xff");
}

static void
knows_what_a_host_name_looks_like(void **state)
{
	char long_name[256];

	(void)state;
	assert_true(text_is_hostname("pc01.example.com"));
	assert_true(text_is_hostname("PC_01-a"));
	assert_true(text_is_hostname("192.0.2.1"));
	assert_true(text_is_hostname("2001:db8::1"));
	assert_false(text_is_hostname(""));
	assert_false(text_is_hostname("a b"));
	assert_false(text_is_hostname("a/b"));
	assert_false(text_is_hostname("a%b"));
	assert_false(text_is_hostname("p\xc3\xa4.example"));
	assert_false(text_is_hostname("a\n"));
	memset(long_name, 'a', sizeof(long_name));
	long_name[254] = '\0';
	assert_false(text_is_hostname(long_name));
	long_name[253] = '\0';
	assert_true(text_is_hostname(long_name));
}

static enum rc
print_hostile(void *ctx)
{
	struct buf out;
	enum rc r;

	buf_init(&out, 100000);
	for (int i = 0; i < 200; i++)
		(void)text_printable(&out, ctx, strlen(ctx), 100);
	r = out.rc;
	buf_clear(&out);
	return r;
}

static void
survives_every_failed_allocation(void **state)
{
	char text[] = "a\nb|c";

	(void)state;
	assert_true(torture(print_hostile, text) > 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_comes_out_as_written),
		cmocka_unit_test(no_byte_and_no_pair_of_bytes_is_dangerous),
		cmocka_unit_test(a_nul_byte_does_not_end_the_text),
		cmocka_unit_test(a_cut_is_marked_and_splits_no_character),
		cmocka_unit_test(a_field_without_room_is_left_alone),
		cmocka_unit_test(a_full_buffer_gets_nothing),
		cmocka_unit_test(a_message_keeps_its_punctuation),
		cmocka_unit_test(knows_what_a_host_name_looks_like),
		cmocka_unit_test(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
