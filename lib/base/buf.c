/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The growing byte buffer with a maximum.  Outgrown memory is wiped before it
 * is freed, so that buf_wipe() leaves no copy of a secret behind.
 */
#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	FIRST_CAP = 64,
};

void
buf_init(struct buf *buf, size_t max_bytes)
{
	memset(buf, 0, sizeof(*buf));
	/* One byte is kept for the NUL. */
	buf->max_bytes = max_bytes < SIZE_MAX ? max_bytes : SIZE_MAX - 1;
}

void
buf_clear(struct buf *buf)
{
	size_t max_bytes = buf->max_bytes;

	free(buf->data);
	buf_init(buf, max_bytes);
}

void
buf_wipe(struct buf *buf)
{
	if (buf->data != NULL)
		explicit_bzero(buf->data, buf->cap);
	buf_clear(buf);
}

void
buf_reset(struct buf *buf)
{
	buf->rc = RC_OK;
	buf_truncate(buf, 0);
}

/* Room for more bytes and a NUL. */
static enum rc
reserve(struct buf *buf, size_t more)
{
	size_t cap, need;
	char *data;

	if (buf->rc != RC_OK)
		return buf->rc;
	if (more > buf->max_bytes - buf->len) {
		buf->rc = RC_LIMIT;
		return buf->rc;
	}
	need = buf->len + more + 1;
	if (need <= buf->cap)
		return RC_OK;
	cap = buf->cap > 0 ? buf->cap : FIRST_CAP;
	while (cap < need)
		cap = cap <= SIZE_MAX / 2 ? cap * 2 : need;
	data = malloc(cap);
	if (data == NULL) {
		buf->rc = RC_NOMEM;
		return buf->rc;
	}
	if (buf->data != NULL) {
		memcpy(data, buf->data, buf->len);
		explicit_bzero(buf->data, buf->len);
		free(buf->data);
	}
	data[buf->len] = '\0';
	buf->data = data;
	buf->cap = cap;
	return RC_OK;
}

enum rc
buf_add(struct buf *buf, const void *bytes, size_t len)
{
	enum rc r;

	r = reserve(buf, len);
	if (r != RC_OK || len == 0)
		return r;
	memcpy(buf->data + buf->len, bytes, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
	return RC_OK;
}

enum rc
buf_add_str(struct buf *buf, const char *str)
{
	return buf_add(buf, str, strlen(str));
}

enum rc
buf_add_char(struct buf *buf, char c)
{
	return buf_add(buf, &c, 1);
}

enum rc
buf_addf(struct buf *buf, const char *fmt, ...)
{
	va_list ap;
	enum rc r;

	va_start(ap, fmt);
	r = buf_vaddf(buf, fmt, ap);
	va_end(ap);
	return r;
}

enum rc
buf_vaddf(struct buf *buf, const char *fmt, va_list ap)
{
	va_list again;
	enum rc r;
	int n;

	if (buf->rc != RC_OK)
		return buf->rc;
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0) {
		/* Past INT_MAX, or a conversion that the C library refuses. */
		buf->rc = RC_LIMIT;
		return buf->rc;
	}
	r = reserve(buf, (size_t)n);
	if (r != RC_OK)
		return r;
	n = vsnprintf(buf->data + buf->len, (size_t)n + 1, fmt, ap);
	if (n > 0)
		buf->len += (size_t)n;
	return RC_OK;
}

void
buf_truncate(struct buf *buf, size_t len)
{
	if (buf->data == NULL || len > buf->len)
		return;
	buf->len = len;
	buf->data[len] = '\0';
}

const char *
buf_str(const struct buf *buf)
{
	return buf->data != NULL ? buf->data : "";
}

char *
buf_take(struct buf *buf)
{
	char *data;

	if (reserve(buf, 0) != RC_OK)
		return NULL;
	data = buf->data;
	buf->data = NULL;
	buf_init(buf, buf->max_bytes);
	return data;
}
