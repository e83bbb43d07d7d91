/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reader, then the enemy.
 */
#include "read_back.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "unit.h"

static const char *whole; /* for messages */

void
read_back_see(const char *text)
{
	whole = text;
}

void
read_back_hold(bool holds, const char *what)
{
	if (!holds)
		fail_msg("not %s in %s", what, whole);
}

static bool
is_number(const char *text, size_t len)
{
	size_t n = 0, digits = 0, points = 0;

	if (n < len && text[n] == '-')
		n++;
	for (; n < len; n++) {
		if (text[n] == '.' && digits > 0)
			points++;
		else if (isdigit((unsigned char)text[n]))
			digits++;
		else
			return false;
	}
	return digits > 0 && points <= 1;
}

bool
read_back_is_range(const char *text)
{
	const char *colon;

	if (*text == '@')
		text++;
	colon = strchr(text, ':');
	if (colon == NULL)
		return is_number(text, strlen(text));
	if (!(colon == text + 1 && *text == '~') &&
	    !is_number(text, (size_t)(colon - text)))
		return false;
	return colon[1] == '\0' || is_number(colon + 1, strlen(colon + 1));
}

static void
read_fields(const char *text, const char *end, struct pair *pair)
{
	size_t field = 0, at = 0;

	for (; text < end; text++) {
		if (*text == ';') {
			field++;
			at = 0;
			require(field < 5);
			continue;
		}
		require(at < sizeof(pair->fields[0]) - 1);
		pair->fields[field][at++] = *text;
	}
}

static void
read_pair(const char *text, size_t len, struct pair *pair)
{
	const char *equals = memchr(text, '=', len);
	size_t n;

	memset(pair, 0, sizeof(*pair));
	require(equals != NULL);
	if (equals == NULL)
		return;
	n = (size_t)(equals - text);
	require(n >= 1 && n <= 19);
	memcpy(pair->label, text, n);
	require(strspn(pair->label, "abcdefghijklmnopqrstuvwxyz0123456789_") == n);
	read_fields(equals + 1, text + len, pair);
	n = strlen(pair->fields[0]);
	if (n > 1 && pair->fields[0][n - 1] == 's') /* a count has no unit */
		n--;
	require(is_number(pair->fields[0], n));
	require(pair->fields[1][0] == '\0' || read_back_is_range(pair->fields[1]));
	require(pair->fields[2][0] == '\0' || read_back_is_range(pair->fields[2]));
	for (size_t i = 3; i < 5; i++)
		require(pair->fields[i][0] == '\0' ||
		    is_number(pair->fields[i], strlen(pair->fields[i])));
}

static void
read_perfdata(const char *text, size_t len, struct parsed *parsed)
{
	const char *end = text + len;

	while (text < end) {
		const char *blank = memchr(text, ' ', (size_t)(end - text));
		size_t n = (size_t)((blank != NULL ? blank : end) - text);

		require(parsed->n_pairs < READ_BACK_PAIRS_MAX);
		read_pair(text, n, &parsed->pairs[parsed->n_pairs]);
		for (size_t i = 0; i < parsed->n_pairs; i++)
			require(strcmp(parsed->pairs[i].label,
				    parsed->pairs[parsed->n_pairs].label) != 0);
		parsed->n_pairs++;
		text += n + (blank != NULL ? 1 : 0);
	}
}

/* Words of capitals that are one of the four. */
size_t
read_back_count_states(const char *text)
{
	static const char *const words[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };
	size_t n = 0, len;

	for (; *text != '\0'; text += len > 0 ? len : 1) {
		len = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
		for (size_t i = 0; i < UNIT_COUNT(words); i++)
			n += len == strlen(words[i]) &&
			    strncmp(text, words[i], len) == 0;
	}
	return n;
}

bool
read_back_is_utf8(const char *text)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)text;

	while (*p != '\0') {
		size_t n = *p < 0x80 ? 0 : *p >= 0xf0 ? 3 : *p >= 0xe0 ? 2 : 1;
		uint32_t c = n == 0 ? *p : *p & (0x3fU >> n);

		if (*p > 0xf4 || (*p >= 0x80 && *p < 0xc0))
			return false;
		p++;
		for (size_t i = 0; i < n; i++, p++) {
			if ((*p & 0xc0) != 0x80)
				return false;
			c = c << 6 | (*p & 0x3f);
		}
		if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
			return false;
	}
	return true;
}

void
read_back(const char *service, const char *text, size_t len, enum state state,
    struct parsed *parsed)
{
	const char *newline, *pipe;
	char head[64];

	memset(parsed, 0, sizeof(*parsed));
	whole = text;
	require(len > 0 && len <= 4096 && strlen(text) == len);
	require(text[len - 1] == '\n');
	require(read_back_is_utf8(text));
	require(read_back_count_states(text) == 1);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		require((c >= 0x20 && c != 0x7f) || c == '\n');
		require(strchr("<>&\"'`$", c) == NULL);
		parsed->n_lines += c == '\n';
	}
	(void)snprintf(head, sizeof(head), "%s %s - ", service, state_text(state));
	require(strncmp(text, head, strlen(head)) == 0);
	newline = strchr(text, '\n');
	pipe = strchr(text, '|');
	require(newline != NULL);
	if (pipe == NULL || newline == NULL)
		return;
	/* Nagios ends the text at the first one, Icinga looks at every line. */
	require(pipe < newline && strchr(pipe + 1, '|') == NULL);
	require(pipe[-1] == ' ' && pipe[1] == ' ');
	read_perfdata(pipe + 2, (size_t)(newline - pipe - 2), parsed);
}

int64_t
read_back_number(const struct parsed *parsed, const char *label)
{
	for (size_t i = 0; i < parsed->n_pairs; i++)
		if (strcmp(parsed->pairs[i].label, label) == 0)
			return strtoll(parsed->pairs[i].fields[0], NULL, 10);
	fail_msg("no pair %s in %s", label, whole);
	return 0;
}

static uint64_t seed = 88172645463325252U;

uint64_t
any(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

static const char *const pieces[] = { "|", "\n", "\r\n", "\x1b[31m", "\"", "'", "`id`",
	"$(id)", "$USER1$", ";", "=", "<script>", "&lt;", "\\", "\xe2\x80\xae",
	"\xe2\x80\x8b", "\xc0\x80", "\xff\xfe", "\xed\xa0\x80", "OK", "WARNING",
	"CRITICAL", "UNKNOWN", " | left=1s;2;3;4;5", "\nAMT_TLS OK - fine | x=1",
	"\xc3\xa4", "\xf0\x9f\x98\x80", "\x7f", "\x01", "%s%n", "CN=", " ", "a" };

char *
hostile(size_t max)
{
	size_t size = any(20) == 0 ? max : any(200) + 1, n = 0;
	char *text = calloc(1, size + 1);

	assert_non_null(text);
	while (text != NULL && n < size) {
		const char *piece = pieces[any(UNIT_COUNT(pieces))];
		size_t len = strlen(piece);

		if (any(3) == 0) {
			text[n++] = (char)(any(255) + 1);
			continue;
		}
		if (n + len > size)
			break;
		memcpy(text + n, piece, len);
		n += len;
	}
	return text;
}
