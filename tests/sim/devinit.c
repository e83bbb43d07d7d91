/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Handlers of device file keys, one function each, in a table.  PEM files are
 * read with OpenSSL and go straight into the store.
 */
#include "devinit.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/codec.h"
#include "base/num.h"
#include "devfiles.h"
#include "device.h"
#include "mem.h"
#include "tls.h"

enum {
	UUID_DIGITS = 32,
};

static enum rc
set_profile(const struct devitem *item)
{
	const struct profile *profile = profile_find(item->value);

	if (profile == NULL)
		return err_set(item->err, RC_CONFIG,
		    "no such profile: %s; there are %s", item->value, profile_names());
	item->dev->profile = profile;
	item->dev->tls_min = profile->tls_min;
	item->dev->tls_max = profile->tls_max;
	mem_set(&item->dev->version, profile->version);
	return RC_OK;
}

static enum rc
set_version(const struct devitem *item)
{
	mem_set(&item->dev->version, item->value);
	return RC_OK;
}

static enum rc
set_server(const struct devitem *item)
{
	mem_set(&item->dev->server, item->value);
	return RC_OK;
}

static enum rc
set_address(const struct devitem *item)
{
	if (inet_pton(AF_INET, item->value, &item->dev->address) != 1)
		return err_set(item->err, RC_CONFIG, "no IPv4 address: %s",
		    item->value);
	if ((ntohl(item->dev->address.s_addr) >> 24) != 127)
		return err_set(item->err, RC_CONFIG, "not a loopback address: %s",
		    item->value);
	return RC_OK;
}

static enum rc
set_port(const struct devitem *item, enum listen_kind kind)
{
	int64_t port = 0;
	enum rc r = num_parse(item->value, 0, 65535, &port, item->err);

	if (r == RC_OK)
		item->dev->listeners[kind].port = (uint16_t)port;
	return r;
}

static enum rc
set_tls_port(const struct devitem *item)
{
	return set_port(item, LISTEN_TLS);
}

static enum rc
set_plain_port(const struct devitem *item)
{
	return set_port(item, LISTEN_PLAIN);
}

static enum rc
set_redirection_port(const struct devitem *item)
{
	return set_port(item, LISTEN_REDIRECTION);
}

/* Text to the bytes on the wire: the first three groups are little-endian. */
static enum rc
set_uuid(const struct devitem *item)
{
	static const unsigned char order[UUID_BYTES] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9,
		10, 11, 12, 13, 14, 15 };
	char digits[UUID_DIGITS + 1] = "";
	uint8_t bytes[UUID_BYTES] = { 0 };
	size_t n = 0;
	enum rc r = RC_OK;

	for (const char *p = item->value; *p != '\0' && n < UUID_DIGITS; p++)
		if (*p != '-')
			digits[n++] = *p;
	r = codec_hex_decode(digits, bytes, sizeof(bytes), item->err);
	if (r != RC_OK)
		return r;
	for (size_t i = 0; i < UUID_BYTES; i++)
		item->dev->uuid[i] = bytes[order[i]];
	return RC_OK;
}

static enum rc
set_hostname(const struct devitem *item)
{
	mem_set(&item->dev->host_name, item->value);
	return RC_OK;
}

static enum rc
set_domain(const struct devitem *item)
{
	mem_set(&item->dev->domain_name, item->value);
	return RC_OK;
}

static enum rc
set_mac(const struct devitem *item)
{
	mem_set(&item->dev->mac, item->value);
	return RC_OK;
}

static enum rc
set_user(const struct devitem *item)
{
	mem_set(&item->dev->user, item->value);
	return RC_OK;
}

static enum rc
set_realm(const struct devitem *item)
{
	device_set_realm(item->dev, item->value);
	return RC_OK;
}

static enum rc
set_password(const struct devitem *item)
{
	device_set_password(item->dev, item->value);
	return RC_OK;
}

static enum rc
set_password_file(const struct devitem *item)
{
	FILE *file = devfiles_open(item);
	char line[256] = "";

	if (file == NULL)
		return RC_SYSTEM;
	if (fgets(line, sizeof(line), file) == NULL)
		line[0] = '\0';
	(void)fclose(file);
	line[strcspn(line, "\r\n")] = '\0';
	device_set_password(item->dev, line);
	return RC_OK;
}

static enum rc
set_clock(const struct devitem *item)
{
	int64_t seconds = 0;
	enum rc r = clock_parse_datetime(item->value, &seconds, item->err);

	if (r == RC_OK)
		rtc_set(&item->dev->rtc, seconds);
	return r;
}

static enum rc
set_tls(const struct devitem *item)
{
	item->dev->pending.tls[TLS_NETWORK].enabled = strcmp(item->value, "yes") == 0;
	return RC_OK;
}

