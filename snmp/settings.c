/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * [agent] as a table of keys.
 */
#include "snmp/settings.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "inventory/db.h"
#include "policy/config.h"
#include "policy/setting.h"

#ifndef AMTCERT_OID_ROOT
#error "AMTCERT_OID_ROOT: the Makefile sets it"
#endif

enum {
	DEFAULT_PING_S = 5,
	DEFAULT_RELOAD_S = 5,
	DEFAULT_STALL_S = 2 * 86400,
	DEFAULT_HORIZON_S = 90 * 86400,
	DEFAULT_EXPIRY_ROWS = 5000,
	DEFAULT_PER_MINUTE = 60,
	DEFAULT_WINDOW_S = 60,
	WINDOW_MAX_S = 3600,
	DEFAULT_PER_SECOND = 20,
	PER_SECOND_MAX = 1000,
	MS_PER_S = 1000,
	MINUTE_S = 60,
	DURATION_MAX_S = INT32_MAX,
	PART_SIZE = 12,
};

#define DEFAULT_SOCKET	    "/run/agentx/master"
#define DEFAULT_STATE_DIR   "/var/lib/amtcert/agent"
#define DEFAULT_SNMP_CONFIG "/etc/amtcert/snmp"
#define DEFAULT_LISTEN	    "udp:127.0.0.1:16161"

/* Longer lifetimes than this give no longer window in seconds of a MIB. */
#define LIFETIME_MAX_S (INT64_C(1) << 40)

static enum rc
take_path(char field[SETTINGS_PATH_SIZE], const char *text, struct err *err)
{
	size_t len = strlen(text);

	if (len == 0 || len >= SETTINGS_PATH_SIZE)
		return err_set(err, RC_FORMAT, "a path has 1 to %d bytes",
		    SETTINGS_PATH_SIZE - 1);
	memcpy(field, text, len + 1);
	return RC_OK;
}

static enum rc
take_listen(struct agent_settings *settings, const char *text, struct err *err)
{
	size_t len = strlen(text);

	if (len == 0 || len >= sizeof(settings->listen))
		return err_set(err, RC_FORMAT, "an address has 1 to %zu bytes",
		    sizeof(settings->listen) - 1);
	memcpy(settings->listen, text, len + 1);
	return RC_OK;
}

static enum rc
take_yes(bool *ret, const char *text, struct err *err)
{
	if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
		return err_set(err, RC_FORMAT, "%s: is neither yes nor no", text);
	*ret = strcmp(text, "yes") == 0;
	return RC_OK;
}

static enum rc
take_reload(struct agent_settings *settings, const char *text, struct err *err)
{
	size_t len = strlen(text);
	int64_t s = 0;
	char digits[PART_SIZE];
	enum rc r;

	if (len > 2 && len < sizeof(digits) + 2 && strcmp(text + len - 2, "ms") == 0) {
		memcpy(digits, text, len - 2);
		digits[len - 2] = '\0';
		return num_parse(digits, 1, MS_PER_S, &settings->reload_ms, err);
	}
	r = num_parse_duration(text, DURATION_MAX_S / MS_PER_S, &s, err);
	if (r == RC_OK && s == 0)
		r = err_set(err, RC_LIMIT, "%s: is below 1ms", text);
	if (r == RC_OK)
		settings->reload_ms = s * MS_PER_S;
	return r;
}

static enum rc
take_window(struct agent_settings *settings, const char *text, struct err *err)
{
	int64_t s = 0;
	enum rc r = num_parse_duration(text, WINDOW_MAX_S, &s, err);

	if (r == RC_OK && s == 0)
		r = err_set(err, RC_LIMIT, "%s: is below 1s", text);
	if (r == RC_OK)
		settings->notify_window_s = s;
	return r;
}

enum rc
settings_parse_oid(const char *text, uint32_t parts[SETTINGS_ROOT_MAX], size_t *ret_n,
    struct err *err)
{
	const char *at = text[0] == '.' ? text + 1 : text;
	uint32_t found[SETTINGS_ROOT_MAX];
	size_t n = 0;

