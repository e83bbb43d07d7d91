/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reprovision_amt_tls: makes a device manageable again whose TLS is expired, off or was
 * never set up.  All of it is in renew/reprovision.h; here are its words.
 */
#include "amt/target.h"
#include "policy/setting.h"
#include "remedy_main.h"
#include "renew/reprovision.h"

#define PROGRAM "reprovision_amt_tls"

/* clang-format off */
static const struct opt own_options[] = {
	{ "force", 0, "WORD", "Override one gate: not-due. May be repeated." },
	{ NULL, 0, NULL, NULL },
};

static const struct opt *const tables[] = {
	target_options, target_login_options, own_options, remedy_options,
	remedy_ca_options, policy_options, command_options, NULL,
};

static const struct command_info info = {
	.program = PROGRAM,
	.purpose =
	    "Sets up TLS again on an Intel AMT device whose certificate has expired, whose TLS is\n"
	    "off or was never set up, or whose clock was reset. The device is known by its key or\n"
	    "by its path with only the time ignored, before any password is shown. Prints the\n"
	    "plan; with --apply it is carried out, proved, and undone when there is no proof. A\n"
	    "run that was interrupted is continued by the next.\n"
	    "\n"
	    "Exit status: 0 done, nothing to do, or planned; 1 failed, the device is as it\n"
	    "was; 2 failed after a change, run it again; 3 usage or configuration.\n",
	.examples =
	    "  " PROGRAM " -H pc01.example\n"
	    "  " PROGRAM " -H pc01.example --apply\n"
	    "  " PROGRAM " -H pc01.example --apply --plain\n",
	.timeout_s = REMEDY_TIMEOUT_S,
	.options = tables,
};
/* clang-format on */

int
main(int argc, char **argv)
{
	static const struct remedy_program program = { .info = &info,
		.procedure = &reprovision_tls };

	return remedy_main(&program, argc, argv);
}
