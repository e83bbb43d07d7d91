/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hostile bytes to one printable line of UTF-8.  UTF-8 is decoded as RFC 3629
 * says: no overlong form, no surrogate, nothing above U+10FFFF.
 */
#include "base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
	UNIT_SIZE = 16, /* the longest unit is "\u{10ffff}" and NUL */
	HOSTNAME_MAX_BYTES = 253,
	DOTS = 3,
};

/* Characters above ASCII that cannot be seen or that move others about. */
static const struct {
	uint32_t first;
	uint32_t last;
} hidden[] = {
	{ 0x80, 0x9f },	      /* C1 */
	{ 0xad, 0xad },	      /* soft hyphen */
	{ 0x34f, 0x34f },     /* combining grapheme joiner */
	{ 0x61c, 0x61c },     /* Arabic letter mark, a bidi control */
	{ 0x115f, 0x1160 },   /* Hangul fillers */
	{ 0x17b4, 0x17b5 },   /* Khmer inherent vowels */
	{ 0x180b, 0x180f },   /* Mongolian selectors and separator */
	{ 0x200b, 0x200f },   /* zero width, directional marks */
	{ 0x2028, 0x202e },   /* line and paragraph separator, bidi embedding */
	{ 0x2060, 0x206f },   /* word joiner, bidi isolates, deprecated */
	{ 0x3164, 0x3164 },   /* Hangul filler */
	{ 0xe000, 0xf8ff },   /* private use */
	{ 0xfdd0, 0xfdef },   /* noncharacters */
	{ 0xfe00, 0xfe0f },   /* variation selectors */
	{ 0xfeff, 0xfeff },   /* byte order mark */
	{ 0xffa0, 0xffa0 },   /* halfwidth Hangul filler */
	{ 0xfff0, 0xffff },   /* specials, but for the replacement character */
	{ 0x1d173, 0x1d17a }, /* musical format controls */
	{ 0xe0000, 0xe0fff }, /* tags, variation selectors */
	{ 0xf0000, 0x10ffff } /* private use */
};

enum {
	REPLACEMENT_CHARACTER = 0xfffd
};

static bool
is_hidden(uint32_t c)
{
	if (c == REPLACEMENT_CHARACTER)
		return false;
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (c >= hidden[i].first && c <= hidden[i].last)
			return true;
	return false;
}

