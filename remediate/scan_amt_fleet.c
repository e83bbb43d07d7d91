/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads many devices into the inventory, and passes what it finds on to the
 * monitoring core.  It only looks: nothing here can write to a device.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/num.h"
#include "inventory/db.h"
#include "plugin/command.h"
#include "policy/config.h"
#include "scan/jobs.h"
#include "tls/start.h"

enum {
	EXIT_DONE = 0,
	EXIT_INCOMPLETE = 1,
	EXIT_OWN_FAILURE = 2,
	MS_PER_S = 1000,
	DAY_S = 86400,
	TIMEOUT_TLS_S = 10,
	TIMEOUT_STORE_S = 60,
	SCAN_TIMEOUT_S = 4 * 3600,
	IN_FLIGHT = 500,
	TEXT_MAX_BYTES = 64 * 1024,
	PROGRESS_EVERY_MS = 500,
	NAMES_MAX = 256
};

/* In the order of the rows. */
enum own {
	OWN_TLS,
	OWN_STORE,
	OWN_HOSTNAME,
	OWN_LIST,
	OWN_RANGE,
	OWN_GROUP,
	OWN_FRESH,
	OWN_INVENTORY,
	OWN_IN_FLIGHT,
	OWN_JOBS,
	OWN_SPREAD,
	OWN_SCAN_TIMEOUT,
	OWN_PASSIVE,
	OWN_PASSIVE_HOST,
	OWN_PASSIVE_SERVICE,
	OWN_ICINGA_USER,
	OWN_ICINGA_SECRET_FILE,
	OWN_ICINGA_CA,
	OWN_PERF_THRESHOLDS,
	OWN_PORT,
	OWN_TRUST_ANCHOR,
	OWN_CLIENT_CERT,
	OWN_CLIENT_KEY,
	OWN_IPV4,
	OWN_IPV6,
	OWN_LOGNAME,
	OWN_SECRET_FILE,
	OWN_N
};

/* clang-format off */
static const struct opt scan_options[OWN_N + 1] = {
	[OWN_TLS] = { "tls", 0, NULL,
	    "Read what each device presents on its TLS port; no login. The default." },
	[OWN_STORE] = { "store", 0, NULL,
	    "Log in, and read everything: store, usages, settings, clock." },
	[OWN_HOSTNAME] = { "hostname", 'H', "NAME",
	    "Read this device. May be repeated." },
	[OWN_LIST] = { "list", 0, "FILE",
	    "Read the devices of this file, a line \"name\" or \"name,address\" each; - is "
	    "standard input. May be repeated." },
	[OWN_RANGE] = { "range", 0, "ADDRESS/LENGTH",
	    "Read whatever answers in this address range. May be repeated." },
	[OWN_GROUP] = { "group", 0, "NAME",
	    "Of the configured devices only those of this group." },
	[OWN_FRESH] = { "fresh", 0, "DURATION",
	    "Leave out devices that were read so recently: goes on where a scan was cut off." },
	[OWN_INVENTORY] = { "inventory", 0, "FILE",
	    "Inventory, /var/lib/amtcert/inventory.db unless set." },
	[OWN_IN_FLIGHT] = { "in-flight", 0, "N",
	    "Devices under way at a time in each process, 500 unless set." },
	[OWN_JOBS] = { "jobs", 0, "N", "Processes, 1 unless set." },
	[OWN_SPREAD] = { "spread", 0, "DURATION",
	    "Spread the starts over this time, each device always at the same place." },
	[OWN_SCAN_TIMEOUT] = { "scan-timeout", 0, "DURATION",
	    "Time for the whole scan, 4h unless set; -t is the time for one device." },
	[OWN_PASSIVE] = { "passive", 0, "WAY",
	    "Pass results on: nagios-spool=FOLDER, nagios-command=FIFO or icinga2=URL. "
	    "May be repeated." },
	[OWN_PASSIVE_HOST] = { "passive-host", 0, "FORM",
	    "What the core calls the host: name (default), short or address." },
	[OWN_PASSIVE_SERVICE] = { "passive-service", 0, "NAME",
	    "What it calls the service, amt-tls or amt-store unless set." },
	[OWN_ICINGA_USER] = { "icinga-user", 0, "USER", "API user of Icinga." },
	[OWN_ICINGA_SECRET_FILE] = { "icinga-secret-file", 0, "FILE",
	    "File with the password of that user; others must not be able to read it." },
	[OWN_ICINGA_CA] = { "icinga-ca", 0, "FILE",
	    "PEM file of the CA that has issued Icinga's certificate." },
	[OWN_PERF_THRESHOLDS] = { "perf-thresholds", 0, "FORM",
	    "Thresholds in performance data: range (default), or plain." },
	[OWN_PORT] = { "port", 'p', "PORT", "Port, 16993 unless set." },
	[OWN_TRUST_ANCHOR] = { "trust-anchor", 0, "FILE",
	    "PEM file of the CA certificates that a path may end at." },
	[OWN_CLIENT_CERT] = { "client-cert", 0, "FILE",
	    "PEM file of our certificate, for devices with mutual TLS." },
	[OWN_CLIENT_KEY] = { "client-key", 0, "FILE", "PEM file of its private key." },
	[OWN_IPV4] = { "ipv4", '4', NULL, "Connect over IPv4 only." },
	[OWN_IPV6] = { "ipv6", '6', NULL, "Connect over IPv6 only." },
	[OWN_LOGNAME] = { "logname", 'l', "USER",
	    "User of the digest login, admin unless set." },
	[OWN_SECRET_FILE] = { "secret-file", 0, "FILE",
	    "File with the password in its first line; others must not be able to read it." },
	{ NULL, 0, NULL, NULL },
};
/* clang-format on */

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

