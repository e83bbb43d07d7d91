/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inventory as a document.  It only looks, and at no device.
 */
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/whole_file.h"
#include "inventory/db.h"
#include "inventory/place.h"
#include "listing/format.h"
#include "plugin/command.h"
#include "plugin/stop.h"
#include "policy/config.h"

#define PROGRAM "report_amt_fleet"

enum {
	TIMEOUT_S = 300,
	OUT_MAX_BYTES = 64 * 1024,
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
};

/* In the order of the rows. */
enum own {
	OWN_CSV,
	OWN_JSON,
	OWN_OPENMETRICS,
	OWN_HTML,
	OWN_OUTPUT,
	OWN_GROUP,
	OWN_FORECAST,
	OWN_WHAT_IF,
	OWN_PER_DEVICE,
	OWN_INVENTORY,
	OWN_N
};

/* clang-format off */
static const struct opt own_options[OWN_N + 1] = {
	[OWN_CSV] = { "csv", 0, NULL, "CSV in place of a table." },
	[OWN_JSON] = { "json", 0, NULL, "JSON." },
	[OWN_OPENMETRICS] = { "openmetrics", 0, NULL,
	    "OpenMetrics, for the textfile collector of Prometheus' node exporter." },
	[OWN_HTML] = { "html", 0, NULL, "One HTML page that needs nothing else." },
	[OWN_OUTPUT] = { "output", 'o', "FILE",
	    "Write to this file, which is replaced in one move when all is written." },
	[OWN_GROUP] = { "group", 0, "NAME", "Only the devices of this group." },
	[OWN_FORECAST] = { "forecast", 0, NULL,
	    "Renewals per day in place of the devices; not with --openmetrics "
	    "or --html, which have both." },
	[OWN_WHAT_IF] = { "what-if", 0, "KEY=VALUE",
	    "Forecast besides with another policy, fraction or renew-before, or with "
	    "certificates of another lifetime, as renew-before=30d. May be repeated." },
	[OWN_PER_DEVICE] = { "per-device", 0, NULL,
	    "--openmetrics: series for each device, too." },
	[OWN_INVENTORY] = { "inventory", 0, "FILE",
	    "Inventory, " DB_DEFAULT_PATH " unless set." },
	{ NULL, 0, NULL, NULL },
};
/* clang-format on */

static const struct opt *const options[] = { own_options, command_options, NULL };

static const struct command_info info = {
	.program = PROGRAM,
	.purpose =
	    "Prints what the inventory knows of all devices, and on which days their\n"
	    "certificates are due for renewal: as a table, CSV, JSON, OpenMetrics, or one\n"
	    "HTML page. Asks no device.\n"
	    "\n"
	    "Exit status: 0 written; 1 the inventory cannot be read, or nothing written;\n"
	    "3 usage or configuration.\n",
	.examples = "  report_amt_fleet\n"
		    "  report_amt_fleet --html -o /var/www/html/amt.html\n"
		    "  report_amt_fleet --csv --group=berlin -o berlin.csv\n"
		    "  report_amt_fleet --forecast --what-if renew-before=30d\n"
		    "  report_amt_fleet --openmetrics \\\n"
		    "      -o /var/lib/prometheus/node-exporter/amt.prom\n",
	.timeout_s = TIMEOUT_S,
	.options = options,
};

struct run {
	struct command command;
	enum listing_format format; /* LISTING_TABLE: none was asked for */
	const char *output_file;
	const char *inventory_file;
	struct listing_order order;
};

static enum rc
take_format(struct run *run, enum listing_format format, struct err *err)
{
	if (run->format != LISTING_TABLE && run->format != format)
		return err_set(err, RC_USAGE, "another format was asked for before");
	run->format = format;
	return RC_OK;
}

