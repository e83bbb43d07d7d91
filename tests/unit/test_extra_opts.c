/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/plugin/extra_opts.c: where options come from, and in which order they then
 * stand.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "folder.h"
#include "plugin/extra_opts.h"
#include "torture.h"
#include "unit.h"

enum {
	WORDS_MAX = 8,
	WORD_SIZE = 256
};

static const char ini[] = "# shared with others\n"
			  "[check_other]\n"
			  "this line has no sense for us\n"
			  "\n"
			  "[check_amt_tls]\r\n"
			  "; ours\n"
			  "hostname = pc01.example\n"
			  "   days=30,14   \n"
			  "explain =\n"
			  "p = 16993\n"
			  "v=\n"
			  "pin = a = b # c\n"
			  "[ lab ]\n"
			  "hostname = lab.example\n"
			  "[empty]\n"
			  "[no equals]\n"
			  "hostname\n"
			  "[no name]\n"
			  "= value\n"
			  "[check_amt_tls]\n"
			  "timeout = 5";

/* Where it is looked for: at the file of the test. */
struct where {
	struct folder *folder;
	const char
	    *words[WORDS_MAX]; /* behind the program's name; FILE stands for it */
};

/* FILE in a word is the file of the test. */
static void
put_word(char field[WORD_SIZE], const char *word, const struct folder *folder)
{
	const char *file = strstr(word, "FILE");
	size_t n = file != NULL ? (size_t)(file - word) : strlen(word);

	assert_true(n < WORD_SIZE);
	memcpy(field, word, n);
	field[n] = '\0';
	if (file != NULL)
		(void)snprintf(field + n, WORD_SIZE - n, "%s%s",
		    folder_file(folder, "plugins.ini"), file + strlen("FILE"));
}

static enum rc
expand(const struct where *where, struct buf *out, struct err *err)
{
	struct extra_opts extra = { 0 };
	char words[WORDS_MAX + 1][WORD_SIZE] = { "check_amt_tls" };
	char *argv[WORDS_MAX + 2] = { words[0] };
	int argc = 1;
	enum rc r;

	for (; argc <= WORDS_MAX && where->words[argc - 1] != NULL; argc++) {
		put_word(words[argc], where->words[argc - 1], where->folder);
		argv[argc] = words[argc];
	}
	r = extra_opts_expand(&extra, "check_amt_tls", argc, argv, err);
	for (int i = 0; r == RC_OK && i < extra.argc; i++)
		(void)buf_addf(out, "%s;", extra.argv[i]);
	if (r == RC_OK)
		assert_null(extra.argv[extra.argc]);
	extra_opts_clear(&extra);
	return r;
}

#define OURS                                                                       \
	"check_amt_tls;--hostname=pc01.example;--days=30,14;--explain;-p16993;-v;" \
	"--pin=a = b # c;--timeout=5;"

struct row {
	const char *words[WORDS_MAX];
	enum rc rc;
	const char *text;
};

/* clang-format off */
static const struct row rows[] = {
	{ { NULL }, RC_OK, "check_amt_tls;" },
	{ { "-H", "a" }, RC_OK, "check_amt_tls;-H;a;" },
	{ { "--extra-opts=@FILE" }, RC_OK, OURS },
	{ { "--extra-opts", "@FILE" }, RC_OK, OURS },
	{ { "--extra-opts" }, RC_OK, OURS }, /* $MP_CONFIG_FILE */
	{ { "--extra-opts=" }, RC_OK, OURS },
	{ { "--extra-opts", "-v" }, RC_OK, OURS "-v;" },
	{ { "--extra-opts=check_amt_tls" }, RC_OK, OURS },
	{ { "--extra-opts=lab@FILE" }, RC_OK, "check_amt_tls;--hostname=lab.example;" },
	{ { "-t", "3", "--extra-opts=lab@FILE", "-H", "b" }, RC_OK,
	    "check_amt_tls;--hostname=lab.example;-t;3;-H;b;" },
	{ { "--extra-opts=lab@FILE", "--extra-opts=@FILE" }, RC_OK,
	    "check_amt_tls;--hostname=lab.example;--hostname=pc01.example;--days=30,14;"
	    "--explain;-p16993;-v;--pin=a = b # c;--timeout=5;" },
	{ { "--", "--extra-opts=lab@FILE" }, RC_OK, "check_amt_tls;--;--extra-opts=lab@" },
	{ { "--extra-options=x" }, RC_OK, "check_amt_tls;--extra-options=x;" },
	{ { "--extra-opts=nobody@FILE" }, RC_CONFIG, "plugins.ini: no section [nobody]" },
	{ { "--extra-opts=empty@FILE" }, RC_CONFIG, "plugins.ini: section [empty] is empty" },
	{ { "--extra-opts=no equals@FILE" }, RC_CONFIG, "plugins.ini:17: not name = value" },
	{ { "--extra-opts=no name@FILE" }, RC_CONFIG, "plugins.ini:19: not name = value" },
	{ { "--extra-opts=@FILE.gone" }, RC_SYSTEM, "plugins.ini.gone: open: No such file" },
};
/* clang-format on */