	for (;; at++) {
		size_t len = strcspn(at, ".");
		char digits[PART_SIZE];
		int64_t part;
		enum rc r;

		if (n == SETTINGS_ROOT_MAX || len == 0 || len >= sizeof(digits))
			return err_set(err, RC_FORMAT, "%s: is no object identifier",
			    text);
		memcpy(digits, at, len);
		digits[len] = '\0';
		r = num_parse(digits, 0, UINT32_MAX, &part, err);
		if (r != RC_OK)
			return r;
		found[n++] = (uint32_t)part;
		at += len;
		if (*at == '\0')
			break;
	}
	memcpy(parts, found, n * sizeof(found[0]));
	*ret_n = n;
	return RC_OK;
}

static enum rc
take_root(struct agent_settings *settings, const char *text, struct err *err)
{
	enum rc r = settings_parse_oid(text, settings->root, &settings->n_root, err);

	/* Below enterprises there is room of one's own, above it there is none. */
	if (r == RC_OK && (settings->n_root < 7 || settings->root[0] != 1))
		r = err_set(err, RC_FORMAT, "%s: is not below 1.3.6.1.4.1.NUMBER",
		    text);
	return r;
}

enum key {
	KEY_SOCKET,
	KEY_STATE_DIR,
	KEY_OID_ROOT,
	KEY_PING,
	KEY_RELOAD,
	KEY_STALL,
	KEY_HORIZON,
	KEY_ROWS,
	KEY_NOTIFY,
	KEY_PER_MINUTE,
	KEY_WINDOW,
	KEY_PER_SECOND,
	KEY_LISTEN,
	KEY_SNMP_CONFIG,
	KEYS
};

static const char *const keys[KEYS] = {
	[KEY_SOCKET] = "agentx-socket",
	[KEY_STATE_DIR] = "state-dir",
	[KEY_OID_ROOT] = "oid-root",
	[KEY_PING] = "ping-interval",
	[KEY_RELOAD] = "reload-interval",
	[KEY_STALL] = "scan-stall",
	[KEY_HORIZON] = "expiry-horizon",
	[KEY_ROWS] = "expiry-rows",
	[KEY_NOTIFY] = "notify",
	[KEY_PER_MINUTE] = "notify-per-minute",
	[KEY_WINDOW] = "notify-window",
	[KEY_PER_SECOND] = "notify-per-second",
	[KEY_LISTEN] = "listen",
	[KEY_SNMP_CONFIG] = "snmp-config",
};

static enum rc
take(struct agent_settings *settings, enum key key, const char *text, struct err *err)
{
	switch (key) {
	case KEY_SOCKET:
		return take_path(settings->socket, text, err);
	case KEY_STATE_DIR:
		return take_path(settings->state_dir, text, err);
	case KEY_OID_ROOT:
		return take_root(settings, text, err);
	case KEY_PING:
		return num_parse_duration(text, DURATION_MAX_S, &settings->ping_s, err);
	case KEY_RELOAD:
		return take_reload(settings, text, err);
	case KEY_STALL:
		return num_parse_duration(text, DURATION_MAX_S, &settings->stall_s,
		    err);
	case KEY_HORIZON:
		return num_parse_duration(text, DURATION_MAX_S, &settings->horizon_s,
		    err);
	case KEY_ROWS:
		return num_parse(text, 0, INT32_MAX, &settings->expiry_rows, err);
	case KEY_NOTIFY:
		return take_yes(&settings->notify, text, err);
	case KEY_PER_MINUTE:
		return num_parse(text, 0, INT32_MAX, &settings->notify_per_minute, err);
	case KEY_WINDOW:
		return take_window(settings, text, err);
	case KEY_PER_SECOND:
		return num_parse(text, 1, PER_SECOND_MAX, &settings->notify_per_second,
		    err);
	case KEY_LISTEN:
		return take_listen(settings, text, err);
	case KEY_SNMP_CONFIG:
		return take_path(settings->snmp_config, text, err);
	case KEYS:
		break;
	}
	return err_set(err, RC_INTERNAL, "key %d is none", (int)key);
}

