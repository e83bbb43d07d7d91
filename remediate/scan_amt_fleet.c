/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads many devices into the inventory, and passes what it finds on to the
 * monitoring core.  It only looks: nothing here can write to a device.
 */
#include <unistd.h>

#include "base/clock.h"
#include "plugin/command.h"
#include "scan/fleet.h"
#include "scan/pass.h"

enum {
	EXIT_DONE = 0,
	EXIT_INCOMPLETE = 1,
	EXIT_OWN_FAILURE = 2,
	TEXT_MAX_BYTES = 64 * 1024,
	PROGRESS_EVERY_MS = 500
};

static const struct opt *const options[] = { scan_options, policy_options,
	command_options, NULL };

static const struct command_info info = {
	.program = "scan_amt_fleet",
	.purpose =
	    "Reads many Intel AMT devices into the inventory: all of the configuration\n"
	    "file, or those that are named, listed or found in an address range. It only\n"
	    "looks. Prints a summary; with -v the line of every device, too.\n"
	    "\n"
	    "Exit status: 0 all were tried, whatever their states; 1 stopped before the\n"
	    "end, or the monitoring core did not take all results; 2 failed; 3 usage.\n",
	.examples =
	    "  scan_amt_fleet --tls --trust-anchor /etc/amtcert/ca.pem\n"
	    "  scan_amt_fleet --store --group=berlin --jobs=2 --spread=10m\n"
	    "  scan_amt_fleet --range=192.0.2.0/24 --trust-anchor /etc/amtcert/ca.pem\n",
	.timeout_s = 0,
	.options = options,
};

struct run {
	struct command command;
	struct fleet fleet;
	int64_t started_ms;
	int64_t progress_at_ms;
	bool shows_progress;
};

/* On a terminal one line that is written over; in a pipe nothing. */
static void
show_progress(void *ctx, const struct tally *sum)
{
	struct run *run = ctx;
	int64_t now_ms = clock_monotonic_ms();
	struct buf line;

	if (!run->shows_progress || now_ms < run->progress_at_ms)
		return;
	run->progress_at_ms = now_ms + PROGRESS_EVERY_MS;
	buf_init(&line, TEXT_MAX_BYTES);
	(void)buf_add_str(&line, "\r");
	(void)tally_format_progress(sum, now_ms - run->started_ms, &line);
	(void)buf_add_str(&line, "\033[K");
	(void)command_write(STDERR_FILENO, buf_str(&line), line.len, NULL);
	buf_clear(&line);
}

static enum rc
print_summary(const struct run *run, const struct tally *sum, struct err *err)
{
	struct buf text;
	enum rc r;

	if (run->shows_progress)
		(void)command_write(STDERR_FILENO, "\r\033[K", 4, NULL);
	buf_init(&text, TEXT_MAX_BYTES);
	r = tally_format_summary(sum, clock_monotonic_ms() - run->started_ms, &text);
	if (r == RC_OK && run->command.verbosity > 1)
		r = buf_addf(&text,
		    "%lld under way at most, %lld KiB of stack each, %lld KiB of memory\n",
		    (long long)sum->n_in_flight, (long long)sum->stack_bytes / 1024,
		    (long long)sum->memory_kib);
	if (r == RC_OK)
		r = command_write(STDOUT_FILENO, buf_str(&text), text.len, err);
	buf_clear(&text);
	return r;
}

static int
finish(const struct run *run, enum rc r, const struct err *err)
{
	struct buf text;

	if (r == RC_OK)
		return EXIT_DONE;
	buf_init(&text, TEXT_MAX_BYTES);
	if (r == RC_USAGE) {
		if (command_format_answer(&text, &run->command,
			"scan_amt_fleet: ", err) == RC_OK)
			(void)command_write(err->text[0] == '\0' ? STDOUT_FILENO
								 : STDERR_FILENO,
			    buf_str(&text), text.len, NULL);
	} else if (buf_addf(&text, "scan_amt_fleet: %s\n",
		       err->text[0] != '\0' ? err->text : rc_text(r)) == RC_OK)
		(void)command_write(STDERR_FILENO, buf_str(&text), text.len, NULL);
	buf_clear(&text);
	if (r == RC_USAGE)
		return COMMAND_EXIT_USAGE;
	return r == RC_STATE || r == RC_LOST ? EXIT_INCOMPLETE : EXIT_OWN_FAILURE;
}

/* In the log stands what came of it, whatever it was. */
static enum rc
scan(struct run *run, struct tally *sum, struct err *err)
{
	struct fleet *fleet = &run->fleet;
	struct scan_record pass = { 0 };
	enum rc r = RC_OK;

	if (pass_is_meant(fleet))
		r = pass_begin(fleet, &pass, err);
	if (r != RC_OK)
		return r;
	r = jobs_run(&fleet->settings, (size_t)fleet->n_jobs, show_progress, run, sum,
	    err);
	if (pass_is_meant(fleet) &&
	    pass_end(fleet, sum, r, clock_now(), &pass, err) != RC_OK && r == RC_OK)
		r = err->rc;
	return r;
}

int
main(int argc, char **argv)
{
	static struct run run;
	struct tally sum = { 0 };
	struct err err = { 0 };
	enum rc r;
	int status;

	fleet_init(&run.fleet);
	r = command_start(&run.command, &info, fleet_take, &run.fleet, argc, argv,
	    &err);
	run.started_ms = clock_monotonic_ms();
	run.shows_progress = isatty(STDERR_FILENO) == 1;
	run.fleet.settings.prints = run.command.verbosity > 0;
	run.fleet.settings.style.verbosity =
	    run.command.verbosity > 0 ? run.command.verbosity - 1 : 0;
	if (r == RC_OK)
		r = fleet_complete(&run.fleet, run.command.config_file,
		    run.command.timeout_s, clock_now(), run.started_ms, &err);
	if (r == RC_OK) {
		r = scan(&run, &sum, &err);
		if (print_summary(&run, &sum, &err) != RC_OK && r == RC_OK)
			r = err.rc;
	}
	status = finish(&run, r, &err);
	fleet_clear(&run.fleet);
	command_clear(&run.command);
	return status;
}