static int
set_up(void **state)
{
	if (folder_setup(state) != 0)
		return -1;
	folder_put(folder_file(*state, "plugins.ini"), ini, sizeof(ini) - 1);
	return setenv("MP_CONFIG_FILE", folder_file(*state, "plugins.ini"), 1);
}

static int
tear_down(void **state)
{
	return unsetenv("MP_CONFIG_FILE") != 0 || unsetenv("NAGIOS_CONFIG_PATH") != 0 ||
		folder_teardown(state) != 0
	    ? -1
	    : 0;
}

static void
options_of_files_stand_before_the_others(void **state)
{
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct where where = { .folder = *state };
		struct err err = { 0 };
		struct buf out;

		memcpy(where.words, rows[i].words, sizeof(where.words));
		buf_init(&out, 10000);
		assert_rc(expand(&where, &out, &err), rows[i].rc, &err);
		if (rows[i].rc == RC_OK &&
		    strncmp(buf_str(&out), rows[i].text, strlen(rows[i].text)) != 0)
			fail_msg("row %zu: %s", i, buf_str(&out));
		if (rows[i].rc != RC_OK)
			assert_has(err.text, rows[i].text);
		buf_clear(&out);
	}
}

static void
directories_are_searched_for_the_usual_names(void **state)
{
	struct where where = { .folder = *state, .words = { "--extra-opts=lab" } };
	struct err err = { 0 };
	char list[512];
	struct buf out;

	buf_init(&out, 10000);
	assert_int_equal(unsetenv("MP_CONFIG_FILE"), 0);
	(void)snprintf(list, sizeof(list), "::/nowhere:%s:", folder_file(*state, ""));
	assert_int_equal(setenv("NAGIOS_CONFIG_PATH", list, 1), 0);
	assert_rc(expand(&where, &out, &err), RC_OK, &err);
	assert_string_equal(buf_str(&out), "check_amt_tls;--hostname=lab.example;");
	buf_clear(&out);
}

static void
a_file_that_holds_a_nul_is_refused(void **state)
{
	struct where where = { .folder = *state, .words = { "--extra-opts=lab@FILE" } };
	struct err err = { 0 };
	struct buf out;

	folder_put(folder_file(*state, "plugins.ini"), "[lab]\na=\0b\n", 11);
	buf_init(&out, 10000);
	assert_rc(expand(&where, &out, &err), RC_CONFIG, &err);
	assert_has(err.text, "holds a NUL");
	folder_put(folder_file(*state, "plugins.ini"), "", 0);
	err_clear(&err);
	assert_rc(expand(&where, &out, &err), RC_CONFIG, &err);
	assert_has(err.text, "empty");
	buf_clear(&out);
}

static void
too_many_options_are_refused(void **state)
{
	struct where where = { .folder = *state, .words = { "--extra-opts=lab@FILE" } };
	struct err err = { 0 };
	struct buf text, out;

	buf_init(&text, 100000);
	buf_init(&out, 100000);
	(void)buf_add_str(&text, "[lab]\n");
	for (int i = 0; i <= EXTRA_OPTS_MAX; i++)
		(void)buf_add_str(&text, "verbose=\n");
	folder_put(folder_file(*state, "plugins.ini"), text.data, text.len);
	assert_rc(expand(&where, &out, &err), RC_LIMIT, &err);
	assert_has(err.text, "more than 256 options");
	buf_clear(&text);
	buf_clear(&out);
}

/* In a process of its own: standard input is the file. */
static int
read_standard_input(void *ctx)
{
	struct where where = { .folder = ctx, .words = { "--extra-opts=lab@-" } };
	struct buf out;
	int fd = open(folder_file(ctx, "plugins.ini"), O_RDONLY | O_CLOEXEC);
	int failed;

	buf_init(&out, 10000);
	failed = fd < 0 || dup2(fd, STDIN_FILENO) < 0 ||
	    expand(&where, &out, NULL) != RC_OK ||
	    strcmp(buf_str(&out), "check_amt_tls;--hostname=lab.example;") != 0;
	buf_clear(&out);
	return failed;
}

static void
a_dash_is_standard_input(void **state)
{
	assert_int_equal(folder_run_child(*state, 0, read_standard_input, *state), 0);
}

static enum rc
whole_job(void *ctx)
{
	struct where where = { .folder = ctx,
		.words = { "--extra-opts", "--extra-opts=lab@FILE", "-v" } };
	struct err err = { 0 };
	struct buf out;
	enum rc r;

	buf_init(&out, 10000);
	r = expand(&where, &out, &err);
	if (r == RC_OK)
		r = out.rc;
	buf_clear(&out);
	return r;
}

static void
survives_every_failed_allocation(void **state)
{
	assert_true(torture(whole_job, *state) > 5);
}

int
main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		IN_FOLDER(options_of_files_stand_before_the_others),
		IN_FOLDER(directories_are_searched_for_the_usual_names),
		IN_FOLDER(a_file_that_holds_a_nul_is_refused),
		IN_FOLDER(too_many_options_are_refused),
		IN_FOLDER(a_dash_is_standard_input),
		IN_FOLDER(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
