/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One table of keys: its name, what kind of value it takes, where that goes.
 * Keys that need work (files, addresses) are handled in devinit.c.
 */
#include "devconf.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/conf.h"
#include "base/num.h"
#include "device.h"
#include "devinit.h"
#include "mem.h"
#include "sim.h"

enum key_type {
	KEY_BOOL,
	KEY_INT,
	KEY_SPECIAL
};

struct key {
	const char *name;
	enum key_type type;
	size_t offset;
	const char *help;
};

#define BOOL(name, member, help)                                      \
	{                                                             \
		name, KEY_BOOL, offsetof(struct device, member), help \
	}
#define INT(name, member, help)                                      \
	{                                                            \
		name, KEY_INT, offsetof(struct device, member), help \
	}
#define SPECIAL(name, help)                \
	{                                  \
		name, KEY_SPECIAL, 0, help \
	}

/* In the order in which they are applied: the profile first, files before the
 * settings that need them. */
static const struct key keys[] = {
	SPECIAL("profile", "9 11.8 14 16.0 16.1 19 22; default 16.1"),
	SPECIAL("version", "four numbers; default: of the profile"),
	SPECIAL("server", "text of the Server header"),
	SPECIAL("address", "IPv4 of the device; default 127.0.0.1"),
	SPECIAL("tls-port", "default 16993; 0: a free one"),
	SPECIAL("plain-port", "default 16992; 0: a free one"),
	SPECIAL("redirection-port", "default 16995; 0: a free one"),
	SPECIAL("uuid", "default: made from the name"),
	SPECIAL("hostname",
	    "AMT_GeneralSettings.HostName; also of the own certificate"),
	SPECIAL("domain", "AMT_GeneralSettings.DomainName"),
	SPECIAL("mac", "with dashes"),
	SPECIAL("user", "default admin"),
	SPECIAL("realm", "default: made from the uuid"),
	SPECIAL("password", "default P@ssw0rd"),
	SPECIAL("password-file", "first line of a file"),
	INT("control-mode", control_mode, "1 client, 2 admin (default)"),
	BOOL("provisioned", provisioned, "no: nothing listens"),
	SPECIAL("clock", "2004-01-01T00:00:00Z: what it shows at start"),
	INT("clock-offset", rtc.offset_s, "seconds ahead of the real clock"),
	INT("clock-drift-ppm", rtc.drift_ppm, "seconds gained in a million"),
	BOOL("clock-set", rtc.is_set, "no: never set, mutual TLS cannot be committed"),
	INT("max-certificates", sw.max_certificates, "20; roots included"),
	INT("max-roots", sw.max_roots, "8"),
	INT("max-keys", sw.max_keys, "8"),
	INT("max-trusted-cn", sw.max_trusted_cn, "4"),
	INT("flash-writes", sw.flash_writes, "left until status 38; -1: no limit"),
	INT("max-connections", sw.max_connections, "64"),
	BOOL("own-certificate", sw.own_certificate,
	    "yes: 16.0 and later hold a read-only one of their own"),
	BOOL("own-key", makes_own_key, "yes: own certificate with a key of its own"),
	SPECIAL("certificate", "PEM: the TLS certificate, in the store and bound"),
	SPECIAL("key", "PEM: its private key"),
	SPECIAL("chain", "PEM: certificates without key"),
	SPECIAL("root", "PEM: trusted roots"),
	SPECIAL("read-only-certificate", "PEM: in the store, cannot be deleted"),
	SPECIAL("orphan-certificate", "PEM: in the store, nothing names it"),
	SPECIAL("orphan-key", "PEM: in the store, no certificate of it"),
	SPECIAL("wired-certificate", "PEM: 802.1X client certificate"),
	SPECIAL("wired-key", "PEM: its key"),
	SPECIAL("wired-root", "PEM: 802.1X server root"),
	SPECIAL("wifi", "name of a Wi-Fi profile"),
	SPECIAL("wifi-certificate", "PEM: its 802.1X client certificate"),
	SPECIAL("wifi-key", "PEM: its key"),
	SPECIAL("wifi-root", "PEM: its 802.1X server root"),
	SPECIAL("mps", "name or address of a management presence server"),
	SPECIAL("mps-certificate", "PEM: CIRA client certificate"),
	SPECIAL("mps-key", "PEM: its key"),
	SPECIAL("tls", "yes: network TLS on; default: when there is a certificate"),
	BOOL("tls-local", pending.tls[TLS_LOCAL].enabled, "local TLS on"),
	BOOL("mutual", pending.tls[TLS_NETWORK].mutual, "ask for client certificates"),
	BOOL("accept-non-secure", pending.tls[TLS_NETWORK].non_secure,
	    "16992 stays open beside TLS"),
	SPECIAL("trusted-cn", "name suffixes of clients, separated by blanks"),
	SPECIAL("tls-min", "1.0 1.1 1.2 1.3; default: of the profile"),
	SPECIAL("tls-max", "as tls-min"),
	BOOL("rsa-only", sw.rsa_only, "RSA key exchange only"),
	BOOL("no-rfc5746", sw.no_rfc5746, "no secure renegotiation"),
	BOOL("lockout", sw.lockout, "yes: 5 to 80 s after 10 refused passwords"),
	BOOL("strict-nc", sw.strict_nc, "a nonce count that does not rise is stale"),
	BOOL("qop-both", sw.qop_both, "offer qop=\"auth-int, auth\""),
	INT("nonce-life", sw.nonce_life_s, "seconds until stale=\"true\"; 0: no end"),
	INT("nonce-uses", sw.nonce_uses, "requests until stale=\"true\"; 0: no end"),
	INT("chunk", sw.chunk_bytes, "770: buffer of an answer; 0: one chunk"),
	INT("fault-chunk", sw.fault_chunk_bytes, "0: one chunk for a fault"),
	INT("idle-ms", sw.idle_ms, "60000: idle connections close"),
	BOOL("identify", sw.identify, "yes: answer Identify"),
	BOOL("identify-anonymous", sw.identify_anonymous,
	    "answer it on /wsman-anon/identify without login"),
	BOOL("capabilities", sw.capabilities,
	    "yes: AMT_PublicKeyManagementCapabilities exists"),
	BOOL("ips-8021x", sw.ips_8021x,
	    "yes: wired 802.1X in its IPS classes, with contexts"),
	BOOL("wrong-selector-invalid", sw.wrong_selector_invalid,
	    "fault InvalidSelectors, not DestinationUnreachable"),
	BOOL("refuse-read-only", sw.refuse_read_only,
	    "Put of NonSecureConnectionsSupported fails"),
	BOOL("non-secure-supported", sw.non_secure_supported,
	    "16.1+: the property reads true and the setting can change"),
	INT("refused-status", sw.refused_status, "16: delete of what is in use"),
	INT("page-size", sw.page_size, "items of a Pull at most; 0: no limit"),
	INT("key-ms", sw.key_ms, "time to make a key pair; others get 2082 meanwhile"),
	BOOL("busy-400", sw.busy_400, "others get HTTP 400 meanwhile"),
	BOOL("commit-drops", sw.commit_drops, "yes: commit closes all connections"),
	INT("restart-ms", sw.restart_ms, "ports stay closed after commit or restart"),
	BOOL("sticky", sw.sticky, "the old certificate is served for ever"),
	BOOL("sticky-redirection", sw.sticky_redirection,
	    "the redirection port serves the first certificate for ever"),
	BOOL("redirection", sw.redirection,
	    "yes: AMT_RedirectionService is on, and listens while TLS does"),
	INT("rmcp-port", sw.rmcp_port,
	    "UDP port for presence pings, 623 on hardware; 0: none"),
	BOOL("dead", sw.dead, "nothing listens"),
	BOOL("hang", sw.hang, "accepts and never answers"),
	INT("slow-ms", sw.slow_ms, "every answer takes so long; others wait"),
	SPECIAL("fault", "OP[:CLASS[:METHOD]]:N:ACTION[=VALUE], separated by blanks"),
	{ NULL, KEY_SPECIAL, 0, NULL },
};

