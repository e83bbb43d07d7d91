/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * amt_event_handler: what Nagios, Naemon and Icinga call when a service changes its
 * state.  Looks at the gates of policy/alert.h, then queues what the device needs by
 * inventory/job_need.h; a worker runs it.
 */
#include <unistd.h>

#include "base/clock.h"
#include "event.h"
#include "event_log.h"
#include "inventory/db.h"
#include "inventory/job_need.h"
#include "inventory/place.h"
#include "plugin/command.h"
#include "policy/config.h"
#include "policy/remedy.h"

#define PROGRAM "amt_event_handler"

enum {
	TIMEOUT_S = 5, /* a core kills its handler after 30 s, or after 60 */
	MS_PER_S = 1000,
	OUT_MAX_BYTES = 64 * 1024,
	LINE_MAX_BYTES = 2048,
};

/* clang-format off */
static const struct opt own_options[] = {
	{ "remedy", 0, "PROGRAM",
	    "Queue this remedy or none; unless set, the one that the last reading of the "
	    "device calls for." },
	{ "inventory", 0, "FILE",
	    "The inventory, " DB_DEFAULT_PATH " unless set. It must be there." },
	{ "log", 0, "WHERE",
	    "Where the line goes: syslog, stderr, or a file by its absolute path; stderr "
	    "unless set." },
	{ NULL, 0, NULL, NULL },
};

static const struct opt *const tables[] = { event_options, own_options, command_options, NULL };

static const struct command_info info = {
	.program = PROGRAM,
	.purpose =
	    "For Nagios, Naemon and Icinga to call when a service changes its state: queues\n"
	    "the remedy that the device needs, and returns at once. It does so in a hard\n"
	    "state, out of downtime, not flapping, not acknowledged, inside the time period\n"
	    "for remedies; what the core did not tell, or told as a literal macro, means no.\n"
	    "Every call writes one line to the log.\n"
	    "\n"
	    "Exit status: 0 queued, queued already, or not queued for a reason in the log;\n"
	    "1 could not be queued; 3 usage or configuration.\n",
	.examples =
	    "  " PROGRAM " -H pc01.example --service amt-tls --state WARNING \\\n"
	    "      --state-type HARD --attempt 3 --host-downtime 0 --service-downtime 0 \\\n"
	    "      --flapping 0 --acknowledged 0 --in-window 1\n",
	.timeout_s = TIMEOUT_S,
	.options = tables,
};
/* clang-format on */

struct run {
	struct command command;
	struct event event;
	enum remedy wanted; /* REMEDY_NONE: any */
	const char *inventory_file;
	const char *log;
	struct conf *conf;
	int64_t now;
	struct buf line;
};

static enum rc
take_own(struct run *run, const struct opt *opt, const char *value, struct err *err)
{
	switch (opt_row(own_options, opt)) {
	case 0:
		run->wanted = remedy_find(value);
		if (!remedy_is_unattended(run->wanted))
			return err_set(err, RC_USAGE,
			    "--remedy: %s: not a remedy that runs unattended", value);
		return RC_OK;
	case 1:
		run->inventory_file = value;
		return RC_OK;
	case 2:
		if (!event_log_is_place(value))
			return err_set(err, RC_USAGE, "--log: %s: not a place", value);
		run->log = value;
		return RC_OK;
	default:
		return RC_NOTFOUND;
	}
}

static enum rc
take(void *ctx, const struct opt *opt, const char *value, struct err *err)
{
	struct run *run = ctx;
	enum rc r = event_take(&run->event, opt, value);

	return r == RC_NOTFOUND ? take_own(run, opt, value, err) : r;
}

static enum rc
queue(struct run *run, struct err *err)
{
	const struct job_wish wish = { .device_uuid = run->event.uuid,
		.device_name = run->event.alert.host,
		.wanted = run->wanted,
		.actor = PROGRAM,
		.conf = run->conf };
	const char *path =
	    place_choose(run->inventory_file, run->conf, run->event.alert.host);
	struct db db = { 0 };
	enum rc r;

	r = db_open_existing(path, false, (int)run->command.timeout_s * MS_PER_S, &db,
	    err);
	if (r == RC_OK)
		r = job_need_enqueue(&db, &wish, run->now, &run->line, err);
	db_close(&db);
	return r;
}

static enum rc
handle(struct run *run, struct err *err)
{
	char why[ALERT_WHY_SIZE];
	enum rc r = event_complete(&run->event, run->now, err);

	if (r == RC_OK && !event_passes(&run->event, why)) {
		(void)buf_addf(&run->line, "not queued: %s", why);
		return RC_OK;
	}
	if (r == RC_OK)
		r = config_read(run->command.config_file, &run->conf, err);
	return r == RC_OK ? queue(run, err) : r;
}

/* Nobody may be there to read what is printed: the log gets its line in any case. */
static int
finish(struct run *run, enum rc r, const struct err *err)
{
	bool is_usage = r == RC_USAGE || r == RC_CONFIG;
	const char *place = run->log != NULL ? run->log : "stderr";
	struct err cause = { 0 };

	if (r != RC_OK)
		(void)buf_addf(&run->line, "not queued: failed: %s",
		    err->text[0] != '\0' ? err->text : rc_text(r));
	if (event_log_write(place, run->line.data, run->line.len, run->now, &cause) !=
	    RC_OK) {
		(void)buf_addf(&run->line, "; log: %s\n", cause.text);
		(void)command_write(STDERR_FILENO, run->line.data, run->line.len, NULL);
	}
	if (is_usage)
		return COMMAND_EXIT_USAGE;
	return r == RC_OK ? 0 : 1;
}

/* Help, version, or what is wrong with the command line. */
static void
answer(struct run *run, const struct err *err)
{
	struct buf text;

	buf_init(&text, OUT_MAX_BYTES);
	(void)command_format_answer(&text, &run->command, PROGRAM ": ", err);
	(void)command_write(err->text[0] == '\0' ? STDOUT_FILENO : STDERR_FILENO,
	    buf_str(&text), text.len, NULL);
	buf_clear(&text);
}

int
main(int argc, char **argv)
{
	struct run run = { .now = clock_now() };
	struct err err = { 0 };
	int status = COMMAND_EXIT_USAGE;
	enum rc r;

	buf_init(&run.line, LINE_MAX_BYTES);
	r = command_start(&run.command, &info, take, &run, argc, argv, &err);
	if (r == RC_USAGE)
		answer(&run, &err);
	event_format(&run.line, &run.event);
	(void)buf_add_str(&run.line, ": ");
	if (r == RC_OK)
		r = handle(&run, &err);
	if (!run.command.wants_help && !run.command.wants_version)
		status = finish(&run, r, &err);
	buf_clear(&run.line);
	conf_free(run.conf);
	command_clear(&run.command);
	return status;
}
