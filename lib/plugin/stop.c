/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A flag that signals set.
 */
#include "plugin/stop.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t was_told_to_stop;

static void
on_stop(int number)
{
	(void)number;
	was_told_to_stop = 1;
}

bool
stop_is_wanted(void)
{
	return was_told_to_stop != 0;
}

enum rc
stop_catch(struct err *err)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGHUP, SIGXFSZ };
	const struct sigaction action = { .sa_handler = on_stop };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (sigaction(numbers[i], &action, NULL) != 0)
			return err_system(err, "signals: cannot be caught");
	return RC_OK;
}
