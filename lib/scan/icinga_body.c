/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RFC 8259 7 for strings.  Text is valid UTF-8 already: plugin/output.h.
 */
#include "scan/icinga_body.h"

#include <string.h>

enum {
	CONTROL_END = 0x20 /* below it JSON wants an escape */
};

static void
add_escaped(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			(void)buf_addf(out, "\\%c", c);
		else if (c < CONTROL_END)
			(void)buf_addf(out, "\\u%04x", c);
		else
			(void)buf_add(out, &text[i], 1);
	}
}

static size_t
without_tail(const char *text, size_t len, char tail)
{
	while (len > 0 && text[len - 1] == tail)
		len--;
	return len;
}

/* Pairs are apart by blanks; labels of ours have neither blank nor quote. */
static void
add_pairs(struct buf *out, const char *text, size_t len)
{
	bool is_first = true;
	size_t at = 0, word;

	while (at < len) {
		word = strcspn(text + at, " \n");
		if (word > 0) {
			(void)buf_add_str(out, is_first ? "\"" : ",\"");
			add_escaped(out, text + at, word);
			(void)buf_add_str(out, "\"");
			is_first = false;
		}
		at += word + 1;
	}
}

enum rc
icinga_body_format(struct buf *out, const struct passive_result *result)
{
	const char *text = result->text;
	size_t line = strcspn(text, "\n"), head = strcspn(text, "|\n");
	const char *rest = text + line;

	(void)buf_add_str(out, "{\"service\":\"");
	add_escaped(out, result->host, strlen(result->host));
	(void)buf_add_str(out, "!");
	add_escaped(out, result->service, strlen(result->service));
	(void)buf_addf(out, "\",\"exit_status\":%d,\"plugin_output\":\"",
	    (int)result->state);
	add_escaped(out, text, without_tail(text, head, ' '));
	add_escaped(out, rest, without_tail(rest, strlen(rest), '\n'));
	(void)buf_add_str(out, "\",\"performance_data\":[");
	if (head < line)
		add_pairs(out, text + head + 1, line - head - 1);
	(void)buf_add_str(out, "]}");
	return out->rc;
}
