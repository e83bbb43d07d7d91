/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PEM files into the store of a device, read with OpenSSL, and what they are
 * bound to at start.
 */
#include "devfiles.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/buf.h"
#include "device.h"
#include "mem.h"
#include "remote.h"

enum {
	PATH_MAX_BYTES = 4096
};

static char *
full_path(const struct devitem *item)
{
	struct buf path = { 0 };

	buf_init(&path, PATH_MAX_BYTES);
	if (item->value[0] != '/')
		buf_add_str(&path, item->folder);
	buf_add_str(&path, item->value);
	return buf_take(&path);
}

FILE *
devfiles_open(const struct devitem *item)
{
	char *path = full_path(item);
	FILE *file = path == NULL ? NULL : fopen(path, "re");

	if (file == NULL)
		(void)err_system(item->err, "%s", path == NULL ? "path" : path);
	free(path);
	return file;
}

/* Put every certificate of a PEM file into the store; the first one's handle. */
static enum rc
load_certs(const struct devitem *item, bool trusted_root, bool read_only,
    int *ret_first)
{
	FILE *file = devfiles_open(item);
	X509 *x509 = NULL;
	int first = STORE_NONE;

	if (file == NULL)
		return RC_SYSTEM;
	for (;;) {
		int handle = STORE_NONE;

		x509 = PEM_read_X509(file, NULL, NULL, NULL);
		if (x509 == NULL)
			break;
		handle = store_find_cert(&item->dev->store, x509);
		if (handle == STORE_NONE)
			handle = store_add_cert(&item->dev->store, x509, trusted_root,
			    read_only);
		X509_free(x509);
		if (first == STORE_NONE)
			first = handle;
	}
	(void)fclose(file);
	if (first == STORE_NONE)
		return err_set(item->err, RC_FORMAT, "%s: no certificate", item->value);
	if (ret_first != NULL)
		*ret_first = first;
	return RC_OK;
}

enum rc
devfiles_key(const struct devitem *item)
{
	FILE *file = devfiles_open(item);
	EVP_PKEY *key = NULL;

	if (file == NULL)
		return RC_SYSTEM;
	key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
	(void)fclose(file);
	if (key == NULL)
		return err_set(item->err, RC_FORMAT, "%s: no private key", item->value);
	if (store_find_key(&item->dev->store, key) == STORE_NONE)
		(void)store_add_key(&item->dev->store, key, false);
	EVP_PKEY_free(key);
	return RC_OK;
}

enum rc
devfiles_tls(const struct devitem *item)
{
	enum rc r = load_certs(item, false, false, &item->dev->pending.context);

	if (r == RC_OK)
		item->dev->pending.tls[TLS_NETWORK].enabled = true;
	return r;
}

enum rc
devfiles_chain(const struct devitem *item)
{
	return load_certs(item, false, false, NULL);
}

enum rc
devfiles_root(const struct devitem *item)
{
	return load_certs(item, true, false, NULL);
}

enum rc
devfiles_read_only(const struct devitem *item)
{
	return load_certs(item, false, true, NULL);
}

enum rc
devfiles_wired(const struct devitem *item)
{
	item->dev->wired.enabled = true;
	return load_certs(item, false, false, &item->dev->wired.client);
}

enum rc
devfiles_wired_root(const struct devitem *item)
{
	return load_certs(item, true, false, &item->dev->wired.root);
}

enum rc
devfiles_wifi_name(const struct devitem *item)
{
	struct wifi *wifi = NULL;

	while (item->dev->wifi_n > 0)
		device_drop_wifi(item->dev, 0);
	wifi = device_add_wifi(item->dev, item->value);
	wifi->priority = 1;
	wifi->authentication = 6; /* WPA2 PSK; 802.1X when there is a certificate */
	wifi->encryption = 4;	  /* CCMP */
	return RC_OK;
}

enum rc
devfiles_wifi(const struct devitem *item)
{
	if (item->dev->wifi_n == 0)
		return err_set(item->err, RC_CONFIG, "needs the key wifi");
	item->dev->wifi[0].authentication = 7; /* WPA2 802.1X */
	return load_certs(item, false, false, &item->dev->wifi[0].client);
}

enum rc
devfiles_wifi_root(const struct devitem *item)
{
	if (item->dev->wifi_n == 0)
		return err_set(item->err, RC_CONFIG, "needs the key wifi");
	item->dev->wifi[0].authentication = 7;
	return load_certs(item, true, false, &item->dev->wifi[0].root);
}

enum rc
devfiles_mps_name(const struct devitem *item)
{
	remote_configure(item->dev, item->value);
	return RC_OK;
}

enum rc
devfiles_mps(const struct devitem *item)
{
	struct remote_server *server = &remote_of(item->dev)->servers[0];

	if (!server->exists)
		return err_set(item->err, RC_CONFIG, "needs the key mps");
	server->username[0] = '\0';
	return load_certs(item, false, false, &server->client);
}
