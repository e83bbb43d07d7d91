/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Birth and death of a device, and the small things every other file asks of
 * it.  Defaults of limits are ours (8.1 of the protocol notes), not Intel's.
 */
#include "device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/buf.h"
#include "base/clock.h"
#include "kept.h"
#include "mem.h"
#include "remote.h"
#include "rmcp.h"
#include "sim.h"

static const struct switches switch_defaults = {
	.max_certificates = 20,
	.max_roots = 8,
	.max_keys = 8,
	.max_trusted_cn = 4,
	.flash_writes = -1,
	.max_connections = 64,
	.lockout = true,
	.chunk_bytes = 770,
	.idle_ms = 60000,
	.identify = true,
	.ips_8021x = true,
	.capabilities = true,
	.refused_status = 16,
	.commit_drops = true,
	.own_certificate = true,
};

struct device *
device_new(struct sim *sim, const char *name)
{
	struct device *dev = mem_new(1, sizeof(*dev));

	dev->sim = sim;
	dev->name = mem_dup(name);
	dev->user = mem_dup("admin");
	dev->host_name = mem_dup("");
	dev->domain_name = mem_dup("");
	dev->mac = mem_dup("00-be-43-d8-22-a4");
	dev->sw = switch_defaults;
	dev->pending.context = STORE_NONE;
	dev->committed.context = STORE_NONE;
	dev->own_cert = STORE_NONE;
	dev->wired.client = STORE_NONE;
	dev->wired.root = STORE_NONE;
	dev->wired.pxe_timeout_s = 120;
	dev->provisioned = true;
	dev->control_mode = 2;
	dev->started_ms = clock_monotonic_ms();
	dev->rtc.since_ms = dev->started_ms;
	dev->rtc.is_set = true;
	if (RAND_bytes(dev->nonce_secret, sizeof(dev->nonce_secret)) != 1)
		abort();
	for (int i = 0; i < LISTEN_KINDS; i++) {
		dev->listeners[i].fd.fd = -1;
		dev->listeners[i].dev = dev;
		dev->listeners[i].kind = (enum listen_kind)i;
	}
	dev->rmcp.fd = -1;
	dev->listeners[LISTEN_TLS].port = 16993;
	dev->listeners[LISTEN_PLAIN].port = 16992;
	dev->listeners[LISTEN_REDIRECTION].port = 16995;
	return dev;
}

void
device_clear_served(struct served *served)
{
	X509_free(served->leaf);
	EVP_PKEY_free(served->key);
	sk_X509_pop_free(served->chain, X509_free);
	*served = (struct served){ 0 };
}

static void
wifi_clear(struct wifi *wifi)
{
	free(wifi->name);
	free(wifi->ssid);
	eap_clear(&wifi->eap);
}

struct wifi *
device_add_wifi(struct device *dev, const char *name)
{
	struct wifi *wifi = NULL;

	dev->wifi = mem_resize(dev->wifi, dev->wifi_n + 1, sizeof(*dev->wifi));
	wifi = &dev->wifi[dev->wifi_n++];
	*wifi = (struct wifi){ .client = STORE_NONE, .root = STORE_NONE };
	mem_set(&wifi->name, name);
	mem_set(&wifi->ssid, name);
	mem_set(&wifi->eap.names[EAP_USERNAME], "");
	return wifi;
}

void
device_drop_wifi(struct device *dev, size_t n)
{
	wifi_clear(&dev->wifi[n]);
	dev->wifi_n--;
	for (size_t i = n; i < dev->wifi_n; i++)
		dev->wifi[i] = dev->wifi[i + 1];
}

void
device_free(struct device *dev)
{
	if (dev == NULL)
		return;
	listen_close(dev);
	(void)rmcp_set(dev, false, NULL);
	loop_disarm(dev->sim->loop, &dev->restart);
	settings_clear(&dev->pending);
	settings_clear(&dev->committed);
	device_clear_served(&dev->served);
	device_clear_served(&dev->redirected);
	store_clear(&dev->store);
	while (dev->wifi_n > 0)
		device_drop_wifi(dev, dev->wifi_n - 1);
	free(dev->wifi);
	inject_clear(dev);
	kept_clear(dev);
	free(dev->audit);
	eap_clear(&dev->wired.eap);
	free(dev->remote);
	free(dev->proxies);
	free(dev->accounts);
	free(dev->events);
	free(dev->name);
	free(dev->version);
	free(dev->server);
	free(dev->host_name);
	free(dev->domain_name);
	free(dev->user);
	free(dev->password);
	free(dev->mac);
	free(dev);
}

