/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The allocation functions as the linker's --wrap hands them over: counted, and
 * one of them made to fail.  See ld(1).
 */
#include "torture.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
	ALLOCATIONS_MAX = 100000
};

/* NOLINTBEGIN(bugprone-reserved-identifier): the names are the linker's */
void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__real_reallocarray(void *p, size_t n, size_t size);
char *__real_strdup(const char *s);
char *__real_strndup(const char *s, size_t n);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size);
char *__wrap_strdup(const char *s);
char *__wrap_strndup(const char *s, size_t n);

static size_t n_seen;
static size_t fail_at; /* 0: none */

/* Is this the allocation to refuse? */
static bool
refuse(void)
{
	n_seen++;
	if (fail_at == 0 || n_seen != fail_at)
		return false;
	errno = ENOMEM;
	return true;
}

void *
__wrap_malloc(size_t size)
{
	return refuse() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return refuse() ? NULL : __real_calloc(n, size);
}

void *
__wrap_realloc(void *p, size_t size)
{
	return refuse() ? NULL : __real_realloc(p, size);
}

void *
__wrap_reallocarray(void *p, size_t n, size_t size)
{
	return refuse() ? NULL : __real_reallocarray(p, n, size);
}

char *
__wrap_strdup(const char *s)
{
	return refuse() ? NULL : __real_strdup(s);
}

char *
__wrap_strndup(const char *s, size_t n)
{
	return refuse() ? NULL : __real_strndup(s, n);
}

/* NOLINTEND(bugprone-reserved-identifier) */

static enum rc
run(torture_body body, void *ctx, size_t nth)
{
	enum rc r;

	n_seen = 0;
	fail_at = nth;
	r = body(ctx);
	fail_at = 0;
	return r;
}

size_t
torture(torture_body body, void *ctx)
{
	size_t n;
	enum rc r;

	r = run(body, ctx, 0);
	if (r != RC_OK)
		fail_msg("undisturbed: %s", rc_text(r));
	if (n_seen == 0)
		fail_msg("no allocation seen");
	for (n = 1; n < ALLOCATIONS_MAX; n++) {
		r = run(body, ctx, n);
		if (n_seen < n)
			break; /* it made fewer: all have failed once */
		if (r != RC_NOMEM)
			fail_msg("allocation %zu refused: %s", n, rc_text(r));
	}
	if (r != RC_OK)
		fail_msg("after %zu failures: %s", n - 1, rc_text(r));
	return n - 1;
}
