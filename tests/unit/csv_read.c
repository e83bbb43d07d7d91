/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One pass, in place: a field is never longer than what it was written as.
 */
#include "csv_read.h"

#include <errno.h>
#include <stdlib.h>

#include "unit.h"

/* A field with quotes around it; returns what is behind them. */
static char *
take_quoted(char *p, char **ret_field)
{
	char *to = p;

	*ret_field = p;
	for (;; p++) {
		assert_int_not_equal(*p, '\0');
		if (*p == '"' && p[1] != '"')
			break;
		p += *p == '"';
		*to++ = *p;
	}
	p++;
	assert_true(*p == ',' || *p == '\r');
	*to = '\0'; /* on a quote: p is behind it */
	return p;
}

static char *
take_bare(char *p, char **ret_field)
{
	*ret_field = p;
	for (; *p != ',' && *p != '\r'; p++) {
		assert_int_not_equal(*p, '\0');
		assert_int_not_equal(*p, '"');
		assert_int_not_equal(*p, '\n');
	}
	return p;
}

static char *
take_record(char *p, struct csv_record *record)
{
	for (;;) {
		bool is_last;

		assert_in_range(record->n_fields, 0, CSV_FIELDS_MAX - 1);
		if (*p == '"')
			p = take_quoted(p + 1, &record->fields[record->n_fields++]);
		else
			p = take_bare(p, &record->fields[record->n_fields++]);
		is_last = *p == '\r';
		*p++ = '\0';
		if (!is_last)
			continue;
		assert_int_equal(*p, '\n');
		return p + 1;
	}
}

struct csv_record *
csv_read(char *text, size_t *ret_n)
{
	struct csv_record *records;
	size_t n = 0, n_max = 1;

	for (const char *p = text; *p != '\0'; p++)
		n_max += *p == '\n';
	records = calloc(n_max, sizeof(*records));
	assert_non_null(records);
	while (*text != '\0')
		text = take_record(text, &records[n++]);
	*ret_n = n;
	return records;
}

long long
csv_number(const struct csv_record *record, size_t field)
{
	char *end = NULL;
	long long number;

	assert_in_range(field, 0, record->n_fields - 1);
	errno = 0;
	number = strtoll(record->fields[field], &end, 10);
	assert_int_equal(errno, 0);
	assert_true(end != record->fields[field] && *end == '\0');
	return number;
}
