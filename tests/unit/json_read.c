/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A JSON reader by recursive descent; each function returns the end of what it has
 * read, or NULL.
 */
#include "json_read.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const char *read_value(const char *p, int depth);

static const char *
skip_blanks(const char *p)
{
	return p + strspn(p, " \t\r\n");
}

static const char *
read_word(const char *p, const char *word)
{
	return strncmp(p, word, strlen(word)) == 0 ? p + strlen(word) : NULL;
}

static bool
is_hex4(const char *p)
{
	for (int i = 0; i < 4; i++)
		if (!isxdigit((unsigned char)p[i]))
			return false;
	return true;
}

static const char *
read_text(const char *p)
{
	if (*p++ != '"')
		return NULL;
	for (; *p != '"'; p++) {
		if ((unsigned char)*p < 0x20)
			return NULL;
		if (*p != '\\')
			continue;
		p++;
		if (*p == 'u' && is_hex4(p + 1))
			p += 4;
		else if (*p == '\0' || strchr("\"\\/bfnrt", *p) == NULL)
			return NULL;
	}
	return p + 1;
}

static const char *
read_digits(const char *p)
{
	size_t n = strspn(p, "0123456789");

	return n > 0 && (p[0] != '0' || n == 1) ? p + n : NULL;
}

static const char *
read_member(const char *p, bool is_object, int depth)
{
	if (is_object) {
		p = read_text(skip_blanks(p));
		if (p == NULL)
			return NULL;
		p = skip_blanks(p);
		if (*p++ != ':')
			return NULL;
	}
	return read_value(p, depth);
}

static const char *
read_list(const char *p, int depth)
{
	bool is_object = *p == '{';
	char last = is_object ? '}' : ']';

	p = skip_blanks(p + 1);
	if (*p == last)
		return p + 1;
	for (;;) {
		p = read_member(p, is_object, depth);
		if (p == NULL)
			return NULL;
		p = skip_blanks(p);
		if (*p == last)
			return p + 1;
		if (*p++ != ',')
			return NULL;
	}
}

static const char *
read_value(const char *p, int depth)
{
	if (depth > 100)
		return NULL;
	p = skip_blanks(p);
	switch (*p) {
	case '{':
	case '[':
		return read_list(p, depth + 1);
	case '"':
		return read_text(p);
	case 't':
		return read_word(p, "true");
	case 'f':
		return read_word(p, "false");
	case 'n':
		return read_word(p, "null");
	default:
		return read_digits(p + (*p == '-'));
	}
}

bool
json_is_valid(const char *text)
{
	const char *end = read_value(text, 0);

	return end != NULL && *skip_blanks(end) == '\0';
}

static uint32_t
read_hex4(const char *p)
{
	char digits[5] = "";

	memcpy(digits, p, 4);
	return (uint32_t)strtoumax(digits, NULL, 16);
}

static size_t
put_utf8(char *field, uint32_t c)
{
	if (c < 0x80) {
		field[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		field[0] = (char)(0xc0 | c >> 6);
		field[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		field[0] = (char)(0xe0 | c >> 12);
		field[1] = (char)(0x80 | (c >> 6 & 0x3f));
		field[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	field[0] = (char)(0xf0 | c >> 18);
	field[1] = (char)(0x80 | (c >> 12 & 0x3f));
	field[2] = (char)(0x80 | (c >> 6 & 0x3f));
	field[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

bool
json_read_string(const char *text, const char *key, char *field, size_t size)
{
	char member[64];
	const char *p;
	size_t n = 0;

	(void)snprintf(member, sizeof(member), "\"%s\":\"", key);
	p = strstr(text, member);
	if (p == NULL)
		return false;
	for (p += strlen(member); *p != '"' && *p != '\0' && n + 5 < size; p++) {
		uint32_t c = (unsigned char)*p;

		if (c == '\\' && p[1] == 'u') {
			c = read_hex4(p + 2);
			p += 5;
		}
		if (c >= 0xd800 && c < 0xdc00 && p[1] == '\\') {
			c = 0x10000 + ((c - 0xd800) << 10) +
			    (read_hex4(p + 3) - 0xdc00);
			p += 6;
		}
		n += put_utf8(field + n, c);
	}
	field[n] = '\0';
	return *p == '"';
}
