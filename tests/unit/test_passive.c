/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/scan/passive.c, sink_nagios.c and icinga_body.c: what a core is handed.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "scan/icinga_body.h"
#include "scan/sink.h"
#include "unit.h"

static const struct {
	const char *text;
	const char *json;
} bodies[] = {
	{ "AMT_TLS OK - a: fine | left=1s;2:;3: due=4s\n",
	    "{\"service\":\"pc1!amt-tls\",\"exit_status\":0,\"plugin_output\":\"AMT_TLS OK "
	    "- a: fine\",\"performance_data\":[\"left=1s;2:;3:\",\"due=4s\"]}" },
	{ "a\nb | c\n",
	    "{\"service\":\"pc1!amt-tls\",\"exit_status\":0,\"plugin_output\":\"a\\u000ab | "
	    "c\",\"performance_data\":[]}" },
	{ "say \"x\\x5c\"\n",
	    "{\"service\":\"pc1!amt-tls\",\"exit_status\":0,\"plugin_output\":\"say "
	    "\\\"x\\\\x5c\\\"\",\"performance_data\":[]}" },
	{ "",
	    "{\"service\":\"pc1!amt-tls\",\"exit_status\":0,\"plugin_output\":\"\","
	    "\"performance_data\":[]}" },
};

static void
an_icinga_body_is_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(bodies); i++) {
		const struct passive_result result = { .host = "pc1",
			.service = "amt-tls",
			.state = STATE_OK,
			.text = bodies[i].text };
		struct buf out;

		buf_init(&out, ICINGA_BODY_MAX_BYTES);
		assert_int_equal(icinga_body_format(&out, &result), RC_OK);
		assert_string_equal(buf_str(&out), bodies[i].json);
		buf_clear(&out);
	}
}

static void
takes_the_ways_it_knows(void **state)
{
	struct passive_settings settings = { .service = "amt-tls" };
	struct err err = { 0 };

	(void)state;
	assert_rc(passive_take(&settings, "nagios-spool=/a", &err), RC_OK, &err);
	assert_string_equal(settings.spool, "/a");
	assert_rc(passive_take_host(&settings, "short", &err), RC_OK, &err);
	assert_int_equal(settings.host, PASSIVE_HOST_SHORT);
	assert_rc(passive_check(&settings, &err), RC_OK, &err);
	assert_rc(passive_take(&settings, "nagios-spool=", &err), RC_USAGE, &err);
	err_clear(&err);
	assert_rc(passive_take(&settings, "pigeon", &err), RC_USAGE, &err);
	err_clear(&err);
	assert_rc(passive_take_host(&settings, "uuid", &err), RC_USAGE, &err);
}

static void
icinga_needs_a_login_and_a_ca(void **state)
{
	struct passive_settings settings = { .service = "amt-tls" };
	struct err err = { 0 };

	(void)state;
	assert_rc(passive_take(&settings, "icinga2=https://a", &err), RC_OK, &err);
	assert_rc(passive_check(&settings, &err), RC_USAGE, &err);
	err_clear(&err);
	settings.icinga_url = NULL;
	settings.icinga_ca = "/ca";
	assert_rc(passive_check(&settings, &err), RC_USAGE, &err);
}

/* The only file of the folder whose name has seven characters, and its .ok. */
static void
read_spool(const struct folder *folder, char text[], size_t size)
{
	DIR *dir = opendir(folder->path);
	const struct dirent *entry;
	char name[300] = "";
	char ok[320];
	size_t len;

	assert_non_null(dir);
	for (entry = readdir(dir); entry != NULL; entry = readdir(dir))
		if (strlen(entry->d_name) == 7 && entry->d_name[0] == 'c')
			assert_true(
			    snprintf(name, sizeof(name), "%s", entry->d_name) > 0);
	(void)closedir(dir);
	assert_string_not_equal(name, "");
	assert_true(snprintf(ok, sizeof(ok), "%s.ok", name) > 0);
	assert_int_equal(access(folder_file(folder, ok), F_OK), 0);
	len = folder_get(folder_file(folder, name), text, size - 1);
	text[len] = '\0';
}

