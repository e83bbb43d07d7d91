/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/plugin/stop.c: each signal that means "stop" is heard, and ends no process.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plugin/stop.h"
#include "unit.h"

enum {
	DEAF = 1,  /* it was not heard */
	EARLY = 2, /* it was heard before it came */
};

/* In a process of its own: the flag stays up. The exit status of the child. */
static int
raise_in_child(int number)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		if (stop_catch(NULL) != RC_OK || stop_is_wanted())
			_exit(EARLY);
		if (raise(number) != 0 || !stop_is_wanted())
			_exit(DEAF);
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void
each_is_heard(void **state)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGHUP, SIGXFSZ };

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		assert_int_equal(raise_in_child(numbers[i]), 0);
	assert_false(stop_is_wanted());
}

static void
others_are_left_alone(void **state)
{
	(void)state;
	assert_int_equal(raise_in_child(SIGUSR1), 128 + SIGUSR1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_heard),
		cmocka_unit_test(others_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
