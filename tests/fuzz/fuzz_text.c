/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes made printable: the line is no longer than asked for, holds nothing
 * that its reader could take for more than text, and stays so when cut again.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum {
	FIELD_SIZE = 200
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must_be_harmless(const char *line, size_t max_bytes)
{
	if (strlen(line) > max_bytes)
		abort();
	for (const char *p = line; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f ||
		    strchr("|;`$<>&\"'", *p) != NULL)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char field[FIELD_SIZE], again[FIELD_SIZE];
	size_t max_bytes = size > 0 ? data[0] % FIELD_SIZE : 0;
	struct buf out;

	buf_init(&out, FIELD_SIZE);
	if (text_printable(&out, data, size, max_bytes) != RC_OK)
		abort();
	must_be_harmless(buf_str(&out), max_bytes);
	text_printable_field(field, max_bytes + 1, data, size);
	if (strcmp(field, buf_str(&out)) != 0)
		abort();
	/* A message is escaped once more where it leaves; a line stays a line. */
	text_line_field(field, sizeof(field), data, size);
	text_line_field(again, sizeof(again), field, strlen(field));
	if (strcmp(field, again) != 0)
		abort();
	buf_clear(&out);
	return 0;
}
