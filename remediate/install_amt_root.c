/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * install_amt_root: gives a device a trusted root.  All of it is in
 * renew/install_root.h; here are its words.
 */
#include <string.h>

#include "amt/target.h"
#include "remedy_main.h"
#include "renew/install_root.h"

#define PROGRAM "install_amt_root"

/* clang-format off */
static const struct opt own_options[] = {
	{ "root", 0, "FILE", "PEM file with the one certificate that the device shall trust." },
	{ "force", 0, "WORD", "Override one gate: mutual." },
	{ NULL, 0, NULL, NULL },
};

static const struct opt *const tables[] = {
	target_options, target_login_options, own_options, remedy_options,
	command_options, NULL,
};

static const struct command_info info = {
	.program = PROGRAM,
	.purpose =
	    "Gives an Intel AMT device one more trusted root, by which it judges consoles,\n"
	    "networks (802.1X) and its management presence server. Prints the plan; with\n"
	    "--apply the root is stored and read back byte for byte. One that is there is\n"
	    "left alone; none is ever replaced or removed.\n"
	    "\n"
	    "Exit status: 0 done, nothing to do, or planned; 1 failed, the device is as it\n"
	    "was; 2 failed after a change, run it again; 3 usage or configuration.\n",
	.examples =
	    "  " PROGRAM " -H pc01.example --root new-ca.pem\n"
	    "  " PROGRAM " -H pc01.example --root new-ca.pem --apply\n",
	.timeout_s = REMEDY_TIMEOUT_S,
	.options = tables,
};
/* clang-format on */

static enum rc
take(void *ctx, const struct opt *opt, const char *value, struct err *err)
{
	struct install_root_args *args = ctx;

	(void)err;
	if (strcmp(opt->long_name, "root") != 0)
		return RC_NOTFOUND;
	args->file = value;
	return RC_OK;
}

int
main(int argc, char **argv)
{
	struct install_root_args args = { 0 };
	const struct remedy_program program = { .info = &info,
		.procedure = &install_root,
		.take = take,
		.args = &args };

	return remedy_main(&program, argc, argv);
}
