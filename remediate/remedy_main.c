/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options, configuration, signals; then renew/procedure.h has the word.
 */
#include "remedy_main.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "amt/target.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/num.h"
#include "base/user.h"
#include "inventory/db.h"
#include "inventory/place.h"
#include "plugin/stop.h"
#include "policy/config.h"
#include "policy/remedy.h"
#include "policy/setting.h"
#include "queue/courier.h"

enum {
	OUT_MAX_BYTES = 64 * 1024,
	RESULT_FD_MAX = 1023,
	MS_PER_S = 1000,
};

struct run {
	const struct remedy_program *program;
	struct command command;
	struct target target;
	struct settings settings;
	struct conf *conf;
	struct policy policy;
	struct procedure_options options;
	char user[USER_BYTES]; /* what user_name() lends */
};

/* clang-format off */
const struct opt remedy_options[] = {
	{ "apply", 0, NULL, "Do it. Without, only the plan is printed and nothing is changed." },
	{ "inventory", 0, "FILE", "Database that holds the journal, " DB_DEFAULT_PATH " unless set." },
	{ "actor", 0, "NAME", "Who asked for it, for the archive; the user who runs it unless set." },
	{ NULL, 0, NULL, NULL },
};

const struct opt remedy_ca_options[] = {
	{ "ca", 0, "NAME", "The section [ca NAME] of the configuration file; local unless set." },
	{ "retry-ca-login", 0, NULL,
	    "Forget that the CA refused our login: it will take it now." },
	{ NULL, 0, NULL, NULL },
};
/* clang-format on */

static enum rc
take_shared(struct run *run, const struct opt *opt, const char *value, struct err *err)
{
	struct procedure_options *options = &run->options;

	if (strcmp(opt->long_name, "force") == 0)
		return procedure_force_parse(run->program->procedure, value,
		    &options->force, err);
	if (opt_row(remedy_ca_options, opt) == 0) {
		options->ca_name = value;
		return RC_OK;
	}
	if (opt_row(remedy_ca_options, opt) == 1) {
		options->retry_ca_login = true;
		return RC_OK;
	}
	switch (opt_row(remedy_options, opt)) {
	case 0:
		options->apply = true;
		return RC_OK;
	case 1:
		options->inventory_file = value;
		return RC_OK;
	case 2:
		options->actor = value;
		return RC_OK;
	default:
		return RC_NOTFOUND;
	}
}

static enum rc
take(void *ctx, const struct opt *opt, const char *value, struct err *err)
{
	struct run *run = ctx;
	const struct remedy_program *program = run->program;
	enum rc r = target_take_option(&run->target, opt, value, err);

	if (r == RC_NOTFOUND)
		r = setting_take(&run->settings, opt, value);
	if (r == RC_NOTFOUND)
		r = take_shared(run, opt, value, err);
	if (r == RC_NOTFOUND && program->take != NULL)
		r = program->take(program->args, opt, value, err);
	return r;
}

/* For whoever watches: a terminal, or -v. */
static void
report(void *ctx, const char *step, const char *text)
{
	(void)ctx;
	(void)fprintf(stderr, "%-19s %s\n", step == NULL ? "" : step, text);
}

static enum rc
prepare(struct run *run, struct err *err)
{
	struct procedure_options *options = &run->options;
	int64_t now_ms = 0;
	enum rc r = config_read(run->command.config_file, &run->conf, err);

	if (r == RC_OK)
		r = target_complete(&run->target, run->conf, err);
	if (r == RC_OK)
		r = setting_apply(&run->settings, run->conf, run->target.name,
		    &run->policy, err);
	if (r == RC_OK)
		r = courier_check(run->conf, run->target.name, err);
	if (r == RC_OK)
		r = stop_catch(err);
	if (r != RC_OK)
		return r;
	options->target = &run->target;
	options->policy = &run->policy;
	options->conf = run->conf;
	if (options->ca_name == NULL)
		options->ca_name = remedy_ca(run->conf, run->target.name,
		    remedy_find(run->program->info->program));
	options->inventory_file =
	    place_choose(options->inventory_file, run->conf, run->target.name);
	if (options->actor == NULL)
		options->actor = user_name(run->user);
	options->args = run->program->args;
	now_ms = clock_now_ms();
	options->now = now_ms / MS_PER_S;
	options->past_ms = now_ms % MS_PER_S;
	options->deadline_ms = run->command.deadline_ms;
	options->is_stopped = stop_is_wanted;
	if (run->command.verbosity > 0 || isatty(STDERR_FILENO) == 1)
		options->report = report;
	return RC_OK;
}

