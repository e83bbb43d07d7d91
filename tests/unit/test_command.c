/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/plugin/command.c: what every command line understands, and what it answers.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "folder.h"
#include "plugin/command.h"
#include "torture.h"
#include "unit.h"

enum {
	WORDS_MAX = 8,
	ANSWER_MAX_BYTES = 16384
};

static const struct opt own[] = {
	{ "hostname", 'H', "NAME", "The name that the certificate must bear." },
	{ NULL, 0, NULL, NULL },
};

static const struct opt forgotten[] = {
	{ "nobody", 0, NULL, "Nobody takes it." },
	{ NULL, 0, NULL, NULL },
};

static const struct opt *const options[] = { own, command_options, forgotten, NULL };

static const struct command_info info = {
	.program = "renew_amt_tls",
	.purpose = "Renews.\n",
	.examples = "  renew_amt_tls -H pc01.example\n",
	.timeout_s = 600,
	.options = options,
};

/* The last host name that came. */
static enum rc
take(void *ctx, const struct opt *opt, const char *value, struct err *err)
{
	const char **name = ctx;

	if (opt_row(own, opt) < 0)
		return RC_NOTFOUND;
	if (strcmp(value, "bad") == 0)
		return err_set(err, RC_USAGE, "--hostname: %s", value);
	*name = value;
	return RC_OK;
}

static enum rc
start(struct command *command, const char *const words[WORDS_MAX], const char **name,
    struct err *err)
{
	static char copies[WORDS_MAX + 1][1024];
	static char *argv[WORDS_MAX + 2];
	int argc = 1;

	(void)snprintf(copies[0], sizeof(copies[0]), "whatever");
	argv[0] = copies[0];
	for (; argc <= WORDS_MAX && words[argc - 1] != NULL; argc++) {
		(void)snprintf(copies[argc], sizeof(copies[0]), "%s", words[argc - 1]);
		argv[argc] = copies[argc];
	}
	argv[argc] = NULL;
	return command_start(command, &info, take, name, argc, argv, err);
}

static void
options_are_taken(void **state)
{
	static const char *const words[WORDS_MAX] = { "-H", "pc01.example", "-vv", "-t",
		"7", "--config=/etc/x" };
	struct command command = { 0 };
	struct err err = { 0 };
	const char *name = NULL;

	(void)state;
	assert_rc(start(&command, words, &name, &err), RC_OK, &err);
	assert_string_equal(name, "pc01.example");
	assert_int_equal(command.verbosity, 2);
	assert_int_equal(command.timeout_s, 7);
	assert_int_equal(command.deadline_ms - command.started_ms, 7000);
	assert_string_equal(command.config_file, "/etc/x");
	command_clear(&command);
}

static void
the_program_has_defaults_of_its_own(void **state)
{
	static const char *const words[WORDS_MAX] = { "-vvvvv" };
	struct command command = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_rc(start(&command, words, NULL, &err), RC_OK, &err);
	assert_int_equal(command.timeout_s, 600);
	assert_int_equal(command.verbosity, 3);
	assert_null(command.config_file);
	command_clear(&command);
}

struct row {
	const char *words[WORDS_MAX];
	enum rc rc;
	const char *text; /* the first line of the answer */
};

static char long_word[1000];

static const struct row rows[] = {
	{ { "-V" }, RC_USAGE,
	    "renew_amt_tls v" AMTCERT_VERSION " (amtcert " AMTCERT_VERSION ")\n" },
	{ { "-h" }, RC_USAGE,
	    "renew_amt_tls v" AMTCERT_VERSION " (amtcert " AMTCERT_VERSION ")\n" },
	{ { "-V", "--nonsense" }, RC_USAGE, "renew_amt_tls v" },
	{ { "--nonsense" }, RC_USAGE,
	    "renew_amt_tls: --nonsense: unknown option\nusage: " },
	{ { "-?" }, RC_USAGE, "renew_amt_tls: -?: unknown option\nusage: " },
	{ { "-H" }, RC_USAGE, "renew_amt_tls: -H: needs a value, NAME\n" },
	{ { "-H", "bad" }, RC_USAGE, "renew_amt_tls: --hostname: bad\n" },
	{ { "-t", "0" }, RC_USAGE, "renew_amt_tls: --timeout: 0: " },
	{ { "-t", "1e3" }, RC_USAGE, "renew_amt_tls: --timeout: 1e3: " },
	{ { "-t", "86401" }, RC_USAGE, "renew_amt_tls: --timeout: 86401: " },
	{ { "-f", "" }, RC_USAGE, "renew_amt_tls: --config: empty\n" },
	{ { "--extra=x" }, RC_USAGE,
	    "renew_amt_tls: --extra-opts: is not abbreviated\n" },
	{ { "<b>a\nb|c" }, RC_USAGE,
	    "renew_amt_tls: \\x3cb\\x3ea\\x5cx0ab\\x7cc: unexpected" },
	{ { long_word }, RC_USAGE, "renew_amt_tls:\nxxxxxxxxxx" },
	{ { "--nobody" }, RC_INTERNAL, NULL },
};

