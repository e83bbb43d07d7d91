/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JSON written by hand, one line, keys in a fixed order.  No password and no
 * private key is in it.
 */
#include "dump.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/codec.h"
#include "device.h"
#include "inject.h"
#include "pki.h"
#include "remote.h"

enum {
	SHA256_BYTES = 32
};

static void
add_string(struct buf *out, const char *text)
{
	buf_add_char(out, '"');
	for (const char *p = text == NULL ? "" : text; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", c);
		else if (c < 0x20)
			buf_addf(out, "\\u%04x", c);
		else
			buf_add_char(out, (char)c);
	}
	buf_add_char(out, '"');
}

static void
add_key(struct buf *out, const char *key)
{
	char last = '{';

	if (out->len > 0)
		last = out->data[out->len - 1];
	if (last != '{' && last != '[')
		buf_add_char(out, ',');
	add_string(out, key);
	buf_add_char(out, ':');
}

static void
add_text(struct buf *out, const char *key, const char *text)
{
	add_key(out, key);
	add_string(out, text);
}

static void
add_int(struct buf *out, const char *key, int64_t value)
{
	add_key(out, key);
	buf_addf(out, "%lld", (long long)value);
}

static void
add_bool(struct buf *out, const char *key, bool value)
{
	add_key(out, key);
	buf_add_str(out, value ? "true" : "false");
}

static void
add_fingerprint(struct buf *out, const char *key, const X509 *x509)
{
	unsigned char hash[SHA256_BYTES];

	add_key(out, key);
	if (x509 == NULL || X509_digest(x509, EVP_sha256(), hash, NULL) != 1) {
		buf_add_str(out, "null");
		return;
	}
	buf_add_char(out, '"');
	codec_hex_encode(out, hash, sizeof(hash));
	buf_add_char(out, '"');
}

static void
add_key_fingerprint(struct buf *out, const char *key, const EVP_PKEY *pkey)
{
	unsigned char hash[SHA256_BYTES];
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(pkey, &der);

	add_key(out, key);
	if (len <= 0 ||
	    EVP_Digest(der, (size_t)len, hash, NULL, EVP_sha256(), NULL) != 1) {
		buf_add_str(out, "null");
	} else {
		buf_add_char(out, '"');
		codec_hex_encode(out, hash, sizeof(hash));
		buf_add_char(out, '"');
	}
	OPENSSL_free(der);
}

static void
add_settings(struct buf *out, const char *key, const struct settings *settings)
{
	static const char *const names[TLS_INTERFACES] = { "network", "local" };

	add_key(out, key);
	buf_add_char(out, '{');
	add_int(out, "context", settings->context);
	for (int i = 0; i < TLS_INTERFACES; i++) {
		const struct tls_setting *tls = &settings->tls[i];

		add_key(out, names[i]);
		buf_add_char(out, '{');
		add_bool(out, "enabled", tls->enabled);
		add_bool(out, "mutual", tls->mutual);
		add_bool(out, "accept_non_secure", tls->non_secure);
		add_key(out, "trusted_cn");
		buf_add_char(out, '[');
		for (size_t j = 0; j < tls->trusted_cn_n; j++) {
			if (j > 0)
				buf_add_char(out, ',');
			add_string(out, tls->trusted_cn[j]);
		}
		buf_add_str(out, "]}");
	}
	buf_add_char(out, '}');
}

static void
add_subject(struct buf *out, const X509 *x509)
{
	char name[512] = "";

	if (X509_NAME_oneline(X509_get_subject_name(x509), name, sizeof(name)) == NULL)
		name[0] = '\0';
	add_text(out, "subject", name);
}

static void
add_certs(struct buf *out, const struct device *dev)
{
	bool first = true;

	add_key(out, "certificates");
	buf_add_char(out, '[');
	for (int i = 0; i < STORE_SLOTS; i++) {
		const struct store_cert *cert = &dev->store.certs[i];

		if (cert->x509 == NULL)
			continue;
		buf_add_str(out, first ? "{" : ",{");
		first = false;
		add_int(out, "handle", i);
		add_fingerprint(out, "sha256", cert->x509);
		add_subject(out, cert->x509);
		add_int(out, "key", store_key_of_cert(&dev->store, i));
		add_bool(out, "trusted_root", cert->trusted_root);
		add_bool(out, "read_only", cert->read_only);
		add_bool(out, "referenced", device_uses_cert(dev, i));
		buf_add_char(out, '}');
	}
	buf_add_char(out, ']');
}

static bool
key_has_cert(const struct device *dev, int key)
{
	for (int i = 0; i < STORE_SLOTS; i++)
		if (store_key_of_cert(&dev->store, i) == key)
			return true;
	return false;
}

