/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * work_amt_queue: runs the remedies that are queued.  All of it is in
 * queue/worker.h; here are options, signals and the log.
 */
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/num.h"
#include "inventory/db.h"
#include "inventory/place.h"
#include "plugin/command.h"
#include "plugin/stop.h"
#include "policy/config.h"
#include "queue/worker.h"

#define PROGRAM "work_amt_queue"

enum {
	OUT_MAX_BYTES = 64 * 1024,
	JOBS_MAX = 1000,
	EXIT_ALL_WELL = 0,
	EXIT_SOME_FAILED = 1,
	EXIT_NOT_WORKED = 2,
};

/* In the order of the rows. */
enum own {
	OWN_SERVICE,
	OWN_JOBS,
	OWN_INVENTORY,
	OWN_N
};

struct run {
	struct command command;
	struct conf *conf;
	char program_dir[PATH_MAX];
	char config_file[PATH_MAX];
	char inventory_file[PATH_MAX];
	const char *inventory_arg;
	int64_t n_jobs; /* 0: as configured */
	struct worker_options options;
};

/* clang-format off */
static const struct opt own_options[OWN_N + 1] = {
	[OWN_SERVICE] = { "service", 0, NULL,
	    "Wait for more, until a signal. Without, the run ends when nothing may be started." },
	[OWN_JOBS] = { "jobs", 0, "N", "Remedies at a time; as configured, or 4, unless set." },
	[OWN_INVENTORY] = { "inventory", 0, "FILE",
	    "Database that holds the queue, " DB_DEFAULT_PATH " unless set." },
	{ NULL, 0, NULL, NULL },
};

static const struct opt *const tables[] = { own_options, command_options, NULL };

static const struct command_info info = {
	.program = PROGRAM,
	.purpose =
	    "Runs the remedies that evaluate_amt_fleet and amt_event_handler have queued, each\n"
	    "in processes of its own, at the pace of the section [queue] of the configuration\n"
	    "file: budgets per hour and CA, hours of the day, back-off, breaker, stop file.\n"
	    "\n"
	    "Exit status: 0 nothing went wrong; 1 some jobs failed, were refused or given up;\n"
	    "2 the queue cannot be worked off; 3 usage or configuration.\n",
	.examples =
	    "  " PROGRAM "\n"
	    "  " PROGRAM " --jobs=8\n"
	    "  " PROGRAM " --service\n",
	.timeout_s = 0, /* as long as it takes */
	.options = tables,
};
/* clang-format on */

/* Remedies hold passwords: no memory of theirs is to be found in a file. */
static enum rc
forbid_core(struct err *err)
{
	const struct rlimit none = { 0, 0 };

	return setrlimit(RLIMIT_CORE, &none) == 0
	    ? RC_OK
	    : err_system(err, "core dumps: cannot be forbidden");
}

static enum rc
take_own(void *ctx, int row, const char *value, struct err *err)
{
	struct run *run = ctx;

	switch ((enum own)row) {
	case OWN_SERVICE:
		run->options.is_service = true;
		return RC_OK;
	case OWN_JOBS:
		return num_parse(value, 1, JOBS_MAX, &run->n_jobs, err);
	case OWN_INVENTORY:
		run->inventory_arg = value;
		return RC_OK;
	case OWN_N:
		break;
	}
	return err_set(err, RC_INTERNAL, "option: not in the table");
}

static enum rc
take(void *ctx, const struct opt *opt, const char *value, struct err *err)
{
	return opt_take_row(own_options, opt, value, take_own, ctx, err);
}

/* One write, so that lines of several processes do not mix. */
static void
log_line(void *ctx, const char *line)
{
	struct buf out;

	(void)ctx;
	buf_init(&out, OUT_MAX_BYTES);
	if (buf_addf(&out, PROGRAM ": %s\n", line) == RC_OK)
		(void)command_write(STDERR_FILENO, buf_str(&out), out.len, NULL);
	buf_clear(&out);
}

