/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * renew_amt_8021x: renews the 802.1X client certificate of a device.  All of it is in
 * renew/renew_8021x.h; here are its words.
 */
#include "amt/target.h"
#include "policy/setting.h"
#include "remedy_main.h"
#include "renew/renew_8021x.h"

#define PROGRAM "renew_amt_8021x"

/* clang-format off */
static const struct opt own_options[] = {
	{ "force", 0, "WORD", "Override one gate: not-due or names. May be repeated." },
	{ NULL, 0, NULL, NULL },
};

static const struct opt *const tables[] = {
	target_options, target_login_options, own_options, remedy_options,
	remedy_ca_options, policy_options, command_options, NULL,
};

static const struct command_info info = {
	.program = PROGRAM,
	.purpose =
	    "Renews the client certificate by which an Intel AMT device logs in to an 802.1X\n"
	    "network, wired or Wi-Fi. Prints the plan; with --apply it is carried out, read\n"
	    "back over a fresh session, and undone when that shows anything else. What the\n"
	    "network says of the new certificate is not seen from here.\n"
	    "\n"
	    "Exit status: 0 done, nothing to do, or planned; 1 failed, the device is as it\n"
	    "was; 2 failed after a change, run it again; 3 usage or configuration.\n",
	.examples =
	    "  " PROGRAM " -H pc01.example --ca network\n"
	    "  " PROGRAM " -H pc01.example --ca network --apply\n",
	.timeout_s = REMEDY_TIMEOUT_S,
	.options = tables,
};
/* clang-format on */

int
main(int argc, char **argv)
{
	static const struct remedy_program program = { .info = &info,
		.procedure = &renew_8021x };

	return remedy_main(&program, argc, argv);
}
