/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/queue/courier.c: a line is handed to a program as it stands, until that has taken
 * it; whatever is killed, and whenever.  The programs are shell scripts.
 * not under valgrind: it does not know pidfd_open(2)
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "folder.h"
#include "inventory/outbox.h"
#include "policy/config.h"
#include "queue/courier.h"
#include "queue/row_lock.h"
#include "unit.h"

#define NOW  INT64_C(1760000000)
#define LINE "{\"uuid\":\"x\",\"device\":\"pc1\"}\n"

enum {
	TEXT_MAX = 8192,
	LATER_S = 7200,
	KILLS_MAX = 20,
};

static const struct folder *folder;
static struct conf *conf;
static int64_t now;
static int n_asked; /* for the time */
static int killed_at;
static bool stopped;
static int n_told;
static char told[TEXT_MAX]; /* the last line */
static bool told_taken;

/* It ends this process when it is asked for the killed_at-th time. */
static int64_t
ask_time(void)
{
	n_asked++;
	if (n_asked == killed_at)
		(void)raise(SIGKILL);
	return now;
}

static bool
is_stopped(void)
{
	return stopped;
}

static void
note_line(void *ctx, bool was_taken, const char *line)
{
	(void)ctx;
	n_told++;
	told_taken = was_taken;
	(void)snprintf(told, sizeof(told), "%s", line);
}

static const char *
inventory(void)
{
	return folder_file(folder, "inventory.db");
}

static void
configure(const char *text)
{
	struct err err = { 0 };

	conf_free(conf);
	conf = NULL;
	assert_rc(conf_parse("x.conf", text, strlen(text), config_rules, &conf, &err),
	    RC_OK, &err);
}

/* A script that notes what it reads, does what body says, and is configured. */
static void
configure_script(const char *body, const char *more)
{
	const char *path = folder_file(folder, "tell");
	char text[TEXT_MAX];
	int n = snprintf(text, sizeof(text), "#!/bin/sh\ncd %s\ncat >>told\n%s\n",
	    folder->path, body);

	assert_true(n > 0 && n < TEXT_MAX);
	folder_put(path, text, (size_t)n);
	assert_int_equal(chmod(path, 0700), 0);
	(void)snprintf(text, sizeof(text), "[defaults]\nhandover-command = %s -x y\n%s",
	    path, more);
	configure(text);
}

/* What the script has noted. */
static const char *
noted(const char *file)
{
	static char text[TEXT_MAX];
	size_t len = 0;

	if (access(folder_file(folder, file), F_OK) == 0)
		len = folder_get(folder_file(folder, file), text, sizeof(text) - 1);
	text[len] = '\0';
	return text;
}

static size_t
n_noted(void)
{
	size_t n = 0;

	for (const char *p = noted("told"); (p = strstr(p, LINE)) != NULL; p++)
		n++;
	return n;
}

/* A run of pc1 and its line, for that device. */
static void
put_line(int number, const char *name)
{
	const struct outbox_note note = { .run_id = number,
		.device_uuid = name,
		.device_name = name,
		.line = LINE };
	struct db db = { 0 };
	struct err err = { 0 };

	assert_rc(db_open(inventory(), &db, &err), RC_OK, &err);
	assert_rc(
	    db_exec(&db,
		"INSERT INTO run (device_uuid, remedy, serial_number,"
		" started_at, closed_at, outcome, old_fingerprint)"
		" VALUES ('x', 'renew_amt_tls', '01', 0, 1, 'done', zeroblob(32))",
		&err),
	    RC_OK, &err);
	assert_rc(outbox_add(&db, &note, NOW, &err), RC_OK, &err);
	db_close(&db);
}

static struct outbox_counts
waiting(void)
{
	struct outbox_counts counts;
	struct db db = { 0 };
	struct err err = { 0 };

	assert_rc(db_open_read_only(inventory(), &db, &err), RC_OK, &err);
	assert_rc(outbox_count(&db, &counts, &err), RC_OK, &err);
	db_close(&db);
	return counts;
}

static enum rc
deliver(const char *name, struct err *err)
{
	const struct courier courier = { .conf = conf,
		.inventory_file = inventory(),
		.is_stopped = is_stopped,
		.now = ask_time,
		.log = note_line };

	return courier_deliver(&courier, name, err);
}

