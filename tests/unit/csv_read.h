/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads CSV as RFC 4180 has it and in no other way, for tests of what we write.
 */
#ifndef AMTCERT_TESTS_CSV_READ_H
#define AMTCERT_TESTS_CSV_READ_H

#include <stddef.h>

enum {
	CSV_FIELDS_MAX = 64
};

struct csv_record {
	char *fields[CSV_FIELDS_MAX];
	size_t n_fields;
};

/* Records of a text, whose bytes become the fields. Bare line ends, quotes inside of
 * a field that has none around it, and a last line without its end fail the test.
 * Caller frees. */
struct csv_record *csv_read(char *text, size_t *ret_n);

/* The field as the whole number it must be. */
long long csv_number(const struct csv_record *record, size_t field);

#endif
