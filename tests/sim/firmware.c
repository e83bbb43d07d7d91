/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Settings: pending and committed copies, what is served, restarts.
 * Source: protocol notes 3.4 to 3.7, 5.4; SDK CommitChanges.
 */
#include "firmware.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "audit.h"
#include "base/clock.h"
#include "class.h"
#include "conn.h"
#include "digest.h"
#include "kept.h"
#include "keypool.h"
#include "pkcs.h"
#include "pulls.h"
#include "rmcp.h"
#include "sim.h"

#define YEAR_S (INT64_C(365) * CLOCK_DAY_S)

enum {
	OWN_CERT_YEARS = 25
};

bool
firmware_write_flash(struct device *dev)
{
	if (dev->sw.flash_writes == 0)
		return false;
	if (dev->sw.flash_writes > 0)
		dev->sw.flash_writes--;
	return true;
}

/* The certificate in use: the committed context's, else the firmware's own. */
static int
effective_cert(const struct device *dev)
{
	int handle = dev->committed.context;

	if (store_has_cert(&dev->store, handle))
		return handle;
	return store_has_cert(&dev->store, dev->own_cert) ? dev->own_cert : STORE_NONE;
}

void
firmware_serve(struct device *dev)
{
	int cert = effective_cert(dev);
	int key = store_key_of_cert(&dev->store, cert);
	struct served old = dev->served;
	struct served new = { 0 };

	if (dev->sw.sticky && old.leaf != NULL)
		return;
	if (cert != STORE_NONE && key != STORE_NONE) {
		new.leaf = dev->store.certs[cert].x509;
		new.key = dev->store.keys[key].key;
		X509_up_ref(new.leaf);
		EVP_PKEY_up_ref(new.key);
		new.chain = store_chain(&dev->store, new.leaf);
	}
	dev->served = new;
	if (dev->sw.sticky_redirection && dev->redirected.leaf == NULL)
		dev->redirected = old;
	else
		device_clear_served(&old);
}

const struct served *
firmware_served(const struct device *dev, enum listen_kind kind)
{
	return kind == LISTEN_REDIRECTION && dev->redirected.leaf != NULL
	    ? &dev->redirected
	    : &dev->served;
}

enum rc
firmware_listen(struct device *dev, struct err *err)
{
	const struct tls_setting *network = &dev->committed.tls[TLS_NETWORK];
	bool tls = network->enabled;
	bool plain =
	    dev->profile->network_plain && (!network->enabled || network->non_secure);

	bool on = dev->provisioned && !dev->sw.dead;
	const bool wanted[LISTEN_KINDS] = { [LISTEN_TLS] = on && tls,
		[LISTEN_PLAIN] = on && plain,
		[LISTEN_REDIRECTION] = on && tls && class_is_redirecting(dev) };
	enum rc r = listen_set(dev, wanted, err);

	return r == RC_OK ? rmcp_set(dev, on, err) : r;
}

/* 16.0 and later make a certificate and a context for it at activation. */
static enum rc
make_own_cert(struct device *dev, struct err *err)
{
	enum key_kind kind = dev->profile->p384 ? KEY_P384 : KEY_RSA_2048;
	const EVP_MD *md = dev->profile->p384 ? EVP_sha384() : EVP_sha256();
	EVP_PKEY *key = NULL;
	int64_t now = clock_now();
	const struct pkcs_names names = {
		.common_name =
		    dev->host_name[0] == '\0' ? "Intel(r) AMT" : dev->host_name,
		.not_before = now - YEAR_S,
		.not_after = now + OWN_CERT_YEARS * YEAR_S,
	};
	X509 *x509 = NULL;

	if (dev->makes_own_key) {
		key = keypool_take(&dev->sim->keypool, kind);
	} else {
		key = keypool_shared(&dev->sim->keypool, kind);
		if (key != NULL)
			EVP_PKEY_up_ref(key);
	}
	if (key != NULL)
		x509 = pkcs_certificate(key, &names, NULL, NULL, md);
	if (x509 == NULL) {
		EVP_PKEY_free(key);
		return err_set(err, RC_INTERNAL, "device %s: own certificate",
		    dev->name);
	}
	/* The factory key of the newest firmware has handle 0. */
	if (store_find_key(&dev->store, key) == STORE_NONE) {
		if (dev->profile->p384)
			(void)store_add_key_first(&dev->store, key, true);
		else
			(void)store_add_key(&dev->store, key, true);
	}
	dev->own_cert = store_add_cert(&dev->store, x509, false, true);
	EVP_PKEY_free(key);
	X509_free(x509);
	return RC_OK;
}

enum rc
firmware_start(struct device *dev, struct err *err)
{
	enum rc r = RC_OK;

	if (dev->profile->own_context && dev->sw.own_certificate)
		r = make_own_cert(dev, err);
	if (r == RC_OK && dev->profile->own_context &&
	    dev->pending.context == STORE_NONE)
		dev->pending.context = dev->own_cert;
	if (r != RC_OK)
		return r;
	settings_copy(&dev->committed, &dev->pending);
	firmware_serve(dev);
	r = listen_prepare(dev, err);
	if (r == RC_OK)
		r = firmware_listen(dev, err);
	return r;
}

static bool
is_p384_sha384(const X509 *x509)
{
	const EVP_PKEY *key = X509_get0_pubkey(x509);

	return key != NULL && EVP_PKEY_is_a(key, "EC") &&
	    EVP_PKEY_get_bits(key) == 384 &&
	    X509_get_signature_nid(x509) == NID_ecdsa_with_SHA384;
}