static void
deliver_all(void)
{
	struct err err = { 0 };

	assert_rc(deliver(NULL, &err), RC_OK, &err);
}

static int
setup(void **state)
{
	now = NOW;
	n_asked = killed_at = n_told = 0;
	stopped = false;
	if (folder_setup(state) != 0)
		return -1;
	folder = *state;
	return 0;
}

static int
teardown(void **state)
{
	conf_free(conf);
	conf = NULL;
	return folder_teardown(state);
}

static void
hands_over_the_line_and_nothing_else(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_rc(deliver(NULL, &err), RC_OK, &err);
	assert_int_not_equal(access(inventory(), F_OK), 0);
	assert_int_equal(setenv("AMTCERT_TEST_SECRET", "s3cret", 1), 0);
	configure_script("env >env; echo \"$*\" >args; echo 'pinned|\033[1m'", "");
	put_line(1, "pc1");
	deliver_all();
	assert_int_equal(unsetenv("AMTCERT_TEST_SECRET"), 0);
	assert_string_equal(noted("told"), LINE);
	assert_string_equal(noted("args"), "-x y\n");
	assert_has(noted("env"), "LC_ALL=C\n");
	assert_null(strstr(noted("env"), "s3cret"));
	assert_int_equal(waiting().n, 0);
	assert_true(told_taken);
	assert_string_equal(told, "pc1: hand-over delivered: pinned|\\x1b[1m");
	deliver_all();
	assert_string_equal(noted("told"), LINE);
	assert_int_equal(n_told, 1);
}

static const struct {
	const char *body;
	const char *more; /* of the section */
	const char *why;
} failures[] = {
	{ "echo 'no such console' >&2; exit 3", "",
	    ": exit status 3: no such console;" },
	{ "printf 'a\\033[1m\\nb'; exit 1", "", ": exit status 1: a\\x1b[1m;" },
	{ "exit 1", "", ": exit status 1;" },
	{ "kill -SEGV $$", "", ": ended by signal 11;" },
	{ "head -c 3000000 /dev/zero", "", ": wrote more than 1048576 bytes;" },
	{ "exec sleep 600", "handover-timeout = 1s\n", ": did not end within 1 s;" },
};

static void
says_what_went_wrong_and_tries_again_later(void **state)
{
	(void)state;
	put_line(1, "pc1");
	for (size_t i = 0; i < UNIT_COUNT(failures); i++) {
		configure_script(failures[i].body, failures[i].more);
		deliver_all();
		assert_false(told_taken);
		assert_has(told, failures[i].why);
		assert_has(told, "pc1: hand-over not delivered: ");
		assert_has(told, "; again at 2025-10-09T");
		assert_int_equal(waiting().bad.n_failed, i + 1);
		/* Not before its time. */
		n_told = 0;
		deliver_all();
		assert_int_equal(n_told, 0);
		now += LATER_S;
	}
	configure_script("exit 0", "");
	deliver_all();
	assert_int_equal(waiting().n, 0);
	assert_int_equal(n_noted(), UNIT_COUNT(failures) + 1);
}

static void
runs_no_program_that_others_may_have_changed(void **state)
{
	const char *path;

	(void)state;
	put_line(1, "pc1");
	configure("[defaults]\n");
	deliver_all();
	assert_has(told, "not delivered: no handover-command is configured;");
	now += LATER_S;
	configure_script("exit 0", "");
	path = folder_file(folder, "tell");
	assert_int_equal(chmod(path, 0702), 0);
	deliver_all();
	assert_has(told, "others can write it");
	now += LATER_S;
	assert_int_equal(chmod(path, 0600), 0);
	deliver_all();
	assert_has(told, "cannot be run");
	now += LATER_S;
	assert_int_equal(unlink(path), 0);
	deliver_all();
	assert_has(told, "cannot be run");
	assert_string_equal(noted("told"), "");
	assert_int_equal(waiting().bad.n_failed, 4);
}

static const struct {
	const char *text;
	const char *why; /* NULL: good */
} keys[] = {
	{ "[defaults]\n", NULL },
	{ "[defaults]\nhandover-command = /bin/x y\nhandover-timeout = 5m\n", NULL },
	{ "[defaults]\nhandover-command = tell\n",
	    "x.conf:2: [defaults]: handover-command: tell: not an absolute path" },
	{ "[device pc1]\nhandover-command = tell\n", "x.conf:2: [device pc1]: " },
	{ "[device pc2]\nhandover-command = tell\n", NULL },
	{ "[defaults]\nhandover-timeout = 0s\n", "handover-timeout: no time at all" },
	{ "[defaults]\nhandover-timeout = 6m\n", "handover-timeout: " },
	{ "[defaults]\nhandover-timeout = 10\n", "handover-timeout: " },
};

