/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines of 64 characters (RFC 7468 2): what every CA reads; some take no longer
 * ones.
 */
#include "ca/encode.h"

#include "base/codec.h"

enum {
	LINE_BYTES = 48
};

enum rc
encode_base64_lines(struct buf *out, const uint8_t *der, size_t len)
{
	for (size_t at = 0; at < len; at += LINE_BYTES) {
		size_t left = len - at;

		(void)codec_base64_encode(out, der + at,
		    left < LINE_BYTES ? left : LINE_BYTES);
		(void)buf_add_char(out, '\n');
	}
	return out->rc;
}

enum rc
encode_pem(struct buf *out, const char *label, const uint8_t *der, size_t len)
{
	(void)buf_addf(out, "-----BEGIN %s-----\n", label);
	(void)encode_base64_lines(out, der, len);
	return buf_addf(out, "-----END %s-----\n", label);
}