/* The command line, and what is made of it. */
struct fleet {
	struct command command;
	struct scan_setup setup;
	struct setup_files files;
	struct worker_settings settings;
	struct passive_settings passive;
	struct roster roster;
	struct conf *conf;
	const char *names[NAMES_MAX]; /* -H, --list, --range, in pairs with kinds */
	enum own kinds[NAMES_MAX];
	size_t n_names;
	const char *group;
	int64_t scan_timeout_s;
	int64_t n_jobs;
	int64_t progress_at_ms;
	bool shows_progress;
};

static enum rc
take_number(const struct opt *opt, const char *value, int64_t min, int64_t max,
    int64_t *number, struct err *err)
{
	struct err cause = { 0 };

	if (num_parse(value, min, max, number, &cause) == RC_OK)
		return RC_OK;
	return err_set(err, RC_USAGE, "--%s: %s", opt->long_name, cause.text);
}

static enum rc
take_duration(const struct opt *opt, const char *value, int64_t *ret_s, struct err *err)
{
	struct err cause = { 0 };

	if (num_parse_duration(value, 366 * (int64_t)DAY_S, ret_s, &cause) == RC_OK)
		return RC_OK;
	return err_set(err, RC_USAGE, "--%s: %s", opt->long_name, cause.text);
}

static enum rc
take_name(struct fleet *fleet, enum own kind, const char *value, struct err *err)
{
	if (fleet->n_names == NAMES_MAX)
		return err_set(err, RC_USAGE, "--hostname: more than %d; use --list",
		    NAMES_MAX);
	fleet->names[fleet->n_names] = value;
	fleet->kinds[fleet->n_names] = kind;
	fleet->n_names++;
	return RC_OK;
}

/* Options that make a target are kept for each of them. */
static enum rc
take_target(struct fleet *fleet, const struct opt *opt, const char *value,
    struct err *err)
{
	const struct opt *const tables[] = { target_options, target_login_options };

	for (size_t i = 0; i < 2; i++)
		for (const struct opt *row = tables[i]; row->long_name != NULL; row++)
			if (strcmp(row->long_name, opt->long_name) == 0)
				return setup_take(&fleet->setup.options, row, value,
				    err);
	return err_set(err, RC_INTERNAL, "--%s: not an option of a device",
	    opt->long_name);
}

static enum rc
take_plain(struct fleet *fleet, const char *value, struct err *err)
{
	if (strcmp(value, "plain") != 0 && strcmp(value, "range") != 0)
		return err_set(err, RC_USAGE,
		    "--perf-thresholds: %.80s: neither range nor plain", value);
	fleet->settings.style.thresholds = value[0] == 'p' ? PERF_PLAIN : PERF_RANGES;
	return RC_OK;
}

static enum rc
take_own(struct fleet *fleet, const struct opt *opt, enum own row, const char *value,
    struct err *err)
{
	struct passive_settings *passive = &fleet->passive;
	int64_t number = 0;
	enum rc r = RC_OK;

