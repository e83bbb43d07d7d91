/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One row per option of a scan.  Options of a device are those of amt/target.h, with
 * the words that fit many.
 */
#include "scan/fleet.h"

#include <string.h>

#include "base/num.h"
#include "inventory/db.h"
#include "inventory/place.h"
#include "policy/config.h"

enum {
	MS_PER_S = 1000,
	DURATION_MAX_S = 366 * 86400,
	TIMEOUT_TLS_S = 10,
	TIMEOUT_STORE_S = 60,
	SCAN_TIMEOUT_S = 4 * 3600,
	IN_FLIGHT = 500
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
const struct opt scan_options[OWN_N + 1] = {
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

void
fleet_init(struct fleet *fleet)
{
	memset(fleet, 0, sizeof(*fleet));
	fleet->setup.n_in_flight = IN_FLIGHT;
	fleet->scan_timeout_s = SCAN_TIMEOUT_S;
	fleet->n_jobs = 1;
}

void
fleet_clear(struct fleet *fleet)
{
	roster_clear(&fleet->roster);
	setup_files_clear(&fleet->files);
	shelf_clear(&fleet->shelf);
	conf_free(fleet->conf);
	memset(fleet, 0, sizeof(*fleet));
}

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

	if (num_parse_duration(value, DURATION_MAX_S, ret_s, &cause) == RC_OK)
		return RC_OK;
	return err_set(err, RC_USAGE, "--%s: %s", opt->long_name, cause.text);
}

static enum rc
take_name(struct fleet *fleet, enum own kind, const char *value, struct err *err)
{
	if (fleet->n_names == FLEET_NAMES_MAX)
		return err_set(err, RC_USAGE, "--hostname: more than %d; use --list",
		    FLEET_NAMES_MAX);
	fleet->names[fleet->n_names] = value;
	fleet->kinds[fleet->n_names] = (int)kind;
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

enum rc
fleet_take(void *ctx, const struct opt *opt, const char *value, struct err *err)
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
	if (kind != OWN_LIST && (r == RC_FORMAT || r == RC_LIMIT))
		r = RC_USAGE;
	return err_set(err, r, "--%s: %s", scan_options[kind].long_name, cause.text);
}

/* Lists and ranges are the fleet where none is configured. */
static enum rc
judge_part(struct fleet *fleet, struct err *err)
{
	struct roster all = { 0 };
	enum rc r = roster_add_configured(&all, fleet->conf, NULL, err);

	fleet->is_part = fleet->group != NULL || (fleet->n_names > 0 && all.n > 0);
	for (size_t i = 0; i < fleet->n_names; i++)
		if (fleet->kinds[i] != OWN_LIST && fleet->kinds[i] != OWN_RANGE)
			fleet->is_part = true;
	roster_clear(&all);
	return r;
}

/* Which devices: what the command line names, else all of the file. */
static enum rc
call_roster(struct fleet *fleet, struct err *err)
{
	enum rc r = RC_OK;

	for (size_t i = 0; i < fleet->n_names && r == RC_OK; i++)
		r = add_name(fleet, (enum own)fleet->kinds[i], fleet->names[i], err);
	if (r == RC_OK && (fleet->n_names == 0 || fleet->group != NULL))
		r = roster_add_configured(&fleet->roster, fleet->conf, fleet->group,
		    err);
	if (r == RC_NOTFOUND)
		r = RC_CONFIG;
	if (r == RC_OK && fleet->roster.n == 0)
		return err_set(err, RC_USAGE,
		    "devices: none: name, list or configure at least one");
	roster_settle(&fleet->roster);
	return r == RC_OK ? judge_part(fleet, err) : r;
}

/* The policy of the command line, seen once before it is applied a thousand times. */
static enum rc
check_policy(const struct fleet *fleet, struct err *err)
{
	struct policy policy;

	return setting_apply(&fleet->setup.settings, fleet->conf, NULL, &policy, err);
}

/* What the command line left open. */
static void
choose_defaults(struct fleet *fleet, int64_t timeout_s, int64_t now, int64_t now_ms)
{
	bool is_tls = fleet->setup.depth == SCAN_TLS;

	if (timeout_s == 0)
		timeout_s = is_tls ? TIMEOUT_TLS_S : TIMEOUT_STORE_S;
	fleet->settings.inventory =
	    place_choose(fleet->settings.inventory, fleet->conf, NULL);
	if (fleet->passive.service == NULL)
		fleet->passive.service = is_tls ? "amt-tls" : "amt-store";
	fleet->setup.conf = fleet->conf;
	fleet->setup.files = &fleet->files;
	fleet->setup.shelf = &fleet->shelf;
	fleet->setup.timeout_ms = timeout_s * MS_PER_S;
	fleet->setup.now = now;
	fleet->setup.now_ms = now_ms;
	fleet->setup.deadline_ms = now_ms + fleet->scan_timeout_s * MS_PER_S;
	fleet->settings.setup = &fleet->setup;
	fleet->settings.roster = &fleet->roster;
	fleet->settings.passive = &fleet->passive;
}

enum rc
fleet_complete(struct fleet *fleet, const char *config_file, int64_t timeout_s,
    int64_t now, int64_t now_ms, struct err *err)
{
	enum rc r = config_read(config_file, &fleet->conf, err);

	if (r != RC_OK)
		return r;
	choose_defaults(fleet, timeout_s, now, now_ms);
	r = passive_check(&fleet->passive, err);
	if (r == RC_OK)
		r = check_policy(fleet, err);
	return r == RC_OK ? call_roster(fleet, err) : r;
}
