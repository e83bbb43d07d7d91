/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JSON out, into a buffer: what is written is well formed, and one line of plain
 * ASCII whatever was put in.  Errors stick in the buffer.
 * Source: RFC 8259.
 */
#ifndef AMTCERT_BASE_JSON_H
#define AMTCERT_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
	JSON_DEPTH_MAX = 16
};

/* Zeroed, then json_init. */
struct json {
	struct buf *out; /* lent */
	bool has_member[JSON_DEPTH_MAX];
	int depth;
};

void json_init(struct json *json, struct buf *out);

/* Inside an object key is the member's name, plain ASCII; inside an array and at the
 * top it is NULL. Each begin has its end; deeper than JSON_DEPTH_MAX is RC_LIMIT. */
void json_begin_object(struct json *json, const char *key);
void json_end_object(struct json *json);
void json_begin_array(struct json *json, const char *key);
void json_end_array(struct json *json);

/* Text of any bytes: characters but printable ASCII, and < > & ' as well, leave as
 * \uXXXX, bytes that are no UTF-8 as U+FFFD. NULL is null. */
void json_string(struct json *json, const char *key, const char *text);
void json_number(struct json *json, const char *key, int64_t number);
void json_bool(struct json *json, const char *key, bool value);

/* Bytes as lower-case hexadecimal. */
void json_hex(struct json *json, const char *key, const uint8_t *bytes, size_t len);

#endif