size_t
text_decode(const uint8_t *bytes, size_t len, uint32_t *ret_c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t c = bytes[0];
	size_t n;

	if (c < 0x80)
		n = 1;
	else if (c >= 0xc2 && c <= 0xdf)
		n = 2;
	else if (c >= 0xe0 && c <= 0xef)
		n = 3;
	else if (c >= 0xf0 && c <= 0xf4)
		n = 4;
	else
		return 0;
	if (n > len)
		return 0;
	if (n > 1)
		c &= 0x7fU >> n;
	for (size_t i = 1; i < n; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (bytes[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*ret_c = c;
	return n;
}

/* What means something to a shell, a web page or Nagios. */
static const bool markup[0x80] = { ['|'] = true,
	[';'] = true,
	['`'] = true,
	['$'] = true,
	['<'] = true,
	['>'] = true,
	['&'] = true,
	['"'] = true,
	['\''] = true,
	['\\'] = true };

static bool
is_plain(uint32_t c, bool keep_markup)
{
	return c >= 0x20 && c < 0x7f && (keep_markup || !markup[c]);
}

/* The text of the next character in unit, and how many bytes it used up. */
static size_t
next_unit(const uint8_t *bytes, size_t len, bool keep_markup, char unit[UNIT_SIZE],
    size_t *ret_unit_len)
{
	uint32_t c = 0;
	size_t n;
	int wrote;

	n = text_decode(bytes, len, &c);
	if (n == 0) {
		n = 1;
		wrote = snprintf(unit, UNIT_SIZE, "\\x%02x", (unsigned int)bytes[0]);
	} else if (c < 0x80 && !is_plain(c, keep_markup)) {
		wrote = snprintf(unit, UNIT_SIZE, "\\x%02x", (unsigned int)c);
	} else if (c >= 0x80 && is_hidden(c)) {
		wrote = snprintf(unit, UNIT_SIZE, c <= 0xff ? "\\x%02x" : "\\u{%04x}",
		    (unsigned int)c);
	} else {
		memcpy(unit, bytes, n);
		unit[n] = '\0';
		wrote = (int)n;
	}
	*ret_unit_len = wrote > 0 ? (size_t)wrote : 0;
	return n;
}

/* Where the text goes: a buffer, or a fixed field of at least max_bytes + 1. */
struct sink {
	struct buf *buf;
	char *field;
	size_t len; /* written so far */
};

static enum rc
sink_add(struct sink *sink, const char *text, size_t len)
{
	enum rc r = RC_OK;

	if (sink->buf != NULL)
		r = buf_add(sink->buf, text, len);
	else
		memcpy(sink->field + sink->len, text, len);
	if (r == RC_OK)
		sink->len += len;
	return r;
}

static void
sink_truncate(struct sink *sink, size_t len)
{
	if (sink->buf != NULL)
		buf_truncate(sink->buf, sink->buf->len - (sink->len - len));
	sink->len = len;
}

/* How many of the first bytes, at most max, stand for themselves: most texts, whole. */
static size_t
plain_len(const uint8_t *bytes, size_t len, size_t max, bool keep_markup)
{
	size_t end = len < max ? len : max, n = 0;

	while (n < end && is_plain(bytes[n], keep_markup))
		n++;
	return n;
}

bool
text_is_plain(const void *bytes, size_t len)
{
	return plain_len(bytes, len, len, false) == len;
}

/* Whole units only; when they do not fit, the last that leaves room for "...". */
static enum rc
put(struct sink *sink, const uint8_t *bytes, size_t len, size_t max_bytes,
    bool keep_markup)
{
	size_t dots = max_bytes < DOTS ? max_bytes : DOTS;
	size_t fits = 0, at = 0, unit_len;
	char unit[UNIT_SIZE];
	enum rc r;

	at = plain_len(bytes, len, max_bytes - dots, keep_markup);
	if (at > 0) {
		r = sink_add(sink, (const char *)bytes, at);
		if (r != RC_OK)
			return r;
		fits = sink->len;
	}
	while (at < len) {
		at += next_unit(bytes + at, len - at, keep_markup, unit, &unit_len);
		if (sink->len + unit_len > max_bytes) {
			sink_truncate(sink, fits);
			return sink_add(sink, "...", dots);
		}
		r = sink_add(sink, unit, unit_len);
		if (r != RC_OK)
			return r;
		if (sink->len + dots <= max_bytes)
			fits = sink->len;
	}
	return RC_OK;
}

enum rc
text_printable(struct buf *out, const void *bytes, size_t len, size_t max_bytes)
{
	struct sink sink = { .buf = out };
	enum rc r;

	r = put(&sink, bytes, len, max_bytes, false);
	if (r != RC_OK)
		sink_truncate(&sink, 0);
	return out->rc;
}

static void
put_field(char *field, size_t size, const void *bytes, size_t len, bool keep_markup)
{
	struct sink sink = { .field = field };

	if (size == 0)
		return;
	(void)put(&sink, bytes, len, size - 1, keep_markup); /* a field cannot fail */
	field[sink.len] = '\0';
}

void
text_printable_field(char *field, size_t size, const void *bytes, size_t len)
{
	put_field(field, size, bytes, len, false);
}

void
text_line_field(char *field, size_t size, const void *bytes, size_t len)
{
	put_field(field, size, bytes, len, true);
}

static bool
is_hostname_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '.' || c == '_' || c == ':' || c == '-';
}

bool
text_is_hostname(const char *text)
{
	size_t len = 0;

	for (; text[len] != '\0'; len++)
		if (len == HOSTNAME_MAX_BYTES || !is_hostname_char(text[len]))
			return false;
	return len >= 1;
}
