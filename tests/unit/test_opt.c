/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/base/opt.c: what is accepted, what is refused by name, and the help that
 * comes from the same table.
 */
#include <stdio.h>

#include "base/opt.h"
#include "torture.h"
#include "unit.h"

enum {
	WORDS_MAX = 8
};

static const struct opt common[] = {
	{ "hostname", 'H', "NAME", "The name the certificate must bear." },
	{ "port", 'p', "PORT", "TCP port." },
	{ "verbose", 'v', NULL, "Say more; may be repeated." },
	{ "version", 'V', NULL, "Print the version." },
	{ NULL, 0, NULL, NULL },
};

static const struct opt own[] = {
	{ "policy", 0, "NAME", "Renewal policy." },
	{ "plain", 0, NULL, "Allow port 16992." },
	{ NULL, 0, NULL, NULL },
};

static const struct opt *const tables[] = { common, own, NULL };

/* Remember what came as "name=value;". */
static enum rc
remember(void *ctx, const struct opt *opt, const char *value, struct err *err)
{
	struct buf *seen = ctx;

	if (value != NULL && strcmp(value, "bad") == 0)
		return err_set(err, RC_USAGE, "--%s: no such thing", opt->long_name);
	return buf_addf(seen, "%s%s%s;", opt->long_name, value != NULL ? "=" : "",
	    value != NULL ? value : "");
}

struct line {
	const char *words[WORDS_MAX]; /* behind the program's name */
	enum rc rc;
	const char *text; /* what was seen, or the message */
};

static const struct line lines[] = {
	{ { NULL }, RC_OK, "" },
	{ { "-H", "a" }, RC_OK, "hostname=a;" },
	{ { "-Ha" }, RC_OK, "hostname=a;" },
	{ { "--hostname=a" }, RC_OK, "hostname=a;" },
	{ { "--hostname", "a" }, RC_OK, "hostname=a;" },
	{ { "--host", "a" }, RC_OK, "hostname=a;" },
	{ { "--hostname=" }, RC_OK, "hostname=;" },
	{ { "-H", "-p" }, RC_OK, "hostname=-p;" },
	{ { "-vvv" }, RC_OK, "verbose;verbose;verbose;" },
	{ { "-vp", "1", "--plain" }, RC_OK, "verbose;port=1;plain;" },
	{ { "-p", "1", "-p", "2" }, RC_OK, "port=1;port=2;" },
	{ { "--policy", "scs", "-v", "-H", "a" }, RC_OK,
	    "policy=scs;verbose;hostname=a;" },
	{ { "-v", "--" }, RC_OK, "verbose;" },
	{ { "--nonsense" }, RC_USAGE, "--nonsense: unknown option" },
	{ { "--password=hunter2" }, RC_USAGE, "--password: unknown option" },
	{ { "-x" }, RC_USAGE, "-x: unknown option" },
	{ { "-vx" }, RC_USAGE, "-x: unknown option" },
	{ { "--ver" }, RC_USAGE, "--ver: ambiguous option, --verbose or --version" },
	{ { "-H" }, RC_USAGE, "-H: needs a value, NAME" },
	{ { "--hostname" }, RC_USAGE, "--hostname: needs a value, NAME" },
	{ { "--verbose=3" }, RC_USAGE, "--verbose: takes no value" },
	{ { "stray" }, RC_USAGE, "stray: unexpected argument" },
	{ { "-v", "stray", "-p" }, RC_USAGE, "stray: unexpected argument" },
	{ { "-v", "--", "-p" }, RC_USAGE, "-p: unexpected argument" },
	{ { "-" }, RC_USAGE, "-: unexpected argument" },
	{ { "" }, RC_USAGE, ": unexpected argument" },
	{ { "a\nb" }, RC_USAGE, "a\\x0ab: unexpected argument" },
	{ { "--=x" }, RC_USAGE, "--: unknown option" },
	{ { "-p", "bad", "-x" }, RC_USAGE, "--port: no such thing" },
};

