/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The words of enum rc and the error object.  Follows jansson's habit: the
 * first error is kept, because it is the cause.
 */
#include "base/rc.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#ifdef __clang_analyzer__
#undef err_set
#undef err_system
#endif

enum {
	RAW_SIZE = 2 * ERR_TEXT_SIZE, /* before it is made printable and cut */
};

const char *
rc_text(enum rc rc)
{
	static const char *const words[] = {
#define RC_WORDS(name, text) text,
		RC_MAP(RC_WORDS)
#undef RC_WORDS
	};

	if ((size_t)rc >= sizeof(words) / sizeof(words[0]))
		return "unknown result";
	return words[rc];
}

static void format_text(char text[ERR_TEXT_SIZE], const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

/* A message that cannot be formatted leaves the result code to speak. */
static void
format_text(char text[ERR_TEXT_SIZE], const char *fmt, va_list ap)
{
	char raw[RAW_SIZE];
	int n;

	n = vsnprintf(raw, sizeof(raw), fmt, ap);
	if (n < 0)
		raw[0] = '\0';
	text_line_field(text, ERR_TEXT_SIZE, raw, strlen(raw));
}

enum rc
err_set(struct err *err, enum rc rc, const char *fmt, ...)
{
	va_list ap;

	if (err == NULL || err->rc != RC_OK)
		return rc;
	err->rc = rc;
	va_start(ap, fmt);
	format_text(err->text, fmt, ap);
	va_end(ap);
	return rc;
}

enum rc
err_system(struct err *err, const char *fmt, ...)
{
	char object[ERR_TEXT_SIZE];
	char reason[128];
	const char *words;
	int saved = errno;
	va_list ap;

	if (err == NULL || err->rc != RC_OK)
		return RC_SYSTEM;
	va_start(ap, fmt);
	format_text(object, fmt, ap);
	va_end(ap);
	words = strerror_r(saved, reason, sizeof(reason));
	return err_set(err, RC_SYSTEM, "%s: %s", object, words);
}

void
err_prefix(struct err *err, const char *fmt, ...)
{
	char object[ERR_TEXT_SIZE];
	char joined[RAW_SIZE + 2];
	va_list ap;
	int n;

	if (err == NULL || err->rc == RC_OK)
		return;
	va_start(ap, fmt);
	format_text(object, fmt, ap);
	va_end(ap);
	n = snprintf(joined, sizeof(joined), "%s: %s", object, err->text);
	if (n > 0)
		text_line_field(err->text, sizeof(err->text), joined, strlen(joined));
}

void
err_clear(struct err *err)
{
	if (err == NULL)
		return;
	err->rc = RC_OK;
	err->text[0] = '\0';
}
