/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/plugin/nagios_status.c: what a status file says of one service, and the files
 * that say nothing.
 */
#include "folder.h"
#include "plugin/nagios_status.h"
#include "torture.h"
#include "unit.h"

#define NOW	INT64_C(1795329240)
#define INFO	"# a comment\n\ninfo {\n\tcreated=1795329230\n\tversion=4.4.6\n\t}\n\n"
#define PROGRAM "programstatus {\n\tnagios_pid=1\n\t}\n\n"
#define HOST                                      \
	"hoststatus {\n\thost_name=pc1.example\n" \
	"\tproblem_has_been_acknowledged=1\n"     \
	"\tis_flapping=1\n\t}\n\n"
#define SERVICE(name, acknowledged, flapping)                                   \
	"servicestatus {\n\thost_name=pc1.example\n\tservice_description=" name \
	"\n\tplugin_output=AMT_TLS OK - fine\\n\\tis_flapping=1\n"              \
	"\tproblem_has_been_acknowledged=" acknowledged                         \
	"\n\tacknowledgement_type=1\n\tis_flapping=" flapping "\n\t}\n\n"
#define COMMENT                                                             \
	"servicecomment {\n\thost_name=pc1.example\n\tservice_description=" \
	"amt-tls\n\tis_flapping=1\n\t}\n\n"

static enum rc
parse(const char *text, const char *service, struct nagios_status *status)
{
	struct err err = { 0 };

	return nagios_status_parse(text, strlen(text), "pc1.example", service, NOW,
	    status, &err);
}

static void
tells_one_service_from_the_others(void **state)
{
	static const char text[] = INFO PROGRAM HOST COMMENT SERVICE("amt-tls2", "1",
	    "1") SERVICE("amt-tls", "1", "0") SERVICE("amt-store", "0", "1");
	struct nagios_status status;

	(void)state;
	assert_int_equal(parse(text, "amt-tls", &status), RC_OK);
	assert_string_equal(status.acknowledged, "1");
	assert_string_equal(status.flapping, "0");
	assert_int_equal(parse(text, "amt-store", &status), RC_OK);
	assert_string_equal(status.acknowledged, "0");
	assert_string_equal(status.flapping, "1");
}

struct wrong_case {
	const char *text;
	enum rc rc;
};

static const struct wrong_case wrong_cases[] = {
	{ "", RC_FORMAT },
	{ "not a status file at all\n", RC_FORMAT },
	{ PROGRAM SERVICE("amt-tls", "0", "0"), RC_FORMAT },
	{ "info {\n\tcreated=soon\n\t}\n\n" SERVICE("amt-tls", "0", "0"), RC_FORMAT },
	{ "info {\n\tcreated=1795328939\n\t}\n\n" SERVICE("amt-tls", "0", "0"),
	    RC_STATE },
	{ INFO, RC_NOTFOUND },
	{ INFO SERVICE("amt-store", "0", "0"), RC_NOTFOUND },
	{ INFO HOST COMMENT, RC_NOTFOUND },
	{ INFO "servicestatus {\n\thost_name=pc1.example\n"
	       "\tservice_description=amt-tls\n\tis_flapping=0\n\t}\n",
	    RC_FORMAT },
	{ INFO "servicestatus {\n\thost_name=pc1.example\n"
	       "\tservice_description=amt-tls\n\tis_flapping=0\n",
	    RC_NOTFOUND },
	{ INFO SERVICE("amt-tls", "0", "00000000000000000"), RC_FORMAT },
};

static void
what_is_not_said_is_no_answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(wrong_cases); i++) {
		struct nagios_status status = { .flapping = "?" };

		assert_int_equal(parse(wrong_cases[i].text, "amt-tls", &status),
		    wrong_cases[i].rc);
		assert_string_equal(status.flapping, "?");
	}
}

/* Cut anywhere it is an answer or none, and nothing behind the end is looked at. */
static void
a_file_cut_anywhere_is_harmless(void **state)
{
	static const char text[] = INFO HOST SERVICE("amt-tls", "0", "0");
	size_t n_answers = 0;

	(void)state;
	for (size_t len = 0; len < sizeof(text); len++) {
		char *copy = test_malloc(len == 0 ? 1 : len);
		struct nagios_status status;
		struct err err = { 0 };

		memcpy(copy, text, len);
		n_answers += nagios_status_parse(copy, len, "pc1.example", "amt-tls",
				 NOW, &status, &err) == RC_OK;
		test_free(copy);
	}
	assert_int_equal(n_answers, 2); /* with and without the last line feed */
}

static void
reads_a_file(void **state)
{
	static const char text[] = INFO SERVICE("amt-tls", "0", "1");
	const char *path = folder_file(*state, "status.dat");
	struct nagios_status status;
	struct err err = { 0 };

	folder_put(path, text, sizeof(text) - 1);
	assert_rc(nagios_status_read(path, "pc1.example", "amt-tls", NOW, &status,
		      &err),
	    RC_OK, &err);
	assert_string_equal(status.flapping, "1");
	assert_int_equal(nagios_status_read(folder_file(*state, "missing"), "a", "b",
			     NOW, &status, &err),
	    RC_SYSTEM);
	assert_has(err.text, "missing");
	err_clear(&err);
	folder_put(path, "", 0);
	assert_int_equal(nagios_status_read(path, "a", "b", NOW, &status, &err),
	    RC_FORMAT);
}

static enum rc
ask(void *ctx)
{
	struct nagios_status status;

	return parse(ctx, "amt-tls", &status);
}

static void
survives_a_lack_of_memory(void **state)
{
	static char text[] = INFO SERVICE("amt-tls", "0", "1");

	(void)state;
	(void)torture(ask, text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_one_service_from_the_others),
		cmocka_unit_test(what_is_not_said_is_no_answer),
		cmocka_unit_test(a_file_cut_anywhere_is_harmless),
		cmocka_unit_test_setup_teardown(reads_a_file, folder_setup,
		    folder_teardown),
		cmocka_unit_test(survives_a_lack_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