static enum rc
set_trusted_cn(const struct devitem *item)
{
	struct tls_setting *tls = &item->dev->pending.tls[TLS_NETWORK];
	const char *names[TRUSTED_CN_MAX] = { NULL };
	char *copy = mem_dup(item->value);
	char *rest = copy;
	size_t n = 0;

	while (rest != NULL && n < TRUSTED_CN_MAX) {
		const char *name = strsep(&rest, " ");

		if (name[0] != '\0')
			names[n++] = name;
	}
	tls_setting_set_cn(tls, names, n);
	free(copy);
	return RC_OK;
}

static enum rc
set_version_limit(const struct devitem *item, int *field)
{
	int version = tls_version(item->value);

	if (version == 0)
		return err_set(item->err, RC_CONFIG, "no TLS version: %s", item->value);
	*field = version;
	return RC_OK;
}

static enum rc
set_tls_min(const struct devitem *item)
{
	return set_version_limit(item, &item->dev->tls_min);
}

static enum rc
set_tls_max(const struct devitem *item)
{
	return set_version_limit(item, &item->dev->tls_max);
}

static enum rc
add_faults(const struct devitem *item)
{
	char *copy = mem_dup(item->value);
	char *rest = copy;
	enum rc r = RC_OK;

	while (rest != NULL && r == RC_OK) {
		const char *rule = strsep(&rest, " ");

		if (rule[0] != '\0')
			r = inject_add(item->dev, rule, item->err);
	}
	free(copy);
	return r;
}

static const struct {
	const char *key;
	enum rc (*apply)(const struct devitem *item);
} handlers[] = {
	{ "profile", set_profile },
	{ "version", set_version },
	{ "server", set_server },
	{ "address", set_address },
	{ "tls-port", set_tls_port },
	{ "plain-port", set_plain_port },
	{ "redirection-port", set_redirection_port },
	{ "uuid", set_uuid },
	{ "hostname", set_hostname },
	{ "domain", set_domain },
	{ "mac", set_mac },
	{ "user", set_user },
	{ "realm", set_realm },
	{ "password", set_password },
	{ "password-file", set_password_file },
	{ "clock", set_clock },
	{ "certificate", devfiles_tls },
	{ "key", devfiles_key },
	{ "chain", devfiles_chain },
	{ "root", devfiles_root },
	{ "read-only-certificate", devfiles_read_only },
	{ "orphan-certificate", devfiles_chain },
	{ "orphan-key", devfiles_key },
	{ "wired-certificate", devfiles_wired },
	{ "wired-key", devfiles_key },
	{ "wired-root", devfiles_wired_root },
	{ "wifi", devfiles_wifi_name },
	{ "wifi-certificate", devfiles_wifi },
	{ "wifi-key", devfiles_key },
	{ "wifi-root", devfiles_wifi_root },
	{ "mps", devfiles_mps_name },
	{ "mps-certificate", devfiles_mps },
	{ "mps-key", devfiles_key },
	{ "tls", set_tls },
	{ "trusted-cn", set_trusted_cn },
	{ "tls-min", set_tls_min },
	{ "tls-max", set_tls_max },
	{ "fault", add_faults },
};

enum rc
devinit_begin(struct device *dev, struct err *err)
{
	const struct devitem profile = { dev, "16.1", "", err };
	unsigned char hash[EVP_MAX_MD_SIZE];

	dev->address.s_addr = htonl(INADDR_LOOPBACK);
	if (EVP_Digest(dev->name, strlen(dev->name), hash, NULL, EVP_sha256(), NULL) !=
	    1)
		return err_set(err, RC_INTERNAL, "SHA-256");
	memcpy(dev->uuid, hash, UUID_BYTES);
	device_set_password(dev, "P@ssw0rd");
	return set_profile(&profile);
}

enum rc
devinit_apply(struct device *dev, const char *key, const char *value,
    const char *folder, struct err *err)
{
	const struct devitem item = { dev, value, folder, err };

	for (size_t i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++)
		if (strcmp(handlers[i].key, key) == 0)
			return handlers[i].apply(&item);
	return err_set(err, RC_INTERNAL, "no handler");
}

enum rc
devinit_end(struct device *dev, struct err *err)
{
	struct buf server = { 0 };

	if (dev->realm[0] == '\0')
		device_make_realm(dev, dev->uuid, UUID_BYTES);
	if (dev->server == NULL) {
		buf_init(&server, 256);
		buf_addf(&server, "Intel(R) Active Management Technology %s",
		    dev->version);
		dev->server = buf_take(&server);
	}
	/* The local interface always takes plain text; the network one of 16.1
	 * and later never does, and always has TLS on. */
	dev->pending.tls[TLS_LOCAL].non_secure = true;
	if (!dev->profile->network_plain) {
		dev->pending.tls[TLS_NETWORK].enabled = true;
		dev->pending.tls[TLS_NETWORK].non_secure = false;
	}
	if (dev->sw.max_certificates > STORE_SLOTS || dev->sw.max_keys > STORE_SLOTS)
		return err_set(err, RC_CONFIG, "device %s: more than %d slots",
		    dev->name, STORE_SLOTS);
	return RC_OK;
}
