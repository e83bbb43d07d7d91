/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Base64 and hexadecimal, strict (RFC 4648).  The decoder of OpenSSL skips what
 * it does not know in some places and not in others, so a scan comes first.
 */
#include "base/codec.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

enum {
	ENCODE_CHUNK = 768, /* a multiple of 3: no padding inside */
};

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The six bits of a base64 character; -1 when it is none. */
static int
six_bits(char c)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789+/";
	const char *at = c != '\0' ? strchr(alphabet, c) : NULL;

	return at != NULL ? (int)(at - alphabet) : -1;
}

struct scan {
	size_t n_chars; /* with padding, without white space */
	size_t n_padding;
	int last; /* six bits of the last character */
};

/* Count; the rule that is broken, or NULL. */
static const char *
scan_base64(const char *text, size_t len, struct scan *scan)
{
	int bits;

	memset(scan, 0, sizeof(*scan));
	for (size_t i = 0; i < len; i++) {
		if (is_space(text[i])) {
			if (scan->n_chars % 4 != 0)
				return "white space inside a group of four";
			continue;
		}
		scan->n_chars++;
		if (text[i] == '=') {
			scan->n_padding++;
			continue;
		}
		bits = six_bits(text[i]);
		if (bits < 0)
			return "a character outside the alphabet";
		if (scan->n_padding > 0)
			return "data after the padding";
		scan->last = bits;
	}
	if (scan->n_chars % 4 != 0 || scan->n_padding > 2 ||
	    scan->n_padding == scan->n_chars)
		return scan->n_chars == 0 ? NULL : "wrong length";
	if ((scan->n_padding == 1 && (scan->last & 0x3) != 0) ||
	    (scan->n_padding == 2 && (scan->last & 0xf) != 0))
		return "bits left over that are not zero";
	return NULL;
}

/* Decode what the scan has passed; bytes has room for all groups. */
static enum rc
decode(const char *text, size_t len, uint8_t *bytes, size_t *ret_len)
{
	EVP_ENCODE_CTX *ctx;
	int n = 0, n_final = 0;
	enum rc r = RC_FORMAT;

	ctx = EVP_ENCODE_CTX_new();
	if (ctx == NULL)
		return RC_NOMEM;
	EVP_DecodeInit(ctx);
	if (EVP_DecodeUpdate(ctx, bytes, &n, (const unsigned char *)text, (int)len) >=
		0 &&
	    EVP_DecodeFinal(ctx, bytes + n, &n_final) == 1) {
		*ret_len = (size_t)n + (size_t)n_final;
		r = RC_OK;
	}
	EVP_ENCODE_CTX_free(ctx);
	return r;
}

enum rc
codec_base64_decode(const char *text, size_t len, size_t max_bytes, uint8_t **ret_bytes,
    size_t *ret_len, struct err *err)
{
	uint8_t *bytes = NULL;
	size_t n_bytes, n_decoded = 0;
	const char *broken;
	struct scan scan;
	enum rc r = RC_OK;

	if (len > INT_MAX)
		return err_set(err, RC_LIMIT, "base64: longer than %d bytes", INT_MAX);
	broken = scan_base64(text, len, &scan);
	if (broken != NULL)
		return err_set(err, RC_FORMAT, "base64: RFC 4648 4: %s", broken);
	n_bytes = scan.n_chars / 4 * 3 - scan.n_padding;
	if (n_bytes > max_bytes)
		return err_set(err, RC_LIMIT, "base64: %zu bytes, at most %zu", n_bytes,
		    max_bytes);
	/* The decoder writes whole groups, padding as well. */
	bytes = malloc(n_bytes + 3);
	if (bytes == NULL)
		return err_set(err, RC_NOMEM, "base64: out of memory");
	if (n_bytes > 0)
		r = decode(text, len, bytes, &n_decoded);
	if (r == RC_OK && n_decoded != n_bytes)
		r = RC_FORMAT;
	if (r != RC_OK) {
		err_set(err, r, "base64: cannot be decoded");
		free(bytes);
		return r;
	}
	*ret_bytes = bytes;
	*ret_len = n_bytes;
	return RC_OK;
}

enum rc
codec_base64_encode(struct buf *out, const void *bytes, size_t len)
{
	unsigned char text[ENCODE_CHUNK / 3 * 4 + 1];
	const unsigned char *p = bytes;
	size_t before = out->len;
	size_t n;
	int n_text;

	for (size_t at = 0; at < len && out->rc == RC_OK; at += n) {
		n = len - at < ENCODE_CHUNK ? len - at : ENCODE_CHUNK;
		n_text = EVP_EncodeBlock(text, p + at, (int)n);
		(void)buf_add(out, text, (size_t)n_text);
	}
	if (out->rc != RC_OK)
		buf_truncate(out, before);
	return out->rc;
}

enum rc
codec_hex_encode(struct buf *out, const void *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *p = bytes;
	size_t before = out->len;

	for (size_t i = 0; i < len && out->rc == RC_OK; i++) {
		char pair[2] = { digits[p[i] >> 4], digits[p[i] & 0xf] };

		(void)buf_add(out, pair, sizeof(pair));
	}
	if (out->rc != RC_OK)
		buf_truncate(out, before);
	return out->rc;
}

/* The digit and one more: 0 is none. */
/* clang-format off */
static const uint8_t hex_digits[UINT8_MAX + 1] = {
	['0'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
	['A'] = 11, 12, 13, 14, 15, 16,
	['a'] = 11, 12, 13, 14, 15, 16,
};
/* clang-format on */

static unsigned int
hex_digit(char c)
{
	return hex_digits[(uint8_t)c];
}

enum rc
codec_hex_decode(const char *text, uint8_t *ret_bytes, size_t len, struct err *err)
{
	size_t n = 0;

	/* Checked whole before the first byte is written. */
	while (n / 2 < len && hex_digit(text[n]) != 0)
		n++;
	if (n / 2 < len || text[n] != '\0')
		return err_set(err, RC_FORMAT, "%.80s: not %zu hexadecimal digits",
		    text, 2 * len);
	for (size_t i = 0; i < len; i++)
		ret_bytes[i] = (uint8_t)((hex_digit(text[2 * i]) - 1) << 4 |
		    (hex_digit(text[2 * i + 1]) - 1));
	return RC_OK;
}
