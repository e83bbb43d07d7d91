/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sync_amt_clock: sets the clock of a device.  All of it is in renew/sync_clock.h;
 * here are its words.
 */
#include "amt/target.h"
#include "remedy_main.h"
#include "renew/sync_clock.h"

#define PROGRAM "sync_amt_clock"

/* clang-format off */
static const struct opt *const tables[] = {
	target_options, target_login_options, remedy_options, command_options, NULL,
};

static const struct command_info info = {
	.program = PROGRAM,
	.purpose =
	    "Sets the clock of an Intel AMT device by that of this host, which should be\n"
	    "right itself. Prints the plan; with --apply the clock is set and read back:\n"
	    "what is left is two seconds at most. A clock that is right is left alone.\n"
	    "\n"
	    "Exit status: 0 done, nothing to do, or planned; 1 failed, the device is as it\n"
	    "was; 2 failed after a change, run it again; 3 usage or configuration.\n",
	.examples =
	    "  " PROGRAM " -H pc01.example\n"
	    "  " PROGRAM " -H pc01.example --apply\n",
	.timeout_s = REMEDY_TIMEOUT_S,
	.options = tables,
};
/* clang-format on */

int
main(int argc, char **argv)
{
	static const struct remedy_program program = { .info = &info,
		.procedure = &sync_clock };

	return remedy_main(&program, argc, argv);
}
