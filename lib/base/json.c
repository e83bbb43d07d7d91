/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JSON values one behind the other, with the commas between them.
 */
#include "base/json.h"

#include <string.h>

#include "base/text.h"

enum {
	REPLACEMENT_CHARACTER = 0xfffd,
	LAST_OF_PLANE_0 = 0xffff,
	SURROGATE_HIGH = 0xd800,
	SURROGATE_LOW = 0xdc00
};

void
json_init(struct json *json, struct buf *out)
{
	memset(json, 0, sizeof(*json));
	json->out = out;
}

static void
add_escaped(struct buf *out, uint32_t c)
{
	if (c > LAST_OF_PLANE_0) {
		c -= LAST_OF_PLANE_0 + 1;
		(void)buf_addf(out, "\\u%04x\\u%04x",
		    (unsigned int)(SURROGATE_HIGH + (c >> 10)),
		    (unsigned int)(SURROGATE_LOW + (c & 0x3ff)));
	} else if (c < 0x20 || c > 0x7e || strchr("\"\\<>&'", (int)c) != NULL) {
		(void)buf_addf(out, "\\u%04x", (unsigned int)c);
	} else {
		(void)buf_add_char(out, (char)c);
	}
}

static void
add_text(struct buf *out, const char *text)
{
	const uint8_t *bytes = (const uint8_t *)text;
	size_t len = strlen(text), n;

	(void)buf_add_char(out, '"');
	for (; len > 0; bytes += n, len -= n) {
		uint32_t c = 0;

		n = text_decode(bytes, len, &c);
		if (n == 0) {
			n = 1;
			c = REPLACEMENT_CHARACTER;
		}
		add_escaped(out, c);
	}
	(void)buf_add_char(out, '"');
}

/* What stands before a value: a comma, a name. */
static void
add_key(struct json *json, const char *key)
{
	if (json->has_member[json->depth])
		(void)buf_add_char(json->out, ',');
	json->has_member[json->depth] = true;
	if (key == NULL)
		return;
	add_text(json->out, key);
	(void)buf_add_char(json->out, ':');
}

static void
begin(struct json *json, const char *key, char bracket)
{
	add_key(json, key);
	(void)buf_add_char(json->out, bracket);
	if (json->depth + 1 >= JSON_DEPTH_MAX) {
		if (json->out->rc == RC_OK)
			json->out->rc = RC_LIMIT;
		return;
	}
	json->has_member[++json->depth] = false;
}

static void
end(struct json *json, char bracket)
{
	if (json->depth > 0)
		json->depth--;
	(void)buf_add_char(json->out, bracket);
}

void
json_begin_object(struct json *json, const char *key)
{
	begin(json, key, '{');
}

void
json_end_object(struct json *json)
{
	end(json, '}');
}

void
json_begin_array(struct json *json, const char *key)
{
	begin(json, key, '[');
}

void
json_end_array(struct json *json)
{
	end(json, ']');
}

void
json_string(struct json *json, const char *key, const char *text)
{
	add_key(json, key);
	if (text == NULL)
		(void)buf_add_str(json->out, "null");
	else
		add_text(json->out, text);
}

void
json_number(struct json *json, const char *key, int64_t number)
{
	add_key(json, key);
	(void)buf_addf(json->out, "%lld", (long long)number);
}

void
json_bool(struct json *json, const char *key, bool value)
{
	add_key(json, key);
	(void)buf_add_str(json->out, value ? "true" : "false");
}

void
json_hex(struct json *json, const char *key, const uint8_t *bytes, size_t len)
{
	add_key(json, key);
	(void)buf_add_char(json->out, '"');
	for (size_t i = 0; i < len; i++)
		(void)buf_addf(json->out, "%02x", (unsigned int)bytes[i]);
	(void)buf_add_char(json->out, '"');
}
