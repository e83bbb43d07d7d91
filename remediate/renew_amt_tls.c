/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * renew_amt_tls: renews the certificate that a device serves on its TLS port.
 * All of it is in renew/renew_tls.h; here are its words.
 */
#include <string.h>

#include "amt/target.h"
#include "policy/setting.h"
#include "remedy_main.h"
#include "renew/renew_tls.h"

#define PROGRAM "renew_amt_tls"

/* clang-format off */
static const struct opt own_options[] = {
	{ "force", 0, "WORD",
	    "Override one gate: not-due, expired, clock or take-over. May be repeated." },
	{ "no-clock-sync", 0, NULL,
	    "Leave the device's clock alone; one that is a day behind is refused then." },
	{ NULL, 0, NULL, NULL },
};

static const struct opt *const tables[] = {
	target_options, target_login_options, own_options, remedy_options,
	remedy_ca_options, policy_options, command_options, NULL,
};

static const struct command_info info = {
	.program = PROGRAM,
	.purpose =
	    "Renews the certificate that an Intel AMT device serves on port 16993, while the\n"
	    "device can still be verified. Prints the plan; with --apply it is carried out,\n"
	    "proved by a fresh handshake, and undone when there is no proof. A run that was\n"
	    "interrupted is continued by the next.\n"
	    "\n"
	    "Exit status: 0 done, nothing to do, or planned; 1 failed, the device is as it\n"
	    "was; 2 failed after a change, run it again; 3 usage or configuration.\n",
	.examples =
	    "  " PROGRAM " -H pc01.example\n"
	    "  " PROGRAM " -H pc01.example --apply\n"
	    "  " PROGRAM " -H pc01.example --apply --force expired\n",
	.timeout_s = REMEDY_TIMEOUT_S,
	.options = tables,
};
/* clang-format on */

static enum rc
take(void *ctx, const struct opt *opt, const char *value, struct err *err)
{
	struct renew_tls_args *args = ctx;

	(void)value;
	(void)err;
	if (strcmp(opt->long_name, "no-clock-sync") != 0)
		return RC_NOTFOUND;
	args->no_clock_sync = true;
	return RC_OK;
}

int
main(int argc, char **argv)
{
	struct renew_tls_args args = { 0 };
	const struct remedy_program program = { .info = &info,
		.procedure = &renew_tls,
		.take = take,
		.args = &args };

	return remedy_main(&program, argc, argv);
}
