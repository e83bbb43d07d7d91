/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The peer of the subagent's benchmark: a pass_persist program of snmpd over a table
 * of as many rows, computed and not looked up.  Index {device, certificate}, columns
 * 2 to 11, all INTEGER.
 * usage: passpersist BASE DEVICES CERTS
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

enum {
	LINE_SIZE = 512,
	COLUMN_FIRST = 2,
	COLUMN_LAST = 11,
	PARTS = 3,
	PART_SIZE = 12,
};

struct table {
	const char *base;
	int64_t devices;
	int64_t certs;
};

/* Sub-identifiers behind the base; how many, at most PARTS. */
static size_t
split(const char *rest, int64_t parts[PARTS])
{
	size_t n = 0;

	while (*rest == '.' && n < PARTS) {
		size_t len = strcspn(++rest, ".");
		char digits[PART_SIZE];

		if (len == 0 || len >= sizeof(digits))
			break;
		memcpy(digits, rest, len);
		digits[len] = '\0';
		if (num_parse(digits, 0, UINT32_MAX, &parts[n], NULL) != RC_OK)
			break;
		n++;
		rest += len;
	}
	return n;
}

static int
is_row(const struct table *table, const int64_t p[PARTS])
{
	return p[0] >= COLUMN_FIRST && p[0] <= COLUMN_LAST && p[1] >= 1 &&
	    p[1] <= table->devices && p[2] >= 1 && p[2] <= table->certs;
}

/* To the object behind p, of which n parts were given. */
static int
step(const struct table *table, int64_t p[PARTS], size_t n)
{
	if (n == 0 || p[0] < COLUMN_FIRST) {
		p[0] = COLUMN_FIRST;
		n = 1;
	}
	if (n < 2 || p[1] < 1) {
		p[1] = 1;
		n = 2;
	}
	p[2] = n < PARTS ? 1 : p[2] + 1;
	if (p[2] > table->certs) {
		p[2] = 1;
		p[1]++;
	}
	if (p[1] > table->devices) {
		p[1] = 1;
		p[2] = 1;
		p[0]++;
	}
	return is_row(table, p);
}

static void
answer(const struct table *table, const char *verb, const char *name)
{
	size_t len = strlen(table->base), n;
	int64_t p[PARTS] = { 0 };
	int found;

	if (strncmp(name, table->base, len) != 0) {
		(void)puts("NONE");
		return;
	}
	n = split(name + len, p);
	found = strcmp(verb, "getnext") == 0 ? step(table, p, n)
					     : n == PARTS && is_row(table, p);
	if (!found)
		(void)puts("NONE");
	else
		(void)printf("%s.%lld.%lld.%lld\ninteger\n%lld\n", table->base,
		    (long long)p[0], (long long)p[1], (long long)p[2],
		    (long long)(p[1] % 100000));
}

static int
read_line(char line[LINE_SIZE])
{
	if (fgets(line, LINE_SIZE, stdin) == NULL)
		return 0;
	line[strcspn(line, "\n")] = '\0';
	return 1;
}

int
main(int argc, char **argv)
{
	struct table table = { .base = "" };
	char verb[LINE_SIZE], name[LINE_SIZE];

	if (argc != 4 ||
	    num_parse(argv[2], 1, INT32_MAX, &table.devices, NULL) != RC_OK ||
	    num_parse(argv[3], 1, INT32_MAX, &table.certs, NULL) != RC_OK)
		return 3;
	table.base = argv[1];
	while (read_line(verb)) {
		if (strcmp(verb, "PING") == 0)
			(void)puts("PONG");
		else if (read_line(name))
			answer(&table, verb, name);
		(void)fflush(stdout);
	}
	return 0;
}
