/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What does the inventory say of all devices, and is it fresh?  Asks no device:
 * states are those that the stored dates have come to at now.
 */
#include <string.h>

#include "base/num.h"
#include "inventory/db.h"
#include "inventory/place.h"
#include "listing/overview.h"
#include "plugin/plugin.h"
#include "policy/config.h"

#define YEARS_MAX_S INT64_C(3155760000) /* 100 years */

/* In the order of the rows. */
enum own {
	OWN_WARNING,
	OWN_CRITICAL,
	OWN_GROUP,
	OWN_MAX_AGE,
	OWN_WORST,
	OWN_INVENTORY,
	OWN_N
};

/* clang-format off */
static const struct opt fleet_options[OWN_N + 1] = {
	[OWN_WARNING] = { "warning", 'w', "RANGE",
	    "Warning when the number of devices that are not ok is outside the range, as 20 "
	    "or 1%; 0 unless set." },
	[OWN_CRITICAL] = { "critical", 'c', "RANGE",
	    "Critical when the number of devices that are critical is outside the range; 0 "
	    "unless set." },
	[OWN_GROUP] = { "group", 0, "NAME", "Only the devices of this group." },
	[OWN_MAX_AGE] = { "max-age", 0, "DURATION",
	    "Warning when the last scan ended longer ago, 2d unless set; 0s for any age." },
	[OWN_WORST] = { "worst", 0, "N",
	    "How many of the worst devices to name in the line, 3 unless set." },
	[OWN_INVENTORY] = { "inventory", 0, "FILE",
	    "Inventory, " DB_DEFAULT_PATH " unless set." },
	{ NULL, 0, NULL, NULL },
};
/* clang-format on */

static const struct opt *const options[] = { fleet_options, plugin_options,
	command_options, NULL };

static const struct command_info info = {
	.program = "check_amt_fleet",
	.purpose =
	    "What does the inventory say of the certificates of all devices, which are the\n"
	    "worst, which will miss their renewal window, and is it fresh? Asks no device:\n"
	    "the state of each is that of its dates as they were last read.\n"
	    "\n"
	    "OK: all devices are. WARNING: some are not, or no scan has ended for two days.\n"
	    "CRITICAL: some devices are critical. UNKNOWN: no device in the inventory, or it\n"
	    "cannot be read. The exit status is 0 to 3 in that order; 3 for help, too.\n",
	.examples = "  check_amt_fleet\n"
		    "  check_amt_fleet -w 1% -c 5 --max-age=1d\n"
		    "  check_amt_fleet --group=berlin --worst=10 -vv\n",
	.timeout_s = PLUGIN_TIMEOUT_S,
	.options = options,
};

struct check {
	struct overview overview;
	const char *inventory_file; /* of the command line; NULL: not given */
};

static enum rc
take_value(void *ctx, int row, const char *value, struct err *err)
{
	struct check *check = ctx;

	switch ((enum own)row) {
	case OWN_WARNING:
		return overview_limit_parse(value, &check->overview.warning, err);
	case OWN_CRITICAL:
		return overview_limit_parse(value, &check->overview.critical, err);
	case OWN_GROUP:
		check->overview.group = value;
		return RC_OK;
	case OWN_MAX_AGE:
		return num_parse_duration(value, YEARS_MAX_S,
		    &check->overview.max_age_s, err);
	case OWN_WORST:
		return num_parse(value, 0, OVERVIEW_WORST_MAX, &check->overview.n_worst,
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
	return opt_take_row(fleet_options, opt, value, take_value, ctx, err);
}

static enum rc
look(const struct check *check, const struct conf *conf, struct output *output,
    struct err *err)
{
	const char *path = place_choose(check->inventory_file, conf, NULL);
	struct err cause = { 0 };
	struct db db = { 0 };
	enum rc r = db_open_read_only(path, &db, &cause);

	if (r == RC_NOTFOUND) /* we could not look; no device is to blame */
		return err_set(err, RC_DB, "%s: run scan_amt_fleet", cause.text);
	if (r != RC_OK)
		(void)err_set(err, r, "%s", cause.text);
	else
		r = overview_tell(&db, &check->overview, output, err);
	db_close(&db);
	return r;
}

int
main(int argc, char **argv)
{
	struct plugin plugin = { 0 };
	struct check check = { 0 };
	struct output output;
	struct conf *conf = NULL;
	struct err err = { 0 };
	enum rc r;
	int status;

	overview_init(&check.overview);
	output_init(&output, "AMT_FLEET");
	r = plugin_start(&plugin, &info, "AMT_FLEET", take, &check, argc, argv, &err);
	if (r == RC_OK)
		r = config_read(plugin.command.config_file, &conf, &err);
	if (r == RC_OK)
		r = plugin_configure(&plugin, conf, NULL, &err);
	check.overview.now = plugin.now;
	check.overview.verbosity = plugin.command.verbosity;
	check.overview.explain = plugin.explain;
	check.overview.thresholds = plugin.perf_thresholds;
	if (r == RC_OK)
		r = look(&check, conf, &output, &err);
	status = plugin_finish_output(&plugin, r, &output, &err);
	output_clear(&output);
	conf_free(conf);
	return status;
}
