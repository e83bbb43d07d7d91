/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads JSON as RFC 8259 has it, for tests of what we write.
 */
#ifndef AMTCERT_TESTS_JSON_READ_H
#define AMTCERT_TESTS_JSON_READ_H

#include <stdbool.h>
#include <stddef.h>

/* Is the text one value, and nothing behind it but blanks? */
bool json_is_valid(const char *text);

/* The string that the first member of that name has, as UTF-8; false when there is
 * none. */
bool json_read_string(const char *text, const char *key, char *field, size_t size);

#endif
