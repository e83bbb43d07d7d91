/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Diagnosis on standard error: one write per line, so that lines of two
 * processes do not mix.
 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

enum {
	MESSAGE_SIZE = 2048,
	LINE_SIZE = MESSAGE_SIZE + 128,
};

static int current_level;

void
log_set_level(int level)
{
	current_level = level;
}

int
log_level(void)
{
	return current_level;
}

void
log_at(int level, const char *area, const char *fmt, ...)
{
	char raw[MESSAGE_SIZE], message[MESSAGE_SIZE], line[LINE_SIZE];
	char now[CLOCK_TIME_SIZE];
	va_list ap;
	int n;

	if (level > current_level)
		return;
	va_start(ap, fmt);
	n = vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	text_line_field(message, sizeof(message), raw, strlen(raw));
	n = snprintf(line, sizeof(line), "%s %.32s: %s\n",
	    clock_format_time(clock_now(), now), area, message);
	/* Nothing is left to tell when standard error takes no more. */
	if (n > 0 && write(STDERR_FILENO, line, strlen(line)) < 0)
		return;
}
