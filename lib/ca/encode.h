/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DER as the text that CAs take: base64 in lines, and the armour of RFC 7468.
 */
#ifndef AMTCERT_CA_ENCODE_H
#define AMTCERT_CA_ENCODE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Append base64 in lines of 64 characters, each ended by a line feed. Errors are
 * those of buf_add, and stick. */
enum rc encode_base64_lines(struct buf *out, const uint8_t *der, size_t len);

/* The same between "-----BEGIN label-----" and its end. */
enum rc encode_pem(struct buf *out, const char *label, const uint8_t *der, size_t len);

#endif
