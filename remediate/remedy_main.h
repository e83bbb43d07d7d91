/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A remedy, from its command line to its exit status: options, signals, words.  What
 * differs is its procedure, its text and the options of its own.
 */
#ifndef AMTCERT_REMEDIATE_REMEDY_MAIN_H
#define AMTCERT_REMEDIATE_REMEDY_MAIN_H

#include "plugin/command.h"
#include "renew/procedure.h"

enum {
	REMEDY_TIMEOUT_S = 600 /* firmware may take minutes for a key */
};

/*
 * Tables for command_info.options: --apply --inventory --actor, and --ca
 * --retry-ca-login of a remedy that asks one. Beside them stand target_options, target_login_options,
 * policy_options and command_options. A row "force" in the remedy's own table is
 * handled here, by the words of the procedure; its help says what they are.
 */
extern const struct opt remedy_options[];
extern const struct opt remedy_ca_options[];

struct remedy_program {
	const struct command_info *info;
	const struct procedure *procedure;
	/* Takes an option of the remedy's own table; RC_NOTFOUND: not mine. NULL: none. */
	opt_handler take;
	void *args; /* ctx of take, and args of struct procedure_options */
};

/* Run it. Returns the exit status, an enum renew_exit. */
int remedy_main(const struct remedy_program *program, int argc, char **argv);

#endif