/* One line that says what to think of the device now. */
static void
tell_failure(const struct run *run, enum renew_exit status, const struct err *err,
    struct buf *out)
{
	static const char *const words[] = {
		[RENEW_EXIT_FAILED] = "failed, the device is as it was",
		[RENEW_EXIT_CHANGED] = "failed after a change",
		[RENEW_EXIT_USAGE] = "nothing was done",
		[RENEW_EXIT_NO_CA] = "the CA cannot renew, the device is as it was",
	};

	buf_addf(out, "%s: %s: %s\n", run->program->info->program, words[status],
	    err->text[0] == '\0' ? rc_text(err->rc) : err->text);
}

/* In a word, for a worker that has opened a descriptor for it. */
static void
tell_class(enum rc r)
{
	const char *fd = secure_getenv("AMTCERT_RESULT_FD");
	const char *text = rc_text(r);
	int64_t number = 0;

	if (fd != NULL &&
	    num_parse(fd, STDERR_FILENO + 1, RESULT_FD_MAX, &number, NULL) == RC_OK)
		(void)command_write((int)number, text, strlen(text), NULL);
}

static void
tell_hand_over(void *ctx, bool was_taken, const char *line)
{
	const struct run *run = ctx;

	if (!was_taken || run->options.report != NULL)
		(void)fprintf(stderr, "%s: %s\n", run->program->info->program, line);
}

/* Whoever is to be told of a certificate that was replaced, by this run or one before.
 * It is no part of the remedy: what is not taken now waits. */
static void
hand_over(struct run *run)
{
	const struct courier courier = { .conf = run->conf,
		.inventory_file = run->options.inventory_file,
		.is_stopped = stop_is_wanted,
		.now = clock_now,
		.log = tell_hand_over,
		.log_ctx = run };
	struct err err = { 0 };

	if (run->options.apply &&
	    courier_deliver(&courier, run->target.name, &err) != RC_OK)
		tell_hand_over(run, false, err.text);
}

/* "renew_amt_tls: " before a message about the command line. */
static void
tell_usage(const struct run *run, const struct err *err, struct buf *out)
{
	struct buf head;

	buf_init(&head, OUT_MAX_BYTES);
	buf_addf(&head, "%s: ", run->program->info->program);
	(void)command_format_answer(out, &run->command, buf_str(&head), err);
	buf_clear(&head);
}

int
remedy_main(const struct remedy_program *program, int argc, char **argv)
{
	enum renew_exit status = RENEW_EXIT_USAGE;
	struct run run = { .program = program };
	struct err err = { 0 };
	struct buf out;
	bool has_run = false;
	int fd = STDOUT_FILENO;
	enum rc r = RC_OK;

	buf_init(&out, OUT_MAX_BYTES);
	target_init(&run.target);
	r = command_start(&run.command, program->info, take, &run, argc, argv, &err);
	if (r == RC_OK)
		r = prepare(&run, &err);
	has_run = r == RC_OK;
	if (r == RC_OK)
		r = procedure_run(program->procedure, &run.options, &status, &out,
		    &err);
	else if (r == RC_USAGE)
		tell_usage(&run, &err, &out);
	if (r != RC_OK && out.len == 0)
		tell_failure(&run, status, &err, &out);
	if (r != RC_OK)
		tell_class(r);
	if (r != RC_OK && !run.command.wants_help && !run.command.wants_version)
		fd = STDERR_FILENO;
	/* What became of the device counts, not whether anybody reads it. */
	(void)command_write(fd, buf_str(&out), out.len, NULL);
	buf_clear(&out);
	if (has_run)
		hand_over(&run);
	target_clear(&run.target);
	conf_free(run.conf);
	command_clear(&run.command);
	return (int)status;
}
