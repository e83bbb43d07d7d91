/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * evaluate_amt_fleet: judges the inventory and queues what is due.  All of it is in
 * queue/evaluate.h; here are options and words.
 */
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "inventory/db.h"
#include "inventory/place.h"
#include "plugin/command.h"
#include "policy/config.h"
#include "policy/remedy.h"
#include "queue/evaluate.h"

#define PROGRAM "evaluate_amt_fleet"

enum {
	OUT_MAX_BYTES = 64 * 1024 * 1024,
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
};

/* In the order of the rows. */
enum own {
	OWN_DRY_RUN,
	OWN_GROUP,
	OWN_REENROLL,
	OWN_TEMPLATE,
	OWN_INVENTORY,
	OWN_N
};

struct run {
	struct command command;
	const char *inventory_file;
	struct evaluate_options options;
};

/* clang-format off */
static const struct opt own_options[OWN_N + 1] = {
	[OWN_DRY_RUN] = { "dry-run", 0, NULL, "Print what would be queued, and change nothing." },
	[OWN_GROUP] = { "group", 0, "NAME", "Only the devices of this group." },
	[OWN_REENROLL] = { "reenroll", 0, NULL,
	    "Queue every certificate in use, due or not: reenrol all certificate holders." },
	[OWN_TEMPLATE] = { "template", 0, "NAME",
	    "Only certificates of this template, by its name or OID." },
	[OWN_INVENTORY] = { "inventory", 0, "FILE",
	    "Inventory, " DB_DEFAULT_PATH " unless set." },
	{ NULL, 0, NULL, NULL },
};

static const struct opt *const tables[] = { own_options, command_options, NULL };

static const struct command_info info = {
	.program = PROGRAM,
	.purpose =
	    "Judges all devices of the inventory by what was last read of them, and queues what\n"
	    "is due, the most urgent first, for work_amt_queue. Asks no device. To be run by a\n"
	    "timer, as often as you like: what is queued already is not queued again.\n"
	    "\n"
	    "Exit status: 0 judged; 1 the inventory cannot be used; 3 usage or configuration.\n",
	.examples =
	    "  " PROGRAM " --dry-run\n"
	    "  " PROGRAM " --group=berlin\n"
	    "  " PROGRAM " --reenroll --template=AmtWebServer --dry-run\n",
	.timeout_s = 0, /* as long as it takes */
	.options = tables,
};
/* clang-format on */

static enum rc
take_own(void *ctx, int row, const char *value, struct err *err)
{
	struct run *run = ctx;

	switch ((enum own)row) {
	case OWN_DRY_RUN:
		run->options.is_dry = true;
		return RC_OK;
	case OWN_GROUP:
		run->options.group = value;
		return RC_OK;
	case OWN_REENROLL:
		run->options.reenroll = true;
		return RC_OK;
	case OWN_TEMPLATE:
		run->options.template = value;
		return RC_OK;
	case OWN_INVENTORY:
		run->inventory_file = value;
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

static const char *
answer_text(const struct evaluated *one, bool is_dry)
{
	switch (one->answer) {
	case JOB_IS_NEW:
		return is_dry ? "would be queued" : "queued";
	case JOB_IS_OPEN:
		return "queued already";
	case JOB_IS_SETTLED:
		return "done a moment ago";
	}
	return "";
}

static enum rc
tell_one(struct buf *out, const struct evaluated *one, bool is_dry)
{
	char name[FACTS_TEXT_SIZE];
	char end[CLOCK_DATE_SIZE];
	char start[CLOCK_TIME_SIZE];
	enum rc r;

	text_printable_field(name, sizeof(name), one->device_name,
	    strlen(one->device_name));
	r = buf_addf(out, "%s: %s: %s, ends %s, not before %s: %s", name,
	    remedy_program(one->remedy), one->reason,
	    clock_format_date(one->ends_at, end),
	    clock_format_time(one->not_before, start), answer_text(one, is_dry));
	if (r == RC_OK && one->job_id != 0)
		r = buf_addf(out, ", job %lld", (long long)one->job_id);
	return r == RC_OK ? buf_add_char(out, '\n') : r;
}

static enum rc
tell(const struct run *run, const struct evaluation *evaluation, struct err *err)
{
	bool is_dry = run->options.is_dry;
	enum rc r = RC_OK;
	struct buf out;

	buf_init(&out, OUT_MAX_BYTES);
	for (size_t i = 0; r == RC_OK && i < evaluation->n; i++)
		r = tell_one(&out, &evaluation->list[i], is_dry);
	if (r == RC_OK)
		r = buf_addf(&out,
		    "%zu devices: %zu certificates or settings due, %zu %s\n",
		    evaluation->n_devices, evaluation->n, evaluation->n_new,
		    is_dry ? "would be queued" : "queued");
	if (r != RC_OK)
		(void)err_set(err, r, "output: %s", rc_text(r));
	else
		r = command_write(STDOUT_FILENO, buf_str(&out), out.len, err);
	buf_clear(&out);
	return r;
}

static enum rc
judge(struct run *run, struct evaluation *evaluation, struct err *err)
{
	struct conf *conf = NULL;
	struct db db = { 0 };
	enum rc r = config_read(run->command.config_file, &conf, err);

	if (r == RC_OK)
		r = pacing_read(conf, &run->options.pacing, err);
	run->options.conf = conf;
	if (r == RC_OK)
		r = db_open_existing(place_choose(run->inventory_file, conf, NULL),
		    false, DB_BUSY_TIMEOUT_MS, &db, err);
	if (r == RC_OK)
		r = evaluate(&db, &run->options, evaluation, err);
	/* A timer with a group that is misspelt would queue nothing for ever. */
	if (r == RC_OK && run->options.group != NULL && evaluation->n_devices == 0)
		r = err_set(err, RC_NOTFOUND,
		    "there is no device in the inventory of group %s",
		    run->options.group);
	db_close(&db);
	conf_free(conf);
	return r;
}

int
main(int argc, char **argv)
{
	struct evaluation evaluation = { 0 };
	struct run run = { .options = { .actor = PROGRAM } };
	struct err err = { 0 };
	int status = EXIT_DONE;
	enum rc r;

	r = command_start(&run.command, &info, take, &run, argc, argv, &err);
	run.options.now = clock_now();
	if (r == RC_OK)
		r = judge(&run, &evaluation, &err);
	if (r == RC_OK)
		r = tell(&run, &evaluation, &err);
	if (r != RC_OK)
		status = command_fail(&run.command, r, &err, EXIT_FAILED);
	evaluation_clear(&evaluation);
	command_clear(&run.command);
	return status;
}
