/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables of options to getopt_long(3), and the same tables to usage and help.
 * getopt_long stays silent (opterr); what is wrong is said here by name.
 */
#include "base/opt.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum {
	LONG_BASE = 256, /* codes of long options lie above the letters */
	POSITIONAL = 1,	 /* getopt_long's code for one, with a leading '-' */
	COLUMNS = 80,
	USAGE_LINES = 23,
	ITEM_SIZE = 2 * COLUMNS,
	HELP_INDENT = 8,
};

/* The tables laid end to end. */
struct parser {
	const struct opt **rows;
	size_t n_rows;
	struct option *longs;
	char *letters;
};

static size_t
count_rows(const struct opt *const *tables)
{
	size_t n = 0;

	for (; *tables != NULL; tables++)
		for (const struct opt *opt = *tables; opt->long_name != NULL; opt++)
			n++;
	return n;
}

static void
parser_clear(struct parser *parser)
{
	free(parser->rows);
	free(parser->longs);
	free(parser->letters);
}

static void
add_row(struct parser *parser, const struct opt *opt, char **letter)
{
	size_t i = parser->n_rows++;

	parser->rows[i] = opt;
	parser->longs[i].name = opt->long_name;
	parser->longs[i].has_arg = opt->value != NULL ? required_argument : no_argument;
	parser->longs[i].val = LONG_BASE + (int)i;
	if (opt->letter != 0) {
		*(*letter)++ = (char)opt->letter;
		if (opt->value != NULL)
			*(*letter)++ = ':';
	}
}

static enum rc
parser_init(struct parser *parser, const struct opt *const *tables)
{
	size_t n = count_rows(tables);
	char *letter;

	parser->rows = calloc(n + 1, sizeof(const struct opt *));
	parser->longs = calloc(n + 1, sizeof(*parser->longs));
	parser->letters = calloc(2 * n + 3, 1);
	if (parser->rows == NULL || parser->longs == NULL || parser->letters == NULL)
		return RC_NOMEM;
	letter = parser->letters;
	*letter++ = '-'; /* positional arguments in their order */
	*letter++ = ':'; /* tell a missing value from an unknown option */
	for (; *tables != NULL; tables++)
		for (const struct opt *opt = *tables; opt->long_name != NULL; opt++)
			add_row(parser, opt, &letter);
	return RC_OK;
}

static const struct opt *
find_row(const struct parser *parser, int code)
{
	if (code >= LONG_BASE && (size_t)(code - LONG_BASE) < parser->n_rows)
		return parser->rows[code - LONG_BASE];
	for (size_t i = 0; i < parser->n_rows; i++)
		if (code != 0 && parser->rows[i]->letter == code)
			return parser->rows[i];
	return NULL;
}

/* An unknown or ambiguous long option; its value may be a secret. */
static enum rc
refuse_long(const struct parser *parser, const char *arg, struct err *err)
{
	const char *name = arg + strspn(arg, "-");
	size_t len = strcspn(name, "=");
	const struct opt *like[2] = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < parser->n_rows; i++)
		if (len > 0 && strncmp(parser->rows[i]->long_name, name, len) == 0 &&
		    n < 2)
			like[n++] = parser->rows[i];
	if (n == 2)
		return err_set(err, RC_USAGE, "--%.*s: ambiguous option, --%s or --%s",
		    (int)len, name, like[0]->long_name, like[1]->long_name);
	return err_set(err, RC_USAGE, "--%.*s: unknown option", (int)len, name);
}

/* What getopt_long answered with '?' or ':'. */
static enum rc
refuse(const struct parser *parser, int code, const char *arg, struct err *err)
{
	const struct opt *opt = find_row(parser, optopt);

	if (opt == NULL && optopt != 0)
		return err_set(err, RC_USAGE, "-%c: unknown option", optopt);
	if (opt == NULL)
		return refuse_long(parser, arg, err);
	if (code == ':' && optopt < LONG_BASE)
		return err_set(err, RC_USAGE, "-%c: needs a value, %s", opt->letter,
		    opt->value);
	if (code == ':')
		return err_set(err, RC_USAGE, "--%s: needs a value, %s", opt->long_name,
		    opt->value);
	return err_set(err, RC_USAGE, "--%s: takes no value", opt->long_name);
}

static enum rc
walk(const struct parser *parser, int argc, char *const *argv, opt_handler handler,
    void *ctx, struct err *err)
{
	const struct opt *opt;
	enum rc r = RC_OK;
	int code;

	optind = 0; /* glibc: start anew */
	opterr = 0;
	while (r == RC_OK) {
		/* NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread */
		code = getopt_long(argc, argv, parser->letters, parser->longs, NULL);
		if (code == -1)
			break;
		if (code == POSITIONAL)
			return err_set(err, RC_USAGE, "%.200s: unexpected argument",
			    optarg);
		if (code == '?' || code == ':')
			return refuse(parser, code, argv[optind - 1], err);
		opt = find_row(parser, code);
		if (opt == NULL)
			return err_set(err, RC_INTERNAL, "option: no row for it");
		r = handler(ctx, opt, opt->value != NULL ? optarg : NULL, err);
	}
	if (r == RC_OK && optind < argc)
		return err_set(err, RC_USAGE, "%.200s: unexpected argument",
		    argv[optind]);
	return r;
}