static void
a_spool_file_is_whole_and_says_so(void **state)
{
	const struct folder *folder = *state;
	const struct passive_result result = { .host = "pc1",
		.service = "amt-tls",
		.state = STATE_CRITICAL,
		.text = "bad \\ thing | a=1s\nsecond\n",
		.at = 1700000000 };
	struct sink *sink = NULL;
	struct err err = { 0 };
	char text[4096];

	assert_rc(sink_open_spool(folder->path, &sink, &err), RC_OK, &err);
	sink->ops->put(sink, &result);
	sink->ops->put(sink, &result);
	assert_int_equal(folder_count(folder), 0);
	sink->ops->flush(sink);
	sink->ops->flush(sink);
	assert_int_equal(sink->n_told, 2);
	assert_int_equal(sink->n_untold, 0);
	assert_int_equal(folder_count(folder), 2);
	read_spool(folder, text, sizeof(text));
	assert_has(text, "file_time=1700000000\n\nhost_name=pc1\n");
	assert_has(text, "\nservice_description=amt-tls\n");
	assert_has(text, "\nreturn_code=2\n");
	assert_has(text, "\noutput=bad \\\\ thing | a=1s\\nsecond\n\nhost_name=pc1\n");
	sink->ops->free(sink);
	assert_rc(sink_open_spool(folder_file(folder, "none"), &sink, &err), RC_SYSTEM,
	    &err);
}

static void
a_command_line_fits_a_write(void **state)
{
	const struct folder *folder = *state;
	const char *path = folder_file(folder, "cmd");
	char long_text[5000];
	struct passive_result result = { .host = "pc1",
		.service = "amt-tls",
		.state = STATE_WARNING,
		.text = long_text,
		.at = 1700000000 };
	struct sink *sink = NULL;
	struct err err = { 0 };
	char text[8192];
	ssize_t n;
	int fd;

	memset(long_text, 'x', sizeof(long_text));
	long_text[sizeof(long_text) - 1] = '\0';
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_rc(sink_open_command(path, &sink, &err), RC_CONNECT, &err);
	err_clear(&err);
	fd = open(path, O_RDONLY | O_NONBLOCK);
	assert_true(fd >= 0);
	assert_rc(sink_open_command(path, &sink, &err), RC_OK, &err);
	sink->ops->put(sink, &result);
	result.text = "short\n";
	sink->ops->put(sink, &result);
	sink->ops->flush(sink);
	assert_int_equal(sink->n_told, 2);
	n = read(fd, text, sizeof(text) - 1);
	assert_true(n > 4096 && n < 4200);
	text[n] = '\0';
	assert_memory_equal(text,
	    "[1700000000] PROCESS_SERVICE_CHECK_RESULT;pc1;amt-tls;1;xxxx", 60);
	assert_int_equal(text[4095], '\n');
	assert_string_equal(text + 4096,
	    "[1700000000] PROCESS_SERVICE_CHECK_RESULT;pc1;amt-tls;1;short\n");
	(void)close(fd);
	sink->ops->put(sink, &result);
	sink->ops->flush(sink);
	assert_int_equal(sink->n_untold, 1);
	assert_int_equal(sink->err.rc, RC_SYSTEM);
	sink->ops->free(sink);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_icinga_body_is_json),
		cmocka_unit_test(takes_the_ways_it_knows),
		cmocka_unit_test(icinga_needs_a_login_and_a_ca),
		cmocka_unit_test_setup_teardown(a_spool_file_is_whole_and_says_so,
		    folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(a_command_line_fits_a_write,
		    folder_setup, folder_teardown),
	};
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	if (sigaction(SIGPIPE, &ignore, NULL) != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