static enum rc
parse_bool(const char *text, bool *ret_value, struct err *err)
{
	static const char *const yes[] = { "yes", "true", "on", "1", NULL };
	static const char *const no[] = { "no", "false", "off", "0", NULL };

	for (size_t i = 0; yes[i] != NULL; i++) {
		if (strcmp(text, yes[i]) == 0) {
			*ret_value = true;
			return RC_OK;
		}
		if (strcmp(text, no[i]) == 0) {
			*ret_value = false;
			return RC_OK;
		}
	}
	return err_set(err, RC_CONFIG, "want yes or no, not %s", text);
}

static enum rc
apply_key(struct device *dev, const struct key *key, const char *value,
    const char *folder, struct err *err)
{
	char *base = (char *)dev;
	int64_t number = 0;
	bool flag = false;
	enum rc r = RC_OK;

	switch (key->type) {
	case KEY_BOOL:
		r = parse_bool(value, &flag, err);
		if (r == RC_OK)
			memcpy(base + key->offset, &flag, sizeof(flag));
		break;
	case KEY_INT:
		r = num_parse(value, -INT64_C(100000000000), INT64_C(100000000000),
		    &number, err);
		if (r == RC_OK)
			memcpy(base + key->offset, &number, sizeof(number));
		break;
	case KEY_SPECIAL:
		r = devinit_apply(dev, key->name, value, folder, err);
		break;
	}
	if (r != RC_OK)
		err_prefix(err, "device %s: %s: ", dev->name, key->name);
	return r == RC_OK ? RC_OK : RC_CONFIG;
}

