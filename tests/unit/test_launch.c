/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/queue/launch.c: how a process ends, its last words and its result, and one that
 * has to be told to stop.  The programs are the system's shell.
 */
#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "queue/launch.h"
#include "unit.h"

enum {
	LONG_MS = 60 * 1000,
};

static bool stopped;

static bool
is_stopped(void)
{
	return stopped;
}

static struct launched
runs(const char *script, int64_t time_ms)
{
	static char shell[] = "/bin/sh";
	static char option[] = "-c";
	static char path[] = "PATH=/usr/bin:/bin";
	char text[512];
	const struct call call = { .args = { shell, option, text }, .env = { path } };
	struct launched launched;
	int lock = open("/dev/null", O_RDONLY | O_CLOEXEC);

	assert_true(lock >= 0);
	assert_true(strlen(script) < sizeof(text));
	memcpy(text, script, strlen(script) + 1);
	launch_run(&call, lock, clock_monotonic_ms() + time_ms, is_stopped, &launched);
	close(lock);
	return launched;
}

static void
tells_the_exit_status_and_the_last_line(void **state)
{
	struct launched launched =
	    runs("echo one; echo ' two' >&2; echo; exit 0", LONG_MS);

	(void)state;
	assert_int_equal(launched.outcome.end, JOB_END_EXIT);
	assert_int_equal(launched.outcome.exit_status, 0);
	assert_string_equal(launched.text, " two");
	launched = runs("printf 'no end of line'; exit 2", LONG_MS);
	assert_int_equal(launched.outcome.exit_status, 2);
	assert_string_equal(launched.text, "no end of line");
	assert_string_equal(launched.class, "exit status 2");
	launched = runs("exit 7", LONG_MS);
	assert_string_equal(launched.text, "");
}

static void
takes_the_word_that_is_handed_over(void **state)
{
	struct launched launched =
	    runs("printf 'no answer in time' >&4; exit 1", LONG_MS);

	(void)state;
	assert_string_equal(launched.class, "no answer in time");
	launched =
	    runs("printf 'a\\nb|far longer than what the field has room for' >&4;"
		 " exit 1",
		LONG_MS);
	assert_int_equal(strlen(launched.class) < BREAKER_CLASS_SIZE, 1);
	assert_null(strchr(launched.class, '\n'));
}

static void
keeps_the_end_of_what_never_ends(void **state)
{
	struct launched launched = runs("i=0; while [ $i -lt 3000 ]; do echo line $i;"
					" i=$((i + 1)); done; echo the end",
	    LONG_MS);

	(void)state;
	assert_int_equal(launched.outcome.exit_status, 0);
	assert_string_equal(launched.text, "the end");
	launched = runs("head -c 100000 /dev/zero | tr '\\0' x; exit 1", LONG_MS);
	assert_int_equal(launched.outcome.exit_status, 1);
	assert_int_equal(launched.text[0], 'x');
}

static void
tells_a_signal(void **state)
{
	struct launched launched = runs("kill -KILL $$", LONG_MS);

	(void)state;
	assert_int_equal(launched.outcome.end, JOB_END_KILLED);
	assert_string_equal(launched.class, "signal 9");
}

static void
tells_what_cannot_be_run(void **state)
{
	static char none[] = "/nowhere/renew_amt_tls";
	const struct call call = { .args = { none } };
	struct launched launched;

	(void)state;
	launch_run(&call, STDIN_FILENO, clock_monotonic_ms() + LONG_MS, is_stopped,
	    &launched);
	assert_int_equal(launched.outcome.end, JOB_END_NOT_RUN);
	assert_string_equal(launched.text,
	    "/nowhere/renew_amt_tls: cannot be run: No such file or directory");
}

/* Whether it had time to heed the signal or not. */
static void
tells_it_to_stop_when_its_time_is_over(void **state)
{
	struct launched launched =
	    runs("trap 'echo stopped; exit 2' TERM; while :; do sleep 0.1; done", 0);

	(void)state;
	assert_true(launched.outcome.end == JOB_END_EXIT ||
	    launched.outcome.end == JOB_END_KILLED);
	assert_true(launched.outcome.end == JOB_END_KILLED ||
	    launched.outcome.exit_status == 2);
	assert_string_equal(launched.class, rc_text(RC_TIMEOUT));
}

static void
hands_on_that_it_was_told_to_stop(void **state)
{
	struct launched launched;

	(void)state;
	stopped = true;
	launched = runs("while :; do sleep 0.1; done", LONG_MS);
	stopped = false;
	assert_int_equal(launched.outcome.end, JOB_END_STOPPED);
}

/* The lock, so that it is held; nothing else of ours. */
static void
inherits_five_descriptors(void **state)
{
	int mine = open("/dev/null", O_RDONLY);
	struct launched launched =
	    runs("cd /proc/$$/fd; for n in 0 1 2 3 4 5 6 7 8 9 10"
		 " 11 12 13 14 15 16; do [ ! -e $n ] ||"
		 " all=\"$all $n\"; done; echo \"have$all\"",
		LONG_MS);

	(void)state;
	assert_true(mine >= 0);
	close(mine);
	assert_string_equal(launched.text, "have 0 1 2 3 4");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_the_exit_status_and_the_last_line),
		cmocka_unit_test(takes_the_word_that_is_handed_over),
		cmocka_unit_test(keeps_the_end_of_what_never_ends),
		cmocka_unit_test(tells_a_signal),
		cmocka_unit_test(tells_what_cannot_be_run),
		cmocka_unit_test(tells_it_to_stop_when_its_time_is_over),
		cmocka_unit_test(hands_on_that_it_was_told_to_stop),
		cmocka_unit_test(inherits_five_descriptors),
	};

	return cmocka_run_group_tests_name("launch", tests, NULL, NULL);
}
