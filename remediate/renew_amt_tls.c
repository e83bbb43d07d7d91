/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * renew_amt_tls: renews the certificate that a device serves on its TLS port.
 * All of it is in renew/renew_tls.h; here are options, signals and words.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "amt/target.h"
#include "base/buf.h"
#include "base/clock.h"
#include "inventory/db.h"
#include "plugin/command.h"
#include "policy/config.h"
#include "policy/setting.h"
#include "renew/renew_tls.h"

#define PROGRAM "renew_amt_tls"

enum {
	TIMEOUT_S = 600, /* firmware may take minutes for a key */
	OUT_MAX_BYTES = 64 * 1024,
};

struct run {
	struct command command;
	struct target target;
	struct settings settings;
	struct conf *conf;
	struct policy policy;
	struct renew_tls_options options;
};

/* clang-format off */
static const struct opt own_options[] = {
	{ "apply", 0, NULL, "Do it. Without, only the plan is printed and nothing is changed." },
	{ "force", 0, "WORD",
	    "Override one gate: not-due, expired, clock or take-over. May be repeated." },
	{ "ca", 0, "NAME", "The section [ca NAME] of the configuration file; local unless set." },
	{ "inventory", 0, "FILE", "Database that holds the journal, " DB_DEFAULT_PATH " unless set." },
	{ NULL, 0, NULL, NULL },
};

static const struct opt *const tables[] = {
	target_options, target_login_options, own_options, policy_options, command_options, NULL,
};
/* clang-format on */

static volatile sig_atomic_t was_told_to_stop;

static void
on_stop(int number)
{
	(void)number;
	was_told_to_stop = 1;
}

static bool
is_stopped(void)
{
	return was_told_to_stop != 0;
}

/* Without SA_RESTART: a pause ends at once, a request is finished first. */
static enum rc
catch_signals(struct err *err)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGHUP };
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = on_stop;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (sigaction(numbers[i], &action, NULL) != 0)
			return err_system(err, "signals: cannot be caught");
	return RC_OK;
}

static enum rc
take_own(struct run *run, const struct opt *opt, const char *value, struct err *err)
{
	switch (opt - own_options) {
	case 0:
		run->options.apply = true;
		return RC_OK;
	case 1:
		return renew_force_parse(value, &run->options.force, err);
	case 2:
		run->options.ca_name = value;
		return RC_OK;
	case 3:
		run->options.inventory_file = value;
		return RC_OK;
	default:
		return RC_NOTFOUND;
	}
}

static enum rc
take(void *ctx, const struct opt *opt, const char *value, struct err *err)
{
	struct run *run = ctx;
	enum rc r = target_take_option(&run->target, opt, value, err);

	if (r == RC_NOTFOUND)
		r = setting_take(&run->settings, opt, value);
	if (r == RC_NOTFOUND)
		r = take_own(run, opt, value, err);
	return r;
}

/* clang-format off */
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
	.timeout_s = TIMEOUT_S,
	.options = tables,
};
/* clang-format on */

/* For whoever watches: a terminal, or -v. */
static void
report(void *ctx, const char *step, const char *text)
{
	(void)ctx;
	(void)fprintf(stderr, "%-19s %s\n", step == NULL ? "" : step, text);
}

static const char *
configured(const struct run *run, const char *given, const char *key)
{
	return given != NULL ? given
			     : config_find(run->conf, run->target.name, key).text;
}

static enum rc
prepare(struct run *run, struct err *err)
{
	struct renew_tls_options *options = &run->options;
	enum rc r = config_read(run->command.config_file, &run->conf, err);

	if (r == RC_OK)
		r = target_complete(&run->target, run->conf, err);
	if (r == RC_OK)
		r = setting_apply(&run->settings, run->conf, run->target.name,
		    &run->policy, err);
	if (r == RC_OK)
		r = catch_signals(err);
	if (r != RC_OK)
		return r;
	options->target = &run->target;
	options->policy = &run->policy;
	options->conf = run->conf;
	options->ca_name = configured(run, options->ca_name, "ca");
	options->inventory_file = configured(run, options->inventory_file, "inventory");
	if (options->inventory_file == NULL)
		options->inventory_file = DB_DEFAULT_PATH;
	options->now = clock_now();
	options->deadline_ms = run->command.deadline_ms;
	options->is_stopped = is_stopped;
	if (run->command.verbosity > 0 || isatty(STDERR_FILENO) == 1)
		options->report = report;
	return RC_OK;
}

/* One line that says what to think of the device now. */
static void
tell_failure(enum renew_exit status, const struct err *err, struct buf *out)
{
	static const char *const words[] = {
		[RENEW_EXIT_FAILED] = "failed, the device is as it was",
		[RENEW_EXIT_CHANGED] = "failed after a change",
		[RENEW_EXIT_USAGE] = "nothing was done",
	};

	buf_addf(out, "%s: %s: %s\n", PROGRAM, words[status],
	    err->text[0] == '\0' ? rc_text(err->rc) : err->text);
}

int
main(int argc, char **argv)
{
	enum renew_exit status = RENEW_EXIT_USAGE;
	struct run run = { 0 };
	struct err err = { 0 };
	struct buf out;
	int fd = STDOUT_FILENO;
	enum rc r = RC_OK;

	buf_init(&out, OUT_MAX_BYTES);
	target_init(&run.target);
	r = command_start(&run.command, &info, take, &run, argc, argv, &err);
	if (r == RC_OK)
		r = prepare(&run, &err);
	if (r == RC_OK)
		r = renew_tls(&run.options, &status, &out, &err);
	else if (r == RC_USAGE)
		(void)command_format_answer(&out, &run.command, PROGRAM ": ", &err);
	if (r != RC_OK && out.len == 0)
		tell_failure(status, &err, &out);
	if (r != RC_OK && !run.command.wants_help && !run.command.wants_version)
		fd = STDERR_FILENO;
	/* What became of the device counts, not whether anybody reads it. */
	(void)command_write(fd, buf_str(&out), out.len, NULL);
	buf_clear(&out);
	target_clear(&run.target);
	conf_free(run.conf);
	command_clear(&run.command);
	return (int)status;
}