static void
add_keys(struct buf *out, const struct device *dev)
{
	bool first = true;

	add_key(out, "keys");
	buf_add_char(out, '[');
	for (int i = 0; i < STORE_SLOTS; i++) {
		const struct store_key *key = &dev->store.keys[i];

		if (key->key == NULL)
			continue;
		buf_add_str(out, first ? "{" : ",{");
		first = false;
		add_int(out, "handle", i);
		add_key_fingerprint(out, "sha256", key->key);
		add_text(out, "type", EVP_PKEY_get0_type_name(key->key));
		add_int(out, "bits", EVP_PKEY_get_bits(key->key));
		add_bool(out, "read_only", key->read_only);
		add_bool(out, "has_certificate", key_has_cert(dev, i));
		buf_add_char(out, '}');
	}
	buf_add_char(out, ']');
}

static void
add_served(struct buf *out, const struct device *dev)
{
	int n = sk_X509_num(dev->served.chain);

	add_fingerprint(out, "served", dev->served.leaf);
	add_key(out, "served_chain");
	buf_add_char(out, '[');
	for (int i = 0; i < n; i++) {
		unsigned char hash[SHA256_BYTES];

		if (X509_digest(sk_X509_value(dev->served.chain, i), EVP_sha256(), hash,
			NULL) != 1)
			continue;
		buf_add_str(out, i == 0 ? "\"" : ",\"");
		codec_hex_encode(out, hash, sizeof(hash));
		buf_add_char(out, '"');
	}
	buf_add_char(out, ']');
}

static void
add_counters(struct buf *out, const struct device *dev)
{
	const struct counters *count = &dev->count;

	add_key(out, "counters");
	buf_add_char(out, '{');
	add_int(out, "connections", count->connections);
	add_int(out, "handshakes", count->handshakes);
	add_int(out, "handshakes_failed", count->handshakes_failed);
	add_int(out, "redirections", count->redirections);
	add_int(out, "requests", count->requests);
	add_int(out, "with_authorization", count->with_authorization);
	add_int(out, "logins", count->logins);
	add_int(out, "failures", count->failures);
	add_int(out, "failures_in_a_row", count->failures_in_a_row);
	add_int(out, "nc_repeated", count->nc_repeated);
	add_int(out, "writes", count->writes);
	add_int(out, "key_generations", count->key_generations);
	add_int(out, "cert_adds", count->cert_adds);
	add_int(out, "commits", count->commits);
	add_int(out, "restarts", count->restarts);
	buf_add_char(out, '}');
}

static void
add_bindings(struct buf *out, const struct device *dev)
{
	const struct remote_server *server =
	    dev->remote == NULL ? NULL : &dev->remote->servers[0];

	add_key(out, "wired");
	buf_add_char(out, '{');
	add_bool(out, "enabled", dev->wired.enabled);
	add_int(out, "client", dev->wired.client);
	add_int(out, "root", dev->wired.root);
	buf_add_char(out, '}');
	add_key(out, "wifi");
	buf_add_char(out, '[');
	for (size_t i = 0; i < dev->wifi_n; i++) {
		buf_add_str(out, i == 0 ? "{" : ",{");
		add_text(out, "name", dev->wifi[i].name);
		add_int(out, "client", dev->wifi[i].client);
		add_int(out, "root", dev->wifi[i].root);
		buf_add_char(out, '}');
	}
	buf_add_char(out, ']');
	add_key(out, "cira");
	buf_add_char(out, '{');
	add_bool(out, "configured", server != NULL && server->exists);
	add_int(out, "client", server == NULL ? STORE_NONE : server->client);
	buf_add_char(out, '}');
}

void
dump_device(const struct device *dev, struct buf *out)
{
	char address[INET_ADDRSTRLEN] = "";

	(void)inet_ntop(AF_INET, &dev->address, address, sizeof(address));
	buf_add_char(out, '{');
	add_text(out, "device", dev->name);
	add_text(out, "profile", dev->profile->name);
	add_text(out, "version", dev->version);
	add_text(out, "address", address);
	add_int(out, "tls_port", dev->listeners[LISTEN_TLS].port);
	add_int(out, "plain_port", dev->listeners[LISTEN_PLAIN].port);
	add_int(out, "redirection_port", dev->listeners[LISTEN_REDIRECTION].port);
	add_bool(out, "tls_open", dev->listeners[LISTEN_TLS].open);
	add_bool(out, "plain_open", dev->listeners[LISTEN_PLAIN].open);
	add_bool(out, "redirection_open", dev->listeners[LISTEN_REDIRECTION].open);
	add_bool(out, "provisioned", dev->provisioned);
	add_text(out, "realm", dev->realm);
	add_int(out, "clock", rtc_now(&dev->rtc));
	add_bool(out, "clock_set", dev->rtc.is_set);
	add_bool(out, "making_key", pki_is_making_key(dev));
	add_served(out, dev);
	add_settings(out, "committed", &dev->committed);
	add_settings(out, "pending", &dev->pending);
	add_certs(out, dev);
	add_keys(out, dev);
	add_bindings(out, dev);
	add_counters(out, dev);
	add_key(out, "faults");
	inject_dump(dev, out);
	buf_add_char(out, '}');
}
