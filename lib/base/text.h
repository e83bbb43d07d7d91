/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hostile text to printable text.  Device names, certificate names and CA
 * messages pass here on their way into a plugin line, a log, a journal, an
 * SNMP string or a page.
 */
#ifndef AMTCERT_BASE_TEXT_H
#define AMTCERT_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/rc.h"

/*
 * Append bytes to out as one line of valid UTF-8 with at most max_bytes bytes
 * ("..." marks a cut and counts).  Control characters, DEL, C1, line and
 * paragraph separators, bidi controls, zero-width characters, invalid UTF-8
 * and the characters | ; ` $ < > & " ' \ leave as \xHH (U+XXXX above 0xff as
 * \u{XXXX}).  What is left cannot start perfdata, a new line, a macro or a tag.
 * Source: Nagios plugin guidelines (perfdata), Nagios Core
 * illegal_macro_output_chars, Unicode UAX #9.
 */
enum rc text_printable(struct buf *out, const void *bytes, size_t len,
    size_t max_bytes);

/* The same into a fixed field of size bytes; always terminated. */
void text_printable_field(char *field, size_t size, const void *bytes, size_t len);

/* Does text_printable() leave all of it as it is? It may also where this says no. */
bool text_is_plain(const void *bytes, size_t len);

/* As text_printable_field, but | ; ` $ < > & " ' \ stay: for messages, which are
 * made printable once more where they leave the program. */
void text_line_field(char *field, size_t size, const void *bytes, size_t len);

/* One UTF-8 character from the start of bytes, len of them and at least one: its
 * length, or 0 when it is not well formed. Source: RFC 3629. */
size_t text_decode(const uint8_t *bytes, size_t len, uint32_t *ret_c);

/* Does text look like a DNS name or an IP literal: [A-Za-z0-9._:-]{1,253}? */
bool text_is_hostname(const char *text);

#endif
