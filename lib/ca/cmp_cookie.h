/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What has to be kept of a CMP transaction so that another process can go on with
 * it: the answer to the request and the last answer to a poll, both in DER.
 */
#ifndef AMTCERT_CA_CMP_COOKIE_H
#define AMTCERT_CA_CMP_COOKIE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/rc.h"

enum {
	CMP_COOKIE_MESSAGES = 2
};

/* One or two messages, oldest first; lent from where they were read. */
struct cmp_cookie {
	struct {
		const uint8_t *der;
		size_t len;
	} messages[CMP_COOKIE_MESSAGES];
	size_t n;
};

/* Append one message behind the other. Sticky, as buf. */
enum rc cmp_cookie_write(const struct cmp_cookie *cookie, struct buf *out);

/* RC_FORMAT for what cmp_cookie_write did not make. Of a message only its outer
 * length is looked at. */
enum rc cmp_cookie_read(const uint8_t *bytes, size_t len, struct cmp_cookie *ret_cookie,
    struct err *err);

#endif