static enum rc
parse(const struct line *line, struct buf *seen, struct err *err)
{
	char copy[WORDS_MAX][64];
	char *argv[WORDS_MAX + 2] = { copy[0] };
	int argc = 1;

	assert_true(snprintf(copy[0], sizeof(copy[0]), "program") > 0);
	for (size_t i = 0; i + 1 < WORDS_MAX && line->words[i] != NULL; i++, argc++) {
		assert_true(
		    snprintf(copy[argc], sizeof(copy[0]), "%s", line->words[i]) >= 0);
		argv[argc] = copy[argc];
	}
	return opt_parse(tables, argc, argv, remember, seen, err);
}

static void
every_line_is_taken_or_refused_by_name(void **state)
{
	struct buf seen;

	(void)state;
	buf_init(&seen, 1000);
	for (size_t i = 0; i < UNIT_COUNT(lines); i++) {
		struct err err = { 0 };

		buf_reset(&seen);
		assert_rc(parse(&lines[i], &seen, &err), lines[i].rc, &err);
		assert_string_equal(lines[i].rc == RC_OK ? buf_str(&seen) : err.text,
		    lines[i].text);
	}
	buf_clear(&seen);
}

static void
no_argument_at_all_is_no_crash(void **state)
{
	char *argv[] = { NULL };
	struct buf seen;

	(void)state;
	buf_init(&seen, 100);
	assert_int_equal(opt_parse(tables, 0, argv, remember, &seen, NULL), RC_OK);
	buf_clear(&seen);
}

/* No line is longer than 80, and how many there are. */
static size_t
count_lines(const char *text)
{
	size_t n = 0;

	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		if (len > 80)
			fail_msg("%zu columns: %.*s", len, (int)len, text);
		assert_int_equal(text[len], '\n');
		text += len + 1;
		n++;
	}
	return n;
}

static void
usage_names_every_option(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 10000);
	assert_int_equal(opt_usage(&out, "check_amt_tls", tables), RC_OK);
	assert_string_equal(buf_str(&out),
	    "usage: check_amt_tls [-H NAME] [-p PORT] [-v] [-V] [--policy NAME] "
	    "[--plain]\n");
	buf_clear(&out);
}

static void
usage_of_a_hundred_options_fits_a_screen(void **state)
{
	static struct opt many[301];
	const struct opt *const big[] = { many, NULL };
	struct buf out;

	(void)state;
	for (size_t i = 0; i < 300; i++) {
		many[i].long_name = "an-option-of-some-length";
		many[i].value = i % 2 == 0 ? "VALUE" : NULL;
		many[i].help = "Text.";
	}
	buf_init(&out, 100000);
	assert_int_equal(opt_usage(&out, "check_amt_tls", big), RC_OK);
	assert_int_equal(count_lines(buf_str(&out)), 23);
	assert_has(buf_str(&out), "... see --help\n");
	buf_clear(&out);
}

static void
help_has_a_paragraph_for_each_option(void **state)
{
	static const struct opt wordy[] = {
		{ "age", 'a', "DURATION",
		    "A reading older than this is judged as if the device had not been "
		    "reached at all, which the state then says, and how old it is." },
		{ NULL, 0, NULL, NULL },
	};
	const struct opt *const both[] = { wordy, own, NULL };
	struct buf out;

	(void)state;
	buf_init(&out, 10000);
	assert_int_equal(opt_help(&out, both), RC_OK);
	assert_string_equal(buf_str(&out),
	    "  -a, --age=DURATION\n"
	    "        A reading older than this is judged as if the device had not been\n"
	    "        reached at all, which the state then says, and how old it is.\n"
	    "  --policy=NAME\n"
	    "        Renewal policy.\n"
	    "  --plain\n"
	    "        Allow port 16992.\n");
	assert_int_equal(count_lines(buf_str(&out)), 7);
	buf_clear(&out);
}