enum rc
opt_parse(const struct opt *const *tables, int argc, char *const *argv,
    opt_handler handler, void *ctx, struct err *err)
{
	struct parser parser = { 0 };
	enum rc r;

	r = parser_init(&parser, tables);
	if (r != RC_OK)
		err_set(err, r, "options: out of memory");
	else
		r = walk(&parser, argc, argv, handler, ctx, err);
	parser_clear(&parser);
	return r;
}

int
opt_row(const struct opt *table, const struct opt *opt)
{
	for (int i = 0; table[i].long_name != NULL; i++)
		if (&table[i] == opt)
			return i;
	return -1;
}

enum rc
opt_take_row(const struct opt *table, const struct opt *opt, const char *value,
    opt_row_handler take, void *ctx, struct err *err)
{
	int row = opt_row(table, opt);
	struct err cause = { 0 };
	enum rc r;

	if (row < 0)
		return RC_NOTFOUND;
	if (value != NULL && value[0] == '\0')
		return err_set(err, RC_USAGE, "--%s: empty", opt->long_name);
	r = take(ctx, row, value, &cause);
	if (r == RC_OK)
		return r;
	return err_set(err, r == RC_NOMEM ? r : RC_USAGE, "--%s: %s", opt->long_name,
	    cause.text);
}

/* "[-H NAME]", "[--config FILE]", "[-4]". */
static void
format_short(char item[ITEM_SIZE], const struct opt *opt)
{
	char name[COLUMNS] = { (char)opt->letter };
	int n;

	if (opt->letter == 0)
		text_line_field(name, sizeof(name), opt->long_name,
		    strlen(opt->long_name));
	n = snprintf(item, ITEM_SIZE, "[%s%s%s%.60s]", opt->letter != 0 ? "-" : "--",
	    name, opt->value != NULL ? " " : "", opt->value != NULL ? opt->value : "");
	if (n < 0)
		item[0] = '\0';
}

/* A line that is being filled. */
struct wrap {
	struct buf *out;
	size_t indent;
	size_t column;
	size_t lines; /* begun */
};

static void
wrap_word(struct wrap *wrap, const char *word, size_t len)
{
	if (wrap->column > wrap->indent && wrap->column + 1 + len > COLUMNS) {
		(void)buf_addf(wrap->out, "\n%*s", (int)wrap->indent, "");
		wrap->column = wrap->indent;
		wrap->lines++;
	} else if (wrap->column > wrap->indent) {
		(void)buf_add_char(wrap->out, ' ');
		wrap->column++;
	}
	(void)buf_add(wrap->out, word, len);
	wrap->column += len;
}

/* One option; false when there is room for the hint only, which it adds. */
static bool
usage_item(struct wrap *wrap, const struct opt *opt)
{
	static const char more[] = "... see --help";
	char item[ITEM_SIZE];
	size_t len;

	format_short(item, opt);
	len = strlen(item);
	if (wrap->lines == USAGE_LINES &&
	    wrap->column + 2 + len + sizeof(more) > COLUMNS) {
		wrap_word(wrap, more, sizeof(more) - 1);
		return false;
	}
	wrap_word(wrap, item, len);
	return true;
}

enum rc
opt_usage(struct buf *out, const char *program, const struct opt *const *tables)
{
	struct wrap wrap = { .out = out, .lines = 1 };
	size_t start = out->len;
	bool has_room = true;

	(void)buf_addf(out, "usage: %.40s ", program);
	wrap.column = out->len - start;
	wrap.indent = wrap.column;
	for (; *tables != NULL && has_room; tables++)
		for (const struct opt *opt = *tables;
		     opt->long_name != NULL && has_room; opt++)
			has_room = usage_item(&wrap, opt);
	return buf_add_char(out, '\n');
}

enum rc
opt_wrap(struct buf *out, const char *text, size_t indent)
{
	struct wrap wrap = { .out = out, .indent = indent, .column = indent };
	size_t len, most = COLUMNS - indent;

	(void)buf_addf(out, "%*s", (int)indent, "");
	while (*text != '\0') {
		len = strcspn(text, " ");
		if (len > most)
			len = most;
		wrap_word(&wrap, text, len);
		text += len;
		text += strspn(text, " ");
	}
	return buf_add_char(out, '\n');
}

enum rc
opt_help(struct buf *out, const struct opt *const *tables)
{
	for (; *tables != NULL; tables++) {
		for (const struct opt *opt = *tables; opt->long_name != NULL; opt++) {
			if (opt->letter != 0)
				(void)buf_addf(out, "  -%c, --%s", opt->letter,
				    opt->long_name);
			else
				(void)buf_addf(out, "  --%s", opt->long_name);
			if (opt->value != NULL)
				(void)buf_addf(out, "=%s", opt->value);
			(void)buf_add_char(out, '\n');
			(void)opt_wrap(out, opt->help, HELP_INDENT);
		}
	}
	return out->rc;
}