	switch (row) {
	case OWN_TLS:
	case OWN_STORE:
		fleet->setup.depth = row == OWN_TLS ? SCAN_TLS : SCAN_STORE;
		return RC_OK;
	case OWN_HOSTNAME:
	case OWN_LIST:
	case OWN_RANGE:
		return take_name(fleet, row, value, err);
	case OWN_GROUP:
		fleet->group = value;
		return RC_OK;
	case OWN_FRESH:
		return take_duration(opt, value, &fleet->settings.fresh_s, err);
	case OWN_INVENTORY:
		fleet->settings.inventory = value;
		return RC_OK;
	case OWN_IN_FLIGHT:
		r = take_number(opt, value, 1, SCAN_IN_FLIGHT_MAX, &number, err);
		fleet->setup.n_in_flight = (size_t)number;
		return r;
	case OWN_JOBS:
		return take_number(opt, value, 1, JOBS_MAX, &fleet->n_jobs, err);
	case OWN_SPREAD:
		r = take_duration(opt, value, &number, err);
		fleet->setup.spread_ms = number * MS_PER_S;
		return r;
	case OWN_SCAN_TIMEOUT:
		return take_duration(opt, value, &fleet->scan_timeout_s, err);
	case OWN_PASSIVE:
		return passive_take(passive, value, err);
	case OWN_PASSIVE_HOST:
		return passive_take_host(passive, value, err);
	case OWN_PASSIVE_SERVICE:
		passive->service = value;
		return RC_OK;
	case OWN_ICINGA_USER:
		passive->icinga_user = value;
		return RC_OK;
	case OWN_ICINGA_SECRET_FILE:
		passive->icinga_secret_file = value;
		return RC_OK;
	case OWN_ICINGA_CA:
		passive->icinga_ca = value;
		return RC_OK;
	case OWN_PERF_THRESHOLDS:
		return take_plain(fleet, value, err);
	default:
		return take_target(fleet, opt, value, err);
	}
}

static enum rc
take(void *ctx, const struct opt *opt, const char *value, struct err *err)
{
	struct fleet *fleet = ctx;
	int row = opt_row(scan_options, opt);

	if (row >= 0)
		return take_own(fleet, opt, (enum own)row, value, err);
	return setting_take(&fleet->setup.settings, opt, value);
}

static enum rc
add_name(struct fleet *fleet, enum own kind, const char *name, struct err *err)
{
	struct err cause = { 0 };
	enum rc r;

	if (kind == OWN_LIST)
		r = roster_add_list(&fleet->roster, name, &cause);
	else if (kind == OWN_RANGE)
		r = roster_add_range(&fleet->roster, name, &cause);
	else
		r = roster_add(&fleet->roster, name, NULL, &cause);
	if (r == RC_OK)
		return RC_OK;
	return err_set(err, r == RC_FORMAT && kind != OWN_LIST ? RC_USAGE : r,
	    "--%s: %s", scan_options[kind].long_name, cause.text);
}

/* Which devices: what the command line names, else all of the file. */
static enum rc
call_roster(struct fleet *fleet, struct err *err)
{
	enum rc r = RC_OK;

	for (size_t i = 0; i < fleet->n_names && r == RC_OK; i++)
		r = add_name(fleet, fleet->kinds[i], fleet->names[i], err);
	if (r == RC_OK && (fleet->n_names == 0 || fleet->group != NULL))
		r = roster_add_configured(&fleet->roster, fleet->conf, fleet->group,
		    err);
	if (r == RC_NOTFOUND)
		r = RC_CONFIG;
	if (r == RC_OK && fleet->roster.n == 0)
		return err_set(err, RC_USAGE,
		    "devices: none: name, list or configure at least one");
	roster_settle(&fleet->roster);
	return r;
}

/* The policy of the command line, seen once before it is applied a thousand times. */
static enum rc
check_policy(const struct fleet *fleet, struct err *err)
{
	struct policy policy;

	return setting_apply(&fleet->setup.settings, fleet->conf, NULL, &policy, err);
}

