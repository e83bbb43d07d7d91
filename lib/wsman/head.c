/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads the head of an HTTP answer.  RFC 9112 4 and 5, RFC 7616 3.3; AMT quotes
 * stale, which RFC 7616 does not (observed, AMT 15).
 */
#include "wsman/head.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/text.h"

enum {
	LINE_SIZE = 1024
};

/* Where the parameter's value starts, NULL when there is no such parameter. */
static const char *
find_parameter(const char *line, const char *name)
{
	size_t len = strlen(name);
	const char *at = line;

	while (*at != '\0') {
		bool starts = at == line || strchr(" ,\t", at[-1]) != NULL;

		if (starts && strncasecmp(at, name, len) == 0 && at[len] == '=')
			return at + len + 1;
		/* A name inside a quoted value is no name. */
		if (*at == '"')
			at += 1 + strcspn(at + 1, "\"");
		if (*at != '\0')
			at++;
	}
	return NULL;
}

/* The value of a quoted or bare parameter, "" when absent. RFC 9110 11.2. */
static void
read_parameter(const char *line, const char *name, char *field, size_t size)
{
	const char *at = find_parameter(line, name);

	if (at == NULL)
		at = "";
	if (*at == '"')
		text_printable_field(field, size, at + 1, strcspn(at + 1, "\""));
	else
		text_printable_field(field, size, at, strcspn(at, ", \t"));
}

static void
take_status(struct head *head, const char *line)
{
	const char *at = strchr(line, ' ');
	int status = 0;

	for (int i = 1; at != NULL && i <= 3 && isdigit((unsigned char)at[i]); i++)
		status = status * 10 + (at[i] - '0');
	head->status = status;
	head->content_type[0] = '\0';
	head->has_date = false;
	head->is_challenge = false;
	head->is_stale = false;
}

static void
take_challenge(struct head *head, const char *value)
{
	char stale[8] = "";

	if (strncasecmp(value, "Digest ", 7) != 0)
		return;
	head->is_challenge = true;
	read_parameter(value + 7, "realm", head->realm, sizeof(head->realm));
	read_parameter(value + 7, "stale", stale, sizeof(stale));
	head->is_stale = strcasecmp(stale, "true") == 0;
}

static void
take_date(struct head *head, const char *value)
{
	head->has_date = clock_parse_http_date(value, &head->date_s, NULL) == RC_OK;
}

static void
take_server(struct head *head, const char *value)
{
	text_printable_field(head->server, sizeof(head->server), value, strlen(value));
}

static void
take_content_type(struct head *head, const char *value)
{
	text_printable_field(head->content_type, sizeof(head->content_type), value,
	    strlen(value));
}

static const struct {
	const char *name;
	void (*take)(struct head *head, const char *value);
} fields[] = {
	{ "Date", take_date },
	{ "Server", take_server },
	{ "Content-Type", take_content_type },
	{ "WWW-Authenticate", take_challenge },
};

static void
take_field(struct head *head, const char *line)
{
	const char *colon = strchr(line, ':');
	const char *value = NULL;

	if (colon == NULL)
		return;
	value = colon + 1;
	value += strspn(value, " \t");
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strlen(fields[i].name) == (size_t)(colon - line) &&
		    strncasecmp(line, fields[i].name, (size_t)(colon - line)) == 0)
			fields[i].take(head, value);
}

enum head_line
head_take_line(struct head *head, const char *bytes, size_t len)
{
	char line[LINE_SIZE];

	while (len > 0 && (bytes[len - 1] == '\r' || bytes[len - 1] == '\n'))
		len--;
	if (len == 0)
		return HEAD_END;
	if (len >= sizeof(line))
		len = sizeof(line) - 1;
	memcpy(line, bytes, len);
	line[len] = '\0';
	if (strncasecmp(line, "HTTP/", 5) == 0) {
		take_status(head, line);
		return HEAD_STATUS;
	}
	take_field(head, line);
	return HEAD_FIELD;
}