static enum rc
take_all(const struct conf *conf, struct agent_settings *settings, struct err *err)
{
	for (int key = 0; conf != NULL && key < KEYS; key++) {
		struct config_value value = { .kind = "agent" };
		struct err cause = { 0 };

		value.text = conf_find(conf, "agent", NULL, keys[key], &value.line);
		if (value.text != NULL &&
		    take(settings, (enum key)key, value.text, &cause) != RC_OK)
			return config_refuse(conf, &value, keys[key], &cause, err);
	}
	return RC_OK;
}

static enum rc
take_inventory(const struct conf *conf, struct agent_settings *settings,
    struct err *err)
{
	struct config_value value = config_find(conf, NULL, "inventory");
	struct err cause = { 0 };

	if (value.text == NULL ||
	    take_path(settings->inventory, value.text, &cause) == RC_OK)
		return RC_OK;
	return config_refuse(conf, &value, "inventory", &cause, err);
}

static void
set_defaults(struct agent_settings *settings)
{
	static const uint32_t root[] = { AMTCERT_OID_ROOT };

	memset(settings, 0, sizeof(*settings));
	memcpy(settings->root, root, sizeof(root));
	settings->n_root = sizeof(root) / sizeof(root[0]);
	memcpy(settings->socket, DEFAULT_SOCKET, sizeof(DEFAULT_SOCKET));
	memcpy(settings->inventory, DB_DEFAULT_PATH, sizeof(DB_DEFAULT_PATH));
	memcpy(settings->state_dir, DEFAULT_STATE_DIR, sizeof(DEFAULT_STATE_DIR));
	memcpy(settings->snmp_config, DEFAULT_SNMP_CONFIG, sizeof(DEFAULT_SNMP_CONFIG));
	memcpy(settings->listen, DEFAULT_LISTEN, sizeof(DEFAULT_LISTEN));
	settings->ping_s = DEFAULT_PING_S;
	settings->reload_ms = (int64_t)DEFAULT_RELOAD_S * MS_PER_S;
	settings->stall_s = DEFAULT_STALL_S;
	settings->horizon_s = DEFAULT_HORIZON_S;
	settings->expiry_rows = DEFAULT_EXPIRY_ROWS;
	settings->notify = true;
	settings->notify_per_minute = DEFAULT_PER_MINUTE;
	settings->notify_window_s = DEFAULT_WINDOW_S;
	settings->notify_per_second = DEFAULT_PER_SECOND;
}

enum rc
settings_read(const struct conf *conf, struct agent_settings *ret_settings,
    struct err *err)
{
	struct agent_settings settings;
	struct settings none = { .text = { NULL } };
	enum rc r;

	set_defaults(&settings);
	r = take_all(conf, &settings, err);
	if (r == RC_OK)
		r = take_inventory(conf, &settings, err);
	if (r == RC_OK)
		r = setting_apply(&none, conf, NULL, &settings.policy, err);
	if (r != RC_OK)
		return r;
	settings.policy_name = policy_rule_text(settings.policy.rule);
	*ret_settings = settings;
	return RC_OK;
}

/* Where a threshold begins to alert, for any lifetime. */
static int64_t
start_of(const struct time_range *threshold)
{
	struct range range = time_range_resolve(threshold, LIFETIME_MAX_S);

	return range.has_start && !range.alert_inside ? range.start / RANGE_SCALE : 0;
}

int64_t
settings_warning_s(const struct agent_settings *settings)
{
	const struct policy *policy = &settings->policy;

	if (policy->has_warning || policy->has_critical)
		return policy->has_warning ? start_of(&policy->warning) : 0;
	return policy_window_s(policy, LIFETIME_MAX_S);
}

int64_t
settings_critical_s(const struct agent_settings *settings)
{
	const struct policy *policy = &settings->policy;

	if (policy->has_warning || policy->has_critical)
		return policy->has_critical ? start_of(&policy->critical) : 0;
	return policy_floor_s(policy, LIFETIME_MAX_S);
}

int64_t
settings_notify_share(const struct agent_settings *settings)
{
	int64_t n = settings->notify_per_minute * settings->notify_window_s / MINUTE_S;

	return n == 0 && settings->notify_per_minute > 0 ? 1 : n;
}