static void
choose_defaults(struct fleet *fleet)
{
	struct config_value inventory = config_find(fleet->conf, NULL, "inventory");
	bool is_tls = fleet->setup.depth == SCAN_TLS;
	int64_t timeout_s = fleet->command.timeout_s;

	if (timeout_s == 0)
		timeout_s = is_tls ? TIMEOUT_TLS_S : TIMEOUT_STORE_S;
	if (fleet->settings.inventory == NULL)
		fleet->settings.inventory =
		    inventory.text != NULL ? inventory.text : DB_DEFAULT_PATH;
	if (fleet->passive.service == NULL)
		fleet->passive.service = is_tls ? "amt-tls" : "amt-store";
	fleet->setup.conf = fleet->conf;
	fleet->setup.files = &fleet->files;
	fleet->setup.timeout_ms = timeout_s * MS_PER_S;
	fleet->setup.now = clock_now();
	fleet->setup.now_ms = clock_monotonic_ms();
	fleet->setup.deadline_ms =
	    fleet->setup.now_ms + fleet->scan_timeout_s * MS_PER_S;
	fleet->settings.setup = &fleet->setup;
	fleet->settings.roster = &fleet->roster;
	fleet->settings.passive = &fleet->passive;
	fleet->settings.prints = fleet->command.verbosity > 0;
	fleet->settings.style.verbosity =
	    fleet->command.verbosity > 0 ? fleet->command.verbosity - 1 : 0;
	fleet->shows_progress = isatty(STDERR_FILENO) == 1;
}

/* On a terminal one line that is written over; in a pipe nothing. */
static void
show_progress(void *ctx, const struct tally *sum)
{
	struct fleet *fleet = ctx;
	int64_t now_ms = clock_monotonic_ms();
	struct buf line;

	if (!fleet->shows_progress || now_ms < fleet->progress_at_ms)
		return;
	fleet->progress_at_ms = now_ms + PROGRESS_EVERY_MS;
	buf_init(&line, TEXT_MAX_BYTES);
	(void)buf_add_str(&line, "\r");
	(void)tally_format_progress(sum, now_ms - fleet->setup.now_ms, &line);
	(void)buf_add_str(&line, "\033[K");
	(void)command_write(STDERR_FILENO, buf_str(&line), line.len, NULL);
	buf_clear(&line);
}

static enum rc
print_summary(const struct fleet *fleet, const struct tally *sum, struct err *err)
{
	struct buf text;
	enum rc r;

	if (fleet->shows_progress)
		(void)command_write(STDERR_FILENO, "\r\033[K", 4, NULL);
	buf_init(&text, TEXT_MAX_BYTES);
	r = tally_format_summary(sum, clock_monotonic_ms() - fleet->setup.now_ms,
	    &text);
	if (r == RC_OK && fleet->command.verbosity > 1)
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
finish(const struct fleet *fleet, enum rc r, const struct err *err)
{
	struct buf text;

	if (r == RC_OK)
		return EXIT_DONE;
	buf_init(&text, TEXT_MAX_BYTES);
	if (r == RC_USAGE) {
		if (command_format_answer(&text, &fleet->command,
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

static void
clear(struct fleet *fleet)
{
	roster_clear(&fleet->roster);
	setup_files_clear(&fleet->files);
	conf_free(fleet->conf);
	command_clear(&fleet->command);
}

int
main(int argc, char **argv)
{
	static struct fleet fleet = { .n_jobs = 1, .scan_timeout_s = SCAN_TIMEOUT_S };
	struct tally sum = { 0 };
	struct err err = { 0 };
	enum rc r;
	int status;

	fleet.setup.n_in_flight = IN_FLIGHT;
	r = command_start(&fleet.command, &info, take, &fleet, argc, argv, &err);
	if (r == RC_OK)
		r = config_read(fleet.command.config_file, &fleet.conf, &err);
	if (r == RC_OK) {
		choose_defaults(&fleet);
		r = passive_check(&fleet.passive, &err);
	}
	if (r == RC_OK)
		r = check_policy(&fleet, &err);
	if (r == RC_OK)
		r = call_roster(&fleet, &err);
	if (r == RC_OK) {
		r = jobs_run(&fleet.settings, (size_t)fleet.n_jobs, show_progress,
		    &fleet, &sum, &err);
		if (print_summary(&fleet, &sum, &err) != RC_OK && r == RC_OK)
			r = err.rc;
	}
	status = finish(&fleet, r, &err);
	clear(&fleet);
	return status;
}