/* At most 80 columns each; how many. */
static size_t
count_lines(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; n++) {
		size_t len = strcspn(text, "\n");

		if (len > 80 || text[len] != '\n')
			fail_msg("%zu columns: %s", len, text);
		text += len + 1;
	}
	return n;
}

static void
wrong_lines_are_answered_by_name_and_usage(void **state)
{
	(void)state;
	memset(long_word, 'x', sizeof(long_word) - 1);
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct command command = { 0 };
		struct err err = { 0 };
		const char *name = NULL;
		struct buf out;

		buf_init(&out, ANSWER_MAX_BYTES);
		assert_rc(start(&command, rows[i].words, &name, &err), rows[i].rc,
		    &err);
		if (rows[i].text != NULL) {
			assert_int_equal(command_format_answer(&out, &command,
					     "renew_amt_tls: ", &err),
			    RC_OK);
			if (strncmp(buf_str(&out), rows[i].text,
				strlen(rows[i].text)) != 0)
				fail_msg("row %zu: %s", i, buf_str(&out));
			assert_true(
			    count_lines(buf_str(&out)) <= 23 || command.wants_help);
		}
		buf_clear(&out);
		command_clear(&command);
	}
}

static void
help_has_all_there_is(void **state)
{
	static const char *const words[WORDS_MAX] = { "--help" };
	struct command command = { 0 };
	struct err err = { 0 };
	struct buf out;

	(void)state;
	buf_init(&out, ANSWER_MAX_BYTES);
	assert_rc(start(&command, words, NULL, &err), RC_USAGE, &err);
	assert_string_equal(err.text, "");
	assert_int_equal(command_format_answer(&out, &command, "", &err), RC_OK);
	assert_has(buf_str(&out), "\nRenews.\n\nusage: renew_amt_tls [-H NAME] [-h]");
	assert_has(buf_str(&out), "\n  --extra-opts=[SECTION][@FILE]\n");
	assert_has(buf_str(&out), "\nExamples:\n  renew_amt_tls -H pc01.example\n");
	assert_true(count_lines(buf_str(&out)) > 20);
	buf_clear(&out);
	command_clear(&command);
}

/* In a process of its own: who closes standard output must not see it again as a
 * socket or a file that is written to. */
static int
start_without_descriptors(void *ctx)
{
	static const char *const words[WORDS_MAX] = { "-v" };
	static struct command command; /* the process ends with it */
	int fd;

	(void)ctx;
	(void)close(STDIN_FILENO);
	(void)close(STDOUT_FILENO);
	(void)close(STDERR_FILENO);
	if (start(&command, words, NULL, NULL) != RC_OK)
		return 1;
	fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (fd <= STDERR_FILENO)
		return 2;
	if (command_write(STDOUT_FILENO, "x", 1, NULL) != RC_SYSTEM)
		return 3;
	return command_write(STDERR_FILENO, "x", 1, NULL) == RC_OK ? 0 : 4;
}

static void
closed_descriptors_are_not_given_to_others(void **state)
{
	assert_int_equal(folder_run_child(*state, 0, start_without_descriptors, NULL),
	    0);
}

/* A reader that is gone is an error, not the end. */
static int
write_to_nobody(void *ctx)
{
	static const char *const words[WORDS_MAX] = { "-v" };
	static struct command command; /* the process ends with it */
	struct err err = { 0 };
	int ends[2];

	(void)ctx;
	if (start(&command, words, NULL, NULL) != RC_OK || pipe(ends) != 0)
		return 1;
	(void)close(ends[0]);
	if (command_write(ends[1], "x", 1, &err) != RC_SYSTEM)
		return 2;
	return strstr(err.text, "Broken pipe") != NULL ? 0 : 3;
}

static void
a_broken_pipe_is_an_error(void **state)
{
	assert_int_equal(folder_run_child(*state, 0, write_to_nobody, NULL), 0);
}

static enum rc
whole_job(void *ctx)
{
	static const char *const words[WORDS_MAX] = { "-H", "pc01.example", "-v" };
	struct command command = { 0 };
	struct err err = { 0 };
	const char *name = NULL;
	struct buf out;
	enum rc r;

	(void)ctx;
	buf_init(&out, ANSWER_MAX_BYTES);
	r = start(&command, words, &name, &err);
	if (r == RC_OK)
		r = command_format_answer(&out, &command, "renew_amt_tls: ", &err);
	command.wants_help = true;
	if (r == RC_OK)
		r = command_format_answer(&out, &command, "", &err);
	buf_clear(&out);
	command_clear(&command);
	return r;
}

static void
survives_every_failed_allocation(void **state)
{
	(void)state;
	assert_true(torture(whole_job, NULL) > 5);
}

int
main(void)
{
#define IN_FOLDER(test) \
	cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_taken),
		cmocka_unit_test(the_program_has_defaults_of_its_own),
		cmocka_unit_test(wrong_lines_are_answered_by_name_and_usage),
		cmocka_unit_test(help_has_all_there_is),
		IN_FOLDER(closed_descriptors_are_not_given_to_others),
		IN_FOLDER(a_broken_pipe_is_an_error),
		cmocka_unit_test(survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
