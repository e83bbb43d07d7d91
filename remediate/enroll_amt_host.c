/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * enroll_amt_host: a host gets its certificate from the CA that the devices have. An
 * enrolment helper of certmonger, which calls it with everything in the environment;
 * it reaches no device.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "ca/certmonger.h"
#include "inventory/db.h"
#include "inventory/place.h"
#include "plugin/command.h"
#include "policy/config.h"

#define PROGRAM "enroll_amt_host"

enum {
	TIMEOUT_S = 60,
};

enum own {
	OWN_CA,
	OWN_INVENTORY,
	OWN_N
};

/* clang-format off */
static const struct opt own_options[OWN_N + 1] = {
	[OWN_CA] = { "ca", 0, "NAME",
	    "The section [ca NAME] of the configuration file; local unless set." },
	[OWN_INVENTORY] = { "inventory", 0, "FILE",
	    "Database that remembers refused logins, " DB_DEFAULT_PATH " unless set." },
	{ NULL, 0, NULL, NULL },
};
/* clang-format on */

static const struct opt *const options[] = { own_options, command_options, NULL };

static const struct command_info info = {
	.program = PROGRAM,
	.purpose =
	    "Hands the certificate request of a host to a CA of the configuration file, for\n"
	    "certmonger: it says in the environment what to do, CERTMONGER_OPERATION first.\n"
	    "Reaches no device.\n"
	    "\n"
	    "Exit status: 0 issued; 1 and 5 wait, with a cookie; 2 rejected; 3 try again;\n"
	    "4 usage or configuration; 6 no such operation.\n",
	.examples = "  " PROGRAM " --ca corp\n",
	.timeout_s = TIMEOUT_S,
	.options = options,
};

struct run {
	struct command command;
	const char *inventory_file;
	const char *ca;
};

static enum rc
take(void *ctx, const struct opt *opt, const char *value, struct err *err)
{
	struct run *run = ctx;

	(void)err;
	switch (opt_row(own_options, opt)) {
	case OWN_CA:
		run->ca = value;
		return RC_OK;
	case OWN_INVENTORY:
		run->inventory_file = value;
		return RC_OK;
	default:
		return RC_NOTFOUND;
	}
}

static const char *
variable(const char *name)
{
	const char *value = secure_getenv(name);

	return value == NULL || value[0] == '\0' ? NULL : value;
}

static enum rc
answer(const struct run *run, struct buf *out, enum certmonger_exit *ret_exit,
    struct err *err)
{
	const char *operation = variable("CERTMONGER_OPERATION");
	const struct certmonger_call call = { .operation = operation,
		.csr = variable("CERTMONGER_CSR"),
		.cookie = variable("CERTMONGER_CA_COOKIE"),
		.now = clock_now(),
		.deadline_ms = run->command.deadline_ms };
	struct conf *conf = NULL;
	struct ca *ca = NULL;
	enum rc r;

	if (operation == NULL)
		return err_set(err, RC_USAGE,
		    "CERTMONGER_OPERATION is not set: certmonger calls this program");
	r = config_read(run->command.config_file, &conf, err);
	if (r == RC_OK)
		r = ca_open(conf, run->ca, &ca, err);
	if (r == RC_OK)
		r = ca_keep_logins(ca, place_choose(run->inventory_file, conf, NULL),
		    false, err);
	if (r == RC_OK)
		r = certmonger_answer(ca, &call, out, ret_exit, err);
	ca_close(ca);
	conf_free(conf);
	return r;
}

/* The caller keeps what stands on standard output, and no more. */
static int
fail(const struct command *command, enum rc r, const struct err *err)
{
	int status = command_fail(command, r, err, CERTMONGER_UNREACHABLE);

	if (command->wants_help || command->wants_version)
		return status;
	(void)command_write(STDOUT_FILENO, err->text, strlen(err->text), NULL);
	(void)command_write(STDOUT_FILENO, "\n", 1, NULL);
	return r == RC_USAGE || r == RC_CONFIG || r == RC_NOTFOUND
	    ? CERTMONGER_UNCONFIGURED
	    : CERTMONGER_UNREACHABLE;
}

int
main(int argc, char **argv)
{
	struct run run = { 0 };
	struct err err = { 0 };
	enum certmonger_exit status = CERTMONGER_UNREACHABLE;
	struct buf out;
	int failed = 0;
	enum rc r;

	buf_init(&out, CERTMONGER_OUT_MAX_BYTES);
	r = command_start(&run.command, &info, take, &run, argc, argv, &err);
	if (r == RC_OK)
		r = answer(&run, &out, &status, &err);
	if (r == RC_OK)
		r = command_write(STDOUT_FILENO, buf_str(&out), out.len, &err);
	if (r != RC_OK)
		failed = fail(&run.command, r, &err);
	buf_clear(&out);
	command_clear(&run.command);
	return r == RC_OK ? (int)status : failed;
}
