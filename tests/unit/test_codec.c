/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/base/codec.c: the vectors of RFC 4648 10, and what strict means.
 */
#include <stdlib.h>

#include "base/codec.h"
#include "torture.h"
#include "unit.h"

struct vector {
	const char *text;
	const char *bytes;
};

static const struct vector vectors[] = {
	{ "", "" },
	{ "Zg==", "f" },
	{ "Zm8=", "fo" },
	{ "Zm9v", "foo" },
	{ "Zm9vYg==", "foob" },
	{ "Zm9vYmE=", "fooba" },
	{ "Zm9vYmFy", "foobar" },
};

static void
the_vectors_of_the_rfc_go_both_ways(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 100);
	for (size_t i = 0; i < UNIT_COUNT(vectors); i++) {
		struct err err = { 0 };
		uint8_t *bytes = NULL;
		size_t len = 99;

		assert_rc(codec_base64_decode(vectors[i].text, strlen(vectors[i].text),
			      100, &bytes, &len, &err),
		    RC_OK, &err);
		assert_int_equal(len, strlen(vectors[i].bytes));
		assert_memory_equal(bytes, vectors[i].bytes, len);
		free(bytes);
		buf_reset(&out);
		assert_int_equal(codec_base64_encode(&out, vectors[i].bytes, len),
		    RC_OK);
		assert_string_equal(buf_str(&out), vectors[i].text);
	}
	buf_clear(&out);
}

static void
white_space_between_groups_is_skipped(void **state)
{
	static const char text[] = "\r\n  Zm9v\r\n\tYmFy\nZg==\n ";
	struct err err = { 0 };
	uint8_t *bytes = NULL;
	size_t len = 0;

	(void)state;
	assert_rc(codec_base64_decode(text, strlen(text), 7, &bytes, &len, &err), RC_OK,
	    &err);
	assert_int_equal(len, 7);
	assert_memory_equal(bytes, "foobarf", 7);
	free(bytes);
}

static const char *const bad[] = {
	"Z",
	"Zg",
	"Zg=",
	"=",
	"==",
	"====",
	"Z===",
	"Zg==Zg==", /* padding in the middle */
	"Zg=a",
	"Zm9v=",
	"Zm 9v",
	"Zm\n9v",
	"Zm9v-_==", /* the alphabet of URLs */
	"Zm9*",
	"Zm9v\x0b",
	"Zm9v\xff",
	"Zh==", /* bits left over */
	"Zm9=",
	"-----BEGIN",
	"Zm9v$$$$",
	"Zg=\n=",
};

static void
everything_else_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(bad); i++) {
		struct err err = { 0 };
		uint8_t *bytes = NULL;
		size_t len = 42;

		assert_rc(codec_base64_decode(bad[i], strlen(bad[i]), 100, &bytes, &len,
			      &err),
		    RC_FORMAT, &err);
		assert_null(bytes);
		assert_int_equal(len, 42);
	}
}

static void
a_nul_byte_is_refused(void **state)
{
	struct err err = { 0 };
	uint8_t *bytes = NULL;
	size_t len = 0;

	(void)state;
	assert_rc(codec_base64_decode("Zm9v\0\0\0\0", 8, 100, &bytes, &len, &err),
	    RC_FORMAT, &err);
}

static void
the_limit_is_checked_before_memory_is_taken(void **state)
{
	struct err err = { 0 };
	uint8_t *bytes = NULL;
	size_t len = 0;

	(void)state;
	assert_rc(codec_base64_decode("Zm9vYg==", 8, 4, &bytes, &len, &err), RC_OK,
	    &err);
	free(bytes);
	assert_rc(codec_base64_decode("Zm9vYg==", 8, 3, &bytes, &len, &err), RC_LIMIT,
	    &err);
	assert_string_equal(err.text, "base64: 4 bytes, at most 3");
	err_clear(&err);
	assert_rc(codec_base64_decode("", (size_t)1 << 40, 3, &bytes, &len, &err),
	    RC_LIMIT, &err);
}

