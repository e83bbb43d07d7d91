/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A growing byte buffer that is born with the largest size it may reach.
 * Errors stick: after the first failed call the buffer takes nothing more and
 * buf_rc() says why, so that text can be built without a test per line.
 */
#ifndef AMTCERT_BASE_BUF_H
#define AMTCERT_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/rc.h"

struct buf {
	char *data; /* len bytes and a NUL behind them; NULL when empty */
	size_t len;
	size_t cap;
	size_t max_bytes; /* len never passes it */
	enum rc rc;	  /* RC_OK, RC_NOMEM or RC_LIMIT */
};

/* An empty buffer that may hold up to max_bytes. No allocation. */
void buf_init(struct buf *buf, size_t max_bytes);

/* Free the bytes; the buffer is as after buf_init. Accepts a zeroed struct. */
void buf_clear(struct buf *buf);

/* As buf_clear, the bytes wiped first. For secrets. */
void buf_wipe(struct buf *buf);

/* Drop the content, keep the memory and the limit, forget a sticky error. */
void buf_reset(struct buf *buf);

/* Append. All or nothing: RC_LIMIT past max_bytes, RC_NOMEM. Sticky. */
enum rc buf_add(struct buf *buf, const void *bytes, size_t len);
enum rc buf_add_str(struct buf *buf, const char *str);
enum rc buf_add_char(struct buf *buf, char c);
enum rc buf_addf(struct buf *buf, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
enum rc buf_vaddf(struct buf *buf, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

/* Cut to len bytes; len must not be above buf->len. */
void buf_truncate(struct buf *buf, size_t len);

/* The content as a C string, "" when empty; lent until the next call. */
const char *buf_str(const struct buf *buf);

/* The content as an own C string ("" when empty); the buffer is empty after.
 * NULL when a sticky error is set or memory is out. Caller frees. */
char *buf_take(struct buf *buf);

#endif