static const char *
find_set(const struct devconf_sets *sets, const char *key)
{
	size_t len = strlen(key);

	for (size_t i = sets->n; i > 0; i--)
		if (strncmp(sets->texts[i - 1], key, len) == 0 &&
		    sets->texts[i - 1][len] == '=')
			return sets->texts[i - 1] + len + 1;
	return NULL;
}

static const char *
find_value(const struct conf *conf, const char *name, const struct devconf_sets *sets,
    const char *key)
{
	const char *value = find_set(sets, key);

	if (value == NULL && conf != NULL)
		value = conf_find(conf, "device", name, key, NULL);
	if (value == NULL && conf != NULL)
		value = conf_find(conf, "defaults", NULL, key, NULL);
	return value;
}

static enum rc
check_sets(const struct devconf_sets *sets, struct err *err)
{
	for (size_t i = 0; i < sets->n; i++) {
		bool known = false;

		for (const struct key *key = keys; key->name != NULL; key++)
			if (find_set(sets, key->name) != NULL &&
			    strncmp(sets->texts[i], key->name, strlen(key->name)) ==
				0 &&
			    sets->texts[i][strlen(key->name)] == '=')
				known = true;
		if (!known)
			return err_set(err, RC_USAGE, "--set %s: no such key",
			    sets->texts[i]);
	}
	return RC_OK;
}

static void
add_device(struct sim *sim, struct device *dev)
{
	if (sim->devices_n == sim->devices_max) {
		sim->devices_max = sim->devices_max * 2 + 8;
		sim->devices =
		    mem_resize(sim->devices, sim->devices_max, sizeof(struct device *));
	}
	sim->devices[sim->devices_n++] = dev;
}

static enum rc
make_device(struct sim *sim, const struct conf *conf, const char *name,
    const char *folder, const struct devconf_sets *sets, struct err *err)
{
	struct device *dev = device_new(sim, name);
	enum rc r = devinit_begin(dev, err);

	for (const struct key *key = keys; key->name != NULL && r == RC_OK; key++) {
		const char *value = find_value(conf, name, sets, key->name);

		if (value != NULL)
			r = apply_key(dev, key, value, folder, err);
	}
	if (r == RC_OK)
		r = devinit_end(dev, err);
	if (r != RC_OK) {
		device_free(dev);
		return r;
	}
	add_device(sim, dev);
	return RC_OK;
}

/* "dir/file.conf" to "dir/": names in the file are relative to it. */
static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - path) + 1;
	char *folder = mem_new(len + 1, 1);

	memcpy(folder, path, len);
	return folder;
}

enum rc
devconf_read(struct sim *sim, const char *path, const struct devconf_sets *sets,
    struct err *err)
{
	const char *names[sizeof(keys) / sizeof(keys[0])] = { NULL };
	const struct conf_section_rule rules[] = {
		{ "defaults", false, names },
		{ "device", true, names },
		{ NULL, false, NULL },
	};
	struct conf *conf = NULL;
	char *folder = NULL;
	const char *name = NULL;
	enum rc r = RC_OK;

	for (size_t i = 0; keys[i].name != NULL; i++)
		names[i] = keys[i].name;
	r = check_sets(sets, err);
	if (r == RC_OK)
		r = conf_read(path, rules, &conf, err);
	if (r != RC_OK)
		return r;
	folder = folder_of(path);
	for (size_t i = 0; r == RC_OK; i++) {
		name = conf_section_name(conf, "device", i);
		if (name == NULL)
			break;
		r = make_device(sim, conf, name, folder, sets, err);
	}
	conf_free(conf);
	free(folder);
	return r;
}

enum rc
devconf_bare(struct sim *sim, const char *name, const struct devconf_sets *sets,
    struct err *err)
{
	enum rc r = check_sets(sets, err);

	if (r == RC_OK)
		r = make_device(sim, NULL, name, "", sets, err);
	return r;
}

enum rc
devconf_apply(struct device *dev, const char *text, struct err *err)
{
	for (const struct key *key = keys; key->name != NULL; key++) {
		size_t len = strlen(key->name);

		if (strncmp(text, key->name, len) == 0 && text[len] == '=')
			return apply_key(dev, key, text + len + 1, "", err);
	}
	return err_set(err, RC_USAGE, "no such key: %s", text);
}

void
devconf_help(struct buf *out)
{
	for (const struct key *key = keys; key->name != NULL; key++)
		buf_addf(out, "  %-24s %s\n", key->name, key->help);
}