static void
a_row_is_found_in_its_own_table(void **state)
{
	(void)state;
	assert_int_equal(opt_row(common, &common[2]), 2);
	assert_int_equal(opt_row(own, &own[0]), 0);
	assert_int_equal(opt_row(own, &common[0]), -1);
}

/* Takes "good" for row 0; "memory" is out of it. */
static enum rc
take_good(void *ctx, int row, const char *value, struct err *err)
{
	int *n_taken = ctx;

	if (value != NULL && strcmp(value, "memory") == 0)
		return err_set(err, RC_NOMEM, "out of memory");
	if (row != 0 || strcmp(value, "good") != 0)
		return err_set(err, RC_FORMAT, "%s: not good", value);
	(*n_taken)++;
	return RC_OK;
}

static void
a_value_is_taken_or_refused_by_the_name_of_its_option(void **state)
{
	char wanted[128];
	int n_taken = 0;
	struct err err = { 0 };

	(void)state;
	assert_rc(opt_take_row(own, &own[0], "good", take_good, &n_taken, &err), RC_OK,
	    &err);
	assert_int_equal(n_taken, 1);
	assert_int_equal(opt_take_row(own, &common[0], "good", take_good, &n_taken,
			     &err),
	    RC_NOTFOUND);
	assert_string_equal(err.text, "");
	assert_int_equal(opt_take_row(own, &own[0], "", take_good, &n_taken, &err),
	    RC_USAGE);
	(void)snprintf(wanted, sizeof(wanted), "--%s: empty", own[0].long_name);
	assert_string_equal(err.text, wanted);
	err = (struct err){ 0 };
	assert_int_equal(opt_take_row(own, &own[0], "bad", take_good, &n_taken, &err),
	    RC_USAGE);
	(void)snprintf(wanted, sizeof(wanted), "--%s: bad: not good", own[0].long_name);
	assert_string_equal(err.text, wanted);
	err = (struct err){ 0 };
	assert_int_equal(opt_take_row(own, &own[0], "memory", take_good, &n_taken,
			     &err),
	    RC_NOMEM);
	assert_int_equal(n_taken, 1);
}

static void
text_is_wrapped_and_long_words_broken(void **state)
{
	char text[401];
	struct buf out;

	(void)state;
	buf_init(&out, 10000);
	assert_int_equal(opt_wrap(&out, "two  words", 2), RC_OK);
	assert_string_equal(buf_str(&out), "  two words\n");
	buf_reset(&out);
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	text[10] = ' ';
	assert_int_equal(opt_wrap(&out, text, 4), RC_OK);
	assert_int_equal(count_lines(buf_str(&out)), 7);
	buf_clear(&out);
}

static enum rc
whole_job(void *ctx)
{
	static const struct line line = { { "-H", "a", "-v" }, RC_OK, "" };
	struct buf out;
	enum rc r;

	(void)ctx;
	buf_init(&out, 10000);
	r = parse(&line, &out, NULL);
	if (r == RC_OK)
		r = opt_usage(&out, "program", tables);
	if (r == RC_OK)
		r = opt_help(&out, tables);
	buf_clear(&out);
	return r;
}

static void
survives_every_failed_allocation(void **state)
{
	(void)state;
	assert_true(torture(whole_job, NULL) > 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line_is_taken_or_refused_by_name),
		cmocka_unit_test(no_argument_at_all_is_no_crash),
		cmocka_unit_test(usage_names_every_option),
		cmocka_unit_test(usage_of_a_hundred_options_fits_a_screen),
		cmocka_unit_test(help_has_a_paragraph_for_each_option),
		cmocka_unit_test(a_row_is_found_in_its_own_table),
		cmocka_unit_test(a_value_is_taken_or_refused_by_the_name_of_its_option),
		cmocka_unit_test(text_is_wrapped_and_long_words_broken),
		cmocka_unit_test(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
