/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sections and keys of amtcert.conf as tables.
 */
#include "policy/config.h"

#include <errno.h>
#include <unistd.h>

/* clang-format off */

/* What may be said of one device, of a group of them, and of all. */
#define COMMON_KEYS \
	"port", "logname", "secret-file", "trust-anchor", "client-cert", "client-key", \
	"family", "ca", "8021x-ca", "inventory", "handover-command", "handover-timeout", \
	"policy", "policy-from", "policy-max-age", "renew-before", "fraction", "floor", \
	"grace", "warning", "critical", "days", "template-major", "no-template", \
	"store-size", "max-age", "max-lifetime", "clock-warning", "clock-critical", \
	"unreachable"

/* What lowers a guard is written down for those it is meant for, never for all;
 * and log-ins without TLS for each device by itself. */
#define GROUP_KEYS COMMON_KEYS, "legacy-tls", "redirection-port"
#define DEVICE_KEYS GROUP_KEYS, "address", "pin", "plain-allowed", "plain-port", "group"

static const char *const defaults_keys[] = { COMMON_KEYS, NULL };
static const char *const group_keys[] = { GROUP_KEYS, NULL };
static const char *const device_keys[] = { DEVICE_KEYS, NULL };
static const char *const queue_keys[] = { "budget", "ca-budget", "jobs", "attempts",
	"breaker", "spread", "job-timeout", "window", "stop-file", "program-dir", NULL };
static const char *const agent_keys[] = { "agentx-socket", "state-dir", "oid-root",
	"ping-interval", "reload-interval", "scan-stall", "expiry-horizon", "expiry-rows",
	"notify", "notify-per-minute", "notify-window", "notify-per-second", "listen",
	"snmp-config", NULL };
/* clang-format on */

const struct conf_section_rule config_rules[] = {
	{ "defaults", false, defaults_keys },
	{ "device", true, device_keys },
	{ "group", true, group_keys },
	{ "ca", true, NULL },		/* by backend: ca/ca.h */
	{ "queue", false, queue_keys }, /* policy/pacing.h */
	{ "agent", false, agent_keys }, /* snmp/settings.h */
	{ NULL, false, NULL },
};

/* Every group that a device names has to be there: one that is misspelt would
 * silently be no group. */
static enum rc
check_groups(const struct conf *conf, struct err *err)
{
	const char *device = NULL;

	for (size_t i = 0; (device = conf_section_name(conf, "device", i)) != NULL;
	     i++) {
		size_t line = 0;
		const char *group = conf_find(conf, "device", device, "group", &line);

		if (group != NULL && !conf_has_section(conf, "group", group))
			return err_set(err, RC_CONFIG,
			    "%s:%zu: [device %s]: group: there is no [group %s]",
			    conf_path(conf), line, device, group);
	}
	return RC_OK;
}

enum rc
config_read(const char *path, struct conf **ret_conf, struct err *err)
{
	struct conf *conf = NULL;
	enum rc r = RC_OK;

	if (path == NULL) {
		path = CONFIG_DEFAULT_PATH;
		if (access(path, F_OK) != 0 && errno == ENOENT) {
			*ret_conf = NULL;
			return RC_OK;
		}
	}
	r = conf_read(path, config_rules, &conf, err);
	if (r == RC_OK)
		r = check_groups(conf, err);
	if (r != RC_OK) {
		conf_free(conf);
		return r;
	}
	*ret_conf = conf;
	return RC_OK;
}

static bool
find_in(const struct conf *conf, const char *kind, const char *name, const char *key,
    struct config_value *value)
{
	value->text = conf_find(conf, kind, name, key, &value->line);
	value->kind = kind;
	value->name = name;
	return value->text != NULL;
}

struct config_value
config_find(const struct conf *conf, const char *device, const char *key)
{
	struct config_value value = { .text = NULL };
	const char *group = NULL;

	if (conf == NULL)
		return value;
	if (device != NULL) {
		if (find_in(conf, "device", device, key, &value))
			return value;
		group = conf_find(conf, "device", device, "group", NULL);
	}
	if (group != NULL && find_in(conf, "group", group, key, &value))
		return value;
	(void)find_in(conf, "defaults", NULL, key, &value);
	return value;
}

enum rc
config_refuse(const struct conf *conf, const struct config_value *value,
    const char *key, const struct err *cause, struct err *err)
{
	if (cause->rc == RC_NOMEM)
		return err_set(err, RC_NOMEM, "%s", cause->text);
	return err_set(err, RC_CONFIG, "%s:%zu: [%s%s%s]: %s: %s", conf_path(conf),
	    value->line, value->kind, value->name == NULL ? "" : " ",
	    value->name == NULL ? "" : value->name, key, cause->text);
}