static void
long_input_comes_back_the_same(void **state)
{
	uint8_t in[5000];
	struct buf out;

	(void)state;
	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 7 + i / 256);
	buf_init(&out, 10000);
	for (size_t n = 0; n < sizeof(in); n += 191) {
		struct err err = { 0 };
		uint8_t *bytes = NULL;
		size_t len = 0;

		buf_reset(&out);
		assert_int_equal(codec_base64_encode(&out, in, n), RC_OK);
		assert_rc(codec_base64_decode(buf_str(&out), out.len, n, &bytes, &len,
			      &err),
		    RC_OK, &err);
		assert_int_equal(len, n);
		assert_memory_equal(bytes, in, n);
		free(bytes);
	}
	buf_clear(&out);
}

static void
a_full_buffer_gets_nothing(void **state)
{
	char zeros[2000] = { 0 };
	struct buf out;

	(void)state;
	buf_init(&out, 1500);
	(void)buf_add_str(&out, "x");
	assert_int_equal(codec_base64_encode(&out, zeros, sizeof(zeros)), RC_LIMIT);
	assert_string_equal(buf_str(&out), "x");
	buf_reset(&out);
	(void)buf_add_str(&out, "x");
	assert_int_equal(codec_hex_encode(&out, zeros, sizeof(zeros)), RC_LIMIT);
	assert_string_equal(buf_str(&out), "x");
	buf_clear(&out);
}

static void
hexadecimal_goes_both_ways(void **state)
{
	static const uint8_t bytes[] = { 0x00, 0x01, 0xab, 0xff };
	uint8_t got[4] = { 0 };
	struct buf out;

	(void)state;
	buf_init(&out, 100);
	assert_int_equal(codec_hex_encode(&out, bytes, sizeof(bytes)), RC_OK);
	assert_string_equal(buf_str(&out), "0001abff");
	buf_clear(&out);
	assert_int_equal(codec_hex_decode("0001aBFf", got, sizeof(got), NULL), RC_OK);
	assert_memory_equal(got, bytes, sizeof(bytes));
	assert_int_equal(codec_hex_decode("", got, 0, NULL), RC_OK);
}

static const char *const bad_hex[] = { "", "0001abf", "0001abff0", "0001abfg",
	"0x01abff", "00 1abff", "00:01:ab", "0001ab\xffz" };

static void
hexadecimal_of_another_shape_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(bad_hex); i++) {
		uint8_t got[4] = { 9, 9, 9, 9 };
		struct err err = { 0 };

		assert_rc(codec_hex_decode(bad_hex[i], got, sizeof(got), &err),
		    RC_FORMAT, &err);
		assert_int_equal(got[0], 9);
	}
}

static enum rc
both_ways(void *ctx)
{
	uint8_t *bytes = NULL;
	struct buf out;
	size_t len = 0;
	enum rc r;

	(void)ctx;
	buf_init(&out, 1000);
	r = codec_base64_encode(&out, "some bytes", 10);
	if (r == RC_OK)
		r = codec_hex_encode(&out, "some bytes", 10);
	if (r == RC_OK)
		r = codec_base64_decode("Zm9v", 4, 10, &bytes, &len, NULL);
	free(bytes);
	buf_clear(&out);
	return r;
}

static void
survives_every_failed_allocation(void **state)
{
	(void)state;
	assert_true(torture(both_ways, NULL) > 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vectors_of_the_rfc_go_both_ways),
		cmocka_unit_test(white_space_between_groups_is_skipped),
		cmocka_unit_test(everything_else_is_refused),
		cmocka_unit_test(a_nul_byte_is_refused),
		cmocka_unit_test(the_limit_is_checked_before_memory_is_taken),
		cmocka_unit_test(long_input_comes_back_the_same),
		cmocka_unit_test(a_full_buffer_gets_nothing),
		cmocka_unit_test(hexadecimal_goes_both_ways),
		cmocka_unit_test(hexadecimal_of_another_shape_is_refused),
		cmocka_unit_test(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
