/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any text as base64, hexadecimal, a time or a number: what is accepted is
 * written back as the same text, but for white space and the many ways to write
 * one time.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/codec.h"
#include "base/num.h"

enum {
	DECODED_MAX = 4096
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Text without the white space that base64 may hold. */
static void
add_squeezed(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r' &&
		    text[i] != '\n')
			(void)buf_add_char(out, text[i]);
}

static void
base64(const char *text, size_t len)
{
	struct buf encoded, squeezed;
	uint8_t *bytes = NULL;
	size_t n = 0;

	if (codec_base64_decode(text, len, DECODED_MAX, &bytes, &n, NULL) != RC_OK)
		return;
	buf_init(&encoded, 2 * (size_t)DECODED_MAX);
	buf_init(&squeezed, 2 * (size_t)DECODED_MAX);
	add_squeezed(&squeezed, text, len);
	if (n > DECODED_MAX || codec_base64_encode(&encoded, bytes, n) != RC_OK ||
	    strcmp(buf_str(&encoded), buf_str(&squeezed)) != 0)
		abort();
	buf_clear(&encoded);
	buf_clear(&squeezed);
	free(bytes);
}

static void
times(const char *text)
{
	char field[CLOCK_TIME_SIZE];
	int64_t s = 0, again = 0;
	enum rc r;

	r = clock_parse_datetime(text, &s, NULL);
	if (r != RC_OK)
		r = clock_parse_http_date(text, &s, NULL);
	/* An offset may lead out of the four-digit years. */
	if (r != RC_OK || s < INT64_C(-62167219200) || s > INT64_C(253402300799))
		return;
	if (clock_parse_datetime(clock_format_time(s, field), &again, NULL) != RC_OK ||
	    again != s)
		abort();
}

static void
numbers(const char *text)
{
	int64_t value = 0, den = 0;

	if (num_parse(text, -1000, 1000, &value, NULL) == RC_OK &&
	    (value < -1000 || value > 1000))
		abort();
	if (num_parse_duration(text, 1000000, &value, NULL) == RC_OK &&
	    (value < 0 || value > 1000000))
		abort();
	if (num_parse_fraction(text, &value, &den, NULL) == RC_OK &&
	    (value < 1 || value > den))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t bytes[4];
	char *text;

	text = malloc(size + 1);
	if (text == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	base64(text, size);
	times(text);
	numbers(text);
	(void)codec_hex_decode(text, bytes, sizeof(bytes), NULL);
	free(text);
	return 0;
}
