/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is remediation itself healthy?  Reads the queue in the inventory; asks no device.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "inventory/db.h"
#include "inventory/place.h"
#include "listing/queue_view.h"
#include "plugin/plugin.h"
#include "policy/config.h"

#define YEARS_MAX_S INT64_C(3155760000) /* 100 years */

/* In the order of the rows. */
enum own {
	OWN_WARNING,
	OWN_CRITICAL,
	OWN_INVENTORY,
	OWN_N
};

/* clang-format off */
static const struct opt queue_options[OWN_N + 1] = {
	[OWN_WARNING] = { "warning", 'w', "DURATION",
	    "Warning when a job whose time has come, a request at a CA, a device that is due "
	    "and was never queued, or a hand-over waits longer; 1d unless set." },
	[OWN_CRITICAL] = { "critical", 'c', "DURATION",
	    "Critical when one of them waits longer; 3d unless set." },
	[OWN_INVENTORY] = { "inventory", 0, "FILE",
	    "Inventory, " DB_DEFAULT_PATH " unless set." },
	{ NULL, 0, NULL, NULL },
};
/* clang-format on */

static const struct opt *const options[] = { queue_options, plugin_options,
	command_options, NULL };

static const struct command_info info = {
	.program = "check_amt_queue",
	.purpose =
	    "Is remediation itself healthy: how many jobs are queued, since when, what is left\n"
	    "of the budget, which breakers are open, what waits at a CA, which devices are due\n"
	    "though nobody ever queued a job, and which renewals the hand-over command was not\n"
	    "told of? Asks no device.\n"
	    "\n"
	    "OK: jobs are started in time. WARNING: some wait for a day, were given up, the stop\n"
	    "file is there, or a hand-over failed. CRITICAL: a breaker is open, or some wait for three days.\n"
	    "UNKNOWN: the inventory cannot be read. The exit status is 0 to 3 in that order.\n",
	.examples = "  check_amt_queue\n"
		    "  check_amt_queue -w 2h -c 1d -vv\n",
	.timeout_s = PLUGIN_TIMEOUT_S,
	.options = options,
};

struct check {
	struct queue_view view;
	const char *inventory_file; /* of the command line; NULL: not given */
};

static enum rc
take_value(void *ctx, int row, const char *value, struct err *err)
{
	struct check *check = ctx;

	switch ((enum own)row) {
	case OWN_WARNING:
		return num_parse_duration(value, YEARS_MAX_S, &check->view.warning_s,
		    err);
	case OWN_CRITICAL:
		return num_parse_duration(value, YEARS_MAX_S, &check->view.critical_s,
		    err);
	case OWN_INVENTORY:
		check->inventory_file = value;
		return RC_OK;
	case OWN_N:
		break;
	}
	return err_set(err, RC_INTERNAL, "option: not in the table");
}

static enum rc
take(void *ctx, const struct opt *opt, const char *value, struct err *err)
{
	return opt_take_row(queue_options, opt, value, take_value, ctx, err);
}

static enum rc
check_limits(const struct queue_view *view, struct err *err)
{
	if (view->warning_s <= view->critical_s)
		return RC_OK;
	return err_set(err, RC_USAGE, "--warning: longer than --critical");
}

static enum rc
look(struct check *check, const struct conf *conf, struct output *output,
    struct err *err)
{
	struct queue_view *view = &check->view;
	const char *path = place_choose(check->inventory_file, conf, NULL);
	struct db db = { 0 };
	enum rc r = pacing_read(conf, &view->pacing, err);

	if (r != RC_OK)
		return r;
	/* One that cannot be looked at stops the worker, too. */
	view->is_stopped = access(view->pacing.stop_file, F_OK) == 0 ||
	    (errno != ENOENT && errno != ENOTDIR);
	r = db_open_read_only(path, &db, err);
	if (r == RC_NOTFOUND) /* we could not look; no device is to blame */
		return RC_DB;
	if (r == RC_OK)
		r = queue_view_tell(&db, view, output, err);
	db_close(&db);
	return r;
}

int
main(int argc, char **argv)
{
	struct check check = { .view = { .warning_s = QUEUE_VIEW_WARNING_S,
				   .critical_s = QUEUE_VIEW_CRITICAL_S } };
	struct plugin plugin = { 0 };
	struct output output;
	struct conf *conf = NULL;
	struct err err = { 0 };
	enum rc r;
	int status;

	output_init(&output, "AMT_QUEUE");
	r = plugin_start(&plugin, &info, "AMT_QUEUE", take, &check, argc, argv, &err);
	if (r == RC_OK)
		r = check_limits(&check.view, &err);
	if (r == RC_OK)
		r = config_read(plugin.command.config_file, &conf, &err);
	if (r == RC_OK)
		r = plugin_configure(&plugin, conf, NULL, &err);
	check.view.now = plugin.now;
	check.view.verbosity =
	    plugin.explain ? COMMAND_VERBOSITY_MAX : plugin.command.verbosity;
	check.view.thresholds = plugin.perf_thresholds;
	if (r == RC_OK)
		r = look(&check, conf, &output, &err);
	status = plugin_finish_output(&plugin, r, &output, &err);
	output_clear(&output);
	conf_free(conf);
	return status;
}