/* The folder of this program. */
static enum rc
find_own_folder(char field[PATH_MAX], struct err *err)
{
	ssize_t n = readlink("/proc/self/exe", field, PATH_MAX - 1);
	char *slash;

	if (n <= 0)
		return err_system(err, "program-dir: not set, and not to be found");
	field[n] = '\0';
	slash = strrchr(field, '/');
	if (slash != NULL)
		*slash = '\0';
	return RC_OK;
}

/* A remedy runs in another folder. */
static enum rc
make_absolute(const char *path, char field[PATH_MAX], struct err *err)
{
	char folder[PATH_MAX] = "";
	struct buf buf;
	enum rc r;

	if (path[0] != '/' && getcwd(folder, sizeof(folder)) == NULL)
		return err_system(err, "%s: in no folder", path);
	buf_init(&buf, PATH_MAX - 1);
	r = buf_addf(&buf, "%s%s%s", folder, folder[0] == '\0' ? "" : "/", path);
	if (r == RC_OK)
		memcpy(field, buf_str(&buf), buf.len + 1);
	else
		(void)err_set(err, r, "%s: too long", path);
	buf_clear(&buf);
	return r;
}

static enum rc
find_files(struct run *run, struct err *err)
{
	struct call_setup *setup = &run->options.setup;
	enum rc r = make_absolute(place_choose(run->inventory_arg, run->conf, NULL),
	    run->inventory_file, err);

	setup->inventory_file = run->inventory_file;
	if (r == RC_OK && run->command.config_file != NULL) {
		r = make_absolute(run->command.config_file, run->config_file, err);
		setup->config_file = run->config_file;
	}
	setup->program_dir = run->options.pacing.program_dir;
	if (r == RC_OK && setup->program_dir == NULL) {
		r = find_own_folder(run->program_dir, err);
		setup->program_dir = run->program_dir;
	}
	return r;
}

static enum rc
prepare(struct run *run, struct err *err)
{
	struct worker_options *options = &run->options;
	enum rc r = config_read(run->command.config_file, &run->conf, err);

	if (r == RC_OK)
		r = pacing_read(run->conf, &options->pacing, err);
	if (r == RC_OK && run->n_jobs > 0)
		options->pacing.n_jobs = run->n_jobs;
	if (r == RC_OK)
		r = find_files(run, err);
	if (r == RC_OK)
		r = stop_catch(err);
	if (r == RC_OK)
		r = forbid_core(err);
	options->conf = run->conf;
	options->environment = environ;
	options->deadline_ms =
	    run->command.timeout_s > 0 ? run->command.deadline_ms : 0;
	options->is_stopped = stop_is_wanted;
	options->now = clock_now;
	options->log = log_line;
	return r;
}

static int
tell_totals(const struct worker_totals *totals)
{
	struct buf line;

	buf_init(&line, OUT_MAX_BYTES);
	(void)buf_addf(&line, "%lld started, %lld of them failed",
	    (long long)totals->n_started, (long long)totals->n_failed);
	if (totals->n_left > 0)
		(void)buf_addf(&line, ", %lld go on by themselves",
		    (long long)totals->n_left);
	log_line(NULL, buf_str(&line));
	buf_clear(&line);
	return totals->n_failed > 0 ? EXIT_SOME_FAILED : EXIT_ALL_WELL;
}

int
main(int argc, char **argv)
{
	struct worker_totals totals = { 0 };
	struct run run = { 0 };
	struct err err = { 0 };
	int status;
	enum rc r;

	r = command_start(&run.command, &info, take, &run, argc, argv, &err);
	if (r == RC_OK)
		r = prepare(&run, &err);
	if (r == RC_OK)
		r = queue_work(&run.options, &totals, &err);
	status = r == RC_OK ? tell_totals(&totals)
			    : command_fail(&run.command, r, &err, EXIT_NOT_WORKED);
	conf_free(run.conf);
	command_clear(&run.command);
	return status;
}
