/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * prune_amt_store: removes from the store of a device what nothing uses.  All of it
 * is in renew/prune_store.h; here are its words.
 */
#include <string.h>

#include "amt/target.h"
#include "remedy_main.h"
#include "renew/prune_store.h"

#define PROGRAM "prune_amt_store"

/* clang-format off */
static const struct opt own_options[] = {
	{ "cert", 0, "N=sha256:HEX",
	    "Remove the certificate with that handle and fingerprint. May be repeated." },
	{ "key", 0, "N=sha256:HEX",
	    "Remove the key pair with that handle and SHA-256 of its public key." },
	{ NULL, 0, NULL, NULL },
};

static const struct opt *const tables[] = {
	target_options, target_login_options, own_options, remedy_options,
	command_options, NULL,
};

static const struct command_info info = {
	.program = PROGRAM,
	.purpose =
	    "Removes from the store of an Intel AMT device what this suite installed and\n"
	    "nothing uses any more; or else what is named. Never what something uses, what\n"
	    "the firmware made, or a key for which a CA was asked. Prints the list; with\n"
	    "--apply it is carried out, each certificate archived first.\n"
	    "\n"
	    "Exit status: 0 done, nothing to do, or planned; 1 failed, the device is as it\n"
	    "was; 2 failed after a change, run it again; 3 usage or configuration.\n",
	.examples =
	    "  " PROGRAM " -H pc01.example\n"
	    "  " PROGRAM " -H pc01.example --apply\n"
	    "  " PROGRAM " -H pc01.example --cert 3=sha256:9f86d081... --apply\n",
	.timeout_s = REMEDY_TIMEOUT_S,
	.options = tables,
};
/* clang-format on */

static enum rc
take(void *ctx, const struct opt *opt, const char *value, struct err *err)
{
	struct choice_names *names = ctx;

	if (strcmp(opt->long_name, "cert") == 0)
		return choice_add(names->certs, &names->n_certs, value, err);
	if (strcmp(opt->long_name, "key") == 0)
		return choice_add(names->keys, &names->n_keys, value, err);
	return RC_NOTFOUND;
}

int
main(int argc, char **argv)
{
	struct choice_names names = { 0 };
	const struct remedy_program program = { .info = &info,
		.procedure = &prune_store,
		.take = take,
		.args = &names };

	return remedy_main(&program, argc, argv);
}