static void
tells_of_keys_that_cannot_be_used(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(keys); i++) {
		struct err err = { 0 };

		configure(keys[i].text);
		assert_rc(courier_check(conf, "pc1", &err),
		    keys[i].why == NULL ? RC_OK : RC_CONFIG, &err);
		if (keys[i].why != NULL)
			assert_has(err.text, keys[i].why);
	}
}

/* After the first that is not taken it does not go on: the next may end alike. */
static void
begins_with_the_device_that_was_asked_for_and_stops_at_a_failure(void **state)
{
	struct err err = { 0 };

	(void)state;
	for (int i = 1; i <= 3; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "pc%d", i);
		put_line(i, name);
	}
	configure_script("exit 1", "");
	assert_rc(deliver("pc2", &err), RC_OK, &err);
	assert_int_equal(n_told, 1);
	assert_has(told, "pc2: ");
	assert_rc(deliver("pc2", &err), RC_OK, &err);
	assert_has(told, "pc1: ");
	stopped = true;
	deliver_all();
	assert_int_equal(n_told, 2);
	stopped = false;
	configure_script("exit 0", "");
	deliver_all();
	assert_has(told, "pc3: ");
	now += LATER_S;
	deliver_all();
	assert_int_equal(waiting().n, 0);
}

static void
leaves_alone_what_another_process_is_at(void **state)
{
	struct err err = { 0 };
	int fd = -1;

	(void)state;
	put_line(1, "pc1");
	put_line(2, "pc2");
	configure_script("exit 0", "");
	assert_rc(row_lock_take(inventory(), "outbox", 1, &fd, &err), RC_OK, &err);
	deliver_all();
	assert_int_equal(n_told, 1);
	assert_has(told, "pc2: ");
	row_lock_free(inventory(), "outbox", 1, fd);
	deliver_all();
	assert_int_equal(waiting().n, 0);
	assert_int_equal(n_told, 2);
}

/* Deliver in a process of its own; whether it was killed. */
static bool
is_killed_at(int number)
{
	struct err err = { 0 };
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		n_asked = 0;
		killed_at = number;
		_exit(deliver("pc1", &err) == RC_OK ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
	return WIFSIGNALED(status);
}

/* The time is asked for before each thing that it does. */
static void
delivers_at_least_once_wherever_it_is_killed(void **state)
{
	bool was_killed = true;
	size_t before = 0;
	int n = 0;

	(void)state;
	configure_script("exit 0", "");
	while (was_killed) {
		n++;
		assert_true(n < KILLS_MAX);
		put_line(n, "pc1");
		was_killed = is_killed_at(n);
		deliver_all();
		assert_int_equal(waiting().n, 0);
		assert_true(n_noted() > before);
		assert_true(n_noted() <= before + 2);
		before = n_noted();
	}
	assert_true(n > 3); /* to find it, to read it, to mark it */
}

static void
delivers_again_when_it_was_killed_beside_the_program(void **state)
{
	(void)state;
	put_line(1, "pc1");
	configure_script("[ -e been ] || { : >been; kill -KILL $PPID; }", "");
	assert_true(is_killed_at(0));
	assert_int_equal(waiting().n, 1);
	assert_int_equal(waiting().n_failed, 0);
	deliver_all();
	assert_int_equal(waiting().n, 0);
	assert_int_equal(n_noted(), 2);
}

#define WITH_FOLDER(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FOLDER(hands_over_the_line_and_nothing_else),
		WITH_FOLDER(says_what_went_wrong_and_tries_again_later),
		WITH_FOLDER(runs_no_program_that_others_may_have_changed),
		WITH_FOLDER(tells_of_keys_that_cannot_be_used),
		WITH_FOLDER(
		    begins_with_the_device_that_was_asked_for_and_stops_at_a_failure),
		WITH_FOLDER(leaves_alone_what_another_process_is_at),
		WITH_FOLDER(delivers_at_least_once_wherever_it_is_killed),
		WITH_FOLDER(delivers_again_when_it_was_killed_beside_the_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