static void
make_ha1(struct device *dev)
{
	struct buf text = { 0 };
	unsigned len = 0;

	if (dev->password == NULL)
		return;
	buf_init(&text, 4096);
	buf_addf(&text, "%s:%s:%s", dev->user, dev->realm, dev->password);
	if (EVP_Digest(buf_str(&text), text.len, dev->ha1, &len, EVP_md5(), NULL) != 1)
		abort();
	buf_wipe(&text);
}

void
device_set_password(struct device *dev, const char *password)
{
	mem_set(&dev->password, password);
	make_ha1(dev);
}

void
device_set_realm(struct device *dev, const char *realm)
{
	int n = snprintf(dev->realm, sizeof(dev->realm), "%.39s", realm);

	if (n < 0)
		dev->realm[0] = '\0';
	make_ha1(dev);
}

void
device_make_realm(struct device *dev, const void *seed, size_t len)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	struct buf realm = { 0 };

	if (EVP_Digest(seed, len, hash, NULL, EVP_sha256(), NULL) != 1)
		abort();
	buf_init(&realm, DEVICE_REALM_SIZE - 1);
	buf_add_str(&realm, "Digest:");
	for (size_t i = 0; i < 16; i++)
		buf_addf(&realm, "%02X", hash[i]);
	device_set_realm(dev, buf_str(&realm));
	buf_clear(&realm);
}

static void
tls_setting_clear(struct tls_setting *setting)
{
	for (size_t i = 0; i < setting->trusted_cn_n; i++)
		free(setting->trusted_cn[i]);
	setting->trusted_cn_n = 0;
}

void
tls_setting_set_cn(struct tls_setting *setting, const char *const *cn, size_t n)
{
	char *copies[TRUSTED_CN_MAX] = { NULL };

	if (n > TRUSTED_CN_MAX)
		n = TRUSTED_CN_MAX;
	for (size_t i = 0; i < n; i++)
		copies[i] = mem_dup(cn[i]);
	tls_setting_clear(setting);
	for (size_t i = 0; i < n; i++)
		setting->trusted_cn[i] = copies[i];
	setting->trusted_cn_n = n;
}

void
settings_clear(struct settings *settings)
{
	for (int i = 0; i < TLS_INTERFACES; i++)
		tls_setting_clear(&settings->tls[i]);
}

void
settings_copy(struct settings *to, const struct settings *from)
{
	to->context = from->context;
	for (int i = 0; i < TLS_INTERFACES; i++) {
		const struct tls_setting *source = &from->tls[i];

		to->tls[i].enabled = source->enabled;
		to->tls[i].mutual = source->mutual;
		to->tls[i].non_secure = source->non_secure;
		tls_setting_set_cn(&to->tls[i], (const char *const *)source->trusted_cn,
		    source->trusted_cn_n);
	}
}

bool
device_uses_cert(const struct device *dev, int handle)
{
	if (dev->pending.context == handle || dev->committed.context == handle)
		return true;
	if (dev->wired.client == handle || dev->wired.root == handle)
		return true;
	if (remote_uses_cert(dev, handle))
		return true;
	for (size_t i = 0; i < dev->wifi_n; i++)
		if (dev->wifi[i].client == handle || dev->wifi[i].root == handle)
			return true;
	return false;
}

void
device_version_parts(const struct device *dev, char *core, size_t core_size,
    char *build, size_t build_size)
{
	const char *dot = strrchr(dev->version, '.');
	int len = dot == NULL ? (int)strlen(dev->version) : (int)(dot - dev->version);

	if (snprintf(core, core_size, "%.*s", len, dev->version) < 0)
		core[0] = '\0';
	if (snprintf(build, build_size, "%s", dot == NULL ? "0" : dot + 1) < 0)
		build[0] = '\0';
}
