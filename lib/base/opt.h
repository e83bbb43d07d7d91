/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One options table drives getopt_long, --help and the usage text, so that
 * help cannot drift from behaviour.  Values stay text: who knows their meaning
 * parses them.
 */
#ifndef AMTCERT_BASE_OPT_H
#define AMTCERT_BASE_OPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/rc.h"

/* A row. A table ends with long_name == NULL. */
struct opt {
	const char *long_name;
	int letter;	   /* 'H', or 0 when there is only the long name */
	const char *value; /* "NAME" in help; NULL for a flag */
	const char *help;  /* one or more sentences */
};

enum {
	OPT_TABLES_MAX = 8
};

/* Called per option in order; value is NULL for a flag, lent otherwise. */
typedef enum rc (
    *opt_handler)(void *ctx, const struct opt *opt, const char *value, struct err *err);

/*
 * Parse argv against the tables (NULL-terminated array of tables). RC_USAGE
 * names the argument: unknown, ambiguous, value missing or given to a flag, a
 * positional argument. --opt=value and --opt value both work. Order is kept.
 */
enum rc opt_parse(const struct opt *const *tables, int argc, char *const *argv,
    opt_handler handler, void *ctx, struct err *err);

/* Which row of that table is it? -1: none. */
int opt_row(const struct opt *table, const struct opt *opt);

/* Called with the row of a table and a value that is not empty. */
typedef enum rc (
    *opt_row_handler)(void *ctx, int row, const char *value, struct err *err);

/*
 * Hand an option on if it is of that table. RC_NOTFOUND when it is not, err as it was;
 * RC_USAGE "--NAME: cause" for an empty value and for what take refuses; RC_NOMEM.
 */
enum rc opt_take_row(const struct opt *table, const struct opt *opt, const char *value,
    opt_row_handler take, void *ctx, struct err *err);

/* Append "usage:" text, at most 23 lines of 80 columns. */
enum rc opt_usage(struct buf *out, const char *program,
    const struct opt *const *tables);

/* Append one paragraph per option, wrapped at 80 columns. */
enum rc opt_help(struct buf *out, const struct opt *const *tables);

/* Append text as lines of 80 columns, all indented. A word too long for a line is
 * broken. */
enum rc opt_wrap(struct buf *out, const char *text, size_t indent);

#endif