enum pt_status
firmware_check_bind(const struct device *dev, int cert_handle)
{
	if (!store_has_cert(&dev->store, cert_handle))
		return PT_INVALID_HANDLE;
	if (store_key_of_cert(&dev->store, cert_handle) == STORE_NONE)
		return PT_PKI_MISSING_KEYS;
	if (dev->profile->p384 && !is_p384_sha384(dev->store.certs[cert_handle].x509))
		return PT_INTERNAL_ERROR;
	return PT_SUCCESS;
}

void
firmware_delete_context(struct device *dev)
{
	dev->pending.context = STORE_NONE;
	for (int i = 0; i < TLS_INTERFACES; i++)
		if (dev->committed.tls[i].enabled)
			return;
	/* Nothing serves it: on hardware its key and certificate can be deleted
	 * next, without a commit. */
	dev->committed.context = STORE_NONE;
	firmware_serve(dev);
}

static enum pt_status
check_commit(const struct device *dev)
{
	bool has_cert = store_has_cert(&dev->store, dev->pending.context) ||
	    (dev->profile->own_context && store_has_cert(&dev->store, dev->own_cert));

	for (int i = 0; i < TLS_INTERFACES; i++) {
		const struct tls_setting *tls = &dev->pending.tls[i];

		if (!tls->enabled)
			continue;
		if (!has_cert)
			return PT_DATA_MISSING;
		if (tls->mutual &&
		    (store_count_certs(&dev->store, true) == 0 || !dev->rtc.is_set))
			return PT_DATA_MISSING;
	}
	return PT_SUCCESS;
}

static unsigned char
tls_state(const struct tls_setting *tls)
{
	if (!tls->enabled)
		return 0;
	return tls->mutual ? 2 : 1;
}

static void
audit_commit(struct device *dev, const struct settings *before)
{
	unsigned char state[TLS_INTERFACES];
	bool changed = false;

	for (int i = 0; i < TLS_INTERFACES; i++) {
		state[i] = tls_state(&dev->committed.tls[i]);
		if (state[i] != tls_state(&before->tls[i]))
			changed = true;
	}
	if (changed)
		audit_add(dev, AUDIT_TLS_STATE, state, sizeof(state));
	if (before->context != dev->committed.context) {
		const X509 *x509 = NULL;
		const ASN1_INTEGER *serial = NULL;

		if (!store_has_cert(&dev->store, dev->committed.context)) {
			audit_add(dev, AUDIT_TLS_CERT_REMOVED, NULL, 0);
			return;
		}
		x509 = dev->store.certs[dev->committed.context].x509;
		serial = X509_get0_serialNumber(x509);
		audit_add(dev, AUDIT_TLS_CERT_SET, ASN1_STRING_get0_data(serial),
		    (size_t)ASN1_STRING_length(serial));
	}
}

enum pt_status
firmware_commit(struct device *dev)
{
	struct settings before = { 0 };
	enum pt_status status = check_commit(dev);

	if (status == PT_SUCCESS && !firmware_write_flash(dev))
		status = PT_FLASH_WRITE_LIMIT_EXCEEDED;
	if (status != PT_SUCCESS)
		return status;
	settings_copy(&before, &dev->committed);
	settings_copy(&dev->committed, &dev->pending);
	audit_commit(dev, &before);
	settings_clear(&before);
	dev->count.commits++;
	return PT_SUCCESS;
}

static void
on_restarted(void *ctx)
{
	struct device *dev = ctx;

	firmware_serve(dev);
	/* A port that was taken meanwhile leaves the device unreachable. */
	(void)firmware_listen(dev, NULL);
}

/* Close the ports and open what is wanted now, restart_ms later. */
static void
restart_network(struct device *dev, bool drop)
{
	if (drop)
		conn_close_all(dev);
	if (dev->sw.restart_ms <= 0) {
		on_restarted(dev);
		return;
	}
	(void)listen_set(dev, (const bool[LISTEN_KINDS]){ false }, NULL);
	dev->restart.fn = on_restarted;
	dev->restart.ctx = dev;
	loop_arm(dev->sim->loop, &dev->restart, dev->sw.restart_ms);
}

void
firmware_after_commit(struct device *dev)
{
	restart_network(dev, dev->sw.commit_drops);
}

void
firmware_restart(struct device *dev, enum restart_mode mode)
{
	switch (mode) {
	case RESTART_DROP:
		settings_copy(&dev->pending, &dev->committed);
		break;
	case RESTART_APPLY:
		settings_copy(&dev->committed, &dev->pending);
		break;
	case RESTART_KEEP:
		break;
	}
	digest_restart(dev);
	pulls_restart(dev);
	dev->count.message_id = 0;
	dev->count.pull_id = 0;
	dev->count.restarts++;
	dev->generating_until_ms = 0;
	restart_network(dev, true);
}

void
firmware_unprovision(struct device *dev)
{
	unsigned char seed[16] = { 0 };

	audit_add(dev, AUDIT_UNPROVISIONED, NULL, 0);
	settings_clear(&dev->pending);
	dev->pending = (struct settings){ .context = STORE_NONE };
	settings_copy(&dev->committed, &dev->pending);
	store_clear(&dev->store);
	dev->own_cert = STORE_NONE;
	dev->wired.enabled = false;
	dev->wired.client = STORE_NONE;
	dev->wired.root = STORE_NONE;
	free(dev->remote);
	dev->remote = NULL;
	kept_clear(dev);
	for (size_t i = 0; i < dev->wifi_n; i++) {
		dev->wifi[i].client = STORE_NONE;
		dev->wifi[i].root = STORE_NONE;
	}
	if (RAND_bytes(seed, sizeof(seed)) == 1)
		device_make_realm(dev, seed, sizeof(seed));
	dev->provisioned = false;
	dev->control_mode = 0;
}

void
firmware_after_unprovision(struct device *dev)
{
	conn_close_all(dev);
	firmware_serve(dev);
	(void)firmware_listen(dev, NULL);
}