static enum rc
take_own(void *ctx, int row, const char *value, struct err *err)
{
	struct run *run = ctx;

	switch ((enum own)row) {
	case OWN_CSV:
		return take_format(run, LISTING_CSV, err);
	case OWN_JSON:
		return take_format(run, LISTING_JSON, err);
	case OWN_OPENMETRICS:
		return take_format(run, LISTING_OPENMETRICS, err);
	case OWN_HTML:
		return take_format(run, LISTING_HTML, err);
	case OWN_OUTPUT:
		run->output_file = value;
		return RC_OK;
	case OWN_GROUP:
		run->order.group = value;
		return RC_OK;
	case OWN_FORECAST:
		run->order.only_forecast = true;
		return RC_OK;
	case OWN_WHAT_IF:
		return what_if_take(&run->order.what_if, value, err);
	case OWN_PER_DEVICE:
		run->order.per_device = true;
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

/* What fits together. */
static enum rc
check_options(const struct run *run, struct err *err)
{
	if (run->order.per_device && run->format != LISTING_OPENMETRICS)
		return err_set(err, RC_USAGE, "--per-device: only with --openmetrics");
	if (run->order.only_forecast && run->format > LISTING_JSON)
		return err_set(err, RC_USAGE,
		    "--forecast: not with --openmetrics or --html, which have it anyway");
	return RC_OK;
}

static enum rc
write_to(struct db *db, const struct run *run, const struct listing *listing, int fd,
    const char *name, struct err *err)
{
	struct sheet sheet;
	enum rc r;

	sheet_init(&sheet, fd, name);
	r = listing_write(db, listing, run->format, &sheet, err);
	sheet_clear(&sheet);
	return r;
}

static enum rc
write_out(struct db *db, const struct run *run, const struct listing *listing,
    struct err *err)
{
	static const char name[] = "standard output";
	struct whole_file file;
	enum rc r;

	if (run->output_file == NULL) {
		r = write_to(db, run, listing, STDOUT_FILENO, name, err);
		if (close(STDOUT_FILENO) != 0 && r == RC_OK)
			r = err_system(err, "%s: close", name);
		return r;
	}
	r = whole_file_begin(&file, run->output_file, err);
	if (r != RC_OK)
		return r;
	r = write_to(db, run, listing, file.fd, run->output_file, err);
	return whole_file_end(&file, r, err);
}

static enum rc
look(const struct run *run, const char *path, struct err *err)
{
	struct listing listing = { .order = NULL };
	struct db db = { 0 };
	enum rc r = db_open_read_only(path, &db, err);

	if (r == RC_OK)
		r = db_begin_read(&db, err);
	if (r == RC_OK)
		r = listing_read(&db, &run->order, &listing, err);
	if (r == RC_OK)
		r = write_out(&db, run, &listing, err);
	listing_clear(&listing);
	db_close(&db);
	return r;
}

/* Wrong words are refused though no device should need them. */
static enum rc
check_what_if(const struct run *run, const struct conf *conf, struct err *err)
{
	struct what_if what_if;
	enum rc r = what_if_make(&run->order.what_if, conf, NULL, &what_if, err);

	if (r == RC_USAGE)
		err_prefix(err, "--what-if");
	return r;
}

static enum rc
report(struct run *run, struct err *err)
{
	struct conf *conf = NULL;
	enum rc r = stop_catch(err);

	if (r == RC_OK)
		r = config_read(run->command.config_file, &conf, err);
	if (r == RC_OK)
		r = check_what_if(run, conf, err);
	run->order.conf = conf;
	run->order.deadline_ms = run->command.deadline_ms;
	run->order.is_stopped = stop_is_wanted;
	if (r == RC_OK)
		r = look(run, place_choose(run->inventory_file, conf, NULL), err);
	conf_free(conf);
	return r;
}

int
main(int argc, char **argv)
{
	struct run run = { .format = LISTING_TABLE };
	struct err err = { 0 };
	int status = EXIT_DONE;
	enum rc r;

	r = command_start(&run.command, &info, take, &run, argc, argv, &err);
	run.order.now = clock_now();
	if (r == RC_OK)
		r = check_options(&run, &err);
	if (r == RC_OK)
		r = report(&run, &err);
	if (r != RC_OK)
		status = command_fail(&run.command, r, &err, EXIT_FAILED);
	command_clear(&run.command);
	return status;
}
