/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text on its way to Nagios.  What is appended passes one gate here, whoever made
 * it printable before.
 */
#include "plugin/output.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define MARKUP "|`$<>&\"'"

enum {
	RAW_SIZE = 2048,
	LEFT_OUT_SIZE = 80,
	ESCAPE_SIZE = 8,
	DOTS = 3,
	STATE_WORD_MAX = 8 /* CRITICAL */
};

void
output_init(struct output *output, const char *service)
{
	memset(output, 0, sizeof(*output));
	output->service = service;
	output->state = STATE_UNKNOWN;
	buf_init(&output->text, OUTPUT_TEXT_MAX);
	buf_init(&output->perfdata, OUTPUT_PERFDATA_MAX);
	buf_init(&output->lines, OUTPUT_MAX_BYTES);
}

void
output_clear(struct output *output)
{
	buf_clear(&output->text);
	buf_clear(&output->perfdata);
	buf_clear(&output->lines);
}

/* Length of the character that begins at text, which is valid UTF-8. */
static size_t
character(const char *text)
{
	size_t n = 1;

	while (((unsigned char)text[n] & 0xc0) == 0x80)
		n++;
	return n;
}

static void
add_dots(struct buf *buf, size_t limit)
{
	if (buf->len + DOTS <= limit &&
	    (buf->len < DOTS || strcmp(buf->data + buf->len - DOTS, "...") != 0))
		(void)buf_add(buf, "...", DOTS);
}

/*
 * Append to buf up to limit bytes in all, "..." where it is cut. Characters of
 * escaped leave as \xHH.
 */
static void
add_gated(struct buf *buf, size_t limit, const char *text, const char *escaped)
{
	size_t n, unit_len;

	for (; *text != '\0'; text += n) {
		char unit[ESCAPE_SIZE] = "";
		int len = 0;

		n = character(text);
		if (strchr(escaped, text[0]) != NULL)
			len = snprintf(unit, sizeof(unit), "\\x%02x",
			    (unsigned int)(unsigned char)text[0]);
		unit_len = len > 0 ? (size_t)len : n;
		if (buf->len + unit_len + DOTS > limit) {
			add_dots(buf, limit);
			return;
		}
		(void)buf_add(buf, len > 0 ? unit : text, unit_len);
	}
}

static void format_line(char field[RAW_SIZE], const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

/* One printable line without the words of states. */
static void
format_line(char field[RAW_SIZE], const char *fmt, va_list ap)
{
	char raw[RAW_SIZE];

	if (vsnprintf(raw, sizeof(raw), fmt, ap) < 0)
		raw[0] = '\0';
	text_line_field(field, RAW_SIZE, raw, strlen(raw));
	state_calm(field);
}

void
output_add(struct output *output, const char *fmt, ...)
{
	char line[RAW_SIZE];
	va_list ap;

	va_start(ap, fmt);
	format_line(line, fmt, ap);
	va_end(ap);
	add_gated(&output->text, OUTPUT_TEXT_MAX, line, "|");
}

void
output_add_message(struct output *output, const char *message)
{
	char line[RAW_SIZE];

	text_line_field(line, sizeof(line), message, strlen(message));
	state_calm(line);
	add_gated(&output->text, OUTPUT_TEXT_MAX, line, MARKUP);
}

size_t
output_width(const struct output *output)
{
	size_t width = strlen(output->service) + 1 + STATE_WORD_MAX + 3;
	const char *text = buf_str(&output->text);

	for (; *text != '\0'; text += character(text))
		width++;
	return width;
}

void
output_line(struct output *output, const char *fmt, ...)
{
	struct buf *lines = &output->lines;
	char line[RAW_SIZE];
	va_list ap;

	if (lines->len + OUTPUT_LINE_MAX + 1 > OUTPUT_MAX_BYTES) {
		output->n_lines_left_out++;
		return;
	}
	va_start(ap, fmt);
	format_line(line, fmt, ap);
	va_end(ap);
	add_gated(lines, lines->len + OUTPUT_LINE_MAX, line, "|");
	(void)buf_add_char(lines, '\n');
}

/* Is there a pair with this label? */
static bool
has_label(const struct buf *perfdata, const char *label)
{
	const char *pair = buf_str(perfdata);
	size_t len = strlen(label);

	while (*pair != '\0') {
		if (strncmp(pair, label, len) == 0 && pair[len] == '=')
			return true;
		pair += strcspn(pair, " ");
		pair += strspn(pair, " ");
	}
	return false;
}

void
output_perfdata(struct output *output, const struct perfdata *perfdata,
    enum perf_thresholds thresholds)
{
	struct buf pair;
	enum rc r;

	buf_init(&pair, OUTPUT_PERFDATA_MAX);
	r = perfdata_format(&pair, perfdata, thresholds, NULL);
	if (r == RC_NOMEM)
		output->perfdata.rc = r;
	else if (r != RC_OK || has_label(&output->perfdata, perfdata->label) ||
	    output->perfdata.len + 1 + pair.len > OUTPUT_PERFDATA_MAX)
		output->n_pairs_left_out++;
	else {
		if (output->perfdata.len > 0)
			(void)buf_add_char(&output->perfdata, ' ');
		(void)buf_add(&output->perfdata, pair.data, pair.len);
	}
	buf_clear(&pair);
}

/* As many whole long lines as there is room for; how many are not there. */
static size_t
add_lines(struct buf *out, const char *lines, size_t room)
{
	size_t n_left_out = 0, len;

	for (; *lines != '\0'; lines += len) {
		len = strcspn(lines, "\n") + 1;
		if (n_left_out > 0 || len > room) {
			n_left_out++;
			continue;
		}
		(void)buf_add(out, lines, len);
		room -= len;
	}
	return n_left_out;
}

static void
add_left_out(struct buf *out, size_t n_lines, size_t n_pairs)
{
	(void)buf_add_str(out, "(left out:");
	if (n_lines > 0)
		(void)buf_addf(out, " %zu line%s", n_lines, n_lines == 1 ? "" : "s");
	if (n_pairs > 0)
		(void)buf_addf(out, "%s %zu value%s", n_lines > 0 ? "," : "", n_pairs,
		    n_pairs == 1 ? "" : "s");
	(void)buf_add_str(out, ")\n");
}

static enum rc
worst_rc(const struct output *output)
{
	if (output->text.rc != RC_OK)
		return output->text.rc;
	if (output->perfdata.rc != RC_OK)
		return output->perfdata.rc;
	return output->lines.rc;
}

enum rc
output_format(const struct output *output, struct buf *out)
{
	size_t n_lines = output->n_lines_left_out;
	size_t start = out->len;

	if (worst_rc(output) != RC_OK)
		return worst_rc(output);
	(void)buf_addf(out, "%.40s %s - %s", output->service, state_text(output->state),
	    output->text.len > 0 ? buf_str(&output->text) : "nothing to tell");
	if (output->perfdata.len > 0)
		(void)buf_addf(out, " | %s", buf_str(&output->perfdata));
	(void)buf_add_char(out, '\n');
	n_lines += add_lines(out, buf_str(&output->lines),
	    OUTPUT_MAX_BYTES - LEFT_OUT_SIZE - (out->len - start));
	if (n_lines > 0 || output->n_pairs_left_out > 0)
		add_left_out(out, n_lines, output->n_pairs_left_out);
	return out->rc;
}
