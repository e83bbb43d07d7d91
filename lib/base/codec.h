/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Base64 and hexadecimal, strict.  Base64 is done by OpenSSL's EVP_ENCODE_CTX
 * behind a scan for characters it would skip silently.
 */
#ifndef AMTCERT_BASE_CODEC_H
#define AMTCERT_BASE_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/rc.h"

/*
 * Decode base64 (RFC 4648 4) with optional white space between groups. Anything
 * else, a wrong length or wrong padding: RC_FORMAT. More than max_bytes:
 * RC_LIMIT. *ret_bytes is the caller's (free), *ret_len may be 0.
 */
enum rc codec_base64_decode(const char *text, size_t len, size_t max_bytes,
    uint8_t **ret_bytes, size_t *ret_len, struct err *err);

/* Append base64 on one line. */
enum rc codec_base64_encode(struct buf *out, const void *bytes, size_t len);

/* Append lower-case hexadecimal. */
enum rc codec_hex_encode(struct buf *out, const void *bytes, size_t len);

/* Exactly len bytes from 2 * len hex digits, either case. RC_FORMAT. */
enum rc codec_hex_decode(const char *text, uint8_t *ret_bytes, size_t len,
    struct err *err);

#endif
