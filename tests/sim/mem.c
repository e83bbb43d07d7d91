/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Allocation that cannot fail, for a program whose only answer to "out of
 * memory" would be to stop.
 */
#include "mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *
checked(void *p)
{
	if (p == NULL) {
		(void)fputs("amtsim: out of memory\n", stderr);
		exit(3);
	}
	return p;
}

void *
mem_new(size_t n, size_t size)
{
	return checked(calloc(n == 0 ? 1 : n, size));
}

void *
mem_resize(void *old, size_t n, size_t size)
{
	return checked(reallocarray(old, n == 0 ? 1 : n, size));
}

char *
mem_dup(const char *text)
{
	if (text == NULL)
		return NULL;
	return checked(strdup(text));
}

void *
mem_dup_bytes(const void *bytes, size_t len)
{
	void *copy = mem_new(len, 1);

	if (len != 0)
		memcpy(copy, bytes, len);
	return copy;
}

void
mem_set(char **field, const char *text)
{
	char *copy = mem_dup(text);

	free(*field);
	*field = copy;
}
